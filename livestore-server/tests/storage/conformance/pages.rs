//! Reading: what one page holds, also while others append.

use std::sync::Arc;

use livestore_server::storage::{Appended, MAX_SEQ_NUM, PageLimit, StoredEvent};

use super::{Place, backend};
use crate::events::{ALL, all_facts, assert_chain, chain, event, log, numbers, store};

pub(crate) async fn a_page_holds_as_many_events_as_asked_for(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 25)).await.unwrap();
    let limit = |events| PageLimit {
        events,
        bytes: usize::MAX,
    };
    let mut found = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let after = found.last().map_or(0, |event: &StoredEvent| event.seq_num);
        let page = engine.page(&name, after, limit(10)).await.unwrap();
        assert_eq!(page.store.head, 25);
        if page.events.is_empty() {
            break;
        }
        sizes.push(page.events.len());
        found.extend(page.events);
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(all_facts(&found), all_facts(&chain(0, 25)));
    let page = engine.page(&name, 0, limit(25)).await.unwrap();
    assert_eq!(page.events.len(), 25);
    // A page without an event would be the end.
    assert_eq!(
        numbers(&engine.page(&name, 7, limit(0)).await.unwrap().events),
        [8]
    );
}

pub(crate) async fn a_page_holds_no_more_bytes_than_asked_for_but_one_event(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    // With the quotes: 100 bytes each, but for a huge one and one of two-byte letters.
    let small = format!("{:?}", "x".repeat(98));
    let umlauts = format!("{:?}", "ä".repeat(49));
    let huge = format!("{:?}", "y".repeat(2_000_000));
    let args = [&small, &small, &umlauts, &huge, &small];
    let events: Vec<_> = (1..)
        .zip(args)
        .map(|(n, args)| event(n, n - 1, Some(args)))
        .collect();
    engine.append(&name, &id, 0, &events).await.unwrap();
    let page = async |after, bytes| {
        let limit = PageLimit { events: 100, bytes };
        numbers(&engine.page(&name, after, limit).await.unwrap().events)
    };
    assert_eq!(page(0, 300).await, [1, 2, 3]);
    assert_eq!(page(0, 299).await, [1, 2]);
    assert_eq!(page(0, 1_000).await, [1, 2, 3]);
    assert_eq!(page(3, 1_000).await, [4]);
    assert_eq!(page(4, 1_000).await, [5]);
    assert_eq!(page(0, 0).await, [1]);
    assert_eq!(page(0, 2_000_402).await, [1, 2, 3, 4, 5]);
    let limit = PageLimit {
        events: 1,
        bytes: 0,
    };
    let found = engine.page(&name, 3, limit).await.unwrap().events;
    assert_eq!(found[0].args.as_ref().unwrap().get(), huge);
}

pub(crate) async fn a_page_starts_behind_a_number_in_the_middle(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 10)).await.unwrap();
    let page = engine.page(&name, 4, ALL).await.unwrap();
    assert_eq!(all_facts(&page.events), all_facts(&chain(4, 6)));
}

pub(crate) async fn a_page_behind_the_head_is_empty(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 10)).await.unwrap();
    for after in [10, 11, MAX_SEQ_NUM, u64::MAX] {
        let page = engine.page(&name, after, ALL).await.unwrap();
        assert!(page.events.is_empty(), "after {after}: {:?}", page.events);
        assert_eq!(page.store.head, 10);
    }
}

pub(crate) async fn readers_see_whole_batches_while_many_stores_are_appended_to(
    place: &impl Place,
) {
    const BATCH: u64 = 7;
    const ROUNDS: u64 = 40;
    let engine = place.open().await;
    let writers = (0..4).map(|n| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let name = store(&format!("s{n}"));
            let id = backend(&engine.open(&name).await.unwrap());
            for round in 0..ROUNDS {
                let after = round * BATCH;
                let outcome = engine.append(&name, &id, after, &chain(after, BATCH)).await;
                assert_eq!(outcome.unwrap(), Appended::Done);
                // What was answered is seen by whoever looks from now on.
                let page = engine.page(&name, after, ALL).await.unwrap();
                assert_eq!(page.events.len() as u64, BATCH);
            }
        })
    });
    let readers = (0..4).map(|n| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let name = store(&format!("s{n}"));
            let mut seen = 0;
            while seen < ROUNDS * BATCH {
                let page = log(&*engine, &name).await;
                let count = page.events.len() as u64;
                assert_eq!(count % BATCH, 0, "a piece of a batch");
                assert_eq!(page.store.head, count, "head and events are of two moments");
                assert!(count >= seen, "{count} events after {seen}");
                assert_chain(&page.events);
                seen = count;
            }
        })
    });
    let tasks: Vec<_> = writers.chain(readers).collect();
    for task in tasks {
        task.await.unwrap();
    }
}
