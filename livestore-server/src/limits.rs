//! How much a server takes, and how long it waits.

mod admission;
mod bucket;
mod rates;

use std::time::Duration;

pub(crate) use admission::{Admission, Admitted};
pub(crate) use bucket::Bucket;
pub(crate) use rates::Rates;

use crate::storage::PageLimit;

/// How much a server takes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The bytes of one message or request. LiveStore's clients send up to 900,000 and some more around them, and what
    /// is refused again and again; less than 1,000,000 is too few.
    pub message_bytes: usize,
    /// The events of one push. LiveStore's clients send up to 100.
    pub batch_events: usize,
    /// The bytes of one event, its name and ids included.
    pub event_bytes: usize,
    /// The connections of the server.
    pub connections: usize,
    /// The connections of one store.
    pub connections_per_store: usize,
    /// The connections of one address; without a limit behind a proxy that hides them.
    pub connections_per_address: Option<usize>,
    /// The pulls of one connection; more than one is unusual.
    pub pulls_per_connection: usize,
    /// The chunks a pull may be ahead of what its client has acknowledged.
    pub chunks_ahead: usize,
    /// The frames of one connection per second, over some seconds; beyond that they wait.
    pub frames_per_second: u32,
    /// The requests over HTTP of one address per second, over some seconds; beyond that they are refused with 429
    /// and a time to come again. Of an IPv6 address its first 64 bits count. Everybody behind a proxy that hides
    /// addresses shares one.
    pub http_requests_per_second: Option<u32>,
    /// What one chunk of a pull holds.
    pub chunk: PageLimit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 4 << 20,
            batch_events: 1000,
            event_bytes: 900_000,
            connections: 20_000,
            connections_per_store: 5000,
            connections_per_address: None,
            pulls_per_connection: 8,
            chunks_ahead: 8,
            frames_per_second: 2000,
            http_requests_per_second: Some(1000),
            chunk: PageLimit {
                events: 100,
                bytes: 899_000,
            },
        }
    }
}

/// How long a server waits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Timeouts {
    /// For the first pull of a connection. LiveStore 0.4's client forgets to pull when it comes again after
    /// a silent break, and does so once it is sent away.
    pub first_pull: Duration,
    /// For any sign of life; a client is asked for one before.
    pub idle: Duration,
    /// For a client to take what is sent to it.
    pub write: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// For the headers of a request.
    pub headers: Duration,
    /// For connections to end when the server stops.
    pub shutdown: Duration,
    /// How long before a grant ends its client is asked for another payload, if it knows how to give one.
    pub refresh_before: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_pull: Duration::from_secs(3),
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            body: Duration::from_secs(30),
            headers: Duration::from_secs(10),
            shutdown: Duration::from_secs(10),
            refresh_before: Duration::from_secs(30),
        }
    }
}
