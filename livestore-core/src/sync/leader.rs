//! The leader's half of the hop between session and leader, without I/O.
//!
//! It admits pushes behind a fence that is ahead of the log by what is admitted and not yet written,
//! and tells sessions of the log's changes once they are written. Whoever holds the log carries out
//! the writing; nothing is acknowledged before it is done.

use std::collections::BTreeMap;

use super::{FromLeader, PushRejection, Rejected, Update, validate_push};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    fault::{self, Bug},
};

/// Tells the sessions of a leader apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(not(feature = "simulation"), allow(unreachable_pub))]
pub struct SessionKey(pub u64);

/// What is to be told to whom.
#[cfg_attr(not(feature = "simulation"), allow(unreachable_pub))]
pub type Outbox = Vec<(SessionKey, FromLeader)>;

/// What a leader knows of its log and its sessions.
#[derive(Debug)]
pub(crate) struct LeaderProcessor {
    /// The end of the log.
    head: Place,
    /// The generation in which pushes are taken; it never goes back.
    generation: u64,
    /// Which log it is.
    lineage: u64,
    /// The last event the backend has confirmed, if there is a backend.
    backend_head: Option<u64>,
    /// The end of the log once everything admitted is written.
    push_head: SeqNum,
    admitted: Admitted,
    /// The sessions, and whether they have the whole log and are told what is new.
    sessions: BTreeMap<SessionKey, bool>,
    /// What was taken out of the log while there was no session.
    unheard: Vec<Rejected>,
}

/// Pushes that were taken and are to be written, in one go.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    pub(crate) events: Vec<EncodedEvent>,
    /// Who pushed, and the end of the push in `events`.
    pushes: Vec<(SessionKey, usize)>,
}

/// A change of the log that sessions with the whole log have to follow.
#[derive(Debug)]
pub(crate) struct Change {
    /// The last event that stays.
    pub(crate) after: Place,
    pub(crate) events: Vec<EncodedEvent>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) replaced: Vec<EventId>,
}

impl LeaderProcessor {
    /// Starts with a log that ends at `head`.
    pub(crate) fn new(
        head: Place,
        generation: u64,
        lineage: u64,
        backend_head: Option<u64>,
    ) -> Self {
        let generation = generation.max(head.seq.rebase_generation);
        Self {
            head,
            generation,
            lineage,
            backend_head,
            push_head: head.seq.in_generation(generation),
            admitted: Admitted::default(),
            sessions: BTreeMap::new(),
            unheard: Vec::new(),
        }
    }

