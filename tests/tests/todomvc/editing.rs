//! Editing a todo's text.

use livestore_tests::{
    Failure,
    todomvc::{self, Filter, Page, Todo, TodoMvc},
};
use thirtyfour::Key;

async fn edit_the_second_of_three(app: &TodoMvc) -> Result<Page, Failure> {
    app.add_all(["one", "two", "three"]).await?;
    app.shows([
        Todo::active("one"),
        Todo::active("two"),
        Todo::active("three"),
    ])
    .await?;
    app.start_edit(1).await
}

fn nothing_is_edited(page: &Page) -> bool {
    page.items
        .iter()
        .all(|item| !item.editing && item.editor.is_none() && item.controls.len() == 3)
}

#[test]
fn a_double_click_starts_to_edit_and_hides_the_other_controls() {
    todomvc::run(async |app| {
        let page = edit_the_second_of_three(app).await?;
        assert_eq!(page.items[1].editor.as_deref(), Some("two"));
        assert_eq!(page.items[1].controls, Vec::<String>::new());
        let edited: Vec<bool> = page.items.iter().map(|item| item.editing).collect();
        assert_eq!(edited, [false, true, false], "only the one");
        Ok(())
    });
}

#[test]
fn enter_saves() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("deux").await?;
        app.press(Key::Enter).await?;
        app.shows([
            Todo::active("one"),
            Todo::active("deux"),
            Todo::active("three"),
        ])
        .await?;
        app.until("no todo being edited", nothing_is_edited).await?;
        Ok(())
    });
}

#[test]
fn leaving_the_field_saves() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("deux").await?;
        app.focus_new_todo().await?;
        app.shows([
            Todo::active("one"),
            Todo::active("deux"),
            Todo::active("three"),
        ])
        .await?;
        app.until("no todo being edited", nothing_is_edited).await?;
        Ok(())
    });
}

#[test]
fn an_edited_text_is_trimmed() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("   deux   ").await?;
        app.press(Key::Enter).await?;
        app.shows([
            Todo::active("one"),
            Todo::active("deux"),
            Todo::active("three"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn an_emptied_todo_is_deleted() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("").await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        Ok(())
    });
}

#[test]
fn a_todo_with_blank_text_is_deleted_on_leaving_the_field() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("   ").await?;
        app.focus_new_todo().await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        Ok(())
    });
}

#[test]
fn escape_keeps_the_old_text() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("deux").await?;
        app.press(Key::Escape).await?;
        let page = app.until("no todo being edited", nothing_is_edited).await?;
        assert_eq!(page.items[1].text, "two", "{page}");
        Ok(())
    });
}

#[test]
fn what_was_given_up_is_gone_when_the_todo_is_edited_again() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("deux").await?;
        app.press(Key::Escape).await?;
        app.until("no todo being edited", nothing_is_edited).await?;
        let page = app.start_edit(1).await?;
        assert_eq!(page.items[1].editor.as_deref(), Some("two"));
        app.press(Key::Enter).await?;
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
fn a_completed_todo_stays_completed_when_edited() {
    todomvc::run(async |app| {
        app.add_all(["one", "two"]).await?;
        app.toggle(0).await?;
        app.shows([Todo::completed("one"), Todo::active("two")])
            .await?;
        app.start_edit(0).await?;
        app.rewrite("un").await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::completed("un"), Todo::active("two")])
            .await?;
        Ok(())
    });
}

#[test]
fn a_double_click_on_another_todo_saves_the_first() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        app.rewrite("deux").await?;
        app.start_edit(2).await?;
        app.rewrite("trois").await?;
        app.press(Key::Enter).await?;
        app.shows([
            Todo::active("one"),
            Todo::active("deux"),
            Todo::active("trois"),
        ])
        .await?;
        app.until("no todo being edited", nothing_is_edited).await?;
        Ok(())
    });
}

#[test]
fn an_edited_todo_keeps_its_place_in_a_filtered_list() {
    todomvc::run(async |app| {
        app.add_all(["one", "two", "three", "four"]).await?;
        app.toggle(0).await?;
        app.choose(Filter::Active).await?;
        app.shows([
            Todo::active("two"),
            Todo::active("three"),
            Todo::active("four"),
        ])
        .await?;
        app.start_edit(1).await?;
        app.rewrite("aardvark").await?;
        app.press(Key::Enter).await?;
        app.shows([
            Todo::active("two"),
            Todo::active("aardvark"),
            Todo::active("four"),
        ])
        .await?;
        app.choose(Filter::All).await?;
        app.shows([
            Todo::completed("one"),
            Todo::active("two"),
            Todo::active("aardvark"),
            Todo::active("four"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn leaving_an_untouched_text_keeps_what_others_made_of_it() {
    todomvc::run(async |app| {
        edit_the_second_of_three(app).await?;
        let tab = app.second_tab().await?;
        tab.start_edit(1).await?;
        tab.rewrite("deux").await?;
        tab.press(Key::Enter).await?;
        let new = [
            Todo::active("one"),
            Todo::active("deux"),
            Todo::active("three"),
        ];
        tab.shows(new.clone()).await?;
        app.show().await?;
        app.shows(new.clone()).await?;
        app.press(Key::Enter).await?;
        app.until("no todo being edited", nothing_is_edited).await?;
        app.shows(new).await?;
        Ok(())
    });
}
