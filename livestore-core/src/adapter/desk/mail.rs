//! What the leader has said, on its way to the sessions.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
};

use crate::{
    adapter::lock,
    panic::text_of,
    sync::{FromLeader, SessionKey},
};

/// The ways to the sessions, and what has not been carried to them.
#[derive(Debug, Default)]
pub(super) struct Mail(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<SessionKey, Outlet>,
    queue: VecDeque<(SessionKey, FromLeader)>,
    delivering: bool,
}

/// Where what the leader says to a session goes.
#[derive(Clone)]
struct Outlet(Arc<dyn Fn(FromLeader) + Send + Sync>);

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outlet")
    }
}

impl Mail {
    pub(super) fn add(
        &self,
        session: SessionKey,
        outlet: impl Fn(FromLeader) + Send + Sync + 'static,
    ) {
        let outlet = Outlet(Arc::new(outlet));
        lock(&self.0).sessions.insert(session, outlet);
    }

    pub(super) fn remove(&self, session: SessionKey) {
        lock(&self.0).sessions.remove(&session);
    }

    /// Adds messages behind those that are there.
    pub(super) fn put(&self, messages: impl IntoIterator<Item = (SessionKey, FromLeader)>) {
        lock(&self.0).queue.extend(messages);
    }

    /// Carries everything to the sessions, unless another thread does, or this one further up.
    pub(super) fn deliver(&self) {
        if std::mem::replace(&mut lock(&self.0).delivering, true) {
            return;
        }
        loop {
            let (outlet, message) = {
                let mut mail = lock(&self.0);
                let Some((session, message)) = mail.queue.pop_front() else {
                    // Under the lock, so that nobody leaves mail to a round that is over.
                    mail.delivering = false;
                    return;
                };
                (mail.sessions.get(&session).cloned(), message)
            };
            let Some(Outlet(deliver)) = outlet else {
                continue;
            };
            let delivered = catch_unwind(AssertUnwindSafe(|| deliver(message)));
            if let Err(panic) = delivered {
                let panic = text_of(&*panic);
                tracing::error!(panic, "a listener panicked at news from the leader");
            }
        }
    }
}
