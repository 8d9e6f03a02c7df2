//! A sync backend without a network: a log in this process.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::ready,
    stream,
};

use super::lock;
use crate::{
    event::{ClientId, GlobalEvent, StoreId, new_id},
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendMetadata, BackendPages, Cursor,
        PageInfo, PullPage, PulledEvent, PushError, RejectedEvent, SyncBackend,
    },
};

/// Makes the error that a push or pull fails with.
pub type FaultFactory = Arc<dyn Fn() -> PushError + Send + Sync>;

type Judge = Arc<dyn Fn(&GlobalEvent) -> Result<(), String> + Send + Sync>;

/// A sync backend that keeps its logs in memory, for tests, demos and benchmarks.
///
/// Clones are the same backend: give one to each client. It can be taken off the net, made to fail, and
/// told which events to reject.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::{adapter::InProcessBackend, prelude::*};
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.TodoCreated")]
/// # struct TodoCreated { id: String }
/// # let schema = Schema::builder().on(|_: &TodoCreated, _| ()).build()?;
/// let backend = InProcessBackend::new();
/// let store = Store::builder(schema).adapter(Memory::new()).sync(backend.clone()).open("my-app").await?;
/// store.commit(TodoCreated { id: new_id() })?.synced().await?;
/// assert_eq!(backend.events("my-app").len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct InProcessBackend {
    hub: Arc<Mutex<Hub>>,
}

struct Hub {
    stores: HashMap<String, StoreLog>,
    online: bool,
    page: usize,
    push_faults: Vec<FaultFactory>,
    pull_faults: Vec<BackendError>,
    judge: Option<Judge>,
    connections: u64,
    pushes: u64,
}

struct StoreLog {
    backend_id: Arc<str>,
    events: Vec<GlobalEvent>,
    live: Vec<(u64, UnboundedSender<Result<PullPage, BackendError>>)>,
}

impl Default for InProcessBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InProcessBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hub = lock(&self.hub);
        f.debug_struct("InProcessBackend")
            .field("stores", &hub.stores.len())
            .field("online", &hub.online)
            .finish_non_exhaustive()
    }
}

impl InProcessBackend {
    /// Makes a backend without any events.
    pub fn new() -> Self {
        Self {
            hub: Arc::new(Mutex::new(Hub {
                stores: HashMap::new(),
                online: true,
                page: 100,
                push_faults: Vec::new(),
                pull_faults: Vec::new(),
                judge: None,
                connections: 0,
                pushes: 0,
            })),
        }
    }

    /// Sets how many events a page holds; 100 by default.
    pub fn page(self, events: usize) -> Self {
        lock(&self.hub).page = events.max(1);
        self
    }

    /// Returns a store's log.
    pub fn events(&self, store: &str) -> Vec<GlobalEvent> {
        let hub = lock(&self.hub);
        hub.stores
            .get(store)
            .map_or_else(Vec::new, |log| log.events.clone())
    }

    /// Returns how many pushes have come, taken or not.
    pub fn pushes(&self) -> u64 {
        lock(&self.hub).pushes
    }

    /// Appends events, as another client's push would: numbers are given here.
    pub fn advance(&self, store: &str, events: impl IntoIterator<Item = GlobalEvent>) {
        let mut hub = lock(&self.hub);
        let page = hub.page;
        let log = hub.store(store);
        let mut batch = Vec::new();
        for mut event in events {
            let head = batch
                .last()
                .map_or_else(|| log.head(), |event: &GlobalEvent| event.seq_num);
            event.parent_seq_num = head;
            event.seq_num = head + 1;
            batch.push(event);
        }
        log.append(batch, page);
    }

    /// Ends all connections and refuses new ones.
    pub fn disconnect(&self) {
        let mut hub = lock(&self.hub);
        hub.online = false;
        for log in hub.stores.values_mut() {
            for (_, live) in log.live.drain(..) {
                let gone = BackendError::offline("the in-process backend was disconnected");
                // Whoever has stopped listening needs no telling.
                let _ = live.unbounded_send(Err(gone));
            }
        }
    }

    /// Takes connections again.
    pub fn reconnect(&self) {
        lock(&self.hub).online = true;
    }

    /// Makes the next pushes fail.
    pub fn fail_next_pushes(
        &self,
        count: usize,
        error: impl Fn() -> PushError + Send + Sync + 'static,
    ) {
        let error: FaultFactory = Arc::new(error);
        lock(&self.hub)
            .push_faults
            .extend(std::iter::repeat_n(error, count));
    }

    /// Makes the next pulls fail after their first page.
    pub fn fail_next_pulls(&self, count: usize, error: BackendError) {
        lock(&self.hub)
            .pull_faults
            .extend(std::iter::repeat_n(error, count));
    }

    /// Rejects events of which the judge says why.
    pub fn reject(
        &self,
        judge: impl Fn(&GlobalEvent) -> Result<(), String> + Send + Sync + 'static,
    ) {
        lock(&self.hub).judge = Some(Arc::new(judge));
    }

    /// Empties a store's log and gives it another identity, as a backend that lost its data.
    pub fn reset(&self, store: &str) {
        lock(&self.hub).stores.remove(store);
    }
}

impl Hub {
    fn store(&mut self, store: &str) -> &mut StoreLog {
        self.stores
            .entry(store.to_owned())
            .or_insert_with(|| StoreLog {
                backend_id: new_id().into(),
                events: Vec::new(),
                live: Vec::new(),
            })
    }

