//! Ten thousand issues: as much of them is in the page as is in sight.

use livestore_tests::linearlite::run;

#[test]
fn ten_thousand_issues_are_a_screenful_of_rows() {
    run(async |app| {
        app.seed("10,000").await?;
        app.open("/").await?;
        let page = app
            .until_at_last("all of them", |page| page.count == Some(10_000))
            .await?;
        assert_eq!(
            page.groups.iter().map(|group| group.count).sum::<usize>(),
            10_000
        );
        let rows = page.rows().count();
        assert!(rows > 15 && rows < 120, "{rows} rows");

        app.press("end").await?;
        let page = app
            .until("the last issue in sight", |page| {
                page.scroll > 300_000.0 && page.cursor().is_some()
            })
            .await?;
        let rows = page.rows().count();
        assert!(rows > 10 && rows < 120, "{rows} rows");

        // The place is found again after a reload.
        let scroll = page.scroll;
        app.script::<()>("return new Promise((go) => setTimeout(go, 600))", vec![])
            .await?;
        app.driver().refresh().await?;
        app.until_at_last("the same place", move |page| {
            (page.scroll - scroll).abs() < 2.0 && page.rows().count() > 10
        })
        .await?;

        app.press("g b").await?;
        let page = app
            .until("the board", |page| page.columns.len() == 5)
            .await?;
        let cards: usize = page.columns.iter().map(|column| column.cards.len()).sum();
        assert!(cards > 20 && cards < 320, "{cards} cards");

        app.press("/").await?;
        app.until("the field", |page| page.focus == "Search issues")
            .await?;
        app.type_text("sync ind").await?;
        app.until("results", |page| page.results.len() == 50)
            .await?;
        Ok(())
    });
}

#[test]
fn a_change_among_thousands_is_seen_where_it_is() {
    run(async |app| {
        app.seed("1,000").await?;
        app.open("/").await?;
        app.until_at_last("all of them", |page| page.count == Some(1_000))
            .await?;
        app.press("home").await?;
        let page = app
            .until("the cursor", |page| page.cursor().is_some())
            .await?;
        let in_progress = page.groups[0].count;
        assert_eq!(page.groups[0].name, "In Progress");
        app.press("s").await?;
        app.until("the menu", |page| page.choices.len() == 5)
            .await?;
        app.type_text("2").await?;
        app.until("one less in progress", move |page| {
            page.groups[0].count == in_progress - 1
        })
        .await?;
        Ok(())
    });
}
