//! Telling the tests' server which commits are persisted, so that it is known when the page is killed.

use std::cell::RefCell;

use livestore_core::store::Receipt;
use wasm_bindgen_futures::spawn_local;
use web_sys::XmlHttpRequest;

/// The address that the tests' server listens at.
const ADDRESS: &str = "/persisted";

thread_local! {
    static PERSISTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Reports a token once its receipt says that it is persisted.
pub(crate) fn when_persisted(token: String, receipt: &Receipt) {
    let persisted = receipt.persisted();
    spawn_local(async move {
        if persisted.await.is_ok() {
            PERSISTED.with_borrow_mut(|tokens| tokens.push(token));
            // After all others that the same message has persisted.
            spawn_local(async { report() });
        }
    });
}

/// Blocks until the server has it: a request under way would be lost with the page.
fn report() {
    let tokens = PERSISTED.take();
    if tokens.is_empty() {
        return;
    }
    let sent = XmlHttpRequest::new().and_then(|request| {
        request.open_with_async("POST", ADDRESS, false)?;
        request.send_with_opt_str(Some(&tokens.join("\n")))
    });
    // What is not reported is not expected to be there.
    drop(sent);
}
