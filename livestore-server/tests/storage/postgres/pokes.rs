//! News from the other servers.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{StreamExt, future::join_all};
use livestore_server::storage::{Appended, EventStore, Poke};
use tokio::time::{sleep, timeout};

use super::{Database, PATIENCE, acquainted, pokes_until};
use crate::events::{all_facts, chain, log, store};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_appends_the_other_reads_and_is_poked_for() {
    let database = Database::new().await;
    let (a, b) = (database.connect().await, database.connect().await);
    let mut from_b = a.pokes().unwrap();
    let mut from_a = b.pokes().unwrap();
    acquainted(&a, &mut from_a).await;
    acquainted(&b, &mut from_b).await;

    let name = store("s");
    let info = a.open(&name).await.unwrap();
    assert_eq!(b.open(&name).await.unwrap(), info);
    let moved = |head| Poke::Store {
        store: name.clone(),
        head,
    };
    assert_eq!(
        a.append(&name, &info.backend_id, 0, &chain(0, 3))
            .await
            .unwrap(),
        Appended::Done
    );
    assert_eq!(pokes_until(&mut from_a, |_| true).await, [moved(3)]);
    assert_eq!(log(&b, &name).await.events.len(), 3);

    let outcome = b
        .append(&name, &info.backend_id, 0, &chain(0, 1))
        .await
        .unwrap();
    assert_eq!(outcome, Appended::Conflict { head: 3 });
    assert_eq!(
        b.append(&name, &info.backend_id, 3, &chain(3, 2))
            .await
            .unwrap(),
        Appended::Done
    );
    // Nobody is poked for what it did itself.
    assert_eq!(pokes_until(&mut from_b, |_| true).await, [moved(5)]);
    assert_eq!(
        all_facts(&log(&a, &name).await.events),
        all_facts(&chain(0, 5))
    );

    let reset = b.reset(&name).await.unwrap();
    assert_eq!(pokes_until(&mut from_b, |_| true).await, [moved(0)]);
    let outcome = a
        .append(&name, &info.backend_id, 5, &chain(5, 1))
        .await
        .unwrap();
    assert_eq!(outcome, Appended::OtherLog(reset));
}

#[tokio::test]
async fn pokes_are_told_once_and_end_with_the_engine() {
    let engine = Database::new().await.connect().await;
    let mut pokes = engine.pokes().unwrap();
    assert!(engine.pokes().is_none());
    assert!(engine.clone().pokes().is_none());
    drop(engine);
    let end = timeout(PATIENCE, pokes.next()).await;
    assert_eq!(end.expect("the stream ends"), None);
}

/// Moves of many stores cost few notifications, each store is told of, and its last head is.
#[tokio::test(flavor = "multi_thread")]
async fn pokes_of_many_moves_are_few_and_complete() {
    let database = Database::new().await;
    let (a, b) = (database.connect().await, database.connect().await);
    let mut pokes = b.pokes().unwrap();
    acquainted(&a, &mut pokes).await;
    // Hears every notification there is.
    let (client, mut connection) = tokio_postgres::connect(&database.0, tokio_postgres::NoTls)
        .await
        .unwrap();
    let count = Arc::new(AtomicU64::new(0));
    tokio::spawn({
        let count = Arc::clone(&count);
        async move {
            let mut messages =
                futures::stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if let tokio_postgres::AsyncMessage::Notification(_) = message {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    client
        .batch_execute("LISTEN livestore_pokes")
        .await
        .unwrap();

    const STORES: u64 = 20;
    const ROUNDS: u64 = 25;
    let start = Instant::now();
    let writers = (0..STORES).map(|n| {
        let a = a.clone();
        tokio::spawn(async move {
            let name = store(&format!("s{n}"));
            let info = a.open(&name).await.unwrap();
            for head in 0..ROUNDS {
                a.append(&name, &info.backend_id, head, &chain(head, 1))
                    .await
                    .unwrap();
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let took = start.elapsed();
    let mut left: BTreeSet<String> = (0..STORES).map(|n| format!("s{n}")).collect();
    let hear = async {
        while !left.is_empty() {
            match pokes.next().await.unwrap() {
                Poke::Store { store, head } if head == ROUNDS => {
                    left.remove(store.as_str());
                }
                Poke::Store { .. } => {}
                Poke::All => left.clear(),
            }
        }
    };
    let heard = timeout(PATIENCE, hear).await;
    assert!(heard.is_ok(), "never told of the last head of {left:?}");
    client.batch_execute("SELECT").await.unwrap();
    let count = count.load(Ordering::Relaxed);
    // One for each pause of 10 ms, the one under way at the start and the one after the end.
    let most = took.as_millis() as u64 / 10 + 2;
    assert!(count <= most, "{count} notifications in {took:?}");
    assert!(
        count < STORES * ROUNDS,
        "{count} notifications, one for each append"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_has_the_others_look_everywhere() {
    let database = Database::new().await;
    let (a, b) = (database.connect().await, database.connect().await);
    let mut pokes = b.pokes().unwrap();
    acquainted(&a, &mut pokes).await;
    // Long enough for the list of who is there to have been read with both on it.
    sleep(Duration::from_secs(6)).await;
    drop(a);
    assert_eq!(pokes_until(&mut pokes, |_| true).await, [Poke::All]);
}

#[tokio::test]
async fn who_begins_to_listen_looks_everywhere() {
    let engine = Database::new().await.connect().await;
    let mut pokes = engine.pokes().unwrap();
    assert_eq!(pokes_until(&mut pokes, |_| true).await, [Poke::All]);
}

#[cfg(feature = "cli")]
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_changes_a_store_has_told_of_it_when_it_ends() {
    let database = Database::new().await;
    let (a, b) = (database.connect().await, database.connect().await);
    let mut pokes = b.pokes().unwrap();
    acquainted(&a, &mut pokes).await;
    let name = store("s");
    let info = a.open(&name).await.unwrap();
    a.append(&name, &info.backend_id, 0, &chain(0, 3))
        .await
        .unwrap();
    pokes_until(&mut pokes, |poke| matches!(poke, Poke::Store { .. })).await;
    let words: std::collections::HashMap<_, _> = database
        .0
        .split(' ')
        .filter_map(|word| word.split_once('='))
        .collect();
    let url = format!(
        "postgres:///{}?host={}&port={}&user={}",
        words["dbname"], words["host"], words["port"], words["user"]
    );
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_livestore-server"))
        .args(["--storage", &url, "reset", "s", "--yes"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    let told = |poke: &Poke| matches!(poke, Poke::Store { head: 0, .. });
    pokes_until(&mut pokes, told).await;
}
