//! The results: a list in which the cursor goes, as in the others.

use leptos::prelude::*;

use super::{Found, MARKS};
use crate::{
    components::{Glyph, glyph::GlyphView, pointer::Placed},
    ui::{Shown, Step, Ui, use_ui},
};

/// What was found.
#[component]
pub fn Hits(found: Memo<Vec<Found>>) -> impl IntoView {
    let ui = use_ui();
    view! {
        <ul
            id="results"
            class="results"
            role="listbox"
            aria-label="Results"
            aria-multiselectable="true"
            aria-activedescendant=move || active_hit(ui)
            tabindex="0"
        >
            {move || {
                found.get().into_iter().enumerate().map(|(at, found)| view! { <Hit at found /> }).collect_view()
            }}
        </ul>
    }
    .into_any()
}

/// The id of the element that the cursor is on.
pub fn active_hit(ui: Ui) -> Option<String> {
    let cursor = ui.cursor.read();
    cursor.as_ref().map(|cursor| element_id(&cursor.id))
}

/// Makes the results what is shown, so that keys are for the one at the cursor, which one of them always has.
pub fn take_cursor(ui: Ui, text: Memo<String>, found: Memo<Vec<Found>>) {
    let shown = shown(found);
    ui.take_cursor(shown, ui.address.of_this_page());
    Effect::new(move |last: Option<String>| {
        let (text, count) = (text.get(), found.read().len());
        let cursor = ui.cursor.get();
        if !ui.shows(shown) {
            return text;
        }
        let is_other = last.is_some_and(|last| last != text);
        if is_other {
            ui.clear_selection();
        }
        match cursor {
            Some(cursor) if !is_other && shown.has.run(cursor.id.clone()) => {}
            // What came in its place.
            Some(cursor) if !is_other && count != 0 => {
                ui.put_cursor(0, cursor.row.min(count - 1));
            }
            _ if count != 0 => ui.put_cursor(0, 0),
            Some(_) => ui.cursor.set(None),
            None => {}
        }
        text
    });
}

/// The results as a list of one group.
fn shown(found: Memo<Vec<Found>>) -> Shown {
    let row_of = move |id: &str| {
        found.with_untracked(|found| found.iter().position(|(other, ..)| other == id))
    };
    let id_at =
        move |row: usize| found.with_untracked(|found| found.get(row).map(|(id, ..)| id.clone()));
    Shown {
        is_board: false,
        counts: Memo::new(move |_| vec![found.read().len()]),
        id_at: Callback::new(move |(_, row)| id_at(row)),
        has: Callback::new(move |id: String| row_of(&id).is_some()),
        row_of: Callback::new(move |(_, id): (usize, String)| row_of(&id)),
        all: Callback::new(move |()| {
            found.with_untracked(|found| found.iter().map(|(id, ..)| id.clone()).collect())
        }),
        reveal: Callback::new(move |(_, row)| {
            if let Some(id) = id_at(row) {
                reveal(&id);
            }
        }),
    }
}

/// What a key does in the search field with the results; whether it does anything.
pub fn press(ui: Ui, key: &str) -> bool {
    match key {
        "ArrowDown" => ui.step(Step::Down),
        "ArrowUp" => ui.step(Step::Up),
        "Enter" => {
            if let Some(id) = untrack(|| ui.at_cursor()) {
                ui.open_issue(&id);
            }
        }
        _ => return false,
    }
    true
}

#[component]
fn Hit(at: usize, found: Found) -> impl IntoView {
    let (id, number, status, title, description) = found;
    let issue = Placed::new(id, move |_| (0, at));
    let is_selected = issue.is_selected();
    view! {
        <li
            id=issue.element_id()
            class="result"
            class:current=move || issue.is_current()
            class:selected=is_selected
            role="option"
            aria-selected=move || if is_selected.get() { "true" } else { "false" }
            on:mousemove=move |event| issue.point(&event)
            on:click=move |event| issue.open(&event)
            on:contextmenu=move |event| issue.menu(&event)
        >
            <GlyphView glyph=Glyph::Status(status) />
            <span class="issue-number">{format!("LIV-{number}")}</span>
            <span class="result-title">{marked(&title)}</span>
            <span class="result-text">{marked(&plain(&description))}</span>
        </li>
    }
    .into_any()
}

/// Scrolls a result into sight; when it has just been found it is not there yet, and at the top.
fn reveal(id: &str) {
    if let Some(hit) = document().get_element_by_id(&element_id(id)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        hit.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn element_id(id: &str) -> String {
    format!("issue-{id}")
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
