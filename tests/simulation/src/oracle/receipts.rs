//! What a receipt says is so, at once and in the end.

use futures::FutureExt;
use livestore_core::{
    event::SeqNum,
    store::{ReceiptError, Stage},
    sync::OnBackendMismatch,
};

use super::{Checked, Fates};
use crate::{
    client::{Frailty, Record},
    world::World,
};

impl World {
    /// Oracle 3: what a receipt says is so, and it has said all there is to say.
    pub(super) fn receipts_told_the_truth(&mut self, fates: &[Fates]) -> Checked {
        let mut untold = 0;
        for record in &self.records {
            let fates = &fates[record.client];
            let who = format!("c{}.{}", record.client, record.session);
            self.nothing_is_lost(record, fates, &who)?;
            untold += self.everything_is_told(record, fates, &who)?;
            self.rejected_for_a_reason(record, fates, &who)?;
            if self.is_alive(record) {
                self.has_got_as_far_as_it_can(record, &who)?;
                self.replaced_as_it_says(record, fates, &who)?;
            }
        }
        self.counts
            .add("rejections that no listener heard of", untold);
        Ok(())
    }

    fn is_alive(&self, record: &Record) -> bool {
        let sessions = &self.clients[record.client].sessions;
        sessions.contains_key(&record.session)
    }

    /// Whether the events of a commit must be somewhere: they were persisted, whatever the receipt says
    /// now, or their session has lived on and has nothing pending.
    fn must_be_there(&self, record: &Record) -> bool {
        let stopped = matches!(record.receipt.stage(), Err(ReceiptError::Stopped { .. }));
        record.seen >= Some(Stage::Persisted) || (self.is_alive(record) && !stopped)
    }

    /// An event is only ever missing for a reason of its own, which is on record.
    fn nothing_is_lost(&self, record: &Record, fates: &Fates, who: &str) -> Checked {
        if !self.must_be_there(record) {
            return Ok(());
        }
        for token in &record.tokens {
            if fates.stands(&token.name) || fates.went_with_its_backend(&token.name) {
                continue;
            }
            let stage = record.receipt.stage();
            let why = match &token.frailty {
                None => "there is no reason",
                Some(Frailty::Taboo) if !self.backend.refused.contains(&token.name) => {
                    "the backend did not refuse it"
                }
                // Whoever had it may have gone with a backend.
                Some(Frailty::Slot(slot))
                    if self.plan.reset != Some(OnBackendMismatch::Reset)
                        && !fates.slots.contains(slot) =>
                {
                    "nobody else has its slot"
                }
                Some(_) => continue,
            };
            return Err((
                "lost",
                format!("{who}: {token:?} is gone, but {why}; receipt {stage:?}"),
            ));
        }
        Ok(())
    }

    /// Who lost an event hears of it, by its receipt or its listener; returns what only the receipt told.
    fn everything_is_told(
        &self,
        record: &Record,
        fates: &Fates,
        who: &str,
    ) -> Result<u64, (&'static str, String)> {
        if record.seen < Some(Stage::Persisted) {
            return Ok(0);
        }
        let stage = record.receipt.stage();
        let told = self.told.lock().unwrap_or_else(|error| error.into_inner());
        let mut untold = 0;
        for token in &record.tokens {
            let gone = !fates.stands(&token.name) && !fates.went_with_its_backend(&token.name);
            if !gone || told.contains(&token.name) {
                continue;
            }
            // A leader that crashes as soon as it has written says nothing; the receipt does.
            if self.is_alive(record) && stage.is_ok() {
                return Err((
                    "untold",
                    format!("{who}: {token:?} was taken out and nobody told; receipt {stage:?}"),
                ));
            }
            untold += 1;
        }
        Ok(untold)
    }

    /// A commit is rejected for an event that may be taken out and is.
    fn rejected_for_a_reason(&self, record: &Record, fates: &Fates, who: &str) -> Checked {
        let Err(ReceiptError::Rejected { reason }) = record.receipt.stage() else {
            return Ok(());
        };
        let mut missing = record
            .tokens
            .iter()
            .filter(|token| !fates.stands(&token.name));
        let is_reason = |frailty: &Option<Frailty>| match &*reason {
            "taboo" => *frailty == Some(Frailty::Taboo),
            _ => frailty.is_some(),
        };
        if missing
            .any(|token| is_reason(&token.frailty) || fates.went_with_its_backend(&token.name))
        {
            return Ok(());
        }
        let tokens = &record.tokens;
        Err((
            "receipts",
            format!("{who}: {tokens:?} are rejected ({reason}), but all that could be are there"),
        ))
    }

    fn has_got_as_far_as_it_can(&self, record: &Record, who: &str) -> Checked {
        let syncs = record.tokens.iter().any(|token| token.synced);
        let missing = match record.receipt.stage() {
            Ok(Stage::Committed) => "persisted",
            Ok(Stage::Persisted) if syncs && self.is_connected(record.client) => "synced",
            _ => return Ok(()),
        };
        let tokens = &record.tokens;
        Err(("receipts", format!("{who}: {tokens:?} are not {missing}")))
    }

    /// Another event stands in the place of one that was committed if, and only if, the receipt says so.
    fn replaced_as_it_says(&self, record: &Record, fates: &Fates, who: &str) -> Checked {
        if record.receipt.stage().is_err() {
            return Ok(());
        }
        let says = record.receipt.was_replaced();
        let is_other = |token: &&crate::client::Token| {
            let now = fates.counts.get(&token.name);
            now.is_some() && now.copied() != token.count
        };
        let other = record.tokens.iter().find(is_other);
        if says == other.is_some() || (other.is_none() && self.plan.reset.is_some()) {
            return Ok(());
        }
        let (tokens, now) = (&record.tokens, other.map(|token| fates.counts[&token.name]));
        Err((
            "replaced",
            format!("{who}: {tokens:?} were replaced: {says}, but the count is {now:?}"),
        ))
    }

    /// A receipt says synced: then the backend has it, there and once.
    pub(crate) fn check_synced(&mut self, at: usize) {
        let record = &self.records[at];
        let Some(Ok(seq)) = record.receipt.synced().now_or_never() else {
            return self.fail(
                "receipts",
                format!("{:?}: synced, but no number", record.tokens),
            );
        };
        if let Err(message) = self.is_synced(record, seq) {
            self.fail("receipts", message);
        }
    }

    fn is_synced(&self, record: &Record, seq: SeqNum) -> Result<(), String> {
        let mut last = 0;
        for token in record.tokens.iter().filter(|token| token.synced) {
            let backend = &self.backend;
            match backend
                .tokens
                .get(&token.name)
                .or_else(|| backend.lost.get(&token.name))
            {
                Some(place) => last = last.max(*place),
                None => {
                    return Err(format!(
                        "{token:?} is said to be synced as {seq}, but is not"
                    ));
                }
            }
        }
        if last != seq.global {
            return Err(format!(
                "{:?}: synced as {seq}, but it is {last}",
                record.tokens
            ));
        }
        Ok(())
    }
}
