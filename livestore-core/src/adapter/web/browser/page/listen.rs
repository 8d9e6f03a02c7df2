//! What the page listens to: its lines, and the window that may be left.

use std::rc::Rc;

use wasm_bindgen::{JsCast, prelude::*};
use web_sys::MessageEvent;

use super::{super::wire, Endpoint, Handler};
use crate::store::Inbox;

impl Endpoint {
    pub(super) fn listen(self: &Rc<Self>) {
        let own = self.handler(Self::take_parcel);
        self.own.set_onmessage(Some(own.as_ref().unchecked_ref()));
        let news = self.handler(|endpoint, event| {
            let is_up = event.data().as_string().as_deref() == Some(wire::UP);
            if is_up && !endpoint.expected.get() {
                endpoint.hello();
            }
        });
        self.news.set_onmessage(Some(news.as_ref().unchecked_ref()));
        self.listeners.borrow_mut().extend([own, news]);

        self.on_window("beforeunload", |endpoint, event| {
            let inbox = endpoint.inbox.borrow();
            // A log that is only in memory is handed on, if there is another tab to take it.
            let only_here =
                endpoint.worker.borrow().is_some() && !endpoint.mirror.borrow().is_empty();
            if only_here || inbox.as_ref().is_some_and(Inbox::has_pending) {
                event.prevent_default();
            }
        });
        // A page that the browser keeps to come back to must not keep the others waiting meanwhile.
        self.on_window("pagehide", |endpoint, _| {
            if !endpoint.closed.get() {
                endpoint.disconnect();
                endpoint.left.set(true);
            }
        });
        self.on_window("pageshow", |endpoint, _| {
            if endpoint.left.get()
                && let Some(window) = web_sys::window()
            {
                // Fails where reloading is forbidden; then the store takes no more commits.
                let _ = window.location().reload();
            }
        });
    }

    fn on_window(
        self: &Rc<Self>,
        event: &'static str,
        take: impl Fn(&Self, &web_sys::Event) + 'static,
    ) {
        let weak = Rc::downgrade(self);
        let listener = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            if let Some(endpoint) = weak.upgrade() {
                take(&endpoint, &event);
            }
        });
        if let Some(window) = web_sys::window() {
            // An event with a name of its own can always be listened to.
            let _ =
                window.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
        self.on_window.borrow_mut().push((event, listener));
    }

    pub(super) fn handler(
        self: &Rc<Self>,
        take: impl Fn(&Rc<Self>, &MessageEvent) + 'static,
    ) -> Handler<MessageEvent> {
        let weak = Rc::downgrade(self);
        Closure::new(move |event: MessageEvent| {
            if let Some(endpoint) = weak.upgrade() {
                take(&endpoint, &event);
            }
        })
    }
}
