//! Taking what the worker says.

use std::rc::Rc;

use js_sys::Uint8Array;
use web_sys::MessageEvent;

use super::{
    super::wire::{FromHost, Parcel},
    Endpoint,
};
use crate::{
    store::{AdapterError, Image},
    sync::FromLeader,
};

impl Endpoint {
    pub(super) fn take_parcel(self: &Rc<Self>, event: &MessageEvent) {
        let Some(parcel) = Parcel::from_js(&event.data()) else {
            return;
        };
        let Some(message) = parcel.message::<FromHost>() else {
            return self.refuse(
                "another version of this app has the store open: reload all tabs of this app",
            );
        };
        match message {
            FromHost::Attached { visit, .. } | FromHost::Message(visit, _)
                if visit != self.visit.get() => {}
            FromHost::Attached { image, .. } => {
                self.expected.set(false);
                self.breaks.set(0);
                self.early.borrow_mut().clear();
                self.ask_again();
                let image = image
                    .zip(parcel.buffer)
                    .map(|((place, lineage), buffer)| Image {
                        bytes: Uint8Array::new(&buffer).to_vec(),
                        place,
                        lineage,
                    });
                if let Some(reply) = self.attached.borrow_mut().take() {
                    // The store may have been given up meanwhile.
                    let _ = reply.send(Ok(image));
                }
            }
            FromHost::Refused { reason } => {
                self.expected.set(false);
                self.refuse(&reason);
            }
            FromHost::Message(_, message) => {
                self.deliver(message);
                self.leave_if_done();
            }
            FromHost::PayloadWanted { request } => self.give_payload(request),
            FromHost::Leave => self.leave(),
            FromHost::Outdated => self.end_outdated(),
            FromHost::Done { request, error } => {
                if let Some((_, reply)) = self.jobs.borrow_mut().remove(&request) {
                    let bytes = parcel
                        .buffer
                        .map_or_else(Vec::new, |buffer| Uint8Array::new(&buffer).to_vec());
                    let _ = reply.send(match error {
                        None => Ok(bytes),
                        Some(error) => Err(AdapterError::new(error)),
                    });
                }
            }
            FromHost::Found { request, events } => {
                if let Some((_, reply)) = self.finds.borrow_mut().remove(&request) {
                    let _ = reply.send(events.map_err(AdapterError::new));
                }
            }
            FromHost::Page { request, events } => {
                if let Some((_, reply)) = self.reads.borrow_mut().remove(&request) {
                    let _ = reply.send(events.map_err(AdapterError::new));
                }
            }
        }
    }

    pub(super) fn deliver(&self, message: FromLeader) {
        self.mirror.borrow_mut().received(&message);
        let inbox = self.inbox.borrow().clone();
        match inbox {
            Some(inbox) => inbox.deliver(message),
            None => self.early.borrow_mut().push(message),
        }
    }

    /// There is no leader for this session.
    pub(super) fn refuse(&self, reason: &str) {
        match self.attached.borrow_mut().take() {
            // Nobody may be waiting.
            Some(reply) => drop(reply.send(Err(AdapterError::new(reason)))),
            None => self.deliver(FromLeader::Stopped {
                reason: reason.into(),
            }),
        }
    }
}
