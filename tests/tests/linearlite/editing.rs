//! Editing an issue's title and description in place.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

async fn open_new(app: &Linearlite) -> Result<(), Failure> {
    app.create("Paint the shed").await?;
    app.press("j enter").await?;
    app.until("the issue's page", |page| page.issue.is_some())
        .await?;
    Ok(())
}

#[test]
fn the_title_is_saved_with_enter_and_kept_with_escape() {
    run(async |app| {
        open_new(app).await?;
        app.click(".issue-title").await?;
        app.press("end").await?;
        app.type_text(" red").await?;
        app.press("enter").await?;
        app.open("/").await?;
        app.until("the new title in the list", |page| {
            page.titles() == ["Paint the shed red"]
        })
        .await?;

        app.press("j enter").await?;
        app.until("the issue's page", |page| page.issue.is_some())
            .await?;
        app.click(".issue-title").await?;
        app.type_text("no ").await?;
        app.press("escape").await?;
        app.until("the old title", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Paint the shed red")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_description_is_previewed_saved_and_rendered() {
    run(async |app| {
        open_new(app).await?;
        app.click(".add-description").await?;
        app.until("the field", |page| page.focus == "Description, in Markdown")
            .await?;
        app.type_text("Use *two* coats").await?;
        app.click_button("Preview").await?;
        let preview: String = app
            .script(
                "return document.querySelector('.editor-preview em')?.textContent ?? ''",
                vec![],
            )
            .await?;
        assert_eq!(preview, "two");
        app.click_button("Save").await?;
        app.until("the description", |page| {
            page.issue.as_ref().is_some_and(|issue| {
                issue.description.as_deref() == Some("<p>Use <em>two</em> coats</p>")
            })
        })
        .await?;
        Ok(())
    });
}

#[test]
fn nothing_that_people_write_runs() {
    run(async |app| {
        open_new(app).await?;
        app.click(".add-description").await?;
        app.until("the field", |page| page.focus == "Description, in Markdown")
            .await?;
        app.type_text("<img src=x onerror=\"window.ran=1\"> [x](javascript:window.ran=1)")
            .await?;
        app.press("mod+enter").await?;
        app.until("the description", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.description.is_some())
        })
        .await?;
        app.click(".description a").await?;
        let ran: Option<u32> = app.script("return window.ran ?? null", vec![]).await?;
        assert_eq!(ran, None);
        Ok(())
    });
}

#[test]
fn a_deleted_issue_says_so_and_can_be_restored() {
    run(async |app| {
        open_new(app).await?;
        app.press("mod+backspace").await?;
        app.until("the empty list", |page| page.empty.is_some())
            .await?;
        app.open("/issue/LIV-1").await?;
        app.click_button("Restore").await?;
        app.open("/").await?;
        app.until("the issue", |page| page.count == Some(1)).await?;
        Ok(())
    });
}
