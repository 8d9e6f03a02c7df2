//! The browser's tasks and timers.

use std::{io, time::Duration};

use super::LocalTask;

/// Runs a task in this thread, beside everything else.
pub(in crate::adapter) fn spawn(
    _: &str,
    task: impl FnOnce() -> LocalTask + Send + 'static,
) -> io::Result<()> {
    wasm_bindgen_futures::spawn_local(task());
    Ok(())
}

/// Lets everything else that is ready on this thread go first: messages, too, which come only between
/// the browser's tasks.
pub(in crate::adapter) fn breathe() -> LocalTask {
    sleep(Duration::ZERO)
}

pub(in crate::adapter) fn sleep(duration: Duration) -> LocalTask {
    Box::pin(gloo_timers::future::sleep(duration))
}
