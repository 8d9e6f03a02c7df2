//! Waiting for what a listener hears.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

use livestore_core::prelude::*;

use crate::{failure::Failure, schema::Todo};

/// What a subscription's listener has heard last. Listeners may be called in other threads; one future at a time can
/// wait for what it wants to hear.
pub(crate) struct Latest<T> {
    heard: Arc<Mutex<Heard<T>>>,
    subscription: Subscription,
}

#[derive(Default)]
struct Heard<T> {
    value: T,
    waiting: Option<Waker>,
}

impl Latest<u64> {
    /// A live `count(*)` of the todos.
    pub(crate) fn count(store: &Store) -> Result<Self, Failure> {
        let heard = Arc::default();
        let subscription = store.subscribe(Todo::query().count(), listener(&heard))?;
        Ok(Self {
            heard,
            subscription,
        })
    }

    /// Waits until there are so many.
    pub(crate) async fn reaches(&self, count: usize) {
        self.until(|heard| *heard == count as u64).await;
    }
}

impl Latest<usize> {
    /// A live list of all todos, of which the length is heard.
    pub(crate) fn list(store: &Store) -> Result<Self, Failure> {
        let heard = Arc::default();
        let mut hear = listener(&heard);
        let all = Todo::query().order_by(Todo::ID.asc());
        let subscription = store.subscribe(all, move |rows| hear(&rows.len()))?;
        Ok(Self {
            heard,
            subscription,
        })
    }
}

impl Latest<SyncStatus> {
    /// How synchronization is doing.
    pub(crate) fn status(store: &Store) -> Self {
        let heard = Arc::default();
        let subscription = store.subscribe_sync_status(listener(&heard));
        Self {
            heard,
            subscription,
        }
    }
}

impl<T> Latest<T> {
    /// Goes on listening for nobody.
    pub(crate) fn into_subscription(self) -> Subscription {
        self.subscription
    }

    /// Waits until something is heard that will do, or returns at once if that was heard last.
    pub(crate) async fn until(&self, will_do: impl Fn(&T) -> bool) {
        poll_fn(|context| {
            let mut heard = lock(&self.heard);
            if will_do(&heard.value) {
                return Poll::Ready(());
            }
            heard.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

fn listener<T: Clone + Send + 'static>(
    heard: &Arc<Mutex<Heard<T>>>,
) -> impl FnMut(&T) + Send + use<T> {
    let heard = Arc::clone(heard);
    move |value| {
        let waiting = {
            let mut heard = lock(&heard);
            heard.value = value.clone();
            heard.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }
}

fn lock<T>(heard: &Mutex<T>) -> MutexGuard<'_, T> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
