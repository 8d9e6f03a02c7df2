//! Having the leader: the lock for which tabs queue, and the worker of the tab that has it.

use std::{rc::Rc, time::Duration};

use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageChannel, Worker};

use super::{
    super::{locks, spawn, wire::Start},
    Endpoint, describe,
};
use crate::event::ClientId;

/// How often a worker that breaks at its start is started.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(500);

impl Endpoint {
    /// Waits for its turn to have the leader, and then has it until the session is closed.
    pub(super) async fn lead(self: Rc<Self>, worker_url: Option<String>, client: ClientId) {
        let lock = format!("livestore:{}:leads", self.store);
        match locks::acquire(&lock).await {
            Ok(_) if self.closed.get() => {}
            Ok(held) => {
                *self.lead.borrow_mut() = Some(held);
                self.start_worker(worker_url, client);
            }
            Err(error) => self.refuse(&describe(&error)),
        }
    }

    fn start_worker(self: &Rc<Self>, worker_url: Option<String>, client: ClientId) {
        let started = MessageChannel::new().and_then(|channel| {
            let start = Start {
                store: self.store.clone(),
                client: client.to_string(),
                build: self.build.clone(),
                session: self.session.clone(),
                sync: self.sync.as_ref().map(|sync| sync.start.clone()),
                log: self.mirror.borrow().events(),
            };
            let worker = spawn::start(worker_url.as_deref(), &start, &channel.port2())?;
            Ok((worker, channel.port1()))
        });
        match started {
            Ok((worker, port)) => {
                self.watch(&worker, worker_url, client);
                let handler = self.handler(Self::take_parcel);
                port.set_onmessage(Some(handler.as_ref().unchecked_ref()));
                self.listeners.borrow_mut().push(handler);
                *self.port.borrow_mut() = Some(port);
                *self.worker.borrow_mut() = Some(worker);
                self.hello();
            }
            Err(error) => self.refuse(&describe(&error)),
        }
    }

    /// Starts another worker when this one breaks; gives up, and leaves it to another tab, when it never
    /// gets to answer.
    fn watch(self: &Rc<Self>, worker: &Worker, worker_url: Option<String>, client: ClientId) {
        let weak = Rc::downgrade(self);
        let broken = Closure::once_into_js(move |event: JsValue| {
            let Some(endpoint) = weak.upgrade() else {
                return;
            };
            endpoint.stop_worker();
            endpoint.breaks.set(endpoint.breaks.get() + 1);
            if endpoint.breaks.get() == ATTEMPTS {
                endpoint.lead.borrow_mut().take();
                return endpoint.refuse(&format!(
                    "the leader's worker cannot be started ({}): is its script there, and does the \
                     page's Content-Security-Policy allow it? See `WebAdapter::worker_url`",
                    describe(&event)
                ));
            }
            tracing::error!(error = %describe(&event), "the leader's worker broke; another one is started");
            spawn_local(async move {
                gloo_timers::future::sleep(PAUSE).await;
                if !endpoint.closed.get() {
                    endpoint.start_worker(worker_url, client);
                }
            });
        });
        worker.set_onerror(Some(broken.unchecked_ref()));
    }

    pub(super) fn stop_worker(&self) {
        self.expected.set(false);
        // The handlers may be gone by the time that something on its way arrives.
        if let Some(port) = self.port.borrow_mut().take() {
            port.set_onmessage(None);
            port.close();
        }
        if let Some(worker) = self.worker.borrow_mut().take() {
            worker.set_onerror(None);
            worker.terminate();
        }
    }
}
