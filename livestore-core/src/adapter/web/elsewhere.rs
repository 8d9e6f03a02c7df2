//! Where there is no browser.

use std::future::ready;

use super::WebAdapter;
use crate::{
    schema::Schema,
    store::{AdapterError, LinkFuture, Session, Setup},
};

pub(super) fn connect(_: WebAdapter, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
    Box::pin(ready(Err(AdapterError::new(
        "the web adapter runs in a browser; native programs use `Native` or `Memory`",
    ))))
}

pub(super) fn run_if_worker(_: impl FnOnce() -> Schema) -> bool {
    false
}

pub(super) async fn reset(_: String) -> Result<(), AdapterError> {
    Err(AdapterError::new("there is no browser"))
}

pub(super) async fn import_log(_: String, _: Vec<u8>) -> Result<(), AdapterError> {
    Err(AdapterError::new("there is no browser"))
}

pub(super) async fn export_log(_: String) -> Result<Vec<u8>, AdapterError> {
    Err(AdapterError::new("there is no browser"))
}
