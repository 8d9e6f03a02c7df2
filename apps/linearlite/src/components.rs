//! What is seen: the views and what they are made of.
//!
//! - `shell`: the sidebar and the header of a view; `list`, `board`, `issue`, `search`: the views;
//! - `overlays`: dialogs and menus; `sync`: the indicator and its popover;
//! - `icon`, `glyph`, `dialog`, `choices`, `pointer`, `viewport`: parts that several of them use.

mod board;
mod choices;
mod clipboard;
mod dialog;
mod draft;
mod files;
mod glyph;
mod icon;
mod issue;
mod later;
mod list;
mod listing;
mod markdown;
mod overlays;
mod paint_meter;
mod pointer;
mod scroll_memory;
mod search;
mod shell;
mod sync;
mod toasts;
mod viewport;

pub use self::{
    board::BoardPage,
    clipboard::copy,
    files::save_file,
    glyph::Glyph,
    icon::{Icon, IconView},
    issue::{IssuePage, provide_confirmed},
    list::{ListPage, MyIssuesPage},
    overlays::Overlays,
    paint_meter::PaintMeter,
    search::{SearchPage, focus_search},
    shell::Shell,
    toasts::Toaster,
};
