//! Dragging a card: pressed, carried, dropped.

use std::time::Duration;

use leptos::{
    ev::{self, PointerEvent},
    html,
    leptos_dom::helpers::IntervalHandle,
    prelude::*,
};
use web_sys::HtmlDivElement;

use super::{
    CARD,
    hand::{Card, State},
};
use crate::{
    components::{listing::Listing, viewport::Viewport},
    schema::{Issue, IssueSummary, Status},
    ui::Ui,
};
use livestore_core::prelude::*;

/// How far a pressed card moves before it is carried, in pixels.
const SLACK: f64 = 4.0;
/// How near to a column's end the pointer scrolls it.
const EDGE: f64 = 56.0;

/// What the board knows of dragging; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Drag {
    listing: Listing,
    columns: StoredValue<Vec<Column>>,
    state: RwSignal<State>,
    pointer: RwSignal<(f64, f64)>,
    dropped: StoredValue<bool>,
}

#[derive(Clone, Copy)]
struct Column {
    node: NodeRef<html::Div>,
    viewport: Viewport,
}

impl Drag {
    /// Nothing is pressed yet.
    pub fn new(listing: Listing) -> Self {
        Self {
            listing,
            columns: StoredValue::new(Vec::new()),
            state: RwSignal::new(State::Idle),
            pointer: RwSignal::new((0.0, 0.0)),
            dropped: StoredValue::new(false),
        }
    }

    /// Makes a column known; they come in order.
    pub fn add_column(&self, at: usize, node: NodeRef<html::Div>, viewport: Viewport) {
        self.columns.update_value(|columns| {
            columns.truncate(at);
            columns.push(Column { node, viewport });
        });
    }

    /// The card that is carried.
    pub fn carried(&self) -> Option<Card> {
        self.state.with(|state| match state {
            State::Carried(card, _) => Some(card.clone()),
            _ => None,
        })
    }

    /// Where it would be dropped.
    pub fn target(&self) -> Option<(usize, usize)> {
        self.state.with(|state| match state {
            State::Carried(_, to) => *to,
            _ => None,
        })
    }

    /// Where the carried card's corner is.
    pub fn corner(&self, card: &Card) -> (f64, f64) {
        let (x, y) = self.pointer.get();
        (x - card.grip.0, y - card.grip.1)
    }

    /// Whether the click that is being handled only ended a drag.
    pub fn just_dropped(&self) -> bool {
        self.dropped.get_value()
    }

    /// A card is pressed.
    pub fn press(&self, issue: IssueSummary, from: (usize, usize), event: &PointerEvent) {
        use leptos::wasm_bindgen::JsCast;
        let at = position(event);
        let element = event
            .current_target()
            .and_then(|card| card.dyn_into::<web_sys::Element>().ok());
        let rect = element.map(|card| card.get_bounding_client_rect());
        let (left, top, width) = rect.map_or((at.0, at.1, 280.0), |rect| {
            (rect.left(), rect.top(), rect.width())
        });
        self.dropped.set_value(false);
        self.state.set(State::Pressed(Card {
            issue,
            from,
            pressed: at,
            grip: (at.0 - left, at.1 - top),
            width,
        }));
    }

    /// Follows the pointer, as long as the component that calls this is there.
    pub fn follow_pointer(self, ui: Ui) {
        let scrolling = StoredValue::new(None::<IntervalHandle>);
        let stop_scrolling = move || {
            if let Some(interval) = scrolling.try_update_value(Option::take).flatten() {
                interval.clear();
            }
        };
        let moved = window_event_listener(ev::pointermove, move |event| {
            if self.state.with_untracked(|state| *state == State::Idle) {
                return;
            }
            if event.buttons() == 0 {
                // Released where the page could not see it.
                stop_scrolling();
                self.give_up(ui);
                return;
            }
            self.moved(position(&event));
            ui.dragging.set(self.carried_now());
            if self.carried_now() && scrolling.with_value(Option::is_none) {
                let frame = Duration::from_millis(16);
                scrolling
                    .set_value(set_interval_with_handle(move || self.scroll_at_edge(), frame).ok());
            }
        });
        let released = window_event_listener(ev::pointerup, move |_| {
            stop_scrolling();
            self.drop(ui);
            ui.dragging.set(false);
        });
        let canceled = window_event_listener(ev::pointercancel, move |_| {
            stop_scrolling();
            self.give_up(ui);
        });
        let given_up = window_event_listener(ev::keydown, move |event| {
            if self.carried_now() && event.key() == "Escape" {
                stop_scrolling();
                self.give_up(ui);
            }
        });
        on_cleanup(move || {
            stop_scrolling();
            moved.remove();
            released.remove();
            canceled.remove();
            given_up.remove();
            ui.dragging.set(false);
        });
    }

