//! Opening: what an engine finds of what was there before, and whether it serves.

use std::sync::Arc;

use futures::future::join_all;
use livestore_server::storage::Appended;

use super::Place;
use crate::events::{ALL, all_facts, chain, log, store};

pub(crate) async fn a_store_exists_from_its_first_use(place: &impl Place) {
    let engine = place.open().await;
    let (opened, read, reset) = (store("opened"), store("read"), store("reset"));
    let info = engine.open(&opened).await.unwrap();
    assert_eq!(info.head, 0);
    assert!(info.backend_id.len() >= 16, "{info:?} can be guessed");
    assert_eq!(engine.open(&opened).await.unwrap(), info);

    let page = engine.page(&read, 0, ALL).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(engine.open(&read).await.unwrap(), page.store);
    let made = engine.reset(&reset).await.unwrap();
    assert_eq!(engine.open(&reset).await.unwrap(), made);
    assert_ne!(info.backend_id, page.store.backend_id);

    // An append can't know its identity, so it can't succeed.
    let appended = store("appended");
    let outcome = engine.append(&appended, "elsewhere", 0, &chain(0, 1)).await;
    let info = engine.open(&appended).await.unwrap();
    assert_eq!(outcome.unwrap(), Appended::OtherLog(info.clone()));
    assert_eq!(info.head, 0);
}

pub(crate) async fn a_store_keeps_its_identity_when_it_is_opened_again(place: &impl Place) {
    let name = store("s");
    let engine = place.open().await;
    let info = engine.open(&name).await.unwrap();
    let outcome = engine
        .append(&name, &info.backend_id, 0, &chain(0, 3))
        .await;
    assert_eq!(outcome.unwrap(), Appended::Done);
    drop(engine);
    let again = place.open().await.open(&name).await.unwrap();
    assert_eq!(again.backend_id, info.backend_id);
    assert_eq!(again.head, 3);
}

pub(crate) async fn what_was_appended_is_there_when_the_store_is_opened_again(place: &impl Place) {
    let name = store("s");
    let mut all = Vec::new();
    for _ in 0..3 {
        let engine = place.open().await;
        let info = engine.open(&name).await.unwrap();
        assert_eq!(info.head, all.len() as u64);
        let batch = chain(info.head, 40);
        let outcome = engine
            .append(&name, &info.backend_id, info.head, &batch)
            .await;
        assert_eq!(outcome.unwrap(), Appended::Done);
        all.extend(batch);
        drop(engine);
    }
    let page = log(&*place.open().await, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&all));
    assert_eq!(page.store.head, 120);
}

pub(crate) async fn one_of_many_openers_makes_the_store(place: &impl Place) {
    let engine = place.open().await;
    let openers = (0..8).map(|_| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.open(&store("s")).await.unwrap() })
    });
    let infos: Vec<_> = join_all(openers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(infos.iter().all(|info| *info == infos[0]), "{infos:?}");
}

pub(crate) async fn an_engine_that_serves_says_so(place: &impl Place) {
    let engine = place.open().await;
    engine.check().await.unwrap();
    engine.open(&store("s")).await.unwrap();
    engine.check().await.unwrap();
}
