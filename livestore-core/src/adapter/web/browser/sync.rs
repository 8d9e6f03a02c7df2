//! Syncing from the worker: the backend as plain data for its way there, and the payload, which the worker
//! asks the page for.

use std::{any::Any, cell::RefCell, collections::HashMap, rc::Rc};

use futures::channel::oneshot;
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

use super::{
    WebAdapter,
    host::Route,
    page::Endpoint,
    wire::{FromHost, ToHost},
};
use crate::{
    adapter::remote::{PayloadSource, RemoteOptions, WsBackend},
    store::{AdapterError, SyncSetup},
    sync::SyncOptions,
};

/// A backend as the worker is told of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SyncStart {
    url: String,
    payload: StartPayload,
    remote: RemoteOptions,
    options: SyncOptions,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum StartPayload {
    None,
    /// As JSON text.
    Fixed(String),
    /// The page is asked for it.
    Asked,
}

/// A backend as the page keeps it.
pub(super) struct PageSync {
    pub(super) start: SyncStart,
    payload: PayloadSource,
}

impl PageSync {
    /// Returns the backend that the adapter or the store was given.
    pub(super) fn of(
        adapter: &WebAdapter,
        setup: Option<SyncSetup>,
    ) -> Result<Option<Self>, AdapterError> {
        let (backend, options) = match setup {
            None => (adapter.sync.clone(), adapter.sync_options.clone()),
            Some(SyncSetup { backend, options }) => {
                let backend: &dyn Any = &*backend;
                let remote = backend.downcast_ref::<WsBackend>().ok_or_else(|| {
                    AdapterError::new(
                        "the web adapter syncs with a `WsBackend`; another one cannot be handed to the worker",
                    )
                })?;
                (Some(remote.clone()), options)
            }
        };
        let Some(backend) = backend else {
            return Ok(None);
        };
        let start = SyncStart {
            url: backend.absolute_url().map_err(AdapterError::new)?,
            payload: match &backend.payload {
                PayloadSource::None => StartPayload::None,
                PayloadSource::Fixed(payload) => StartPayload::Fixed(payload.to_string()),
                PayloadSource::Asked(_) => StartPayload::Asked,
            },
            remote: backend.options.clone(),
            options,
        };
        Ok(Some(Self {
            start,
            payload: backend.payload,
        }))
    }
}

impl Endpoint {
    /// Answers the worker, which wants the payload.
    pub(super) fn give_payload(self: &Rc<Self>, request: u32) {
        let endpoint = Rc::clone(self);
        spawn_local(async move {
            let payload = match &endpoint.sync {
                Some(sync) => sync.payload.get().await.map_err(|error| error.to_string()),
                None => Ok(None),
            };
            let payload = payload.map(|payload| payload.unwrap_or_default().to_string());
            endpoint.post(&ToHost::Payload { request, payload });
        });
    }
}

/// The worker's way to the payload.
pub(super) struct Payloads {
    /// To the page that has started this worker.
    page: Route,
    session: String,
    waiting: RefCell<HashMap<u32, oneshot::Sender<Result<String, String>>>>,
}

impl Payloads {
    pub(super) fn new(port: MessagePort, session: String) -> Rc<Self> {
        Rc::new(Self {
            page: Route::Port(port),
            session,
            waiting: RefCell::default(),
        })
    }

    /// Returns the backend to sync with.
    pub(super) fn setup(self: &Rc<Self>, start: Option<&SyncStart>) -> Option<SyncSetup> {
        let start = start?;
        let payload = match &start.payload {
            StartPayload::None => PayloadSource::None,
            StartPayload::Fixed(text) => {
                serde_json::from_str(text).map_or(PayloadSource::None, PayloadSource::Fixed)
            }
            StartPayload::Asked => {
                let payloads = SendWrapper::new(Rc::clone(self));
                PayloadSource::asked(async move || {
                    let text = payloads.ask().await?;
                    serde_json::from_str(&text).map_err(|error| error.to_string())
                })
            }
        };
        let remote = start.remote.clone();
        Some(SyncSetup {
            backend: Box::new(WsBackend::from_parts(start.url.clone(), payload, remote)),
            options: start.options.clone(),
        })
    }

    async fn ask(&self) -> Result<String, String> {
        let (reply, payload) = oneshot::channel();
        let request = {
            let mut waiting = self.waiting.borrow_mut();
            waiting.retain(|_, reply: &mut oneshot::Sender<_>| !reply.is_canceled());
            let request = waiting.keys().max().map_or(0, |last| last + 1);
            waiting.insert(request, reply);
            request
        };
        self.page
            .post(&self.session, &FromHost::PayloadWanted { request }, None);
        payload
            .await
            .unwrap_or_else(|_| Err("the page is gone".to_owned()))
    }

    /// The page has answered.
    pub(super) fn take(&self, request: u32, payload: Result<String, String>) {
        if let Some(reply) = self.waiting.borrow_mut().remove(&request) {
            // Whoever asked may have given up.
            let _ = reply.send(payload);
        }
    }
}
