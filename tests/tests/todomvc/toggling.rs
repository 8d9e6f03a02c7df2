//! Completing todos, one by one and all at once.

use livestore_tests::{
    Failure,
    todomvc::{self, Filter, Todo, TodoMvc},
};

async fn three(app: &TodoMvc) -> Result<(), Failure> {
    app.add_all(["one", "two", "three"]).await?;
    app.shows([
        Todo::active("one"),
        Todo::active("two"),
        Todo::active("three"),
    ])
    .await?;
    Ok(())
}

#[test]
fn a_todo_can_be_completed_and_taken_up_again() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle(1).await?;
        app.shows([
            Todo::active("one"),
            Todo::completed("two"),
            Todo::active("three"),
        ])
        .await?;
        app.toggle(1).await?;
        app.shows([
            Todo::active("one"),
            Todo::active("two"),
            Todo::active("three"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn toggle_all_completes_all_and_takes_all_up_again() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle(0).await?;
        app.toggle_all().await?;
        let page = app
            .shows([
                Todo::completed("one"),
                Todo::completed("two"),
                Todo::completed("three"),
            ])
            .await?;
        assert_eq!(page.all_checked(), Some(true), "{page}");
        app.toggle_all().await?;
        let page = app
            .shows([
                Todo::active("one"),
                Todo::active("two"),
                Todo::active("three"),
            ])
            .await?;
        assert_eq!(page.all_checked(), Some(false), "{page}");
        Ok(())
    });
}

#[test]
fn toggle_all_follows_the_single_todos() {
    todomvc::run(async |app| {
        three(app).await?;
        app.until("toggle all unchecked", |page| {
            page.all_checked() == Some(false)
        })
        .await?;
        for todo in 0..3 {
            app.toggle(todo).await?;
        }
        app.until("toggle all checked", |page| {
            page.all_checked() == Some(true)
        })
        .await?;
        app.toggle(1).await?;
        app.until("toggle all unchecked again", |page| {
            page.all_checked() == Some(false)
        })
        .await?;
        app.toggle(1).await?;
        app.until("toggle all checked again", |page| {
            page.all_checked() == Some(true)
        })
        .await?;
        Ok(())
    });
}

/// Its own check mark is the browser's, which the user's click has changed: the app has to set it, not just its default.
#[test]
fn toggle_all_follows_the_todos_after_it_was_clicked() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle_all().await?;
        app.until("toggle all checked", |page| {
            page.all_checked() == Some(true)
        })
        .await?;
        app.toggle(2).await?;
        app.until("toggle all unchecked", |page| {
            page.all_checked() == Some(false)
        })
        .await?;
        app.toggle_all().await?;
        app.shows([
            Todo::completed("one"),
            Todo::completed("two"),
            Todo::completed("three"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn toggle_all_is_unchecked_by_a_new_todo() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle_all().await?;
        app.until("toggle all checked", |page| {
            page.all_checked() == Some(true)
        })
        .await?;
        app.add("four").await?;
        app.until("toggle all unchecked", |page| {
            page.items.len() == 4 && page.all_checked() == Some(false)
        })
        .await?;
        Ok(())
    });
}

#[test]
fn toggle_all_starts_unchecked_after_all_were_cleared() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle_all().await?;
        app.clear_completed().await?;
        app.until("an empty list", |page| page.items.is_empty())
            .await?;
        app.add("four").await?;
        let page = app.shows([Todo::active("four")]).await?;
        assert_eq!(page.all_checked(), Some(false), "{page}");
        Ok(())
    });
}

#[test]
fn toggle_all_is_checked_once_the_last_active_todo_is_deleted() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle(0).await?;
        app.toggle(1).await?;
        app.until("toggle all unchecked", |page| {
            page.all_checked() == Some(false)
        })
        .await?;
        app.destroy(2).await?;
        app.until("toggle all checked", |page| {
            page.all_checked() == Some(true)
        })
        .await?;
        Ok(())
    });
}

#[test]
fn toggle_all_reaches_the_todos_that_the_filter_hides() {
    todomvc::run(async |app| {
        three(app).await?;
        app.toggle(0).await?;
        app.choose(Filter::Completed).await?;
        app.shows([Todo::completed("one")]).await?;
        app.toggle_all().await?;
        app.shows([
            Todo::completed("one"),
            Todo::completed("two"),
            Todo::completed("three"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn a_todo_can_be_deleted() {
    todomvc::run(async |app| {
        three(app).await?;
        app.destroy(1).await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        app.destroy(1).await?;
        app.shows([Todo::active("one")]).await?;
        app.destroy(0).await?;
        app.shows([]).await?;
        Ok(())
    });
}
