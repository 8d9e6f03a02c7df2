//! Search: as one types, marked, by the keyboard.

use livestore_tests::linearlite::run;

#[test]
fn search_finds_as_one_types_and_marks_what_was_found() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.create("Mend the roof").await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.type_text("roo").await?;
        let page = app
            .until("one result", |page| page.results.len() == 1)
            .await?;
        assert_eq!(
            page.results[0],
            ("Mend the roof".to_owned(), vec!["roof".to_owned()])
        );
        assert_eq!(page.address, "/search?q=roo");
        app.press("enter").await?;
        app.until("the issue", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Mend the roof")
        })
        .await?;
        app.driver().back().await?;
        app.until("the search again", |page| page.results.len() == 1)
            .await?;
        Ok(())
    });
}

#[test]
fn what_was_typed_means_nothing_but_itself() {
    run(async |app| {
        app.create("It's \"quoted\" AND (odd)").await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.type_text("\"quoted\" AND (").await?;
        app.until("it", |page| page.results.len() == 1).await?;
        app.type_text(" nothing").await?;
        app.until("nothing", |page| {
            page.empty.as_deref() == Some("Nothing found")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_result_follows_what_is_changed() {
    run(async |app| {
        app.create("Paint the shed").await?;
        let tab = app.second_tab().await?;
        tab.open("/search?q=shed").await?;
        tab.until("it", |page| page.results.len() == 1).await?;
        app.press("j mod+backspace").await?;
        tab.until("nothing", |page| page.results.is_empty()).await?;
        Ok(())
    });
}
