//! What axe-core finds wrong with the views, dialogs and menus.

use std::{env, fs};

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};
use serde_json::json;

/// Set by `cargo xtask test e2e`: the script of axe-core.
const VARIABLE: &str = "LIVESTORE_AXE";

/// Fails with everything axe calls serious or critical.
async fn check(app: &Linearlite, what: &str) -> Result<(), Failure> {
    const RUN: &str = "const [source] = arguments; \
        if (!window.axe) (0, eval)(source); \
        return axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations \
            .filter(({ impact }) => impact === 'serious' || impact === 'critical') \
            .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`));";
    let file = env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} names no axe.min.js: `cargo xtask test e2e` sets it")
    });
    let violations: Vec<String> = app
        .script(RUN, vec![json!(fs::read_to_string(file)?)])
        .await?;
    assert!(violations.is_empty(), "{what}: {violations:#?}");
    Ok(())
}

#[test]
fn axe_finds_nothing_serious_in_the_views() {
    run(async |app| {
        check(app, "the empty list").await?;
        app.seed("1,000").await?;
        for theme in ["Theme: light", "Theme: dark"] {
            app.command(theme).await?;
            for address in [
                "/",
                "/?status=todo&sort=created",
                "/?group=assignee",
                "/board",
                "/search?q=sync",
                "/my",
                "/issue/LIV-5",
                "/issue/none",
            ] {
                app.open(address).await?;
                settle(app).await?;
                check(app, &format!("{address}, {theme}")).await?;
            }
        }
        Ok(())
    });
}

#[test]
fn axe_finds_nothing_serious_in_dialogs_and_menus() {
    run(async |app| {
        app.create("Paint the shed").await?;
        for theme in ["Theme: light", "Theme: dark"] {
            app.command(theme).await?;
            dialogs(app, theme).await?;
        }
        Ok(())
    });
}

#[test]
fn axe_finds_nothing_serious_in_a_phones_drawer() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.driver().set_window_rect(0, 0, 400, 800).await?;
        for theme in ["Theme: light", "Theme: dark"] {
            app.command(theme).await?;
            app.until("the palette to close", |page| page.dialog.is_none())
                .await?;
            app.click_button("Menu").await?;
            app.until("the drawer", |page| page.dialog.as_deref() == Some("Menu"))
                .await?;
            settle(app).await?;
            check(app, &format!("the drawer, {theme}")).await?;
            app.press("escape").await?;
            app.until("it to close", |page| page.dialog.is_none())
                .await?;
        }
        app.driver().set_window_rect(0, 0, 1000, 900).await?;
        Ok(())
    });
}

/// Waits until nothing fades any more: colours in between have other contrasts.
async fn settle(app: &Linearlite) -> Result<(), Failure> {
    app.until_true(
        "all transitions to end",
        "document.getAnimations().every((animation) => animation.playState === 'finished')",
    )
    .await
}

async fn dialogs(app: &Linearlite, theme: &str) -> Result<(), Failure> {
    for keys in ["?", "mod+k", "c", "f", "shift+v", "home s", "p", "a", "l"] {
        app.press(keys).await?;
        check_dialog(app, &format!("{keys}, {theme}")).await?;
    }
    for command in ["Add sample issues", "Change your name", "Sync status"] {
        app.command(command).await?;
        app.until(command, |page| {
            page.dialog
                .as_ref()
                .is_some_and(|name| name != "Command palette")
        })
        .await?;
        check_dialog(app, &format!("{command}, {theme}")).await?;
    }
    app.script::<()>(
        "document.querySelector('.row').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 300, clientY: 200 }));",
        vec![],
    )
    .await?;
    check_dialog(app, &format!("the context menu, {theme}")).await?;
    app.press("x").await?;
    app.until("a selection", |page| page.selection.is_some())
        .await?;
    check(app, &format!("a selection, {theme}")).await?;
    app.press("escape").await?;
    Ok(())
}

async fn check_dialog(app: &Linearlite, what: &str) -> Result<(), Failure> {
    app.until(format!("a dialog: {what}"), |page| page.dialog.is_some())
        .await?;
    settle(app).await?;
    check(app, what).await?;
    app.press("escape").await?;
    app.until("it to close", |page| page.dialog.is_none())
        .await?;
    Ok(())
}
