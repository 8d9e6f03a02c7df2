//! Threads and tokio's timers.

use std::{io, thread, time::Duration};

use futures::stream::LocalBoxStream;

use super::LocalTask;

/// Runs a task in a thread of its own, with tokio's I/O and timers.
pub(in crate::adapter) fn spawn(
    name: &str,
    task: impl FnOnce() -> LocalTask + Send + 'static,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || runtime.block_on(tokio::task::LocalSet::new().run_until(task())))
        .map(drop)
}

/// Lets everything else that is ready on this thread go first.
pub(in crate::adapter) fn breathe() -> impl Future<Output = ()> {
    tokio::task::yield_now()
}

pub(in crate::adapter) fn sleep(duration: Duration) -> LocalTask {
    Box::pin(tokio::time::sleep(duration))
}

/// Runs a task beside the one that [`spawn`] has started, in the same thread.
#[cfg(feature = "remote")]
pub(in crate::adapter) fn spawn_local(task: LocalTask) {
    tokio::task::spawn_local(task);
}

/// Returns what tells when the network comes or goes; here nobody says.
pub(in crate::adapter) fn network_changes() -> LocalBoxStream<'static, ()> {
    Box::pin(futures::stream::pending())
}
