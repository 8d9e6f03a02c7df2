//! The format of the tables, and the way from an older one to today's. Servers may start at the same time:
//! one of them does it.

use tokio_postgres::Client;

use super::error::{failed, unusable};
use crate::storage::StorageError;

/// The number of the lock under which tables are changed: `lssv`.
const LOCK: i64 = 0x6c73_7376;

/// The steps from each format to the next; the first makes format 1.
///
/// Steps are only ever added, and servers of the format before may still be running when one is taken.
const STEPS: &[&str] = &[
    // Names are compared byte by byte. A row's head moves all the time: the space left in the page keeps
    // that from touching the index. Arguments are text, because `jsonb` would not give them back as they came.
    r#"CREATE TABLE livestore_stores (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    backend_id text NOT NULL,
    head bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE livestore_events (
    store bigint NOT NULL,
    seq bigint NOT NULL,
    parent bigint NOT NULL,
    name text NOT NULL,
    args text,
    client_id text NOT NULL,
    session_id text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (store, seq)
);"#,
];

/// Brings the tables to the newest format, in one transaction.
pub(super) async fn prepare(client: &mut Client, place: &str) -> Result<(), StorageError> {
    let encoding: String = client
        .query_one("SELECT current_setting('server_encoding')", &[])
        .await
        .map_err(|error| failed(&error))?
        .get(0);
    if encoding != "UTF8" {
        return Err(unusable(
            place,
            format!("its encoding is {encoding}, not UTF8"),
        ));
    }
    let found = version(client).await.map_err(|error| failed(&error))?;
    // Nearly always; it takes no right to make tables.
    if found == Some(STEPS.len()) {
        return Ok(());
    }
    match migrate(client).await {
        Ok(None) => Ok(()),
        Ok(Some(found)) => Err(unusable(
            place,
            format!(
                "the format of its tables is {found}, and this server knows those up to {}",
                STEPS.len()
            ),
        )),
        Err(error) if error.as_db_error().is_some() => Err(unusable(
            place,
            format!(
                "its tables cannot be brought to format {}: {}",
                STEPS.len(),
                failed(&error)
            ),
        )),
        Err(error) => Err(failed(&error)),
    }
}

/// Takes the steps that are missing; returns the format if it is one of the future.
async fn migrate(client: &mut Client) -> Result<Option<usize>, tokio_postgres::Error> {
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    // Another server may have been faster. A question for the table's name can still be answered as it was
    // before; a statement that uses the table is not.
    transaction
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS livestore_format (
                one integer PRIMARY KEY CHECK (one = 1),
                version integer NOT NULL
            )",
        )
        .await?;
    let done = read(transaction.client()).await?.unwrap_or(0);
    if done > STEPS.len() {
        return Ok(Some(done));
    }
    if done < STEPS.len() {
        for step in &STEPS[done..] {
            transaction.batch_execute(step).await?;
        }
        transaction
            .execute(
                "INSERT INTO livestore_format VALUES (1, $1)
                 ON CONFLICT (one) DO UPDATE SET version = excluded.version",
                &[&(STEPS.len() as i32)],
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(None)
}

/// The format of the tables; `None` if there are none.
async fn version(client: &Client) -> Result<Option<usize>, tokio_postgres::Error> {
    let there: bool = client
        .query_one("SELECT to_regclass('livestore_format') IS NOT NULL", &[])
        .await?
        .get(0);
    if !there {
        return Ok(None);
    }
    read(client).await
}

async fn read(client: &Client) -> Result<Option<usize>, tokio_postgres::Error> {
    let row = client
        .query_opt("SELECT version FROM livestore_format", &[])
        .await?;
    Ok(row.map(|row| usize::try_from(row.get::<_, i32>(0)).unwrap_or(usize::MAX)))
}
