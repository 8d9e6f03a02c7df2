//! A change touches only the part of the page it is about.

use std::collections::BTreeMap;

use livestore_tests::{
    Failure,
    todomvc::{self, Filter, TodoMvc},
};
use thirtyfour::Key;

const MANY: usize = 200;

async fn add_many(app: &TodoMvc) -> Result<(), Failure> {
    app.add_all((0..MANY).map(|number| number.to_string()))
        .await?;
    app.until(format!("{MANY} todos"), |page| page.items.len() == MANY)
        .await?;
    Ok(())
}

/// Says whether everything is synced, which a change makes untrue for a moment.
const SYNC_STATE: &str = "sync state";

/// Fails when something was touched that is neither in `must`, which has to be touched, nor in `may`.
#[track_caller]
fn assert_touched(touched: &BTreeMap<String, u32>, must: &[&str], may: &[&str]) {
    let elsewhere = touched
        .keys()
        .filter(|place| *place != SYNC_STATE)
        .any(|place| !must.contains(&place.as_str()) && !may.contains(&place.as_str()));
    let all = must.iter().all(|place| touched.contains_key(*place));
    assert!(
        all && !elsewhere,
        "touched: {touched:?}; had to be touched: {must:?}; may be: {may:?}"
    );
}

#[test]
fn toggling_one_of_many_touches_its_row_only() {
    todomvc::run(async |app| {
        add_many(app).await?;
        app.watch_mutations().await?;
        app.toggle(100).await?;
        app.until("one completed", |page| {
            page.items[100].completed && page.left() == Some("199 items left")
        })
        .await?;
        assert_touched(
            &app.mutations().await?,
            &["todo 100"],
            &["footer", "toggle all"],
        );
        Ok(())
    });
}

#[test]
fn editing_one_of_many_touches_its_row_only() {
    todomvc::run(async |app| {
        add_many(app).await?;
        app.watch_mutations().await?;
        app.start_edit(7).await?;
        app.rewrite("seven").await?;
        app.press(Key::Enter).await?;
        app.until("the new text", |page| {
            page.items[7].text == "seven" && !page.items[7].editing
        })
        .await?;
        assert_touched(&app.mutations().await?, &["todo 7"], &[]);
        Ok(())
    });
}

#[test]
fn adding_to_many_touches_the_end_of_the_list_only() {
    todomvc::run(async |app| {
        add_many(app).await?;
        app.watch_mutations().await?;
        app.add("one more").await?;
        app.until("one more", |page| page.items.len() == MANY + 1)
            .await?;
        let touched = app.mutations().await?;
        assert_touched(&touched, &["list"], &["footer", "toggle all", "new todo"]);
        assert_eq!(touched["list"], 1, "one row was put in");
        Ok(())
    });
}

#[test]
fn a_row_that_leaves_a_filtered_list_leaves_the_others_alone() {
    todomvc::run(async |app| {
        add_many(app).await?;
        app.choose(Filter::Active).await?;
        app.until("the filter Active", |page| page.selected() == ["Active"])
            .await?;
        app.watch_mutations().await?;
        app.toggle(100).await?;
        app.until("one row less", |page| {
            page.items.len() == MANY - 1 && page.items[100].text == "101"
        })
        .await?;
        let touched = app.mutations().await?;
        assert_touched(&touched, &["list"], &["footer", "toggle all", "todo 100"]);
        assert_eq!(touched["list"], 1, "one row was taken out");
        Ok(())
    });
}
