//! The session's half of the hop between session and leader, without I/O.
//!
//! The session applies its own commits at once and keeps them pending until the leader has them. It
//! pushes whole commits, one push under way at a time, and never past a push that was refused: it
//! pulls first, so that what is pushed later follows what is there. It knows which events of the
//! leader's log the backend may still move, and takes them back when it does.

mod step;

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
};

pub(crate) use step::{Reconcile, Step};

use super::{Hop, Merge, MergeError, Payload, SyncState, ToLeader, Update, merge};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    fault::{self, Bug},
};

/// Events in one push, unless a single commit has more.
const BATCH: usize = 1_000;

/// What a session knows of the logs, and what it is waiting for.
#[derive(Debug)]
pub(crate) struct SessionProcessor {
    state: SyncState,
    /// Which log it is, once something of it is here.
    lineage: Option<u64>,
    /// The end of the leader's log, as far as this session has it.
    upstream: Place,
    /// The last event that will not move any more.
    floor: SeqNum,
    /// The events of the leader's log after the floor.
    movable: VecDeque<Place>,
    /// Events of this client that were in the leader's log and have not come again since it was taken
    /// back.
    missing: BTreeSet<EventId>,
    /// Whether an event of this session may stand in the log before an earlier one of it: one that the
    /// leader took out and, being another one since, took back in.
    out_of_order: bool,
    /// Whether pending events were put behind a piece of the log that more was to follow.
    unjudged: bool,
    link: Link,
    /// Whether an answer to a pull is to come.
    asked: bool,
    /// Whether to pull again instead of taking that answer.
    ask_again: bool,
    /// The last event of the push that is under way.
    in_flight: Option<Place>,
    /// The last events of the commits that are pending, so that none is pushed in halves.
    commits: VecDeque<EventId>,
    batch: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// No leader has said a word.
    Down,
    /// The leader was asked for what follows.
    Pulling,
    /// The leader has more than it said; it is to be asked again.
    Behind,
    /// Everything the leader has is here; news come by themselves.
    Live,
}

impl SessionProcessor {
    /// Starts with a state that reflects the log of a lineage up to `upstream`, of which nothing up to
    /// `floor` moves.
    pub(crate) fn new(upstream: Place, floor: SeqNum, lineage: Option<u64>) -> Self {
        Self {
            lineage,
            state: SyncState {
                pending: Vec::new(),
                upstream_head: upstream.seq,
                local_head: upstream.seq,
            },
            upstream,
            floor,
            movable: VecDeque::new(),
            missing: BTreeSet::new(),
            out_of_order: false,
            unjudged: false,
            link: Link::Down,
            asked: false,
            ask_again: false,
            in_flight: None,
            commits: VecDeque::new(),
            batch: fault::limit(BATCH),
        }
    }

    /// Returns the last event of this session, in the generation new events are numbered in.
    pub(crate) fn local_head(&self) -> SeqNum {
        self.state.local_head
    }

    /// Returns the end of the leader's log, as far as it is here.
    pub(crate) fn upstream(&self) -> Place {
        self.upstream
    }

    pub(crate) fn floor(&self) -> SeqNum {
        self.floor
    }

    pub(crate) fn pending(&self) -> &[EncodedEvent] {
        &self.state.pending
    }

    /// Whether everything the leader has is here.
    pub(crate) fn is_live(&self) -> bool {
        self.link == Link::Live
    }

    /// Takes the events of one commit, numbered behind the local head and applied.
    ///
    /// # Panics
    /// When they are not numbered behind it.
    pub(crate) fn commit(&mut self, events: Vec<EncodedEvent>) {
        let Some(last) = events.last().map(|event| event.id) else {
            return;
        };
        let state = std::mem::take(&mut self.state);
        match merge(state, Payload::LocalPush(events), Hop::Leader) {
            Ok(Merge::Advance { state, .. }) => self.state = state,
            other => unreachable!("a commit is numbered behind the local head: {other:?}"),
        }
        self.commits.push_back(last);
    }

