//! The app without a mouse.

use livestore_tests::{
    Failure,
    todomvc::{self, Todo, TodoMvc},
};
use thirtyfour::Key;

/// Presses Tab until the focus is on `control`, as the page object names it.
async fn tab_to(app: &TodoMvc, control: &str) -> Result<(), Failure> {
    let mut passed = Vec::new();
    for _ in 0..20 {
        app.press(Key::Tab).await?;
        let focus = app.page().await?.focus;
        if focus == control {
            return Ok(());
        }
        passed.push(focus);
    }
    panic!("Tab doesn't reach {control}; it went over {passed:?}");
}

#[test]
fn todos_can_be_added_toggled_and_deleted() {
    todomvc::run(async |app| {
        app.until("the focus in .new-todo", |page| page.focus == ".new-todo")
            .await?;
        app.press("one" + Key::Enter).await?;
        app.press("two" + Key::Enter).await?;
        app.shows([Todo::active("one"), Todo::active("two")])
            .await?;

        tab_to(app, "todo 0 .toggle").await?;
        app.press(" ").await?;
        app.shows([Todo::completed("one"), Todo::active("two")])
            .await?;
        tab_to(app, "todo 1 .destroy").await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::completed("one")]).await?;
        Ok(())
    });
}

#[test]
fn all_todos_can_be_toggled() {
    todomvc::run(async |app| {
        app.add_all(["one", "two"]).await?;
        app.shows([Todo::active("one"), Todo::active("two")])
            .await?;
        tab_to(app, ".toggle-all").await?;
        app.press(" ").await?;
        app.shows([Todo::completed("one"), Todo::completed("two")])
            .await?;
        Ok(())
    });
}

#[test]
fn filters_and_clear_completed_can_be_used() {
    todomvc::run(async |app| {
        app.add_all(["one", "two"]).await?;
        app.toggle(0).await?;
        app.shows([Todo::completed("one"), Todo::active("two")])
            .await?;
        app.focus_new_todo().await?;
        tab_to(app, ".clear-completed").await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::active("two")]).await?;

        app.focus_new_todo().await?;
        tab_to(app, "link #/active").await?;
        app.press(Key::Enter).await?;
        app.until("the filter Active", |page| {
            page.address == "#/active" && page.selected() == ["Active"]
        })
        .await?;
        Ok(())
    });
}
