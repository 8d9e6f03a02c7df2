//! The worker's side: the leader, its files, and the sessions that come to it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    path::Path,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use js_sys::{Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfgBuilder, install};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, DedicatedWorkerGlobalScope, MessageEvent, MessagePort};

use super::{
    START, locks,
    page::describe,
    wire::{self, FromHost, Parcel, Start, ToHost},
};
use crate::{
    adapter::desk::{Desk, Seating},
    event::{ClientId, StoreId},
    eventlog::Eventlog,
    leader::{Input, StateFile},
    schema::Schema,
    store::Image,
    sync::{FromLeader, SessionKey},
};

/// Files of one store: two databases, each with a journal, and some to spare.
const POOL: usize = 8;
const EVENTLOG: &str = "eventlog.db";
const STATE: &str = "state.db";

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
    spawn_local(async move {
        let (store, build) = (start.store.clone(), start.build.clone());
        match open(&start, &schema).await {
            Ok(desk) => Host::run(desk, start, port),
            Err(reason) => refuse_all(&store, &build, &reason, port),
        }
    });
    true
}

fn read_start(started: &JsValue) -> Option<(Start, MessagePort)> {
    let get = |name: &str| Reflect::get(started, &name.into()).ok();
    let bytes: Uint8Array = get("start")?.dyn_into().ok()?;
    let start = postcard::from_bytes(&bytes.to_vec()).ok()?;
    Some((start, get("port")?.dyn_into().ok()?))
}

/// Takes the files and seats the leader.
async fn open(start: &Start, schema: &Schema) -> Result<Arc<Desk>, String> {
    let store = StoreId::new(&start.store).map_err(|error| error.to_string())?;
    let lock = format!("livestore:{store}:files");
    // Before the pool is opened: the worker of a closed tab may not have let go of it yet.
    let held = locks::acquire(&lock)
        .await
        .map_err(|error| describe(&error))?;
    // Held as long as the worker lives.
    std::mem::forget(held);
    let (log, state) = match open_files(&store).await {
        Ok(files) => files,
        Err(Unusable::NoStorage(reason)) => {
            tracing::warn!(
                reason,
                "nothing can be stored; everything is kept in memory"
            );
            let log = Eventlog::in_memory().map_err(|error| error.to_string())?;
            (log, StateFile::Memory)
        }
        Err(Unusable::Damaged(reason)) => return Err(reason),
    };
    let (desk, _) = Desk::open(
        log,
        Seating {
            store,
            client: ClientId::from(start.client.as_str()),
            schema: schema.clone(),
            state,
            sync: None,
        },
    );
    Ok(desk)
}

enum Unusable {
    NoStorage(String),
    Damaged(String),
}

async fn open_files(store: &StoreId) -> Result<(Eventlog, StateFile), Unusable> {
    let options = OpfsSAHPoolCfgBuilder::new()
        .directory(&format!("livestore/{store}"))
        .initial_capacity(POOL)
        .build();
    install::<sqlite_wasm_rs::WasmOsCallback>(&options, true)
        .await
        .map_err(|error| Unusable::NoStorage(error.to_string()))?;
    let log = Eventlog::open_file(Path::new(EVENTLOG))
        .map_err(|error| Unusable::Damaged(error.to_string()))?;
    Ok((log, StateFile::File(STATE.into())))
}

/// The leader and its visitors.
struct Host {
    desk: Arc<Desk>,
    start: Start,
    sessions: RefCell<HashMap<String, Visitor>>,
    /// Whether work that can wait is planned.
    idle: Cell<bool>,
    port: MessagePort,
    handlers: RefCell<Vec<Closure<dyn FnMut(MessageEvent)>>>,
}

struct Visitor {
    key: SessionKey,
    route: Route,
}

/// How a session is reached.
#[derive(Clone)]
enum Route {
    Port(MessagePort),
    Channel(BroadcastChannel),
}

impl Host {
    fn run(desk: Arc<Desk>, start: Start, port: MessagePort) {
        let leader = match BroadcastChannel::new(&wire::to_host(&start.store)) {
            Ok(channel) => channel,
            Err(error) => {
                let (store, build) = (start.store.clone(), start.build.clone());
                return refuse_all(&store, &build, &describe(&error), port);
            }
        };
        let news = BroadcastChannel::new(&wire::news(&start.store));
        let host = Rc::new(Self {
            desk,
            start,
            sessions: RefCell::new(HashMap::new()),
            idle: Cell::new(false),
            port: port.clone(),
            handlers: RefCell::new(Vec::new()),
        });
        let by_port = host.handler(true);
        port.set_onmessage(Some(by_port.as_ref().unchecked_ref()));
        let by_channel = host.handler(false);
        leader.set_onmessage(Some(by_channel.as_ref().unchecked_ref()));
        host.handlers.borrow_mut().extend([by_port, by_channel]);
        if let Ok(news) = news {
            // Whoever misses it says hello by itself when it opens.
            let _ = news.post_message(&wire::UP.into());
        }
        host.plan_catch_up();
        // The host, its desk and its channel live as long as the worker.
        std::mem::forget((host, leader));
    }

