//! Pokes: telling other processes which stores have moved, and hearing it from them.
//!
//! What moved is collected for a moment and told in one statement, outside of every append: a `NOTIFY`
//! takes a lock that all of the database's transactions with one share. Telling and hearing have one
//! connection of their own. While it is away, what is to be told waits, and when it is back everybody here
//! looks everywhere, once. A process that is gone may have left without telling its last: its name is
//! missing on the list of connections then, and everybody looks everywhere too.
//!
//! A statement whose answer was lost may have moved a store, or do so later: the database carries out what it was
//! asked for when nobody waits any more. Of such a store everybody is told again and again until that is over.

mod mailbox;
mod message;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{StreamExt, channel::mpsc, stream};
use livestore_core::event::StoreId;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_postgres::{AsyncMessage, Client, types::ToSql};
use uuid::Uuid;

use self::{mailbox::Mailbox, message::Message};
use super::connect::{CONNECT, Target};
use crate::storage::{Poke, Pokes};

const CHANNEL: &str = "livestore_pokes";
/// How long what moves is collected before it is told.
const COLLECT: Duration = Duration::from_millis(10);
/// How often is looked whether the connection lives and who else is there.
const LOOK: Duration = Duration::from_secs(5);
/// How long an answer may take before the connection is given up.
const ANSWER: Duration = Duration::from_secs(10);
/// For how long a statement whose answer was lost may still move its store: it was on its way, and then the
/// database lets it take half a minute.
const DOUBT: Duration = Duration::from_secs(120);
/// The pauses between attempts to connect.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(2)];
/// What the connections of all servers are called, before their own names.
const NAME: &str = "livestore-pokes ";

/// Tells and hears, as long as it is there.
pub(super) struct Poker {
    outgoing: Arc<Mailbox>,
    incoming: Arc<Mailbox>,
    doubts: Arc<Doubts>,
    task: JoinHandle<()>,
}

impl Poker {
    /// Starts to tell and hear.
    pub(super) fn start(target: Target) -> Self {
        let outgoing = Arc::new(Mailbox::default());
        let incoming = Arc::new(Mailbox::default());
        let doubts = Arc::new(Doubts::default());
        let line = Line {
            name: Uuid::now_v7().simple().to_string(),
            target,
            outgoing: Arc::clone(&outgoing),
            incoming: Arc::clone(&incoming),
            doubts: Arc::clone(&doubts),
        };
        Self {
            outgoing,
            incoming,
            doubts,
            task: tokio::spawn(line.keep()),
        }
    }

    /// Has the others told that a store moved.
    pub(super) fn moved(&self, store: &StoreId, head: u64) {
        self.outgoing.put(Poke::Store {
            store: store.clone(),
            head,
        });
    }

    /// Has everybody told, this process included, that a store may have moved, and again while it still may.
    pub(super) fn may_have_moved(&self, store: &StoreId, head: u64) {
        self.doubts.add(store, head);
        self.moved(store, head);
    }

    /// Waits until everything that moved has been told.
    pub(super) async fn told(&self) {
        self.outgoing.emptied().await;
    }

    /// What is heard, until this is dropped.
    pub(super) fn heard(&self) -> Pokes {
        let incoming = Arc::clone(&self.incoming);
        Box::pin(stream::unfold(incoming, async |incoming| {
            let poke = incoming.next().await?;
            Some((poke, incoming))
        }))
    }
}

impl Drop for Poker {
    fn drop(&mut self) {
        self.task.abort();
        self.incoming.close();
    }
}

/// The connection to tell and hear with.
struct Line {
    /// What tells this process from the others.
    name: String,
    target: Target,
    outgoing: Arc<Mailbox>,
    incoming: Arc<Mailbox>,
    doubts: Arc<Doubts>,
}

/// The stores that may have moved without anybody knowing, with a head, and until when they may.
#[derive(Debug, Default)]
struct Doubts(Mutex<HashMap<StoreId, (u64, Instant)>>);

impl Doubts {
    fn add(&self, store: &StoreId, head: u64) {
        let until = Instant::now() + DOUBT;
        self.lock().insert(store.clone(), (head, until));
    }

