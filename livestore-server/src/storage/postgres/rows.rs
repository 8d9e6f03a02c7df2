//! The statements, and what is in a row.

use std::{borrow::Cow, sync::Arc};

use deadpool_postgres::Client;
use livestore_core::event::{StoreId, new_id};
use serde_json::value::RawValue;
use tokio_postgres::{Error, Row};

use super::{
    error::{damage, failed, failed_for, unavailable},
    text,
};
use crate::storage::{Appended, Page, PageLimit, StorageError, StoreInfo, StoredEvent, check};

const FIND: &str = "SELECT backend_id, head FROM livestore_stores WHERE name = $1";
const CREATE: &str = "INSERT INTO livestore_stores (name, backend_id, head) VALUES ($1, $2, 0)
    ON CONFLICT (name) DO NOTHING";
/// The fence and the events in one statement: it locks the store's row if its head is the one expected, and
/// whoever waited for that lock compares again.
const APPEND: &str = "WITH moved AS (
    UPDATE livestore_stores SET head = $4
    WHERE name = $1 AND backend_id = $2 AND head = $3
    RETURNING key
), added AS (
    INSERT INTO livestore_events
    SELECT moved.key, event.* FROM moved, unnest(
        $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[]
    ) AS event
)
SELECT count(*) FROM moved";
/// Store and events of one moment; what is the same in all rows is in the first.
const PAGE: &str = "SELECT
    CASE WHEN place IS NULL OR place = 1 THEN backend_id END,
    CASE WHEN place IS NULL OR place = 1 THEN head END,
    event.*
FROM livestore_stores
LEFT JOIN LATERAL (
    SELECT seq, parent, name, args, client_id, session_id, created_at, place FROM (
        SELECT *,
            row_number() OVER (ORDER BY seq) AS place,
            sum(octet_length(coalesce(args, ''))) OVER (ORDER BY seq) AS bytes
        FROM (
            SELECT * FROM livestore_events
            WHERE store = livestore_stores.key AND seq > $2
            ORDER BY seq LIMIT $3
        ) AS piece
    ) AS counted
    WHERE place = 1 OR bytes <= $4
) AS event ON true
WHERE livestore_stores.name = $1
ORDER BY event.seq";
const LIST: &str = "SELECT name FROM livestore_stores WHERE name > $1 ORDER BY name LIMIT $2";
const PATIENCE: &str = "SET LOCAL statement_timeout = 0";
const LOCK: &str = "SELECT key FROM livestore_stores WHERE name = $1 FOR UPDATE";
const EMPTY: &str = "DELETE FROM livestore_events WHERE store = $1";
const ADOPT: &str = "UPDATE livestore_stores SET backend_id = $2 WHERE name = $1 AND head = 0";
const RENEW: &str = "UPDATE livestore_stores SET backend_id = $2, head = 0 WHERE key = $1";

/// Returns a store's identity and head, making the store if it is not there.
pub(super) async fn open(client: &Client, store: &StoreId) -> Result<StoreInfo, StorageError> {
    if let Some(info) = find(client, store).await? {
        return Ok(info);
    }
    let create = client.prepare_cached(CREATE).await;
    let create = create.map_err(|error| failed_for(store, &error))?;
    client
        .execute(&create, &[&store.as_str(), &new_id()])
        .await
        .map_err(|error| failed_for(store, &error))?;
    // Another server may have been faster.
    find(client, store)
        .await?
        .ok_or_else(|| damage(store, "it is gone as soon as it is made"))
}

/// Appends events that make `head` the head, if the store is the one meant and its head is `after`.
pub(super) async fn append(
    client: &Client,
    store: &StoreId,
    backend_id: &str,
    (after, head): (u64, u64),
    events: &[StoredEvent],
) -> Result<Appended, StorageError> {
    let texts = |of: fn(&StoredEvent) -> &str| -> Vec<Cow<'_, str>> {
        events.iter().map(|event| text::encode(of(event))).collect()
    };
    let numbers = |of: fn(&StoredEvent) -> u64| -> Vec<i64> {
        events.iter().map(|event| integer(of(event))).collect()
    };
    let args: Vec<Option<&str>> = events
        .iter()
        .map(|event| event.args.as_ref().map(|args| args.get()))
        .collect();
    let run = async || {
        let append = client.prepare_cached(APPEND).await?;
        client
            .query_one(
                &append,
                &[
                    &store.as_str(),
                    &backend_id,
                    &integer(after),
                    &integer(head),
                    &numbers(|event| event.seq_num),
                    &numbers(|event| event.parent_seq_num),
                    &texts(|event| &event.name),
                    &args,
                    &texts(|event| &event.client_id),
                    &texts(|event| &event.session_id),
                    &numbers(|event| event.created_at),
                ],
            )
            .await?
            .try_get::<_, i64>(0)
    };
    if run().await.map_err(|error| failed_for(store, &error))? == 1 {
        return Ok(Appended::Done);
    }
    let info = open(client, store).await?;
    Ok(if *info.backend_id == *backend_id {
        Appended::Conflict { head: info.head }
    } else {
        Appended::OtherLog(info)
    })
}

