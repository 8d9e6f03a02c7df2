//! Light and dark.

use livestore_tests::{
    Failure,
    colour::{self, Colours},
    todomvc::{self, Filter, Todo, TodoMvc},
};

/// What there is to read.
const TEXTS: [&str; 8] = [
    ".new-todo",
    ".todo-list li:not(.completed) label",
    ".todo-list li.completed label",
    ".todo-count",
    ".filters a:not(.selected)",
    ".filters a.selected",
    ".clear-completed",
    ".sync",
];

#[test]
fn the_page_is_light_or_dark_as_the_user_prefers() {
    todomvc::run(async |app| {
        let light = page_brightness(app, "light").await?;
        let dark = page_brightness(app, "dark").await?;
        assert!(
            light > 0.5,
            "the light page's background has the luminance {light:.2}"
        );
        assert!(
            dark < 0.2,
            "the dark page's background has the luminance {dark:.2}"
        );
        Ok(())
    });
}

#[test]
fn light_text_is_readable() {
    todomvc::run(async |app| check_texts(app, "light").await);
}

#[test]
fn dark_text_is_readable() {
    todomvc::run(async |app| check_texts(app, "dark").await);
}

async fn check_texts(app: &TodoMvc, scheme: &str) -> Result<(), Failure> {
    app.prefer_colours(scheme).await?;
    app.add_all(["one", "two"]).await?;
    app.toggle(0).await?;
    app.shows([Todo::completed("one"), Todo::active("two")])
        .await?;
    app.until("All to be selected", |page| {
        page.selected() == [Filter::All.to_string()]
    })
    .await?;
    // What the mouse points at may look different.
    app.focus_new_todo().await?;
    settle(app).await?;
    for text in TEXTS {
        let colours = colours(app, text).await?;
        let contrast = colours.contrast();
        assert!(
            contrast >= colour::READABLE,
            "{text} has the contrast {contrast:.2}: {colours:?}"
        );
    }
    Ok(())
}

async fn page_brightness(app: &TodoMvc, scheme: &str) -> Result<f64, Failure> {
    app.prefer_colours(scheme).await?;
    settle(app).await?;
    Ok(colour::luminance(colours(app, "body").await?.background))
}

async fn colours(app: &TodoMvc, selector: &str) -> Result<Colours, Failure> {
    let colours: Option<Colours> = app.script(colour::SCRIPT, vec![selector.into()]).await?;
    Ok(colours.unwrap_or_else(|| panic!("nothing on the page matches {selector}")))
}

/// Brings transitions to their end, which colours may be on their way to.
async fn settle(app: &TodoMvc) -> Result<(), Failure> {
    let script = "document.body.getBoundingClientRect();
        for (const animation of document.getAnimations()) {
          if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
        }
        return null;";
    app.script(script, vec![]).await
}
