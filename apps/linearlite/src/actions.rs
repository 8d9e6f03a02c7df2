//! Everything that can be done, in one list.
//!
//! The command palette, the keyboard, the help and the context menu all read [`all`]; what one offers, the others
//! do too. To add an action, add a line to one of the lists below.

mod board;
mod issue;
mod keyboard;
mod navigation;
mod page;

pub use self::{
    keyboard::listen,
    navigation::{board_href, filtered_href},
    page::{current_theme, set_theme, share_link, toggle_online},
};

use leptos::prelude::*;

use crate::{components::Icon, ui::Ui};

/// Something that can be done.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// What people read.
    pub title: &'static str,
    /// Where it stands in the palette and in the help.
    pub section: Section,
    pub icon: Icon,
    /// The keys that do it: `c`, `shift+x`, `mod+k` (Ctrl, or Cmd on a Mac), or one after the other: `g b`.
    pub keys: &'static [&'static str],
    /// When it can be done.
    pub when: When,
    pub run: fn(Ui),
}

/// A heading of the palette and of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Issue,
    Selection,
    Board,
    Navigation,
    View,
    Workspace,
}

/// When something can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// There is a list or a board with issues.
    Shown,
    /// The page is a list or a board, also one that no issue passes to.
    View,
    /// There is a board.
    Board,
    /// An issue is open, selected, or at the cursor.
    Target,
}

impl Section {
    /// Every section, in order.
    pub const EVERY: [Self; 6] = [
        Self::Issue,
        Self::Selection,
        Self::Board,
        Self::Navigation,
        Self::View,
        Self::Workspace,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issue => "Issue",
            Self::Selection => "Selection",
            Self::Board => "Board",
            Self::Navigation => "Navigation",
            Self::View => "View",
            Self::Workspace => "Workspace",
        }
    }
}

impl When {
    /// Whether that is so now.
    pub fn holds(self, ui: Ui) -> bool {
        match self {
            Self::Always => true,
            Self::View => matches!(&**ui.address.path.read(), "/" | "/my" | "/board"),
            Self::Shown => ui.shown.read().is_some(),
            Self::Board => ui.shown.read().is_some_and(|shown| shown.is_board),
            Self::Target => ui.has_target(),
        }
    }
}

/// All actions, in the order of the palette.
pub fn all() -> impl Iterator<Item = &'static Action> {
    issue::ACTIONS
        .iter()
        .chain(navigation::ACTIONS)
        .chain(board::ACTIONS)
        .chain(page::ACTIONS)
}

/// What the context menu of an issue offers.
pub fn of_issues() -> impl Iterator<Item = &'static Action> {
    issue::ACTIONS
        .iter()
        .filter(|action| action.section == Section::Issue && action.when == When::Target)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_actions_have_the_same_keys() {
        let mut seen = HashSet::new();
        for action in all() {
            for keys in action.keys {
                assert!(seen.insert(*keys), "`{keys}` does {} too", action.title);
            }
        }
    }

    #[test]
    fn keys_are_spelled_as_the_keyboard_reports_them() {
        for keys in all().flat_map(|action| action.keys) {
            assert_eq!(*keys, keys.to_lowercase(), "{keys}");
            assert!(keys.split(' ').count() <= 2, "{keys}");
        }
    }
}
