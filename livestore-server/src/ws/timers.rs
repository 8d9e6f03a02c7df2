//! What a connection does not wait for for ever.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::{auth::Grant, limits::Timeouts};

/// The times of a connection.
pub(super) struct Timers {
    timeouts: Timeouts,
    opened: Instant,
    pub(super) has_pulled: bool,
    pub(super) last_received: Instant,
    pinged: bool,
    expires: Option<Instant>,
    refresh_asked: bool,
    /// When what is under way must be over, once the server closes.
    pub(super) closing_until: Option<Instant>,
    /// Until when nothing is read, because too much was.
    pub(super) throttled_until: Option<Instant>,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Ask whether anybody is there.
    Ping,
    /// Ask for another payload.
    Refresh,
    /// Read again.
    Unthrottle,
    /// Close the connection, for this reason, with this code.
    Close(&'static str, u16),
}

/// The server is going away; for the client a reason to come again.
pub(super) const GOING_AWAY: u16 = 1001;
/// The server is restarting.
pub(super) const RESTART: u16 = 1012;
/// Come again later.
pub(super) const TRY_AGAIN: u16 = 1013;
/// A message was too large.
pub(super) const TOO_LARGE: u16 = 1009;
/// The payload does not do any more.
pub(super) const UNAUTHORIZED: u16 = 4401;

impl Timers {
    pub(super) fn new(timeouts: Timeouts, grant: Grant) -> Self {
        let now = Instant::now();
        let mut timers = Self {
            timeouts,
            opened: now,
            has_pulled: false,
            last_received: now,
            pinged: false,
            expires: None,
            refresh_asked: false,
            closing_until: None,
            throttled_until: None,
        };
        timers.granted(grant);
        timers
    }

    /// Notes until when the client may stay.
    pub(super) fn granted(&mut self, grant: Grant) {
        self.refresh_asked = false;
        self.expires = grant.expires_at.map(|at| {
            let left = at.duration_since(SystemTime::now()).unwrap_or_default();
            Instant::now() + left.min(Duration::from_secs(365 * 86_400))
        });
    }

    pub(super) fn received(&mut self) {
        self.last_received = Instant::now();
        self.pinged = false;
    }

    pub(super) fn start_closing(&mut self) {
        // Shorter than the whole server waits, so that each connection can say goodbye.
        self.closing_until = Some(Instant::now() + self.timeouts.shutdown / 2);
    }

    fn all(&self, blocked: Option<Instant>, extended: bool) -> [Option<(Instant, Due)>; 8] {
        let t = &self.timeouts;
        let close = |at, reason, code| Some((at, Due::Close(reason, code)));
        let refresh = self
            .expires
            .filter(|_| extended && !self.refresh_asked)
            .map(|at| {
                (
                    at.checked_sub(t.refresh_before).unwrap_or(self.opened),
                    Due::Refresh,
                )
            });
        [
            (!self.has_pulled)
                .then(|| close(self.opened + t.first_pull, "no_pull", GOING_AWAY))
                .flatten(),
            (!self.pinged).then(|| (self.last_received + t.idle / 2, Due::Ping)),
            close(self.last_received + t.idle, "idle", GOING_AWAY),
            blocked.and_then(|since| close(since + t.write, "slow", TRY_AGAIN)),
            self.expires
                .and_then(|at| close(at, "expired", UNAUTHORIZED)),
            refresh,
            self.closing_until
                .and_then(|at| close(at, "shutdown", RESTART)),
            self.throttled_until.map(|at| (at, Due::Unthrottle)),
        ]
    }

    /// Returns when something is due next.
    pub(super) fn next(&self, blocked: Option<Instant>, extended: bool) -> Instant {
        let all = self.all(blocked, extended);
        let earliest = all.into_iter().flatten().map(|(at, _)| at).min();
        earliest.unwrap_or(self.last_received + self.timeouts.idle)
    }

    /// Returns what is due now, once.
    pub(super) fn due(&mut self, blocked: Option<Instant>, extended: bool) -> Option<Due> {
        let now = Instant::now();
        let all = self.all(blocked, extended);
        let due = all.into_iter().flatten().find(|(at, _)| *at <= now)?.1;
        match due {
            Due::Ping => self.pinged = true,
            Due::Refresh => self.refresh_asked = true,
            Due::Unthrottle => self.throttled_until = None,
            Due::Close(..) => {}
        }
        Some(due)
    }
}