    /// Returns the next push, if one may be sent: whole commits up to the batch size.
    pub(crate) fn next_push(&mut self) -> Option<ToLeader> {
        if self.link != Link::Live || self.in_flight.is_some() || self.state.pending.is_empty() {
            return None;
        }
        let mut count = 0;
        for last in &self.commits {
            let more = self.state.pending[count..].partition_point(|event| event.id <= *last);
            if count > 0 && count + more > self.batch {
                break;
            }
            count += more;
        }
        if count == 0 {
            count = self.state.pending.len();
        }
        let events = self.state.pending[..count].to_vec();
        self.in_flight = events.last().map(EncodedEvent::place);
        Some(ToLeader::Push { events })
    }

    /// A leader is there, perhaps a new one: whatever was under way is asked for again.
    pub(crate) fn welcome(&mut self) -> Option<ToLeader> {
        if fault::has(Bug::WaitForLostLeader) && self.link != Link::Down {
            return None;
        }
        // Whoever was asked before is gone.
        (self.asked, self.ask_again) = (false, false);
        self.pull()
    }

    /// The leader did not take the push.
    pub(crate) fn refused(&mut self) -> Option<ToLeader> {
        // While pulling, the answer tells more than this.
        (self.link == Link::Live).then(|| self.pull()).flatten()
    }

    /// The leader has the push; what is not as it was pushed makes the session pull.
    pub(crate) fn accepted(&mut self, upto: Place) -> Option<ToLeader> {
        if self.link != Link::Live {
            return None;
        }
        let count = self
            .state
            .pending
            .iter()
            .position(|event| event.place() == upto)
            .map(|at| at + 1);
        let (Some(count), true) = (count, self.in_flight == Some(upto)) else {
            return self.pull();
        };
        self.in_flight = None;
        let confirmed = self.state.pending[..count].to_vec();
        self.movable
            .extend(confirmed.iter().map(EncodedEvent::place));
        let state = std::mem::take(&mut self.state);
        match merge(state, Payload::UpstreamAdvance(confirmed), Hop::Leader) {
            Ok(Merge::Advance { state, .. }) => self.state = state,
            other => unreachable!("a prefix of the pending events confirms them: {other:?}"),
        }
        self.upstream = upto;
        self.forget_commits();
        None
    }

    /// Everything up to `floor` is final; returns the events for which that is news.
    ///
    /// A session that is not sure of its log waits until it is.
    pub(crate) fn settle(&mut self, floor: SeqNum) -> Vec<Place> {
        if self.link == Link::Down {
            return Vec::new();
        }
        let reached = if floor.is_after(self.upstream.seq) {
            self.upstream.seq
        } else {
            floor
        };
        if reached.is_after(self.floor) {
            self.floor = reached;
        }
        let count = self
            .movable
            .iter()
            .take_while(|place| !place.seq.is_after(self.floor))
            .count();
        let reached = self.movable.drain(..count).collect();
        self.out_of_order &=
            !(self.movable.is_empty() && self.missing.is_empty() && self.state.pending.is_empty());
        reached
    }

    /// Takes a piece of the leader's log.
    ///
    /// # Errors
    /// When what the leader answers a pull with breaks its contract; nothing was changed.
    pub(crate) fn update(&mut self, update: &Update) -> Result<Step, MergeError> {
        if update.answer {
            self.asked = false;
            if std::mem::take(&mut self.ask_again) {
                return Ok(self.pull_step());
            }
        }
        let Some(fit) = self.fit(update) else {
            return Ok(self.misfit(update));
        };
        let events = update.events.clone();
        let payload = match fit {
            Fit::Follows => Payload::UpstreamAdvance(events),
            Fit::Replaces => Payload::UpstreamRebase {
                onto: update.after.seq,
                // What is taken back is told by number; the events themselves are not needed.
                rollback: Vec::new(),
                new_events: events,
            },
        };
        let merged = match merge(self.state.clone(), payload, Hop::Leader) {
            Ok(merged) => merged,
            Err(error) if update.answer || !error.is_upstreams_fault() => return Err(error),
            Err(_) => return Ok(self.pull_step()),
        };
        let reconcile = self.take(merged, update, fit);
        if update.answer {
            self.link = if update.more {
                Link::Behind
            } else {
                Link::Live
            };
        }
        Ok(Step::Reconcile(reconcile))
    }

