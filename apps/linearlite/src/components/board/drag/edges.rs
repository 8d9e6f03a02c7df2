//! What is out of sight comes into it: columns and the board scroll while a card is carried to their edges.

use std::time::Duration;

use leptos::prelude::*;

use super::{CARD, Drag};

/// How near to a column's end the pointer scrolls it, in pixels.
const END: f64 = 56.0;
/// How near to the board's side the pointer scrolls that. On a phone a column leaves little beside it.
const SIDE: f64 = 32.0;
/// How far a column scrolls in a frame.
const DOWN: i32 = 12;
/// How far the board does: slower, as one wants to stop at the next column.
const ACROSS: i32 = 8;
const FRAME: Duration = Duration::from_millis(16);

impl Drag {
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

    /// Scrolls what the carried card is at the edge of, until the timers are stopped.
    pub(super) fn scroll_at_edges(self) {
        let step = move || {
            let at = self.pointer.get_untracked();
            let columns = self.scroll_column(at);
            if self.scroll_board(at) || columns {
                // The pointer is over another place by now.
                self.moved(at);
            }
        };
        self.scrolling
            .set_value(set_interval_with_handle(step, FRAME).ok());
    }

    fn scroll_column(&self, (x, y): (f64, f64)) -> bool {
        let is_under = |rect: &web_sys::DomRect| x >= rect.left() && x < rect.right();
        let mut columns = self
            .nodes()
            .into_iter()
            .map(|node| (node.get_bounding_client_rect(), node));
        let Some((rect, node)) = columns.find(|(rect, _)| is_under(rect)) else {
            return false;
        };
        let by = direction(y, rect.top() + END, rect.bottom() - END) * DOWN;
        if by != 0 {
            node.set_scroll_top(node.scroll_top() + by);
        }
        by != 0
    }

    fn scroll_board(&self, (x, _): (f64, f64)) -> bool {
        let Some(board) = self.board.get_untracked() else {
            return false;
        };
        let rect = board.get_bounding_client_rect();
        let by = direction(x, rect.left() + SIDE, rect.right() - SIDE) * ACROSS;
        if by != 0 {
            board.set_scroll_left(board.scroll_left() + by);
        }
        by != 0
    }
}

/// Which way to scroll for a pointer that should be between two places.
fn direction(at: f64, from: f64, to: f64) -> i32 {
    if at < from {
        -1
    } else if at > to {
        1
    } else {
        0
    }
}
