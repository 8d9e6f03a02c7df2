//! Two people on one server, offline and back, and what is shown of it.

use livestore_tests::linearlite::{Page, run};

fn synced(page: &Page) -> bool {
    page.sync == "Synced"
}

#[test]
fn what_one_does_the_other_sees() {
    run(async |app| {
        app.create("Paint the shed").await?;
        let other = app.somebody_else().await?;
        other
            .until("the issue", |page| page.titles() == ["Paint the shed"])
            .await?;
        other.press("home").await?;
        other.choose("s", "Done").await?;
        app.until("it done", |page| {
            page.group_of("Paint the shed") == Some("Done")
        })
        .await?;
        app.until("the sync to be done", synced).await?;
        Ok(())
    });
}

#[test]
fn two_who_create_issues_offline_agree_on_their_numbers() {
    run(async |app| {
        app.until("the first sync", synced).await?;
        let other = app.somebody_else().await?;
        other.until("the first sync", synced).await?;
        app.command("Work offline").await?;
        other.command("Work offline").await?;
        app.until("offline", |page| page.sync.starts_with("Offline"))
            .await?;
        other
            .until("offline", |page| page.sync.starts_with("Offline"))
            .await?;
        app.create("Made here").await?;
        other.create("Made there").await?;
        let here = app
            .until("LIV-1, not final", |page| {
                page.row("Made here")
                    .is_some_and(|row| row.number == "LIV-1" && row.provisional)
            })
            .await?;
        assert!(here.sync.contains("pending"), "{}", here.sync);
        other
            .until("LIV-1, not final", |page| {
                page.row("Made there")
                    .is_some_and(|row| row.number == "LIV-1" && row.provisional)
            })
            .await?;

        app.command("Work offline, or go online").await?;
        app.until("the sync to be done", synced).await?;
        other.command("Work offline, or go online").await?;
        other.until("the sync to be done", synced).await?;
        let number = |page: &Page, title: &str| {
            page.row(title)
                .map(|row| (row.number.clone(), row.provisional))
        };
        for window in [app, &other] {
            window
                .until("both, with the numbers of the log", |page| {
                    number(page, "Made here") == Some(("LIV-1".to_owned(), false))
                        && number(page, "Made there") == Some(("LIV-2".to_owned(), false))
                })
                .await?;
        }
        Ok(())
    });
}

#[test]
fn two_who_change_different_things_of_an_issue_both_get_their_way() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until("the sync to be done", synced).await?;
        let other = app.somebody_else().await?;
        other
            .until("the issue", |page| page.count == Some(1))
            .await?;
        app.command("Work offline").await?;
        app.until("offline", |page| page.sync.starts_with("Offline"))
            .await?;
        app.press("home").await?;
        app.choose("s", "Done").await?;
        other.press("home").await?;
        other.choose("p", "Urgent").await?;
        app.command("Work offline, or go online").await?;
        for window in [app, &other] {
            window
                .until("both changes", |page| {
                    page.row("Paint the shed")
                        .is_some_and(|row| row.status == "Done" && row.priority == "Urgent")
                })
                .await?;
        }
        Ok(())
    });
}

#[test]
fn the_details_list_what_is_pending() {
    run(async |app| {
        app.until("the first sync", synced).await?;
        app.click(".sidebar-column .sync-indicator").await?;
        app.until("the details", |page| page.dialog.as_deref() == Some("Sync"))
            .await?;
        app.click("dialog .switch").await?;
        app.press("escape").await?;
        app.create("Paint the shed").await?;
        app.until("one pending", |page| page.sync == "Offline, 1 pending")
            .await?;
        app.click(".sidebar-column .sync-indicator").await?;
        let pending = "return [...document.querySelectorAll('.sync-pending li')].map((line) => line.textContent.trim().split(/\\s+/).at(-1))";
        app.until("the details", |page| page.dialog.as_deref() == Some("Sync"))
            .await?;
        let mut names: Vec<String> = Vec::new();
        for _ in 0..200 {
            names = app.script(pending, vec![]).await?;
            if !names.is_empty() {
                break;
            }
        }
        assert_eq!(names, ["v1.IssueCreated"]);
        Ok(())
    });
}

#[test]
fn a_second_tab_shows_the_same_at_once() {
    run(async |app| {
        let tab = app.second_tab().await?;
        app.create("Paint the shed").await?;
        tab.until("the issue", |page| page.titles() == ["Paint the shed"])
            .await?;
        Ok(())
    });
}

#[test]
fn a_link_leads_to_another_workspace() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.open("/?store=another").await?;
        app.until("an empty workspace", |page| page.empty.is_some())
            .await?;
        app.create("Elsewhere").await?;
        app.press("g b").await?;
        let page = app
            .until("the board", |page| page.column("Todo") == ["Elsewhere"])
            .await?;
        assert_eq!(page.address, "/board?store=another");
        app.open("/").await?;
        app.until("the first one", |page| page.titles() == ["Paint the shed"])
            .await?;
        Ok(())
    });
}
