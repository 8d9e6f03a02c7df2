//! Filling a workspace with samples.

use livestore_tests::linearlite::run;

#[test]
fn samples_go_on_when_their_dialog_is_closed_and_are_not_made_twice() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.click_button("Samples").await?;
        app.until("the dialog", |page| {
            page.dialog.as_deref() == Some("Add sample issues")
        })
        .await?;
        app.click_button("10,000").await?;
        app.until_true("progress", "document.querySelector('.progress')")
            .await?;
        app.press("escape").await?;
        app.until("it to close", |page| page.dialog.is_none())
            .await?;
        app.click("button[title='Add sample issues']").await?;
        app.until_true(
            "the progress, and nothing to start",
            "document.querySelector('dialog .progress') && !document.querySelector('.seed-sizes')",
        )
        .await?;
        let page = app
            .until_at_last("all of them", |page| {
                page.dialog.is_none() && page.toasts.iter().any(|text| text.contains("added"))
            })
            .await?;
        assert_eq!(page.count, Some(10_001));
        Ok(())
    });
}
