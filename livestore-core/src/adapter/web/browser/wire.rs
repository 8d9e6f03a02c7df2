//! What tabs and the leader's worker say to each other, as bytes.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::{build::Build, spawn, sync::SyncStart};
use crate::{
    event::{EncodedEvent, Place, SeqNum},
    store::{Wanted, WantedEvents},
    sync::{FromLeader, ToLeader},
};

/// What the worker is started with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    pub(super) store: String,
    pub(super) client: String,
    pub(super) build: Build,
    /// The session of the tab that starts it, which is at the other end of the port.
    pub(super) session: String,
    /// The backend to sync with.
    pub(super) sync: Option<SyncStart>,
    /// The log of the leader before, if that was only kept in memory.
    pub(super) log: Vec<EncodedEvent>,
}

/// Which hello of a session something belongs to. What is still on its way when a session says hello
/// again belongs to an earlier visit, and would break the order that leader and session rely on.
pub(super) type Visit = u64;

/// From a session to the worker.
///
/// The first is read by other builds, too: it stays the first, and what is added comes at its end.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToHost {
    /// Here I am.
    Hello {
        /// The program that speaks.
        build: Build,
        visit: Visit,
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
    /// Send the damaged file that the log was saved from.
    ExportDamaged {
        request: u32,
    },
    /// Remove that file.
    ForgetDamaged {
        request: u32,
    },
    /// Delete everything.
    Reset {
        request: u32,
    },
    Bye,
    /// What the worker wanted, as JSON text.
    Payload {
        request: u32,
        payload: Result<String, String>,
    },
    /// Look through a piece of the log.
    Find {
        request: u32,
        after: SeqNum,
        limit: u32,
        wanted: Wanted,
    },
    /// Take this database for the log.
    Import {
        request: u32,
        log: Vec<u8>,
    },
}

/// From the worker to a session.
///
/// The first is read by other builds, too: it stays the first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromHost {
    /// The page is of an older build than another one: there is nothing for it here any more.
    Outdated,
    /// A page of a newer build is here: hand over what is pending and leave.
    Leave,
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
    /// What does the app give its backend?
    PayloadWanted {
        request: u32,
    },
    Found {
        request: u32,
        events: Result<WantedEvents, String>,
    },
}

/// A message as it crosses the border: who it is from or for, what it says, and a buffer beside it.
#[derive(Debug)]
pub(super) struct Parcel {
    /// The program that sends it: what another one says might be read as something else.
    program: String,
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
            program: spawn::program(),
            session: session.to_owned(),
            bytes,
            buffer,
        }
    }

    /// Returns the parcel as a value to post, and what may be transferred with it.
    pub(super) fn into_js(self) -> (JsValue, Array) {
        let bytes = Uint8Array::from(&self.bytes[..]);
        let transfer = Array::of1(&bytes.buffer());
        let parcel = Array::of3(&self.program.into(), &self.session.into(), &bytes);
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
            program: parcel.get(0).as_string()?,
            session: parcel.get(1).as_string()?,
            bytes: parcel.get(2).dyn_into::<Uint8Array>().ok()?.to_vec(),
            buffer: parcel.get(3).dyn_into().ok(),
        })
    }

    pub(super) fn is_of_this_program(&self) -> bool {
        self.program == spawn::program()
    }

    /// Decodes the message; of what another program says, only the first of all messages.
    pub(super) fn message<T: DeserializeOwned>(&self) -> Option<T> {
        let is_known = self.is_of_this_program() || self.bytes.first() == Some(&0);
        is_known.then(|| postcard::from_bytes(&self.bytes).ok())?
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
