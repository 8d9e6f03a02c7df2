//! Where links and the way back lead.

use livestore_tests::linearlite::run;

#[test]
fn escape_never_leaves_the_app() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.until_synced().await?;
        app.driver().goto("data:text/html,elsewhere").await?;
        app.open("/issue/LIV-1").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.press("escape").await?;
        app.until("the list", |page| {
            page.address == "/" && page.count == Some(1)
        })
        .await?;
        Ok(())
    });
}

#[test]
fn escape_leads_back_to_where_the_issue_was_opened() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("g b").await?;
        app.until("the board", |page| page.column("Todo").len() == 1)
            .await?;
        app.press("home enter").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.press("escape").await?;
        app.until("the board", |page| page.address == "/board")
            .await?;
        Ok(())
    });
}

#[test]
fn a_link_to_another_workspace_opens_that() {
    run(async |app| {
        app.create("Paint the shed").await?;
        app.press("j enter").await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.click(".add-description").await?;
        app.until("the field", |page| page.focus.starts_with("Description"))
            .await?;
        app.type_text("[there](/?store=elsewhere)").await?;
        app.press("mod+enter").await?;
        app.until("the description", |page| {
            let issue = page.issue.as_ref();
            issue.is_some_and(|issue| issue.description.is_some())
        })
        .await?;
        app.click(".description a").await?;
        app.until("the empty workspace", |page| {
            page.address == "/?store=elsewhere" && page.empty.as_deref() == Some("No issues yet")
        })
        .await?;
        app.create("There").await?;
        app.open("/").await?;
        app.until("what was here", |page| page.titles() == ["Paint the shed"])
            .await?;
        Ok(())
    });
}

#[test]
fn the_board_of_my_issues_is_of_mine() {
    run(async |app| {
        app.create("Not mine").await?;
        app.create("Mine").await?;
        app.press("home i g m").await?;
        app.until("mine", |page| page.titles() == ["Mine"]).await?;
        app.press("mod+b").await?;
        let page = app
            .until("the board of mine", |page| page.column("Todo") == ["Mine"])
            .await?;
        assert!(page.chips[0].starts_with("Assignee is Guest"), "{page}");
        Ok(())
    });
}

#[test]
fn a_scroll_just_before_a_row_is_opened_is_remembered() {
    run(async |app| {
        app.seed("1,000").await?;
        app.until_synced().await?;
        app.open("/").await?;
        app.until("all of them", |page| page.count == Some(1_000))
            .await?;
        app.script::<()>(
            "const list = document.querySelector('.list'); list.scrollTop = 4000; \
             list.dispatchEvent(new Event('scroll')); document.querySelector('.row .row-title a').click();",
            vec![],
        )
        .await?;
        app.until("the issue", |page| page.issue.is_some()).await?;
        app.press("escape").await?;
        app.until("the place", |page| (page.scroll - 4000.0).abs() < 2.0)
            .await?;
        Ok(())
    });
}
