//! Connections to the database: how they are made, lent and given up.

use std::time::Duration;

use deadpool_postgres::{
    Client, Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod,
    Runtime, Timeouts,
};
use tokio::time::timeout;
use tokio_postgres::Config;

use super::{
    PostgresOptions,
    error::{failed, unavailable, unusable},
    format,
    tls::Tls,
};
use crate::storage::StorageError;

/// How long connecting may take.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long anything else may take, before the connection is given up.
const DEADLINE: Duration = Duration::from_secs(30);
/// What every connection is told first. The statements count on this isolation; and that a database was
/// made careless for other programs' sake must not be a reason to lose events.
const SETTINGS: &str = "SET default_transaction_isolation = 'read committed';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// The connections that statements run on.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
    wait: Duration,
}

/// How to connect.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// The database, without the password.
    pub(super) place: String,
}

impl Target {
    /// Reads what the options say.
    pub(super) fn new(options: &PostgresOptions) -> Result<Self, StorageError> {
        let mut config: Config = options
            .url
            .parse()
            // The text may hold a password.
            .map_err(|error| unusable("the database's address", error))?;
        config
            .connect_timeout(CONNECT)
            .keepalives_idle(Duration::from_secs(30))
            .tcp_user_timeout(DEADLINE);
        let hosts: Vec<String> = config.get_hosts().iter().map(host).collect();
        let database = config.get_dbname().or(config.get_user()).unwrap_or("");
        let place = format!("postgres://{}/{database}", hosts.join(","));
        let tls = Tls::new(&config, options.root_certificates.as_deref())
            .map_err(|error| unusable(&place, error))?;
        Ok(Self { config, tls, place })
    }
}

fn host(host: &tokio_postgres::config::Host) -> String {
    match host {
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
    }
}

impl Connections {
    /// Connects, and brings the tables to the newest format.
    pub(super) async fn open(
        target: &Target,
        options: &PostgresOptions,
    ) -> Result<Self, StorageError> {
        let mut config = target.config.clone();
        if config.get_application_name().is_none() {
            config.application_name("livestore-server");
        }
        let recycling = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(config, target.tls.clone(), recycling);
        let pool = Pool::builder(manager)
            .max_size(options.connections.max(1))
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(options.wait),
                create: Some(CONNECT),
                recycle: Some(CONNECT),
            })
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    let set = client.batch_execute(SETTINGS).await;
                    set.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|error| unusable(&target.place, error))?;
        let connections = Self {
            pool,
            wait: options.wait,
        };
        let place = target.place.clone();
        connections
            .with(async move |client| format::prepare(client, &place).await)
            .await?;
        Ok(connections)
    }

    /// Does something with a connection. One on which anything failed is not used again: whether it is the
    /// connection's fault need not be known, and what it still does is not waited for.
    pub(super) async fn with<T, F>(&self, act: F) -> Result<T, StorageError>
    where
        F: AsyncFnOnce(&mut Client) -> Result<T, StorageError>,
    {
        let mut client = self
            .pool
            .get()
            .await
            .map_err(|error| self.no_client(error))?;
        let outcome = match timeout(DEADLINE, act(&mut client)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(unavailable(format!(
                "PostgreSQL has not answered for {} s",
                DEADLINE.as_secs()
            ))),
        };
        if outcome.is_err() {
            drop(Object::take(client));
        }
        outcome
    }

    fn no_client(&self, error: PoolError) -> StorageError {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                failed(&error)
            }
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => unavailable(format!(
                "all {} connections to PostgreSQL have been busy for {:?}",
                self.pool.status().max_size,
                self.wait
            )),
            error => unavailable(format!("cannot connect to PostgreSQL: {error}")),
        }
    }
}
