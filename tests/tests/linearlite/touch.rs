//! The board under a finger, at a phone's width: what is held is carried, what is not scrolls.

use std::time::Duration;

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

/// Longer than it takes to pick a card up.
const LONG: Duration = Duration::from_millis(450);
/// No longer than a finger stays where it begins to scroll.
const SHORT: Duration = Duration::from_millis(40);

const EMPTY_HAND: &str = "!document.querySelector('.card.ghost')";
const FULL_HAND: &str = "document.querySelector('.card.ghost')";

/// A phone with three issues in Todo, the newest on top (`Three`, `Two`, `One`), and that column in sight.
async fn board(app: &Linearlite) -> Result<(), Failure> {
    app.create_all(&["One", "Two", "Three"]).await?;
    app.resize(390, 844, 1.0).await?;
    app.press("g b").await?;
    app.until("the board", |page| {
        page.column("Todo") == ["Three", "Two", "One"]
    })
    .await?;
    show_todo(app).await
}

async fn show_todo(app: &Linearlite) -> Result<(), Failure> {
    app.script::<()>(
        "document.querySelectorAll('.column')[1].scrollIntoView({ inline: 'start', block: 'nearest' });",
        vec![],
    )
    .await?;
    app.until_true(
        "the column in sight",
        "document.querySelectorAll('.column')[1].getBoundingClientRect().left < 30",
    )
    .await
}

/// Picks a card up and waits until it is in the hand. Returns where the finger is.
async fn pick_up(app: &Linearlite, card: &str) -> Result<(i64, i64), Failure> {
    let at = app.touch_card(card, LONG).await?;
    app.until_true("it in the hand", FULL_HAND).await?;
    Ok(at)
}

/// Looks whether nothing has moved, and no click or menu came of it.
async fn assert_untouched(app: &Linearlite) -> Result<(), Failure> {
    app.until_true("the hand empty", EMPTY_HAND).await?;
    let page = app.page().await?;
    assert_eq!(page.column("Todo"), ["Three", "Two", "One"]);
    assert_eq!((&*page.address, page.dialog), ("/board", None));
    Ok(())
}

#[test]
fn a_held_card_is_carried_inside_its_column() {
    run(async |app| {
        board(app).await?;
        let from = pick_up(app, "One").await?;
        let above = app.place_on_card("Three", 0.25).await?;
        app.move_finger(from, above).await?;
        app.until_true(
            "where it would go",
            "document.querySelector('.column.over .drop-line')",
        )
        .await?;
        app.lift_finger().await?;
        let page = app
            .until("One on top", |page| {
                page.column("Todo") == ["One", "Three", "Two"]
            })
            .await?;
        assert_eq!(page.address, "/board", "the drag was no tap");
        assert_eq!(page.dialog, None, "nor a long press for the menu");
        app.press("mod+z").await?;
        app.until("one commit taken back", |page| {
            page.column("Todo") == ["Three", "Two", "One"]
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_card_held_at_the_side_scrolls_the_board_to_other_columns() {
    run(async |app| {
        board(app).await?;
        let from = pick_up(app, "One").await?;
        let side = (382, from.1);
        app.move_finger(from, side).await?;
        app.until_true(
            "the last column in sight",
            "(({ scrollLeft, clientWidth, scrollWidth }) => scrollLeft + clientWidth > scrollWidth - 2)(document.querySelector('.board'))",
        )
        .await?;
        app.move_finger(side, (230, 300)).await?;
        app.lift_finger().await?;
        let page = app
            .until("it among what is canceled", |page| {
                page.column("Canceled") == ["One"] && page.column("Todo") == ["Three", "Two"]
            })
            .await?;
        assert_eq!(page.cursor(), Some("One"));
        Ok(())
    });
}

#[test]
fn a_finger_that_moves_at_once_scrolls() {
    run(async |app| {
        app.create_all(&[
            "1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th",
        ])
        .await?;
        app.resize(390, 600, 1.0).await?;
        app.press("g b").await?;
        app.until("the board", |page| page.column("Todo").len() == 9)
            .await?;
        show_todo(app).await?;
        let order = app.page().await?;
        let from = app.touch_card("7th", SHORT).await?;
        app.move_finger(from, (from.0, from.1 - 200)).await?;
        app.until_true(
            "the column scrolled",
            "document.querySelectorAll('.column-cards')[1].scrollTop > 100",
        )
        .await?;
        app.until_true("nothing in the hand", EMPTY_HAND).await?;
        app.lift_finger().await?;
        let page = app.page().await?;
        assert_eq!(page.column("Todo"), order.column("Todo"));
        assert_eq!(page.address, "/board");
        Ok(())
    });
}

#[test]
fn a_tap_opens_the_issue() {
    run(async |app| {
        board(app).await?;
        app.touch_card("Two", SHORT).await?;
        app.lift_finger().await?;
        app.until("the issue", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Two")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_card_that_is_held_and_let_go_in_its_place_shows_its_menu() {
    run(async |app| {
        board(app).await?;
        pick_up(app, "Two").await?;
        app.lift_finger().await?;
        app.until("the menu", |page| {
            page.dialog.as_deref() == Some("Issue") && page.address == "/board"
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_touch_that_the_browser_takes_away_is_given_up() {
    run(async |app| {
        board(app).await?;
        let from = pick_up(app, "One").await?;
        app.move_finger(from, (from.0, from.1 - 150)).await?;
        app.lose_finger().await?;
        assert_untouched(app).await
    });
}

#[test]
fn a_second_finger_gives_the_card_back() {
    run(async |app| {
        board(app).await?;
        let from = pick_up(app, "One").await?;
        let above = (from.0, from.1 - 150);
        app.move_finger(from, above).await?;
        app.tap_with_another(above, (300, 700)).await?;
        app.until_true("the hand empty", EMPTY_HAND).await?;
        app.lift_finger().await?;
        assert_untouched(app).await
    });
}

#[test]
fn escape_gives_the_card_back_while_the_finger_stays() {
    run(async |app| {
        board(app).await?;
        let from = pick_up(app, "One").await?;
        app.move_finger(from, (from.0, from.1 - 150)).await?;
        app.press("escape").await?;
        app.until_true("the hand empty", EMPTY_HAND).await?;
        app.lift_finger().await?;
        assert_untouched(app).await
    });
}
