//! A listener of a live query.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

type Callback<T> = Box<dyn FnMut(&T) + Send>;

/// A listener: called with every new result, in order, never while it is running already.
///
/// A listener may commit, query, subscribe and end subscriptions, its own included. News that arrive
/// while it runs are handed to it right after, the latest only.
pub(crate) struct Subscriber<T> {
    active: AtomicBool,
    slot: Mutex<Slot<T>>,
}

struct Slot<T> {
    /// Taken out while it runs.
    callback: Option<Callback<T>>,
    /// The version of the result it has heard of.
    seen: u64,
}

impl<T> Subscriber<T> {
    /// Makes a listener that has heard of version `seen`.
    pub(super) fn new(callback: impl FnMut(&T) + Send + 'static, seen: u64) -> Arc<Self> {
        let slot = Slot {
            callback: Some(Box::new(callback) as Callback<T>),
            seen,
        };
        Arc::new(Self {
            active: AtomicBool::new(true),
            slot: Mutex::new(slot),
        })
    }

    /// Calls the listener until it has heard of the current version.
    pub(super) fn call(&self, current: impl Fn() -> (u64, Arc<T>)) {
        loop {
            let (version, value) = current();
            let mut slot = self.lock();
            if !self.active.load(Ordering::Acquire) || version <= slot.seen {
                return;
            }
            // Running already: whoever runs it looks for news afterwards.
            let Some(callback) = slot.callback.take() else {
                return;
            };
            slot.seen = version;
            drop(slot);
            let mut running = Running {
                subscriber: self,
                callback: Some(callback),
            };
            if let Some(callback) = &mut running.callback {
                callback(&value);
            }
        }
    }

    /// Ends the subscription; a running call is the last.
    pub(super) fn stop(&self) {
        self.active.store(false, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Slot<T>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the callback back, also when it panics.
struct Running<'a, T> {
    subscriber: &'a Subscriber<T>,
    callback: Option<Callback<T>>,
}

impl<T> Drop for Running<'_, T> {
    fn drop(&mut self) {
        self.subscriber.lock().callback = self.callback.take();
    }
}

impl<T> std::fmt::Debug for Subscriber<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscriber")
    }
}
