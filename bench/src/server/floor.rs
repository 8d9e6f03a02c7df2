//! The floors: what an append and a page take at least, on one connection and without a fence.

use std::time::Instant;

use livestore_test_postgres::Cluster;
use rusqlite::params;
use tempfile::TempDir;
use tokio_postgres::{NoTls, Statement};

use super::{BATCH, EVENTS, args, per_second};
use crate::failure::Failure;

const TABLE: &str = "CREATE TABLE events (
    store bigint NOT NULL, seq bigint NOT NULL, parent bigint NOT NULL, name text NOT NULL, args text,
    client_id text NOT NULL, session_id text NOT NULL, created_at bigint NOT NULL,
    PRIMARY KEY (store, seq)
)";

/// A database with an empty table.
pub(super) enum Floor {
    Sqlite {
        connection: rusqlite::Connection,
        _folder: TempDir,
    },
    Postgres {
        client: tokio_postgres::Client,
        insert: Statement,
        select: Statement,
    },
}

impl Floor {
    /// Both of them; memory has none.
    pub(super) async fn all(cluster: &Cluster) -> Result<Vec<Self>, Failure> {
        let folder = TempDir::new()?;
        let connection = rusqlite::Connection::open(folder.path().join("floor.db"))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch(&format!("{TABLE} WITHOUT ROWID"))?;

        let address = cluster.database().await;
        let (client, connected) = tokio_postgres::connect(&address, NoTls).await?;
        tokio::spawn(connected);
        client.batch_execute(TABLE).await?;
        let insert = client
            .prepare(
                "INSERT INTO events SELECT 1, * FROM unnest($1::bigint[], $2::bigint[], $3::text[],
                 $4::text[], $5::text[], $6::text[], $7::bigint[])",
            )
            .await?;
        let select = client
            .prepare("SELECT * FROM events WHERE store = 1 AND seq > $1 ORDER BY seq LIMIT $2")
            .await?;
        Ok(vec![
            Self::Sqlite {
                connection,
                _folder: folder,
            },
            Self::Postgres {
                client,
                insert,
                select,
            },
        ])
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    /// Inserts batches, each when the last is durable.
    pub(super) async fn append(&mut self) -> Result<f64, Failure> {
        let args: Vec<String> = (1..=EVENTS).map(args).collect();
        let start = Instant::now();
        for (batch, args) in args.chunks(BATCH as usize).enumerate() {
            let first = 1 + batch as i64 * BATCH as i64;
            self.insert(first, args).await?;
        }
        Ok(per_second(EVENTS, start))
    }

    async fn insert(&mut self, first: i64, args: &[String]) -> Result<(), Failure> {
        const NAME: &str = "v1.TodoCreated";
        const CLIENT: &str = "client-a";
        const SESSION: &str = "session-a";
        const CREATED: i64 = 1_790_000_000_000;
        match self {
            Self::Sqlite { connection, .. } => {
                let transaction = connection.transaction()?;
                let mut insert = transaction
                    .prepare_cached("INSERT INTO events VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
                for (number, args) in (first..).zip(args) {
                    let row = params![number, number - 1, NAME, args, CLIENT, SESSION, CREATED];
                    insert.execute(row)?;
                }
                drop(insert);
                transaction.commit()?;
            }
            Self::Postgres { client, insert, .. } => {
                let count = args.len();
                let numbers: Vec<i64> = (first..).take(count).collect();
                let parents: Vec<i64> = (first - 1..).take(count).collect();
                let (names, clients) = (vec![NAME; count], vec![CLIENT; count]);
                let (sessions, created) = (vec![SESSION; count], vec![CREATED; count]);
                let row: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [
                    &numbers, &parents, &names, &args, &clients, &sessions, &created,
                ];
                client.execute(insert, &row).await?;
            }
        }
        Ok(())
    }

    /// Reads what was inserted in pages, without making anything of it.
    pub(super) async fn pages(&mut self) -> Result<f64, Failure> {
        let start = Instant::now();
        let mut count = 0;
        while count < EVENTS {
            let read = match self {
                Self::Sqlite { connection, .. } => {
                    let mut select = connection.prepare_cached(
                        "SELECT * FROM events WHERE store = 1 AND seq > ?1 ORDER BY seq LIMIT ?2",
                    )?;
                    let mut rows = select.query(params![count as i64, BATCH as i64])?;
                    let mut read = 0;
                    while rows.next()?.is_some() {
                        read += 1;
                    }
                    read
                }
                Self::Postgres { client, select, .. } => {
                    let (after, limit) = (count as i64, BATCH as i64);
                    client.query(select, &[&after, &limit]).await?.len() as u64
                }
            };
            if read == 0 {
                return Err(Failure::Server("the floor's table ends too early".into()));
            }
            count += read;
        }
        Ok(per_second(count, start))
    }
}
