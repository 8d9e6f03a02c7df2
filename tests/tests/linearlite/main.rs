//! Linearlite in a real browser: every view and shortcut, and what makes a tracker good to work with.

mod accessibility;
mod board;
mod cursor;
mod data;
mod drafts;
mod editing;
mod filters;
mod focus;
mod issue_page;
mod keyboard;
mod leaving;
mod list;
mod new_issue;
mod pictures;
mod samples;
mod scale;
mod search;
mod selection;
mod shortcuts;
mod sync;
mod theme;
mod together;
mod touch;
mod traces;
mod undo;
