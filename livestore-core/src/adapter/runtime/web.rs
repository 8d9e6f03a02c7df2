//! The browser's tasks and timers.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{
    Stream, StreamExt,
    channel::{
        mpsc::{UnboundedReceiver, unbounded},
        oneshot,
    },
    stream::LocalBoxStream,
};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{EventTarget, MessageChannel, MessagePort};

use super::LocalTask;

/// Runs a task in this thread, beside everything else.
pub(in crate::adapter) fn spawn(
    _: &str,
    task: impl FnOnce() -> LocalTask + Send + 'static,
) -> io::Result<()> {
    wasm_bindgen_futures::spawn_local(task());
    Ok(())
}

thread_local! {
    static PAUSES: Pauses = Pauses::new();
}

/// Lets everything else that is ready on this thread go first: messages, too, which come only between
/// the browser's tasks.
pub(in crate::adapter) fn breathe() -> LocalTask {
    PAUSES.with(Pauses::take)
}

/// Waits for a message to oneself: a timer of no time takes 4 ms when it is set again and again.
struct Pauses {
    to_self: MessagePort,
    waiting: Waiting,
    /// Both live as long as the thread.
    _own: (MessagePort, Closure<dyn FnMut()>),
}

type Waiting = Rc<RefCell<VecDeque<oneshot::Sender<()>>>>;

impl Pauses {
    fn new() -> Self {
        let channel = MessageChannel::new().expect("pages and workers can make message channels");
        let waiting = Waiting::default();
        let heard = Rc::clone(&waiting);
        let listener = Closure::<dyn FnMut()>::new(move || {
            let first = heard.borrow_mut().pop_front();
            if let Some(first) = first {
                // Whoever has stopped waiting needs no word.
                let _ = first.send(());
            }
        });
        let own = channel.port1();
        own.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Self {
            to_self: channel.port2(),
            waiting,
            _own: (own, listener),
        }
    }

    fn take(&self) -> LocalTask {
        let (sender, word) = oneshot::channel();
        self.waiting.borrow_mut().push_back(sender);
        let posted = self.to_self.post_message(&JsValue::NULL);
        Box::pin(async move {
            if posted.is_err() || word.await.is_err() {
                sleep(Duration::ZERO).await;
            }
        })
    }
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