    /// Takes out the missing events that can't come any more: all of them once the whole log is here,
    /// and until then those of this session before the `newest` that came, if they stand in order.
    pub(crate) fn take_missing(
        &mut self,
        own: Range<EventId>,
        newest: Option<EventId>,
    ) -> Vec<EventId> {
        let pending = self.state.pending.first().map(|event| event.id);
        self.out_of_order |= pending.is_some_and(|pending| newest > Some(pending));
        let in_order = newest.filter(|_| !self.out_of_order);
        let gone = |id: &&EventId| {
            own.contains(id) && (self.is_live() || in_order.is_some_and(|newest| **id < newest))
        };
        let gone: Vec<_> = self.missing.iter().filter(gone).copied().collect();
        if self.is_live() {
            self.missing.clear();
        }
        for id in &gone {
            self.missing.remove(id);
        }
        gone
    }

    /// Returns the events of this session that are not final though a later one may be: those before
    /// `newest`.
    pub(crate) fn overtaken(&self, own: Range<EventId>, newest: EventId) -> Vec<Place> {
        if !self.out_of_order {
            return Vec::new();
        }
        let pending = self.state.pending.iter().map(EncodedEvent::place);
        let movable = self.movable.iter().copied();
        let is_earlier = |place: &Place| own.contains(&place.id) && place.id < newest;
        movable.chain(pending).filter(is_earlier).collect()
    }

    /// Returns the pull for the next piece, if the last one was not all.
    pub(crate) fn next_pull(&mut self) -> Option<ToLeader> {
        (self.link == Link::Behind).then(|| self.pull()).flatten()
    }

    /// The pending events were applied again; these are left of them.
    pub(crate) fn reconciled(&mut self, kept: Vec<EncodedEvent>) {
        if let Some(last) = kept.last() {
            self.state.local_head = last.seq;
        } else {
            let generation = self.state.local_head.rebase_generation;
            self.state.local_head = self.state.upstream_head.in_generation(generation);
        }
        self.state.pending = kept;
        self.forget_commits();
    }

    /// Starts from nothing, as after a reset of the backend or for a state built anew.
    pub(crate) fn restart(&mut self) -> Option<ToLeader> {
        let generation = self.state.local_head.rebase_generation;
        self.upstream = Place::ROOT;
        self.floor = SeqNum::ROOT;
        self.lineage = None;
        let movable = std::mem::take(&mut self.movable);
        movable.iter().for_each(|place| self.miss(place.id));
        self.state.upstream_head = SeqNum::ROOT;
        self.state.pending = super::merge::renumber(
            std::mem::take(&mut self.state.pending),
            SeqNum::ROOT,
            generation + 1,
        );
        self.state.local_head = match self.state.pending.last() {
            Some(last) => last.seq,
            None => SeqNum::ROOT.in_generation(generation),
        };
        self.pull()
    }

    /// Gives up everything pending and returns it.
    pub(crate) fn abandon(&mut self) -> Vec<EncodedEvent> {
        let generation = self.state.local_head.rebase_generation;
        self.in_flight = None;
        self.commits.clear();
        self.state.local_head = self.state.upstream_head.in_generation(generation);
        std::mem::take(&mut self.state.pending)
    }

    /// Asks the leader; at once, or when it has answered what it was asked before: that answer is of no
    /// use any more, and two that cross could follow each other for ever.
    fn pull(&mut self) -> Option<ToLeader> {
        self.link = Link::Pulling;
        self.in_flight = None;
        if self.asked {
            self.ask_again = true;
            return None;
        }
        self.asked = true;
        Some(ToLeader::Pull {
            after: self.upstream,
            floor: self.floor,
            lineage: self.lineage,
        })
    }

    fn pull_step(&mut self) -> Step {
        self.pull().map_or(Step::Nothing, Step::Send)
    }

    /// Whether an update is of another log than what is here.
    pub(crate) fn is_of_another_log(&self, update: &Update) -> bool {
        self.lineage.is_some_and(|own| own != update.lineage)
    }

