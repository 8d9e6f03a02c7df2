//! The dialog for a new issue: what it starts with, and what it keeps.

use livestore_tests::linearlite::run;

#[test]
fn a_new_issue_has_what_its_group_has() {
    run(async |app| {
        app.create("Pressing").await?;
        app.press("home").await?;
        app.choose("p", "High").await?;
        app.until_synced().await?;
        app.open("/?group=priority").await?;
        app.until("the group", |page| {
            page.group_of("Pressing") == Some("High")
        })
        .await?;
        app.click_button("New issue in High").await?;
        app.until("the dialog", |page| page.focus == "Title")
            .await?;
        app.type_text("Pressing too").await?;
        app.press("enter").await?;
        app.until("both", |page| page.group_of("Pressing too") == Some("High"))
            .await?;
        // What was preset there is not kept for the next one.
        app.create("Calm").await?;
        app.until("it without a priority", |page| {
            page.group_of("Calm") == Some("No priority")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn what_is_chosen_outlives_a_reload_and_there_may_be_several_labels() {
    run(async |app| {
        app.press("c").await?;
        app.until("the dialog", |page| page.focus == "Title")
            .await?;
        app.type_text("Paint the shed").await?;
        app.click_button("Bug").await?;
        app.click_button("Docs").await?;
        app.script::<()>(
            "const select = document.querySelector('dialog select[aria-label=Priority]'); \
             select.value = 'urgent'; select.dispatchEvent(new Event('change', { bubbles: true }));",
            vec![],
        )
        .await?;
        app.until_true(
            "both labels",
            "document.querySelectorAll('.label-toggle[aria-pressed=true]').length === 2",
        )
        .await?;
        app.driver().refresh().await?;
        app.until("the app", |page| page.started && page.empty.is_some())
            .await?;
        app.press("c").await?;
        app.until("the dialog", |page| page.focus == "Title")
            .await?;
        app.press("enter").await?;
        let page = app
            .until("the issue", |page| {
                page.row("Paint the shed").is_some() && page.dialog.is_none()
            })
            .await?;
        let row = page.row("Paint the shed").expect("it is there");
        assert_eq!(row.priority, "Urgent");
        assert_eq!(row.labels, ["Bug", "Docs"]);
        app.press("c").await?;
        app.until("an empty dialog", |page| page.focus == "Title")
            .await?;
        let left: String = app
            .script("return document.querySelector('.new-title').value", vec![])
            .await?;
        assert_eq!(left, "");
        Ok(())
    });
}
