//! The page as it is before there is any todo.

use livestore_tests::todomvc;

#[test]
fn the_focus_is_in_the_field_for_a_new_todo() {
    todomvc::run(async |app| {
        let page = app
            .until("the focus in .new-todo", |page| page.focus == ".new-todo")
            .await?;
        let field = page.new_todo.expect("the focus is in it");
        assert_eq!(field.placeholder, "What needs to be done?");
        assert_eq!(field.text, "");
        Ok(())
    });
}

#[test]
fn list_and_footer_are_hidden_without_todos() {
    todomvc::run(async |app| {
        let page = app.page().await?;
        assert!(!page.main, "{page}");
        assert!(!page.footer, "{page}");

        app.add("something").await?;
        app.until("list and footer", |page| page.main && page.footer)
            .await?;
        app.destroy(0).await?;
        app.until("neither list nor footer", |page| {
            page.items.is_empty() && !page.main && !page.footer
        })
        .await?;
        Ok(())
    });
}

#[test]
fn the_page_has_the_elements_of_the_specification() {
    todomvc::run(async |app| {
        app.add("something").await?;
        app.until("list and footer", |page| page.main && page.footer)
            .await?;
        let missing: Vec<String> = app
            .script(
                "return arguments[0].filter((selector) => !document.querySelector(selector));",
                vec![serde_json::json!([
                    ".todoapp .header h1",
                    ".todoapp .header input.new-todo",
                    ".todoapp .main input#toggle-all.toggle-all[type=checkbox]",
                    ".todoapp .main label[for=toggle-all]",
                    ".todoapp .main ul.todo-list > li > .view > input.toggle[type=checkbox]",
                    ".todoapp .todo-list li > .view > label",
                    ".todoapp .todo-list li > .view > button.destroy",
                    ".todoapp .footer .todo-count > strong",
                    ".todoapp .footer ul.filters > li > a",
                ])],
            )
            .await?;
        assert!(missing.is_empty(), "not on the page: {missing:?}");
        Ok(())
    });
}
