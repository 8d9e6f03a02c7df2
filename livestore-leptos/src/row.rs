//! Rows by primary key, and the rows of a query one by one.

use std::{panic::Location, sync::Arc};

use leptos::prelude::*;
use livestore_core::query::{Select, TableKey};

use crate::{
    StoreHandle,
    query::{Followable, use_query},
    use_store,
};

/// Follows the row with a primary key: `None` while there is no such row.
///
/// The closure may read signals; a key of several columns is a tuple.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Todo { #[column(primary_key)] id: String, text: String }
/// #[component]
/// fn Detail(#[prop(into)] id: Signal<String>) -> impl IntoView {
///     let todo = use_row::<Todo>(move || id.get());
///     view! {
///         <h1>{move || todo.get().map_or("No such to-do".into(), |todo| todo.text)}</h1>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_row<T>(key: impl Fn() -> T::Key + Send + Sync + 'static) -> Signal<Option<T>>
where
    T: TableKey + Clone + PartialEq + Send + Sync,
{
    use_query(move || T::find(&key()))
}

/// Follows the rows of a query one by one: which there are, in order, and each on its own.
///
/// For long lists, and for those of which only a part is on screen. The query itself reads the keys alone, so it
/// runs again only when a row comes, goes or moves; each row that is shown is read by its key, and what changes
/// in it concerns nothing but its signal. (A list of a few hundred rows that are all shown is simpler with
/// [`use_query`](crate::use_query) and [`Rows`](crate::Rows), which gives each row its signal as well, out of one
/// query.)
///
/// The closure may read signals.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Issue { #[column(primary_key)] id: String, title: String, open: bool }
/// #[component]
/// fn Issues() -> impl IntoView {
///     let issues = use_query_rows(|| Issue::query().filter(Issue::OPEN.eq(true)).order_by(Issue::ID.asc()));
///     let row = move |id: Signal<String>| {
///         issues.row(&id.get_untracked()).map(|issue| view! { <li>{move || issue.get().title}</li> })
///     };
///     view! { <ul><Rows each=issues.keys() key=|id: &String| id.clone() children=row/></ul> }
/// }
/// ```
///
/// `<For each=move || issues.keys().get() key=|id| id.clone() let:id>` takes the keys too; [`Rows`](crate::Rows)
/// moves fewer rows and never puts them in the wrong order.
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_query_rows<T>(query: impl Fn() -> Select<T> + Send + Sync + 'static) -> QueryRows<T>
where
    T: TableKey<Key: Clone + PartialEq + Send + Sync>,
{
    QueryRows {
        keys: use_query(move || query().keys()),
        store: use_store(),
    }
}

/// The rows of a query one by one; [`use_query_rows`] gives it.
pub struct QueryRows<T: TableKey<Key: Send + Sync>> {
    keys: Signal<Vec<T::Key>>,
    store: StoreHandle,
}

impl<T: TableKey<Key: Clone + PartialEq + Send + Sync>> QueryRows<T> {
    /// Returns the keys of the rows, in the order of the query.
    pub fn keys(&self) -> Signal<Vec<T::Key>> {
        self.keys
    }

    /// Follows the row with this key, for as long as the component that asks; `None` if there is no such row.
    ///
    /// Once the row is deleted, the signal keeps what it was last: its component is about to go.
    #[track_caller]
    pub fn row(&self, key: &T::Key) -> Option<Signal<T>>
    where
        T: Clone + PartialEq + Send + Sync,
    {
        let caller = Location::caller();
        let followed = Followable::new(&self.store.store(), T::find(key))
            .inspect_err(|error| leptos::logging::error!("row() at {caller}: {error}"))
            .ok()?;
        let first: T = followed.current().ok().and_then(Arc::unwrap_or_clone)?;
        let row = Memo::new(move |last: Option<&T>| {
            let found = followed.read().unwrap_or_else(|error| {
                leptos::logging::error!("row() at {caller}: {error}");
                Arc::new(None)
            });
            match &*found {
                Some(row) => row.clone(),
                None => last.unwrap_or(&first).clone(),
            }
        });
        Some(row.into())
    }
}

impl<T: TableKey<Key: Send + Sync>> Clone for QueryRows<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: TableKey<Key: Send + Sync>> Copy for QueryRows<T> {}

impl<T: TableKey<Key: Send + Sync>> std::fmt::Debug for QueryRows<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryRows")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
