//! Opening a store: find the leader, replay its log, start.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex},
    task::Poll,
};

use super::{
    Adapter, Inbox, Session, Setup, Shared, Store, StoreStatus, SyncSetup, core::Core, lend::Link,
    receipt::Progress, receive::Listeners,
};
use crate::{
    error::{Error, Result},
    event::{EncodedEvent, Place, StoreId},
    reactive::Watch,
    schema::{Schema, UnknownEvents},
    state::State,
    sync::{InitialSyncProgress, Rejected, SessionProcessor, SyncBackend, SyncOptions, SyncStatus},
};

/// How far a store is with opening.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BootStatus {
    /// Looking for the leader.
    Loading,
    /// Rebuilding the state from the log.
    Replaying {
        /// The synced events replayed so far.
        done: u64,
        /// The synced events in the log.
        total: u64,
    },
    /// Waiting for what the backend has.
    Syncing {
        /// The events pulled so far.
        done: u64,
        /// The events there are, if the backend said.
        total: Option<u64>,
    },
    /// Open.
    Ready,
    /// Not opened.
    Failed {
        /// What failed.
        reason: Arc<str>,
    },
}

impl fmt::Display for BootStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loading => f.write_str("Loading…"),
            Self::Replaying { done, total } => write!(f, "Replaying {done} of {total} events…"),
            Self::Syncing {
                done,
                total: Some(total),
            } => write!(f, "Syncing {done} of {total} events…"),
            Self::Syncing { done, total: None } => write!(f, "Syncing, {done} events so far…"),
            Self::Ready => f.write_str("Ready"),
            Self::Failed { reason } => write!(f, "Failed: {reason}"),
        }
    }
}

/// Opens a store; made by [`Store::builder`].
pub struct StoreBuilder {
    schema: Schema,
    adapter: Option<Box<dyn Adapter>>,
    backend: Option<Box<dyn SyncBackend>>,
    sync_options: SyncOptions,
    listeners: Listeners,
}

