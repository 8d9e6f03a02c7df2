//! What is half written: kept, and each tab's own.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

async fn open_new(app: &Linearlite) -> Result<String, Failure> {
    app.create("Paint the shed").await?;
    app.press("j enter").await?;
    let page = app
        .until("the issue's page", |page| page.issue.is_some())
        .await?;
    Ok(page.address)
}

async fn composer(app: &Linearlite, text: &str) -> Result<(), Failure> {
    app.until_true(
        format!("{text:?} in the field"),
        &format!("document.querySelector('.composer-field')?.value === '{text}'"),
    )
    .await
}

#[test]
fn a_description_outlives_escape_and_a_reload() {
    run(async |app| {
        open_new(app).await?;
        app.click(".add-description").await?;
        app.until("the field", |page| page.focus.starts_with("Description"))
            .await?;
        app.type_text("Two coats").await?;
        app.press("escape").await?;
        app.until_true(
            "the offer to go on",
            "document.querySelector('.add-description')?.textContent.startsWith('Continue')",
        )
        .await?;
        app.driver().refresh().await?;
        app.until_true(
            "the offer after the reload",
            "document.querySelector('.add-description')?.textContent.startsWith('Continue')",
        )
        .await?;
        app.click(".add-description").await?;
        app.until_true(
            "the text",
            "document.querySelector('.editor-field')?.value === 'Two coats'",
        )
        .await?;
        app.click_button("Cancel").await?;
        app.until_true(
            "it to be given up",
            "document.querySelector('.add-description')?.textContent.startsWith('Add')",
        )
        .await?;
        Ok(())
    });
}

#[test]
fn two_tabs_write_different_comments() {
    run(async |app| {
        let address = open_new(app).await?;
        app.click(".composer-field").await?;
        app.type_text("one").await?;
        let tab = app.second_tab().await?;
        tab.until("all to be synced", |page| page.sync == "Synced")
            .await?;
        tab.open(&address).await?;
        composer(&tab, "one").await?;
        tab.click(".composer-field").await?;
        tab.press("mod+a").await?;
        tab.type_text("two").await?;
        composer(&tab, "two").await?;
        app.press("end").await?;
        app.type_text("s").await?;
        composer(app, "ones").await?;
        app.press("mod+enter").await?;
        tab.until("the comment", |page| {
            let issue = page.issue.as_ref();
            issue.is_some_and(|issue| issue.comments == ["ones"])
        })
        .await?;
        composer(&tab, "two").await?;
        composer(app, "").await?;
        Ok(())
    });
}

#[test]
fn a_new_tab_finds_what_another_has_left_until_it_is_sent() {
    run(async |app| {
        let address = open_new(app).await?;
        app.click(".composer-field").await?;
        app.type_text("It is red").await?;
        let tab = app.second_tab().await?;
        tab.until("all to be synced", |page| page.sync == "Synced")
            .await?;
        tab.open(&address).await?;
        composer(&tab, "It is red").await?;
        tab.click(".composer-field").await?;
        tab.press("mod+enter").await?;
        tab.until("the comment", |page| {
            let issue = page.issue.as_ref();
            issue.is_some_and(|issue| issue.comments == ["It is red"])
        })
        .await?;
        composer(&tab, "").await?;
        composer(app, "").await?;
        Ok(())
    });
}
