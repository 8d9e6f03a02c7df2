//! Several stores in one app: opened when they are wanted, closed when nobody has wanted them for a while.

use std::{
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use futures::{FutureExt, future::Shared};

use super::{lock, runtime};
use crate::{
    error::{Error, Result},
    store::{LinkFuture, Store},
};

/// How long a store that nobody holds stays open, unless it is said otherwise.
const IDLE: Duration = Duration::from_secs(60);

type Opening = Shared<LinkFuture<Result<Store, Arc<Error>>>>;
type Opener = dyn Fn(&str) -> LinkFuture<Result<Store>> + Send + Sync;

/// The stores of an app that has several, by their ids: one for a workspace, a document, a thread.
///
/// Whoever [gets](Self::get) a store holds it open; it is shut down once nobody has held it for the idle time. A
/// clone is the same registry.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::{adapter::StoreRegistry, prelude::*};
/// # let schema = Schema::builder().build()?;
/// let memory = Memory::new();
/// let stores = StoreRegistry::new(move |id| {
///     let opening = Store::builder(schema.clone()).adapter(memory.clone());
///     let id = id.to_owned();
///     Box::pin(async move { opening.open(&id).await })
/// });
/// let thread = stores.get("thread-1").await?;
/// assert_eq!(thread.id().as_str(), "thread-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct StoreRegistry {
    inner: Arc<Inner>,
}

struct Inner {
    open: Box<Opener>,
    idle: Option<Duration>,
    stores: Mutex<Stores>,
}

#[derive(Default)]
struct Stores {
    entries: HashMap<String, Entry>,
    /// Rises whenever somebody gets a store.
    gets: u64,
}

struct Entry {
    opening: Opening,
    /// The get that it was made for: tells it from a later entry of the same store.
    made: u64,
    /// The get that was the last, so that a timer knows whether it was wanted since.
    wanted: u64,
    /// How many hold it.
    held: usize,
}

/// A store that stays open as long as this is kept.
pub struct HeldStore {
    store: Store,
    hold: Hold,
}

/// One hold on an entry, given up on drop.
struct Hold {
    id: String,
    made: u64,
    registry: Weak<Inner>,
}

impl StoreRegistry {
    /// Makes a registry that opens stores so.
    pub fn new(open: impl Fn(&str) -> LinkFuture<Result<Store>> + Send + Sync + 'static) -> Self {
        Self::with_idle(Box::new(open), Some(IDLE))
    }

    /// Sets how long a store stays open that nobody holds; one minute by default, `None` for as long as the
    /// registry is kept. To be called before a store is got.
    pub fn idle(self, time: impl Into<Option<Duration>>) -> Self {
        match Arc::try_unwrap(self.inner) {
            Ok(inner) => Self::with_idle(inner.open, time.into()),
            // It has been handed out already, and keeps what it has.
            Err(inner) => Self { inner },
        }
    }

    fn with_idle(open: Box<Opener>, idle: Option<Duration>) -> Self {
        Self {
            inner: Arc::new(Inner {
                open,
                idle,
                stores: Mutex::default(),
            }),
        }
    }

    /// Gets a store, which is opened if it is not open yet; all who ask meanwhile get the same.
    ///
    /// # Errors
    /// When it can't be opened. The next call tries again.
    pub async fn get(&self, id: &str) -> Result<HeldStore, Arc<Error>> {
        let (opening, hold) = {
            let mut stores = lock(&self.inner.stores);
            stores.gets += 1;
            let get = stores.gets;
            let entry = stores.entries.entry(id.to_owned()).or_insert_with(|| {
                let opening = (self.inner.open)(id).map(|opened| opened.map_err(Arc::new));
                Entry {
                    opening: opening.boxed().shared(),
                    made: get,
                    wanted: get,
                    held: 0,
                }
            });
            entry.held += 1;
            entry.wanted = get;
            let hold = Hold {
                id: id.to_owned(),
                made: entry.made,
                registry: Arc::downgrade(&self.inner),
            };
            (entry.opening.clone(), hold)
        };
        match opening.await {
            Ok(store) => Ok(HeldStore { store, hold }),
            Err(error) => {
                let entries = &mut lock(&self.inner.stores).entries;
                if entries.get(id).is_some_and(|entry| entry.made == hold.made) {
                    entries.remove(id);
                }
                Err(error)
            }
        }
    }

    /// Opens a store before it is wanted; it stays open for the idle time.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn preload(&self, id: &str) -> Result<(), Arc<Error>> {
        self.get(id).await.map(drop)
    }

    /// Returns the ids of the stores that are open or being opened, sorted.
    pub fn open_ids(&self) -> Vec<String> {
        let mut ids: Vec<_> = lock(&self.inner.stores).entries.keys().cloned().collect();
        ids.sort_unstable();
        ids
    }
}

impl Inner {
    /// One holds it less; nobody any more, and it is shut down after the idle time.
    fn release(self: &Arc<Self>, hold: &Hold) {
        let mut stores = lock(&self.stores);
        let Some(entry) = stores.of(hold) else {
            return;
        };
        entry.held -= 1;
        let (Some(idle), 0) = (self.idle, entry.held) else {
            return;
        };
        let (registry, id, wanted) = (Arc::downgrade(self), hold.id.clone(), entry.wanted);
        drop(stores);
        let waiting = move || -> runtime::LocalTask {
            Box::pin(async move {
                runtime::sleep(idle).await;
                let Some(unwanted) = registry
                    .upgrade()
                    .and_then(|all| all.take_unwanted(&id, wanted))
                else {
                    return;
                };
                if let Ok(store) = unwanted.await
                    && let Err(error) = store.shutdown().await
                {
                    tracing::error!(store = id, %error, "a store that nobody wanted was shut down");
                }
            })
        };
        if let Err(error) = runtime::spawn("livestore-idle", waiting) {
            tracing::warn!(%error, "a store that nobody wants stays open");
        }
    }

    fn take_unwanted(&self, id: &str, wanted: u64) -> Option<Opening> {
        let entries = &mut lock(&self.stores).entries;
        let entry = entries.get(id)?;
        if entry.held > 0 || entry.wanted != wanted {
            return None;
        }
        entries.remove(id).map(|entry| entry.opening)
    }
}

impl Stores {
    /// Returns the entry that a hold is on, if it is still there.
    fn of(&mut self, hold: &Hold) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(&hold.id)?;
        (entry.made == hold.made).then_some(entry)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.release(self);
        }
    }
}

impl Deref for HeldStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Clone for HeldStore {
    fn clone(&self) -> Self {
        let hold = Hold {
            id: self.hold.id.clone(),
            made: self.hold.made,
            registry: Weak::clone(&self.hold.registry),
        };
        if let Some(registry) = hold.registry.upgrade()
            && let Some(entry) = lock(&registry.stores).of(&hold)
        {
            entry.held += 1;
        }
        Self {
            store: self.store.clone(),
            hold,
        }
    }
}

impl fmt::Debug for HeldStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

impl fmt::Debug for StoreRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreRegistry")
            .field("open", &self.open_ids())
            .finish_non_exhaustive()
    }
}
