//! Whoever has the link sees the same list, in whatever browser; without a server the app works all the same.

use livestore_tests::todomvc::{self, Todo, TodoMvc};

#[test]
fn two_browsers_see_each_others_todos_and_what_was_done_while_the_server_was_dead() {
    todomvc::run_deployed(async |server, one, other| {
        let one = TodoMvc::open(one, &server.url("")).await?;
        one.add("from the first browser").await?;
        let other = TodoMvc::open(other, &one.link().await?).await?;
        other
            .shows([Todo::active("from the first browser")])
            .await?;
        other.toggle(0).await?;
        other.add("from the second").await?;
        let both = [
            Todo::completed("from the first browser"),
            Todo::active("from the second"),
        ];
        one.shows(both.clone()).await?;
        one.until_sync_state("Synced").await?;
        other.until_sync_state("Synced").await?;

        server.kill();
        one.until_sync_state("Offline").await?;
        other.until_sync_state("Offline").await?;
        one.add("first, offline").await?;
        one.until_sync_state("Offline: 1 change is kept here")
            .await?;
        other.add("second, offline").await?;
        other.toggle(1).await?;
        other
            .until_sync_state("Offline: 2 changes are kept here")
            .await?;
        one.shows([
            both[0].clone(),
            both[1].clone(),
            Todo::active("first, offline"),
        ])
        .await?;

        server.restart()?;
        one.until_sync_state("Synced").await?;
        other.until_sync_state("Synced").await?;
        let all = [
            Todo::completed("from the first browser"),
            Todo::completed("from the second"),
            Todo::active("first, offline"),
            Todo::active("second, offline"),
        ];
        one.shows(all.clone()).await?;
        other.shows(all.clone()).await?;
        one.reload().await?;
        one.shows(all).await?;
        Ok(())
    });
}

#[test]
fn without_a_server_todos_are_kept_in_the_browser() {
    todomvc::run_alone(async |app| {
        app.add_all(["buy milk", "drink it"]).await?;
        app.toggle(0).await?;
        let todos = [Todo::completed("buy milk"), Todo::active("drink it")];
        app.shows(todos.clone()).await?;
        app.until_sync_state("Offline: 3 changes are kept here")
            .await?;
        app.until_saved().await?;
        app.reload().await?;
        app.shows(todos).await?;
        Ok(())
    });
}

#[test]
fn every_list_has_an_address_and_a_page_without_one_shows_the_last() {
    todomvc::run(async |app| {
        app.add("mine").await?;
        app.until_saved().await?;
        let mine = app.link().await?;
        let (start, id) = mine.split_once("?store=").expect("it names the list");
        assert!(id.len() > 20, "{id} can be guessed");
        app.goto(&format!("{start}?store=other")).await?;
        app.shows([]).await?;
        app.add("theirs").await?;
        app.until_saved().await?;
        app.goto(&mine).await?;
        app.shows([Todo::active("mine")]).await?;
        app.goto(start).await?;
        app.shows([Todo::active("mine")]).await?;
        assert_eq!(app.link().await?, mine);
        Ok(())
    });
}
