//! The statements, and what is in a row.

use std::sync::Arc;

use livestore_core::event::{StoreId, new_id};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use crate::storage::{Appended, Page, PageLimit, StorageError, StoreInfo, StoredEvent, check};

/// A store's row.
struct Found {
    key: i64,
    info: StoreInfo,
}

/// Returns a store's identity and head, making the store if it is not there.
pub(super) fn open(connection: &Connection, store: &StoreId) -> Result<StoreInfo, StorageError> {
    told(store, || match find(connection, store)? {
        Some(found) => Ok(found.info),
        None => create(connection, store),
    })
}

/// Appends events that make `head` the head, if the store is the one meant and its head is `after`.
pub(super) fn append(
    connection: &Connection,
    store: &StoreId,
    backend_id: &str,
    (after, head): (u64, u64),
    events: &[StoredEvent],
) -> Result<Appended, StorageError> {
    told(store, || {
        let Some(Found { key, info }) = find(connection, store)? else {
            return create(connection, store).map(Appended::OtherLog);
        };
        if *info.backend_id != *backend_id {
            return Ok(Appended::OtherLog(info));
        }
        if info.head != after {
            return Ok(Appended::Conflict { head: info.head });
        }
        let mut insert = connection
            .prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        for event in events {
            insert.execute(params![
                key,
                integer(event.seq_num),
                integer(event.parent_seq_num),
                &*event.name,
                event.args.as_ref().map(|args| args.get()),
                &*event.client_id,
                &*event.session_id,
                integer(event.created_at),
            ])?;
        }
        connection
            .prepare_cached("UPDATE stores SET head = ?2 WHERE key = ?1")?
            .execute(params![key, integer(head)])?;
        Ok(Appended::Done)
    })
}

/// Empties a store and gives it another identity.
pub(super) fn reset(connection: &Connection, store: &StoreId) -> Result<StoreInfo, StorageError> {
    told(store, || {
        if let Some(found) = find(connection, store)? {
            connection.execute("DELETE FROM events WHERE store = ?1", [found.key])?;
            connection.execute("DELETE FROM stores WHERE key = ?1", [found.key])?;
        }
        create(connection, store)
    })
}

/// Gives a store without events an identity.
pub(super) fn adopt(
    connection: &Connection,
    store: &StoreId,
    backend_id: &Arc<str>,
) -> Result<StoreInfo, StorageError> {
    let changed = told(store, || {
        if find(connection, store)?.is_none() {
            create(connection, store)?;
        }
        connection.execute(
            "UPDATE stores SET backend_id = ?2 WHERE name = ?1 AND head = 0",
            params![store.as_str(), &**backend_id],
        )
    })?;
    if changed == 0 {
        return Err(check::is_not_empty(store));
    }
    Ok(StoreInfo {
        backend_id: Arc::clone(backend_id),
        head: 0,
    })
}

