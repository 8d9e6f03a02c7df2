//! Following the leader's log: the state is brought to where it is, or built anew; receipts, streams and live queries hear of it.

use std::sync::{Arc, Weak};

use super::{Core, News};
use crate::{
    event::{EventId, SeqNum},
    state::{Reconciled, State},
    sync::{Reconcile, Step, Update},
};

/// How often the state is built anew in a row before the store stops.
const REBUILDS: u32 = 3;

impl Core {
    pub(super) fn update(&mut self, mut update: Update, news: &mut News) {
        // Said once only, so they are heard even if the piece of the log does not fit just now.
        news.rejected.append(&mut update.rejected);
        news.replaced.append(&mut update.replaced);
        self.leader_head = update.head;
        self.note_boot_step(news);
        match self.session.update(&update) {
            Ok(Step::Nothing) => return,
            Ok(Step::Send(message)) => return self.outbox.push(message),
            Ok(Step::Rebuild) => {
                if self.session.is_of_another_log(&update) {
                    self.restart_streams();
                }
                return self.rebuild(news);
            }
            Ok(Step::Reconcile(plan)) => {
                let follows = match self.rebuilding.take() {
                    Some(state) => {
                        let plan = Reconcile {
                            roll_back_to: Some(update.after.seq),
                            upstream: update.events.clone(),
                            pending: Vec::new(),
                            ..plan
                        };
                        self.reconcile_rebuilt(state, plan, news)
                    }
                    None => self.reconcile(plan, news),
                };
                // What a state built anew makes of this piece of the log is heard when it comes again.
                if !follows {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the leader's answer makes no sense; the state is built anew");
                return self.rebuild(news);
            }
        }
        let own = self.ids.0..self.ids.1;
        let ids = update.events.iter().map(|event| event.id);
        let newest = ids.filter(|id| own.contains(id)).max();
        news.gone = self.session.take_missing(own, newest);
        self.persist(newest, news);
        self.settle(update.floor, news);
        let pull = self.session.next_pull();
        self.outbox.extend(pull);
    }

    /// Brings the state to where the log is; false when it has to be built anew for that.
    fn reconcile(&mut self, plan: Reconcile, news: &mut News) -> bool {
        let rebased = plan.roll_back_to;
        if let Some(place) = rebased {
            self.rewind_streams(place);
        }
        match self.state.reconcile(plan) {
            Ok(outcome) => {
                self.take(outcome, rebased.is_some(), news);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the state cannot follow the log and is built anew");
                self.rebuild(news);
                false
            }
        }
    }

    fn take(&mut self, outcome: Reconciled, rebased: bool, news: &mut News) {
        let Reconciled {
            touched,
            skipped,
            unknown,
            kept,
            rejected,
            replaced,
        } = outcome;
        news.unknown.extend(unknown);
        news.touched.merge(&touched);
        news.rejected.extend(rejected);
        news.replaced.extend(replaced);
        self.skipped += skipped.len() as u64;
        if rebased {
            self.session.reconciled(kept);
        }
    }

    /// Starts to build the state anew; until that is done the old one serves.
    pub(super) fn rebuild(&mut self, news: &mut News) {
        // What the state that serves meanwhile reflects of the log.
        self.serves.get_or_insert(self.session.upstream().seq);
        match State::open(&self.schema) {
            Ok(state) => {
                self.rebuilding = Some(state);
                self.skipped = 0;
                let pull = self.session.restart();
                self.outbox.extend(pull);
            }
            Err(error) => self.stop(
                format!("the state cannot be built anew: {error}").into(),
                news,
            ),
        }
    }

    /// Goes on building the state anew, and puts it in place when it has everything; false when it must be begun again.
    fn reconcile_rebuilt(&mut self, mut state: State, plan: Reconcile, news: &mut News) -> bool {
        let built = state.reconcile(plan).and_then(|outcome| {
            self.take(outcome, false, news);
            state.discard_journal_up_to(self.session.floor());
            if !self.session.is_live() {
                return Ok(None);
            }
            let head = self.session.upstream().seq;
            let generation = self.session.local_head().rebase_generation;
            let pending = self.session.pending().to_vec();
            state.reapply(pending, head, generation, false).map(Some)
        });
        match built {
            Ok(None) => self.rebuilding = Some(state),
            Ok(Some(outcome)) => {
                self.failed_rebuilds = 0;
                self.serves = None;
                self.state = state;
                news.replaced_state = true;
                self.take(outcome, true, news);
            }
            Err(error) => {
                self.failed_rebuilds += 1;
                if self.failed_rebuilds == REBUILDS {
                    let reason = format!("the state cannot be built anew: {error}");
                    self.stop(reason.into(), news);
                } else {
                    tracing::error!(%error, "building the state anew failed and is tried again");
                    self.rebuild(news);
                }
                return false;
            }
        }
        true
    }

    /// The leader's log has events of this session, `newest` the last of them. One that is pending holds
    /// back what comes after it, though that may be in the log.
    pub(super) fn persist(&mut self, newest: Option<EventId>, news: &mut News) {
        let (reached, told) = self.persisted;
        let reached = reached.max(newest);
        let pending = self.session.pending().first().map(|event| event.id);
        let upto = reached.min(pending.map_or(reached, |id| Some(id.previous())));
        self.persisted = (reached, told.max(upto));
        news.persisted = upto.filter(|_| upto > told);
    }

    /// The log up to `floor` is final.
    pub(super) fn settle(&mut self, floor: SeqNum, news: &mut News) {
        let reached = self.session.settle(floor);
        let own = self.ids.0..self.ids.1;
        let ids = reached.iter().map(|place| place.id);
        if let Some(newest) = ids.filter(|id| own.contains(id)).max() {
            news.overtaken = self.session.overtaken(own, newest);
        }
        news.synced.extend(reached);
        self.state.discard_journal_up_to(self.session.floor());
    }

    pub(super) fn reset(&mut self, unsynced: Vec<EventId>, news: &mut News) {
        let mut own = self.session.abandon();
        own.retain(|event| !unsynced.contains(&event.id));
        news.put_aside = unsynced;
        news.put_aside.extend(own.iter().map(|event| event.id));
        news.reset = own;
        self.restart_streams();
        self.rebuild(news);
    }

    /// Rolls back what the leader will never have: the state equals the log again.
    pub(super) fn stop(&mut self, reason: Arc<str>, news: &mut News) {
        let plan = Reconcile {
            roll_back_to: Some(self.serves.unwrap_or_else(|| self.session.upstream().seq)),
            ..Reconcile::default()
        };
        self.rebuilding = None;
        self.session.abandon();
        self.outbox.clear();
        match self.state.reconcile(plan) {
            Ok(outcome) => news.touched.merge(&outcome.touched),
            Err(error) => {
                tracing::error!(%error, "what the leader did not take stays in the state");
            }
        }
        news.stopped = Some(reason);
    }

    fn restart_streams(&self) {
        for stream in self.streams.iter().filter_map(Weak::upgrade) {
            stream.restart();
        }
    }

    fn rewind_streams(&mut self, place: SeqNum) {
        for stream in self.streams.iter().filter_map(Weak::upgrade) {
            stream.rewind(place);
        }
    }
}
