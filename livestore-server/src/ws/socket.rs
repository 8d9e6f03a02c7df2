//! A socket with what is yet to be written to it.

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::{Sink, SinkExt, StreamExt};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite;

/// So many frames, and bytes of them, may wait to be written before nothing more is read, from the client or for it.
const MAX_QUEUED: usize = 128;
const MAX_QUEUED_BYTES: usize = 2 << 20;

/// A WebSocket that is written to as fast as the other side reads, while it is read from.
pub(super) struct Socket {
    socket: WebSocket,
    queue: VecDeque<Message>,
    queued_bytes: usize,
    unflushed: bool,
    /// Since when the other side has taken nothing of what is to be written.
    blocked_since: Option<Instant>,
    sent_bytes: u64,
}

/// What happened on a socket.
#[derive(Debug)]
pub(super) enum Event {
    /// A message came.
    Message(Message),
    /// There is room for frames again.
    Room,
    /// The other side closed it, or the network did.
    Gone,
    /// A message was larger than is allowed.
    TooLarge,
}

impl Socket {
    pub(super) fn new(socket: WebSocket) -> Self {
        Self {
            socket,
            queue: VecDeque::new(),
            queued_bytes: 0,
            unflushed: false,
            blocked_since: None,
            sent_bytes: 0,
        }
    }

    /// Queues a frame.
    pub(super) fn send(&mut self, text: String) {
        self.sent_bytes += text.len() as u64;
        self.queued_bytes += text.len();
        self.queue.push_back(Message::Text(text.into()));
    }

    /// Queues a question of the WebSocket layer whether anybody is there.
    pub(super) fn ping(&mut self) {
        self.queue.push_back(Message::Ping(Default::default()));
    }

    /// Queues the end.
    pub(super) fn close(&mut self, code: u16, reason: &'static str) {
        let reason = Utf8Bytes::from_static(reason);
        let frame = CloseFrame { code, reason };
        self.queue.push_back(Message::Close(Some(frame)));
    }

    /// Whether so much waits to be written that nothing more should be asked for.
    pub(super) fn is_full(&self) -> bool {
        self.queue.len() >= MAX_QUEUED || self.queued_bytes >= MAX_QUEUED_BYTES
    }

    /// Returns since when the other side has taken nothing, if something is to be written.
    pub(super) fn blocked_since(&self) -> Option<Instant> {
        self.blocked_since
    }

    /// Returns how many bytes of frames were queued since the last time this was asked.
    pub(super) fn take_sent_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.sent_bytes)
    }

    /// Writes what can be written, then reads a message if there is one and it is wanted.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<Event> {
        let was_full = self.is_full();
        match self.poll_write(cx) {
            Poll::Ready(Err(error)) => return Poll::Ready(gone(&error)),
            Poll::Ready(Ok(())) => self.blocked_since = None,
            Poll::Pending => {
                self.blocked_since.get_or_insert_with(Instant::now);
            }
        }
        if was_full && !self.is_full() {
            return Poll::Ready(Event::Room);
        }
        if !read {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(self.socket.poll_next_unpin(cx)) {
            Some(Ok(message)) => Event::Message(message),
            Some(Err(error)) => gone(&error),
            None => Event::Gone,
        })
    }

    /// Ready when everything is written.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        let mut socket = std::pin::Pin::new(&mut self.socket);
        while !self.queue.is_empty() {
            ready!(socket.as_mut().poll_ready(cx))?;
            if let Some(message) = self.queue.pop_front() {
                if let Message::Text(text) = &message {
                    self.queued_bytes -= text.len();
                }
                socket.as_mut().start_send(message)?;
            }
            self.unflushed = true;
            self.blocked_since = None;
        }
        if self.unflushed {
            ready!(socket.poll_flush_unpin(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }
}

/// Tells a message that is too large, which its sender hears, from everything else that ends a socket.
fn gone(error: &axum::Error) -> Event {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    match cause {
        Some(tungstenite::Error::Capacity(_)) => Event::TooLarge,
        _ => Event::Gone,
    }
}
