//! Where events are kept, by its name.

use std::sync::Arc;

use livestore_server::storage::{EventStore, MemoryStore};

use super::{failure::Failure, options::Options};

/// Opens the storage that the options name.
pub(crate) async fn open(options: &Options) -> Result<Arc<dyn EventStore>, Failure> {
    let place = options.storage.as_deref().unwrap_or("sqlite:./data");
    if place == "memory:" {
        return Ok(Arc::new(MemoryStore::new()));
    }
    #[cfg(feature = "sqlite")]
    if let Some(folder) = place.strip_prefix("sqlite:") {
        let folder = folder.to_owned();
        let store = livestore_server::storage::SqliteStore::open(folder)?;
        return Ok(Arc::new(store));
    }
    #[cfg(feature = "postgres")]
    if place.starts_with("postgres://") || place.starts_with("postgresql://") {
        use livestore_server::storage::{PostgresOptions, PostgresStore};
        let store = PostgresStore::connect(PostgresOptions::new(place)).await?;
        return Ok(Arc::new(store));
    }
    // Not the place itself: it may have a password in it.
    let kind = place.split(':').next().unwrap_or_default();
    Err(Failure::option(
        "storage",
        format!(
            "`{kind}` is no storage of this build: say `sqlite:FOLDER`, `postgres://…` or `memory:`"
        ),
    ))
}
