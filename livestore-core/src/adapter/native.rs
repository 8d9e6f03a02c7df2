//! Files in a directory, the leader in a thread of its own.

mod check;
mod link;
mod place;

use std::{
    collections::HashMap,
    fmt,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, Weak},
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    channel::{
        mpsc::{TryRecvError, UnboundedReceiver, UnboundedSender, unbounded},
        oneshot,
    },
    future::Shared,
};

use self::{check::Check, link::Link, place::Place};
use super::{
    desk::{Desk, Seating},
    lock,
    runtime::{self, Clock},
};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId, StoreId},
    leader::{Input, StateFile},
    panic::text_of,
    store::{
        Adapter, AdapterError, Image, LinkFuture, LogArchive, Session, Setup, Wanted, WantedEvents,
    },
    sync::{SessionKey, Storage},
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

    /// Brings a log in, as that of a store which has no events yet and that nobody has open.
    ///
    /// # Errors
    /// When the store has events or is open, the id is invalid, or the files can't be written.
    pub fn import(&self, store_id: &str, log: &LogArchive) -> Result<(), AdapterError> {
        let id = StoreId::new(store_id).map_err(AdapterError::new)?;
        let place = Place::open(&place::folder(&self.directory, &id)?)?;
        let mut own = place.eventlog()?;
        if own.head().seq != SeqNum::ROOT {
            return Err(AdapterError::new(format_args!(
                "store `{store_id}` has events already"
            )));
        }
        log.copy_into(&mut own).map_err(AdapterError::new)
    }
}

/// How long nothing must have come to a leader that starts, before it does what can wait.
const START_UP: Duration = Duration::from_millis(100);
/// The most that waits for that, however much comes.
const LONGEST_START_UP: Duration = Duration::from_secs(1);

/// The leaders of this process, by the folders of their stores.
static LEADERS: LazyLock<Mutex<HashMap<PathBuf, Running>>> = LazyLock::new(Mutex::default);

/// A leader that runs, or has been told to end.
struct Running {
    leader: Weak<Handle>,
    /// Done when the leader's files are closed.
    ended: Shared<oneshot::Receiver<()>>,
}

impl Running {
    /// Returns the way to the leader, unless it is about to end.
    fn handle(&self) -> Option<Arc<Handle>> {
        let leader = self.leader.upgrade()?;
        // It takes no notes once its thread has panicked, whoever still has a way to it.
        (!leader.notes.is_closed()).then_some(leader)
    }
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
    /// A session is gone, behind what it has sent.
    Leave(SessionKey),
    Image(oneshot::Sender<Option<Image>>),
    Export(oneshot::Sender<Result<Vec<u8>, AdapterError>>),
    ExportDamaged(oneshot::Sender<Result<Option<Vec<u8>>, AdapterError>>),
    ForgetDamaged(oneshot::Sender<Result<(), AdapterError>>),
    Read {
        after: SeqNum,
        limit: usize,
        reply: oneshot::Sender<Result<Vec<EncodedEvent>, AdapterError>>,
    },
    Find {
        after: SeqNum,
        limit: usize,
        wanted: Wanted,
        reply: oneshot::Sender<Result<WantedEvents, AdapterError>>,
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
            Some(running) => match running.handle() {
                Some(leader) => return Ok(leader),
                None => Some(running.ended.clone()),
            },
            None => None,
        };
        match ended {
            Some(ended) => {
                if ended.clone().await.is_err() {
                    forget(&folder, &ended);
                }
            }
            None => break,
        }
    }
    start(directory, folder, setup)
}

/// Forgets a leader whose thread is gone without a word, or who comes next would wait for it for ever.
fn forget(folder: &Path, ended: &Shared<oneshot::Receiver<()>>) {
    let mut leaders = lock(&LEADERS);
    if leaders
        .get(folder)
        .is_some_and(|running| running.ended.ptr_eq(ended))
    {
        leaders.remove(folder);
    }
}

fn start(directory: &Path, folder: PathBuf, setup: Setup) -> Result<Arc<Handle>, AdapterError> {
    let mut leaders = lock(&LEADERS);
    if let Some(leader) = leaders.get(&folder).and_then(Running::handle) {
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
        clock: Clock::start(),
    };
    let (desk, driver) = Desk::open(place.eventlog()?, seating);
    let (notes, received) = unbounded();
    let (end, ended) = oneshot::channel();
    let seat = Arc::clone(&desk);
    let at = folder.clone();
    runtime::spawn(&name, move || {
        Box::pin(async move {
            let driver = driver.map(|driver| tokio::task::spawn_local(driver()));
            let led = AssertUnwindSafe(lead(&seat, received)).catch_unwind();
            if let Err(panic) = led.await {
                seat.give_up(&format_args!("its thread panicked: {}", text_of(&*panic)));
            }
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
/// nothing comes, the state is brought closer to the log, and looked through beside that.
async fn lead(desk: &Arc<Desk>, mut notes: UnboundedReceiver<Note>) {
    let mut idle = false;
    let mut check = None;
    let started = tokio::time::Instant::now();
    let mut starting = true;
    loop {
        starting = starting && started.elapsed() < LONGEST_START_UP;
        let first = if starting {
            match tokio::time::timeout(START_UP, notes.next()).await {
                Ok(first) => first,
                Err(_) => {
                    starting = false;
                    continue;
                }
            }
        } else if idle {
            notes.next().await
        } else {
            match notes.try_recv() {
                Ok(note) => Some(note),
                Err(TryRecvError::Closed) => None,
                Err(TryRecvError::Empty) => {
                    check = check.or_else(|| Check::start(desk));
                    idle = desk.catch_up();
                    runtime::breathe().await;
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
        runtime::breathe().await;
    }
    drop(check);
    // It is done, fails, or gets on each time.
    while !desk.bring_forward() {}
}

fn take_turn(desk: &Desk, first: Note, notes: &mut UnboundedReceiver<Note>) {
    let mut inputs = Vec::new();
    let mut next = Some(first);
    while let Some(note) = next {
        match note {
            Note::Input(input) => inputs.push(input),
            Note::Leave(session) => {
                desk.turn(inputs.drain(..));
                desk.remove_session(session);
                // What it was asked, another one is asked now.
                desk.turn([]);
            }
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
            Note::Find {
                after,
                limit,
                wanted,
                reply,
            } => drop(reply.send(desk.wanted_after(after, limit, &wanted))),
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

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
