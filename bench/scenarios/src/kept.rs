//! Stores that are kept: what one program, or one page, does with such a store.
//!
//! A scenario is made of several of these steps, each in a program or page of its own: one fills a store, many boot it.
//! Who starts them, and how often, is not in here; nor is where the stores are.

mod boot;
mod commit;

pub(crate) use boot::{FIRST_ROWS, of_boot};
pub(crate) use commit::of_commits;
use livestore_core::{prelude::*, store::Adapter, sync::Storage};
use serde::{Deserialize, Serialize};

use crate::{
    data,
    failure::{Failure, check},
    floor,
    latest::Latest,
    sample::Samples,
    scenario::Host,
    schema::{Todo, next_schema, schema},
};

/// Events in one commit of a store that is being filled.
const BATCH: usize = 1_000;
/// Commits of `memory`, of `BATCH` events each.
pub const HELD: usize = 10;
/// The one figure of [`Step::Settle`].
pub const MISSING: &str = "missing";
/// The files of a store.
pub const EVENTLOG: &str = "eventlog.db";
/// The file with its state.
pub const STATE: &str = "state.db";

/// What a program or page does with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Fill it with so many todos.
    Fill(usize),
    /// Open it, which has so many todos, and tell how many events are missing in the stored state.
    Settle(usize),
    /// Boot it, which has so many todos.
    Boot(usize, Boot),
    /// The same by SQLite alone.
    FloorBoot(usize, Boot),
    /// Commit so many todos to it, which has none.
    Commit(usize, Pace),
    /// The same by SQLite alone.
    FloorCommit(usize, Pace),
    /// Read all it must have.
    Check(usize),
    /// Commit so many todos at once, until the other tab's live count has them.
    CommitFor(usize),
    /// Be that other tab.
    Watch(usize),
    /// The same in one place, by SQLite alone.
    FloorCrossTab(usize),
    /// Hold a live list of so many todos, made by [`HELD`] commits or none.
    Hold(usize),
}

/// How a store boots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Boot {
    /// Its state is there.
    Stored,
    /// Its state is that of another version of the schema.
    Rebuild,
}

/// How events are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// One per commit, in a loop.
    OneByOne,
    /// All in one commit.
    AtOnce,
}

/// Which version of the schema a program or page has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// The one of all other scenarios.
    #[default]
    This,
    /// The one with a column more.
    Next,
}

impl Version {
    /// Returns the schema.
    pub fn schema(self) -> Schema {
        match self {
            Self::This => schema(),
            Self::Next => next_schema(),
        }
    }

    /// Returns how many columns todos have.
    fn columns(self) -> i64 {
        match self {
            Self::This => 3,
            Self::Next => 4,
        }
    }
}

/// A store, and the version of its schema that a program or page has.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a, A> {
    /// The store's id.
    pub store: &'a str,
    /// The version.
    pub version: Version,
    /// Where it is kept.
    pub adapter: &'a A,
}

/// What a step has left open, and must stay so until the program or page is closed.
#[derive(Debug)]
pub struct Open {
    /// What was measured.
    pub samples: Samples,
    store: Store,
    _held: Option<Subscription>,
}

impl Open {
    /// Closes it the polite way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn close(self) -> Result<(), Failure> {
        Ok(self.store.shutdown().await?)
    }
}

/// Carries out a step on a store.
///
/// # Errors
/// When something failed or was not as the scenario says; when the step is none that is done to a store alone.
pub async fn run<A: Adapter + Clone>(
    host: &dyn Host,
    place: Place<'_, A>,
    step: Step,
) -> Result<Open, Failure> {
    match step {
        Step::Fill(todos) => place.fill(todos).await,
        Step::Settle(todos) => boot::settle(&place, todos).await,
        Step::Boot(todos, boot) => boot::boot(host, &place, todos, boot).await,
        Step::Commit(todos, pace) => commit::commit(host, &place, todos, pace).await,
        Step::Check(todos) => place.check(todos).await,
        Step::Hold(todos) => place.hold(todos).await,
        other => Err(Failure::Page(format!("no step of one store: {other:?}"))),
    }
}

