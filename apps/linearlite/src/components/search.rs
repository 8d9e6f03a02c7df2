//! Search: as you type, in titles and descriptions, with what was found marked.

mod hits;

use leptos::{html, prelude::*, wasm_bindgen::JsCast};
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use self::hits::{Hits, active_hit};
use super::{Icon, IconView, shell::OpenSidebar};
use crate::{
    queries,
    schema::{Issue, Status},
    ui::use_ui,
};

/// So many results are shown: who wants more types more.
const MOST: u64 = 50;
/// Around what was found. They are in no text that people write.
const MARKS: (&str, &str) = ("\u{2}", "\u{3}");

/// A result: id, number, status, marked title and a marked piece of the description.
type Found = (String, i64, Status, String, String);

/// The search field and what it finds. What is typed is in the address.
#[component]
pub fn SearchPage() -> impl IntoView {
    let ui = use_ui();
    // Another page's address says nothing of what is sought here: the results stay as they are to the end.
    let text = Memo::new(move |last: Option<&String>| match last {
        Some(last) if *ui.address.path.read() != "/search" => last.clone(),
        _ => ui.address.param("q").unwrap_or_default(),
    });
    let named = use_query(move || named(&text.read()));
    let matching = use_query(move || found(&text.read()));
    let has_text = Memo::new(move |_| !text.read().trim().is_empty());
    // Whoever writes a number means that issue first.
    let found = Memo::new(move |_| {
        if !has_text.get() {
            return Vec::new();
        }
        let named: Vec<Found> = named.get();
        let ids: Vec<String> = named.iter().map(|found| found.0.clone()).collect();
        let others = matching
            .get()
            .into_iter()
            .filter(|found| !ids.contains(&found.0));
        named.into_iter().chain(others).collect::<Vec<_>>()
    });
    let any = Memo::new(move |_| !found.read().is_empty());
    let field = NodeRef::<html::Input>::new();
    field.on_load(move |field| request_animation_frame(move || _ = field.focus()));
    // Also when the address comes from elsewhere than the field.
    Effect::new(move |_| {
        let text = text.get();
        if let Some(field) = field.get()
            && document().active_element().as_ref() != Some(field.as_ref())
        {
            field.set_value(&text);
        }
    });
    hits::take_cursor(ui, text, found);

    view! {
        <header class="view-header search-header">
            <OpenSidebar />
            <IconView icon=Icon::Search />
            <h1 class="visually-hidden">"Search"</h1>
            <input
                node_ref=field
                class="search-field"
                type="search"
                role="combobox"
                aria-label="Search issues"
                aria-autocomplete="list"
                aria-expanded=move || if any.get() { "true" } else { "false" }
                aria-controls=move || any.get().then_some("results")
                aria-activedescendant=move || active_hit(ui)
                placeholder="Search issues…"
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| {
                    let params = [("q", event.target().value())];
                    let params = if params[0].1.is_empty() { &[][..] } else { &params[..] };
                    ui.address.replace(ui.address.with_params("/search", params));
                }
                on:keydown:target=move |event| {
                    if event.is_composing() {
                        return;
                    }
                    if event.key() == "Escape" {
                        // The next keys are for the results.
                        _ = event.target().blur();
                    } else if !hits::press(ui, &event.key()) {
                        return;
                    }
                    event.prevent_default();
                }
            />
        </header>
        <Show
            when=move || has_text.get()
            fallback=|| view! { <Hint title="Search titles and descriptions" text="Every word must occur; the last one may be unfinished." /> }
        >
            <Show
                when=move || any.get()
                fallback=|| view! { <Hint title="Nothing found" text="No issue has all of these words." /> }
            >
                <Hits found />
            </Show>
        </Show>
    }
    .into_any()
}

/// Puts the focus into the field of the search page, if that is shown.
pub fn focus_search() {
    let field = document().query_selector(".search-field").ok().flatten();
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    if let Some(field) = field {
        // Fails only for an element that can't take the focus.
        let _ = field.focus();
        field.select();
    }
}

/// The issue whose number is written.
fn named(text: &str) -> impl Query<Output = Vec<Found>> + use<> {
    let number = queries::number_in(text).unwrap_or(0);
    Issue::query()
        .filter(Issue::NUMBER.eq(number).and(Issue::DELETED_AT.is_null()))
        .select((
            Issue::ID,
            Issue::NUMBER,
            Issue::STATUS,
            Issue::TITLE,
            Issue::DESCRIPTION,
        ))
}

fn found(text: &str) -> impl Query<Output = Vec<Found>> + use<> {
    let (before, after) = MARKS;
    Issue::query()
        .matching(SearchText::typing(text))
        .filter(Issue::DELETED_AT.is_null())
        .limit(MOST)
        .select((
            Issue::ID,
            Issue::NUMBER,
            Issue::STATUS,
            Issue::TITLE.highlight(before, after),
            Issue::DESCRIPTION.snippet(before, after, 16),
        ))
}

#[component]
fn Hint(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div class="empty" role="status">
            <p class="empty-title">{title}</p>
            <p>{text}</p>
        </div>
    }
    .into_any()
}
