//! What changes in a session, behind one lock: state, live queries, what the session knows of the log.

mod follow;

use std::{
    sync::{Arc, Weak},
    task::Waker,
};

use super::{BootStatus, events::StreamCursor};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    reactive::{LiveNode, NodeId, Refreshed, Registry},
    schema::Schema,
    state::{State, Touched},
    sync::{
        Connection, FromLeader, LeaderStatus, Rejected, SessionProcessor, SyncStatus, ToLeader,
    },
};

/// A session's changing parts.
pub(super) struct Core {
    pub(super) schema: Schema,
    pub(super) state: State,
    /// The state to come, while it is built anew from the log.
    rebuilding: Option<State>,
    /// How many attempts at that have failed in a row.
    failed_rebuilds: u32,
    /// While it is built, what the old one reflects of the log.
    serves: Option<SeqNum>,
    pub(super) registry: Registry,
    /// What was changed without a look at live queries.
    unrefreshed: Touched,
    pub(super) session: SessionProcessor,
    /// What has not been handed to the leader yet.
    pub(super) outbox: Vec<ToLeader>,
    /// The ids of this session's events: the first, and the next.
    ids: (EventId, EventId),
    /// The newest of them that the leader has had, and up to where it has had all that are left.
    persisted: (Option<EventId>, Option<EventId>),
    pub(super) leader: LeaderStatus,
    /// The end of the leader's log, as it was told last.
    leader_head: SeqNum,
    /// What the app has last said of being online, until the leader has done it.
    online: Option<bool>,
    /// How often it has said so since.
    unanswered: u32,
    /// Events of the log that could not be applied.
    skipped: u64,
    pub(super) closed: bool,
    /// Whether the store is still being opened.
    pub(super) booting: bool,
    /// The step of the boot that was told last.
    step: Option<BootStatus>,
    /// Those who wait for the boot.
    pub(super) waiting: Vec<Waker>,
    streams: Vec<Weak<StreamCursor>>,
}

/// What a message has brought, to be told when the lock is free again.
#[derive(Default)]
pub(super) struct News {
    touched: Touched,
    /// Whether the state is another one altogether.
    replaced_state: bool,
    pub(super) persisted: Option<EventId>,
    pub(super) synced: Vec<Place>,
    /// Events of this session that are not final though later ones are.
    pub(super) overtaken: Vec<Place>,
    pub(super) rejected: Vec<Rejected>,
    pub(super) replaced: Vec<EventId>,
    /// Events of this session that were persisted and are not in the log any more.
    pub(super) gone: Vec<EventId>,
    /// Events of this session for which the log was emptied, and which are not handed out here.
    pub(super) put_aside: Vec<EventId>,
    /// What only this session had when the log was emptied.
    pub(super) reset: Vec<EncodedEvent>,
    /// What the emptied log had, for the app, and the number that stands for it.
    pub(super) unsynced: Option<(Vec<EncodedEvent>, u64)>,
    pub(super) stopped: Option<Arc<str>>,
    /// Events of the log that the schema does not know.
    pub(super) unknown: Vec<EncodedEvent>,
    /// A newer version of the app takes over: no more commits.
    pub(super) outdated: bool,
    pub(super) boot: Vec<BootStatus>,
    pub(super) changed: Vec<Arc<dyn LiveNode>>,
    pub(super) wakers: Vec<Waker>,
}

impl Core {
    pub(super) fn new(schema: Schema, state: State, session: SessionProcessor) -> Self {
        let start = EventId::random_start();
        let skipped = state.skipped().unwrap_or_default();
        Self {
            schema,
            state,
            rebuilding: None,
            failed_rebuilds: 0,
            serves: None,
            registry: Registry::default(),
            unrefreshed: Touched::default(),
            session,
            outbox: Vec::new(),
            ids: (start, start),
            persisted: (None, None),
            leader: LeaderStatus::default(),
            leader_head: SeqNum::ROOT,
            online: None,
            unanswered: 0,
            skipped,
            closed: false,
            booting: true,
            step: None,
            waiting: Vec::new(),
            streams: Vec::new(),
        }
    }

    /// Returns the id of the session's next event.
    pub(super) fn next_id(&mut self) -> EventId {
        let id = self.ids.1;
        self.ids.1 = id.next();
        id
    }

    /// Asks the leader to connect to the backend, or to keep away from it.
    pub(super) fn set_online(&mut self, online: bool) {
        self.online = Some(online);
        self.unanswered += 1;
        self.outbox.push(ToLeader::SetOnline { online });
    }

    fn online_set(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
        if self.unanswered == 0 {
            self.online = None;
        }
    }

    /// Whether the leader keeps away from the backend, as far as it has said.
    fn is_offline(&self) -> bool {
        self.leader.connection == Connection::Offline
    }

    /// Tells a leader that has taken over what the app wants: it starts online.
    fn restate_online(&mut self) {
        let online = self.online.unwrap_or(!self.is_offline());
        (self.online, self.unanswered) = (None, 0);
        if !online {
            self.set_online(false);
        }
    }

    /// Whether the state is being built anew.
    pub(super) fn is_rebuilding(&self) -> bool {
        self.rebuilding.is_some()
    }

    /// Hands the next push to the outbox, if one may be sent.
    pub(super) fn push_pending(&mut self) {
        let push = self.session.next_push();
        self.outbox.extend(push);
    }