impl<A: Adapter + Clone> Place<'_, A> {
    /// Opens the store, which must be kept.
    pub async fn open(&self) -> Result<Store, Failure> {
        self.open_with(|_| ()).await
    }

    async fn open_with(
        &self,
        on_boot: impl FnMut(BootStatus) + Send + 'static,
    ) -> Result<Store, Failure> {
        let store = Store::builder(self.version.schema())
            .adapter(self.adapter.clone())
            .on_boot_status(on_boot)
            .open(self.store)
            .await?;
        check(
            "where the log is",
            store.sync_status().storage,
            Storage::Persistent,
        )?;
        Ok(store)
    }

    async fn fill(&self, todos: usize) -> Result<Open, Failure> {
        let store = self.open().await?;
        fill(&store, todos).await?;
        Ok(open(Samples::default(), store))
    }

    async fn check(&self, todos: usize) -> Result<Open, Failure> {
        let store = self.open().await?;
        check("events in the log", store.head().global, todos as u64)?;
        let found = store.query(&Todo::query().order_by(Todo::ID.asc()))?;
        let found: Vec<_> = found.into_iter().map(|todo| (todo.id, todo.text)).collect();
        let expected: Vec<_> = data::todos(0..todos)
            .into_iter()
            .map(|todo| (todo.id, todo.text))
            .collect();
        check("rows of todos", found.len(), todos)?;
        check("whether they are those committed", found == expected, true)?;
        Ok(open(Samples::default(), store))
    }

    async fn hold(&self, todos: usize) -> Result<Open, Failure> {
        let store = self.open().await?;
        let rows = Latest::list(&store)?;
        fill(&store, todos).await?;
        rows.until(|rows| *rows == todos).await;
        Ok(Open {
            samples: Samples::default(),
            store,
            _held: Some(rows.into_subscription()),
        })
    }
}

async fn fill(store: &Store, todos: usize) -> Result<(), Failure> {
    let mut last = None;
    for start in (0..todos).step_by(BATCH) {
        last = Some(store.commit(data::todos(start..todos.min(start + BATCH)))?);
    }
    if let Some(receipt) = last {
        receipt.persisted().await?;
    }
    check_rows(store, todos)
}

fn check_rows(store: &Store, todos: usize) -> Result<(), Failure> {
    check(
        "rows of todos",
        store.query(&Todo::query().count())?,
        todos as u64,
    )
}

fn open(samples: Samples, store: Store) -> Open {
    Open {
        samples,
        store,
        _held: None,
    }
}

/// Commits todos in one go, and returns when the other tab's live count has them, which `seen` waits for.
///
/// # Errors
/// When a store fails.
pub async fn commit_for(
    host: &dyn Host,
    store: &Store,
    todos: usize,
    seen: impl Future<Output = ()>,
) -> Result<Samples, Failure> {
    let events = data::todos(0..todos);
    let start = host.now();
    let receipt = store.commit(events)?;
    seen.await;
    let time = host.now() - start;
    receipt.persisted().await?;
    check_rows(store, todos)?;
    Ok(crate::sync::of_one(time))
}

/// Waits until a store's live count has so many todos; `ready` is called when it listens.
///
/// # Errors
/// When the store fails.
pub async fn watch(store: &Store, todos: usize, ready: impl FnOnce()) -> Result<(), Failure> {
    let count = Latest::count(store)?;
    ready();
    count.reaches(todos).await;
    check_rows(store, todos)
}

/// Carries out a floor's step; `open` opens a file of the store by its name.
///
/// # Errors
/// When SQLite fails or something was not as the scenario says; when the step is no floor's.
pub fn run_floor(
    host: &dyn Host,
    open: &dyn Fn(&str) -> rusqlite::Result<rusqlite::Connection>,
    step: Step,
) -> Result<Samples, Failure> {
    match step {
        Step::FloorBoot(todos, Boot::Stored) => floor::kept::boot(host, open, todos),
        Step::FloorBoot(todos, Boot::Rebuild) => floor::kept::rebuild(host, open, todos),
        Step::FloorCommit(todos, pace) => floor::kept::commit(host, open, todos, pace),
        Step::FloorCrossTab(todos) => floor::kept::cross_tab(host, open, todos),
        other => Err(Failure::Page(format!("no step of a floor: {other:?}"))),
    }
}
