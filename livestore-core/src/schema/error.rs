//! What can be wrong with a schema, and how materializing an event can fail.

use crate::query::MaterializerFailure;

/// A schema that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Two tables have one name (SQLite doesn't tell upper from lower case).
    #[error("table `{table}` is declared twice")]
    DuplicateTable {
        /// The table.
        table: String,
    },
    /// A table's columns take all names that SQLite has for its own key of a row.
    #[error(
        "table `{table}` has columns `rowid`, `_rowid_` and `oid`; one of these names must stay free"
    )]
    NoRowid {
        /// The table.
        table: String,
    },
    /// Two events have one name.
    #[error("event `{event}` is declared twice")]
    DuplicateEvent {
        /// The event.
        event: String,
    },
    /// An event has two checks.
    #[error("event `{event}` has two checks")]
    DuplicateCheck {
        /// The event.
        event: String,
    },
    /// A check is attached to an event without a materializer.
    #[error("a check is attached to event `{event}`, which is not declared")]
    CheckWithoutEvent {
        /// The event.
        event: String,
    },
    /// An event is to stand for one that is not declared, or that stands for it.
    #[error("event `{event}` cannot stand for `{into}`, which is not declared or stands for it")]
    Upcast {
        /// The event.
        event: String,
        /// What it is to stand for.
        into: String,
    },
    /// Arguments are brought into today's form of an event that is not declared.
    #[error("arguments of event `{event}` are upcast, which is not declared")]
    UpcastWithoutEvent {
        /// The event.
        event: String,
    },
    /// An event's arguments are brought into today's form twice.
    #[error("event `{event}` is upcast twice")]
    DuplicateUpcast {
        /// The event.
        event: String,
    },
    /// Two columns of a table have one name (SQLite doesn't tell upper from lower case).
    #[error("column `{column}` of table `{table}` is declared twice")]
    DuplicateColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Rows could not be told apart when a change is rolled back.
    #[error("table `{table}` has no primary key")]
    NoPrimaryKey {
        /// The table.
        table: String,
    },
    /// A null in the key would not identify a row.
    #[error("primary key column `{column}` of table `{table}` must not be nullable")]
    NullablePrimaryKey {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A default of another kind than the column, or null for a column that isn't nullable.
    #[error("the default of column `{column}` of table `{table}` is not a value of the column")]
    DefaultMismatch {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A default given twice: as a value and as an expression.
    #[error("column `{column}` of table `{table}` has two defaults")]
    TwoDefaults {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A default expression that SQLite refuses, or that gives another value every time.
    #[error(
        "the default of column `{column}` of table `{table}` cannot be `{expression}`: {reason}"
    )]
    DefaultExpression {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The expression.
        expression: String,
        /// What SQLite says.
        reason: String,
    },
    /// Only an integer that is the whole primary key can be made by SQLite.
    #[error(
        "column `{column}` of table `{table}` cannot count up: it is not an integer that is the whole primary key"
    )]
    Autoincrement {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An index names a column that the table doesn't have.
    #[error("an index of table `{table}` names column `{column}`, which it does not have")]
    UnknownIndexColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// An index without columns, or one that is there already.
    #[error("the index of table `{table}` on ({columns}) is empty or declared twice")]
    UselessIndex {
        /// The table.
        table: String,
        /// The columns.
        columns: String,
    },
    /// A full-text index that SQLite cannot keep.
    #[error("table `{table}` cannot have this full-text index: {reason}")]
    FullText {
        /// The table.
        table: String,
        /// Why.
        reason: String,
    },
    /// The name is empty or kept for the engine or SQLite.
    #[error("`{name}` cannot be used as a name: it is empty or reserved")]
    ReservedName {
        /// The name.
        name: String,
    },
    /// A materializer writes a table that the schema doesn't declare.
    #[error(
        "the materializer of event `{event}` writes `{table}`, which is no table of the schema"
    )]
    UndeclaredTable {
        /// The event.
        event: String,
        /// What it would have written.
        table: String,
    },
    /// More tables than the engine can tell apart.
    #[error("a schema can have at most 65535 tables")]
    TooManyTables,
}

/// An event that could not be turned into writes; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaterializeError {
    /// The arguments don't decode into the declared type.
    #[error("event `{event}` {seq}: its arguments do not decode: {source}")]
    Decode {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// What serde found.
        source: serde_json::Error,
    },
    /// The app's function does not know what to make of an old form of the event.
    #[error("event `{event}` {seq}: it could not be brought into today's form: {source}")]
    Upcast {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// What the function says.
        source: MaterializerFailure,
    },
    /// The materializer returned an error.
    #[error("event `{event}` {seq}: its materializer failed: {source}")]
    Failed {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// The materializer's error.
        source: MaterializerFailure,
    },
    /// The materializer or the check panicked, when the log was replayed or rebased. In a commit the panic
    /// reaches the caller.
    #[error("event `{event}` {seq}: its materializer or check panicked: {message}")]
    Panicked {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// What it said.
        message: String,
    },
    /// SQLite refused a write, by a constraint or because the text is wrong.
    #[error("event `{event}` {seq}: a write failed: {source} in `{sql}`")]
    Write {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// The SQL text.
        sql: String,
        /// SQLite's own words.
        source: Box<rusqlite::Error>,
    },
    /// A write uses an SQL function or a table of the engine's own that may give something else on another client or
    /// at a replay.
    #[error(
        "event `{event}` {seq}: its materializer uses `{name}`, which is not the same at every replay; \
         let the event carry the value"
    )]
    NonDeterministic {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// The function or table.
        name: String,
    },
    /// The write breaks the schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The event's check says no to the state it would land in.
    #[error("event `{event}` {seq} was rejected: {reason}")]
    Rejected {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// What the check said.
        reason: String,
    },
    /// The state database itself failed.
    #[error("the state database failed at event `{event}` {seq}: {source}")]
    State {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: crate::event::SeqNum,
        /// SQLite's own words.
        source: Box<rusqlite::Error>,
    },
}

impl MaterializeError {
    /// Whether the same event would fail on the same state everywhere, and not just here and now.
    ///
    /// A full disk, a damaged file or an exhausted memory say nothing of the event.
    pub(crate) fn is_deterministic(&self) -> bool {
        match self {
            Self::State { .. } => false,
            Self::Write { source, .. } => blames_the_statement(source),
            Self::Decode { .. }
            | Self::Failed { .. }
            | Self::NonDeterministic { .. }
            | Self::Upcast { .. }
            | Self::Panicked { .. }
            | Self::Schema(_)
            | Self::Rejected { .. } => true,
        }
    }
}

/// Whether a statement fails like this wherever it is run on the same state.
pub(super) fn blames_the_statement(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode;
    matches!(
        error.sqlite_error_code(),
        None | Some(
            ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::TooBig
                | ErrorCode::AuthorizationForStatementDenied
                | ErrorCode::ParameterOutOfRange
                | ErrorCode::Unknown
        )
    )
}
