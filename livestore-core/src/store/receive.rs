//! Taking the leader's messages, and telling everybody what they brought.

use std::sync::PoisonError;

use super::{BootStatus, Shared, Store, StoreStatus, Subscription, core::News, live::Watching};
use crate::{
    event::EncodedEvent,
    sync::{Connection, FromLeader, Rejected, Storage, SyncStatus, ToLeader},
};

/// Hears of the boot's steps.
pub(super) type BootListener = Box<dyn FnMut(BootStatus) + Send>;
type RejectedListener = Box<dyn FnMut(&Rejected) + Send>;
type ResetListener = Box<dyn FnMut(Vec<EncodedEvent>) + Send>;

/// What an app wants to hear of, besides results.
#[derive(Default)]
pub(super) struct Listeners {
    pub(super) boot: Option<BootListener>,
    pub(super) rejected: Option<RejectedListener>,
    pub(super) reset: Option<ResetListener>,
}

impl Shared {
    /// Takes a message from the leader.
    pub(super) fn receive(&self, message: FromLeader) {
        if let FromLeader::Status(status) = &message {
            self.progress
                .set_syncs(status.connection != Connection::NoBackend);
            self.progress
                .set_in_memory(matches!(status.storage, Storage::Unavailable { .. }));
        }
        let news = {
            let mut core = self.lock();
            core.receive(message)
        };
        self.flush();
        self.tell(news);
        self.close_when_done();
    }

    /// Tells receipts, listeners and subscribers; no lock is held meanwhile.
    fn tell(&self, news: News) {
        if news.outdated {
            tracing::warn!(store = %self.id, "{}", StoreStatus::Outdated);
            self.progress.take_no_more(StoreStatus::Outdated);
        }
        if let Some(reason) = self.schema.unknown_events().meet(&news.unknown) {
            self.refuse_commits(reason);
        }
        if let Some(reason) = news.stopped {
            tracing::error!(store = %self.id, %reason, "the leader has stopped");
            self.progress.stop(StoreStatus::Stopped { reason });
        }
        let stopped = self.progress.stopped();
        if stopped.is_some_and(|status| self.works.set(status)) {
            self.works.notify();
        }
        for rejected in &news.rejected {
            self.progress.rejected(rejected.event.id, &rejected.reason);
        }
        if !news.gone.is_empty() {
            let reason = "it was taken out of the log while this session did not follow it".into();
            for event in news.gone {
                self.progress.rejected(event, &reason);
            }
        }
        let reason = "the backend was reset".into();
        for event in news.put_aside {
            self.progress.rejected(event, &reason);
        }
        for event in news.replaced {
            self.progress.replaced(event);
        }
        if let Some(upto) = news.persisted {
            self.progress.persisted(upto);
        }
        if !news.synced.is_empty() {
            self.progress.synced(&news.synced, &news.overtaken);
        }
        self.tell_listeners(news.boot, &news.rejected);
        if !news.reset.is_empty() {
            self.hand_out(news.reset);
        }
        if let Some((events, upto)) = news.unsynced {
            let taken = self.hand_out(events);
            self.lock()
                .outbox
                .push(ToLeader::TookUnsynced { upto, taken });
            self.flush();
        }
        self.tell_status();
        news.changed.iter().for_each(|node| node.notify());
        news.wakers.into_iter().for_each(std::task::Waker::wake);
    }

    /// Takes no more commits; what is pending goes on its way.
    pub(super) fn refuse_commits(&self, reason: String) {
        tracing::error!(store = %self.id, %reason, "the store takes no more commits");
        let reason = reason.into();
        self.progress.take_no_more(StoreStatus::Stopped { reason });
    }

    /// Gives the app events that have no log any more; whether it takes them.
    fn hand_out(&self, events: Vec<EncodedEvent>) -> bool {
        self.call(
            |listeners| &mut listeners.reset,
            |listener| listener(events),
        )
    }

    fn tell_listeners(&self, boot: Vec<BootStatus>, rejected: &[Rejected]) {
        for status in boot {
            self.call(|listeners| &mut listeners.boot, |listener| listener(status));
        }
        for rejected in rejected {
            self.call(
                |listeners| &mut listeners.rejected,
                |listener| listener(rejected),
            );
        }
    }

    pub(super) fn take_boot_listener(&self) -> Option<BootListener> {
        let mut listeners = self
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        listeners.boot.take()
    }

    /// Calls a listener, taken out meanwhile so that it may call the store; false if there is none.
    fn call<L>(
        &self,
        slot: impl Fn(&mut Listeners) -> &mut Option<L>,
        call: impl FnOnce(&mut L),
    ) -> bool {
        let lock = || {
            self.listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let listener = slot(&mut lock()).take();
        let is_there = listener.is_some();
        if let Some(mut listener) = listener {
            call(&mut listener);
            slot(&mut lock()).get_or_insert(listener);
        }
        is_there
    }

    /// Tells how synchronization is doing, if somebody listens and it is news.
    pub(super) fn tell_status(&self) {
        if !self.status.is_watched() {
            return;
        }
        let is_news = {
            // Under the lock, so that of two threads the one with the later status is the last.
            let core = self.lock();
            self.status.set(core.sync_status())
        };
        if is_news {
            self.status.notify();
        }
    }
}

impl Store {
    /// Returns how synchronization is doing.
    pub fn sync_status(&self) -> SyncStatus {
        self.shared.lock().sync_status()
    }

    /// Calls a listener with how synchronization is doing, at once and whenever that changes.
    ///
    /// Every listener hears the latest; what was true only for a moment may be left out.
    pub fn subscribe_sync_status(
        &self,
        listener: impl FnMut(&SyncStatus) + Send + 'static,
    ) -> Subscription {
        let subscriber = {
            // Under the lock no news can slip between the status and the listener.
            let core = self.shared.lock();
            self.shared.status.set(core.sync_status());
            self.shared.status.subscribe(listener, false)
        };
        self.shared.status.call(&subscriber);
        Subscription::new(Watching {
            shared: self.downgrade(),
            subscriber,
            watch: |shared| &shared.status,
        })
    }
}
