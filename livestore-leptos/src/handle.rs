//! The store as components hold it.

use std::sync::Arc;

use leptos::{prelude::*, reactive::owner::Owner};
use livestore_core::{
    Error,
    event::{IntoEvents, StoreId},
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

    /// Connects to the backend, or keeps away from it; see [`Store::set_online`].
    pub fn set_online(&self, online: bool) {
        self.store.with_value(|store| store.set_online(online));
    }

    /// Runs hooks on this store, where the nearest provider's is another one.
    ///
    /// ```
    /// # use leptos::prelude::*;
    /// # use livestore_leptos::prelude::*;
    /// # #[derive(Table, Clone, Debug, PartialEq)]
    /// # struct Mail { #[column(primary_key)] id: String, read: bool }
    /// #[component]
    /// fn Unread() -> impl IntoView {
    ///     let unread = use_store_by_id("mailbox")
    ///         .scope(|| use_query(|| Mail::query().filter(Mail::READ.eq(false)).count()));
    ///     view! { <b>{unread}</b> }
    /// }
    /// ```
    ///
    /// # Panics
    /// Outside of a reactive owner: call it where hooks are called, in a component.
    #[track_caller]
    pub fn scope<T>(&self, hooks: impl FnOnce() -> T) -> T {
        let owner = Owner::current()
            .expect("StoreHandle::scope() was called outside of a component")
            .child();
        let made = owner.with(|| {
            provide_context(*self);
            hooks()
        });
        // What the hooks made lives as long as the component.
        on_cleanup(move || drop(owner));
        made
    }

    /// Returns the store itself, for what the handle doesn't offer.
    pub fn store(&self) -> Store {
        self.store.get_value()
    }
}

/// Returns the store of the enclosing [`StoreProvider`](crate::StoreProvider).
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.TodosCleared")]
/// # struct TodosCleared {}
/// #[component]
/// fn Clear() -> impl IntoView {
///     let store = use_store();
///     view! { <button on:click=move |_| { store.commit(TodosCleared {}); }>"Clear"</button> }
/// }
/// ```
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

/// Returns the store with this id of the enclosing providers, the nearest first: for an app with several stores.
///
/// Its hooks run in [`StoreHandle::scope`].
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # #[table(name = "settings")]
/// # struct Setting { #[column(primary_key)] id: String }
/// # fn component() {
/// let count = use_store_by_id("settings").scope(|| use_query(|| Setting::query().count()));
/// # }
/// ```
///
/// # Panics
/// When no enclosing [`StoreProvider`](crate::StoreProvider) has a store with this id. Use
/// [`try_use_store_by_id`] where there may be none.
#[track_caller]
pub fn use_store_by_id(id: &str) -> StoreHandle {
    try_use_store_by_id(id).unwrap_or_else(|| {
        panic!("use_store_by_id() was called outside of a <StoreProvider> with the store `{id}`")
    })
}

/// Returns the store with this id of the enclosing providers, if there is one.
pub fn try_use_store_by_id(id: &str) -> Option<StoreHandle> {
    let mut enclosing = use_context::<Enclosing>();
    while let Some(Enclosing(provided)) = enclosing {
        if provided.id.as_str() == id {
            return Some(provided.handle);
        }
        enclosing = provided.outer.clone();
    }
    None
}

/// The providers around a place, the nearest first.
#[derive(Clone)]
pub(crate) struct Enclosing(Arc<Provided>);

struct Provided {
    id: StoreId,
    handle: StoreHandle,
    outer: Option<Enclosing>,
}

impl Enclosing {
    /// Puts a store into the context; `outer` are the providers around its own.
    pub(crate) fn provide(handle: StoreHandle, outer: Option<Enclosing>) {
        provide_context(handle);
        let id = handle.store.with_value(|store| store.id().clone());
        provide_context(Self(Arc::new(Provided { id, handle, outer })));
    }
}
