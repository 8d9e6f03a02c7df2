//! A value that is replaced now and then, and those who want to hear of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Subscriber;

/// The latest of a row of values; listeners hear of it once, and of values in between perhaps not.
#[derive(Debug)]
pub(crate) struct Watch<T> {
    /// The value and its version; an equal value is no new version.
    value: Mutex<(u64, Arc<T>)>,
    subscribers: Mutex<Vec<Arc<Subscriber<T>>>>,
}

impl<T: PartialEq> Watch<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: Mutex::new((1, Arc::new(value))),
            subscribers: Mutex::new(Vec::new()),
        }
    }

    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&lock(&self.value).1)
    }

    /// Replaces the value; true when it is another one.
    pub(crate) fn set(&self, value: T) -> bool {
        let mut current = lock(&self.value);
        if *current.1 == value {
            return false;
        }
        *current = (current.0 + 1, Arc::new(value));
        true
    }

    /// Whether somebody listens.
    pub(crate) fn is_watched(&self) -> bool {
        self.listeners() > 0
    }

    /// Returns how many listen.
    pub(crate) fn listeners(&self) -> usize {
        lock(&self.subscribers).len()
    }

    /// Adds a listener that has not heard of anything yet, or with `skip_current` of the current value.
    pub(crate) fn subscribe(
        &self,
        callback: impl FnMut(&T) + Send + 'static,
        skip_current: bool,
    ) -> Arc<Subscriber<T>> {
        let seen = if skip_current { lock(&self.value).0 } else { 0 };
        let subscriber = Subscriber::new(callback, seen);
        lock(&self.subscribers).push(Arc::clone(&subscriber));
        subscriber
    }

    pub(crate) fn unsubscribe(&self, subscriber: &Arc<Subscriber<T>>) {
        subscriber.stop();
        lock(&self.subscribers).retain(|other| !Arc::ptr_eq(other, subscriber));
    }

    /// Calls one listener, if it has not heard of the current value.
    pub(crate) fn call(&self, subscriber: &Subscriber<T>) {
        subscriber.call(|| {
            let current = lock(&self.value);
            (current.0, Arc::clone(&current.1))
        });
    }

    /// Calls the listeners that have not heard of the current value.
    pub(crate) fn notify(&self) {
        let subscribers = lock(&self.subscribers).clone();
        for subscriber in subscribers {
            self.call(&subscriber);
        }
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
