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

pub(in crate::adapter) fn sleep(duration: Duration) -> LocalTask {
    Box::pin(gloo_timers::future::sleep(duration))
}
