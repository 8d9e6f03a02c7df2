//! The list: creating, grouping, what a row shows and does.

use livestore_tests::linearlite::run;

#[test]
fn an_empty_store_says_what_can_be_done() {
    run(async |app| {
        app.until("the empty state", |page| {
            page.empty.as_deref() == Some("No issues yet")
        })
        .await?;
        app.click_button("New issue").await?;
        app.until("the dialog", |page| {
            page.dialog.as_deref() == Some("New issue")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn issues_are_numbered_and_stand_in_the_group_of_their_status() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.create("Mend the roof").await?;
        let page = app
            .until("two issues", |page| page.count == Some(2))
            .await?;
        assert_eq!(page.groups.len(), 1);
        assert_eq!((&*page.groups[0].name, page.groups[0].count), ("Todo", 2));
        assert_eq!(
            page.row("Paint the shed").map(|row| &*row.number),
            Some("LIV-1")
        );
        assert_eq!(
            page.row("Mend the roof").map(|row| &*row.number),
            Some("LIV-2")
        );
        Ok(())
    });
}

#[test]
fn a_row_opens_its_issue_and_back_leads_to_the_list() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.click(".row-date").await?;
        let page = app.until("the issue", |page| page.issue.is_some()).await?;
        assert!(page.address.starts_with("/issue/"), "{}", page.address);
        assert_eq!(page.heading, "LIV-1");
        app.press("escape").await?;
        app.until("the list", |page| {
            page.address == "/" && page.count == Some(1)
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_status_is_changed_in_the_row() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.click(".row-pick button[aria-label='Status: Todo']")
            .await?;
        app.until("the menu", |page| {
            page.choices.len() == 5 && page.choices[1].1
        })
        .await?;
        // A digit is as good as a name.
        app.type_text("4").await?;
        app.until("it in Done", |page| {
            page.group_of("Paint the shed") == Some("Done")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_list_is_grouped_as_asked_for_and_the_address_says_so() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.create("Mend the roof").await?;
        app.press("home").await?;
        app.until("the cursor", |page| page.cursor() == Some("Mend the roof"))
            .await?;
        app.choose("p", "Urgent").await?;
        app.choose("shift+v", "Priority").await?;
        app.press("escape").await?;
        let page = app
            .until("groups of priorities", |page| {
                page.groups.len() == 2 && page.dialog.is_none()
            })
            .await?;
        assert!(page.address.contains("group=priority"), "{}", page.address);
        assert_eq!(page.groups[0].name, "Urgent");
        assert_eq!(page.groups[1].name, "No priority");
        app.driver().refresh().await?;
        app.until("the same after a reload", |page| page.groups.len() == 2)
            .await?;
        Ok(())
    });
}

#[test]
fn my_issues_are_those_assigned_to_me() {
    run(async |app| {
        app.create("Not mine").await?;
        app.create("Mine").await?;
        app.until("both", |page| page.count == Some(2)).await?;
        app.press("home").await?;
        app.until("the cursor on the newest", |page| {
            page.cursor() == Some("Mine")
        })
        .await?;
        app.press("i").await?;
        app.until("it to be assigned", |page| {
            page.row("Mine")
                .is_some_and(|row| row.assignee.starts_with("Guest"))
        })
        .await?;
        app.press("g m").await?;
        let page = app
            .until("my issues", |page| {
                page.address == "/my" && page.count == Some(1)
            })
            .await?;
        assert_eq!(page.titles(), ["Mine"]);
        Ok(())
    });
}

#[test]
fn what_can_be_done_with_an_issue_is_in_its_context_menu() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.script::<()>(
            "const row = document.querySelector('.row'); const { left, top } = row.getBoundingClientRect(); \
             row.dispatchEvent(new MouseEvent('mousemove', { bubbles: true })); \
             row.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: left + 200, clientY: top + 20 }));",
            vec![],
        )
        .await?;
        app.until("the menu", |page| {
            page.choices.iter().any(|(text, _)| text == "Change status")
        })
        .await?;
        app.type_text("delete").await?;
        app.press("enter").await?;
        app.until("it to be gone", |page| page.empty.is_some())
            .await?;
        app.click_button("Undo").await?;
        app.until("it to be back", |page| page.count == Some(1))
            .await?;
        Ok(())
    });
}
