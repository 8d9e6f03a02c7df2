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
        // In one go: the samples are made faster than a driver clicks.
        let seen: (bool, bool) = app
            .script(
                "const one = (selector) => document.querySelector(selector); \
                 const frames = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))); \
                 return (async () => { \
                   one('.seed-sizes button:nth-child(2)').click(); \
                   await frames(); \
                   one('dialog').dispatchEvent(new Event('cancel', { cancelable: true })); \
                   await frames(); \
                   one('button[title=\"Add sample issues\"]').click(); \
                   await frames(); \
                   return [!!one('dialog .progress'), !!one('.seed-sizes')]; \
                 })();",
                vec![],
            )
            .await?;
        assert_eq!(seen, (true, false), "progress, and nothing to start");
        let page = app
            .until_at_last("all of them", |page| {
                page.dialog.is_none() && page.toasts.iter().any(|text| text.contains("added"))
            })
            .await?;
        assert_eq!(page.count, Some(10_001));
        Ok(())
    });
}
