//! A store's end of the link to its leader: lent to whoever sends, dropped in the end.

use std::{
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use futures::{FutureExt, future::Shared as SharedFuture};

use super::{Inbox, LeaderLink, LinkFuture, Shared};

/// A store's end of the link.
pub(super) struct Link {
    inner: Mutex<Inner>,
    /// Done when a leader that has lost its last session has ended; begins when the link is dropped.
    ended: SharedFuture<LinkFuture<()>>,
}

struct Inner {
    slot: Slot,
    /// Those who wait for the slot.
    waiting: Vec<Waker>,
}

enum Slot {
    Idle(Box<dyn LeaderLink>),
    /// Somebody sends and looks into the outbox again before giving it back.
    Lent,
    /// It is being dropped, or will be by whoever has it.
    Closing,
    Closed,
}

impl Link {
    pub(super) fn new(link: Box<dyn LeaderLink>) -> Self {
        Self {
            ended: link.closed().shared(),
            inner: Mutex::new(Inner {
                slot: Slot::Idle(link),
                waiting: Vec::new(),
            }),
        }
    }

    /// Tells the link where messages go. The leader may speak before this returns.
    pub(super) fn start(&self, inbox: Inbox) {
        if let Some(mut lent) = self.borrow()
            && let Some(link) = &mut lent.link
        {
            link.start(inbox);
        }
    }

    /// Ends the session with the leader, if somebody sends just now then after that.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        match std::mem::replace(&mut inner.slot, Slot::Closing) {
            Slot::Idle(link) => {
                drop(inner);
                self.leave(link);
            }
            Slot::Closed => inner.slot = Slot::Closed,
            Slot::Lent | Slot::Closing => {}
        }
    }

    /// Waits until the session with the leader has ended, and with the last one the leader.
    pub(super) async fn closed(&self) {
        poll_fn(|context| {
            let mut inner = self.lock();
            match inner.slot {
                Slot::Closed => Poll::Ready(()),
                _ => inner.wait(context),
            }
        })
        .await;
        self.ended.clone().await;
    }

    /// Uses the link without sending; `None` while somebody sends, and once it is closed.
    pub(super) fn with<R>(&self, use_link: impl FnOnce(&dyn LeaderLink) -> R) -> Option<R> {
        match &self.lock().slot {
            Slot::Idle(link) => Some(use_link(&**link)),
            Slot::Lent | Slot::Closing | Slot::Closed => None,
        }
    }

    /// Uses the link without sending, as soon as nobody sends; `None` once it is closed.
    pub(super) async fn when_idle<R>(&self, use_link: impl Fn(&dyn LeaderLink) -> R) -> Option<R> {
        poll_fn(|context| {
            let mut inner = self.lock();
            match &inner.slot {
                Slot::Idle(link) => Poll::Ready(Some(use_link(&**link))),
                Slot::Lent => inner.wait(context),
                Slot::Closing | Slot::Closed => Poll::Ready(None),
            }
        })
        .await
    }

    fn borrow(&self) -> Option<Lent<'_>> {
        let mut inner = self.lock();
        match std::mem::replace(&mut inner.slot, Slot::Lent) {
            Slot::Idle(link) => Some(Lent {
                owner: self,
                link: Some(link),
            }),
            other => {
                inner.slot = other;
                None
            }
        }
    }

    /// Drops the link. No lock is held meanwhile, since it may do anything.
    fn leave(&self, link: Box<dyn LeaderLink>) {
        drop(link);
        let waiting = self.lock().set(Slot::Closed);
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Returns those who have waited for it, to be woken when the lock is free.
    fn set(&mut self, slot: Slot) -> Vec<Waker> {
        self.slot = slot;
        std::mem::take(&mut self.waiting)
    }

    fn wait<R>(&mut self, context: &Context<'_>) -> Poll<R> {
        let waker = context.waker();
        if !self.waiting.iter().any(|other| other.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
        Poll::Pending
    }
}

/// The borrowed link; given back on drop, unless it is to be closed.
struct Lent<'a> {
    owner: &'a Link,
    link: Option<Box<dyn LeaderLink>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let Some(link) = self.link.take() else {
            return;
        };
        let mut inner = self.owner.lock();
        if matches!(inner.slot, Slot::Closing) {
            drop(inner);
            return self.owner.leave(link);
        }
        let waiting = inner.set(Slot::Idle(link));
        drop(inner);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Shared {
    /// Hands the outbox to the leader, in order, whichever thread comes first.
    ///
    /// An answer may come while a message is sent, and its listeners may commit: what they add is
    /// sent by the loop that runs already. With nothing to send the link is left to those who wait for
    /// it.
    pub(super) fn flush(&self) {
        while !self.lock().outbox.is_empty() {
            // Whoever finds the link lent leaves its messages to the loop of who has it.
            let Some(mut lent) = self.link.borrow() else {
                return;
            };
            self.send_all(&mut lent);
        }
    }

    fn send_all(&self, lent: &mut Lent<'_>) {
        loop {
            let messages = std::mem::take(&mut self.lock().outbox);
            if messages.is_empty() {
                return;
            }
            if let Some(link) = &mut lent.link {
                messages.into_iter().for_each(|message| link.send(message));
            }
        }
    }

    /// Closes the link of a store that is shut down and has nothing left to persist, whether or not
    /// anybody waits for that.
    pub(super) fn close_when_done(&self) {
        let done = || self.progress.all_persisted().now_or_never().is_some();
        if self.lock().closed && done() {
            self.link.close();
            self.progress.close();
        }
    }
}