/// Empties a store and gives it another identity.
pub(super) async fn reset(client: &mut Client, store: &StoreId) -> Result<StoreInfo, StorageError> {
    open(client, store).await?;
    let backend_id = new_id();
    let run = async {
        let transaction = client.transaction().await?;
        transaction.batch_execute(PATIENCE).await?;
        // Only a statement that starts when no append is under way sees all there is to delete.
        let row = transaction.query_one(LOCK, &[&store.as_str()]).await?;
        let key: i64 = row.try_get(0)?;
        transaction.execute(EMPTY, &[&key]).await?;
        transaction.execute(RENEW, &[&key, &backend_id]).await?;
        transaction.commit().await
    };
    run.await.map_err(|error| failed_for(store, &error))?;
    Ok(StoreInfo {
        backend_id: backend_id.into(),
        head: 0,
    })
}

/// Gives a store without events an identity.
pub(super) async fn adopt(
    client: &Client,
    store: &StoreId,
    backend_id: &str,
) -> Result<StoreInfo, StorageError> {
    open(client, store).await?;
    let changed = client.execute(ADOPT, &[&store.as_str(), &backend_id]).await;
    if changed.map_err(|error| failed_for(store, &error))? == 0 {
        return Err(check::is_not_empty(store));
    }
    Ok(StoreInfo {
        backend_id: backend_id.into(),
        head: 0,
    })
}

/// Reads a piece of a store's log; `None` if there is no such store.
pub(super) async fn page(
    client: &Client,
    store: &StoreId,
    after: u64,
    limit: PageLimit,
) -> Result<Option<Page>, StorageError> {
    let run = async {
        let page = client.prepare_cached(PAGE).await?;
        let events = integer(limit.events.max(1) as u64);
        let bytes = integer(limit.bytes as u64);
        client
            .query(&page, &[&store.as_str(), &integer(after), &events, &bytes])
            .await
    };
    let rows: Vec<Row> = run.await.map_err(|error| failed_for(store, &error))?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let found = info(first).map_err(|reason| damage(store, reason))?;
    let mut events: Vec<StoredEvent> = Vec::with_capacity(rows.len());
    for row in &rows {
        match event(row, events.last()) {
            Ok(Some(event)) => events.push(event),
            // The row of a store without events.
            Ok(None) => {}
            Err(reason) => return Err(damage(store, reason)),
        }
    }
    Ok(Some(Page {
        events,
        store: found,
    }))
}

/// Lists stores by name.
pub(super) async fn stores(
    client: &Client,
    after: &str,
    limit: usize,
) -> Result<Vec<StoreId>, StorageError> {
    let run = async {
        let list = client.prepare_cached(LIST).await?;
        // No name is empty, so all come after the empty one.
        client.query(&list, &[&after, &integer(limit as u64)]).await
    };
    let rows: Vec<Row> = run.await.map_err(|error: Error| failed(&error))?;
    let names = rows.iter().map(|row| {
        let name: &str = row.get(0);
        StoreId::new(name).map_err(|error| StorageError::Damaged {
            store: name.into(),
            reason: error.to_string().into(),
        })
    });
    names.collect()
}

/// Finds out whether the database can be written to.
pub(super) async fn check(client: &mut Client) -> Result<(), StorageError> {
    let standby = client.query_one("SELECT pg_is_in_recovery()", &[]).await;
    match standby.and_then(|row| row.try_get(0)) {
        Ok(false) => Ok(()),
        Ok(true) => Err(unavailable("the database is a standby")),
        Err(error) => Err(failed(&error)),
    }
}

async fn find(client: &Client, store: &StoreId) -> Result<Option<StoreInfo>, StorageError> {
    let run = async {
        let find = client.prepare_cached(FIND).await?;
        client.query_opt(&find, &[&store.as_str()]).await
    };
    let row: Option<Row> = run
        .await
        .map_err(|error: Error| failed_for(store, &error))?;
    row.map(|row| info(&row))
        .transpose()
        .map_err(|reason| damage(store, reason))
}

/// What is wrong with a row.
type Reason = Box<dyn std::error::Error + Send + Sync>;

fn info(row: &Row) -> Result<StoreInfo, Reason> {
    Ok(StoreInfo {
        backend_id: row.try_get::<_, &str>(0)?.into(),
        head: row.try_get::<_, i64>(1)?.try_into()?,
    })
}

/// Reads an event, if there is one; texts that are those of the event before are not copied.
fn event(row: &Row, before: Option<&StoredEvent>) -> Result<Option<StoredEvent>, Reason> {
    let Some(seq_num) = row.try_get::<_, Option<i64>>(2)? else {
        return Ok(None);
    };
    let shared = |column: usize, of: fn(&StoredEvent) -> &Arc<str>| {
        let found = text::decode(row.try_get(column)?);
        Ok::<Arc<str>, Reason>(match before.map(of) {
            Some(known) if **known == *found => Arc::clone(known),
            _ => found.into(),
        })
    };
    let args = match row.try_get::<_, Option<&str>>(5)? {
        Some(args) => Some(RawValue::from_string(args.to_owned())?.into()),
        None => None,
    };
    Ok(Some(StoredEvent {
        seq_num: seq_num.try_into()?,
        parent_seq_num: row.try_get::<_, i64>(3)?.try_into()?,
        name: shared(4, |event| &event.name)?,
        args,
        client_id: shared(6, |event| &event.client_id)?,
        session_id: shared(7, |event| &event.session_id)?,
        created_at: row.try_get::<_, i64>(8)?.try_into()?,
    }))
}

/// PostgreSQL's integers have a sign; what engines are given fits, and a cursor that does not is past everything.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
