//! The commits of a session that are on their way.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

use super::{Receipt, ReceiptError, Stage, Track};
use crate::{
    event::{EncodedEvent, EventId, EventScope, Place, SeqNum},
    fault::{self, Bug},
    store::StoreStatus,
};

/// The commits of a session that have not got as far as they can.
#[derive(Debug, Default)]
pub(in crate::store) struct Progress {
    inner: Mutex<Commits>,
}

#[derive(Debug, Default)]
struct Commits {
    /// Those on their way, in the order they were made.
    tracked: VecDeque<Tracked>,
    /// How many of them are persisted: the first ones.
    persisted: usize,
    /// Whether there is a backend to confirm them.
    syncs: bool,
    /// Whether the leader keeps in memory what it was to store.
    in_memory: bool,
    /// Why nothing more may be committed, though what is on its way may still get there.
    closing: Option<StoreStatus>,
    stopped: Option<StoreStatus>,
    /// Whether something committed was not persisted when it stopped.
    lost: bool,
    waiting: Vec<Waker>,
}

#[derive(Debug)]
struct Tracked {
    first: EventId,
    last: EventId,
    /// The last event that goes to the backend, if any does.
    last_synced: Option<EventId>,
    /// The last of its events that will be final: that one, or the last if there is none, as long as
    /// they keep their order.
    last_final: EventId,
    /// The place of the last event that goes to the backend, once it is final.
    synced: Option<SeqNum>,
    track: Arc<Track>,
}

impl Tracked {
    fn contains(&self, event: EventId) -> bool {
        (self.first..=self.last).contains(&event)
    }
}

impl Progress {
    /// Tells whether there is a backend that confirms commits.
    pub(in crate::store) fn set_syncs(&self, syncs: bool) {
        self.lock().syncs = syncs;
    }

    /// Tells whether the leader keeps in memory what it was to store.
    pub(in crate::store) fn set_in_memory(&self, in_memory: bool) {
        self.lock().in_memory = in_memory;
    }

    /// Follows a commit and makes its receipt; `replaced` tells whether a check has put other events in
    /// the place of the app's.
    ///
    /// # Panics
    /// When the commit has no events.
    pub(in crate::store) fn committed(&self, events: &[EncodedEvent], replaced: bool) -> Receipt {
        let (first, last) = match events {
            [first, .., last] => (first, last),
            [only] => (only, only),
            [] => unreachable!("a commit without events has nothing to follow"),
        };
        let synced = |event: &&EncodedEvent| event.scope() == EventScope::Synced;
        let last_synced = events.iter().rfind(synced).map(|event| event.id);
        let mut commits = self.lock();
        let track = Track::new(Ok(Stage::Committed), commits.syncs && last_synced.is_some());
        track.note(|known| {
            known.replaced = replaced;
            known.client_only = last_synced.is_none();
        });
        commits.tracked.push_back(Tracked {
            first: first.id,
            last: last.id,
            last_synced,
            last_final: last_synced.unwrap_or(last.id),
            synced: None,
            track: Arc::clone(&track),
        });
        Receipt {
            seq: last.seq,
            track,
        }
    }

    /// Everything up to an event is in the leader's log.
    pub(in crate::store) fn persisted(&self, upto: EventId) {
        let mut commits = self.lock();
        let (syncs, in_memory) = (commits.syncs, commits.in_memory);
        let start = commits.persisted;
        let mut end = commits
            .tracked
            .partition_point(|tracked| tracked.last <= upto)
            .max(start);
        let mut reached = Vec::with_capacity(end - start);
        for at in (start..end).rev() {
            let tracked = &commits.tracked[at];
            reached.push((
                Arc::clone(&tracked.track),
                syncs && tracked.last_synced.is_some(),
            ));
            // With a backend it may still be taken out, also if it stays on this client.
            if !syncs {
                commits.tracked.remove(at);
                end -= 1;
            }
        }
        commits.persisted = end;
        let waiting = commits.take_waiting();
        drop(commits);
        for (track, goes_on) in reached.into_iter().rev() {
            track.note(|known| {
                known.syncs = goes_on;
                known.in_memory = in_memory;
                if !in_memory {
                    known.outcome = Ok(Stage::Persisted);
                }
            });
        }
        waiting.into_iter().for_each(Waker::wake);
    }

    /// These events are final: the backend has confirmed them, or they stay on this client and nothing
    /// can move them any more. Those `overtaken` are not, though later ones may be.
    pub(in crate::store) fn synced(&self, places: &[Place], overtaken: &[Place]) {
        let mut commits = self.lock();
        if !commits.syncs {
            // Final for lack of a backend: that is no more than being persisted.
            return;
        }
        let mut reached = Vec::new();
        for place in places {
            if let Some(tracked) = commits.take_final(*place, overtaken)
                && let Some(seq) = tracked.synced
            {
                reached.push((tracked.track, seq));
            }
        }
        let waiting = commits.take_waiting();
        drop(commits);
        for (track, seq) in reached {
            track.note(|known| {
                known.outcome = Ok(Stage::Synced);
                known.synced = Some(seq);
            });
        }
        waiting.into_iter().for_each(Waker::wake);
    }

