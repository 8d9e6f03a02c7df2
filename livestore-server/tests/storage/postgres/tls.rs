//! Encrypted connections, and servers that are not who they should be.

use livestore_server::storage::{EventStore, PostgresOptions, PostgresStore, StorageError};
use livestore_test_postgres::Cluster;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::events::store;

/// A server with a certificate for `localhost`, and the file of the authority that signed it.
struct Encrypted {
    cluster: Cluster,
    authority: TempDir,
}

impl Encrypted {
    fn start() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let own_key = KeyPair::generate().unwrap();
        let own = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let own = own.signed_by(&own_key, &issuer).unwrap();

        let authority = tempfile::tempdir().unwrap();
        std::fs::write(authority.path().join("root.pem"), root.pem()).unwrap();
        let cluster = Cluster::start_with_tls(&own.pem(), &own_key.serialize_pem());
        Self { cluster, authority }
    }

    fn options(&self, host: &str, mode: &str) -> PostgresOptions {
        let port = self.cluster.port().unwrap();
        PostgresOptions::new(format!(
            "postgres://postgres@{host}:{port}/postgres?sslmode={mode}&hostaddr=127.0.0.1"
        ))
    }

    fn trusting(&self, host: &str, mode: &str) -> PostgresOptions {
        self.options(host, mode)
            .root_certificates(self.authority.path().join("root.pem"))
    }

    /// How many of the engine's connections are encrypted, and how many are not.
    async fn connections(&self) -> (i64, i64) {
        let address = self.cluster.address("postgres");
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        let row = client
            .query_one(
                "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                 WHERE application_name = 'livestore-server'",
                &[],
            )
            .await
            .unwrap();
        (row.get(0), row.get(1))
    }
}

fn assert_refused(outcome: Result<PostgresStore, StorageError>, why: &str) {
    let error = outcome.expect_err("somebody else was let pass");
    assert!(matches!(error, StorageError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_encrypted_as_the_address_says_and_impostors_refused() {
    let server = Encrypted::start();
    let connect = PostgresStore::connect;

    // Whoever it is, if nobody has to prove anything.
    for (host, mode, expected) in [
        ("localhost", "disable", (0, 1)),
        ("localhost", "prefer", (1, 0)),
        ("wrong.example", "prefer", (1, 0)),
    ] {
        let engine = connect(server.options(host, mode)).await.unwrap();
        engine.open(&store("s")).await.unwrap();
        assert_eq!(server.connections().await, expected, "{host} {mode}");
        drop(engine);
        while server.connections().await != (0, 0) {
            tokio::task::yield_now().await;
        }
    }

    let engine = connect(server.trusting("localhost", "require"))
        .await
        .unwrap();
    engine.open(&store("s")).await.unwrap();
    assert_eq!(server.connections().await, (1, 0));

    // An authority that this system does not know, and a name that the certificate does not have.
    assert_refused(
        connect(server.options("localhost", "require")).await,
        "UnknownIssuer",
    );
    for mode in ["require", "prefer"] {
        let options = server.trusting("wrong.example", mode);
        assert_refused(connect(options).await, "not valid for name");
    }
}
