//! Answers that are lost: what the database has done, or does later, everybody hears of all the same.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use livestore_server::storage::{EventStore, Poke, PostgresOptions, PostgresStore};
use livestore_test_postgres::Cluster;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::Notify,
    time::{sleep, timeout},
};

use super::{Database, PATIENCE, acquainted, pokes_until};
use crate::events::{ALL, chain, store};

/// A way to a database on which answers can be lost.
struct Line {
    address: String,
    /// Nothing that the database says gets through.
    deaf: Arc<AtomicBool>,
    cut: Arc<Notify>,
}

impl Line {
    async fn to(database: &Database) -> Self {
        let word = |name: &str| {
            let words = database
                .0
                .split(' ')
                .filter_map(|word| word.split_once('='));
            let mut found = words.filter(|(key, _)| *key == name);
            found.next().unwrap().1.to_owned()
        };
        let socket = format!("{}/.s.PGSQL.{}", word("host"), word("port"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (user, name) = (word("user"), word("dbname"));
        let line = Self {
            address: format!("host=127.0.0.1 port={port} user={user} dbname={name}"),
            deaf: Arc::default(),
            cut: Arc::default(),
        };
        let (deaf, cut) = (Arc::clone(&line.deaf), Arc::clone(&line.cut));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                let (deaf, cut) = (Arc::clone(&deaf), Arc::clone(&cut));
                tokio::spawn(async move {
                    tokio::select! {
                        () = cut.notified() => {}
                        () = carry(client, server, &deaf) => {}
                    }
                });
            }
        });
        line
    }

    fn cut(&self) {
        self.deaf.store(false, Ordering::SeqCst);
        self.cut.notify_waiters();
    }
}

async fn carry(mut client: TcpStream, mut server: UnixStream, deaf: &AtomicBool) {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let answers = async {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
            let lost = deaf.load(Ordering::SeqCst);
            if !lost && to_client.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        () = answers => {}
    }
}

/// An engine whose answers can be lost, and another one that hears its pokes.
async fn two() -> (Database, Line, PostgresStore, PostgresStore) {
    let database = Database(Cluster::shared().database().await);
    let line = Line::to(&database).await;
    let a = PostgresStore::connect(PostgresOptions::new(&line.address))
        .await
        .unwrap();
    let b = database.connect().await;
    (database, line, a, b)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_answer_is_lost_is_told_to_others() {
    let (_database, line, a, b) = two().await;
    let mut from_a = b.pokes().unwrap();
    acquainted(&a, &mut from_a).await;
    let name = store("s");
    let info = a.open(&name).await.unwrap();
    // The statement is known to the connection then, and is carried out without anything being answered.
    a.append(&name, &info.backend_id, 0, &chain(0, 1))
        .await
        .unwrap();
    pokes_until(&mut from_a, |_| true).await;
    line.deaf.store(true, Ordering::SeqCst);
    let appending = tokio::spawn({
        let (a, name, info) = (a.clone(), name.clone(), info.clone());
        async move { a.append(&name, &info.backend_id, 1, &chain(1, 2)).await }
    });
    let there = async {
        while b.page(&name, 0, ALL).await.unwrap().store.head == 1 {
            sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, there).await.unwrap();
    line.cut();
    appending.await.unwrap().unwrap_err();
    pokes_until(
        &mut from_a,
        |poke| matches!(poke, Poke::Store { store, .. } if *store == name),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_is_carried_out_after_it_has_failed_is_told_to_everybody() {
    let (database, line, a, b) = two().await;
    let (mut at_a, mut at_b) = (a.pokes().unwrap(), b.pokes().unwrap());
    acquainted(&a, &mut at_b).await;
    acquainted(&b, &mut at_a).await;
    let name = store("s");
    let info = a.open(&name).await.unwrap();
    let (mut blocker, connection) = tokio_postgres::connect(&database.0, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let block = blocker.transaction().await.unwrap();
    block
        .execute("SELECT FROM livestore_stores FOR UPDATE", &[])
        .await
        .unwrap();
    let appending = tokio::spawn({
        let (a, name, info) = (a.clone(), name.clone(), info.clone());
        async move { a.append(&name, &info.backend_id, 0, &chain(0, 2)).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database()";
    let blocked = async {
        while block
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, blocked).await.unwrap();
    line.cut();
    appending.await.unwrap().unwrap_err();
    let of_it = |poke: &Poke| matches!(poke, Poke::Store { store, .. } if *store == name);
    // What is told at once is too early.
    pokes_until(&mut at_b, of_it).await;
    assert_eq!(b.page(&name, 0, ALL).await.unwrap().store.head, 0);
    block.rollback().await.unwrap();
    let there = async {
        while b.page(&name, 0, ALL).await.unwrap().store.head == 0 {
            sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, there).await.unwrap();
    pokes_until(&mut at_b, of_it).await;
    // The first of these may be from before.
    for _ in 0..2 {
        pokes_until(&mut at_a, of_it).await;
    }
}