    /// Returns all of them, for the last time those that are over.
    fn look(&self) -> Vec<Poke> {
        let now = Instant::now();
        let mut stores = self.lock();
        let poke = |(store, (head, _)): (&StoreId, &(u64, Instant))| Poke::Store {
            store: store.clone(),
            head: *head,
        };
        let pokes = stores.iter().map(poke).collect();
        stores.retain(|_, (_, until)| *until > now);
        pokes
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StoreId, (u64, Instant)>> {
        // The map is whole whatever panicked while it was locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a connection is of no use any more.
type Lost = Box<dyn std::error::Error + Send + Sync>;

impl Line {
    /// Keeps a connection, however often it is lost.
    async fn keep(self) {
        let [mut pause, longest] = PAUSES;
        loop {
            let lost = match self.connect().await {
                Ok((client, heard)) => {
                    // Also for the first time: stores may be in use by now.
                    self.incoming.put(Poke::All);
                    pause = PAUSES[0];
                    self.serve(&client, heard).await
                }
                Err(lost) => lost,
            };
            tracing::warn!(
                database = self.target.place,
                reason = %lost,
                "no connection for pokes, trying again"
            );
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    /// Connects and listens; what is heard comes by the channel, which ends with the connection.
    async fn connect(&self) -> Result<(Client, mpsc::UnboundedReceiver<Message>), Lost> {
        let mut config = self.target.config.clone();
        config.application_name(format!("{NAME}{}", self.name));
        let connect = config.connect(self.target.tls.clone());
        let (client, mut connection) = timeout(CONNECT, connect).await??;
        let (put, heard) = mpsc::unbounded();
        let messages = stream::poll_fn(move |context| connection.poll_message(context));
        tokio::spawn(async move {
            let mut messages = std::pin::pin!(messages);
            // An error is the end; the reason does not matter to who finds the channel closed.
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(notification) = message {
                    // Whoever listened may have gone, and the connection goes with the client.
                    let _ = put.unbounded_send(Message::parse(notification.payload()));
                }
            }
        });
        let listen = client.batch_execute("LISTEN livestore_pokes");
        timeout(ANSWER, listen).await??;
        Ok((client, heard))
    }

    /// Tells and hears until the connection is lost.
    async fn serve(&self, client: &Client, heard: mpsc::UnboundedReceiver<Message>) -> Lost {
        // None of them waits for another: what is heard may be wanted at once.
        tokio::select! {
            lost = self.hear(heard) => lost,
            lost = self.tell(client) => lost,
            lost = self.look(client) => lost,
        }
    }

    async fn hear(&self, mut heard: mpsc::UnboundedReceiver<Message>) -> Lost {
        while let Some(message) = heard.next().await {
            if message.from != self.name {
                for poke in message.pokes {
                    self.incoming.put(poke);
                }
            }
        }
        "the connection was closed".into()
    }

    /// Tells the others what moved, everything that did in a while in one statement.
    async fn tell(&self, client: &Client) -> Lost {
        loop {
            self.outgoing.filled().await;
            sleep(COLLECT).await;
            // Stays if it can't be told, or if the connection ends meanwhile.
            let pokes = self.outgoing.take();
            let texts = message::texts(&self.name, &pokes);
            let values: [&(dyn ToSql + Sync); 2] = [&CHANNEL, &texts];
            let tell = client.execute(
                "SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text",
                &values,
            );
            match timeout(ANSWER, tell).await {
                Ok(Ok(_)) => pokes.done(),
                Ok(Err(lost)) => return lost.into(),
                Err(late) => return late.into(),
            }
        }
    }

    /// Finds out, over and over, who is there, and with that whether the connection is.
    async fn look(&self, client: &Client) -> Lost {
        let mut others = BTreeSet::new();
        loop {
            let there = match timeout(ANSWER, there(client)).await {
                Ok(Ok(there)) => there,
                Ok(Err(lost)) => return lost.into(),
                Err(late) => return late.into(),
            };
            for poke in self.doubts.look() {
                self.outgoing.put(poke.clone());
                self.incoming.put(poke);
            }
            if !others.is_subset(&there) {
                self.incoming.put(Poke::All);
            }
            others = there;
            sleep(LOOK).await;
        }
    }
}

/// The names of the connections that tell and hear.
async fn there(client: &Client) -> Result<BTreeSet<String>, tokio_postgres::Error> {
    let list = "SELECT application_name FROM pg_stat_activity
        WHERE datname = current_database() AND starts_with(application_name, $1)";
    let rows = client.query(list, &[&NAME]).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}
