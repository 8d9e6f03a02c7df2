//! The command line: what can be said, and who does it.

mod events;
mod failure;
mod look;
mod options;
mod place;
mod serve;
mod transfer;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use livestore_core::event::StoreId;
use livestore_server::storage::EventStore;

use self::{failure::Failure, options::Options};

/// The sync backend of LiveStore.
///
/// Without a command it serves. Every option can be given on the command line, in the environment, or in a
/// TOML file under the same name; the first of these counts.
#[derive(Debug, Parser)]
#[command(
    name = "livestore-server",
    version,
    args_conflicts_with_subcommands = false
)]
pub(crate) struct Cli {
    /// Read options from this TOML file.
    #[arg(long, global = true, env = "LIVESTORE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve.
    Serve,
    /// Write a store's events as JSON lines.
    Export {
        #[command(flatten)]
        store: Named,
        /// Write to this file instead of the standard output.
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Read a store's events from JSON lines.
    ///
    /// The store gets an identity of its own: clients that have synced with the old one start anew. That is what
    /// has to be after a loss, as they may know events that the export does not have.
    Import {
        #[command(flatten)]
        store: Named,
        /// Read from this file instead of the standard input.
        input: Option<PathBuf>,
        /// Keep the identity the store had, so that its clients go on: only for an export with everything that
        /// was ever synced, as when a stopped server's stores are moved.
        #[arg(long, conflicts_with = "go_on")]
        keep_identity: bool,
        /// Go on behind the events that are there, instead of asking for an empty store.
        #[arg(long = "continue")]
        go_on: bool,
    },
    /// Show events as they come.
    Tail {
        #[command(flatten)]
        store: Named,
        /// Ask a running server (`ws://`, `wss://`) instead of looking into the storage.
        #[arg(long)]
        url: Option<String>,
        /// What to show the server for its authorization, as JSON.
        #[arg(long, value_name = "JSON", requires = "url")]
        payload: Option<String>,
        /// Start behind this event; by default with what comes next.
        #[arg(long, value_name = "NUMBER")]
        after: Option<u64>,
        /// Stop at the end of what is there.
        #[arg(long)]
        no_follow: bool,
    },
    /// Show what is known of a store, or which stores there are.
    Inspect {
        /// The store.
        store: Option<String>,
    },
    /// Empty a store for good; its clients lose what they have not pushed.
    Reset {
        #[command(flatten)]
        store: Named,
        /// Yes, empty it.
        #[arg(long)]
        yes: bool,
    },
}

/// The store a command is about.
#[derive(Debug, Args)]
struct Named {
    /// The store.
    store: String,
}

impl Named {
    fn id(&self) -> Result<StoreId, Failure> {
        Ok(StoreId::new(&self.store)?)
    }
}

/// Ends a command that may have changed something, whatever became of it: servers on the same database are told.
async fn tell(storage: &dyn EventStore, done: Result<(), Failure>) -> Result<(), Failure> {
    let told = storage.flush().await;
    done?;
    Ok(told?)
}

/// Does what was asked for.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let options = cli.options.with_file(cli.config.as_deref())?;
    let json = options.json.unwrap_or(false);
    options::start_logging(&options, matches!(cli.command, None | Some(Command::Serve)))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("the runtime", &error))?;
    runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::serve(&options).await,
            Command::Export { store, output } => {
                let storage = place::open(&options).await?;
                transfer::export(&*storage, &store.id()?, output.as_deref()).await
            }
            Command::Import {
                store,
                input,
                keep_identity,
                go_on,
            } => {
                let storage = place::open(&options).await?;
                let import_as = transfer::ImportAs {
                    keep_identity,
                    go_on,
                };
                let store = store.id()?;
                let done = transfer::import(&*storage, &store, input.as_deref(), import_as).await;
                tell(&*storage, done).await
            }
            Command::Tail {
                store,
                url,
                payload,
                after,
                no_follow,
            } => {
                let from = look::From { after, no_follow };
                match url {
                    Some(url) => {
                        // Clients stay on one thread.
                        let tail = look::tail_server(url, payload, store.id()?, from, json);
                        tokio::task::LocalSet::new().run_until(tail).await
                    }
                    None => {
                        let storage = place::open(&options).await?;
                        look::tail(&*storage, &store.id()?, from, json).await
                    }
                }
            }
            Command::Inspect { store } => {
                let storage = place::open(&options).await?;
                match store {
                    Some(store) => look::inspect(&*storage, &StoreId::new(&store)?, json).await,
                    None => look::list(&*storage, json).await,
                }
            }
            Command::Reset { store, yes } => {
                if !yes {
                    return Err(Failure::NotSure);
                }
                let storage = place::open(&options).await?;
                let done = look::reset(&*storage, &store.id()?, json).await;
                tell(&*storage, done).await
            }
        }
    })
}
