//! Stores beside each other: their names and their list.

use futures::future::join_all;
use livestore_server::storage::{Appended, MAX_STORE_ID, StorageError};

use super::{Place, backend};
use crate::events::{ALL, all_facts, chain, log, store};

pub(crate) async fn stores_do_not_see_each_other(place: &impl Place) {
    let engine = place.open().await;
    let names: Vec<_> = (0..50).map(|n| store(&format!("store-{n}"))).collect();
    let filled = names.iter().enumerate().map(|(i, name)| {
        let engine = &engine;
        async move {
            let id = backend(&engine.open(name).await.unwrap());
            let count = i as u64 + 1;
            let outcome = engine.append(name, &id, 0, &chain(0, count)).await;
            assert_eq!(outcome.unwrap(), Appended::Done);
            (id, count)
        }
    });
    let filled = join_all(filled).await;
    for (name, (id, count)) in names.iter().zip(&filled) {
        let page = log(&*engine, name).await;
        assert_eq!(all_facts(&page.events), all_facts(&chain(0, *count)));
        assert_eq!(page.store.backend_id, *id);
    }
    let mut ids: Vec<_> = filled.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

/// Legal names that a file system, a shell or SQL would take for something else or for one another.
pub(crate) async fn odd_names_are_stores_of_their_own(place: &impl Place) {
    let long = "x".repeat(MAX_STORE_ID);
    let odd = [
        "a", "A", "aB", "Ab", "-", "--", "-rf", "_", "__", "0", "00", "NUL", "con", "COM1", "null",
        "NULL", "lock", "events", "stores", "select", "a-", "a_", &long,
    ];
    let engine = place.open().await;
    for (i, name) in odd.iter().enumerate() {
        let name = store(name);
        let id = backend(&engine.open(&name).await.unwrap());
        let events = chain(0, i as u64 + 1);
        let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
        assert_eq!(outcome, Appended::Done, "{name}");
    }
    for (i, name) in odd.iter().enumerate() {
        assert_eq!(
            log(&*engine, &store(name)).await.events.len(),
            i + 1,
            "{name}"
        );
    }
    let mut sorted: Vec<_> = odd.iter().map(|name| store(name)).collect();
    sorted.sort();
    assert_eq!(engine.stores(None, 100).await.unwrap(), sorted);
}

pub(crate) async fn names_that_are_too_long_are_refused(place: &impl Place) {
    let engine = place.open().await;
    let name = store(&"x".repeat(MAX_STORE_ID + 1));
    let errors = [
        engine.open(&name).await.unwrap_err(),
        engine.append(&name, "", 0, &chain(0, 1)).await.unwrap_err(),
        engine.page(&name, 0, ALL).await.unwrap_err(),
        engine.reset(&name).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
    }
    assert!(engine.stores(None, 10).await.unwrap().is_empty());
}

pub(crate) async fn stores_are_listed_by_name_in_pieces(place: &impl Place) {
    let engine = place.open().await;
    assert!(engine.stores(None, 10).await.unwrap().is_empty());
    let mut names: Vec<_> = ["b", "a", "B", "a-b", "ab", "a_b", "a0"]
        .map(store)
        .to_vec();
    for name in &names {
        engine.open(name).await.unwrap();
    }
    names.sort();
    assert_eq!(engine.stores(None, 100).await.unwrap(), names);
    assert_eq!(engine.stores(None, usize::MAX).await.unwrap(), names);
    assert!(engine.stores(None, 0).await.unwrap().is_empty());
    let mut found = Vec::new();
    loop {
        let piece = engine.stores(found.last(), 3).await.unwrap();
        if piece.is_empty() {
            break;
        }
        found.extend(piece);
    }
    assert_eq!(found, names);
    // The name to start behind need not be there.
    let from_b = names.iter().filter(|name| name.as_str() > "aa");
    let found = engine.stores(Some(&store("aa")), 100).await.unwrap();
    assert!(found.iter().eq(from_b), "{found:?}");
}
