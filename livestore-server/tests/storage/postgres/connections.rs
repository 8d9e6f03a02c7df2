//! Connections that cannot be had.

use std::{sync::Arc, time::Duration};

use livestore_server::storage::{
    Appended, EventStore, PostgresOptions, PostgresStore, StorageError,
};
use tokio::time::sleep;

use super::Database;
use crate::events::{chain, store};

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
