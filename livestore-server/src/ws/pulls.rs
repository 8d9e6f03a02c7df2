//! The pulls of a connection, and how far each is ahead of its client.

use std::collections::HashMap;

use futures::future::{AbortHandle, BoxFuture, abortable};
use livestore_core::sync::protocol::RequestId;

use crate::{
    hub::{Batch, PullError, Reader},
    storage::PageLimit,
};

/// A pull.
pub(super) struct Pull {
    live: bool,
    /// Tells it from an earlier one with the same id.
    serial: u64,
    /// Chunks sent and not yet acknowledged.
    ahead: usize,
    /// The last event sent.
    sent: u64,
    /// Its reader, while it waits for its client instead of the log.
    parked: Option<Reader>,
    /// Ends what it reads: a log in which nothing happens would keep it for ever.
    reading: AbortHandle,
}

impl Drop for Pull {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// A pull that waits for events; nothing comes of it if it has ended meanwhile.
pub(super) type NextRead = BoxFuture<'static, Option<Read>>;

/// The pulls of a connection.
#[derive(Default)]
pub(super) struct Pulls {
    pulls: HashMap<RequestId, Pull>,
    serial: u64,
}

/// What a pull has read.
pub(super) struct Read {
    pub(super) pull: Reading,
    pub(super) result: Result<Batch, PullError>,
}

/// A pull that reads.
pub(super) struct Reading {
    pub(super) request: RequestId,
    serial: u64,
    reader: Reader,
}

/// What is to be done after a pull has read something.
pub(super) enum Next {
    /// Read on.
    Read(NextRead),
    /// Wait for its client.
    Wait,
    /// Nothing: all was read that was asked for.
    End,
}

impl Pulls {
    pub(super) fn len(&self) -> usize {
        self.pulls.len()
    }

    pub(super) fn has(&self, request: &RequestId) -> bool {
        self.pulls.contains_key(request)
    }

    /// Starts a pull; the future reads its first chunk.
    pub(super) fn start(
        &mut self,
        request: RequestId,
        live: bool,
        reader: Reader,
        chunk: PageLimit,
    ) -> NextRead {
        self.serial += 1;
        let sent = reader.after();
        let (read, reading) = read(request.clone(), self.serial, reader, chunk);
        let pull = Pull {
            live,
            serial: self.serial,
            ahead: 0,
            sent,
            parked: None,
            reading,
        };
        self.pulls.insert(request, pull);
        read
    }

    /// Returns which there are.
    pub(super) fn ids(&self) -> Vec<RequestId> {
        self.pulls.keys().cloned().collect()
    }

    pub(super) fn end(&mut self, request: &RequestId) -> bool {
        self.pulls.remove(request).is_some()
    }

    /// Says whether what was read belongs to a pull that is still there.
    pub(super) fn wants(&self, read: &Reading) -> bool {
        self.pulls
            .get(&read.request)
            .is_some_and(|pull| pull.serial == read.serial)
    }

    /// Notes that a chunk was sent.
    pub(super) fn sent(&mut self, done: Reading, ahead: usize, chunk: PageLimit) -> Next {
        let Some(pull) = self.pulls.get_mut(&done.request) else {
            return Next::End;
        };
        pull.ahead += 1;
        pull.sent = done.reader.after();
        if !pull.live && done.reader.is_caught_up() {
            self.pulls.remove(&done.request);
            return Next::End;
        }
        if pull.ahead >= ahead {
            pull.parked = Some(done.reader);
            return Next::Wait;
        }
        let (read, reading) = read(done.request, done.serial, done.reader, chunk);
        pull.reading = reading;
        Next::Read(read)
    }

    /// Notes that a chunk was acknowledged; a pull that waited for that reads on.
    pub(super) fn acknowledged(
        &mut self,
        request: &RequestId,
        chunk: PageLimit,
    ) -> Option<NextRead> {
        let pull = self.pulls.get_mut(request)?;
        pull.ahead = pull.ahead.saturating_sub(1);
        let reader = pull.parked.take()?;
        let (read, reading) = read(request.clone(), pull.serial, reader, chunk);
        pull.reading = reading;
        Some(read)
    }

    /// Says whether every live pull has sent what is in the log up to a place, or waits for its client.
    pub(super) fn have_sent(&self, head: u64) -> bool {
        self.pulls
            .values()
            .filter(|pull| pull.live)
            .all(|pull| pull.sent >= head || pull.parked.is_some())
    }
}

fn read(
    request: RequestId,
    serial: u64,
    mut reader: Reader,
    chunk: PageLimit,
) -> (NextRead, AbortHandle) {
    let (read, handle) = abortable(async move {
        let result = reader.next(chunk).await;
        let pull = Reading {
            request,
            serial,
            reader,
        };
        Read { pull, result }
    });
    (Box::pin(async { read.await.ok() }), handle)
}
