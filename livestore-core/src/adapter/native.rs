//! Files in a directory, the leader in a thread of its own.

mod place;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, Weak},
};

use futures::{
    FutureExt, StreamExt,
    channel::{
        mpsc::{TryRecvError, UnboundedReceiver, UnboundedSender, unbounded},
        oneshot,
    },
    future::Shared,
};

use self::place::Place;
use super::{
    desk::{Desk, Seating},
    lock, runtime,
};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId},
    leader::{Input, StateFile},
    store::{Adapter, AdapterError, Image, Inbox, LeaderLink, LinkFuture, Session, Setup},
    sync::{SessionKey, Storage, ToLeader},
};

/// Keeps stores in a directory, for native programs: command lines, servers, desktop apps.
///
/// A store is a folder in it, with the eventlog and the state as SQLite databases. Each store has one
/// leader, in a thread of its own: the sessions that this process opens share it, and another process
/// is refused while it runs. It would have to be told of every change, which needs a channel between
/// processes; programs that want that run a sync backend beside them instead.
///
/// Listeners are called in the thread of the leader, or in that of who commits: they must not wait for
/// the store.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::{adapter::Native, prelude::*};
/// # let dir = std::env::temp_dir().join(format!("livestore-doc-{}", new_id()));
/// # let schema = Schema::builder().build()?;
/// let store = Store::builder(schema).adapter(Native::file(&dir)).open("my-app").await?;
/// store.shutdown().await?;
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Native {
    directory: PathBuf,
}

