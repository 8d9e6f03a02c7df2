//! The store as components hold it.

use std::sync::Arc;

use leptos::prelude::*;
use livestore_core::{
    Error,
    event::IntoEvents,
    query::{Query, QueryError},
    store::{Receipt, Store},
};

/// The store of the enclosing [`StoreProvider`](crate::StoreProvider); `Copy`, so closures take it freely.
#[derive(Clone, Copy, Debug)]
pub struct StoreHandle {
    store: StoredValue<Store>,
    on_error: Option<Callback<Arc<Error>>>,
}

impl StoreHandle {
    pub(crate) fn new(store: Store, on_error: Option<Callback<Arc<Error>>>) -> Self {
        Self {
            store: StoredValue::new(store),
            on_error,
        }
    }

    /// Commits one or several events, all or none; see [`Store::commit`].
    ///
    /// An error is logged, goes to the provider's `on_error` and into the receipt, which may be ignored.
    /// To handle it on the spot, use [`try_commit`](Self::try_commit).
    pub fn commit(&self, events: impl IntoEvents) -> Receipt {
        self.try_commit(events).unwrap_or_else(|error| {
            leptos::logging::error!("{error}");
            let reason = error.to_string();
            if let Some(on_error) = self.on_error {
                on_error.run(Arc::new(error));
            }
            Receipt::rejected(self.store().head(), reason)
        })
    }

    /// Commits one or several events, all or none.
    ///
    /// # Errors
    /// As [`Store::commit`]; nothing was changed.
    pub fn try_commit(&self, events: impl IntoEvents) -> Result<Receipt, Error> {
        self.store.with_value(|store| store.commit(events))
    }

    /// Reads the state once, without following it; [`use_query`](crate::use_query) follows.
    ///
    /// # Errors
    /// As [`Store::query`].
    pub fn query<Q: Query>(&self, query: &Q) -> Result<Q::Output, QueryError> {
        self.store.with_value(|store| store.query(query))
    }

    /// Returns the id of this session (this tab).
    pub fn session_id(&self) -> String {
        self.store
            .with_value(|store| store.session_id().to_string())
    }

    /// Returns the store itself, for what the handle doesn't offer.
    pub fn store(&self) -> Store {
        self.store.get_value()
    }
}

/// Returns the store of the enclosing [`StoreProvider`](crate::StoreProvider).
///
/// # Panics
/// Outside of a `StoreProvider`. Use [`try_use_store`] where there may be none.
#[track_caller]
pub fn use_store() -> StoreHandle {
    try_use_store()
        .expect("use_store() was called outside of <StoreProvider>: wrap the component in one")
}

/// Returns the store of the enclosing [`StoreProvider`](crate::StoreProvider), if there is one.
pub fn try_use_store() -> Option<StoreHandle> {
    use_context()
}
