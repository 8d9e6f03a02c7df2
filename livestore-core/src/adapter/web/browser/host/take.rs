//! Taking what sessions say.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{FromHost, Host, Input, Parcel, ToHost};

impl Host {
    pub(super) fn take(self: &Rc<Self>, parcel: &Parcel, by_port: bool) {
        let Some(message) = parcel.message::<ToHost>() else {
            // Only what other builds say cannot be read, and they are told to reload when they say hello.
            return;
        };
        match message {
            ToHost::Hello { build, visit, .. } if !build.is_same_as(&self.start.build) => {
                self.meet(parcel, &build, visit, by_port);
            }
            ToHost::Hello { .. } if self.retiring.get() => {
                self.answer(&parcel.session, by_port, &FromHost::Outdated, None);
            }
            ToHost::Hello { visit, image, .. } => {
                self.welcome(&parcel.session, visit, image, by_port);
            }
            ToHost::Message(visit, message) => {
                if let (Some(key), Some(desk)) = (self.key(&parcel.session, visit), self.desk()) {
                    desk.turn([Input::Session(key, message)]);
                }
            }
            ToHost::Read {
                request,
                after,
                limit,
            } => {
                let events = self.with_desk(|desk| desk.events_after(after, limit as usize));
                self.answer(
                    &parcel.session,
                    by_port,
                    &FromHost::Page { request, events },
                    None,
                );
            }
            ToHost::Find {
                request,
                after,
                limit,
                wanted,
            } => {
                let events =
                    self.with_desk(|desk| desk.wanted_after(after, limit as usize, &wanted));
                self.answer(
                    &parcel.session,
                    by_port,
                    &FromHost::Found { request, events },
                    None,
                );
            }
            ToHost::Export { request } => {
                if let Some(desk) = self.desk() {
                    let log = desk.export_log().map_err(|error| error.to_string());
                    return self.done(&parcel.session, by_port, request, log);
                }
                let log = self.files.borrow().raw_log();
                let (host, session) = (Rc::clone(self), parcel.session.clone());
                spawn_local(async move { host.done(&session, by_port, request, log.await) });
            }
            ToHost::ExportDamaged { request } => {
                let log = self.with_desk(|desk| desk.damaged_log());
                let log = log.map(Option::unwrap_or_default);
                self.done(&parcel.session, by_port, request, log);
            }
            ToHost::ForgetDamaged { request } => {
                let done = self.with_desk(|desk| desk.forget_damaged_log());
                let done = done.map(|()| Vec::new());
                self.done(&parcel.session, by_port, request, done);
            }
            ToHost::Reset { request } => {
                let (host, session) = (Rc::clone(self), parcel.session.clone());
                host.resetting.set(true);
                spawn_local(async move {
                    let reset = host.reset().await;
                    host.resetting.set(false);
                    host.done(&session, by_port, request, reset.map(|()| Vec::new()));
                    host.announce();
                });
            }
            ToHost::Import { request, log } => {
                let (host, session) = (Rc::clone(self), parcel.session.clone());
                host.resetting.set(true);
                spawn_local(async move {
                    let imported = host.import(&log).await;
                    host.resetting.set(false);
                    host.done(&session, by_port, request, imported.map(|()| Vec::new()));
                    host.announce();
                });
            }
            ToHost::Payload { request, payload } => self.payloads.take(request, payload),
            ToHost::Bye => {
                if let (Some(visitor), Some(desk)) = (
                    self.sessions.borrow_mut().remove(&parcel.session),
                    self.desk(),
                ) {
                    desk.remove_session(visitor.key);
                    // What it was asked, another one is asked now.
                    desk.turn([]);
                }
            }
        }
    }
}
