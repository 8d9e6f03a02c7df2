//! The palette, the help, and the keys they tell of.

use livestore_tests::linearlite::run;

#[test]
fn the_palette_finds_actions_and_issues() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("mod+k").await?;
        app.until("the palette", |page| {
            page.dialog.as_deref() == Some("Command palette") && page.choices.len() > 10
        })
        .await?;
        app.type_text("board").await?;
        app.until("the board on top", |page| {
            page.choice.as_deref() == Some("Go to the board")
        })
        .await?;
        app.press("enter").await?;
        app.until("the board", |page| page.address == "/board")
            .await?;

        app.press("mod+k").await?;
        app.until("the palette", |page| page.choices.len() > 10)
            .await?;
        app.type_text("paint the").await?;
        app.until("the issue", |page| {
            page.choice.as_deref() == Some("Paint the shed")
        })
        .await?;
        app.press("enter").await?;
        app.until("its page", |page| page.issue.is_some()).await?;
        Ok(())
    });
}

#[test]
fn only_what_can_be_done_now_is_offered() {
    run(async |app| {
        app.press("mod+k").await?;
        let page = app
            .until("the palette", |page| page.choices.len() > 5)
            .await?;
        assert!(!page.choices.iter().any(|(text, _)| text == "Change status"));
        Ok(())
    });
}

#[test]
fn the_help_names_the_keys() {
    run(async |app| {
        app.press("?").await?;
        app.until("the help", |page| {
            page.dialog.as_deref() == Some("Keyboard shortcuts")
        })
        .await?;
        let text: String = app
            .script(
                "return document.querySelector('dialog[open]').innerText",
                vec![],
            )
            .await?;
        for line in [
            "New issue",
            "Go to the board",
            "Change labels",
            "Move card up",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        app.press("escape").await?;
        app.until("it to close", |page| page.dialog.is_none())
            .await?;
        Ok(())
    });
}

#[test]
fn two_keys_lead_to_every_view() {
    run(async |app| {
        app.create("Paint the shed").await?;
        for (keys, address) in [
            ("g b", "/board"),
            ("g m", "/my"),
            ("g l", "/"),
            ("g k", "/?status=backlog"),
            ("/", "/search"),
        ] {
            app.press(keys).await?;
            app.until(address, |page| page.address == address).await?;
        }
        app.press("escape g a").await?;
        app.until("what is active", |page| {
            page.address == "/?status=in_progress%2Ctodo"
        })
        .await?;
        app.press("mod+b").await?;
        app.until("the same on the board", |page| {
            page.address == "/board?status=in_progress%2Ctodo"
        })
        .await?;
        Ok(())
    });
}

#[test]
fn keys_go_to_the_field_one_writes_in() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j enter").await?;
        app.until("the issue's page", |page| page.issue.is_some())
            .await?;
        app.click(".composer-field").await?;
        app.type_text("cspalx?/").await?;
        let page = app.page().await?;
        assert_eq!(page.dialog, None);
        assert!(page.address.starts_with("/issue/"));
        Ok(())
    });
}

#[test]
fn the_cursor_goes_through_the_groups() {
    run(async |app| {
        app.create_all(&["One", "Two"]).await?;
        app.press("home").await?;
        app.choose("s", "Done").await?;
        app.until("it in Done", |page| page.group_of("Two") == Some("Done"))
            .await?;
        // The next one has come to the cursor's place.
        app.press("j").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        app.press("j").await?;
        app.until("the cursor on Two", |page| page.cursor() == Some("Two"))
            .await?;
        app.press("k").await?;
        app.until("the cursor on One", |page| page.cursor() == Some("One"))
            .await?;
        Ok(())
    });
}

#[test]
fn the_paint_meter_is_shown_when_asked_for() {
    run(async |app| {
        app.command("Show or hide input-to-paint times").await?;
        app.create("Paint the shed").await?;
        let text: String = app
            .script(
                "return document.querySelector('.paint-meter').textContent",
                vec![],
            )
            .await?;
        assert!(text.contains("median"), "{text}");
        Ok(())
    });
}

#[test]
fn every_key_that_no_other_test_presses_does_what_the_help_says() {
    run(async |app| {
        app.create_all(&["One", "Two", "Three"]).await?;
        app.press("home shift+j shift+j").await?;
        app.until("three selected", |page| {
            page.selection.as_deref() == Some("3 selected")
        })
        .await?;
        app.press("escape shift+k").await?;
        app.until("two selected", |page| {
            page.selection.as_deref() == Some("2 selected") && page.cursor() == Some("Two")
        })
        .await?;
        app.press("arrowup arrowdown shift+arrowup").await?;
        app.until("the cursor one up", |page| page.cursor() == Some("Three"))
            .await?;
        app.press("escape mod+shift+,").await?;
        app.until("the link", |page| {
            page.toasts.iter().any(|text| {
                text == "Link copied"
                    || (text.starts_with("Copy this: ") && text.contains("/issue/"))
            })
        })
        .await?;
        app.choose("f", "Done").await?;
        app.press("escape").await?;
        app.until("nothing to pass", |page| {
            page.empty.is_some() && page.dialog.is_none()
        })
        .await?;
        app.press("shift+f").await?;
        app.until("all again", |page| page.count == Some(3)).await?;
        app.press("home o").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        Ok(())
    });
}
