//! What became of each event in the end, as one client has it.

use std::collections::{BTreeMap, BTreeSet};

use livestore_core::event::EncodedEvent;

use crate::{
    schema::{count_in, slot_in, token_of},
    world::World,
};

/// What a client's log holds in the end, by token.
pub(super) struct Fates {
    standing: BTreeSet<String>,
    /// What was synced with a backend that is no more, or was handed to the app when its log was emptied.
    with_their_backend: BTreeSet<String>,
    /// How much each event of the log takes from the stock.
    pub(super) counts: BTreeMap<String, i64>,
    /// The slots that events of the log have taken.
    pub(super) slots: BTreeSet<String>,
}

impl Fates {
    pub(super) fn stands(&self, token: &str) -> bool {
        self.standing.contains(token)
    }

    /// Whether an event went away with the log that it was in.
    pub(super) fn went_with_its_backend(&self, token: &str) -> bool {
        self.with_their_backend.contains(token)
    }
}

impl World {
    pub(super) fn fates(&self, index: usize, log: &[EncodedEvent]) -> Fates {
        let token = |event: &EncodedEvent| token_of(&event.args);
        let count = |event: &EncodedEvent| Some((token(event), count_in(event)?));
        Fates {
            standing: log.iter().map(token).collect(),
            with_their_backend: self.gone_with_backends(index),
            counts: log.iter().filter_map(count).collect(),
            slots: log.iter().filter_map(slot_in).collect(),
        }
    }
}
