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
    grant: Grant,
    expires: Option<Instant>,
    /// When another payload is asked for; not again while the end stays where it is.
    refresh_at: Option<Instant>,
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
            grant: Grant::lasting(),
            expires: None,
            refresh_at: None,
            closing_until: None,
            throttled_until: None,
        };
        timers.granted(grant);
        timers
    }

    /// Notes until when the client may stay.
    pub(super) fn granted(&mut self, grant: Grant) {
        if grant == self.grant {
            return;
        }
        self.grant = grant;
        let now = Instant::now();
        let left = grant.expires_at.map(|at| {
            let left = at.duration_since(SystemTime::now()).unwrap_or_default();
            left.min(Duration::from_secs(365 * 86_400))
        });
        self.expires = left.map(|left| now + left);
        // A grant that is shorter than what is asked before its end would be asked for all the time.
        let before = self.timeouts.refresh_before;
        self.refresh_at = left.map(|left| now + left.saturating_sub(before).max(left / 2));
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
            .refresh_at
            .filter(|_| extended)
            .map(|at| (at, Due::Refresh));
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
            Due::Refresh => self.refresh_at = None,
            Due::Unthrottle => self.throttled_until = None,
            Due::Close(..) => {}
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tokio::time::{Instant, advance};

    use super::{Due, Timers};
    use crate::{auth::Grant, limits::Timeouts};

    /// How often another payload is asked for until a grant has ended, if it is answered with what this gives.
    async fn asked(first: Grant, answer: impl Fn() -> Grant) -> Vec<Duration> {
        let mut timers = Timers::new(Timeouts::default(), first);
        timers.has_pulled = true;
        let start = Instant::now();
        let mut asked = Vec::new();
        while start.elapsed() < Duration::from_secs(60) && asked.len() < 100 {
            match timers.due(None, true) {
                Some(Due::Refresh) => {
                    asked.push(start.elapsed());
                    timers.granted(answer());
                }
                Some(Due::Close(reason, _)) => {
                    assert_eq!(reason, "expired");
                    break;
                }
                _ => advance(Duration::from_millis(500)).await,
            }
            timers.received();
        }
        asked
    }

    fn lasting(seconds: u64) -> Grant {
        Grant::until(SystemTime::now() + Duration::from_secs(seconds))
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_answers_with_what_it_had_is_not_asked_again() {
        let grant = lasting(20);
        let asked = asked(grant, || grant).await;
        assert_eq!(asked.len(), 1, "{asked:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_grant_that_ends_soon_is_asked_for_when_half_of_it_is_over() {
        let asked = asked(lasting(20), || lasting(20)).await;
        assert!((5..=6).contains(&asked.len()), "{asked:?}");
        assert!(asked[0] >= Duration::from_millis(9_500), "{asked:?}");
    }
}
