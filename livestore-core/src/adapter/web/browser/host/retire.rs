//! Meeting other builds of the program, and making way for a newer one.

use std::{rc::Rc, time::Duration};

use wasm_bindgen_futures::spawn_local;

use super::{super::build::Build, FromHost, Host, Parcel, Route, Visit};

/// How long sessions may take to hand over what they have pending. All but a hung one need far less.
const HAND_OVER: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

impl Host {
    /// A session of another build is here: one of the two has to go.
    pub(super) fn meet(
        self: &Rc<Self>,
        parcel: &Parcel,
        build: &Build,
        visit: Visit,
        by_port: bool,
    ) {
        if build.is_newer_than(&self.start.build) {
            return self.retire();
        }
        let message = if build.is_nameless() && parcel.is_of_this_program() {
            // It only asks for something, which every leader of this program can do.
            FromHost::Attached { visit, image: None }
        } else {
            FromHost::Outdated
        };
        self.answer(&parcel.session, by_port, &message, None);
    }

    /// Sends the sessions away and ends: the newer build's tab queues for the lead already.
    fn retire(self: &Rc<Self>) {
        if self.retiring.replace(true) {
            return;
        }
        tracing::info!(
            store = self.start.store,
            "a newer build of the app takes over"
        );
        self.tell_all(&FromHost::Leave);
        let host = Rc::clone(self);
        spawn_local(async move {
            let mut waited = Duration::ZERO;
            while host.resetting.get() || (!host.sessions.borrow().is_empty() && waited < HAND_OVER)
            {
                gloo_timers::future::sleep(LOOK_AGAIN).await;
                waited += LOOK_AGAIN;
            }
            host.end();
        });
    }

    /// Closes the log; what is not in it by now will not be.
    fn end(&self) {
        if let Some(desk) = self.desk() {
            drop(desk.close());
        }
        *self.desk.borrow_mut() = Err("a newer version of this app has taken over".to_owned());
        self.tell_all(&FromHost::Outdated);
        // Last of all the page that this worker belongs to: it ends the worker.
        let owner = Route::Port(self.port.clone());
        owner.post(&self.start.session, &FromHost::Outdated, None);
    }

    fn tell_all(&self, message: &FromHost) {
        let sessions: Vec<_> = self
            .sessions
            .borrow()
            .iter()
            .map(|(session, visitor)| (session.clone(), visitor.route.clone()))
            .collect();
        for (session, route) in sessions {
            route.post(&session, message, None);
        }
    }
}
