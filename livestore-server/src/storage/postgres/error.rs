//! What the errors of the database and of its connections mean.

use std::error::Error as _;

use livestore_core::event::StoreId;

use crate::storage::StorageError;

/// What an error is when it is nobody's data: later it may work.
pub(super) fn failed(error: &tokio_postgres::Error) -> StorageError {
    // The error itself says only where it comes from.
    let reason = match error.as_db_error() {
        Some(said) => format!("PostgreSQL: {} ({})", said.message(), said.code().code()),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    };
    unavailable(reason)
}

/// What an error is that came up about a store.
pub(super) fn failed_for(store: &StoreId, error: &tokio_postgres::Error) -> StorageError {
    // Data exceptions, broken constraints, and data that is damaged.
    let damaged = error.code().is_some_and(|code| {
        ["22", "23", "XX001", "XX002"]
            .iter()
            .any(|class| code.code().starts_with(class))
    });
    let said = failed(error);
    if damaged { damage(store, said) } else { said }
}

/// Says that what is stored of a store cannot be understood.
pub(super) fn damage(store: &StoreId, reason: impl ToString) -> StorageError {
    StorageError::Damaged {
        store: store.as_str().into(),
        reason: reason.to_string().into(),
    }
}

/// Says that the database can't be used just now.
pub(super) fn unavailable(reason: impl ToString) -> StorageError {
    StorageError::Unavailable {
        reason: reason.to_string().into(),
    }
}

/// Says that the database is not one for this server.
pub(super) fn unusable(place: &str, reason: impl ToString) -> StorageError {
    StorageError::Unusable {
        place: place.into(),
        reason: reason.to_string().into(),
    }
}
