//! A database that crashes and comes back.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use livestore_server::storage::{Appended, EventStore, Poke, StorageError};
use livestore_test_postgres::Cluster;
use tokio::time::sleep;

use super::{Database, acquainted, pokes_until};
use crate::events::{assert_chain, event, log, store};

/// The database crashes and comes back, over and over, while two servers write to several stores: nothing
/// that was answered is lost, nothing is there twice, and the servers go on by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_under_load_loses_nothing() {
    const STORES: u64 = 4;
    let cluster = Arc::new(tokio::task::spawn_blocking(Cluster::start).await.unwrap());
    let database = Database(cluster.database().await);
    let servers = [database.connect().await, database.connect().await];
    let mut pokes = servers[1].pokes().unwrap();
    acquainted(&servers[0], &mut pokes).await;
    let stop = Arc::new(AtomicBool::new(false));
    let failures = Arc::new(AtomicU64::new(0));

    let writers: Vec<_> = (0..STORES * 2)
        .map(|n| {
            let engine = servers[(n % 2) as usize].clone();
            let (stop, failures) = (Arc::clone(&stop), Arc::clone(&failures));
            tokio::spawn(async move {
                let name = store(&format!("s{}", n / 2));
                let (mut info, mut sure) = (None, Vec::new());
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    let Some((id, head)) = &mut info else {
                        match engine.open(&name).await {
                            Ok(found) => info = Some((found.backend_id, found.head)),
                            Err(error) => failed(&error, &failures).await,
                        }
                        continue;
                    };
                    let args = format!("[{n},{count}]");
                    let mine = [event(*head + 1, *head, Some(&args))];
                    match engine.append(&name, id, *head, &mine).await {
                        Ok(Appended::Done) => {
                            *head += 1;
                            count += 1;
                            sure.push(args);
                        }
                        Ok(Appended::Conflict { head: other }) => *head = other,
                        Ok(Appended::OtherLog(other)) => panic!("{other:?}"),
                        Err(error) => {
                            failed(&error, &failures).await;
                            // It may be there or not: never push it again.
                            count += 1;
                            info = None;
                        }
                    }
                }
                sure
            })
        })
        .collect();

    for _ in 0..3 {
        sleep(Duration::from_millis(400)).await;
        let cluster = Arc::clone(&cluster);
        let restart = move || {
            cluster.crash();
            std::thread::sleep(Duration::from_millis(200));
            cluster.start_again();
        };
        tokio::task::spawn_blocking(restart).await.unwrap();
        pokes_until(&mut pokes, |poke| *poke == Poke::All).await;
    }
    sleep(Duration::from_millis(400)).await;
    stop.store(true, Ordering::Relaxed);
    let sure: Vec<Vec<String>> = join_all(writers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(
        failures.load(Ordering::Relaxed) > 0,
        "the load never met a crash"
    );

    for (n, sure) in sure.iter().enumerate() {
        assert!(!sure.is_empty());
        let name = store(&format!("s{}", n / 2));
        let page = log(&servers[0], &name).await;
        assert_chain(&page.events);
        assert_eq!(page.store.head, page.events.len() as u64);
        let found: Vec<&str> = page
            .events
            .iter()
            .map(|event| event.args.as_ref().unwrap().get())
            .collect();
        let once: BTreeSet<&str> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "an event is there twice");
        for args in sure {
            assert!(once.contains(&**args), "{args} was answered and is gone");
        }
    }
}

async fn failed(error: &StorageError, failures: &AtomicU64) {
    assert!(
        matches!(error, StorageError::Unavailable { .. }),
        "{error:?}"
    );
    failures.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(20)).await;
}