impl fmt::Debug for StoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreBuilder")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl StoreBuilder {
    pub(super) fn new(schema: Schema) -> Self {
        Self {
            schema,
            adapter: None,
            backend: None,
            sync_options: SyncOptions::default(),
            listeners: Listeners::default(),
        }
    }

    /// Says where the data lives and where the leader runs.
    pub fn adapter(mut self, adapter: impl Adapter) -> Self {
        self.adapter = Some(Box::new(adapter));
        self
    }

    /// Syncs with a backend. A session that comes to a leader which is there already syncs as that
    /// one does.
    pub fn sync(mut self, backend: impl SyncBackend) -> Self {
        self.backend = Some(Box::new(backend));
        self
    }

    /// Sets how to sync; nothing without a backend.
    pub fn sync_options(mut self, options: SyncOptions) -> Self {
        self.sync_options = options;
        self
    }

    /// Calls a listener with each step of the boot.
    pub fn on_boot_status(mut self, listener: impl FnMut(BootStatus) + Send + 'static) -> Self {
        self.listeners.boot = Some(Box::new(listener));
        self
    }

    /// Calls a listener with each event of this client that was taken out of the log for good: the
    /// backend rejected it, or it no longer fits where a rebase put it.
    ///
    /// The receipt of its commit says so too; this is for events committed before the last start.
    pub fn on_rejected(mut self, listener: impl FnMut(&Rejected) + Send + 'static) -> Self {
        self.listeners.rejected = Some(Box::new(listener));
        self
    }

    /// Calls a listener with the events that no backend has seen when the log is emptied, because the
    /// backend is another one and [`OnBackendMismatch::Reset`](crate::sync::OnBackendMismatch::Reset)
    /// says so. Client-only events are among them.
    ///
    /// They are kept until a session with such a listener has had them, over restarts too; of several
    /// sessions one is called. It may be called more than once, each time with other events; with the same
    /// ones only if the program dies before it is noted that it was called.
    pub fn on_backend_reset(
        mut self,
        listener: impl FnMut(Vec<EncodedEvent>) + Send + 'static,
    ) -> Self {
        self.listeners.reset = Some(Box::new(listener));
        self
    }

    /// Opens the store of that id.
    ///
    /// # Errors
    /// When the id is invalid, no adapter was given, the adapter finds no leader, or the log cannot be
    /// replayed.
    pub async fn open(mut self, store_id: &str) -> Result<Store> {
        match self.try_open(store_id).await {
            Ok(store) => {
                store.shared.end_boot(BootStatus::Ready);
                Ok(store)
            }
            Err(error) => {
                let reason = error.to_string().into();
                self.tell(BootStatus::Failed { reason });
                Err(error)
            }
        }
    }

    async fn try_open(&mut self, store_id: &str) -> Result<Store> {
        let id = StoreId::new(store_id)?;
        let failed = |reason: String| Error::Boot {
            store: store_id.to_owned(),
            reason,
        };
        self.tell(BootStatus::Loading);
        let adapter = self
            .adapter
            .take()
            .ok_or_else(|| failed("no adapter was given".into()))?;
        let setup = Setup {
            store: id.clone(),
            schema: self.schema.clone(),
            sync: self.backend.take().map(|backend| SyncSetup {
                backend,
                options: self.sync_options.clone(),
            }),
        };
        let session = adapter
            .connect(setup)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let (state, place, lineage) = self
            .first_state(&session)
            .map_err(|error| failed(error.to_string()))?;
        if matches!(self.schema.unknown_events(), UnknownEvents::Fail)
            && state.unknown().is_ok_and(|unknown| unknown > 0)
        {
            return Err(failed(
                "the log has events that the schema does not know".into(),
            ));
        }
        let store = self.start(id, session, state, place, lineage);
        if let Err(reason) = store.shared.booted().await {
            self.listeners.boot = store.shared.take_boot_listener();
            return Err(failed(reason));
        }
        Ok(store)
    }

    /// Returns the state that the session starts with, the last event it reflects, and of which log.
    fn first_state(&self, session: &Session) -> rusqlite::Result<(State, Place, Option<u64>)> {
        if let Some(image) = &session.image {
            match State::from_image(&image.bytes, &self.schema) {
                Ok(Some(state)) => return Ok((state, image.place, Some(image.lineage))),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "the image of the state cannot be used; the log is replayed");
                }
            }
        }
        Ok((State::open(&self.schema)?, Place::ROOT, None))
    }

    fn start(
        &mut self,
        id: StoreId,
        session: Session,
        state: State,
        place: Place,
        lineage: Option<u64>,
    ) -> Store {
        let Session {
            client_id,
            session_id,
            leader,
            ..
        } = session;
        let processor = SessionProcessor::new(place, place.seq, lineage);
        let shared = Arc::new(Shared {
            id,
            client_id,
            session_id,
            schema: self.schema.clone(),
            core: Mutex::new(Core::new(self.schema.clone(), state, processor)),
            progress: Arc::new(Progress::default()),
            status: Watch::new(SyncStatus::default()),
            works: Watch::new(StoreStatus::Running),
            listeners: Mutex::new(std::mem::take(&mut self.listeners)),
            link: Link::new(leader),
        });
        let inbox = Inbox {
            shared: Arc::downgrade(&shared),
        };
        shared.link.start(inbox);
        shared.flush();
        Store { shared }
    }

    fn tell(&mut self, status: BootStatus) {
        if let Some(listener) = &mut self.listeners.boot {
            listener(status);
        }
    }
}

impl Shared {
    /// Waits until the session has everything it is to start with.
    async fn booted(&self) -> Result<(), String> {
        poll_fn(|context| {
            match self.progress.stopped() {
                Some(StoreStatus::Stopped { reason }) => {
                    return Poll::Ready(Err(reason.to_string()));
                }
                Some(status) => return Poll::Ready(Err(status.to_string())),
                None => {}
            }
            let mut core = self.lock();
            let syncing = matches!(
                core.leader.initial_sync,
                InitialSyncProgress::Pulling { .. }
            );
            if core.session.is_live() && !core.is_rebuilding() && !syncing {
                return Poll::Ready(Ok(()));
            }
            let waker = context.waker();
            if !core.waiting.iter().any(|other| other.will_wake(waker)) {
                core.waiting.push(waker.clone());
            }
            Poll::Pending
        })
        .await
    }

    fn end_boot(&self, status: BootStatus) {
        self.lock().booting = false;
        if let Some(mut listener) = self.take_boot_listener() {
            listener(status);
        }
    }
}
