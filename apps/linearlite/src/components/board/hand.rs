//! What somebody's hand has.

use crate::schema::IssueSummary;

#[derive(Clone, Default, PartialEq)]
pub enum State {
    #[default]
    Idle,
    /// Where the pointer was pressed, on which card, and where on the card.
    Pressed(Card),
    /// Carried, and to which column and row.
    Carried(Card, Option<(usize, usize)>),
}

/// A card in somebody's hand.
#[derive(Clone, PartialEq)]
pub struct Card {
    pub issue: IssueSummary,
    /// Where it stood.
    pub from: (usize, usize),
    /// Where the pointer was then.
    pub pressed: (f64, f64),
    /// From the card's corner to the pointer.
    pub grip: (f64, f64),
    /// How wide it is on the board.
    pub width: f64,
}

impl std::ops::Deref for Card {
    type Target = IssueSummary;

    fn deref(&self) -> &IssueSummary {
        &self.issue
    }
}
