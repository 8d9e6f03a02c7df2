//! The options: on the command line, in the environment, in a file.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::failure::Failure;

/// Declares the options once, for all three places they can be given in.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = [$($arg:tt)*];)*) => {
        /// What can be set; everything has a default.
        #[derive(Args, Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub(crate) struct Options {
            $($(#[$doc])* #[arg(long, global = true, $($arg)*)] pub(crate) $name: Option<$kind>,)*
        }

        impl Options {
            fn or(self, other: Self) -> Self {
                Self { $($name: self.$name.or(other.$name),)* }
            }
        }
    };
}

options! {
    /// Listen on this address and port [default: 127.0.0.1:8787].
    listen: String = [env = "LIVESTORE_LISTEN", value_name = "ADDRESS"];
    /// Keep events here: `sqlite:FOLDER`, `postgres://…` or `memory:` [default: sqlite:./data].
    storage: String = [env = "LIVESTORE_STORAGE", value_name = "WHERE", hide_env_values = true];
    /// Serve the built app in this folder where nobody wants to sync.
    app: PathBuf = [env = "LIVESTORE_APP", value_name = "FOLDER"];
    /// Let pages of these origins connect, beside the server's own; `*` for all.
    origins: Vec<String> = [env = "LIVESTORE_ORIGINS", value_name = "ORIGIN", value_delimiter = ',', num_args = 1];
    /// Serve by TLS, with the certificate chain in this PEM file.
    tls_cert: PathBuf = [env = "LIVESTORE_TLS_CERT", value_name = "FILE"];
    /// The key of the certificate, a PEM file.
    tls_key: PathBuf = [env = "LIVESTORE_TLS_KEY", value_name = "FILE"];
    /// Ask for tokens signed with the secret in this file (HS256).
    jwt_secret_file: PathBuf = [env = "LIVESTORE_JWT_SECRET_FILE", value_name = "FILE"];
    /// Ask for tokens signed with this secret (HS256); better in a file or the environment.
    jwt_secret: String = [env = "LIVESTORE_JWT_SECRET", value_name = "SECRET", hide_env_values = true];
    /// Ask for tokens signed with the key to this public one, a PEM file (RS256, ES256).
    jwt_public_key: PathBuf = [env = "LIVESTORE_JWT_PUBLIC_KEY", value_name = "FILE"];
    /// Ask for tokens for this audience.
    jwt_audience: String = [env = "LIVESTORE_JWT_AUDIENCE", value_name = "NAME"];
    /// Ask for tokens by this issuer.
    jwt_issuer: String = [env = "LIVESTORE_JWT_ISSUER", value_name = "NAME"];
    /// Take where clients are from the last entry of `x-forwarded-for`: all requests come through a proxy.
    behind_proxy: bool = [env = "LIVESTORE_BEHIND_PROXY", num_args = 0..=1, default_missing_value = "true"];
    /// The most connections.
    max_connections: usize = [env = "LIVESTORE_MAX_CONNECTIONS", value_name = "COUNT"];
    /// The most connections to one store.
    max_connections_per_store: usize = [env = "LIVESTORE_MAX_CONNECTIONS_PER_STORE", value_name = "COUNT"];
    /// The most connections from one address.
    max_connections_per_address: usize = [env = "LIVESTORE_MAX_CONNECTIONS_PER_ADDRESS", value_name = "COUNT"];
    /// The most stores in use at once.
    max_active_stores: usize = [env = "LIVESTORE_MAX_ACTIVE_STORES", value_name = "COUNT"];
    /// The most bytes of a message.
    max_message_bytes: usize = [env = "LIVESTORE_MAX_MESSAGE_BYTES", value_name = "BYTES"];
    /// The most bytes of an event.
    max_event_bytes: usize = [env = "LIVESTORE_MAX_EVENT_BYTES", value_name = "BYTES"];
    /// The most events of a push.
    max_batch_events: usize = [env = "LIVESTORE_MAX_BATCH_EVENTS", value_name = "COUNT"];
    /// The most frames per second of a connection.
    max_frames_per_second: u32 = [env = "LIVESTORE_MAX_FRAMES_PER_SECOND", value_name = "COUNT"];
    /// The most requests per second over HTTP from one address; 0 for no limit [default: 1000].
    max_http_requests_per_second: u32 = [env = "LIVESTORE_MAX_HTTP_REQUESTS_PER_SECOND", value_name = "COUNT"];
    /// How many seconds connections have to end when the server stops.
    shutdown_timeout: u64 = [env = "LIVESTORE_SHUTDOWN_TIMEOUT", value_name = "SECONDS"];
    /// End when the standard input does: whoever started the server has ended.
    end_with_input: bool = [env = "LIVESTORE_END_WITH_INPUT", num_args = 0..=1, default_missing_value = "true"];
    /// What to log, as in `info,livestore_server=debug` [default: info; warn for commands].
    log: String = [env = "LIVESTORE_LOG", value_name = "FILTER"];
    /// How to log: `text` or `json`.
    log_format: String = [env = "LIVESTORE_LOG_FORMAT", value_name = "FORMAT"];
    /// Write results as JSON.
    json: bool = [num_args = 0..=1, default_missing_value = "true"];
}

impl Options {
    /// Adds what a file says and the command line and the environment do not.
    pub(crate) fn with_file(self, file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            return Ok(self);
        };
        let failed = |reason: String| Failure::Config {
            file: file.display().to_string(),
            reason,
        };
        let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let from_file = toml::from_str(&text).map_err(|error| failed(error.to_string()))?;
        Ok(self.or(from_file))
    }
}

/// Starts to log, to the standard error.
pub(crate) fn start_logging(options: &Options, serves: bool) -> Result<(), Failure> {
    let filter = options
        .log
        .as_deref()
        .unwrap_or(if serves { "info" } else { "warn" });
    let filter = EnvFilter::try_new(filter).map_err(|error| Failure::option("log", error))?;
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match options.log_format.as_deref() {
        None | Some("text") => logger.init(),
        Some("json") => logger.json().init(),
        Some(other) => {
            let reason = format!("`{other}` is neither `text` nor `json`");
            return Err(Failure::option("log-format", reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{super::Cli, Options};

    #[test]
    fn what_the_command_line_says_counts_more_than_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("config.toml");
        let text =
            "listen = \"0.0.0.0:1\"\nmax-connections = 7\norigins = [\"https://a.example\"]\n";
        std::fs::write(&file, text).expect("it can be written");
        let cli = Cli::parse_from(["livestore-server", "--listen", "127.0.0.1:2"]);
        let options = cli.options.with_file(Some(&file)).expect("it can be read");
        assert_eq!(options.listen.as_deref(), Some("127.0.0.1:2"));
        assert_eq!(options.max_connections, Some(7));
        assert_eq!(
            options.origins.as_deref(),
            Some(&["https://a.example".to_owned()][..])
        );
    }

    #[test]
    fn a_misspelt_name_in_the_file_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "lisen = \"x\"\n").expect("it can be written");
        let error = Options::default()
            .with_file(Some(&file))
            .expect_err("it is misspelt");
        assert!(error.to_string().contains("lisen"), "{error}");
    }
}