    /// Scrolls a place into sight.
    pub fn reveal(&self, (group, row): (usize, usize)) {
        let column = self
            .columns
            .with_value(|columns| columns.get(group).copied());
        if let Some(column) = column {
            let top = row as f64 * CARD;
            column.viewport.reveal(top, top + CARD, 0.0);
            if let Some(node) = column.node.get_untracked() {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                node.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    }

    /// The card stays where it was.
    fn give_up(&self, ui: Ui) {
        self.state.set(State::Idle);
        ui.dragging.set(false);
    }

    fn carried_now(&self) -> bool {
        self.state
            .with_untracked(|state| matches!(state, State::Carried(..)))
    }

    fn moved(&self, at: (f64, f64)) {
        self.pointer.set(at);
        let state = self.state.get_untracked();
        match state {
            State::Pressed(card) => {
                let (x, y) = (at.0 - card.pressed.0, at.1 - card.pressed.1);
                if x.hypot(y) > SLACK {
                    self.state.set(State::Carried(card, self.place_at(at)));
                }
            }
            State::Carried(card, to) => {
                let place = self.place_at(at);
                if place != to {
                    self.state.set(State::Carried(card, place));
                }
            }
            State::Idle => {}
        }
    }

    /// The column and the row before which a card would be dropped.
    fn place_at(&self, (x, y): (f64, f64)) -> Option<(usize, usize)> {
        self.nodes()
            .into_iter()
            .enumerate()
            .find_map(|(column, node)| {
                let rect = node.get_bounding_client_rect();
                // A column goes on below its last card and above its first.
                let is_inside = x >= rect.left() && x < rect.right();
                is_inside.then(|| {
                    let count = self.listing.counts.with_untracked(|counts| counts[column]);
                    let row = (y - rect.top() + f64::from(node.scroll_top())) / CARD;
                    (column, (row.round().max(0.0) as usize).min(count))
                })
            })
    }

    fn scroll_at_edge(&self) {
        let (x, y) = self.pointer.get_untracked();
        for node in self.nodes() {
            let rect = node.get_bounding_client_rect();
            if x < rect.left() || x >= rect.right() {
                continue;
            }
            let speed = match y {
                y if y < rect.top() + EDGE => -12,
                y if y > rect.bottom() - EDGE => 12,
                _ => return,
            };
            node.set_scroll_top(node.scroll_top() + speed);
            self.moved((x, y));
        }
    }

    fn nodes(&self) -> Vec<HtmlDivElement> {
        self.columns.with_value(|columns| {
            columns
                .iter()
                .filter_map(|column| column.node.get_untracked())
                .collect()
        })
    }

    fn drop(&self, ui: Ui) {
        let state = self.state.get_untracked();
        if state == State::Idle {
            return;
        }
        self.state.set(State::Idle);
        let State::Carried(card, to) = state else {
            return;
        };
        // The click that follows is not one.
        self.dropped.set_value(true);
        let dropped = self.dropped;
        set_timeout(move || _ = dropped.try_set_value(false), Duration::ZERO);
        let Some((column, row)) = to else {
            return;
        };
        let stays = column == card.from.0 && (row == card.from.1 || row == card.from.1 + 1);
        if stays {
            return;
        }
        let order = |row: usize| {
            let id = self.listing.id_at((column, row))?;
            let order = Issue::query()
                .filter(Issue::ID.eq(id))
                .select(Issue::SORT_ORDER)
                .first();
            ui.tracker.store.query(&order).ok().flatten()
        };
        let after = row.checked_sub(1).and_then(order);
        ui.tracker.move_to(
            &card.issue.id,
            Status::EVERY[column],
            after.as_deref(),
            order(row).as_deref(),
        );
        ui.say_if_hidden(&card.issue.id, Status::EVERY[column]);
        let is_below = column == card.from.0 && row > card.from.1;
        ui.put_cursor(column, if is_below { row - 1 } else { row });
    }
}

fn position(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}
