//! A model of the backend: one ordered log, as simple as it can be, so that it is plainly right.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use livestore_core::{
    event::GlobalEvent,
    sync::{PushError, RejectedEvent},
};

use crate::schema::{TABOO, token_of};

/// The backend's log and what is known of its events.
#[derive(Debug, Default)]
pub(crate) struct Backend {
    pub(crate) id: u64,
    pub(crate) log: Vec<GlobalEvent>,
    /// Where each token stands.
    pub(crate) tokens: BTreeMap<String, u64>,
    /// Where tokens stood in logs that are lost.
    pub(crate) lost: BTreeMap<String, u64>,
    /// The tokens of events that it said it will never take.
    pub(crate) refused: BTreeSet<String>,
    pub(crate) idempotent: bool,
}

/// What becomes of a push.
pub(crate) enum Pushed {
    /// It is in the log.
    Taken,
    /// It was in the log already.
    Known,
    /// It is not taken.
    Refused(PushError),
    /// Nobody may ever push this.
    Nonsense(String),
}

impl Backend {
    pub(crate) fn head(&self) -> u64 {
        self.log.last().map_or(0, |event| event.seq_num)
    }

    pub(crate) fn name(&self) -> Arc<str> {
        format!("backend-{}", self.id).into()
    }

    /// Returns what follows a number.
    pub(crate) fn after(&self, seq_num: u64) -> &[GlobalEvent] {
        let start = usize::try_from(seq_num).unwrap_or(usize::MAX);
        self.log.get(start..).unwrap_or_default()
    }

    /// Appends a push, all or nothing; `all` names every event that is not wanted, not only the first.
    pub(crate) fn push(&mut self, batch: &[GlobalEvent], all: bool) -> Pushed {
        let Some(first) = batch.first() else {
            return Pushed::Nonsense("an empty push".into());
        };
        let mut head = first.parent_seq_num;
        for event in batch {
            if event.parent_seq_num != head || event.seq_num != head + 1 {
                return Pushed::Nonsense(format!(
                    "event {} follows {} in a push at {head}",
                    event.seq_num, event.parent_seq_num
                ));
            }
            head = event.seq_num;
        }
        if first.parent_seq_num != self.head() {
            if self.idempotent && self.after(first.parent_seq_num).starts_with(batch) {
                return Pushed::Known;
            }
            return Pushed::Refused(PushError::ServerAhead {
                minimum_expected: self.head(),
                provided: first.parent_seq_num,
            });
        }
        let mut unwanted: Vec<_> = batch
            .iter()
            .filter(|event| *event.name == *TABOO)
            .map(|event| RejectedEvent {
                seq_num: event.seq_num,
                reason: "taboo".into(),
            })
            .collect();
        if !all {
            unwanted.truncate(1);
        }
        if !unwanted.is_empty() {
            let named =
                |event: &&GlobalEvent| unwanted.iter().any(|no| no.seq_num == event.seq_num);
            let tokens = batch.iter().filter(named);
            self.refused
                .extend(tokens.map(|event| token_of(&event.args)));
            return Pushed::Refused(PushError::Rejected { events: unwanted });
        }
        for event in batch {
            let token = token_of(&event.args);
            if let Some(before) = self.tokens.insert(token.clone(), event.seq_num) {
                return Pushed::Nonsense(format!(
                    "token {token} is pushed as {}, but stands at {before} already",
                    event.seq_num
                ));
            }
            self.log.push(event.clone());
        }
        Pushed::Taken
    }

    /// Loses everything.
    pub(crate) fn reset(&mut self) {
        self.id += 1;
        self.log.clear();
        self.lost.append(&mut self.tokens);
    }
}
