//! The worker's side: the leader, its files, and the sessions that come to it.

mod import;
mod retire;
mod take;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use js_sys::{Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

use super::{
    START,
    files::Files,
    locks,
    page::describe,
    sync::Payloads,
    wire::{self, FromHost, Parcel, Start, ToHost, Visit},
};
use crate::{
    adapter::desk::Desk,
    event::StoreId,
    leader::Input,
    schema::Schema,
    store::{AdapterError, Image},
    sync::{FromLeader, SessionKey},
};

/// See [`web::run_if_worker`](crate::adapter::web::run_if_worker).
pub(in crate::adapter::web) fn run_if_worker(schema: impl FnOnce() -> Schema) -> bool {
    let global = js_sys::global();
    if !global.is_instance_of::<DedicatedWorkerGlobalScope>() {
        return false;
    }
    let Ok(started) = Reflect::get(&global, &START.into()) else {
        return false;
    };
    let Some((start, port)) = read_start(&started) else {
        return false;
    };
    let schema = schema();
    spawn_local(Host::run(start, port, schema));
    true
}

fn read_start(started: &JsValue) -> Option<(Start, MessagePort)> {
    let get = |name: &str| Reflect::get(started, &name.into()).ok();
    let bytes: Uint8Array = get("start")?.dyn_into().ok()?;
    let start = postcard::from_bytes(&bytes.to_vec()).ok()?;
    Some((start, get("port")?.dyn_into().ok()?))
}

/// How long sessions are left alone with a leader that starts, before it does what can wait.
const START_UP: Duration = Duration::from_secs(1);
/// How long messages have between other pieces of that.
const PAUSE: Duration = Duration::from_millis(20);
/// How long nothing must have come before the stored state is looked through.
const QUIET: Duration = Duration::from_secs(5);

/// The leader and its visitors.
struct Host {
    /// The leader, or why there is none.
    desk: RefCell<Result<Arc<Desk>, String>>,
    files: RefCell<Files>,
    schema: Schema,
    start: Start,
    sessions: RefCell<HashMap<String, Visitor>>,
    /// Whether work that can wait is planned.
    idle: Cell<bool>,
    /// Whether the state that was there at the start has been looked through, or will be.
    checking: Cell<bool>,
    /// How many messages have come.
    heard: Cell<u64>,
    /// Whether a newer build takes over.
    retiring: Cell<bool>,
    /// Whether the files are being deleted, or a log is being brought in.
    resetting: Cell<bool>,
    port: MessagePort,
    payloads: Rc<Payloads>,
    handlers: RefCell<Vec<Handler>>,
}

type Handler = Closure<dyn FnMut(MessageEvent)>;

struct Visitor {
    visit: Visit,
    key: SessionKey,
    route: Route,
}

/// How a session is reached.
#[derive(Clone)]
pub(super) enum Route {
    Port(MessagePort),
    Channel(BroadcastChannel),
}

impl Host {
    async fn run(mut start: Start, port: MessagePort, schema: Schema) {
        // Before the pool is opened: the worker of a closed tab may not have let go of it yet.
        match locks::acquire(&format!("livestore:{}:files", start.store)).await {
            // Held as long as the worker lives.
            Ok(held) => std::mem::forget(held),
            Err(error) => tracing::error!(error = %describe(&error), "the files cannot be locked"),
        }
        let files = match StoreId::new(&start.store) {
            Ok(store) => Files::open(store).await,
            Err(error) => return tracing::error!(%error, "the leader was started without a store"),
        };
        let payloads = Payloads::new(port.clone(), start.session.clone());
        let desk = files.seat(&start, &schema, &payloads);
        // Once only: after a reset nothing of it may come back.
        start.log.clear();
        if let Err(reason) = &desk {
            tracing::error!(
                store = start.store,
                reason,
                "the leader cannot open its log"
            );
        }
        let host = Rc::new(Self {
            desk: RefCell::new(desk),
            files: RefCell::new(files),
            schema,
            start,
            sessions: RefCell::new(HashMap::new()),
            idle: Cell::new(false),
            checking: Cell::new(false),
            heard: Cell::new(0),
            retiring: Cell::new(false),
            resetting: Cell::new(false),
            port: port.clone(),
            payloads,
            handlers: RefCell::new(Vec::new()),
        });
        let by_port = host.handler(true);
        port.set_onmessage(Some(by_port.as_ref().unchecked_ref()));
        host.handlers.borrow_mut().push(by_port);
        if let Ok(leader) = BroadcastChannel::new(&wire::to_host(&host.start.store)) {
            let by_channel = host.handler(false);
            leader.set_onmessage(Some(by_channel.as_ref().unchecked_ref()));
            host.handlers.borrow_mut().push(by_channel);
            // It lives as long as the worker.
            std::mem::forget(leader);
        }
        host.announce();
        host.plan_catch_up(START_UP);
        std::mem::forget(host);
    }

    /// Calls all sessions to come.
    fn announce(&self) {
        if let Ok(news) = BroadcastChannel::new(&wire::news(&self.start.store)) {
            // Whoever misses it says hello by itself when it opens.
            let _ = news.post_message(&wire::UP.into());
            news.close();
        }
    }

    fn desk(&self) -> Option<Arc<Desk>> {
        self.desk.borrow().as_ref().ok().cloned()
    }

    fn with_desk<T>(
        &self,
        ask: impl FnOnce(&Desk) -> Result<T, AdapterError>,
    ) -> Result<T, String> {
        match &*self.desk.borrow() {
            Ok(desk) => ask(desk).map_err(|error| error.to_string()),
            Err(reason) => Err(reason.clone()),
        }
    }