    fn handler(self: &Rc<Self>, by_port: bool) -> Closure<dyn FnMut(MessageEvent)> {
        let host = Rc::clone(self);
        Closure::new(move |event: MessageEvent| {
            if let Some(parcel) = Parcel::from_js(&event.data()) {
                host.take(&parcel, by_port);
                host.plan_catch_up();
            }
        })
    }

    fn take(&self, parcel: &Parcel, by_port: bool) {
        let Some(message) = parcel.message::<ToHost>() else {
            return self.refuse_build(&parcel.session, by_port);
        };
        let key = || {
            let sessions = self.sessions.borrow();
            sessions.get(&parcel.session).map(|visitor| visitor.key)
        };
        match message {
            ToHost::Hello { build, .. } if build != self.start.build => {
                self.refuse_build(&parcel.session, by_port);
            }
            ToHost::Hello { image, .. } => self.welcome(&parcel.session, image, by_port),
            ToHost::Message(message) => {
                if let Some(key) = key() {
                    self.desk.turn([Input::Session(key, message)]);
                }
            }
            ToHost::Read {
                request,
                after,
                limit,
            } => {
                let events = self
                    .desk
                    .events_after(after, limit as usize)
                    .map_err(|error| error.to_string());
                if let Some(visitor) = self.sessions.borrow().get(&parcel.session) {
                    let page = FromHost::Page { request, events };
                    visitor.route.post(&parcel.session, &page, None);
                }
            }
            ToHost::Bye => {
                if let Some(visitor) = self.sessions.borrow_mut().remove(&parcel.session) {
                    self.desk.remove_session(visitor.key);
                }
            }
        }
    }

    /// Lets a session in; one that was here already comes anew.
    fn welcome(&self, session: &str, wants_image: bool, by_port: bool) {
        let Some(route) = self.route(session, by_port) else {
            return;
        };
        let key = self.desk.new_session();
        let before = self.sessions.borrow_mut().insert(
            session.to_owned(),
            Visitor {
                key,
                route: route.clone(),
            },
        );
        if let Some(before) = before {
            self.desk.remove_session(before.key);
        }
        let image = wants_image.then(|| self.desk.image()).flatten();
        let (place, buffer) = match image {
            Some(Image { bytes, place }) => {
                (Some(place), Some(Uint8Array::from(&bytes[..]).buffer()))
            }
            None => (None, None),
        };
        route.post(session, &FromHost::Attached { image: place }, buffer);
        let outlet = SendWrapper::new((route, session.to_owned()));
        self.desk.add_session(key, move |message: FromLeader| {
            let (route, session) = &*outlet;
            route.post(session, &FromHost::Message(message), None);
        });
    }

    fn route(&self, session: &str, by_port: bool) -> Option<Route> {
        if by_port {
            return Some(Route::Port(self.port.clone()));
        }
        let name = wire::to_session(&self.start.store, session);
        BroadcastChannel::new(&name).ok().map(Route::Channel)
    }

    fn refuse_build(&self, session: &str, by_port: bool) {
        let reason = "another version of this app has the store open: reload this tab".to_owned();
        if let Some(route) = self.route(session, by_port) {
            route.post(session, &FromHost::Refused { reason }, None);
        }
    }

    /// Plans to bring the stored state closer to the log, a piece at a time, between messages.
    fn plan_catch_up(self: &Rc<Self>) {
        if self.idle.replace(true) {
            return;
        }
        let host = Rc::clone(self);
        spawn_local(async move {
            loop {
                gloo_timers::future::sleep(Duration::from_millis(20)).await;
                if host.desk.catch_up() {
                    break;
                }
            }
            host.idle.set(false);
        });
    }
}

impl Route {
    fn post(&self, session: &str, message: &FromHost, buffer: Option<js_sys::ArrayBuffer>) {
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

/// Tells every session that comes why there is no leader.
fn refuse_all(store: &str, build: &str, reason: &str, port: MessagePort) {
    tracing::error!(store, build, reason, "the leader cannot open its log");
    let reason = reason.to_owned();
    let by_port = port.clone();
    let refuse = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(parcel) = Parcel::from_js(&event.data()) {
            let reason = reason.clone();
            Route::Port(by_port.clone()).post(&parcel.session, &FromHost::Refused { reason }, None);
        }
    });
    port.set_onmessage(Some(refuse.as_ref().unchecked_ref()));
    refuse.forget();
}
