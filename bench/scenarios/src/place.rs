//! Where a log lasts, as far as the platform of a scenario has such a place.

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use livestore_core::adapter::Native;
    use rusqlite::Connection;
    use tempfile::TempDir;

    use crate::failure::Failure;

    /// A folder among the temporary files, removed in the end. `TMPDIR` decides on which disk.
    pub(crate) struct Place(TempDir);

    impl Place {
        pub(crate) fn new() -> Result<Self, Failure> {
            Ok(Self(tempfile::tempdir()?))
        }

        /// Returns the adapter that keeps stores there.
        pub(crate) fn adapter(&self) -> Native {
            Native::file(self.0.path())
        }

        /// Opens a database there, as durable as the adapter's logs.
        pub(crate) fn database(&self) -> rusqlite::Result<Connection> {
            let connection = Connection::open(self.0.path().join("floor.db"))?;
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
            Ok(connection)
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod web {
    use livestore_core::adapter::Memory;
    use rusqlite::Connection;

    use crate::failure::Failure;

    /// Memory: without a worker, a page has nothing that lasts longer.
    pub(crate) struct Place(Memory);

    impl Place {
        pub(crate) fn new() -> Result<Self, Failure> {
            Ok(Self(Memory::new()))
        }

        /// Returns the adapter that keeps stores there.
        pub(crate) fn adapter(&self) -> Memory {
            self.0.clone()
        }

        /// Opens a database there.
        pub(crate) fn database(&self) -> rusqlite::Result<Connection> {
            Connection::open_in_memory()
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::Place;
#[cfg(target_arch = "wasm32")]
pub(crate) use web::Place;