/// Reads a piece of a store's log; `None` if there is no such store.
pub(super) fn page(
    connection: &mut Connection,
    store: &StoreId,
    after: u64,
    limit: PageLimit,
) -> Result<Option<Page>, StorageError> {
    told(store, || {
        // Identity and events of one moment.
        let transaction = connection.transaction()?;
        let Some(Found { key, info }) = find(&transaction, store)? else {
            return Ok(None);
        };
        let mut select = transaction.prepare_cached(
            "SELECT seq, parent, name, args, client_id, session_id, created_at FROM events
             WHERE store = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let mut rows = select.query(params![key, integer(after)])?;
        let mut count = limit.counter();
        let mut events: Vec<StoredEvent> = Vec::new();
        while let Some(row) = rows.next()? {
            let event = event(row, events.last())?;
            if !count.takes(event.args_len()) {
                break;
            }
            events.push(event);
        }
        Ok(Some(Page {
            events,
            store: info,
        }))
    })
}

/// Lists stores by name.
pub(super) fn stores(
    connection: &Connection,
    after: &str,
    limit: usize,
) -> Result<Vec<String>, StorageError> {
    let names = || {
        // No name is empty, so all come after the empty one.
        connection
            .prepare_cached("SELECT name FROM stores WHERE name > ?1 ORDER BY name LIMIT ?2")?
            .query_map(params![after, integer(limit as u64)], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()
    };
    names().map_err(|error| unavailable(&error))
}

/// Finds out whether there is anything wrong with writing.
pub(super) fn check(connection: &Connection) -> Result<(), StorageError> {
    // It takes the lock and the pages to write, and changes nothing.
    let update = || {
        connection
            .prepare_cached("UPDATE stores SET head = head WHERE key = 0")?
            .execute(())
    };
    update().map(drop).map_err(|error| unavailable(&error))
}

/// Says that SQLite can't do something.
pub(super) fn unavailable(error: &rusqlite::Error) -> StorageError {
    StorageError::Unavailable {
        reason: error.to_string().into(),
    }
}

/// Says what an error of SQLite's means for a store.
fn told<T>(store: &StoreId, act: impl FnOnce() -> rusqlite::Result<T>) -> Result<T, StorageError> {
    act().map_err(|error| {
        let damaged = match &error {
            rusqlite::Error::SqliteFailure(error, _) => matches!(
                error.code,
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ConstraintViolation
                    | ErrorCode::TypeMismatch
            ),
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => true,
            _ => false,
        };
        if !damaged {
            return unavailable(&error);
        }
        StorageError::Damaged {
            store: store.as_str().into(),
            reason: error.to_string().into(),
        }
    })
}

fn find(connection: &Connection, store: &StoreId) -> rusqlite::Result<Option<Found>> {
    connection
        .prepare_cached("SELECT key, backend_id, head FROM stores WHERE name = ?1")?
        .query_row([store.as_str()], |row| {
            Ok(Found {
                key: row.get(0)?,
                info: StoreInfo {
                    backend_id: text(row, 1)?,
                    head: number(row, 2)?,
                },
            })
        })
        .optional()
}

fn create(connection: &Connection, store: &StoreId) -> rusqlite::Result<StoreInfo> {
    let backend_id: Arc<str> = new_id().into();
    connection
        .prepare_cached("INSERT INTO stores (name, backend_id, head) VALUES (?1, ?2, 0)")?
        .execute(params![store.as_str(), &*backend_id])?;
    Ok(StoreInfo {
        backend_id,
        head: 0,
    })
}

/// Reads an event; texts that are those of the event before are not copied.
fn event(row: &Row<'_>, before: Option<&StoredEvent>) -> rusqlite::Result<StoredEvent> {
    let shared = |column, of: fn(&StoredEvent) -> &Arc<str>| {
        let found = row.get_ref(column)?.as_str()?;
        Ok::<_, rusqlite::Error>(match before.map(of) {
            Some(known) if **known == *found => Arc::clone(known),
            _ => found.into(),
        })
    };
    Ok(StoredEvent {
        seq_num: number(row, 0)?,
        parent_seq_num: number(row, 1)?,
        name: shared(2, |event| &event.name)?,
        args: match row.get_ref(3)?.as_str_or_null()? {
            Some(args) => Some(json(args, 3)?),
            None => None,
        },
        client_id: shared(4, |event| &event.client_id)?,
        session_id: shared(5, |event| &event.session_id)?,
        created_at: number(row, 6)?,
    })
}

/// SQLite's integers have a sign; what engines are given fits, and a cursor that does not is past everything.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let found: i64 = row.get(column)?;
    u64::try_from(found).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, found))
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Arc<str>> {
    Ok(row.get_ref(column)?.as_str()?.into())
}

fn json(text: &str, column: usize) -> rusqlite::Result<Arc<RawValue>> {
    match RawValue::from_string(text.to_owned()) {
        Ok(value) => Ok(value.into()),
        Err(error) => Err(rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )),
    }
}