    fn push(&mut self, store: &str, batch: Vec<GlobalEvent>) -> Result<(), PushError> {
        self.pushes += 1;
        if !self.online {
            return Err(offline().into());
        }
        if !self.push_faults.is_empty() {
            let error = self.push_faults.remove(0);
            return Err(error());
        }
        let (judge, page) = (self.judge.clone(), self.page);
        let log = self.store(store);
        let Some(first) = batch.first() else {
            return Ok(());
        };
        if first.parent_seq_num != log.head() {
            // The same push once more, its answer having been lost, has succeeded.
            if log.ends_with(&batch) {
                return Ok(());
            }
            return Err(PushError::ServerAhead {
                minimum_expected: log.head(),
                provided: first.parent_seq_num,
            });
        }
        let chained = |pair: &[GlobalEvent]| pair[1].parent_seq_num == pair[0].seq_num;
        if !batch.windows(2).all(chained) {
            return Err(BackendError::failed("the events of the push are no chain").into());
        }
        if let Some(judge) = judge {
            let rejected = batch.iter().filter_map(|event| {
                let reason = judge(event).err()?;
                Some(RejectedEvent {
                    seq_num: event.seq_num,
                    reason: reason.into(),
                })
            });
            let events: Vec<_> = rejected.collect();
            if !events.is_empty() {
                return Err(PushError::Rejected { events });
            }
        }
        log.append(batch, page);
        Ok(())
    }

    fn pull(&mut self, store: &str, id: u64, cursor: Option<Cursor>, live: bool) -> Pages {
        if !self.online {
            return Pages::failed(offline());
        }
        let fault = (!self.pull_faults.is_empty()).then(|| self.pull_faults.remove(0));
        let size = self.page;
        let log = self.store(store);
        if let Some(expected) = cursor.as_ref().and_then(|cursor| cursor.backend_id.clone())
            && expected != log.backend_id
        {
            return Pages::failed(BackendError::BackendIdMismatch {
                expected: expected.to_string(),
                received: log.backend_id.to_string(),
            });
        }
        let after = cursor.map_or(0, |cursor| cursor.seq_num);
        let start = log.events.partition_point(|event| event.seq_num <= after);
        let mut pages: Vec<_> = log
            .pages(&log.events[start..], size)
            .into_iter()
            .map(Ok)
            .collect();
        if let Some(error) = fault {
            pages.truncate(1);
            pages.push(Err(error));
            return Pages { pages, live: None };
        }
        let live = live.then(|| {
            let (sender, receiver) = unbounded();
            log.live
                .retain(|(other, sender)| *other != id && !sender.is_closed());
            log.live.push((id, sender));
            receiver
        });
        Pages { pages, live }
    }
}

/// The pages of one pull: those that are there, and those to come.
struct Pages {
    pages: Vec<Result<PullPage, BackendError>>,
    live: Option<UnboundedReceiver<Result<PullPage, BackendError>>>,
}

impl Pages {
    fn failed(error: BackendError) -> Self {
        Self {
            pages: vec![Err(error)],
            live: None,
        }
    }
}

impl StoreLog {
    fn head(&self) -> u64 {
        self.events.last().map_or(0, |event| event.seq_num)
    }

    fn ends_with(&self, batch: &[GlobalEvent]) -> bool {
        self.events.ends_with(batch)
    }

    /// Appends and tells every live pull: one cannot be seen without the other.
    fn append(&mut self, batch: Vec<GlobalEvent>, page: usize) {
        for news in self.pages(&batch, page) {
            self.live
                .retain(|(_, live)| live.unbounded_send(Ok(news.clone())).is_ok());
        }
        self.events.extend(batch);
    }

    /// Cuts events into pages; at least one.
    fn pages(&self, events: &[GlobalEvent], size: usize) -> Vec<PullPage> {
        let mut left = events.len();
        let mut chunks: Vec<_> = events.chunks(size).collect();
        if chunks.is_empty() {
            chunks.push(&[]);
        }
        let page = |chunk: &[GlobalEvent]| {
            left -= chunk.len();
            PullPage {
                events: chunk
                    .iter()
                    .map(|event| PulledEvent {
                        event: event.clone(),
                        metadata: None,
                    })
                    .collect(),
                info: match left {
                    0 => PageInfo::NoMore,
                    left => PageInfo::MoreKnown {
                        remaining: left as u64,
                    },
                },
                backend_id: Some(Arc::clone(&self.backend_id)),
            }
        };
        chunks.into_iter().map(page).collect()
    }
}

impl SyncBackend for InProcessBackend {
    fn connect(
        &self,
        store: &StoreId,
        _: &ClientId,
    ) -> BackendFuture<'static, Result<Box<dyn BackendConnection>, BackendError>> {
        let mut hub = lock(&self.hub);
        if !hub.online {
            return Box::pin(ready(Err(offline())));
        }
        hub.connections += 1;
        let connection = Connection {
            hub: Arc::clone(&self.hub),
            store: store.to_string(),
            id: hub.connections,
        };
        Box::pin(ready(
            Ok(Box::new(connection) as Box<dyn BackendConnection>),
        ))
    }

    fn metadata(&self) -> BackendMetadata {
        BackendMetadata {
            name: "in-process".into(),
            description: "a log in the memory of this process".into(),
        }
    }
}

struct Connection {
    hub: Arc<Mutex<Hub>>,
    store: String,
    id: u64,
}

impl BackendConnection for Connection {
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages {
        let Pages { pages, live } = lock(&self.hub).pull(&self.store, self.id, cursor, live);
        let there = stream::iter(pages);
        match live {
            Some(to_come) => Box::pin(there.chain(to_come)),
            None => Box::pin(there),
        }
    }

    fn push(&self, batch: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>> {
        let result = lock(&self.hub).push(&self.store, batch);
        Box::pin(ready(result))
    }

    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>> {
        let online = lock(&self.hub).online;
        Box::pin(ready(if online { Ok(()) } else { Err(offline()) }))
    }
}

fn offline() -> BackendError {
    BackendError::offline("the in-process backend is disconnected")
}
