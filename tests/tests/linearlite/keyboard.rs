//! The app without a mouse.

use livestore_tests::linearlite::run;

#[test]
fn a_day_of_work_needs_no_mouse() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.create("Mend the roof").await?;
        app.press("j").await?;
        app.until("the cursor", |page| page.cursor() == Some("Mend the roof"))
            .await?;
        app.choose("s", "In Progress").await?;
        app.choose("a", "Guest").await?;
        app.press("home enter").await?;
        app.until("the issue", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Mend the roof")
        })
        .await?;
        app.choose("p", "High").await?;
        app.press("escape").await?;
        app.until("the list", |page| page.address == "/").await?;
        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.type_text("shed").await?;
        app.until("a result", |page| page.results.len() == 1)
            .await?;
        app.press("enter").await?;
        app.until("the other issue", |page| {
            page.issue
                .as_ref()
                .is_some_and(|issue| issue.title == "Paint the shed")
        })
        .await?;
        Ok(())
    });
}

#[test]
fn tab_goes_from_the_link_past_the_sidebar_to_the_list() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until_synced().await?;
        app.open("/").await?;
        app.press("tab").await?;
        app.until("the skip link", |page| page.focus == "Skip to the issues")
            .await?;
        app.press("enter").await?;
        let mut seen = Vec::new();
        for _ in 0..12 {
            app.press("tab").await?;
            seen.push(app.page().await?.focus);
            if seen.last().is_some_and(|focus| focus == "All issues") {
                break;
            }
        }
        assert!(seen.iter().any(|focus| focus == "All issues"), "{seen:?}");
        assert!(
            !seen.iter().any(|focus| focus == "Command palette"),
            "the sidebar is skipped: {seen:?}"
        );
        Ok(())
    });
}

#[test]
fn a_menu_gives_the_focus_back() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j enter").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.click(".property-value[aria-label='Priority: No priority']")
            .await?;
        app.until("the menu", |page| page.focus == "Change priority…")
            .await?;
        app.press("escape").await?;
        app.until("the button again", |page| {
            page.dialog.is_none() && page.focus.starts_with("Priority:")
        })
        .await?;
        Ok(())
    });
}
