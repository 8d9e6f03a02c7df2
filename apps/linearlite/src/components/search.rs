//! Search: as you type, in titles and descriptions, with what was found marked.

use leptos::{ev::MouseEvent, html, prelude::*, wasm_bindgen::JsCast};
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use super::{Glyph, Icon, IconView, glyph::GlyphView, pointer::has_moved, shell::OpenSidebar};
use crate::{
    queries,
    schema::{Issue, Status},
    ui::{Anchor, Overlay, use_ui},
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
    let text = Memo::new(move |_| ui.address.param("q").unwrap_or_default());
    let named = use_query(move || named(&text.read()));
    let matching = use_query(move || found(&text.read()));
    // Whoever writes a number means that issue first.
    let found = Memo::new(move |_| {
        let named: Vec<Found> = named.get();
        let ids: Vec<String> = named.iter().map(|found| found.0.clone()).collect();
        let others = matching
            .get()
            .into_iter()
            .filter(|found| !ids.contains(&found.0));
        named.into_iter().chain(others).collect::<Vec<_>>()
    });
    let has_text = Memo::new(move |_| !text.read().trim().is_empty());
    let any = Memo::new(move |_| has_text.get() && !found.read().is_empty());
    let current = RwSignal::new(0_usize);
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
    on_cleanup(move || ui.clear_selection());
    let open = move |at: usize| {
        let id = found.with_untracked(|found| found.get(at).map(|(id, ..)| id.clone()));
        if let Some(id) = id {
            ui.open_issue(&id);
        }
    };

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
                aria-activedescendant=move || any.get().then(|| format!("result-{}", current.get()))
                placeholder="Search issues…"
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| {
                    current.set(0);
                    let params = [("q", event.target().value())];
                    let params = if params[0].1.is_empty() { &[][..] } else { &params[..] };
                    ui.address.replace(ui.address.with_params("/search", params));
                }
                on:keydown:target=move |event| {
                    if event.is_composing() {
                        return;
                    }
                    let count = found.read_untracked().len();
                    let at = current.get_untracked();
                    match &*event.key() {
                        "ArrowDown" if at + 1 < count => current.set(at + 1),
                        "ArrowUp" if at > 0 => current.set(at - 1),
                        "Enter" => open(at),
                        "Escape" => _ = event.target().blur(),
                        _ => return,
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
                <ul id="results" class="results" role="listbox" aria-label="Results" tabindex="-1">
                    {move || {
                        found
                            .get()
                            .into_iter()
                            .enumerate()
                            .map(|(at, found)| view! { <Hit at found current on_open=open /> })
                            .collect_view()
                    }}
                </ul>
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
fn Hit(
    at: usize,
    found: Found,
    current: RwSignal<usize>,
    on_open: impl Fn(usize) + 'static,
) -> impl IntoView {
    let ui = use_ui();
    let (id, number, status, title, description) = found;
    // There is no cursor here: what the menu is about is selected, and the bar says so.
    let menu = move |event: MouseEvent| {
        event.prevent_default();
        ui.selected.set([id.clone()].into());
        let at = Anchor::Point(event.client_x().into(), event.client_y().into());
        ui.show(Overlay::Context(at));
    };
    view! {
        <li
            id=format!("result-{at}")
            class="result"
            class:current=move || current.get() == at
            role="option"
            aria-selected=move || if current.get() == at { "true" } else { "false" }
            on:mousemove=move |event| if has_moved(&event) && current.get_untracked() != at { current.set(at) }
            on:click=move |_| on_open(at)
            on:contextmenu=menu
        >
            <GlyphView glyph=Glyph::Status(status) />
            <span class="issue-number">{format!("LIV-{number}")}</span>
            <span class="result-title">{marked(&title)}</span>
            <span class="result-text">{marked(&plain(&description))}</span>
        </li>
    }
    .into_any()
}

/// A piece of Markdown without its most frequent signs.
fn plain(markdown: &str) -> String {
    markdown.replace(['*', '`', '#'], "")
}

/// Shows a text with what stands between the marks as `<mark>`.
fn marked(text: &str) -> Vec<AnyView> {
    let mut views = Vec::new();
    for part in text.split(MARKS.0) {
        match part.split_once(MARKS.1) {
            Some((found, rest)) => {
                views.push(view! { <mark>{found.to_owned()}</mark> }.into_any());
                views.push(rest.to_owned().into_any());
            }
            None => views.push(part.to_owned().into_any()),
        }
    }
    views
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
