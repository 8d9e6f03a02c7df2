//! The button that removes completed todos.

use livestore_tests::todomvc::{self, Filter, Todo};

#[test]
fn the_button_removes_completed_todos_only() {
    todomvc::run(async |app| {
        app.add_all(["one", "two", "three", "four"]).await?;
        app.toggle(0).await?;
        app.toggle(2).await?;
        app.until("the button", |page| {
            page.clear_completed.as_deref() == Some("Clear completed")
        })
        .await?;
        app.clear_completed().await?;
        app.shows([Todo::active("two"), Todo::active("four")])
            .await?;
        Ok(())
    });
}

#[test]
fn the_button_is_hidden_without_completed_todos() {
    todomvc::run(async |app| {
        app.add("one").await?;
        app.until("no button yet", |page| {
            page.footer && page.clear_completed.is_none()
        })
        .await?;
        app.toggle(0).await?;
        app.until("the button", |page| page.clear_completed.is_some())
            .await?;
        app.toggle(0).await?;
        app.until("no button any more", |page| page.clear_completed.is_none())
            .await?;

        app.add("two").await?;
        app.toggle(1).await?;
        app.clear_completed().await?;
        app.shows([Todo::active("one")]).await?;
        app.until("no button after it was used", |page| {
            page.footer && page.clear_completed.is_none()
        })
        .await?;
        Ok(())
    });
}

#[test]
fn todos_are_cleared_although_the_filter_hides_them() {
    todomvc::run(async |app| {
        app.add_all(["one", "two"]).await?;
        app.toggle(0).await?;
        app.choose(Filter::Active).await?;
        app.shows([Todo::active("two")]).await?;
        app.clear_completed().await?;
        app.until("no button any more", |page| page.clear_completed.is_none())
            .await?;
        app.choose(Filter::All).await?;
        app.shows([Todo::active("two")]).await?;
        Ok(())
    });
}
