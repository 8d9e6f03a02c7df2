//! What tabs and the leader's worker say to each other, as bytes.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    event::{EncodedEvent, Place, SeqNum},
    sync::{FromLeader, ToLeader},
};

/// What the worker is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) store: String,
    pub(super) client: String,
    pub(super) build: String,
    /// The session of the tab that starts it, which is at the other end of the port.
    pub(super) session: String,
}

/// Which hello of a session something belongs to. What is still on its way when a session says hello
/// again belongs to an earlier visit, and would break the order that leader and session rely on.
pub(super) type Visit = u64;

/// From a session to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToHost {
    /// Here I am.
    Hello {
        visit: Visit,
        /// The program that speaks.
        build: String,
        /// Whether an image of the state is wanted.
        image: bool,
    },
    Message(Visit, ToLeader),
    /// Read a page of the log.
    Read {
        request: u32,
        after: SeqNum,
        limit: u32,
    },
    /// Send the log as a database.
    Export {
        request: u32,
    },
    /// Delete everything.
    Reset {
        request: u32,
    },
    Bye,
}

/// From the worker to a session.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromHost {
    /// The session is known. The image's bytes come beside this.
    Attached {
        visit: Visit,
        image: Option<(Place, u64)>,
    },
    /// The session can't be served.
    Refused {
        reason: String,
    },
    Message(Visit, FromLeader),
    /// What was asked for was done, or not. Exported bytes come beside this.
    Done {
        request: u32,
        error: Option<String>,
    },
    Page {
        request: u32,
        events: Result<Vec<EncodedEvent>, String>,
    },
}

/// A message as it crosses the border: who it is from or for, what it says, and a buffer beside it.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) session: String,
    pub(super) bytes: Vec<u8>,
    pub(super) buffer: Option<ArrayBuffer>,
}

impl Parcel {
    pub(super) fn new(
        session: &str,
        message: &impl Serialize,
        buffer: Option<ArrayBuffer>,
    ) -> Self {
        let bytes = postcard::to_allocvec(message)
            .expect("messages are made of strings, numbers and lists");
        Self {
            session: session.to_owned(),
            bytes,
            buffer,
        }
    }

    /// Returns the parcel as a value to post, and what may be transferred with it.
    pub(super) fn into_js(self) -> (JsValue, Array) {
        let bytes = Uint8Array::from(&self.bytes[..]);
        let transfer = Array::of1(&bytes.buffer());
        let parcel = Array::of2(&self.session.into(), &bytes);
        if let Some(buffer) = self.buffer {
            parcel.push(&buffer);
            transfer.push(&buffer);
        }
        (parcel.into(), transfer)
    }

    /// Reads what was posted; `None` for what is none of ours.
    pub(super) fn from_js(value: &JsValue) -> Option<Self> {
        let parcel: &Array = value.dyn_ref()?;
        Some(Self {
            session: parcel.get(0).as_string()?,
            bytes: parcel.get(1).dyn_into::<Uint8Array>().ok()?.to_vec(),
            buffer: parcel.get(2).dyn_into().ok(),
        })
    }

    /// Decodes the message; a program of another build may say what this one does not know.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Option<T> {
        postcard::from_bytes(&self.bytes).ok()
    }
}

/// The channels of a store, by name.
pub(super) fn to_host(store: &str) -> String {
    format!("livestore:{store}:leader")
}

pub(super) fn to_session(store: &str, session: &str) -> String {
    format!("livestore:{store}:session:{session}")
}

pub(super) fn news(store: &str) -> String {
    format!("livestore:{store}:news")
}

/// The news that a leader is up.
pub(super) const UP: &str = "up";
