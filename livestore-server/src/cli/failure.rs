//! Why a command failed.

use std::fmt;

use livestore_core::{event::InvalidStoreId, sync::BackendError};
use livestore_server::{BuildError, storage::StorageError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Failure {
    #[error("{what}: {reason}")]
    Io { what: String, reason: String },
    #[error("option `{option}`: {reason}")]
    Option {
        option: &'static str,
        reason: String,
    },
    #[error("config file `{file}`: {reason}")]
    Config { file: String, reason: String },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    StoreId(#[from] InvalidStoreId),
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error("line {line} of the import: {reason}")]
    Import { line: u64, reason: String },
    #[error("store `{store}` has events up to {head}: reset it first, or say `--continue`")]
    NotEmpty { store: String, head: u64 },
    #[error("store `{store}` was changed by somebody else meanwhile; it ends with event {head}")]
    Changed { store: String, head: u64 },
    #[error("there is no store `{store}`")]
    NoStore { store: String },
    #[error("say `--yes` to empty the store for good")]
    NotSure,
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>, reason: &dyn fmt::Display) -> Self {
        Self::Io {
            what: what.into(),
            reason: reason.to_string(),
        }
    }

    pub(crate) fn option(option: &'static str, reason: impl fmt::Display) -> Self {
        Self::Option {
            option,
            reason: reason.to_string(),
        }
    }
}
