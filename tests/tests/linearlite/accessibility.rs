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
                app.script::<()>("return new Promise((go) => setTimeout(go, 400))", vec![])
                    .await?;
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
        for keys in ["?", "mod+k", "c", "f", "shift+v", "j s", "p", "a", "l"] {
            app.press(keys).await?;
            app.until(format!("a dialog for {keys}"), |page| page.dialog.is_some())
                .await?;
            app.script::<()>("return new Promise((go) => setTimeout(go, 250))", vec![])
                .await?;
            check(app, keys).await?;
            app.press("escape").await?;
            app.until("it to close", |page| page.dialog.is_none())
                .await?;
        }
        app.press("x").await?;
        check(app, "a selection").await?;
        app.click(".sidebar-column .sync-indicator").await?;
        app.until("the details", |page| page.dialog.is_some())
            .await?;
        check(app, "the sync details").await?;
        Ok(())
    });
}
