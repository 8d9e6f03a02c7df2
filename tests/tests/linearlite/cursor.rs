//! Which issue the keys are for.

use livestore_tests::linearlite::run;

#[test]
fn keys_do_nothing_to_an_issue_that_is_filtered_away() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home").await?;
        app.choose("p", "Urgent").await?;
        app.press("end").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        app.choose("f", "Urgent").await?;
        app.press("escape").await?;
        app.until("one issue", |page| {
            page.titles() == ["Three"] && page.dialog.is_none()
        })
        .await?;
        app.press("delete shift+f").await?;
        let page = app
            .until("all again", |page| {
                page.address == "/" && page.count != Some(1)
            })
            .await?;
        assert_eq!(page.count, Some(3));
        Ok(())
    });
}

#[test]
fn a_selection_goes_with_its_view() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home x").await?;
        app.until("a selection", |page| page.selection.is_some())
            .await?;
        app.press("mod+b").await?;
        app.until("the board with nothing selected", |page| {
            page.columns.len() == 5 && page.selection.is_none()
        })
        .await?;
        app.press("home x").await?;
        app.until("a selection", |page| page.selection.is_some())
            .await?;
        app.choose("f", "Todo").await?;
        app.until("nothing selected", |page| page.selection.is_none())
            .await?;
        Ok(())
    });
}

#[test]
fn the_cursor_is_where_it_was_before_an_issue_was_opened() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home j").await?;
        app.until("the cursor on Two", |page| page.cursor() == Some("Two"))
            .await?;
        app.press("enter").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.press("escape").await?;
        app.until("the cursor on Two", |page| page.cursor() == Some("Two"))
            .await?;
        app.press("j").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        Ok(())
    });
}

#[test]
fn the_cursor_stays_on_an_issue_that_its_change_moves_elsewhere() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home").await?;
        app.choose("s", "Done").await?;
        app.choose("p", "High").await?;
        app.until("both changes on one issue", |page| {
            page.row("Three")
                .is_some_and(|row| row.status == "Done" && row.priority == "High")
        })
        .await?;
        Ok(())
    });
}