    pub(crate) fn head(&self) -> Place {
        self.head
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the last event the backend has confirmed; without a backend, none.
    pub(crate) fn backend_head(&self) -> Option<u64> {
        self.backend_head
    }

    /// Returns the last event that will not move any more.
    pub(crate) fn floor(&self) -> SeqNum {
        match self.backend_head {
            // Client-only events keep their place behind the synced one that they follow.
            Some(global) if self.pending() > 0 => SeqNum::synced(global),
            Some(_) | None => self.head.seq,
        }
    }

    /// Returns how many synced events the backend has not confirmed.
    pub(crate) fn pending(&self) -> u64 {
        self.backend_head
            .map_or(0, |global| self.head.seq.global.saturating_sub(global))
    }

    pub(crate) fn add_session(&mut self, session: SessionKey) {
        self.sessions.insert(session, false);
    }

    pub(crate) fn remove_session(&mut self, session: SessionKey) {
        self.sessions.remove(&session);
    }

    /// Whether a session has the whole log and is told what is new.
    pub(crate) fn is_live(&self, session: SessionKey) -> bool {
        self.sessions.get(&session).copied().unwrap_or_default()
    }

    pub(crate) fn sessions(&self) -> impl Iterator<Item = SessionKey> {
        self.sessions.keys().copied()
    }

    /// Takes a push to be written, if it follows what was taken before.
    ///
    /// # Errors
    /// Why it does not; the session must pull first. Nothing was taken.
    pub(crate) fn admit(
        &mut self,
        session: SessionKey,
        mut events: Vec<EncodedEvent>,
    ) -> Result<(), PushRejection> {
        if let (Some(first), false) = (events.first(), self.is_live(session)) {
            // Sent before it could know that it has to pull: of a log that is no more, perhaps.
            return Err(PushRejection::LeaderAhead {
                minimum_expected: self.push_head,
                provided: first.seq,
            });
        }
        if !fault::has(Bug::NoFence) {
            validate_push(&events, self.push_head)?;
        }
        if let Some(last) = events.last() {
            self.push_head = last.seq;
            self.admitted.events.append(&mut events);
            let end = self.admitted.events.len();
            self.admitted.pushes.push((session, end));
        }
        Ok(())
    }

    /// Takes out what was admitted; say [`written`](Self::written) when it is in the log.
    pub(crate) fn take_admitted(&mut self) -> Option<Admitted> {
        (!self.admitted.events.is_empty()).then(|| std::mem::take(&mut self.admitted))
    }

    /// What was admitted is in the log: who pushed is told so, the others get the events.
    pub(crate) fn written(&mut self, admitted: Admitted) -> Outbox {
        let mut outbox = Outbox::new();
        let mut start = 0;
        for (author, end) in admitted.pushes {
            let after = self.head;
            let events = &admitted.events[start..end];
            let Some(last) = events.last() else {
                continue;
            };
            self.head = last.place();
            self.generation = self.generation.max(last.seq.rebase_generation);
            start = end;
            let change = Change {
                after,
                events: events.to_vec(),
                rejected: Vec::new(),
                replaced: Vec::new(),
            };
            self.tell(&change, Some(author), &mut outbox);
        }
        outbox
    }

    /// The log was changed by what came from the backend, up to its event `backend_head`.
    pub(crate) fn changed(
        &mut self,
        change: &Change,
        backend_head: u64,
        generation: u64,
    ) -> Outbox {
        let moved = self.backend_head != Some(backend_head);
        self.backend_head = Some(backend_head);
        self.generation = self.generation.max(generation);
        self.head = change
            .events
            .last()
            .map_or(change.after, EncodedEvent::place);
        self.push_head = self.head.seq.in_generation(self.generation);
        let mut outbox = Outbox::new();
        self.tell(change, None, &mut outbox);
        if self.sessions.is_empty() {
            self.unheard.extend(change.rejected.iter().cloned());
        }
        if outbox.is_empty() && moved {
            let floor = self.floor();
            outbox.extend(
                self.live()
                    .map(|session| (session, FromLeader::Synced { floor })),
            );
        }
        self.tell_the_others(change, &mut outbox);
        outbox
    }

    /// The log was emptied, and is of this lineage now.
    pub(crate) fn reset(&mut self, unsynced: &[EventId], lineage: u64) -> Outbox {
        self.head = Place::ROOT;
        self.lineage = lineage;
        self.backend_head = Some(0);
        self.generation += 1;
        self.push_head = SeqNum::ROOT.in_generation(self.generation);
        let told = self.sessions.iter_mut().map(|(session, live)| {
            *live = false;
            let unsynced = unsynced.to_vec();
            (*session, FromLeader::Reset { unsynced })
        });
        told.collect()
    }

    /// Answers a pull with a piece of the log that the keeper of the log has read.
    pub(crate) fn answer(
        &mut self,
        session: SessionKey,
        after: Place,
        events: Vec<EncodedEvent>,
    ) -> FromLeader {
        let end = events.last().map_or(after, EncodedEvent::place);
        let more = end != self.head;
        self.sessions.insert(session, !more);
        let rejected = if more {
            Vec::new()
        } else {
            std::mem::take(&mut self.unheard)
        };
        FromLeader::Update(Update {
            after,
            events,
            rejected,
            more,
            answer: true,
            ..self.blank()
        })
    }

    fn tell(&self, change: &Change, author: Option<SessionKey>, outbox: &mut Outbox) {
        let stays = change.after == self.head && change.events.is_empty();
        if stays && change.rejected.is_empty() && author.is_none() {
            return;
        }
        for session in self.live() {
            let message = if Some(session) == author {
                FromLeader::Accepted {
                    upto: self.head,
                    floor: self.floor(),
                }
            } else {
                FromLeader::Update(Update {
                    after: change.after,
                    events: change.events.clone(),
                    rejected: change.rejected.clone(),
                    replaced: change.replaced.clone(),
                    ..self.blank()
                })
            };
            outbox.push((session, message));
        }
    }

    /// Tells sessions that don't have the whole log what they could not find out from it.
    fn tell_the_others(&self, change: &Change, outbox: &mut Outbox) {
        if change.rejected.is_empty() && change.replaced.is_empty() {
            return;
        }
        let others = self.sessions.iter().filter(|(_, live)| !**live);
        outbox.extend(others.map(|(session, _)| {
            let message = FromLeader::TakenOut {
                rejected: change.rejected.clone(),
                replaced: change.replaced.clone(),
            };
            (*session, message)
        }));
    }

    fn live(&self) -> impl Iterator<Item = SessionKey> {
        self.sessions
            .iter()
            .filter(|(_, live)| **live)
            .map(|(session, _)| *session)
    }

    fn blank(&self) -> Update {
        Update {
            floor: self.floor(),
            generation: self.generation,
            lineage: self.lineage,
            head: self.head.seq,
            ..Update::default()
        }
    }
}

#[cfg(test)]
mod tests;
