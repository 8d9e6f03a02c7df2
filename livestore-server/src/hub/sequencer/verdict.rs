//! What becomes of a push: does it follow the log, was it taken before, is it valid?

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;

use super::Sequencer;
use crate::{
    hub::{
        Push, PushError,
        chain::same,
        group::{Group, Waiting},
    },
    storage::{PageLimit, StorageError, StoredEvent},
    validate::{Candidate, RejectedEvent},
};

/// A push that succeeds.
pub(super) enum Fits {
    /// It is to be appended.
    New,
    /// It is in the log already.
    Known,
}

impl Sequencer {
    /// Says whether a push follows an event that is not published here: another process may have it already.
    pub(super) fn is_behind(&self, pushes: &[Waiting]) -> bool {
        let mut end = self.info.head;
        pushes.iter().any(|Waiting { push, .. }| {
            let (Some(first), Some(last)) = (push.batch.first(), push.batch.last()) else {
                return false;
            };
            if first.parent_seq_num == end {
                end = last.seq_num;
            }
            first.parent_seq_num > end
                && push
                    .backend_id
                    .as_ref()
                    .is_none_or(|id| *id == self.info.backend_id)
        })
    }

    /// Says whether a push follows the log with the group at its end; the outer error is the storage's.
    pub(super) async fn judge(
        &mut self,
        push: &Push,
        group: &mut Group,
    ) -> Result<Result<Fits, PushError>, StorageError> {
        let Some(first) = push.batch.first() else {
            return Ok(Ok(Fits::Known));
        };
        if let Some(received) = &push.backend_id
            && *received != self.info.backend_id
        {
            return Ok(Err(PushError::OtherLog {
                expected: Arc::clone(&self.info.backend_id),
                received: Arc::clone(received),
            }));
        }
        if first.parent_seq_num != group.head {
            if self.knows(&push.batch, group).await? {
                return Ok(Ok(Fits::Known));
            }
            return Ok(Err(PushError::ServerAhead {
                head: group.head,
                provided: first.parent_seq_num,
            }));
        }
        // The app's own code may run in there; a panic of it is about this push, not about the store.
        let validated = AssertUnwindSafe(self.validate(push)).catch_unwind().await;
        let Ok(rejected) = validated else {
            tracing::error!(
                first = first.seq_num,
                event = &*first.name,
                count = push.batch.len(),
                "the validation of a push panicked"
            );
            self.judge = None;
            return Ok(Err(PushError::NotJudged));
        };
        let events = rejected?;
        if !events.is_empty() {
            return Ok(Err(PushError::Rejected { events }));
        }
        Ok(Ok(Fits::New))
    }

    /// Returns the events of a push that must not be in the log.
    async fn validate(&mut self, push: &Push) -> Result<Vec<RejectedEvent>, StorageError> {
        let Some(validator) = &self.shared.validator else {
            return Ok(Vec::new());
        };
        let judge = self
            .judge
            .get_or_insert_with(|| validator.start(self.live.store(), &self.shared.storage));
        let candidate = Candidate {
            store: self.live.store(),
            client: &push.client,
            backend_id: &self.info.backend_id,
            events: &push.batch,
        };
        judge.judge(candidate).await
    }

    /// Says whether these events are in the log with the group at its end.
    async fn knows(&mut self, batch: &[StoredEvent], group: &Group) -> Result<bool, StorageError> {
        let head = self.info.head;
        let (logged, pending) =
            batch.split_at(batch.partition_point(|event| event.seq_num <= head));
        if !group.has(pending) {
            return Ok(false);
        }
        let mut left = logged;
        while let Some(first) = left.first() {
            let after = first.parent_seq_num;
            let limit = PageLimit {
                events: left.len(),
                bytes: self.shared.options.group.bytes,
            };
            let equal = |there: &mut dyn Iterator<Item = &StoredEvent>| {
                left.iter()
                    .zip(there)
                    .take_while(|(a, b)| same(a, b))
                    .count()
            };
            let (found, count) = match self.live.recent_after(after, limit) {
                Some(recent) => (
                    recent.len(),
                    equal(&mut recent.iter().map(|event| event.event())),
                ),
                None => {
                    let page = self.storage().page(self.live.store(), after, limit).await?;
                    (page.events.len(), equal(&mut page.events.iter()))
                }
            };
            if found == 0 || count < found.min(left.len()) {
                return Ok(false);
            }
            left = &left[count..];
        }
        Ok(true)
    }
}
