//! Saving and deleting what this browser has of a workspace.

use livestore_tests::Failure;
use livestore_tests::linearlite::{Linearlite, run};

/// Keeps what the page has the browser save: the name, and how the file begins.
const KEEP_SAVED: &str = "window.saved = []; const make = URL.createObjectURL; \
    URL.createObjectURL = (blob) => { window.blob = blob; return make.call(URL, blob); }; \
    HTMLAnchorElement.prototype.click = function () { \
        const name = this.download; \
        window.blob.slice(0, 15).text().then((start) => window.saved.push([name, start])); };";

async fn open_dialog(app: &Linearlite) -> Result<(), Failure> {
    app.command("Data in this browser").await?;
    app.until("the dialog", |page| {
        page.dialog.as_deref() == Some("Data in this browser")
    })
    .await?;
    Ok(())
}

#[test]
fn the_database_and_the_log_can_be_saved() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.script::<()>(KEEP_SAVED, vec![]).await?;
        open_dialog(app).await?;
        app.click_button("Save the database").await?;
        app.click_button("Save the log").await?;
        app.until_true("two files", "window.saved.length === 2")
            .await?;
        let mut saved: Vec<(String, String)> = app.script("return window.saved;", vec![]).await?;
        saved.sort();
        let database = "SQLite format 3".to_owned();
        assert_eq!(
            saved,
            [
                ("linearlite-log.db".to_owned(), database.clone()),
                ("linearlite.db".to_owned(), database),
            ]
        );
        Ok(())
    });
}

#[test]
fn deleting_the_data_says_what_is_lost_and_the_rest_comes_again() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until("the sync to be done", |page| page.sync == "Synced")
            .await?;
        app.command("Work offline").await?;
        app.create("Only here").await?;
        open_dialog(app).await?;
        app.click_button("Delete the data in this browser…").await?;
        let warning: String = app
            .script(
                "return document.querySelector('.data-warning p').textContent;",
                vec![],
            )
            .await?;
        assert!(
            warning.starts_with("1 change is not on the server yet"),
            "{warning}"
        );
        app.click_button("Delete").await?;
        app.until("the end of the dialog", |page| page.dialog.is_none())
            .await?;
        app.command("Work offline, or go online").await?;
        app.until("what the server has", |page| {
            page.titles() == ["Paint the shed"]
        })
        .await?;
        Ok(())
    });
}
