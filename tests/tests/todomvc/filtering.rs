//! The filters and their addresses.

use livestore_tests::{
    Failure,
    todomvc::{self, Filter, Page, Todo, TodoMvc},
};

/// Three todos, the second completed, and the filters in the footer.
async fn two_active_one_completed(app: &TodoMvc) -> Result<Page, Failure> {
    app.add_all(["one", "two", "three"]).await?;
    app.toggle(1).await?;
    app.shows([
        Todo::active("one"),
        Todo::completed("two"),
        Todo::active("three"),
    ])
    .await
}

fn selected(filter: Filter) -> impl Fn(&Page) -> bool {
    move |page| page.selected() == [filter.to_string()]
}

#[test]
fn there_are_three_filters_and_all_is_selected() {
    todomvc::run(async |app| {
        let page = two_active_one_completed(app).await?;
        let links: Vec<(&str, &str)> = page
            .filters
            .iter()
            .map(|link| (link.text.as_str(), link.href.as_str()))
            .collect();
        assert_eq!(
            links,
            [
                ("All", "#/"),
                ("Active", "#/active"),
                ("Completed", "#/completed")
            ]
        );
        assert!(selected(Filter::All)(&page), "{page}");
        Ok(())
    });
}

#[test]
fn a_filter_shows_its_todos_and_is_selected() {
    todomvc::run(async |app| {
        two_active_one_completed(app).await?;

        app.choose(Filter::Active).await?;
        let page = app
            .shows([Todo::active("one"), Todo::active("three")])
            .await?;
        assert_eq!(page.address, "#/active");
        app.until("Active to be selected", selected(Filter::Active))
            .await?;

        app.choose(Filter::Completed).await?;
        let page = app.shows([Todo::completed("two")]).await?;
        assert_eq!(page.address, "#/completed");
        app.until("Completed to be selected", selected(Filter::Completed))
            .await?;

        app.choose(Filter::All).await?;
        let page = app
            .shows([
                Todo::active("one"),
                Todo::completed("two"),
                Todo::active("three"),
            ])
            .await?;
        assert_eq!(page.address, "#/");
        app.until("All to be selected", selected(Filter::All))
            .await?;
        Ok(())
    });
}

#[test]
fn the_back_and_forward_buttons_go_through_the_filters() {
    todomvc::run(async |app| {
        two_active_one_completed(app).await?;
        app.choose(Filter::Active).await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        app.choose(Filter::Completed).await?;
        app.shows([Todo::completed("two")]).await?;

        app.driver().back().await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        app.until("Active to be selected", selected(Filter::Active))
            .await?;
        app.driver().back().await?;
        app.shows([
            Todo::active("one"),
            Todo::completed("two"),
            Todo::active("three"),
        ])
        .await?;
        app.until("All to be selected", selected(Filter::All))
            .await?;
        app.driver().forward().await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        app.until("Active to be selected", selected(Filter::Active))
            .await?;
        Ok(())
    });
}

#[test]
fn an_address_typed_by_hand_chooses_the_filter() {
    todomvc::run(async |app| {
        two_active_one_completed(app).await?;
        app.script::<()>("location.hash = '#/completed'; return null;", vec![])
            .await?;
        app.shows([Todo::completed("two")]).await?;
        app.until("Completed to be selected", selected(Filter::Completed))
            .await?;
        Ok(())
    });
}

#[test]
fn a_link_to_completed_starts_with_that_filter() {
    todomvc::run_at("#/completed", async |app| {
        app.add_all(["one", "two"]).await?;
        app.until("an empty list under Completed", |page| {
            page.footer && page.left() == Some("2 items left") && selected(Filter::Completed)(page)
        })
        .await?;
        app.shows([]).await?;
        app.toggle_all().await?;
        app.shows([Todo::completed("one"), Todo::completed("two")])
            .await?;
        Ok(())
    });
}

#[test]
fn a_link_to_active_starts_with_that_filter() {
    todomvc::run_at("#/active", async |app| {
        app.add_all(["one", "two"]).await?;
        app.shows([Todo::active("one"), Todo::active("two")])
            .await?;
        app.until("Active to be selected", selected(Filter::Active))
            .await?;
        app.toggle(0).await?;
        app.shows([Todo::active("two")]).await?;
        Ok(())
    });
}

#[test]
fn a_toggled_todo_leaves_a_list_it_no_longer_belongs_to() {
    todomvc::run(async |app| {
        two_active_one_completed(app).await?;
        app.choose(Filter::Active).await?;
        app.shows([Todo::active("one"), Todo::active("three")])
            .await?;
        app.toggle(0).await?;
        app.shows([Todo::active("three")]).await?;

        app.choose(Filter::Completed).await?;
        app.shows([Todo::completed("one"), Todo::completed("two")])
            .await?;
        app.toggle(1).await?;
        app.shows([Todo::completed("one")]).await?;
        app.choose(Filter::All).await?;
        app.shows([
            Todo::completed("one"),
            Todo::active("two"),
            Todo::active("three"),
        ])
        .await?;
        Ok(())
    });
}

#[test]
fn list_and_footer_stay_when_a_filter_hides_every_todo() {
    todomvc::run(async |app| {
        app.add("one").await?;
        app.choose(Filter::Completed).await?;
        app.shows([]).await?;
        let page = app
            .until("list and footer", |page| page.main && page.footer)
            .await?;
        assert_eq!(page.left(), Some("1 item left"));
        Ok(())
    });
}

#[test]
fn a_new_todo_stays_out_of_a_list_it_does_not_belong_to() {
    todomvc::run(async |app| {
        two_active_one_completed(app).await?;
        app.choose(Filter::Completed).await?;
        app.shows([Todo::completed("two")]).await?;
        app.add("four").await?;
        app.until("3 items left", |page| page.left() == Some("3 items left"))
            .await?;
        app.shows([Todo::completed("two")]).await?;
        Ok(())
    });
}
