//! Filters and sorting: chips, and the address.

use livestore_tests::{
    Failure,
    linearlite::{Linearlite, run},
};

async fn two_issues(app: &Linearlite) -> Result<(), Failure> {
    app.create("Calm").await?;
    app.create("Pressing").await?;
    app.press("home").await?;
    app.until("the cursor on the newest", |page| {
        page.cursor() == Some("Pressing")
    })
    .await?;
    app.choose("p", "Urgent").await?;
    app.until("it to be urgent", |page| {
        page.row("Pressing")
            .is_some_and(|row| row.priority == "Urgent")
    })
    .await?;
    Ok(())
}

#[test]
fn a_filter_is_a_chip_and_in_the_address() {
    run(async |app| {
        two_issues(app).await?;
        app.choose("f", "Urgent").await?;
        app.press("escape").await?;
        let page = app
            .until("one issue", |page| {
                page.count == Some(1) && page.dialog.is_none()
            })
            .await?;
        assert_eq!(page.titles(), ["Pressing"]);
        assert_eq!(page.chips, ["Priority is Urgent"]);
        assert_eq!(page.address, "/?priority=urgent");
        app.driver().refresh().await?;
        app.until("the same after a reload", |page| {
            page.titles() == ["Pressing"]
        })
        .await?;
        app.click(".chip-clear").await?;
        app.until("both", |page| {
            page.count == Some(2) && page.chips.is_empty()
        })
        .await?;
        app.driver().back().await?;
        app.until("the filter again", |page| page.titles() == ["Pressing"])
            .await?;
        Ok(())
    });
}

#[test]
fn several_values_of_a_filter_let_through_what_any_of_them_does() {
    run(async |app| {
        two_issues(app).await?;
        app.open("/?priority=urgent,none").await?;
        let page = app.until("both", |page| page.count == Some(2)).await?;
        assert_eq!(page.chips, ["Priority is any of Urgent, No priority"]);
        app.open("/?priority=low").await?;
        app.until("that nothing passes", |page| {
            page.empty.as_deref() == Some("No issue passes these filters")
        })
        .await?;
        app.click_button("Clear filters").await?;
        app.until("both", |page| page.count == Some(2)).await?;
        Ok(())
    });
}

#[test]
fn a_label_filters_and_is_on_the_row() {
    run(async |app| {
        two_issues(app).await?;
        app.choose("l", "Bug").await?;
        app.press("escape").await?;
        app.until("the label", |page| {
            page.row("Pressing")
                .is_some_and(|row| row.labels == ["Bug"])
        })
        .await?;
        app.open("/?label=label-bug").await?;
        app.until("one issue", |page| page.titles() == ["Pressing"])
            .await?;
        app.open("/board?label=label-bug").await?;
        app.until("one card", |page| page.column("Todo") == ["Pressing"])
            .await?;
        Ok(())
    });
}

#[test]
fn the_list_is_sorted_as_asked_for() {
    run(async |app| {
        two_issues(app).await?;
        app.create("Newest").await?;
        app.until("by priority", |page| {
            page.titles() == ["Pressing", "Newest", "Calm"]
        })
        .await?;
        app.choose("shift+v", "Created").await?;
        app.press("escape").await?;
        let page = app
            .until("the newest first", |page| {
                page.titles() == ["Newest", "Pressing", "Calm"]
            })
            .await?;
        assert_eq!(page.chips, ["Sorted by Created"]);
        app.choose("shift+v", "Reversed").await?;
        app.press("escape").await?;
        let page = app
            .until("the oldest first", |page| {
                page.titles() == ["Calm", "Pressing", "Newest"]
            })
            .await?;
        assert_eq!(page.address, "/?sort=created&order=reversed");
        Ok(())
    });
}

#[test]
fn a_list_is_sorted_by_how_far_the_work_is() {
    run(async |app| {
        app.create_all(&["Old", "Dropped", "Idea", "Built", "Begun", "New"])
            .await?;
        for (title, status) in [
            ("Dropped", "Canceled"),
            ("Idea", "Backlog"),
            ("Built", "Done"),
            ("Begun", "In Progress"),
        ] {
            app.click(&format!("input[aria-label='Select {title}']"))
                .await?;
            app.choose("s", status).await?;
            app.until(format!("{title} in {status}"), |page| {
                page.group_of(title) == Some(status) && page.dialog.is_none()
            })
            .await?;
            app.press("escape").await?;
            app.until("nothing selected", |page| page.selection.is_none())
                .await?;
        }
        app.choose("shift+v", "No grouping").await?;
        app.press("escape shift+v").await?;
        app.until("the menu", |page| page.choices.len() > 5).await?;
        // The first is what to group by, the second the order.
        app.type_text("Status").await?;
        app.until("both", |page| page.choices.len() == 2).await?;
        app.press("arrowdown enter escape").await?;
        let page = app
            .until("the order of the work", |page| {
                page.titles() == ["Idea", "New", "Old", "Begun", "Built", "Dropped"]
            })
            .await?;
        assert_eq!(page.address, "/?group=none&sort=status");
        assert_eq!(page.chips, ["Sorted by Status"]);
        app.choose("shift+v", "Reversed").await?;
        app.press("escape").await?;
        app.until("what is over first", |page| {
            page.titles() == ["Dropped", "Built", "Begun", "Old", "New", "Idea"]
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_filtered_view_says_of_how_many_it_shows_some() {
    run(async |app| {
        two_issues(app).await?;
        app.until_synced().await?;
        app.open("/?priority=urgent").await?;
        app.until("one of two", |page| page.count == Some(1))
            .await?;
        app.until_true(
            "of how many",
            "document.querySelector('.view-count-of').textContent === 'of 2'",
        )
        .await?;
        Ok(())
    });
}
