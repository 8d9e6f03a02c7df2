//! Taking the leader's messages, and telling everybody what they brought.

use std::sync::PoisonError;

use super::{BootStatus, Shared, Store, StoreStatus, Subscription, core::News, live::Watching};
use crate::{
    event::EncodedEvent,
    sync::{Connection, FromLeader, Rejected, Storage, SyncStatus},
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
    }

    /// Tells receipts, listeners and subscribers; no lock is held meanwhile.
    fn tell(&self, news: News) {
        if news.outdated {
            tracing::warn!(store = %self.id, "{}", StoreStatus::Outdated);
            self.progress.take_no_more(StoreStatus::Outdated);
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
        for event in news.replaced {
            self.progress.replaced(event);
        }
        if let Some(upto) = news.persisted {
            self.progress.persisted(upto);
        }
        if !news.synced.is_empty() {
            self.progress.synced(&news.synced);
        }
        self.tell_listeners(news.boot, &news.rejected, news.reset);
        self.tell_status();
        news.changed.iter().for_each(|node| node.notify());
        news.wakers.into_iter().for_each(std::task::Waker::wake);
    }

    fn tell_listeners(
        &self,
        boot: Vec<BootStatus>,
        rejected: &[Rejected],
        reset: Option<Vec<EncodedEvent>>,
    ) {
        for status in boot {
            self.call(|listeners| &mut listeners.boot, |listener| listener(status));
        }
        for rejected in rejected {
            self.call(
                |listeners| &mut listeners.rejected,
                |listener| listener(rejected),
            );
        }
        if let Some(unsynced) = reset {
            self.call(
                |listeners| &mut listeners.reset,
                |listener| listener(unsynced),
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

    /// Calls a listener, taken out meanwhile so that it may call the store.
    fn call<L>(&self, slot: impl Fn(&mut Listeners) -> &mut Option<L>, call: impl FnOnce(&mut L)) {
        let lock = || {
            self.listeners
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let listener = slot(&mut lock()).take();
        if let Some(mut listener) = listener {
            call(&mut listener);
            slot(&mut lock()).get_or_insert(listener);
        }
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
