//! Where a view was scrolled to: in the store, so that a reload and the back button find it again.

use std::time::Duration;

use leptos::{html, prelude::*};
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use super::later::Later;
use crate::schema::{ScrollPosition, Scrolled};

/// How long after scrolling the place is remembered.
const PAUSE: Duration = Duration::from_millis(250);

/// Scrolls the box to where the view was left, and returns what is to be called when it is scrolled.
pub fn use_scroll_memory(
    node: NodeRef<html::Div>,
    view: Signal<String>,
) -> impl Fn() + Copy + 'static {
    let store = use_store();
    // Another view, also one with other filters, starts at its own place.
    Effect::new(move |_| {
        let (Some(node), view) = (node.get(), view.get()) else {
            return;
        };
        let of_view = ScrollPosition::VIEW.eq(view);
        let top = ScrollPosition::query()
            .filter(
                ScrollPosition::SESSION_ID
                    .eq(store.session_id())
                    .and(of_view),
            )
            .select(ScrollPosition::TOP)
            .first();
        let top = store.query(&top).ok().flatten().unwrap_or(0);
        // Once the box has its height.
        request_animation_frame(move || node.set_scroll_top(top as i32));
    });

    let later = Later::new(PAUSE);
    move || {
        let Some(node) = node.get_untracked() else {
            return;
        };
        // By now: when it is remembered, another view may be shown.
        let (view, top) = (view.get_untracked(), node.scroll_top().into());
        later.run(move || {
            let view = view.clone();
            store.commit(Scrolled { view, top });
        });
    }
}
