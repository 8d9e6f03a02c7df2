//! The pictures of the README, taken anew: `cargo xtask test e2e -- pictures --ignored`.

use std::path::Path;

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

#[test]
#[ignore = "writes the README's pictures"]
fn pictures() {
    run(async |app| {
        app.resize(1440, 900, 1.5).await?;
        app.seed("1,000").await?;
        for theme in ["light", "dark"] {
            app.open("/").await?;
            app.command(&format!("Theme: {theme}")).await?;
            app.until("the theme", |page| page.theme == theme).await?;
            desktop(app, theme).await?;
            phone(app, theme).await?;
            app.resize(1440, 900, 1.5).await?;
        }
        Ok(())
    });
}

async fn desktop(app: &Linearlite, theme: &str) -> Result<(), Failure> {
    app.open("/").await?;
    app.press("j j j").await?;
    take(app, &format!("list-{theme}")).await?;
    app.press("x j x j x").await?;
    app.press("shift+v escape").await?;
    take(app, &format!("selection-{theme}")).await?;
    app.open("/board").await?;
    app.press("j").await?;
    take(app, &format!("board-{theme}")).await?;
    app.open("/issue/LIV-991").await?;
    app.choose("s", "In Progress").await?;
    app.choose("p", "Urgent").await?;
    take(app, &format!("issue-{theme}")).await?;
    app.open("/").await?;
    app.press("mod+k").await?;
    app.until("the palette", |page| page.choices.len() > 5)
        .await?;
    app.type_text("go").await?;
    take(app, &format!("palette-{theme}")).await?;
    app.press("escape").await?;
    app.open("/search?q=keyboard").await?;
    take(app, &format!("search-{theme}")).await?;
    app.open("/?status=todo,in_progress&label=label-bug,label-design&group=assignee&sort=updated")
        .await?;
    app.press("f").await?;
    app.until("the menu", |page| page.dialog.is_some()).await?;
    take(app, &format!("filters-{theme}")).await?;
    app.press("escape").await?;
    app.press("?").await?;
    take(app, &format!("help-{theme}")).await?;
    app.press("escape c").await?;
    take(app, &format!("new-issue-{theme}")).await?;
    app.press("escape").await?;
    app.click(".sidebar-column .sync-indicator").await?;
    take(app, &format!("sync-{theme}")).await?;
    app.press("escape").await
}

async fn phone(app: &Linearlite, theme: &str) -> Result<(), Failure> {
    app.resize(390, 844, 2.0).await?;
    app.open("/").await?;
    take(app, &format!("phone-{theme}")).await?;
    app.click(".row-pick button").await?;
    take(app, &format!("phone-menu-{theme}")).await?;
    app.press("escape").await?;
    app.open("/board").await?;
    take(app, &format!("phone-board-{theme}")).await?;
    app.open("/issue/LIV-991").await?;
    take(app, &format!("phone-issue-{theme}")).await?;
    app.click_button("Menu").await?;
    take(app, &format!("phone-sidebar-{theme}")).await?;
    app.press("escape").await
}

/// Takes a picture once everything has moved to its place.
async fn take(app: &Linearlite, name: &str) -> Result<(), Failure> {
    app.script::<()>("return new Promise((go) => setTimeout(go, 450))", vec![])
        .await?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../apps/linearlite/docs");
    std::fs::create_dir_all(&folder)?;
    app.driver()
        .screenshot(&folder.join(format!("{name}.png")))
        .await?;
    Ok(())
}
