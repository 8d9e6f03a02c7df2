//! What somebody's hand has.

use crate::schema::IssueSummary;

#[derive(Clone, Default, PartialEq)]
pub enum State {
    #[default]
    Idle,
    /// A finger is on a card. It may come to tap, to scroll, or to take the card.
    Touched(Card),
    /// The mouse is pressed on a card.
    Pressed(Card),
    /// A finger has been on a card long enough to take it, and has not moved since.
    Lifted(Card),
    /// Carried, and to which column and row.
    Carried(Card, Option<(usize, usize)>),
}

/// A card in somebody's hand.
#[derive(Clone, PartialEq)]
pub struct Card {
    pub issue: IssueSummary,
    /// Where it stood.
    pub from: (usize, usize),
    /// Whose hand it is: the browser's number for the mouse or the finger.
    pub pointer: i32,
    /// Where the pointer was when it was pressed.
    pub pressed: (f64, f64),
    /// From the card's corner to the pointer.
    pub grip: (f64, f64),
    /// How wide it is on the board.
    pub width: f64,
}

impl State {
    /// The card that the pointer is on, be it taken or not.
    pub fn card(&self) -> Option<&Card> {
        match self {
            Self::Idle => None,
            Self::Touched(card)
            | Self::Pressed(card)
            | Self::Lifted(card)
            | Self::Carried(card, _) => Some(card),
        }
    }

    /// The card that is off the board.
    pub fn taken(&self) -> Option<&Card> {
        match self {
            Self::Lifted(card) | Self::Carried(card, _) => Some(card),
            _ => None,
        }
    }
}

impl Card {
    /// How far the pointer has come.
    pub fn distance(&self, (x, y): (f64, f64)) -> f64 {
        (x - self.pressed.0).hypot(y - self.pressed.1)
    }
}

impl std::ops::Deref for Card {
    type Target = IssueSummary;

    fn deref(&self) -> &IssueSummary {
        &self.issue
    }
}