impl Native {
    /// Keeps stores in this directory, which is made if it is not there.
    pub fn file(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

/// The leaders of this process, by the folders of their stores.
static LEADERS: LazyLock<Mutex<HashMap<PathBuf, Running>>> = LazyLock::new(Mutex::default);

/// A leader that runs, or has been told to end.
struct Running {
    leader: Weak<Handle>,
    /// Done when the leader's files are closed.
    ended: Shared<oneshot::Receiver<()>>,
}

/// The way to a leader's thread; when the last is dropped, the thread ends.
struct Handle {
    desk: Arc<Desk>,
    notes: UnboundedSender<Note>,
    client_id: ClientId,
    /// Done when the leader's files are closed.
    ended: Shared<oneshot::Receiver<()>>,
}

/// What the leader's thread is asked for.
enum Note {
    Input(Input),
    Image(oneshot::Sender<Option<Image>>),
    Export(oneshot::Sender<Result<Vec<u8>, AdapterError>>),
    ExportDamaged(oneshot::Sender<Result<Option<Vec<u8>>, AdapterError>>),
    ForgetDamaged(oneshot::Sender<Result<(), AdapterError>>),
    Read {
        after: SeqNum,
        limit: usize,
        reply: oneshot::Sender<Result<Vec<EncodedEvent>, AdapterError>>,
    },
}

impl Adapter for Native {
    fn connect(self: Box<Self>, setup: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(async move {
            let leader = find_or_start(&self.directory, setup).await?;
            let (reply, image) = oneshot::channel();
            leader.send(Note::Image(reply));
            Ok(Session {
                client_id: leader.client_id.clone(),
                session_id: SessionId::random(),
                image: image.await.unwrap_or_default(),
                leader: Box::new(Link {
                    key: leader.desk.new_session(),
                    leader,
                }),
            })
        })
    }
}

/// Returns the leader of a store: the one there is, or a new one once the last has closed its files.
async fn find_or_start(directory: &Path, setup: Setup) -> Result<Arc<Handle>, AdapterError> {
    let folder = place::folder(directory, &setup.store)?;
    loop {
        let ended = match lock(&LEADERS).get(&folder) {
            Some(running) => match running.leader.upgrade() {
                Some(leader) => return Ok(leader),
                None => Some(running.ended.clone()),
            },
            None => None,
        };
        match ended {
            // An error means that the thread is gone without a word, which is an end too.
            Some(ended) => {
                let _ = ended.await;
            }
            None => break,
        }
    }
    start(directory, folder, setup)
}

fn start(directory: &Path, folder: PathBuf, setup: Setup) -> Result<Arc<Handle>, AdapterError> {
    let mut leaders = lock(&LEADERS);
    if let Some(leader) = leaders
        .get(&folder)
        .and_then(|running| running.leader.upgrade())
    {
        return Ok(leader);
    }
    let place = Place::open(&folder)?;
    let client_id = place::client_id(directory)?;
    let Setup {
        store,
        schema,
        sync,
    } = setup;
    let name = format!("livestore-{store}");
    let seating = Seating {
        store,
        client: client_id.clone(),
        schema,
        state: StateFile::File(place.state()),
        storage: Storage::Persistent,
        sync,
    };
    let (desk, driver) = Desk::open(place.eventlog()?, seating);
    let (notes, received) = unbounded();
    let (end, ended) = oneshot::channel();
    let seat = Arc::clone(&desk);
    let at = folder.clone();
    runtime::spawn(&name, move || {
        Box::pin(async move {
            let driver = driver.map(|driver| tokio::task::spawn_local(driver()));
            lead(&seat, received).await;
            drop(seat.close());
            drop(driver);
            drop(place);
            lock(&LEADERS).remove(&at);
            // Nobody may be waiting.
            let _ = end.send(());
        })
    })
    .map_err(AdapterError::new)?;
    let ended = ended.shared();
    let leader = Arc::new(Handle {
        desk,
        notes,
        client_id,
        ended: ended.clone(),
    });
    leaders.insert(
        folder,
        Running {
            leader: Arc::downgrade(&leader),
            ended,
        },
    );
    Ok(leader)
}

/// Takes turns until nobody is left to send notes, everything that came meanwhile in one turn. While
/// nothing comes, the state is brought closer to the log.
async fn lead(desk: &Desk, mut notes: UnboundedReceiver<Note>) {
    let mut idle = false;
    loop {
        let first = if idle {
            notes.next().await
        } else {
            match notes.try_recv() {
                Ok(note) => Some(note),
                Err(TryRecvError::Closed) => None,
                Err(TryRecvError::Empty) => {
                    idle = desk.catch_up();
                    tokio::task::yield_now().await;
                    continue;
                }
            }
        };
        let Some(first) = first else {
            break;
        };
        take_turn(desk, first, &mut notes);
        idle = false;
        // The driver has the same thread.
        tokio::task::yield_now().await;
    }
    while !desk.catch_up() {}
}

fn take_turn(desk: &Desk, first: Note, notes: &mut UnboundedReceiver<Note>) {
    let mut inputs = Vec::new();
    let mut next = Some(first);
    while let Some(note) = next {
        match note {
            Note::Input(input) => inputs.push(input),
            // Whoever asked may have gone.
            Note::Image(reply) => drop(reply.send(desk.image())),
            Note::Export(reply) => drop(reply.send(desk.export_log())),
            Note::ExportDamaged(reply) => drop(reply.send(desk.damaged_log())),
            Note::ForgetDamaged(reply) => drop(reply.send(desk.forget_damaged_log())),
            Note::Read {
                after,
                limit,
                reply,
            } => drop(reply.send(desk.events_after(after, limit))),
        }
        next = notes.try_recv().ok();
    }
    if !inputs.is_empty() {
        desk.turn(inputs);
    }
}

impl Handle {
    fn send(&self, note: Note) {
        // The thread outlives the handles.
        let _ = self.notes.unbounded_send(note);
    }
}

/// The way from a session to the leader's thread.
struct Link {
    leader: Arc<Handle>,
    key: SessionKey,
}

impl LeaderLink for Link {
    fn start(&mut self, inbox: Inbox) {
        self.leader
            .desk
            .add_session(self.key, move |message| inbox.deliver(message));
    }

    fn send(&mut self, message: ToLeader) {
        self.leader
            .send(Note::Input(Input::Session(self.key, message)));
    }

    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        self.ask(|reply| Note::Read {
            after,
            limit,
            reply,
        })
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        self.ask(Note::Export)
    }

    fn export_damaged_log(&self) -> LinkFuture<Result<Option<Vec<u8>>, AdapterError>> {
        self.ask(Note::ExportDamaged)
    }

    fn forget_damaged_log(&self) -> LinkFuture<Result<(), AdapterError>> {
        self.ask(Note::ForgetDamaged)
    }

    fn closed(&self) -> LinkFuture<()> {
        let leader = Arc::downgrade(&self.leader);
        let ended = self.leader.ended.clone();
        Box::pin(async move {
            if leader.upgrade().is_none() {
                // An error means that the thread is gone without a word, which is an end too.
                let _ = ended.await;
            }
        })
    }
}

impl Link {
    /// Sends a note that the leader replies to.
    fn ask<T: Send + 'static>(
        &self,
        note: impl FnOnce(oneshot::Sender<Result<T, AdapterError>>) -> Note,
    ) -> LinkFuture<Result<T, AdapterError>> {
        let (reply, answer) = oneshot::channel();
        self.leader.send(note(reply));
        let gone = || Err(AdapterError::new("the leader is gone"));
        Box::pin(answer.map(move |answer| answer.unwrap_or_else(|_| gone())))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.leader.desk.remove_session(self.key);
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
