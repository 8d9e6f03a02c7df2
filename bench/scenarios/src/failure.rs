//! Why a scenario has no figure: something failed, or an assertion does not hold.

use std::fmt::Debug;

use livestore_core::{Error, query::QueryError, store::ReceiptError};

/// What ends a benchmark.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Something is not as the scenario says it must be.
    #[error("{what}: expected {expected}, found {found}")]
    Unexpected {
        /// What was looked at.
        what: &'static str,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(Box<Error>),
    /// A commit was not persisted.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// A floor's statement failed.
    #[error("sqlite failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// There is no place for a store's files.
    #[error("files cannot be made: {0}")]
    Files(#[from] std::io::Error),
    /// The page did not do what it should.
    #[error("the page failed: {0}")]
    Page(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(Box::new(error))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Error::from(error).into()
    }
}

/// Refuses what is not as expected.
///
/// # Errors
/// When both differ.
pub fn check<T: PartialEq + Debug>(
    what: &'static str,
    found: T,
    expected: T,
) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    Err(Failure::Unexpected {
        what,
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    })
}
