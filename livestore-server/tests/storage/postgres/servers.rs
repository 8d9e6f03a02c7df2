//! Several servers that write to one store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use livestore_server::storage::{Appended, EventStore};
use tokio::time::sleep;

use super::Database;
use crate::events::{assert_chain, chain, event, log, store};

/// Several servers push into one store as fast as they can, each behind what it has seen.
#[tokio::test(flavor = "multi_thread")]
async fn the_fence_holds_between_servers() {
    let database = Database::new().await;
    let name = store("s");
    let racers = (0..4).map(|racer: u64| {
        let (database, name) = (Database(database.0.clone()), name.clone());
        tokio::spawn(async move {
            let engine = database.connect().await;
            let info = engine.open(&name).await.unwrap();
            let mut head = info.head;
            let mut taken = Vec::new();
            while taken.len() < 25 {
                let args = format!("[{racer},{}]", taken.len());
                let mine = [event(head + 1, head, Some(&args))];
                match engine
                    .append(&name, &info.backend_id, head, &mine)
                    .await
                    .unwrap()
                {
                    Appended::Done => {
                        head += 1;
                        taken.push(args);
                    }
                    Appended::Conflict { head: other } => {
                        assert!(other > head, "a conflict with {other} behind {head}");
                        head = other;
                    }
                    Appended::OtherLog(info) => panic!("{info:?}"),
                }
            }
            taken
        })
    });
    let taken: Vec<Vec<String>> = join_all(racers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let page = log(&database.connect().await, &name).await;
    assert_chain(&page.events);
    assert_eq!(page.events.len(), 100);
    let found: Vec<&str> = page
        .events
        .iter()
        .map(|event| event.args.as_ref().unwrap().get())
        .collect();
    for (racer, taken) in taken.iter().enumerate() {
        let own = found.iter().copied();
        let own: Vec<&str> = own
            .filter(|args| args.starts_with(&format!("[{racer},")))
            .collect();
        assert_eq!(own, *taken);
    }
}

/// A reset while appends are under way leaves no event of the log before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_amid_appends_of_another_server_leaves_nothing_behind() {
    let database = Database::new().await;
    let (writer, resetter) = (database.connect().await, database.connect().await);
    let name = store("s");
    let stop = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (name, stop) = (name.clone(), Arc::clone(&stop));
        async move {
            let mut info = writer.open(&name).await.unwrap();
            while !stop.load(Ordering::Relaxed) {
                let batch = chain(info.head, 20);
                match writer
                    .append(&name, &info.backend_id, info.head, &batch)
                    .await
                    .unwrap()
                {
                    Appended::Done => info.head += 20,
                    Appended::OtherLog(other) => info = other,
                    Appended::Conflict { head } => panic!("a conflict at {head} with {info:?}"),
                }
            }
        }
    });
    for _ in 0..40 {
        sleep(Duration::from_millis(5)).await;
        resetter.reset(&name).await.unwrap();
        let page = log(&resetter, &name).await;
        assert_chain(&page.events);
        assert_eq!(page.events.len() as u64, page.store.head);
    }
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    resetter.reset(&name).await.unwrap();
    assert_eq!(database.execute("SELECT FROM livestore_events").await, 0);
}
