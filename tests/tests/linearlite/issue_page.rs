//! The page of an issue: properties, comments, activity.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

async fn open_new(app: &Linearlite, title: &str) -> Result<(), Failure> {
    app.create(title).await?;
    app.press("j enter").await?;
    app.until("the issue's page", |page| page.issue.is_some())
        .await?;
    Ok(())
}

#[test]
fn what_happens_to_an_issue_is_in_its_activity() {
    run(async |app| {
        open_new(app, "Paint the shed").await?;
        app.until("that it was created", |page| {
            feed(page) == ["created the issue"]
        })
        .await?;
        app.choose("s", "Done").await?;
        app.choose("p", "High").await?;
        app.choose("l", "Bug").await?;
        app.press("escape i").await?;
        let page = app
            .until("four changes", |page| feed(page).len() == 5)
            .await?;
        assert_eq!(
            feed(&page)[1..4],
            [
                "moved it to Done",
                "set the priority to High",
                "added the label Bug"
            ]
        );
        assert!(feed(&page)[4].starts_with("assigned it to Guest"));
        // It is read from the log: there after a reload.
        app.driver().refresh().await?;
        app.until("the same after a reload", |page| feed(page).len() == 5)
            .await?;
        Ok(())
    });
}

/// What is said after the person's name, which has two words.
fn feed(page: &livestore_tests::linearlite::Page) -> Vec<String> {
    let issue = page.issue.iter();
    let lines = issue.flat_map(|issue| &issue.feed);
    lines
        .map(|line| line.split(' ').skip(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn a_comment_is_rendered_and_its_draft_outlives_a_reload() {
    run(async |app| {
        open_new(app, "Paint the shed").await?;
        app.click(".composer-field").await?;
        app.type_text("It is **red** now").await?;
        app.driver().refresh().await?;
        app.until("the page again", |page| page.issue.is_some())
            .await?;
        app.click(".composer-field").await?;
        app.press("mod+enter").await?;
        app.until("the comment", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.comments == ["It is red now"])
        })
        .await?;
        let left: String = app
            .script(
                "return document.querySelector('.composer-field').value",
                vec![],
            )
            .await?;
        assert_eq!(left, "");
        app.click(".comment .icon-button").await?;
        app.until("it to be gone", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.comments.is_empty())
        })
        .await?;
        Ok(())
    });
}

#[test]
fn properties_are_changed_beside_the_text() {
    run(async |app| {
        open_new(app, "Paint the shed").await?;
        app.click(".property-value[aria-label='Status: Todo']")
            .await?;
        app.until("the menu", |page| page.choices.len() == 5)
            .await?;
        app.type_text("progress").await?;
        app.press("enter").await?;
        app.until("the new status", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.properties[0] == "Status: In Progress")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_label_is_made_where_it_is_missed() {
    run(async |app| {
        open_new(app, "Paint the shed").await?;
        app.press("l").await?;
        app.until("the menu", |page| page.choices.len() == 6)
            .await?;
        app.type_text("Garden").await?;
        app.until("the offer", |page| page.choices.len() == 1)
            .await?;
        app.press("enter").await?;
        app.until("the label", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.properties.contains(&"Labels: Garden".to_owned()))
        })
        .await?;
        Ok(())
    });
}

#[test]
fn an_issue_that_is_not_there_is_said_to_be_missing() {
    run(async |app| {
        app.open("/issue/LIV-99").await?;
        app.until("that it is missing", |page| {
            page.empty.as_deref() == Some("There is no such issue here")
        })
        .await?;
        app.create("Paint the shed").await?;
        app.open("/issue/LIV-1").await?;
        app.until("the issue by its number", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Paint the shed")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn what_happened_gets_older() {
    run(async |app| {
        open_new(app, "Paint the shed").await?;
        let age = "document.querySelector('.feed-time')?.textContent";
        app.until_true("that it is new", &format!("{age} === 'just now'"))
            .await?;
        app.script::<()>(
            "const now = Date.now; Date.now = () => now() + 5 * 60_000; dispatchEvent(new Event('focus'));",
            vec![],
        )
        .await?;
        app.until_true("its age", &format!("{age} === '5 min ago'"))
            .await?;
        Ok(())
    });
}
