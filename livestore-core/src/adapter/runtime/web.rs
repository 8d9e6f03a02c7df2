//! The browser's tasks and timers.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    Stream, StreamExt,
    channel::mpsc::{UnboundedReceiver, unbounded},
    stream::LocalBoxStream,
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::EventTarget;

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

/// Runs a task in this thread, beside everything else.
#[cfg(feature = "remote")]
pub(in crate::adapter) fn spawn_local(task: LocalTask) {
    wasm_bindgen_futures::spawn_local(task);
}

/// Returns what tells when the network comes or goes, as far as the browser knows.
pub(in crate::adapter) fn network_changes() -> LocalBoxStream<'static, ()> {
    Box::pin(NetworkChanges::listen())
}

/// The events of the page or worker for as long as somebody wants to know.
struct NetworkChanges {
    changes: UnboundedReceiver<()>,
    listener: Closure<dyn FnMut()>,
}

const EVENTS: [&str; 2] = ["online", "offline"];

impl NetworkChanges {
    fn listen() -> Self {
        let (sender, changes) = unbounded();
        let listener = Closure::new(move || {
            // Nobody may want to know any more.
            let _ = sender.unbounded_send(());
        });
        let this = Self { changes, listener };
        for event in EVENTS {
            // An event can always be listened to, whether it ever comes or not.
            let _ = this
                .target()
                .add_event_listener_with_callback(event, this.callback());
        }
        this
    }

    fn target(&self) -> EventTarget {
        js_sys::global().unchecked_into()
    }

    fn callback(&self) -> &js_sys::Function {
        self.listener.as_ref().unchecked_ref()
    }
}

impl Stream for NetworkChanges {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        self.changes.poll_next_unpin(cx)
    }
}

impl Drop for NetworkChanges {
    fn drop(&mut self) {
        for event in EVENTS {
            let _ = self
                .target()
                .remove_event_listener_with_callback(event, self.callback());
        }
    }
}
