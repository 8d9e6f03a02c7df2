//! For the tests of apps: what a schema does with events, and what several clients make of them.
//!
//! [`given`] tests a schema without any waiting: given these events, when that is committed, then these rows, this
//! error, these events. [`Clients`] wires stores to a backend in this process, on demand in a [`VirtualTime`]. Everything runs the same engine as the
//! app does; what is here only asks and compares. Functions panic where a test is to fail.

mod clients;

use std::fmt::Debug;

use futures::FutureExt;

pub use self::clients::Clients;
pub use crate::adapter::VirtualTime;
use crate::{
    adapter::Memory,
    error::Error,
    event::{EncodedEvent, EventInput, IntoEvents, SeqNum},
    query::Query,
    schema::Schema,
    store::Store,
};

const STORE: &str = "testkit";

/// A store in memory that has had some events.
#[derive(Debug)]
pub struct Given {
    store: Store,
    memory: Memory,
}

/// What came of a commit.
#[derive(Debug)]
pub struct Outcome {
    given: Given,
    before: SeqNum,
    error: Option<Error>,
}

/// Makes a store of the schema, in memory, that has had these events.
///
/// ```
/// use livestore_core::{prelude::*, testkit::given};
///
/// #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// #[event(name = "v1.NameClaimed")]
/// struct NameClaimed { name: String }
///
/// #[derive(Table, Clone, Debug, PartialEq)]
/// #[table(name = "names")]
/// struct Name { #[column(primary_key)] name: String }
///
/// let schema = || Schema::builder()
///     .table::<Name>()
///     .on(|e: &NameClaimed, _| Name::insert().set(Name::NAME, &e.name))
///     .build()
///     .expect("the schema is valid");
/// let claimed = |name: &str| NameClaimed { name: name.into() };
///
/// given(schema(), claimed("ada"))
///     .when(claimed("grace"))
///     .then_rows(&Name::query().count(), 2)
///     .then_events([claimed("grace")]);
/// given(schema(), claimed("ada"))
///     .when(claimed("ada"))
///     .then_error("UNIQUE constraint failed");
/// ```
///
/// # Panics
/// When the store refuses an event.
#[track_caller]
pub fn given(schema: Schema, events: impl IntoEvents) -> Given {
    let memory = Memory::new();
    let opening = Store::builder(schema).adapter(memory.clone()).open(STORE);
    let store = match opening.now_or_never() {
        Some(Ok(store)) => store,
        Some(Err(error)) => panic!("a store of the schema cannot be opened: {error}"),
        None => unreachable!("a store in memory without a backend waits for nothing"),
    };
    if let Err(error) = store.commit(events) {
        panic!("what is given was refused: {error}");
    }
    Given { store, memory }
}

impl Given {
    /// Commits, whatever comes of it.
    pub fn when(self, events: impl IntoEvents) -> Outcome {
        let before = self.store.head();
        let error = self.store.commit(events).err();
        Outcome {
            given: self,
            before,
            error,
        }
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

impl Outcome {
    /// Compares what a query gives; the commit must have been taken.
    ///
    /// # Panics
    /// When it was refused, the query fails, or its result is another one.
    #[track_caller]
    pub fn then_rows<Q>(self, query: &Q, expected: Q::Output) -> Self
    where
        Q: Query<Output: PartialEq + Debug>,
    {
        self.expect_taken();
        match self.given.store.query(query) {
            Ok(found) => assert_eq!(found, expected, "of `{}`", query.statement().sql),
            Err(error) => panic!("{error}"),
        }
        self
    }

    /// Compares the events that the commit has added to the log, as names and arguments.
    ///
    /// # Panics
    /// When it was refused, or these are others.
    #[track_caller]
    pub fn then_events(self, expected: impl IntoEvents) -> Self {
        self.expect_taken();
        let mut batch = crate::event::EventBatch::default();
        if let Err(error) = batch.push(expected) {
            panic!("{error}");
        }
        let told = |name: &str, args: &str| format!("{name} {args}");
        let expected: Vec<_> = batch
            .into_inner()
            .iter()
            .map(|EventInput { name, args }| told(name, args.as_str()))
            .collect();
        let log = self.given.memory.events(STORE);
        let added = log.iter().filter(|event| event.seq.is_after(self.before));
        let added: Vec<_> = added
            .map(|EncodedEvent { name, args, .. }| told(name, args.as_str()))
            .collect();
        assert_eq!(added, expected);
        self
    }

    /// Checks that the commit was refused for a reason that has this text, and that nothing was changed.
    ///
    /// # Panics
    /// When it was taken, or refused for another reason.
    #[track_caller]
    pub fn then_error(self, text: &str) -> Self {
        match &self.error {
            None => panic!("the commit was taken, and should have been refused: {text}"),
            Some(error) => {
                let reason = error.to_string();
                assert!(reason.contains(text), "it was refused because {reason}");
            }
        }
        assert_eq!(self.given.store.head(), self.before);
        self
    }

    /// Checks that a replay of the log gives the same state: that the materializers depend on nothing but their
    /// events and the state.
    ///
    /// # Panics
    /// When it gives another one.
    #[track_caller]
    pub fn then_replays(self) -> Self {
        match self.given.store.check_replay().now_or_never() {
            Some(Ok(Ok(()))) => self,
            Some(Ok(Err(mismatch))) => panic!("{mismatch}"),
            Some(Err(error)) => panic!("{error}"),
            None => unreachable!("a store in memory without a backend waits for nothing"),
        }
    }

    /// Commits something else.
    pub fn when(self, events: impl IntoEvents) -> Outcome {
        self.given.when(events)
    }

    /// Returns the store.
    pub fn store(&self) -> &Store {
        &self.given.store
    }

    #[track_caller]
    fn expect_taken(&self) {
        if let Some(error) = &self.error {
            panic!("the commit was refused: {error}");
        }
    }
}
