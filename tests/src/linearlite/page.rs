//! What there is to see, read in one go.

use std::fmt;

use serde::Deserialize;

/// Collects a [`Page`].
pub(super) const SCRIPT: &str = include_str!("page.js");

/// What the page shows at one moment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page {
    /// Whether the app is there.
    pub started: bool,
    /// The path and query of the address.
    pub address: String,
    /// The view's heading.
    pub heading: String,
    /// How many issues the header says are shown.
    pub count: Option<usize>,
    /// The list's groups, from top to bottom, with the rows that are in the page.
    pub groups: Vec<Group>,
    /// The board's columns.
    pub columns: Vec<Column>,
    /// The issue whose page is shown.
    pub issue: Option<Issue>,
    /// The titles of search results, and what is marked in each.
    pub results: Vec<(String, Vec<String>)>,
    /// The title of the search result that the cursor is on.
    pub result: Option<String>,
    /// The texts of the chips.
    pub chips: Vec<String>,
    /// The name of the open dialog.
    pub dialog: Option<String>,
    /// Its choices: the text, and whether it is ticked.
    pub choices: Vec<(String, bool)>,
    /// The choice that Enter takes.
    pub choice: Option<String>,
    /// The messages.
    pub toasts: Vec<String>,
    /// How the sync is doing.
    pub sync: String,
    /// What the bar for selected issues says.
    pub selection: Option<String>,
    /// What the page says above or inside a view, if it has to.
    pub notice: Option<String>,
    /// What an empty view says.
    pub empty: Option<String>,
    /// The focused element: its name for assistive technology, or its text.
    pub focus: String,
    /// How far the list is scrolled.
    pub scroll: f64,
    /// The theme on the root element.
    pub theme: String,
}

/// A group of the list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Group {
    /// Its heading.
    pub name: String,
    /// How many issues it says it has.
    pub count: usize,
    /// The rows that are in the page.
    pub rows: Vec<Row>,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row {
    /// `LIV-1`.
    pub number: String,
    /// The title.
    pub title: String,
    /// Its status.
    pub status: String,
    /// Its priority.
    pub priority: String,
    /// Who it is assigned to.
    pub assignee: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Whether it is selected.
    pub selected: bool,
    /// Whether the cursor is on it.
    pub current: bool,
    /// Whether the number is marked as not final.
    pub provisional: bool,
}

/// A column of the board.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// How many issues it says it has.
    pub count: usize,
    /// The cards that are in the page.
    pub cards: Vec<Card>,
}

/// A card of the board.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Card {
    /// The title.
    pub title: String,
    /// Whether the cursor is on it.
    pub current: bool,
}

/// The page of an issue.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Issue {
    /// `LIV-1`.
    pub number: String,
    /// What stands in the title's field.
    pub title: String,
    /// The description as HTML; none while it is edited.
    pub description: Option<String>,
    /// The properties, as their buttons say them: `Status: Todo`.
    pub properties: Vec<String>,
    /// The activity, line by line, without its times.
    pub feed: Vec<String>,
    /// The texts of the comments.
    pub comments: Vec<String>,
}

impl Page {
    /// The titles of all rows that are in the page.
    pub fn titles(&self) -> Vec<&str> {
        self.rows().map(|row| &*row.title).collect()
    }

    /// All rows that are in the page.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    /// The row with a title.
    pub fn row(&self, title: &str) -> Option<&Row> {
        self.rows().find(|row| row.title == title)
    }

    /// The title of the row or card that the cursor is on.
    pub fn cursor(&self) -> Option<&str> {
        let cards = self.columns.iter().flat_map(|column| &column.cards);
        let cards = cards.map(|card| (card.current, &*card.title));
        let rows = self.rows().map(|row| (row.current, &*row.title));
        rows.chain(cards)
            .find(|(current, _)| *current)
            .map(|(_, title)| title)
    }

    /// The name of the group that has a row with a title.
    pub fn group_of(&self, title: &str) -> Option<&str> {
        let has = |group: &&Group| group.rows.iter().any(|row| row.title == title);
        self.groups.iter().find(has).map(|group| &*group.name)
    }

    /// The titles of a column's cards.
    pub fn column(&self, name: &str) -> Vec<&str> {
        let column = self.columns.iter().find(|column| column.name == name);
        column.map_or_else(Vec::new, |column| {
            column.cards.iter().map(|card| &*card.title).collect()
        })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#?}")
    }
}
