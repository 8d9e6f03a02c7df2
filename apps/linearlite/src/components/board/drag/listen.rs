//! What the pointer does once a card is pressed, wherever on the page that is.

use std::time::Duration;

use leptos::{
    ev::{self, PointerEvent},
    prelude::*,
};

use super::{Drag, position};
use crate::components::board::hand::State;

impl Drag {
    /// Follows the pointer, as long as the component that calls this is there.
    pub fn follow_pointer(self) {
        let pressed = window_event_listener(ev::pointerdown, move |event| {
            // Two fingers zoom.
            if !event.is_primary() && !self.is_idle() {
                self.give_up();
            }
        });
        let moved = window_event_listener(ev::pointermove, move |event| {
            if !self.is_by(&event) {
                return;
            }
            if event.buttons() == 0 {
                // Released where the page could not see it.
                self.give_up();
            } else {
                self.moved(position(&event));
            }
        });
        let released = window_event_listener(ev::pointerup, move |event| {
            if self.is_by(&event) {
                self.release(&event);
            }
            self.end_press();
        });
        let canceled = window_event_listener(ev::pointercancel, move |_| {
            self.give_up();
            self.end_press();
        });
        let given_up = window_event_listener(ev::keydown, move |event| {
            let has_card = self.state.with_untracked(|state| state.taken().is_some());
            if has_card && event.key() == "Escape" {
                self.give_up();
            }
        });
        on_cleanup(move || {
            self.stop_timers();
            for listener in [pressed, moved, released, canceled, given_up] {
                listener.remove();
            }
            self.ui.dragging.set(false);
        });
    }

    /// The click or touch event that follows is still the drag's, and nothing else.
    fn end_press(&self) {
        if self.took_card() {
            let took = self.took;
            set_timeout(move || _ = took.try_set_value(false), Duration::ZERO);
        }
    }

    fn is_idle(&self) -> bool {
        self.state.with_untracked(|state| *state == State::Idle)
    }

    /// Whether it is the pointer that has pressed the card: with a finger on one the mouse may still tell that the page
    /// has moved below it.
    fn is_by(&self, event: &PointerEvent) -> bool {
        let is_it = |state: &State| {
            let card = state.card();
            card.is_some_and(|card| card.pointer == event.pointer_id())
        };
        self.state.with_untracked(is_it)
    }
}
