//! The board: columns, dragging by the mouse and by the keyboard.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

/// A board with three issues in Todo, the newest on top: `Three`, `Two`, `One`.
async fn board(app: &Linearlite) -> Result<(), Failure> {
    app.create_all(&["One", "Two", "Three"]).await?;
    app.press("g b").await?;
    app.until("the board", |page| {
        page.column("Todo") == ["Three", "Two", "One"]
    })
    .await?;
    Ok(())
}

#[test]
fn a_column_has_its_issues_the_newest_on_top() {
    run(async |app| {
        board(app).await?;
        let page = app.page().await?;
        let names: Vec<_> = page.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(
            names,
            ["Backlog", "Todo", "In Progress", "Done", "Canceled"]
        );
        assert_eq!(page.columns[1].count, 3);
        Ok(())
    });
}

#[test]
fn a_card_is_dragged_inside_its_column() {
    run(async |app| {
        board(app).await?;
        app.drag_card("One", "Three").await?;
        app.until("One on top", |page| {
            page.column("Todo") == ["One", "Three", "Two"]
        })
        .await?;
        app.drag_card("One", "Two").await?;
        app.until("One in the middle", |page| {
            page.column("Todo") == ["Three", "One", "Two"]
        })
        .await?;
        let page = app.page().await?;
        assert_eq!(page.address, "/board", "the drag was no click");
        Ok(())
    });
}

#[test]
fn a_card_is_dragged_to_another_column() {
    run(async |app| {
        board(app).await?;
        app.press("home").await?;
        app.press("s").await?;
        app.until("the menu", |page| page.choices.len() == 5)
            .await?;
        app.type_text("3").await?;
        app.until("a card in progress", |page| {
            page.column("In Progress") == ["Three"]
        })
        .await?;
        app.drag_card("One", "Three").await?;
        app.until("One above it", |page| {
            page.column("In Progress") == ["One", "Three"]
        })
        .await?;
        app.driver().refresh().await?;
        app.until("the same after a reload", |page| {
            page.column("In Progress") == ["One", "Three"]
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_card_is_carried_by_the_keyboard() {
    run(async |app| {
        board(app).await?;
        app.press("home").await?;
        app.until("the cursor on top", |page| page.cursor() == Some("Three"))
            .await?;
        app.press("alt+arrowdown").await?;
        app.until("it one down", |page| {
            page.column("Todo") == ["Two", "Three", "One"]
        })
        .await?;
        app.press("alt+arrowup").await?;
        app.until("it on top again", |page| {
            page.column("Todo") == ["Three", "Two", "One"]
        })
        .await?;
        app.press("alt+arrowright").await?;
        app.until("it in progress", |page| {
            page.column("In Progress") == ["Three"]
        })
        .await?;
        app.press("alt+arrowleft").await?;
        let page = app
            .until("it on top again", |page| {
                page.column("Todo") == ["Three", "Two", "One"]
            })
            .await?;
        assert_eq!(page.cursor(), Some("Three"));
        app.press("mod+z").await?;
        app.until("it in progress again", |page| {
            page.column("In Progress") == ["Three"]
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_arrow_keys_go_from_column_to_column() {
    run(async |app| {
        board(app).await?;
        app.press("home alt+arrowright").await?;
        app.until("a card in progress", |page| {
            page.column("In Progress") == ["Three"]
        })
        .await?;
        app.press("arrowleft").await?;
        app.until("the cursor in Todo", |page| page.cursor() == Some("Two"))
            .await?;
        app.press("arrowdown").await?;
        app.until("the cursor one down", |page| page.cursor() == Some("One"))
            .await?;
        app.press("arrowright").await?;
        app.until("the cursor in progress", |page| {
            page.cursor() == Some("Three")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn escape_gives_a_drag_up_and_keeps_the_selection() {
    run(async |app| {
        board(app).await?;
        app.press("home x").await?;
        app.until("a selection", |page| page.selection.is_some())
            .await?;
        app.hold_card("One").await?;
        app.until_true("it in the hand", "document.querySelector('.card.ghost')")
            .await?;
        app.press("escape").await?;
        app.until_true("the hand empty", "!document.querySelector('.card.ghost')")
            .await?;
        let page = app.page().await?;
        assert_eq!(page.selection.as_deref(), Some("1 selected"));
        assert_eq!(page.column("Todo"), ["Three", "Two", "One"]);
        Ok(())
    });
}

#[test]
fn a_drag_that_the_browser_takes_away_is_given_up() {
    run(async |app| {
        board(app).await?;
        app.hold_card("One").await?;
        app.until_true("it in the hand", "document.querySelector('.card.ghost')")
            .await?;
        app.script::<()>("dispatchEvent(new PointerEvent('pointercancel'))", vec![])
            .await?;
        app.until_true("the hand empty", "!document.querySelector('.card.ghost')")
            .await?;
        Ok(())
    });
}

#[test]
fn a_card_that_is_carried_out_of_the_filters_is_said_to_be_gone() {
    run(async |app| {
        board(app).await?;
        app.until_synced().await?;
        app.open("/board?status=todo").await?;
        app.until("the board", |page| page.column("Todo").len() == 3)
            .await?;
        app.press("home alt+arrowright").await?;
        app.until("that it went", |page| {
            page.toasts
                .iter()
                .any(|text| text == "Moved to In Progress, which the filters hide")
        })
        .await?;
        Ok(())
    });
}
