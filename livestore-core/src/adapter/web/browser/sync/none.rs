//! Without the feature `remote` nothing is synced.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use web_sys::MessagePort;

use super::{WebAdapter, page::Endpoint};
use crate::store::{AdapterError, SyncSetup};

/// There is no backend to tell of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum SyncStart {}

/// There is no backend to keep.
pub(super) struct PageSync {
    pub(super) start: SyncStart,
}

impl PageSync {
    pub(super) fn of(
        _: &WebAdapter,
        setup: Option<SyncSetup>,
    ) -> Result<Option<Self>, AdapterError> {
        match setup {
            None => Ok(None),
            Some(_) => Err(AdapterError::new(
                "the web adapter syncs with the feature `remote` of livestore-core only",
            )),
        }
    }
}

impl Endpoint {
    pub(super) fn give_payload(self: &Rc<Self>, _: u32) {}
}

pub(super) struct Payloads;

impl Payloads {
    pub(super) fn new(_: MessagePort, _: String) -> Rc<Self> {
        Rc::new(Self)
    }

    pub(super) fn setup(self: &Rc<Self>, _: Option<&SyncStart>) -> Option<SyncSetup> {
        None
    }

    pub(super) fn take(&self, _: u32, _: Result<String, String>) {}
}
