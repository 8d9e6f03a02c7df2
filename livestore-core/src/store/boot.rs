//! Opening a store: find the leader, replay its log, start.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex},
};

use super::{
    Adapter, Core, Inbox, LeaderLink, Session, Shared, Store, link::Link, receipt::Progress,
};
use crate::{
    error::{Error, Result},
    event::{SeqNum, StoreId},
    reactive::Registry,
    schema::Schema,
    state::State,
};

/// Events read and applied at a time.
const PAGE: usize = 1_000;

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
            Self::Ready => f.write_str("Ready"),
            Self::Failed { reason } => write!(f, "Failed: {reason}"),
        }
    }
}

type StatusListener = Box<dyn FnMut(BootStatus) + Send>;

/// Opens a store; made by [`Store::builder`].
pub struct StoreBuilder {
    schema: Schema,
    adapter: Option<Box<dyn Adapter>>,
    on_status: StatusListener,
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
            on_status: Box::new(|_| {}),
        }
    }

    /// Says where the data lives and where the leader runs.
    pub fn adapter(mut self, adapter: impl Adapter) -> Self {
        self.adapter = Some(Box::new(adapter));
        self
    }

    /// Calls a listener with each step of the boot.
    pub fn on_boot_status(mut self, listener: impl FnMut(BootStatus) + Send + 'static) -> Self {
        self.on_status = Box::new(listener);
        self
    }

    /// Opens the store of that id.
    ///
    /// # Errors
    /// When the id is invalid, no adapter was given, the adapter finds no leader, or the log cannot be
    /// replayed.
    pub async fn open(mut self, store_id: &str) -> Result<Store> {
        let opened = self.try_open(store_id).await;
        (self.on_status)(match &opened {
            Ok(_) => BootStatus::Ready,
            Err(error) => BootStatus::Failed {
                reason: error.to_string().into(),
            },
        });
        opened
    }

    async fn try_open(&mut self, store_id: &str) -> Result<Store> {
        let id = StoreId::new(store_id)?;
        let failed = |reason: String| Error::Boot {
            store: store_id.to_owned(),
            reason,
        };
        (self.on_status)(BootStatus::Loading);
        let adapter = self
            .adapter
            .take()
            .ok_or_else(|| failed("no adapter was given".into()))?;
        let session = adapter
            .connect(id.clone(), self.schema.clone())
            .await
            .map_err(|error| failed(error.to_string()))?;
        let mut state = State::open(&self.schema).map_err(|error| failed(error.to_string()))?;
        self.replay(&mut state, &*session.leader, session.head)
            .await
            .map_err(failed)?;
        Ok(start(id, self.schema.clone(), session, state))
    }

    /// Applies the leader's log, page by page.
    async fn replay(
        &mut self,
        state: &mut State,
        leader: &dyn LeaderLink,
        head: SeqNum,
    ) -> Result<(), String> {
        while head.is_after(state.head()) {
            (self.on_status)(BootStatus::Replaying {
                done: state.head().global,
                total: head.global,
            });
            let page = leader
                .events_after(state.head(), PAGE)
                .await
                .map_err(|error| error.to_string())?;
            if page.is_empty() {
                return Err(format!(
                    "the log ends at {}, before its head {head}",
                    state.head()
                ));
            }
            state.apply(&page).map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn start(id: StoreId, schema: Schema, session: Session, state: State) -> Store {
    let Session {
        client_id,
        session_id,
        mut leader,
        ..
    } = session;
    let head = state.head();
    let core = Core {
        state,
        registry: Registry::default(),
        pending: VecDeque::new(),
        outbox: Vec::new(),
        head,
        confirmed: head,
        closed: false,
    };
    let shared = Arc::new_cyclic(|shared| {
        leader.start(Inbox {
            shared: shared.clone(),
        });
        Shared {
            id,
            client_id,
            session_id,
            schema,
            core: Mutex::new(core),
            progress: Arc::new(Progress::default()),
            link: Link::new(leader),
        }
    });
    Store { shared }
}
