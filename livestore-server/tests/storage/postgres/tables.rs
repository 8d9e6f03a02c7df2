//! What is in the database: its version, its contents, its settings.

use futures::future::join_all;
use livestore_server::storage::{EventStore, PostgresOptions, PostgresStore, StorageError};

use super::Database;
use crate::events::{ALL, chain, store};

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
