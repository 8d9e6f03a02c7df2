//! PostgreSQL: besides what every engine does, several servers on one database, and a database that goes away.

mod answers;
mod connections;
mod crash;
mod pokes;
mod servers;
mod tables;
mod tls;

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use livestore_server::storage::{EventStore, Poke, Pokes, PostgresOptions, PostgresStore};
use livestore_test_postgres::Cluster;
use tokio::time::{sleep, timeout};

use crate::{
    conformance::{Place, conformance},
    events::store,
};

/// What takes longer than this does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database of its own.
#[derive(Debug)]
struct Database(String);

impl Database {
    async fn new() -> Self {
        Self(Cluster::shared().database().await)
    }

    async fn connect(&self) -> PostgresStore {
        PostgresStore::connect(PostgresOptions::new(&self.0))
            .await
            .unwrap()
    }

    /// Runs a statement beside the engine.
    async fn execute(&self, sql: &str) -> u64 {
        let (client, connection) = tokio_postgres::connect(&self.0, tokio_postgres::NoTls)
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        let count = client.execute(sql, &[]).await.unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
        count
    }
}

impl Place for Database {
    async fn open(&self) -> Arc<dyn EventStore> {
        Arc::new(self.connect().await)
    }
}

conformance!(super::Database::new().await);

/// The pokes up to one that passes the test.
async fn pokes_until(pokes: &mut Pokes, test: impl Fn(&Poke) -> bool) -> Vec<Poke> {
    let mut heard = Vec::new();
    let listen = async {
        loop {
            let poke = pokes.next().await.expect("the engine is there");
            let last = test(&poke);
            heard.push(poke);
            if last {
                return;
            }
        }
    };
    let done = timeout(PATIENCE, listen).await;
    assert!(done.is_ok(), "heard only {heard:?}");
    heard
}

/// Waits until pokes get through from one engine to the other: both connect on their own time.
async fn acquainted(from: &PostgresStore, to: &mut Pokes) {
    let name = store("hello");
    let calls = async {
        loop {
            from.reset(&name).await.unwrap();
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = calls => {}
        _ = pokes_until(to, |poke| matches!(poke, Poke::Store { .. })) => {}
    }
    // What is on its way.
    while timeout(Duration::from_millis(200), to.next()).await.is_ok() {}
}
