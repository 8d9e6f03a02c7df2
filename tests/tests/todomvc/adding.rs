//! New todos.

use livestore_tests::todomvc::{self, Filter, Todo};
use thirtyfour::Key;

#[test]
fn a_new_todo_is_appended_and_the_field_cleared() {
    todomvc::run(async |app| {
        app.add("buy milk").await?;
        app.shows([Todo::active("buy milk")]).await?;
        app.add("drink it").await?;
        app.shows([Todo::active("buy milk"), Todo::active("drink it")])
            .await?;
        app.until("an empty field with the focus", |page| {
            page.typed() == Some("") && page.focus == ".new-todo"
        })
        .await?;
        Ok(())
    });
}

#[test]
fn a_new_todo_is_trimmed() {
    todomvc::run(async |app| {
        app.add("   buy some milk    ").await?;
        app.shows([Todo::active("buy some milk")]).await?;
        Ok(())
    });
}

#[test]
fn an_empty_or_blank_todo_is_refused() {
    todomvc::run(async |app| {
        app.add("").await?;
        app.add("   ").await?;
        // What was refused would stand before this one.
        app.add("something").await?;
        app.shows([Todo::active("something")]).await?;
        Ok(())
    });
}

#[test]
fn two_todos_may_have_the_same_text() {
    todomvc::run(async |app| {
        app.add_all(["twice", "twice"]).await?;
        app.shows([Todo::active("twice"), Todo::active("twice")])
            .await?;
        app.toggle(1).await?;
        app.shows([Todo::active("twice"), Todo::completed("twice")])
            .await?;
        app.destroy(0).await?;
        app.shows([Todo::completed("twice")]).await?;
        Ok(())
    });
}

#[test]
fn the_cursor_stays_where_the_user_put_it() {
    todomvc::run(async |app| {
        app.type_new("ad" + Key::Left + "bc").await?;
        app.until("abcd in the field", |page| page.typed() == Some("abcd"))
            .await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::active("abcd")]).await?;
        Ok(())
    });
}

#[test]
fn what_was_typed_survives_other_things_the_user_does() {
    todomvc::run(async |app| {
        app.add("something").await?;
        app.type_new("half a thought").await?;
        app.toggle(0).await?;
        app.choose(Filter::Active).await?;
        app.shows([]).await?;
        app.until("the text still there", |page| {
            page.typed() == Some("half a thought")
        })
        .await?;
        app.add(", now whole").await?;
        app.shows([Todo::active("half a thought, now whole")])
            .await?;
        Ok(())
    });
}
