//! A card of the board.

use leptos::{
    ev::{MouseEvent, PointerEvent, TouchEvent},
    prelude::*,
};

use super::drag::{Drag, is_finger};
use crate::{
    components::{
        Glyph,
        glyph::GlyphView,
        issue::{IssueNumber, LabelChips},
        list::labels_of,
        pointer::Placed,
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
    let issue = Placed::new(card.read_untracked().id.clone(), place);
    let is_selected = issue.is_selected();
    let is_carried = Memo::new(move |_| {
        drag.carried()
            .is_some_and(|carried| carried.id == issue.id())
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
        ui.show(Overlay::Pick(picker, ui.targets_at(&issue.id()), at));
    };

    let press = move |event: PointerEvent| {
        if event.button() != 0 || is_button(&event) {
            return;
        }
        // A finger may still come to scroll.
        if !is_finger(&event) {
            event.prevent_default();
        }
        drag.press(card.get_untracked(), issue.place_now(), &event);
    };
    // With a card in it a finger neither scrolls nor taps. Only the element that was touched is told of the finger to its
    // end, also when its column has scrolled it out of the page.
    let keep_finger = move |event: TouchEvent| {
        if drag.took_card() && event.cancelable() {
            event.prevent_default();
        }
    };
    let open = move |event: MouseEvent| {
        if drag.took_card() {
            event.prevent_default();
        } else {
            issue.open(&event);
        }
    };
    let menu = move |event: MouseEvent| {
        if drag.took_card() {
            event.prevent_default();
        } else {
            issue.menu(&event);
        }
    };

    view! {
        <article
            id=issue.element_id()
            class="card"
            class:current=move || issue.is_current()
            class:selected=is_selected
            class:carried=is_carried
            on:mousemove=move |event: MouseEvent| issue.point(&event)
            on:pointerdown=press
            on:touchmove=keep_finger
            on:touchend=keep_finger
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
                <a href=move || issue.href() draggable="false" tabindex="-1">
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
                <LabelChips labels=Signal::derive(move || labels_of(&labels.read(), &issue.id())) />
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
