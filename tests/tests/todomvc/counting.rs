//! The number of todos left.

use livestore_tests::todomvc::{self, Filter, Page};

fn says(sentence: &str) -> impl Fn(&Page) -> bool {
    let number = sentence.split(' ').next().unwrap_or_default();
    move |page| {
        page.counter
            .as_ref()
            .is_some_and(|counter| counter.text == sentence && counter.number == number)
    }
}

#[test]
fn the_counter_has_a_plural() {
    todomvc::run(async |app| {
        app.add("one").await?;
        app.until("1 item left", says("1 item left")).await?;
        app.add("two").await?;
        app.until("2 items left", says("2 items left")).await?;
        app.toggle_all().await?;
        app.until("0 items left", says("0 items left")).await?;
        Ok(())
    });
}

#[test]
fn the_counter_counts_active_todos_whatever_the_filter() {
    todomvc::run(async |app| {
        app.add_all(["one", "two", "three"]).await?;
        app.toggle(1).await?;
        for filter in Filter::EACH {
            app.choose(filter).await?;
            let selected = filter.to_string();
            app.until(format!("2 items left with {filter}"), |page| {
                says("2 items left")(page) && page.selected() == [selected.as_str()]
            })
            .await?;
        }
        Ok(())
    });
}

#[test]
fn the_counter_follows_deletions() {
    todomvc::run(async |app| {
        app.add_all(["one", "two", "three"]).await?;
        app.toggle(2).await?;
        app.until("2 items left", says("2 items left")).await?;
        app.destroy(0).await?;
        app.until("1 item left", says("1 item left")).await?;
        app.destroy(1).await?;
        app.until("1 item left, as a completed one went", |page| {
            says("1 item left")(page) && page.items.len() == 1
        })
        .await?;
        Ok(())
    });
}
