//! What a client says: messages, and the frames in them.

use std::ops::ControlFlow;

use axum::extract::ws::Message;
use livestore_core::sync::protocol::{ClientFrame, ServerFrame};

use super::{Connection, End};
use crate::requests;

/// The frames of one message. LiveStore's clients send one, a later version a few.
const MAX_FRAMES: usize = 256;

impl Connection {
    pub(super) fn message(&mut self, message: Message) -> ControlFlow<End> {
        self.timers.received();
        let text = match &message {
            Message::Text(text) => text.as_str(),
            Message::Binary(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => text,
                Err(_) => {
                    self.send(&ServerFrame::defect("a message is not text"));
                    return ControlFlow::Continue(());
                }
            },
            Message::Ping(_) | Message::Pong(_) => return ControlFlow::Continue(()),
            Message::Close(_) => return ControlFlow::Break(("closed", None)),
        };
        let frames = if requests::has_more_frames(text, MAX_FRAMES) {
            Err(format!("a message has at most {MAX_FRAMES} frames"))
        } else {
            ClientFrame::decode(text).map_err(|error| requests::words(&error))
        };
        // A message without a frame is no less work than one with one.
        let count = frames.as_ref().map_or(1, |frames| frames.len().max(1));
        for _ in 0..count {
            self.bucket.take();
        }
        self.timers.throttled_until = self.bucket.empty_until();
        match frames {
            Ok(frames) => {
                for frame in frames {
                    self.frame(frame)?;
                }
            }
            Err(reason) => self.send(&ServerFrame::defect(reason)),
        }
        ControlFlow::Continue(())
    }

    fn frame(&mut self, frame: ClientFrame) -> ControlFlow<End> {
        match frame {
            ClientFrame::Ping => self.send(&ServerFrame::pong(self.extended)),
            ClientFrame::Ack { request_id } => {
                let chunk = self.state.limits.chunk;
                if let Some(read) = self.pulls.acknowledged(&request_id, chunk) {
                    self.read_on(read);
                }
            }
            ClientFrame::Interrupt { request_id } => {
                // A push is carried out all the same, and answered.
                if self.pulls.end(&request_id) || self.requests.forget_pull(&request_id) {
                    self.send(&ServerFrame::interrupted(request_id));
                }
            }
            ClientFrame::Request(request) => match requests::check_id(&request.id) {
                Ok(()) => {
                    self.requests.add(request);
                    self.take_requests()?;
                }
                Err(reason) => self.send(&ServerFrame::defect(reason)),
            },
            ClientFrame::Eof => {}
            ClientFrame::Unknown { tag } => {
                self.send(&ServerFrame::defect(format!(
                    "unknown request tag: {tag:.100}"
                )));
            }
            _ => self.send(&ServerFrame::defect("unknown request tag")),
        }
        ControlFlow::Continue(())
    }
}
