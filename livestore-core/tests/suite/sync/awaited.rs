//! Waiting for the backend without a thread to block: the same natively and in the browser.

use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    store::{EventFilter, ReceiptError, Stage},
};

use super::{builder, foreign};
use crate::fixture::{completed, created, todo, todos};

/// Waits until the store has the backend's nth event.
async fn received(store: &Store, global: u64) {
    let mut events = store.events(EventFilter::new());
    while let Some(event) = events.next().await {
        if event.unwrap().event.seq.global >= global {
            return;
        }
    }
}

awaited! {
    async fn an_event_goes_from_one_store_through_the_backend_to_another() {
        let backend = InProcessBackend::new();
        let a = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let b = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let receipt = a.commit(created("1", "Buy milk")).unwrap();
        assert_eq!(receipt.synced().await.unwrap().to_string(), "e1");
        received(&b, 1).await;
        assert_eq!(todos(&b), [todo("1", "Buy milk", false)]);
    }

    async fn an_answer_comes_back() {
        let backend = InProcessBackend::new();
        let a = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let b = builder(&Memory::new(), &backend).open("test").await.unwrap();
        a.commit(created("1", "")).unwrap();
        received(&b, 1).await;
        b.commit(completed("1")).unwrap().synced().await.unwrap();
        received(&a, 2).await;
        assert_eq!(todos(&a), [todo("1", "", true)]);
    }

    async fn stores_that_were_offline_agree_when_they_are_online_again() {
        let backend = InProcessBackend::new();
        let a = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let b = builder(&Memory::new(), &backend).open("test").await.unwrap();
        for store in [&a, &b] {
            store.set_online(false);
        }
        let ours = a.commit(created("a", "")).unwrap();
        let theirs = b.commit(created("b", "")).unwrap();
        a.set_online(true);
        assert_eq!(ours.synced().await.unwrap().to_string(), "e1");
        b.set_online(true);
        assert_eq!(theirs.synced().await.unwrap().global, 2, "it moved");
        received(&a, 2).await;
        assert_eq!(todos(&a), todos(&b));
        assert_eq!(todos(&a).len(), 2);
    }

    async fn a_receipt_of_a_rejected_event_says_why() {
        let backend = InProcessBackend::new();
        backend.reject(|event| match event.args.as_str().contains("bad") {
            true => Err("bad words".into()),
            false => Ok(()),
        });
        let store = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let bad = store.commit(created("bad", "")).unwrap();
        let good = store.commit(created("good", "")).unwrap();
        let reason = "bad words".into();
        assert_eq!(bad.synced().await, Err(ReceiptError::Rejected { reason }));
        assert_eq!(good.synced().await.unwrap().global, 1);
        assert_eq!(good.stage(), Ok(Stage::Synced));
        assert_eq!(todos(&store), [todo("good", "", false)]);
    }

    async fn a_boot_that_waits_has_everything() {
        let backend = InProcessBackend::new().page(2);
        let events: Vec<_> = (0..5).map(|i| foreign(&created(&i.to_string(), ""))).collect();
        backend.advance("test", events);
        let options = livestore_core::sync::SyncOptions::default()
            .wait_for_initial_sync(std::time::Duration::from_secs(20));
        let store = builder(&Memory::new(), &backend)
            .sync_options(options)
            .open("test")
            .await
            .unwrap();
        assert_eq!(todos(&store).len(), 5);
    }

    async fn shutdown_offline_is_immediate_and_what_was_pending_is_pushed_once_later() {
        let backend = InProcessBackend::new();
        let memory = Memory::new();
        let store = builder(&memory, &backend).open("test").await.unwrap();
        store.set_online(false);
        store.commit(created("1", "")).unwrap();
        store.shutdown().await.unwrap();
        drop(store);
        assert!(backend.events("test").is_empty());
        let store = builder(&memory, &backend).open("test").await.unwrap();
        received(&store, 1).await;
        assert_eq!(backend.events("test").len(), 1);
        assert_eq!(todos(&store).len(), 1);
    }
}
