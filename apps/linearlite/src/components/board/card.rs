//! A card of the board.

use leptos::{
    ev::{MouseEvent, PointerEvent},
    prelude::*,
};

use super::drag::Drag;
use crate::{
    components::{
        Glyph,
        glyph::GlyphView,
        issue::{IssueNumber, LabelChips},
        list::labels_of,
        pointer::{has_moved, is_on_control, open_menu, point_at},
    },
    schema::IssueSummary,
    ui::{Anchor, Overlay, Picker, use_ui},
};

/// An issue on the board.
#[component]
pub fn Card(
    card: Signal<IssueSummary>,
    /// The labels of the page's issues.
    labels: Signal<Vec<(String, String, String)>>,
    drag: Drag,
    /// Says where an issue stands on the board.
    place: impl Fn(&str) -> (usize, usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let ui = use_ui();
    let id = StoredValue::new(card.read_untracked().id.clone());
    let is_current = move || {
        ui.cursor
            .read()
            .as_ref()
            .is_some_and(|cursor| id.with_value(|id| cursor.id == *id))
    };
    let is_selected = Memo::new(move |_| {
        ui.selected
            .with(|selected| id.with_value(|id| selected.contains(id)))
    });
    let is_carried = Memo::new(move |_| {
        drag.carried()
            .is_some_and(|carried| id.with_value(|id| carried.id == *id))
    });
    let assignee = Memo::new(move |_| {
        card.read()
            .assignee_id
            .as_deref()
            .and_then(|id| ui.name_of(id))
    });
    let priority = Memo::new(move |_| card.read().priority);
    let pick = move |picker: Picker, event: MouseEvent| {
        let at = Anchor::below(event.current_target());
        ui.show(Overlay::Pick(picker, ui.targets_at(&id.get_value()), at));
    };

    let place_here = move || untrack(|| id.with_value(|id| place(id)));
    let point = move |event: MouseEvent| {
        if has_moved(&event) {
            point_at(ui, id.get_value(), place_here());
        }
    };
    let press = move |event: PointerEvent| {
        // A finger scrolls.
        if event.button() == 0 && event.pointer_type() != "touch" && !is_button(&event) {
            event.prevent_default();
            drag.press(card.get_untracked(), place_here(), &event);
        }
    };
    let open = move |event: MouseEvent| {
        if drag.just_dropped() {
            event.prevent_default();
        } else if !is_on_control(&event) {
            ui.open_issue(&id.get_value());
        }
    };
    let menu = move |event: MouseEvent| open_menu(ui, &event, id.get_value(), place_here());

    view! {
        <article
            id=id.with_value(|id| format!("issue-{id}"))
            class="card"
            class:current=is_current
            class:selected=is_selected
            class:carried=is_carried
            on:mousemove=point
            on:pointerdown=press
            on:click=open
            on:contextmenu=menu
        >
            <div class="card-top">
                <IssueNumber row=card />
                <button
                    class="icon-button"
                    tabindex="-1"
                    aria-label=move || assignee.get().map_or_else(|| "Not assigned".to_owned(), |name| format!("Assigned to {name}"))
                    on:click=move |event| pick(Picker::Assignee, event)
                >
                    {move || view! { <GlyphView glyph=assignee.get().map_or(Glyph::Nobody, Glyph::Avatar) /> }}
                </button>
            </div>
            <h3 class="card-title">
                <a href=move || ui.address.href(&format!("/issue/{}", id.get_value())) draggable="false">
                    {move || card.read().title.clone()}
                </a>
            </h3>
            <div class="card-bottom">
                <button
                    class="icon-button framed"
                    tabindex="-1"
                    aria-label=move || format!("Priority: {}", priority.get().label())
                    on:click=move |event| pick(Picker::Priority, event)
                >
                    {move || view! { <GlyphView glyph=Glyph::Priority(priority.get()) /> }}
                </button>
                <LabelChips labels=Signal::derive(move || labels_of(&labels.read(), &id.get_value())) />
            </div>
        </article>
    }
    .into_any()
}

fn is_button(event: &PointerEvent) -> bool {
    use leptos::wasm_bindgen::JsCast;
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| matches!(target.closest("button"), Ok(Some(_))))
}
