//! Two people who edit the same issue.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, Page, run},
};

/// An issue whose page both have open.
async fn both_at_an_issue(app: &Linearlite) -> Result<Linearlite, Failure> {
    app.create("Paint the shed").await?;
    app.press("j enter").await?;
    let page = app
        .until("the issue's page", |page| page.issue.is_some())
        .await?;
    let other = app.somebody_else().await?;
    other
        .until("the issue, and all to be synced", |page| {
            page.count == Some(1) && page.sync == "Synced"
        })
        .await?;
    other.open(&page.address).await?;
    other
        .until("the issue's page", |page| page.issue.is_some())
        .await?;
    Ok(other)
}

fn feed(page: &Page, text: &str) -> usize {
    let lines = page.issue.iter().flat_map(|issue| &issue.feed);
    lines.filter(|line| line.contains(text)).count()
}

fn has_title(page: &Page, title: &str) -> bool {
    page.issue
        .as_ref()
        .is_some_and(|issue| issue.title == title)
}

#[test]
fn leaving_an_untouched_title_keeps_what_others_made_of_it() {
    run(async |app| {
        let other = both_at_an_issue(app).await?;
        app.click(".issue-title").await?;
        other.click(".issue-title").await?;
        other.press("end").await?;
        other.type_text(" red").await?;
        other.press("enter").await?;
        app.until("that it was renamed", |page| {
            feed(page, "renamed") == 1 && page.focus == "Title"
        })
        .await?;
        app.press("tab").await?;
        app.until("the new title", |page| {
            page.focus != "Title" && has_title(page, "Paint the shed red")
        })
        .await?;
        // What comes after a rename of ours, had there been one.
        app.choose("s", "Done").await?;
        let page = other
            .until("the status", |page| feed(page, "moved it to Done") == 1)
            .await?;
        assert_eq!(feed(&page, "renamed"), 1);
        assert!(has_title(&page, "Paint the shed red"));
        Ok(())
    });
}

#[test]
fn who_edits_a_description_is_told_that_somebody_else_changed_it() {
    run(async |app| {
        let other = both_at_an_issue(app).await?;
        for (window, text) in [(app, "Mine"), (&other, "Theirs")] {
            window.click(".add-description").await?;
            window
                .until("the field", |page| page.focus.starts_with("Description"))
                .await?;
            window.type_text(text).await?;
        }
        other.press("mod+enter").await?;
        app.until("the notice", |page| {
            page.notice
                .as_ref()
                .is_some_and(|notice| notice.starts_with("Somebody else has changed"))
        })
        .await?;
        app.press("mod+enter").await?;
        let html = "<p>Mine</p>";
        other
            .until("the text of who saved last", |page| {
                let issue = page.issue.as_ref();
                issue.is_some_and(|issue| issue.description.as_deref() == Some(html))
            })
            .await?;
        Ok(())
    });
}

#[test]
fn an_untouched_description_follows_what_others_write() {
    run(async |app| {
        let other = both_at_an_issue(app).await?;
        for window in [app, &other] {
            window.click(".add-description").await?;
            window
                .until("the field", |page| page.focus.starts_with("Description"))
                .await?;
        }
        other.type_text("Theirs").await?;
        other.press("mod+enter").await?;
        app.until_true(
            "their text in the field",
            "document.querySelector('.editor-field').value === 'Theirs'",
        )
        .await?;
        app.press("mod+enter").await?;
        let page = app
            .until("the description", |page| {
                let issue = page.issue.as_ref();
                issue.is_some_and(|issue| issue.description.is_some())
            })
            .await?;
        assert_eq!(feed(&page, "changed the description"), 1);
        Ok(())
    });
}

#[test]
fn the_cursor_stays_on_its_issue_when_others_insert_above() {
    run(async |app| {
        app.create_all(&["One", "Two"]).await?;
        let other = app.somebody_else().await?;
        other
            .until("both", |page| page.titles() == ["Two", "One"])
            .await?;
        app.press("end").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        other.create("Three").await?;
        app.until("three", |page| page.titles() == ["Three", "Two", "One"])
            .await?;
        app.press("k").await?;
        app.until("the cursor one up", |page| page.cursor() == Some("Two"))
            .await?;
        Ok(())
    });
}

#[test]
fn the_cursor_comes_away_from_a_group_that_others_emptied() {
    run(async |app| {
        app.create_all(&["One", "Two"]).await?;
        let other = app.somebody_else().await?;
        other
            .until("both", |page| page.titles() == ["Two", "One"])
            .await?;
        app.press("end").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        other.press("mod+a").await?;
        other
            .until("all selected", |page| page.selection.is_some())
            .await?;
        other.choose("s", "Backlog").await?;
        app.until("them in the backlog", |page| {
            page.group_of("One") == Some("Backlog")
        })
        .await?;
        app.press("k").await?;
        app.until("the cursor on another", |page| page.cursor() == Some("Two"))
            .await?;
        Ok(())
    });
}
