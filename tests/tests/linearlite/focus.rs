//! Where the focus is seen, and where it comes back to.

use livestore_tests::linearlite::run;

#[test]
fn the_list_shows_that_it_has_the_keyboard() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until_synced().await?;
        app.open("/").await?;
        app.press("tab enter").await?;
        for _ in 0..12 {
            app.press("tab").await?;
            if app.page().await?.focus == "All issues" {
                break;
            }
        }
        app.until_true(
            "an outline around the list",
            "document.activeElement.matches('.list') && getComputedStyle(document.activeElement).outlineStyle === 'solid'",
        )
        .await?;
        app.press("j").await?;
        app.until_true(
            "the cursor in its place",
            "getComputedStyle(document.activeElement).outlineStyle === 'none'",
        )
        .await?;
        Ok(())
    });
}

#[test]
fn the_focus_comes_back_after_dialogs_that_follow_each_other() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j enter").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.script::<()>(
            "document.querySelector('.property-value[aria-label^=Priority]').focus()",
            vec![],
        )
        .await?;
        app.command("Keyboard shortcuts").await?;
        app.until("the help", |page| {
            page.dialog.as_deref() == Some("Keyboard shortcuts")
        })
        .await?;
        app.press("escape").await?;
        app.until("the button again", |page| {
            page.dialog.is_none() && page.focus.starts_with("Priority:")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_message_can_be_used_while_a_dialog_is_open() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j delete").await?;
        app.until("the offer", |page| {
            page.empty.is_some() && page.toasts.iter().any(|text| text.contains("deleted"))
        })
        .await?;
        app.press("?").await?;
        app.until("the help", |page| page.dialog.is_some()).await?;
        app.until_true(
            "the message above the dialog",
            "document.querySelector('dialog .toasts').matches(':popover-open')",
        )
        .await?;
        app.click_button("Undo").await?;
        app.press("escape").await?;
        app.until("the issue", |page| page.count == Some(1)).await?;
        Ok(())
    });
}

#[test]
fn rows_are_counted_through_all_groups() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home").await?;
        app.choose("s", "Done").await?;
        app.until("two groups", |page| page.groups.len() == 2)
            .await?;
        let places: Vec<(String, String)> = app
            .script(
                "return [...document.querySelectorAll('.row')].map((row) => [row.querySelector('.row-title').textContent.trim(), row.getAttribute('aria-rowindex')])",
                vec![],
            )
            .await?;
        for (title, place) in [("Two", "1"), ("One", "2"), ("Three", "3")] {
            assert!(
                places.contains(&(title.to_owned(), place.to_owned())),
                "{places:?}"
            );
        }
        Ok(())
    });
}

#[test]
fn the_board_is_one_tab_stop_whatever_its_cards() {
    run(async |app| {
        app.create("One").await?;
        app.create("Two").await?;
        app.press("g b").await?;
        app.until("the board", |page| page.column("Todo").len() == 2)
            .await?;
        app.until_true(
            "no card to be reached by Tab",
            "[...document.querySelectorAll('.card a, .card button')].every((part) => part.tabIndex < 0)",
        )
        .await?;
        Ok(())
    });
}
