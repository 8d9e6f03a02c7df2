//! What a receipt says is so, at once and in the end.

use std::collections::BTreeSet;

use futures::FutureExt;
use livestore_core::{
    event::{EncodedEvent, SeqNum},
    store::{ReceiptError, Stage},
};

use super::Checked;
use crate::{client::Record, schema::token_of, world::World};

impl World {
    /// Oracle 3: what a receipt says is so, and it has said all there is to say.
    pub(super) fn receipts_told_the_truth(&mut self, logs: &[Vec<EncodedEvent>]) -> Checked {
        if self.plan.reset.is_some() {
            return Ok(());
        }
        let in_logs: Vec<BTreeSet<String>> = logs
            .iter()
            .map(|log| log.iter().map(|event| token_of(&event.args)).collect())
            .collect();
        let told = self
            .told
            .lock()
            .map_or_else(|e| e.into_inner().clone(), |t| t.clone());
        let mut untold = 0;
        for record in &self.records {
            let stands = |name: &String| in_logs[record.client].contains(name);
            let who = format!("c{}.{}", record.client, record.session);
            let stage = record.receipt.stage();
            let alive = self.clients[record.client]
                .sessions
                .contains_key(&record.session);
            if let Err(ReceiptError::Rejected { reason }) = &stage
                && record.tokens.iter().all(|token| stands(&token.name))
            {
                return Err((
                    "receipts",
                    format!(
                        "{who}: {:?} are rejected ({reason}), but all there",
                        record.tokens
                    ),
                ));
            }
            let persisted = matches!(stage, Ok(Stage::Persisted | Stage::Synced))
                || record.seen >= Some(Stage::Persisted);
            for token in &record.tokens {
                if !persisted || stands(&token.name) {
                    continue;
                }
                if !token.fragile {
                    return Err((
                        "lost",
                        format!("{who}: {token:?} was persisted and is gone; receipt {stage:?}"),
                    ));
                }
                if !told.contains(&token.name) {
                    // A leader that crashes as soon as it has written says nothing; the receipt does.
                    if alive && stage.is_ok() {
                        return Err((
                            "untold",
                            format!(
                                "{who}: {token:?} was taken out and nobody told; receipt {stage:?}"
                            ),
                        ));
                    }
                    untold += 1;
                }
            }
            if !alive {
                continue;
            }
            let syncs = record.tokens.iter().any(|token| token.synced);
            match stage {
                Ok(Stage::Committed) => {
                    return Err((
                        "receipts",
                        format!("{who}: {:?} are not persisted", record.tokens),
                    ));
                }
                Ok(Stage::Persisted) if syncs => {
                    return Err((
                        "receipts",
                        format!("{who}: {:?} are not synced", record.tokens),
                    ));
                }
                _ => {}
            }
        }
        self.counts
            .add("rejections that no listener heard of", untold);
        Ok(())
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
