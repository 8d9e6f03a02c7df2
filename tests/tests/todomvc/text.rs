//! Any text is kept and shown as it is.

use livestore_tests::todomvc::{self, Todo};
use thirtyfour::Key;

#[test]
fn html_is_shown_as_text() {
    todomvc::run(async |app| {
        let html = "<b>bold</b> &amp; <img src=x onerror=\"document.title='run'\">";
        app.add(html).await?;
        app.shows([Todo::active(html)]).await?;
        let elements: u32 = app
            .script(
                "return document.querySelectorAll('.todo-list label *').length;",
                vec![],
            )
            .await?;
        assert_eq!(elements, 0, "nothing of it became an element");
        Ok(())
    });
}

#[test]
fn quotes_and_sql_are_nothing_special() {
    todomvc::run(async |app| {
        let texts = [
            "it's \"quoted\" `three` ways",
            "'; DROP TABLE todos; --",
            "100 % \\ of $1 ?1 :id",
        ];
        app.add_all(texts).await?;
        app.shows(texts.map(Todo::active)).await?;
        app.start_edit(0).await?;
        app.press(Key::End + " still".to_owned() + Key::Enter)
            .await?;
        app.shows([
            Todo::active("it's \"quoted\" `three` ways still"),
            Todo::active(texts[1]),
            Todo::active(texts[2]),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn any_script_and_emoji_survive() {
    todomvc::run(async |app| {
        let texts = [
            "Größe prüfen",
            "買牛奶",
            "شراء الحليب",
            "👩‍👩‍👧‍👦 feed 🐈‍⬛",
            "e\u{301} \u{1d11e} \u{10ffff}",
        ];
        for text in texts {
            app.focus_new_todo().await?;
            app.insert(text).await?;
            app.press(Key::Enter).await?;
        }
        app.shows(texts.map(Todo::active)).await?;

        app.start_edit(3).await?;
        app.rewrite("").await?;
        app.insert("🐕 fed").await?;
        app.press(Key::Enter).await?;
        let page = app
            .until("the edited emoji", |page| {
                page.items.get(3).is_some_and(|item| !item.editing)
            })
            .await?;
        assert_eq!(page.items[3].text, "🐕 fed");
        Ok(())
    });
}

#[test]
fn a_long_text_is_kept_whole() {
    todomvc::run(async |app| {
        let long = "lorem ipsum ".repeat(200).trim().to_owned();
        app.focus_new_todo().await?;
        app.insert(&long).await?;
        app.press(Key::Enter).await?;
        app.shows([Todo::active(&long)]).await?;
        let overflow: bool = app
            .script("return document.documentElement.scrollWidth > document.documentElement.clientWidth;", vec![])
            .await?;
        assert!(!overflow, "the page is not wider than the window");
        Ok(())
    });
}
