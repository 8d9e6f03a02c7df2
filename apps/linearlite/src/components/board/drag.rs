//! Dragging a card: pressed, carried, dropped. The mouse takes a card by moving it, a finger by resting on it.

mod edges;
mod listen;

use std::time::Duration;

use leptos::{
    ev::PointerEvent,
    html,
    leptos_dom::helpers::{IntervalHandle, TimeoutHandle},
    prelude::*,
};
use web_sys::HtmlDivElement;

use super::{
    CARD,
    hand::{Card, State},
};
use crate::{
    components::{listing::Listing, pointer::open_menu, viewport::Viewport},
    schema::{Issue, IssueSummary, Status},
    ui::Ui,
};
use livestore_core::prelude::*;

/// How far a card that the mouse has pressed moves before it is carried, in pixels.
const SLACK: f64 = 4.0;
/// How far a finger moves without meaning to.
const FINGER_SLACK: f64 = 8.0;
/// How long a finger rests on a card to take it. Browsers want longer for their own menus.
const LONG_PRESS: Duration = Duration::from_millis(300);

/// What the board knows of dragging; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Drag {
    ui: Ui,
    listing: Listing,
    board: NodeRef<html::Div>,
    columns: StoredValue<Vec<Column>>,
    state: RwSignal<State>,
    pointer: RwSignal<(f64, f64)>,
    /// Whether the press that goes on or has just ended took a card.
    took: StoredValue<bool>,
    lifting: StoredValue<Option<TimeoutHandle>>,
    scrolling: StoredValue<Option<IntervalHandle>>,
}

#[derive(Clone, Copy)]
struct Column {
    node: NodeRef<html::Div>,
    viewport: Viewport,
}

impl Drag {
    /// Nothing is pressed yet.
    pub fn new(ui: Ui, listing: Listing) -> Self {
        Self {
            ui,
            listing,
            board: NodeRef::new(),
            columns: StoredValue::new(Vec::new()),
            state: RwSignal::new(State::Idle),
            pointer: RwSignal::new((0.0, 0.0)),
            took: StoredValue::new(false),
            lifting: StoredValue::new(None),
            scrolling: StoredValue::new(None),
        }
    }

    /// To be the board's: what the columns are in.
    pub fn board(&self) -> NodeRef<html::Div> {
        self.board
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
        self.state.with(|state| state.taken().cloned())
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

    /// Whether what is being handled belongs to a drag: a click that only ended it, a scroll that the finger makes with
    /// the card in it, the menu that browsers open for a long press.
    pub fn took_card(&self) -> bool {
        self.took.get_value()
    }

    /// A card is pressed.
    pub fn press(&self, issue: IssueSummary, from: (usize, usize), event: &PointerEvent) {
        use leptos::wasm_bindgen::JsCast;
        // With a second finger it is something else; `listen` gives up for it.
        if !event.is_primary() {
            return;
        }
        let at = position(event);
        let element = event
            .current_target()
            .and_then(|card| card.dyn_into::<web_sys::Element>().ok());
        let rect = element.map(|card| card.get_bounding_client_rect());
        let (left, top, width) = rect.map_or((at.0, at.1, 280.0), |rect| {
            (rect.left(), rect.top(), rect.width())
        });
        let card = Card {
            issue,
            from,
            pointer: event.pointer_id(),
            pressed: at,
            grip: (at.0 - left, at.1 - top),
            width,
        };
        self.took.set_value(false);
        self.pointer.set(at);
        if is_finger(event) {
            self.state.set(State::Touched(card));
            self.lift_later();
        } else {
            self.state.set(State::Pressed(card));
        }
    }

    /// Takes the card that a finger is on, unless the finger moves or goes before.
    fn lift_later(self) {
        let lift = move || {
            if let Some(State::Touched(card)) = self.state.try_get_untracked() {
                self.take(State::Lifted(card));
            }
        };
        self.stop_timers();
        self.lifting
            .set_value(set_timeout_with_handle(lift, LONG_PRESS).ok());
    }

    fn take(&self, state: State) {
        self.took.set_value(true);
        self.ui.dragging.set(true);
        self.state.set(state);
    }

    /// The card stays where it was.
    fn give_up(&self) {
        self.stop_timers();
        self.state.set(State::Idle);
        self.ui.dragging.set(false);
    }

    fn stop_timers(&self) {
        if let Some(timeout) = self.lifting.try_update_value(Option::take).flatten() {
            timeout.clear();
        }
        if let Some(interval) = self.scrolling.try_update_value(Option::take).flatten() {
            interval.clear();
        }
    }

    fn moved(&self, at: (f64, f64)) {
        self.pointer.set(at);
        let state = self.state.get_untracked();
        match state {
            // The finger scrolls.
            State::Touched(card) if card.distance(at) > FINGER_SLACK => self.give_up(),
            State::Pressed(card) if card.distance(at) > SLACK => self.carry(card, at),
            State::Lifted(card) if card.distance(at) > FINGER_SLACK => self.carry(card, at),
            State::Carried(card, to) => {
                let place = self.place_at(at);
                if place != to {
                    self.state.set(State::Carried(card, place));
                }
            }
            _ => {}
        }
    }

    fn carry(&self, card: Card, at: (f64, f64)) {
        self.take(State::Carried(card, self.place_at(at)));
        self.scroll_at_edges();
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

    fn nodes(&self) -> Vec<HtmlDivElement> {
        self.columns.with_value(|columns| {
            columns
                .iter()
                .filter_map(|column| column.node.get_untracked())
                .collect()
        })
    }

    /// The pointer that has pressed a card is released.
    fn release(&self, event: &PointerEvent) {
        let state = self.state.get_untracked();
        self.give_up();
        match state {
            // Held and let go in its place: a long press as anywhere else.
            State::Lifted(card) => open_menu(self.ui, event, card.issue.id, card.from),
            State::Carried(card, Some(to)) => self.drop(&card, to),
            _ => {}
        }
    }

    fn drop(&self, card: &Card, (column, row): (usize, usize)) {
        let stays = column == card.from.0 && (row == card.from.1 || row == card.from.1 + 1);
        if stays {
            return;
        }
        let (ui, status) = (self.ui, Status::EVERY[column]);
        let order = |row: usize| {
            let id = self.listing.id_at((column, row))?;
            let order = Issue::query()
                .filter(Issue::ID.eq(id))
                .select(Issue::SORT_ORDER)
                .first();
            ui.tracker.store.query(&order).ok().flatten()
        };
        let (after, before) = (row.checked_sub(1).and_then(order), order(row));
        ui.tracker
            .move_to(&card.issue.id, status, after.as_deref(), before.as_deref());
        ui.say_if_hidden(&card.issue.id, status);
        let is_below = column == card.from.0 && row > card.from.1;
        ui.put_cursor(column, if is_below { row - 1 } else { row });
    }
}

/// Whether it is not the mouse or a pen, which need not scroll by pressing.
pub fn is_finger(event: &PointerEvent) -> bool {
    event.pointer_type() == "touch"
}

fn position(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}
