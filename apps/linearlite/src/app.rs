//! The app: its routes, and what all of them share.

use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    actions,
    components::{BoardPage, IssuePage, ListPage, MyIssuesPage, SearchPage, Shell},
    schema::Theme,
    ui::{Ui, provide_ui},
    view::provide_address,
};

/// The whole app; wants a `StoreProvider` around it.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Pages />
        </Router>
    }
    .into_any()
}

#[component]
fn Pages() -> impl IntoView {
    provide_address();
    let ui = provide_ui();
    crate::components::provide_confirmed();
    actions::listen(ui);
    follow_theme(ui);
    introduce(ui);

    view! {
        <Shell>
            <FlatRoutes fallback=|| view! { <ListPage /> }>
                <Route path=path!("/") view=ListPage />
                <Route path=path!("/my") view=MyIssuesPage />
                <Route path=path!("/board") view=BoardPage />
                <Route path=path!("/search") view=SearchPage />
                <Route path=path!("/issue/:id") view=IssuePage />
            </FlatRoutes>
        </Shell>
    }
    .into_any()
}

/// Puts the theme on the page, and where the next load finds it before anything is drawn: see `index.html`.
fn follow_theme(ui: Ui) {
    let theme = Memo::new(move |_| ui.tracker.settings().theme);
    Effect::new(move |_| {
        // Until one is chosen in this workspace, the page keeps what it has.
        let Some(theme) = theme.get().map(Theme::name) else {
            return;
        };
        if let Some(root) = document().document_element() {
            // Valid names and values can always be set.
            let _ = root.set_attribute("data-theme", theme);
        }
        if let Ok(Some(storage)) = window().local_storage() {
            // A profile that stores nothing starts with the system's theme.
            let own = format!("linearlite-theme {}", ui.tracker.store.store().id());
            let _ = storage.set_item(&own, theme);
            let _ = storage.set_item("linearlite-theme", theme);
        }
    });
}

/// Gives who comes here first a name, once the page is up.
fn introduce(ui: Ui) {
    request_animation_frame(move || ui.tracker.introduce());
}
