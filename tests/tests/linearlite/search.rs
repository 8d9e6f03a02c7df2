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

#[test]
fn slash_goes_to_the_field_and_leaves_what_is_searched_for() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.type_text("shed").await?;
        app.until("it", |page| page.results.len() == 1).await?;
        app.press("escape").await?;
        app.until("the field to be left", |page| page.focus == "nothing")
            .await?;
        app.press("/").await?;
        let page = app
            .until("the field", |page| page.focus == "Search issues")
            .await?;
        assert_eq!(page.address, "/search?q=shed");
        // It is selected: what is typed takes its place.
        app.type_text("paint").await?;
        app.until("the other word", |page| page.address == "/search?q=paint")
            .await?;
        Ok(())
    });
}

#[test]
fn an_issue_is_found_by_its_number() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.create("Mend the roof").await?;
        app.until_synced().await?;
        app.open("/search?q=liv-1").await?;
        app.until("the issue", |page| {
            page.results == [("Paint the shed".to_owned(), vec![])]
        })
        .await?;
        app.open("/").await?;
        app.press("mod+k").await?;
        app.until("the palette", |page| page.choices.len() > 5)
            .await?;
        app.type_text("LIV-2").await?;
        app.until("the issue", |page| {
            page.choice.as_deref() == Some("Mend the roof")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn enter_that_ends_a_composition_opens_nothing() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until_synced().await?;
        app.open("/search?q=shed").await?;
        app.until("it, and the field", |page| {
            page.results.len() == 1 && page.focus == "Search issues"
        })
        .await?;
        app.script::<()>(
            "const field = document.querySelector('.search-field'); \
             field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));",
            vec![],
        )
        .await?;
        app.press("end").await?;
        app.type_text("s").await?;
        app.until("what is typed next", |page| {
            page.address == "/search?q=sheds"
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_result_has_the_menu_of_an_issue() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until_synced().await?;
        app.open("/search?q=shed").await?;
        app.until("it", |page| page.results.len() == 1).await?;
        app.script::<()>(
            "document.querySelector('.result').dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 300, clientY: 200 }));",
            vec![],
        )
        .await?;
        app.until("the menu", |page| {
            page.choices.iter().any(|(text, _)| text == "Change status")
                && page.focus.ends_with('…')
        })
        .await?;
        app.type_text("delete").await?;
        app.press("enter").await?;
        app.until("nothing to be found", |page| {
            page.results.is_empty() && page.selection.is_none()
        })
        .await?;
        Ok(())
    });
}
