//! Taking back and doing again.

use livestore_tests::linearlite::run;

#[test]
fn what_was_made_is_undone_and_redone() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("mod+z").await?;
        app.until("it to be gone", |page| page.empty.is_some())
            .await?;
        app.press("mod+shift+z").await?;
        app.until("it to be back", |page| page.count == Some(1))
            .await?;
        app.press("home").await?;
        app.choose("s", "Done").await?;
        app.until("it done", |page| {
            page.group_of("Paint the shed") == Some("Done")
        })
        .await?;
        app.press("mod+z").await?;
        app.until("it in Todo", |page| {
            page.group_of("Paint the shed") == Some("Todo")
        })
        .await?;
        app.press("mod+shift+z").await?;
        app.until("it done again", |page| {
            page.group_of("Paint the shed") == Some("Done")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_deleted_comment_is_brought_back() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j enter").await?;
        app.until("the issue's page", |page| page.issue.is_some())
            .await?;
        app.click(".composer-field").await?;
        app.type_text("It is red").await?;
        app.press("mod+enter").await?;
        let comments = |count: usize| {
            move |page: &livestore_tests::linearlite::Page| {
                let issue = page.issue.as_ref();
                issue.is_some_and(|issue| issue.comments.len() == count)
            }
        };
        app.until("the comment", comments(1)).await?;
        app.click(".comment .icon-button").await?;
        app.until("it to be gone", comments(0)).await?;
        app.click_button("Undo").await?;
        app.until("it to be back", comments(1)).await?;
        Ok(())
    });
}

#[test]
fn an_issue_is_deleted_once() {
    run(async |app| {
        app.create("One").await?;
        app.create("Two").await?;
        app.press("home delete").await?;
        app.until("one left", |page| page.titles() == ["One"])
            .await?;
        // Where nothing is at the cursor, nothing is deleted.
        app.press("delete mod+a").await?;
        let page = app
            .until("a selection", |page| {
                page.selection.as_deref() == Some("1 selected")
            })
            .await?;
        let deleted = page.toasts.iter().filter(|text| text.contains("deleted"));
        assert_eq!(deleted.count(), 1, "{:?}", page.toasts);
        Ok(())
    });
}
