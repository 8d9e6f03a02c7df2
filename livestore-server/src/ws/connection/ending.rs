//! The end of a connection, in order: the other side hears why, and what it pushed is carried out.

use std::{future::poll_fn, ops::ControlFlow, time::Duration};

use axum::extract::ws::Message;
use futures::StreamExt;
use tokio::time::timeout;

use super::{Connection, Job};
use crate::ws::socket::Event;

/// How long the other side may take to say goodbye too.
const GOODBYE: Duration = Duration::from_secs(1);

impl Connection {
    /// Closes: what is queued is written, the other side hears why, and may answer.
    pub(super) async fn say_goodbye(&mut self, code: u16, reason: &'static str) {
        self.socket.close(code, reason);
        let socket = &mut self.socket;
        let goodbye = async {
            if poll_fn(|cx| socket.poll_write(cx)).await.is_err() {
                return;
            }
            // Read on until the other side closes: what is unread when a socket is dropped takes back
            // what was written.
            loop {
                match poll_fn(|cx| socket.poll(cx, true)).await {
                    Event::Message(Message::Close(_)) | Event::Gone => return,
                    _ => {}
                }
            }
        };
        // Whoever does not answer is left.
        let _ = timeout(GOODBYE, goodbye).await;
    }

    /// Carries out the pushes that have come: their author may be gone, but was heard.
    pub(super) async fn finish_pushes(&mut self) {
        while self.take_requests().is_continue() && (self.pushing > 0 || self.requests.is_asking())
        {
            let Some(job) = self.jobs.next().await else {
                break;
            };
            let on = match job {
                Job::Read(_) => ControlFlow::Continue(()),
                Job::Pushed(request, bytes, result) => self.pushed(request, bytes, result),
                Job::Allowed(allowed) => self.allowed(*allowed),
            };
            if on.is_break() {
                break;
            }
        }
    }
}
