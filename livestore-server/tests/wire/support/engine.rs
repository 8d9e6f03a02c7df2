//! The engines that what is tested here must hold on.

use std::sync::Arc;

use livestore_server::storage::{EventStore, MemoryStore};

/// A storage engine of its own.
pub(crate) struct Engine {
    pub(crate) storage: Arc<dyn EventStore>,
    /// Goes away behind the storage.
    _folder: Option<tempfile::TempDir>,
}

impl Engine {
    pub(crate) fn memory() -> Self {
        Self {
            storage: Arc::new(MemoryStore::new()),
            _folder: None,
        }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let storage = livestore_server::storage::SqliteStore::open(folder.path());
        Self {
            storage: Arc::new(storage.expect("the folder can be opened")),
            _folder: Some(folder),
        }
    }

    #[cfg(feature = "postgres")]
    pub(crate) async fn postgres() -> Self {
        let address = livestore_test_postgres::Cluster::shared().database().await;
        Self::on_postgres(&address).await
    }

    /// The engines of two servers on one database.
    #[cfg(feature = "postgres")]
    pub(crate) async fn two_on_postgres() -> [Self; 2] {
        let address = livestore_test_postgres::Cluster::shared().database().await;
        [
            Self::on_postgres(&address).await,
            Self::on_postgres(&address).await,
        ]
    }

    #[cfg(feature = "postgres")]
    async fn on_postgres(address: &str) -> Self {
        use livestore_server::storage::{PostgresOptions, PostgresStore};
        let storage = PostgresStore::connect(PostgresOptions::new(address)).await;
        Self {
            storage: Arc::new(storage.expect("the database can be used")),
            _folder: None,
        }
    }
}

/// Makes a test per engine of each function that takes an [`Engine`].
#[macro_export]
macro_rules! on_every_engine {
    ($($name:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Engine::memory()).await;
            })*
        }

        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Engine::sqlite()).await;
            })*
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::Engine::postgres().await).await;
            })*
        }
    };
}
