//! Search: as one types, marked, by the keyboard.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

/// Two issues, both found, with the cursor on the second result and the field left. Returns the titles.
async fn two_found(app: &Linearlite) -> Result<[String; 2], Failure> {
    app.create("Paint the shed").await?;
    app.create("Mend the shed").await?;
    app.press("/").await?;
    app.until("the field", |page| page.focus == "Search issues")
        .await?;
    app.type_text("shed").await?;
    let page = app
        .until("two results", |page| {
            page.results.len() == 2 && page.result.as_ref() == Some(&page.results[0].0)
        })
        .await?;
    let titles = [page.results[0].0.clone(), page.results[1].0.clone()];
    app.press("arrowdown escape").await?;
    app.until("the cursor on the second", |page| {
        page.result.as_ref() == Some(&titles[1]) && page.focus == "nothing"
    })
    .await?;
    Ok(titles)
}

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

#[test]
fn the_keys_of_a_list_change_the_result_at_the_cursor() {
    run(async |app| {
        let [first, second] = two_found(app).await?;
        app.choose("s", "Done").await?;
        app.until("the menu to close", |page| page.dialog.is_none())
            .await?;
        app.choose("p", "Urgent").await?;
        app.until("the menu to close", |page| page.dialog.is_none())
            .await?;
        app.choose("a", "Guest").await?;
        app.until("the menu to close", |page| page.dialog.is_none())
            .await?;
        app.choose("l", "Garden").await?;
        app.press("escape").await?;
        app.until("the same result", |page| {
            page.dialog.is_none() && page.result.as_ref() == Some(&second)
        })
        .await?;
        app.press("g l").await?;
        let page = app
            .until("the list", |page| page.titles().len() == 2)
            .await?;
        let row = page.row(&second).expect("it is in the list");
        assert_eq!((&*row.status, &*row.priority), ("Done", "Urgent"));
        assert!(row.assignee.starts_with("Guest"), "{}", row.assignee);
        assert_eq!(row.labels, ["Garden"]);
        let other = page.row(&first).expect("it is in the list");
        assert_eq!((&*other.status, &*other.priority), ("Todo", "No priority"));
        Ok(())
    });
}

#[test]
fn results_are_selected_by_the_keyboard_and_no_longer_when_others_are_sought() {
    run(async |app| {
        two_found(app).await?;
        app.press("x").await?;
        app.until("one selected", |page| {
            page.selection.as_deref() == Some("1 selected")
        })
        .await?;
        app.press("k x").await?;
        app.until("both selected", |page| {
            page.selection.as_deref() == Some("2 selected")
        })
        .await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        // In the field they are letters.
        app.type_text("spalx").await?;
        let page = app
            .until("another search", |page| page.address == "/search?q=spalx")
            .await?;
        assert_eq!(page.dialog, None);
        app.until("nothing selected", |page| page.selection.is_none())
            .await?;
        Ok(())
    });
}

#[test]
fn tab_leads_from_the_field_to_the_results() {
    run(async |app| {
        let [first, second] = two_found(app).await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.press("tab").await?;
        app.until("the results", |page| page.focus == "Results")
            .await?;
        app.press("arrowup").await?;
        app.until("the first", |page| page.result.as_ref() == Some(&first))
            .await?;
        app.press("j enter").await?;
        app.until("the second's page", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == second)
        })
        .await?;
        app.driver().back().await?;
        app.until("the cursor where it was", |page| {
            page.result.as_ref() == Some(&second)
        })
        .await?;
        Ok(())
    });
}

#[test]
fn when_a_result_is_deleted_the_next_one_has_the_cursor() {
    run(async |app| {
        let [first, _] = two_found(app).await?;
        app.press("delete").await?;
        app.until("the other", |page| {
            page.results.len() == 1 && page.result.as_ref() == Some(&first)
        })
        .await?;
        Ok(())
    });
}
