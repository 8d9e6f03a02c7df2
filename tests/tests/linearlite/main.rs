//! Linearlite in a real browser: every view and shortcut, and what makes a tracker good to work with.

mod accessibility;
mod board;
mod editing;
mod filters;
mod issue_page;
mod keyboard;
mod list;
mod pictures;
mod scale;
mod search;
mod selection;
mod shortcuts;
mod sync;
mod theme;
mod traces;
