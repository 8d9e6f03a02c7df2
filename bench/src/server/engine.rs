//! The engines, each with an empty place.

use std::{sync::Arc, time::Instant};

use futures::future::try_join_all;
use livestore_core::event::StoreId;
use livestore_server::storage::{
    Appended, EventStore, MemoryStore, PageLimit, PostgresOptions, PostgresStore, SqliteStore,
    StoredEvent,
};
use livestore_test_postgres::Cluster;
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::{BATCH, EVENTS, args, per_second};
use crate::failure::Failure;

/// How many stores are written to at the same time.
const STORES: u64 = 100;

/// An engine without stores.
pub(super) struct Engine {
    name: &'static str,
    engine: Arc<dyn EventStore>,
    /// Goes when the engine has.
    _folder: Option<TempDir>,
}

impl Engine {
    /// All of them.
    pub(super) async fn all(cluster: &Cluster) -> Result<Vec<Self>, Failure> {
        let folder = TempDir::new()?;
        let sqlite = SqliteStore::open(folder.path())?;
        let options = PostgresOptions::new(cluster.database().await);
        let postgres = PostgresStore::connect(options).await?;
        let engine = |name, engine, folder| Self {
            name,
            engine,
            _folder: folder,
        };
        Ok(vec![
            engine("memory", Arc::new(MemoryStore::new()), None),
            engine("sqlite", Arc::new(sqlite), Some(folder)),
            engine("postgres", Arc::new(postgres), None),
        ])
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Appends batches to one store, each when the last is durable.
    pub(super) async fn append(&self) -> Result<f64, Failure> {
        let batches = batches(BATCH, EVENTS);
        let start = Instant::now();
        self.fill("bench", &batches).await?;
        Ok(per_second(EVENTS, start))
    }

    /// Appends to many stores at the same time, to each one event when its last is durable.
    pub(super) async fn append_to_stores(&self) -> Result<f64, Failure> {
        let each = EVENTS / STORES / 3;
        let batches = batches(1, each);
        let names: Vec<String> = (0..STORES).map(|n| format!("bench-{n}")).collect();
        for name in &names {
            self.engine.open(&store(name)?).await?;
        }
        let start = Instant::now();
        try_join_all(names.iter().map(|name| self.fill(name, &batches))).await?;
        Ok(per_second(each * STORES, start))
    }

    /// Reads a store's log in pages, each when the last is there.
    pub(super) async fn pages(&self) -> Result<f64, Failure> {
        self.fill("bench", &batches(BATCH, EVENTS)).await?;
        let store = store("bench")?;
        let limit = PageLimit {
            events: BATCH as usize,
            bytes: 900_000,
        };
        let start = Instant::now();
        let mut head = 0;
        let mut count = 0;
        loop {
            let page = self.engine.page(&store, head, limit).await?;
            let Some(last) = page.events.last() else {
                break;
            };
            head = last.seq_num;
            count += page.events.len() as u64;
        }
        let rate = per_second(count, start);
        check(count == EVENTS, "events were read")?;
        Ok(rate)
    }

    async fn fill(&self, name: &str, batches: &[Vec<StoredEvent>]) -> Result<(), Failure> {
        let store = store(name)?;
        let info = self.engine.open(&store).await?;
        let mut head = info.head;
        for batch in batches {
            let outcome = self
                .engine
                .append(&store, &info.backend_id, head, batch)
                .await?;
            check(outcome == Appended::Done, "a batch was taken")?;
            head += batch.len() as u64;
        }
        Ok(())
    }
}

fn store(name: &str) -> Result<StoreId, Failure> {
    StoreId::new(name).map_err(|error| Failure::Server(error.to_string()))
}

fn check(holds: bool, what: &str) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::Server(format!("it does not hold that {what}")))
    }
}

fn batches(size: u64, count: u64) -> Vec<Vec<StoredEvent>> {
    let numbers: Vec<u64> = (1..=count).collect();
    let batch = |numbers: &[u64]| numbers.iter().copied().map(event).collect();
    numbers.chunks(size as usize).map(batch).collect()
}

fn event(number: u64) -> StoredEvent {
    let args = RawValue::from_string(args(number)).expect("it is JSON");
    StoredEvent {
        seq_num: number,
        parent_seq_num: number - 1,
        name: "v1.TodoCreated".into(),
        args: Some(args.into()),
        client_id: "client-a".into(),
        session_id: "session-a".into(),
        created_at: 1_790_000_000_000,
    }
}
