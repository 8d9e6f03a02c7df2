//! Todos outlive a reload and a tab, and tabs show the same ones.

use std::panic::Location;

use livestore_tests::{
    todomvc::{self, Todo},
    wait,
};

#[test]
fn todos_are_there_after_a_reload() {
    todomvc::run(async |app| {
        app.add_all(["buy milk", "drink it"]).await?;
        app.toggle(0).await?;
        let todos = [Todo::completed("buy milk"), Todo::active("drink it")];
        app.shows(todos.clone()).await?;
        app.until_saved().await?;
        app.reload().await?;
        app.shows(todos).await?;
        Ok(())
    });
}

#[test]
fn a_second_tab_shows_the_same_todos_at_once() {
    todomvc::run(async |app| {
        app.add("from the first tab").await?;
        let second = app.second_tab().await?;
        second.shows([Todo::active("from the first tab")]).await?;
        second.add("from the second").await?;
        second.toggle(0).await?;
        let todos = [
            Todo::completed("from the first tab"),
            Todo::active("from the second"),
        ];
        second.shows(todos.clone()).await?;
        app.show().await?;
        app.shows(todos).await?;
        Ok(())
    });
}

#[test]
fn a_second_tab_goes_on_when_the_first_is_closed() {
    todomvc::run(async |app| {
        app.add("from the first tab").await?;
        let second = app.second_tab().await?;
        second.shows([Todo::active("from the first tab")]).await?;
        app.close().await?;
        second.show().await?;
        second.add("from the second").await?;
        let todos = [
            Todo::active("from the first tab"),
            Todo::active("from the second"),
        ];
        second.shows(todos.clone()).await?;
        second.until_saved().await?;
        second.reload().await?;
        second.shows(todos).await?;
        Ok(())
    });
}

#[test]
fn a_window_that_stores_nothing_says_so() {
    todomvc::run(async |app| {
        assert_eq!(app.warning().await?, None);
        app.reload_without_storage().await?;
        let looked = async || Ok(app.warning().await?.unwrap_or_default());
        wait::until(
            Location::caller(),
            wait::PATIENCE,
            "a warning",
            looked,
            |text| text.contains("stores nothing"),
        )
        .await?;
        // It works all the same.
        app.add("for now").await?;
        app.shows([Todo::active("for now")]).await?;
        Ok(())
    });
}