    /// Runs the live queries a change can concern and returns those with news.
    pub(super) fn refresh(&mut self, touched: &Touched) -> Vec<Arc<dyn LiveNode>> {
        if touched.is_empty() {
            return Vec::new();
        }
        if !self.unrefreshed.is_empty() {
            self.unrefreshed.merge(touched);
            return self.refresh_now();
        }
        let nodes = self.registry.affected(touched, &self.schema);
        self.refresh_nodes(nodes)
    }

    /// Runs the live queries that changes since the last look can concern, and returns those with news.
    pub(super) fn refresh_now(&mut self) -> Vec<Arc<dyn LiveNode>> {
        let touched = std::mem::take(&mut self.unrefreshed);
        let nodes = self.registry.affected(&touched, &self.schema);
        self.refresh_nodes(nodes)
    }

    /// Puts off the look at live queries that a change can concern to the next one.
    pub(super) fn refresh_later(&mut self, touched: &Touched) {
        self.unrefreshed.merge(touched);
    }

    /// Runs live queries and returns those with news.
    fn refresh_nodes(&mut self, nodes: Vec<(NodeId, Arc<dyn LiveNode>)>) -> Vec<Arc<dyn LiveNode>> {
        let mut changed = Vec::new();
        for (id, node) in nodes {
            let refreshed = node.refresh(&self.state);
            self.registry.set_failed(id, refreshed == Refreshed::Failed);
            if refreshed == Refreshed::News {
                changed.push(node);
            }
        }
        changed
    }

    pub(super) fn sync_status(&self) -> SyncStatus {
        SyncStatus {
            session_head: self.session.local_head(),
            leader_head: self.session.upstream().seq,
            backend_head: self.leader.backend_head,
            pending_in_session: self.session.pending().len(),
            pending_in_leader: self.leader.pending,
            connection: self.leader.connection.clone(),
            push_failure: self.leader.push_failure.clone(),
            storage: self.leader.storage.clone(),
            log_damage: self.leader.log_damage.clone(),
            skipped: self.skipped,
        }
    }

    /// Carries out what a leader's message asks for.
    pub(super) fn receive(&mut self, message: FromLeader) -> News {
        let mut news = News::default();
        match message {
            FromLeader::Welcome => {
                self.restate_online();
                let pull = self.session.welcome();
                self.outbox.extend(pull);
            }
            FromLeader::Update(update) => self.update(update, &mut news),
            FromLeader::TakenOut { rejected, replaced } => {
                news.rejected = rejected;
                news.replaced = replaced;
            }
            FromLeader::Accepted { upto, floor } => match self.session.accepted(upto) {
                Some(pull) => self.outbox.push(pull),
                None if self.session.upstream() == upto => {
                    self.persist(Some(upto.id), &mut news);
                    self.settle(floor, &mut news);
                }
                None => {}
            },
            FromLeader::Refused(rejection) => {
                tracing::debug!(%rejection, "a push is rebased and tried again");
                let pull = self.session.refused();
                self.outbox.extend(pull);
            }
            FromLeader::Synced { floor } => {
                if self.session.is_live() {
                    self.settle(floor, &mut news);
                }
            }
            FromLeader::Status(status) => self.leader = status,
            FromLeader::OnlineSet => self.online_set(),
            FromLeader::Rebuild => self.rebuild(&mut news),
            FromLeader::Reset { unsynced } => self.reset(unsynced, &mut news),
            FromLeader::Unsynced { events, upto } => news.unsynced = Some((events, upto)),
            FromLeader::Stopped { reason } => self.stop(reason, &mut news),
            FromLeader::Outdated => news.outdated = true,
        }
        self.push_pending();
        if self.booting {
            self.note_boot_step(&mut news);
            news.wakers.append(&mut self.waiting);
        }
        news.changed = if news.replaced_state {
            self.refresh_nodes(self.registry.all())
        } else {
            self.refresh(&news.touched)
        };
        news.wakers.extend(self.take_stream_wakers());
        news
    }

    pub(super) fn follow_with(&mut self, cursor: &Arc<StreamCursor>) {
        self.streams.retain(|stream| stream.strong_count() > 0);
        self.streams.push(Arc::downgrade(cursor));
    }

    /// Wakes those who read the event stream.
    pub(super) fn wake_streams(&mut self) {
        self.take_stream_wakers().into_iter().for_each(Waker::wake);
    }

    fn take_stream_wakers(&mut self) -> Vec<Waker> {
        let streams = self.streams.iter().filter_map(Weak::upgrade);
        streams.filter_map(|stream| stream.take_waker()).collect()
    }

    /// Notes how far the boot is, if that is news.
    fn note_boot_step(&mut self, news: &mut News) {
        let step = self.boot_step();
        if self.booting && step.is_some() && step != self.step {
            news.boot.extend(step.clone());
            self.step = step;
        }
    }

    fn boot_step(&self) -> Option<BootStatus> {
        use crate::sync::InitialSyncProgress;
        let (done, total) = (self.session.upstream().seq.global, self.leader_head.global);
        if let InitialSyncProgress::Pulling { done, total } = self.leader.initial_sync {
            return Some(BootStatus::Syncing { done, total });
        }
        (!self.session.is_live() && total > done).then_some(BootStatus::Replaying { done, total })
    }
}
