//! The page's side: a session's way to whichever leader there is, and the chance to start one.

mod lead;
mod leave;
mod link;
mod listen;
mod mirror;
mod receive;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use futures::{FutureExt, channel::oneshot};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent, MessagePort, Worker};

use self::{link::Link, mirror::Mirror};
use super::{
    WebAdapter,
    build::Build,
    debug, ids,
    locks::Held,
    sync::PageSync,
    wire::{self, Parcel, ToHost, Visit},
};
use crate::{
    event::EncodedEvent,
    store::{AdapterError, Image, Inbox, LinkFuture, Session, Setup, WantedEvents},
    sync::FromLeader,
};

type Reply<T> = oneshot::Sender<Result<T, AdapterError>>;
type Handler<E> = Closure<dyn FnMut(E)>;
/// What was asked of a leader, and who waits for the answer.
type Questions<T> = RefCell<HashMap<u32, (ToHost, Reply<T>)>>;

/// A session's end of all lines.
pub(super) struct Endpoint {
    store: String,
    session: String,
    build: Build,
    /// What the leader is to sync with, if this tab starts it.
    pub(super) sync: Option<PageSync>,
    /// To the leader, wherever it is.
    leader: BroadcastChannel,
    /// To this session.
    own: BroadcastChannel,
    /// A leader is up.
    news: BroadcastChannel,
    /// To the leader in this tab's worker.
    port: RefCell<Option<MessagePort>>,
    worker: RefCell<Option<Worker>>,
    inbox: RefCell<Option<Inbox>>,
    /// What came before the store was there to take it.
    early: RefCell<Vec<FromLeader>>,
    attached: RefCell<Option<Reply<Option<Image>>>>,
    /// The last hello.
    visit: Cell<Visit>,
    /// Whether the last hello went to this tab's own worker, which has not answered yet but will.
    expected: Cell<bool>,
    reads: Questions<Vec<EncodedEvent>>,
    finds: Questions<WantedEvents>,
    jobs: Questions<Vec<u8>>,
    next_request: Cell<u32>,
    closed: Cell<bool>,
    /// Whether the lines were closed because the page was left.
    left: Cell<bool>,
    /// Whether a page of a newer build waits for this one to go.
    leaving: Cell<bool>,
    /// How often in a row the worker broke before it answered.
    breaks: Cell<u32>,
    /// The session's id is taken.
    name: RefCell<Option<Held>>,
    /// The log, while it is only kept in memory.
    mirror: RefCell<Mirror>,
    /// This tab has the leader.
    lead: RefCell<Option<Held>>,
    listeners: RefCell<Vec<Handler<MessageEvent>>>,
    on_window: RefCell<Vec<(&'static str, Handler<web_sys::Event>)>>,
}

impl Endpoint {
    /// Opens a session: finds the leader, or becomes the tab that has it.
    pub(super) async fn connect(
        adapter: WebAdapter,
        setup: Setup,
    ) -> Result<Session, AdapterError> {
        let sync = PageSync::of(&adapter, setup.sync)?;
        let store = setup.store.to_string();
        let client_id = ids::client_id(&store);
        let (session_id, held) = ids::session_id(&store).await.map_err(failed)?;
        if adapter.ask_for_persistence {
            ask_for_persistence();
        }
        let build = Build::here(setup.schema.fingerprint());
        let endpoint = Self::open(adapter, store, session_id.to_string(), build, sync)?;
        *endpoint.name.borrow_mut() = Some(held);
        let link = Link(SendWrapper::new(Rc::clone(&endpoint)));
        let image = endpoint.attach().await?;
        debug::install(&endpoint);
        Ok(Session {
            client_id,
            session_id,
            image,
            leader: Box::new(link),
        })
    }

    /// Opens the lines.
    pub(super) fn open(
        adapter: WebAdapter,
        store: String,
        session: String,
        build: Build,
        sync: Option<PageSync>,
    ) -> Result<Rc<Self>, AdapterError> {
        let line = |name: String| BroadcastChannel::new(&name).map_err(failed);
        let client_id = ids::client_id(&store);
        let endpoint = Rc::new(Self {
            leader: line(wire::to_host(&store))?,
            own: line(wire::to_session(&store, &session))?,
            news: line(wire::news(&store))?,
            store,
            session,
            build,
            sync,
            port: RefCell::new(None),
            worker: RefCell::new(None),
            inbox: RefCell::new(None),
            early: RefCell::new(Vec::new()),
            attached: RefCell::new(None),
            // Another one than that of the page which was here before a reload.
            visit: Cell::new((js_sys::Math::random() * 2_f64.powi(52)) as Visit),
            expected: Cell::new(false),
            reads: RefCell::new(HashMap::new()),
            finds: RefCell::new(HashMap::new()),
            jobs: RefCell::new(HashMap::new()),
            next_request: Cell::new(0),
            closed: Cell::new(false),
            left: Cell::new(false),
            leaving: Cell::new(false),
            breaks: Cell::new(0),
            name: RefCell::new(None),
            mirror: RefCell::default(),
            lead: RefCell::new(None),
            listeners: RefCell::new(Vec::new()),
            on_window: RefCell::new(Vec::new()),
        });
        endpoint.listen();
        spawn_local(Rc::clone(&endpoint).lead(adapter.worker_url, client_id));
        Ok(endpoint)
    }

