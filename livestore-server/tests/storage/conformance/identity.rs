//! The identity of a log: lost by a reset, taken over from elsewhere, compared by every append.

use livestore_server::storage::{Appended, StorageError};

use super::{Place, backend};
use crate::events::{all_facts, chain, log, store};

pub(crate) async fn a_reset_store_is_empty_and_another_log(place: &impl Place) {
    let engine = place.open().await;
    let (name, other) = (store("s"), store("other"));
    for name in [&name, &other] {
        let id = backend(&engine.open(name).await.unwrap());
        engine.append(name, &id, 0, &chain(0, 10)).await.unwrap();
    }
    let before = engine.open(&name).await.unwrap();
    let after = engine.reset(&name).await.unwrap();
    assert_ne!(after.backend_id, before.backend_id);
    assert_eq!(after.head, 0);
    let page = log(&*engine, &name).await;
    assert!(page.events.is_empty());
    assert_eq!(page.store, after);

    let outcome = engine
        .append(&name, &after.backend_id, 0, &chain(0, 2))
        .await;
    assert_eq!(outcome.unwrap(), Appended::Done);
    drop(engine);
    let engine = place.open().await;
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&chain(0, 2)));
    assert_eq!(page.store.backend_id, after.backend_id);
    assert_eq!(log(&*engine, &other).await.events.len(), 10);
    assert_eq!(engine.stores(None, 10).await.unwrap(), [other, name]);
}

pub(crate) async fn only_a_store_without_events_takes_an_identity(place: &impl Place) {
    let engine = place.open().await;
    let (new, known) = (store("new"), store("known"));
    engine.open(&known).await.unwrap();
    for (name, id) in [(&new, "aB3-_"), (&known, &"x".repeat(200))] {
        let info = engine.adopt(name, id).await.unwrap();
        assert_eq!((&*info.backend_id, info.head), (id, 0));
        assert_eq!(engine.open(name).await.unwrap(), info);
        let outcome = engine.append(name, id, 0, &chain(0, 3)).await;
        assert_eq!(outcome.unwrap(), Appended::Done);
        let error = engine.adopt(name, "another").await.unwrap_err();
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
        assert_eq!(&*engine.open(name).await.unwrap().backend_id, id);
    }
    for id in ["", "a b", "ü", "a\0b", &"x".repeat(201)] {
        let error = engine.adopt(&store("odd"), id).await.unwrap_err();
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
    }
    drop(engine);
    let info = place.open().await.open(&new).await.unwrap();
    assert_eq!((&*info.backend_id, info.head), ("aB3-_", 3));
}

pub(crate) async fn an_append_to_another_log_is_told_which_it_is(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let before = engine.open(&name).await.unwrap();
    engine
        .append(&name, &before.backend_id, 0, &chain(0, 4))
        .await
        .unwrap();
    let after = engine.reset(&name).await.unwrap();
    // Whether the head would fit or not.
    for head in [0, 4] {
        let outcome = engine
            .append(&name, &before.backend_id, head, &chain(head, 1))
            .await;
        assert_eq!(outcome.unwrap(), Appended::OtherLog(after.clone()));
    }
    assert!(log(&*engine, &name).await.events.is_empty());
}