    /// Where an update belongs, if it belongs anywhere.
    fn fit(&self, update: &Update) -> Option<Fit> {
        let expected = match self.link {
            Link::Live => !update.answer,
            Link::Pulling => update.answer,
            Link::Down | Link::Behind => false,
        };
        if !expected || self.is_of_another_log(update) {
            return None;
        }
        if update.after == self.upstream {
            return Some(Fit::Follows);
        }
        let known =
            update.after.seq.same_position(self.floor) || self.movable.contains(&update.after);
        known.then_some(Fit::Replaces)
    }

    fn misfit(&mut self, update: &Update) -> Step {
        match self.link {
            // What was asked for does not fit: there is no common ground.
            Link::Pulling if update.answer => Step::Rebuild,
            // The answer will tell.
            Link::Pulling | Link::Down | Link::Behind => Step::Nothing,
            Link::Live => self.pull_step(),
        }
    }

    /// Makes a merge's outcome this session's knowledge and says what it means for the state.
    fn take(&mut self, merged: Merge, update: &Update, fit: Fit) -> Reconcile {
        let (state, new_events, confirmed, diverged) = match merged {
            Merge::Advance {
                state,
                new_events,
                confirmed,
            } => (state, new_events, confirmed, false),
            Merge::Rebase {
                state,
                mut new_events,
                confirmed,
                ..
            } => {
                new_events.truncate(new_events.len() - state.pending.len());
                (state, new_events, confirmed, true)
            }
            Merge::Reject { .. } => unreachable!("only pushes are rejected"),
        };
        self.state = state;
        self.lineage = Some(update.lineage);
        if fit == Fit::Replaces {
            let stays = |place: &Place| !place.seq.is_after(update.after.seq);
            while self.movable.back().is_some_and(|place| !stays(place)) {
                let place = self.movable.pop_back().unwrap_or_default();
                self.miss(place.id);
            }
            self.upstream = update.after;
        }
        self.movable
            .extend(update.events.iter().map(EncodedEvent::place));
        if !self.missing.is_empty() {
            for event in &update.events {
                self.missing.remove(&event.id);
            }
        }
        if let Some(last) = update.events.last() {
            self.upstream = last.place();
        }
        let generation = self.adopt_generation(update.generation);
        self.forget_commits();
        let partial = update.answer && update.more;
        let plan = if self.unjudged {
            // Even those that have come now may be without effect.
            Reconcile {
                roll_back_to: Some(update.after.seq),
                upstream: update.events.clone(),
                pending: self.state.pending.clone(),
                generation,
                partial,
            }
        } else {
            let last_kept = confirmed.last().map_or(update.after.seq, |event| event.seq);
            Reconcile {
                roll_back_to: diverged.then_some(last_kept),
                upstream: new_events,
                pending: match diverged {
                    true => self.state.pending.clone(),
                    false => Vec::new(),
                },
                generation,
                partial,
            }
        };
        self.unjudged = partial && !plan.pending.is_empty();
        plan
    }

    fn miss(&mut self, id: EventId) {
        if id != EventId::REMOTE {
            self.missing.insert(id);
        }
    }

    /// Numbers pending events in the leader's generation, if that is a later one: else it would refuse
    /// them for good.
    fn adopt_generation(&mut self, leader: u64) -> u64 {
        let head = self.state.local_head;
        let generation = head.rebase_generation.max(leader);
        if generation > head.rebase_generation {
            let pending = std::mem::take(&mut self.state.pending);
            self.state.pending =
                super::merge::renumber(pending, self.state.upstream_head, generation);
            self.state.local_head = head.in_generation(generation);
        }
        generation
    }

    /// Drops the ends of commits of which nothing is pending any more.
    fn forget_commits(&mut self) {
        let first = self.state.pending.first().map(|event| event.id);
        while self
            .commits
            .front()
            .is_some_and(|last| first.is_none_or(|first| *last < first))
        {
            self.commits.pop_front();
        }
    }
}

/// How an update relates to what the session has of the leader's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// It follows the end.
    Follows,
    /// It starts earlier: what stood behind that place was taken back.
    Replaces,
}

#[cfg(test)]
mod tests;