    /// Says hello until a leader answers; returns the state to start with.
    pub(super) async fn attach(&self) -> Result<Option<Image>, AdapterError> {
        let (reply, attached) = oneshot::channel();
        *self.attached.borrow_mut() = Some(reply);
        self.hello();
        attached
            .await
            .unwrap_or_else(|_| Err(AdapterError::new("the page is being closed")))
    }

    /// Asks the worker for something, and waits until it is done.
    pub(super) async fn ask(
        &self,
        ask: impl FnOnce(u32) -> ToHost,
    ) -> Result<Vec<u8>, AdapterError> {
        self.question(&self.jobs, ask).await
    }

    /// Asks whichever leader there is, and returns what it answers; at once an error when it cannot.
    fn question<T: Send + 'static>(
        &self,
        waiting: &Questions<T>,
        ask: impl FnOnce(u32) -> ToHost,
    ) -> LinkFuture<Result<T, AdapterError>> {
        let request = self.next_request.get();
        self.next_request.set(request.wrapping_add(1));
        let message = ask(request);
        self.post(&message);
        let (reply, done) = oneshot::channel();
        if !self.closed.get() {
            waiting.borrow_mut().insert(request, (message, reply));
        }
        let gone = || Err(AdapterError::new("the leader is gone"));
        Box::pin(done.map(move |done| done.unwrap_or_else(|_| gone())))
    }

    /// Another leader is there: asks it what the one before has not answered. What changes or exports something is
    /// not asked again; whoever wanted it hears so.
    fn ask_again(&self) {
        let reads = self.reads.borrow();
        let finds = self.finds.borrow();
        let messages = reads.values().map(|(message, _)| message);
        messages
            .chain(finds.values().map(|(message, _)| message))
            .for_each(|message| self.post(message));
        self.jobs.borrow_mut().clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) fn store(&self) -> &str {
        &self.store
    }

    pub(super) fn inbox(&self) -> Option<Inbox> {
        self.inbox.borrow().clone()
    }

    /// Says that it is here, to whichever leader hears it.
    fn hello(&self) {
        let visit = self.visit.get() + 1;
        self.visit.set(visit);
        self.expected.set(self.port.borrow().is_some());
        let message = ToHost::Hello {
            visit,
            build: self.build.clone(),
            image: self.attached.borrow().is_some(),
        };
        self.post(&message);
    }

    pub(super) fn post(&self, message: &ToHost) {
        if self.closed.get() {
            return;
        }
        let (parcel, transfer) = Parcel::new(&self.session, message, None).into_js();
        let posted = match &*self.port.borrow() {
            Some(port) => port.post_message_with_transferable(&parcel, &transfer),
            None => self.leader.post_message(&parcel),
        };
        if let Err(error) = posted {
            tracing::error!(error = %describe(&error), "a message to the leader was not sent");
        }
    }

    pub(super) fn close(&self) {
        if !self.closed.get() {
            self.disconnect();
        }
        if let Some(window) = web_sys::window() {
            for (event, listener) in self.on_window.borrow_mut().drain(..) {
                let _ = window
                    .remove_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            }
        }
    }

    /// Says goodbye, and leaves all that another tab may be waiting for.
    fn disconnect(&self) {
        self.post(&ToHost::Bye);
        self.closed.set(true);
        for channel in [&self.leader, &self.own, &self.news] {
            channel.set_onmessage(None);
            channel.close();
        }
        self.stop_worker();
        self.lead.borrow_mut().take();
        self.name.borrow_mut().take();
        // Whoever waits for an answer hears that there will be none.
        self.reads.borrow_mut().clear();
        self.finds.borrow_mut().clear();
        self.jobs.borrow_mut().clear();
    }
}

/// Asks the browser to keep the data.
fn ask_for_persistence() {
    if let Some(window) = web_sys::window()
        && let Ok(asked) = window.navigator().storage().persist()
    {
        spawn_local(async move {
            match wasm_bindgen_futures::JsFuture::from(asked).await {
                Ok(granted) if granted.is_truthy() => {}
                _ => tracing::warn!("the browser may throw the data away when the disk runs full"),
            }
        });
    }
}

fn failed(error: JsValue) -> AdapterError {
    AdapterError::new(describe(&error))
}

/// Returns what a thrown value or an error event says; one for a script that did not load says nothing.
pub(super) fn describe(error: &JsValue) -> String {
    if let Some(text) = error.as_string() {
        return text;
    }
    js_sys::Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
