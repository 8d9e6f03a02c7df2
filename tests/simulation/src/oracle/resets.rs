//! What an emptied log owes the app: every event that no backend has, once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use livestore_core::{event::EncodedEvent, store::Stage, sync::OnBackendMismatch};

use super::{Checked, Fates};
use crate::{schema::token_of, world::World};

/// How long the word that events were taken over may be on its way to the leader's disk.
const ON_ITS_WAY: Duration = Duration::from_secs(3);

/// Events that a session's app was handed because the log was emptied.
#[derive(Debug)]
pub(crate) struct Handed {
    client: usize,
    session: u64,
    /// The leader that there was, and when.
    run: u64,
    at: Duration,
    tokens: Vec<String>,
}

impl World {
    /// A session's app was handed these.
    pub(crate) fn take_handed(&mut self, client: usize, session: u64, events: &[EncodedEvent]) {
        let tokens: Vec<_> = events.iter().map(|event| token_of(&event.args)).collect();
        self.note(format_args!(
            "c{client}.{session} is handed [{}]",
            tokens.join(" ")
        ));
        self.counts.add("events handed over", tokens.len() as u64);
        let (run, at) = (self.clients[client].run, self.now);
        self.handed.push(Handed {
            client,
            session,
            run,
            at,
            tokens,
        });
    }

    /// Returns what a client need not have any more: a backend that is no more had it, or its app was
    /// handed it.
    pub(super) fn gone_with_backends(&self, index: usize) -> BTreeSet<String> {
        if self.plan.reset != Some(OnBackendMismatch::Reset) {
            return BTreeSet::new();
        }
        let handed = self.handed.iter().filter(|handed| handed.client == index);
        let mut gone: BTreeSet<_> = handed.flat_map(|handed| handed.tokens.clone()).collect();
        gone.extend(self.backend.lost.keys().cloned());
        gone
    }

    /// Oracle 7: what was handed over was unsynced, and is neither in the log nor handed over again.
    pub(super) fn resets_hand_over(&self, fates: &[Fates]) -> Checked {
        let synced: BTreeSet<_> = self
            .records
            .iter()
            .filter(|record| record.seen == Some(Stage::Synced))
            .flat_map(|record| &record.tokens)
            .filter(|token| token.synced)
            .map(|token| &token.name)
            .collect();
        let mut first = BTreeMap::new();
        for handed in &self.handed {
            let who = format!("c{}.{}", handed.client, handed.session);
            for token in &handed.tokens {
                let wrong = if synced.contains(token) {
                    "its receipt said synced"
                } else if fates[handed.client].stands(token) {
                    "it stands in the log"
                } else if let Some(before) = first.insert(token, handed)
                    && !self.may_be_handed_again(before)
                {
                    "it was handed over before"
                } else {
                    continue;
                };
                return Err(("handed", format!("{who} was handed {token}, but {wrong}")));
            }
        }
        Ok(())
    }

    /// Whether nobody may have heard that the app took something over.
    fn may_be_handed_again(&self, before: &Handed) -> bool {
        let client = &self.clients[before.client];
        let run = usize::try_from(before.run).unwrap_or_default();
        let ended = client.runs.get(run).copied();
        !client.sessions.contains_key(&before.session)
            || ended.is_some_and(|ended| ended < before.at + ON_ITS_WAY)
    }
}
