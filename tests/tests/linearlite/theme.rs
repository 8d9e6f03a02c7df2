//! Light, dark, as the system: chosen once, there before anything is drawn.

use livestore_tests::linearlite::run;

#[test]
fn a_theme_outlives_a_reload_and_is_there_before_the_app() {
    run(async |app| {
        app.command("Theme: dark").await?;
        app.until("the dark theme", |page| page.theme == "dark")
            .await?;
        app.driver().refresh().await?;
        // The page's own script sets it, before the app has come.
        let early: (String, bool) = app
            .script("return [document.documentElement.dataset.theme, matchMedia('(prefers-color-scheme: dark)').matches]", vec![])
            .await?;
        assert_eq!(early.0, "dark");
        app.until("the app in the dark theme", |page| {
            page.started && page.theme == "dark"
        })
        .await?;
        let ground: String = app
            .script(
                "return getComputedStyle(document.querySelector('.main')).backgroundColor",
                vec![],
            )
            .await?;
        assert_eq!(ground, "rgb(20, 21, 25)");
        app.command("Theme: as the system").await?;
        app.until("the system's theme", |page| page.theme == "system")
            .await?;
        Ok(())
    });
}

#[test]
fn a_phone_has_the_sidebar_in_a_drawer() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.driver().set_window_rect(0, 0, 400, 800).await?;
        app.click_button("Menu").await?;
        app.until("the drawer", |page| page.dialog.as_deref() == Some("Menu"))
            .await?;
        app.click("dialog .nav-link[href='/board']").await?;
        app.until("the board", |page| {
            page.address == "/board" && page.dialog.is_none()
        })
        .await?;
        let overflow: bool = app
            .script(
                "return document.documentElement.scrollWidth > innerWidth",
                vec![],
            )
            .await?;
        assert!(!overflow);
        app.driver().set_window_rect(0, 0, 1000, 900).await?;
        Ok(())
    });
}

#[test]
fn a_new_workspace_starts_in_the_theme_chosen_last() {
    run(async |app| {
        app.command("Theme: dark").await?;
        app.until("the dark theme", |page| page.theme == "dark")
            .await?;
        app.until_synced().await?;
        app.open("/?store=another").await?;
        // By then its settings are there.
        app.until_true(
            "a name",
            "document.querySelector('.account-name')?.textContent.startsWith('Guest')",
        )
        .await?;
        assert_eq!(app.page().await?.theme, "dark");
        app.command("Theme: light").await?;
        app.until("the light theme", |page| page.theme == "light")
            .await?;
        app.driver().goto(&format!("{}/", app.origin())).await?;
        let early: String = app
            .script("return document.documentElement.dataset.theme", vec![])
            .await?;
        assert_eq!(early, "dark", "the first workspace's own");
        Ok(())
    });
}