    /// An event was taken out.
    pub(in crate::store) fn rejected(&self, event: EventId, reason: &Arc<str>) {
        let mut commits = self.lock();
        let track = commits.take_containing(event);
        let waiting = commits.take_waiting();
        drop(commits);
        if let Some(track) = track {
            let reason = Arc::clone(reason);
            track.note(|known| known.outcome = Err(ReceiptError::Rejected { reason }));
        }
        waiting.into_iter().for_each(Waker::wake);
    }

    /// A check has put another event in the place of this one.
    pub(in crate::store) fn replaced(&self, event: EventId) {
        let commits = self.lock();
        if let Some(at) = commits.position_containing(event) {
            commits.tracked[at]
                .track
                .note(|known| known.replaced = true);
        }
    }

    /// Nothing more is committed; what is on its way goes on.
    pub(in crate::store) fn take_no_more(&self, status: StoreStatus) {
        let mut commits = self.lock();
        commits.closing.get_or_insert(status);
        let waiting = commits.take_waiting();
        drop(commits);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Ends the hopes of everything on its way. What is persisted stays so: it is in the log.
    pub(in crate::store) fn stop(&self, status: StoreStatus) {
        let mut commits = self.lock();
        let status = commits.closing.clone().unwrap_or(status);
        let reason: Arc<str> = status.to_string().into();
        commits.stopped.get_or_insert(status);
        let mut persisted = std::mem::take(&mut commits.persisted);
        if fault::has(Bug::DenyPersisted) {
            persisted = 0;
        }
        commits.lost |= commits.tracked.len() > persisted;
        let mut tracked = std::mem::take(&mut commits.tracked);
        let lost = tracked.split_off(persisted);
        let waiting = commits.take_waiting();
        drop(commits);
        for Tracked { track, .. } in tracked {
            track.note(|known| known.closed = true);
        }
        for Tracked { track, .. } in lost {
            track.note(|known| {
                known.outcome = Err(ReceiptError::Stopped {
                    reason: Arc::clone(&reason),
                });
            });
        }
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Nothing more will be heard: whoever waits is told so.
    pub(in crate::store) fn close(&self) {
        let tracked = std::mem::take(&mut self.lock().tracked);
        for Tracked { track, .. } in tracked {
            track.note(|known| known.closed = true);
        }
    }

    pub(in crate::store) fn stopped(&self) -> Option<StoreStatus> {
        let commits = self.lock();
        commits.stopped.clone().or_else(|| commits.closing.clone())
    }

    /// Waits until everything committed so far is persisted, or will never be.
    pub(in crate::store) fn all_persisted(
        self: &Arc<Self>,
    ) -> impl Future<Output = Result<(), ReceiptError>> + Send + use<> {
        let progress = Arc::clone(self);
        let last = self.lock().tracked.back().map(|tracked| tracked.last);
        poll_fn(move |context| {
            let mut commits = progress.lock();
            if let Some(status) = &commits.stopped {
                let reason = status.to_string().into();
                return Poll::Ready(match commits.lost {
                    true => Err(ReceiptError::Stopped { reason }),
                    false => Ok(()),
                });
            }
            let open = commits
                .tracked
                .get(commits.persisted)
                .is_some_and(|tracked| Some(tracked.last) <= last);
            if !open {
                return Poll::Ready(Ok(()));
            }
            let waker = context.waker();
            if !commits.waiting.iter().any(|other| other.will_wake(waker)) {
                commits.waiting.push(waker.clone());
            }
            Poll::Pending
        })
    }

    fn lock(&self) -> MutexGuard<'_, Commits> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.close();
    }
}

impl Commits {
    fn take_waiting(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.waiting)
    }

    /// Takes out the commit of which this event is the last to be final.
    fn take_final(&mut self, place: Place, overtaken: &[Place]) -> Option<Tracked> {
        let at = self.position_containing(place.id)?;
        let tracked = &mut self.tracked[at];
        if tracked.last_synced == Some(place.id) {
            tracked.synced = Some(place.seq);
        }
        if tracked.last_final != place.id {
            return None;
        }
        let rest = overtaken.iter().map(|place| place.id);
        match rest.filter(|id| tracked.contains(*id)).max() {
            Some(last) => {
                tracked.last_final = last;
                None
            }
            None => self.take(at),
        }
    }

    fn take_containing(&mut self, event: EventId) -> Option<Arc<Track>> {
        let at = self.position_containing(event)?;
        self.take(at).map(|tracked| tracked.track)
    }

    fn take(&mut self, at: usize) -> Option<Tracked> {
        if at < self.persisted {
            self.persisted -= 1;
        }
        self.tracked.remove(at)
    }

    fn position_containing(&self, event: EventId) -> Option<usize> {
        let at = self.tracked.partition_point(|tracked| tracked.last < event);
        self.tracked
            .get(at)
            .is_some_and(|tracked| tracked.first <= event)
            .then_some(at)
    }
}