    /// Says what became of something that was asked for.
    fn done(&self, session: &str, by_port: bool, request: u32, outcome: Result<Vec<u8>, String>) {
        let (error, buffer) = match outcome {
            Ok(bytes) => (None, Some(Uint8Array::from(&bytes[..]).buffer())),
            Err(error) => (Some(error), None),
        };
        let done = FromHost::Done { request, error };
        self.answer(session, by_port, &done, buffer);
    }

    fn handler(self: &Rc<Self>, by_port: bool) -> Handler {
        let host = Rc::clone(self);
        Closure::new(move |event: MessageEvent| {
            if let Some(parcel) = Parcel::from_js(&event.data()) {
                host.heard.set(host.heard.get() + 1);
                host.take(&parcel, by_port);
                host.plan_catch_up(PAUSE);
            }
        })
    }

    /// Returns the key of a session, if that visit of it is the last one.
    fn key(&self, session: &str, visit: Visit) -> Option<SessionKey> {
        let sessions = self.sessions.borrow();
        let visitor = sessions.get(session)?;
        (visitor.visit == visit).then_some(visitor.key)
    }

    /// Deletes the files and starts over with an empty log.
    async fn reset(&self) -> Result<(), String> {
        if let Some(desk) = self.desk() {
            drop(desk.close());
        }
        self.sessions.borrow_mut().clear();
        *self.desk.borrow_mut() = Err("the store is being reset".into());
        // Taken out, since messages may come meanwhile; there is no leader who could want the files.
        let files = self.files.replace(Files::none());
        let (files, cleared) = files.clear().await;
        let desk = cleared.and_then(|()| files.seat(&self.start, &self.schema, &self.payloads));
        self.files.replace(files);
        let reset = desk.as_ref().map(|_| ()).map_err(Clone::clone);
        *self.desk.borrow_mut() = desk;
        reset
    }

    fn answer(
        &self,
        session: &str,
        by_port: bool,
        message: &FromHost,
        buffer: Option<js_sys::ArrayBuffer>,
    ) {
        if let Some(route) = self.route(session, by_port) {
            route.post(session, message, buffer);
        }
    }

    /// Lets a session in; one that was here already comes anew.
    fn welcome(&self, session: &str, visit: Visit, wants_image: bool, by_port: bool) {
        let Some(route) = self.route(session, by_port) else {
            return;
        };
        let desk = match &*self.desk.borrow() {
            Ok(desk) => Arc::clone(desk),
            Err(reason) => {
                let reason = reason.clone();
                return route.post(session, &FromHost::Refused { reason }, None);
            }
        };
        let key = desk.new_session();
        let before = self.sessions.borrow_mut().insert(
            session.to_owned(),
            Visitor {
                visit,
                key,
                route: route.clone(),
            },
        );
        if let Some(before) = before {
            desk.remove_session(before.key);
            desk.turn([]);
        }
        let image = wants_image.then(|| desk.image()).flatten();
        let (image, buffer) = match image {
            Some(Image {
                bytes,
                place,
                lineage,
            }) => (
                Some((place, lineage)),
                Some(Uint8Array::from(&bytes[..]).buffer()),
            ),
            None => (None, None),
        };
        let attached = FromHost::Attached { visit, image };
        route.post(session, &attached, buffer);
        let outlet = SendWrapper::new((route, session.to_owned()));
        desk.add_session(key, move |message: FromLeader| {
            let (route, session) = &*outlet;
            route.post(session, &FromHost::Message(visit, message), None);
        });
        // The session takes the image over meanwhile, and hears of damage before its first pull is answered.
        desk.vet_state();
    }

    fn route(&self, session: &str, by_port: bool) -> Option<Route> {
        if by_port {
            return Some(Route::Port(self.port.clone()));
        }
        let name = wire::to_session(&self.start.store, session);
        BroadcastChannel::new(&name).ok().map(Route::Channel)
    }

    /// Plans to bring the stored state closer to the log after a while, a piece at a time, between messages. Once it
    /// is there and nothing has come for a while, it is looked through: the worker has one thread, and
    /// does nothing else meanwhile.
    fn plan_catch_up(self: &Rc<Self>, after: Duration) {
        if self.idle.replace(true) {
            return;
        }
        let host = Rc::clone(self);
        spawn_local(async move {
            gloo_timers::future::sleep(after).await;
            loop {
                if host.desk().is_none_or(|desk| desk.catch_up()) {
                    break;
                }
                gloo_timers::future::sleep(PAUSE).await;
            }
            host.idle.set(false);
            if !host.checking.replace(true) {
                host.check_when_quiet().await;
            }
        });
    }

    async fn check_when_quiet(&self) {
        loop {
            let heard = self.heard.get();
            gloo_timers::future::sleep(QUIET).await;
            if heard == self.heard.get() {
                break;
            }
        }
        if let Some(desk) = self.desk() {
            desk.check_state();
        }
    }
}

impl Route {
    pub(super) fn post(
        &self,
        session: &str,
        message: &FromHost,
        buffer: Option<js_sys::ArrayBuffer>,
    ) {
        let (parcel, transfer) = Parcel::new(session, message, buffer).into_js();
        let posted = match self {
            Self::Port(port) => port.post_message_with_transferable(&parcel, &transfer),
            Self::Channel(channel) => channel.post_message(&parcel),
        };
        if let Err(error) = posted {
            tracing::error!(error = %describe(&error), session, "a message to a session was not sent");
        }
    }
}
