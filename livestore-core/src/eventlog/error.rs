//! What can go wrong with an eventlog.

use crate::event::SeqNum;

/// What can go wrong with an eventlog.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventlogError {
    /// A newer version of the library wrote the log.
    #[error("the eventlog has format {found}, but this version reads up to format {supported}")]
    NewerFormat {
        /// The format of the log.
        found: i64,
        /// The newest format known.
        supported: i64,
    },
    /// The database holds something else.
    #[error("the database is no eventlog (application id {found:#x})")]
    Foreign {
        /// What the database says of itself.
        found: i64,
    },
    /// The events don't follow the head of the log.
    #[error("event `{event}` {seq} follows {parent}, but the eventlog ends at {head}")]
    NotContiguous {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: SeqNum,
        /// The event it follows.
        parent: SeqNum,
        /// Where the log ends.
        head: SeqNum,
    },
    /// A stored event cannot be read.
    #[error("event {seq} of the eventlog is damaged: {message}")]
    Damaged {
        /// Its sequence number.
        seq: SeqNum,
        /// What is wrong.
        message: String,
    },
    /// The log cannot be read.
    #[error("the eventlog is damaged: {message}")]
    Unreadable {
        /// What is wrong.
        message: String,
    },
    /// One of its files can't be read or written.
    #[error("the eventlog's file `{name}`: {message}")]
    File {
        /// The file.
        name: String,
        /// What failed.
        message: String,
    },
    /// SQLite failed.
    #[error("the eventlog's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

impl EventlogError {
    /// Whether the log is damaged, and not just out of reach, full, or somebody else's.
    pub(crate) fn is_damage(&self) -> bool {
        use rusqlite::{Error, ErrorCode};
        match self {
            Self::Damaged { .. } | Self::Unreadable { .. } => true,
            Self::Sqlite(
                Error::InvalidColumnType(..)
                | Error::FromSqlConversionFailure(..)
                | Error::Utf8Error(..),
            ) => true,
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            ),
            _ => false,
        }
    }
}
