//! PostgreSQL: besides what every engine does, several servers on one database, and a database that goes away.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{StreamExt, future::join_all};
use livestore_server::storage::{
    Appended, EventStore, Poke, Pokes, PostgresOptions, PostgresStore, StorageError,
};
use livestore_test_postgres::Cluster;
use tokio::time::{sleep, timeout};

use crate::{
    conformance::{Place, conformance},
    events::{ALL, all_facts, assert_chain, chain, event, log, store},
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

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_make_the_tables_once() {
    let database = Database::new().await;
    let starting = (0..6).map(|_| {
        let database = Database(database.0.clone());
        tokio::spawn(async move { database.connect().await })
    });
    for engine in join_all(starting).await {
        engine.unwrap().open(&store("s")).await.unwrap();
    }
    assert_eq!(database.execute("SELECT FROM livestore_format").await, 1);
}

#[tokio::test]
async fn tables_of_the_future_are_left_alone() {
    let database = Database::new().await;
    drop(database.connect().await);
    database
        .execute("UPDATE livestore_format SET version = 99")
        .await;
    let error = PostgresStore::connect(PostgresOptions::new(&database.0))
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Unusable { .. }), "{error}");
    assert!(error.to_string().contains("99"), "{error}");
}

#[tokio::test]
async fn a_wrong_address_does_not_show_its_password() {
    for url in [
        "postgres://me:secret@host:nonsense/db",
        "password=secret nonsense",
    ] {
        let options = PostgresOptions::new(url);
        assert!(!format!("{options:?}").contains("secret"));
        let error = PostgresStore::connect(options).await.unwrap_err();
        assert!(matches!(error, StorageError::Unusable { .. }), "{error}");
        assert!(!format!("{error:?}").contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn no_server_is_unavailable() {
    let nowhere = tempfile::tempdir().unwrap();
    let url = format!("host={} user=postgres dbname=x", nowhere.path().display());
    let error = PostgresStore::connect(PostgresOptions::new(url))
        .await
        .unwrap_err();
    assert!(matches!(error, StorageError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn arguments_that_are_not_json_any_more_name_the_store() {
    let database = Database::new().await;
    let engine = database.connect().await;
    let name = store("s");
    let info = engine.open(&name).await.unwrap();
    engine
        .append(&name, &info.backend_id, 0, &chain(0, 3))
        .await
        .unwrap();
    let spoiled = "UPDATE livestore_events SET args = '{' WHERE seq = 2";
    assert_eq!(database.execute(spoiled).await, 1);
    let error = engine.page(&name, 0, ALL).await.unwrap_err();
    let StorageError::Damaged { store: named, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(**named, *"s");
}

/// Other programs may want speed from their connections; what an append returned is durable all the same.
#[tokio::test]
async fn a_careless_database_does_not_make_appends_careless() {
    let database = Database::new().await;
    let name = database.0.rsplit('=').next().unwrap();
    database
        .execute(&format!(
            "ALTER DATABASE {name} SET synchronous_commit = off"
        ))
        .await;
    database
        .execute(&format!(
            "ALTER DATABASE {name} SET default_transaction_isolation = serializable"
        ))
        .await;
    let engine = database.connect().await;
    // What the engine's connection has set is seen by what it runs.
    for table in ["livestore_events", "livestore_stores"] {
        database
            .execute(&format!("ALTER TABLE {table} ADD COLUMN seen text DEFAULT current_setting('synchronous_commit') || ' ' || current_setting('transaction_isolation')"))
            .await;
    }
    let store = store("s");
    let info = engine.open(&store).await.unwrap();
    engine
        .append(&store, &info.backend_id, 0, &chain(0, 1))
        .await
        .unwrap();
    for table in ["livestore_events", "livestore_stores"] {
        let seen = format!("SELECT FROM {table} WHERE seen = 'on read committed'");
        assert_eq!(database.execute(&seen).await, 1, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_connections_are_waited_for_and_then_unavailable() {
    let database = Database::new().await;
    let options = PostgresOptions::new(&database.0)
        .connections(1)
        .wait(Duration::from_millis(200));
    let engine = Arc::new(PostgresStore::connect(options).await.unwrap());
    let name = store("s");
    let info = engine.open(&name).await.unwrap();

    // Somebody else has the store's row.
    let (client, connection) = tokio_postgres::connect(&database.0, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; SELECT FROM livestore_stores FOR UPDATE")
        .await
        .unwrap();
    let stuck = tokio::spawn({
        let (engine, name, info) = (Arc::clone(&engine), name.clone(), info.clone());
        async move {
            engine
                .append(&name, &info.backend_id, 0, &chain(0, 1))
                .await
        }
    });
    let error = loop {
        match engine.open(&name).await {
            // It was before the append took the connection.
            Ok(_) => sleep(Duration::from_millis(10)).await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StorageError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("busy"), "{error}");
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(stuck.await.unwrap().unwrap(), Appended::Done);
    assert_eq!(engine.open(&name).await.unwrap().head, 1);
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
