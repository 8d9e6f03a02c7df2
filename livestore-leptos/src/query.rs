//! Live queries as signals.

use std::{panic::Location, sync::Arc};

use leptos::prelude::*;
use livestore_core::{
    query::{Query, QueryError, Rows, Shape, Statement},
    store::{LiveQuery, Store, Subscription},
};

use send_wrapper::SendWrapper;

use crate::{StoreHandle, use_store};

/// Follows a query: a signal with its result, current from the first read on.
///
/// The closure may read signals; when one changes, the query becomes another one. The signal notifies
/// only when the result is another one. The query runs when the signal is read first and is given up
/// with the owner that called this.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Todo { #[column(primary_key)] id: String, completed: bool }
/// # fn component(done: RwSignal<bool>) {
/// let left = use_query(|| Todo::query().filter(Todo::COMPLETED.eq(false)).count());
/// let shown = use_query(move || Todo::query().filter(Todo::COMPLETED.eq(done.get())));
/// # }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider), and when the signal is first read of a query
/// that doesn't run. A query of the builders always runs; for raw SQL there is [`try_use_query`]. A
/// query that fails later keeps its last result and logs the error.
#[track_caller]
pub fn use_query<Q>(query: impl Fn() -> Q + Send + Sync + 'static) -> Signal<Q::Output>
where
    Q: Query<Output: Clone + PartialEq + Send + Sync + 'static>,
{
    latest(follow(use_store(), query), Location::caller()).into()
}

/// Version of [`use_query`] for queries that may fail, such as raw SQL made at run time.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_core::query::sql;
/// # use livestore_leptos::prelude::*;
/// # fn component(typed: RwSignal<String>) {
/// let found = try_use_query(move || sql(typed.get()).rows::<(String,)>());
/// let said = move || match found.get() {
///     Ok(rows) => format!("{} rows", rows.len()),
///     Err(error) => error.to_string(),
/// };
/// # }
/// ```
#[track_caller]
pub fn try_use_query<Q>(
    query: impl Fn() -> Q + Send + Sync + 'static,
) -> Signal<Result<Q::Output, Arc<QueryError>>>
where
    Q: Query<Output: Clone + PartialEq + Send + Sync + 'static>,
{
    let followed = follow(use_store(), query);
    Signal::derive(move || read(followed).map(Arc::unwrap_or_clone))
}

/// Version of [`use_query`] for results that are bound to their thread, such as rows with an `Rc`, and for closures
/// that hold something of the kind.
///
/// ```
/// # use std::rc::Rc;
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Todo { #[column(primary_key)] id: String, list: String }
/// #[component]
/// fn List(name: Rc<str>) -> impl IntoView {
///     let todos = use_query_local(move || Todo::query().filter(Todo::LIST.eq(&*name)).count());
///     view! { {move || todos.get()} " to do" }
/// }
/// ```
///
/// # Panics
/// As [`use_query`], and when the signal is read on another thread.
#[track_caller]
pub fn use_query_local<Q>(query: impl Fn() -> Q + 'static) -> Signal<Q::Output, LocalStorage>
where
    Q: Query<Output: Clone + PartialEq + 'static>,
{
    let query = SendWrapper::new(query);
    let followed = follow(use_store(), move || LocalQuery(query()));
    let result = latest(followed, Location::caller());
    Signal::derive_local(move || result.with(|result| (*result.0).clone()))
}

/// A query whose result stays on this thread.
struct LocalQuery<Q>(Q);

#[derive(Clone)]
struct LocalResult<T>(SendWrapper<T>);

impl<T: PartialEq> PartialEq for LocalResult<T> {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl<Q: Query> Query for LocalQuery<Q> {
    type Output = LocalResult<Q::Output>;

    fn statement(&self) -> Statement {
        self.0.statement()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        self.0
            .read(rows)
            .map(|result| LocalResult(SendWrapper::new(result)))
    }

    fn shape(&self) -> Option<Shape<'_>> {
        self.0.shape()
    }
}

/// The result, as it was when the query last ran without an error.
fn latest<T>(followed: Followed<T>, caller: &'static Location<'static>) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |last: Option<&T>| match (read(followed), last) {
        (Ok(value), _) => Arc::unwrap_or_clone(value),
        (Err(error), Some(last)) => {
            leptos::logging::error!("use_query at {caller}: {error}");
            last.clone()
        }
        (Err(error), None) => panic!("use_query at {caller}: {error}"),
    })
}

type Followed<T> = Memo<Result<Followable<T>, FollowError>>;

/// A live query and what tells that it has another result.
pub(crate) struct Followable<T> {
    statement: Arc<Statement>,
    live: LiveQuery<T>,
    changed: ArcTrigger,
    _subscription: Arc<Subscription>,
}

/// An error that equals itself only, so that every failing query counts as news.
#[derive(Clone)]
struct FollowError(Arc<QueryError>);

impl PartialEq for FollowError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn follow<Q>(
    store: StoreHandle,
    query: impl Fn() -> Q + Send + Sync + 'static,
) -> Followed<Q::Output>
where
    Q: Query<Output: Clone + PartialEq + Send + Sync + 'static>,
{
    let store = store.store();
    Memo::new(
        move |last: Option<&Result<Followable<Q::Output>, FollowError>>| {
            let query = query();
            match last {
                Some(Ok(last)) if *last.statement == query.statement() => Ok(last.clone()),
                _ => Followable::new(&store, query).map_err(|error| FollowError(Arc::new(error))),
            }
        },
    )
}

/// Reads the current result and tracks both another query and another result.
fn read<T>(followed: Followed<T>) -> Result<Arc<T>, Arc<QueryError>>
where
    T: PartialEq + Send + Sync + 'static,
{
    followed.with(|followed| match followed {
        Ok(followed) => followed.read().map_err(Arc::new),
        Err(error) => Err(Arc::clone(&error.0)),
    })
}

impl<T: PartialEq + Send + Sync + 'static> Followable<T> {
    pub(crate) fn new<Q: Query<Output = T>>(store: &Store, query: Q) -> Result<Self, QueryError> {
        let statement = Arc::new(query.statement());
        let live = store.live(query)?;
        let changed = ArcTrigger::new();
        let notified = changed.clone();
        let subscription = live.subscribe_changes(move |_| notified.notify());
        Ok(Self {
            statement,
            live,
            changed,
            _subscription: Arc::new(subscription),
        })
    }

    /// Reads the current result and tracks another one.
    pub(crate) fn read(&self) -> Result<Arc<T>, QueryError> {
        self.changed.track();
        self.current()
    }

    /// Reads the current result.
    pub(crate) fn current(&self) -> Result<Arc<T>, QueryError> {
        self.live.get()
    }
}

impl<T> Clone for Followable<T> {
    fn clone(&self) -> Self {
        Self {
            statement: Arc::clone(&self.statement),
            live: self.live.clone(),
            changed: self.changed.clone(),
            _subscription: Arc::clone(&self._subscription),
        }
    }
}

impl<T> PartialEq for Followable<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.statement, &other.statement)
    }
}
