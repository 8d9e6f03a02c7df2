//! Random operations on an engine and on a list, which must agree.

use std::collections::BTreeMap;

use livestore_core::event::StoreId;
use livestore_server::storage::{Appended, EventStore, PageLimit, StoredEvent};

use crate::{
    conformance::Place,
    events::{all_facts, event, store},
};

#[derive(Default)]
struct Model {
    stores: BTreeMap<StoreId, Log>,
}

#[derive(Clone, Default)]
struct Log {
    backend_id: String,
    events: Vec<StoredEvent>,
}

impl Log {
    fn head(&self) -> u64 {
        self.events.last().map_or(0, |event| event.seq_num)
    }
}

pub(crate) async fn does_what_a_list_in_memory_does(place: &impl Place) {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut model = Model::default();
    let mut engine = place.open().await;
    for _ in 0..600 {
        match random.u32(0..100) {
            0 => {
                drop(engine);
                engine = place.open().await;
            }
            1..=3 => reset(&*engine, &mut model, &mut random).await,
            4..=45 => page(&*engine, &mut model, &mut random).await,
            46..=50 => {
                let names: Vec<_> = model.stores.keys().cloned().collect();
                assert_eq!(engine.stores(None, 100).await.unwrap(), names);
            }
            _ => append(&*engine, &mut model, &mut random).await,
        }
    }
}

/// A store that the model knows as the engine does.
async fn any<'a>(
    engine: &dyn EventStore,
    model: &'a mut Model,
    random: &mut fastrand::Rng,
) -> (StoreId, &'a mut Log) {
    let name = store(["a", "A", "b", "c"][random.usize(0..4)]);
    let info = engine.open(&name).await.unwrap();
    let log = model.stores.entry(name.clone()).or_insert_with(|| Log {
        backend_id: info.backend_id.to_string(),
        events: Vec::new(),
    });
    assert_eq!(*info.backend_id, log.backend_id);
    assert_eq!(info.head, log.head());
    (name, log)
}

async fn reset(engine: &dyn EventStore, model: &mut Model, random: &mut fastrand::Rng) {
    let (name, log) = any(engine, model, random).await;
    let info = engine.reset(&name).await.unwrap();
    assert_ne!(*info.backend_id, log.backend_id);
    *log = Log {
        backend_id: info.backend_id.to_string(),
        events: Vec::new(),
    };
}

async fn append(engine: &dyn EventStore, model: &mut Model, random: &mut fastrand::Rng) {
    let (name, log) = any(engine, model, random).await;
    let after = match random.u32(0..5) {
        0 => random.u64(0..=log.head() + 2),
        _ => log.head(),
    };
    let known = random.u32(0..20) > 0;
    let mut events = Vec::new();
    let mut parent = after;
    for _ in 0..random.usize(1..30) {
        let number = parent + if random.bool() { 1 } else { random.u64(1..50) };
        let args = format!("[{:?}]", "z".repeat(random.usize(0..200)));
        events.push(event(number, parent, random.bool().then_some(&*args)));
        parent = number;
    }
    let id = if known { &*log.backend_id } else { "elsewhere" };
    let outcome = engine.append(&name, id, after, &events).await.unwrap();
    if !known {
        let info = engine.open(&name).await.unwrap();
        assert_eq!(*info.backend_id, log.backend_id);
        assert_eq!(outcome, Appended::OtherLog(info));
    } else if after == log.head() {
        assert_eq!(outcome, Appended::Done);
        log.events.extend(events);
    } else {
        assert_eq!(outcome, Appended::Conflict { head: log.head() });
    }
}

async fn page(engine: &dyn EventStore, model: &mut Model, random: &mut fastrand::Rng) {
    let (name, log) = any(engine, model, random).await;
    let after = random.u64(0..=log.head() + 1);
    let limit = PageLimit {
        events: random.usize(0..60),
        bytes: random.usize(0..5_000),
    };
    let mut expected: Vec<StoredEvent> = Vec::new();
    let mut bytes = 0;
    for event in log.events.iter().filter(|event| event.seq_num > after) {
        bytes += event.args.as_ref().map_or(0, |args| args.get().len());
        let full = expected.len() >= limit.events || bytes > limit.bytes;
        if full && !expected.is_empty() {
            break;
        }
        expected.push(event.clone());
    }
    let found = engine.page(&name, after, limit).await.unwrap();
    assert_eq!(all_facts(&found.events), all_facts(&expected));
    assert_eq!(found.store.head, log.head());
    assert_eq!(*found.store.backend_id, log.backend_id);
}
