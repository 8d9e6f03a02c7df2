//! The leader's half of the hop between leader and backend, without I/O.
//!
//! Connect, pull what is there, stay on for what comes, push what is pending once everything is
//! pulled; when anything fails, try again with growing pauses. There is no state without a way out:
//! every wait has a deadline, and every failure is in the status. Times are given by the caller, as
//! durations since some moment of its choosing.

mod options;

use std::{sync::Arc, time::Duration};

pub use options::{InitialSync, OnBackendMismatch, SyncOptions};

use super::{BackendError, Connection, InitialSyncProgress, PageInfo, backoff::Backoff};
use crate::fault::{self, Bug};

/// How long a push that the backend was ahead of waits for the page that says how.
const SERVER_AHEAD_WAIT: Duration = Duration::from_secs(5);

/// The longest that a backend is left alone because it asks for that: whoever asks for more has made a mistake.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// What is to be done at the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpstreamEffect {
    /// End the connection there is, if any, and make a new one.
    Connect { connection: u64 },
    /// End the connection.
    Disconnect,
    /// Pull what follows the backend head.
    Pull { connection: u64, live: bool },
    /// Push the next pending events.
    Push { connection: u64, request: u64 },
    /// Ask whether the backend is there.
    Ping { connection: u64 },
}

/// The connection to the backend and what is under way on it.
#[derive(Debug)]
pub(crate) struct Upstream {
    options: SyncOptions,
    online: bool,
    link: Link,
    /// The number of the last connection; what comes from earlier ones is late.
    connection: u64,
    request: u64,
    pull: Pull,
    push: Push,
    /// When the backend was last asked whether it is there, and not answered yet.
    ping: Option<Duration>,
    /// When something last came from the backend.
    heard: Duration,
    /// When the connection there is was made.
    connected: Duration,
    backoff: Backoff,
    push_backoff: Backoff,
    /// Why the last push failed, until one is taken.
    push_failure: Option<Arc<str>>,
    initial: Initial,
}

#[derive(Debug)]
enum Link {
    /// Nothing is there; the next try is at that time.
    Down { retry_at: Option<Retry> },
    /// A connection is being made since then.
    Connecting { since: Duration },
    /// A connection is there.
    Up,
    /// Given up.
    Stopped { reason: Arc<str> },
}

#[derive(Debug)]
struct Retry {
    at: Duration,
    reason: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pull {
    /// To be started.
    Wanted,
    /// More is to come; so long nothing has.
    Running { since: Duration },
    /// Everything there is has come, and the pull goes on with what comes later.
    CaughtUp,
    /// Ended after a page that said so.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Push {
    /// Nothing is under way.
    Idle,
    /// This request since then.
    Running { request: u64, since: Duration },
    /// The backend was ahead; until then the pull may say how.
    Behind { until: Duration },
    /// It failed; the next try is at that time.
    Failed { retry_at: Duration },
}

#[derive(Clone, Copy, Debug)]
struct Initial {
    progress: InitialSyncProgress,
    deadline: Option<Duration>,
}

impl Upstream {
    /// Starts; `seed` makes its pauses differ from other clients'.
    pub(crate) fn new(options: SyncOptions, now: Duration, seed: u64) -> Self {
        let initial = match options.initial_sync {
            InitialSync::Skip => Initial {
                progress: InitialSyncProgress::Done,
                deadline: None,
            },
            InitialSync::Blocking { timeout } => Initial {
                progress: InitialSyncProgress::Pulling {
                    done: 0,
                    total: None,
                },
                deadline: Some(now + timeout),
            },
        };
        Self {
            options,
            online: true,
            link: Link::Down { retry_at: None },
            connection: 0,
            request: 0,
            pull: Pull::Wanted,
            push: Push::Idle,
            ping: None,
            heard: now,
            connected: now,
            backoff: Backoff::new(seed),
            push_backoff: Backoff::new(seed.rotate_left(32)),
            push_failure: None,
            initial,
        }
    }

    pub(crate) fn options(&self) -> &SyncOptions {
        &self.options
    }

    /// Whether this is the connection that counts.
    pub(crate) fn is_current(&self, connection: u64) -> bool {
        self.connection == connection && matches!(self.link, Link::Up | Link::Connecting { .. })
    }

    /// Whether this push is the one under way.
    pub(crate) fn is_pushing(&self, connection: u64, request: u64) -> bool {
        self.is_current(connection)
            && matches!(self.push, Push::Running { request: running, .. } if running == request)
    }

    /// Connects, or keeps away from the backend.
    pub(crate) fn set_online(&mut self, online: bool) -> Option<UpstreamEffect> {
        if self.online == online {
            return None;
        }
        self.online = online;
        self.backoff.succeeded();
        if matches!(self.link, Link::Stopped { .. }) {
            return None;
        }
        self.link = Link::Down { retry_at: None };
        (!online).then_some(UpstreamEffect::Disconnect)
    }

    /// Gives up.
    pub(crate) fn stop(&mut self, reason: impl Into<Arc<str>>) -> UpstreamEffect {
        // Nobody is to wait for what will not come.
        self.initial.deadline = None;
        if let InitialSyncProgress::Pulling { .. } = self.initial.progress {
            self.initial.progress = InitialSyncProgress::TimedOut;
        }
        self.link = Link::Stopped {
            reason: reason.into(),
        };
        UpstreamEffect::Disconnect
    }

    /// Starts over at once.
    pub(crate) fn restart(&mut self) {
        self.link = Link::Down { retry_at: None };
    }

    /// The network may be back, or gone: finds out at once.
    pub(crate) fn network_changed(&mut self, now: Duration) -> Option<UpstreamEffect> {
        match &mut self.link {
            Link::Down { retry_at } => {
                *retry_at = None;
                None
            }
            Link::Up if self.ping.is_none() => {
                self.ping = Some(now);
                let connection = self.connection;
                Some(UpstreamEffect::Ping { connection })
            }
            _ => None,
        }
    }

    /// Makes the next try wait this long at least, but not for ever.
    pub(crate) fn leave_alone(&mut self, now: Duration, pause: Duration) {
        if let Link::Down {
            retry_at: Some(retry),
        } = &mut self.link
        {
            retry.at = retry.at.max(now + pause.min(LONGEST_PAUSE));
        }
    }

    /// The connection is there.
    pub(crate) fn connected(&mut self, now: Duration) {
        self.link = Link::Up;
        self.pull = Pull::Wanted;
        self.push = Push::Idle;
        self.ping = None;
        (self.heard, self.connected) = (now, now);
    }

    /// The connection failed, or what comes over it cannot be right: make a new one after a pause.
    pub(crate) fn failed(
        &mut self,
        now: Duration,
        error: &dyn std::fmt::Display,
    ) -> UpstreamEffect {
        if !matches!(self.link, Link::Stopped { .. }) {
            let is_up = matches!(self.link, Link::Up);
            if is_up && now >= self.connected + self.options.ping_interval {
                self.backoff.succeeded();
            }
            let at = now + self.backoff.failed();
            let reason = error.to_string().into();
            self.link = Link::Down {
                retry_at: Some(Retry { at, reason }),
            };
        }
        UpstreamEffect::Disconnect
    }

    /// A page has come and is in the log.
    pub(crate) fn pulled(&mut self, now: Duration, events: u64, info: PageInfo) {
        self.heard = now;
        self.pull = match info {
            PageInfo::NoMore => Pull::CaughtUp,
            PageInfo::MoreUnknown | PageInfo::MoreKnown { .. } => Pull::Running { since: now },
        };
        if info == PageInfo::NoMore {
            self.initial.progress = InitialSyncProgress::Done;
            self.initial.deadline = None;
        }
        if let InitialSyncProgress::Pulling { done, total } = &mut self.initial.progress {
            *done += events;
            if let (PageInfo::MoreKnown { remaining }, None) = (info, &total) {
                *total = Some(*done + remaining);
            }
        }
        let told = events > 0 || info == PageInfo::NoMore;
        if matches!(self.push, Push::Behind { .. }) && told && !fault::has(Bug::ParkWhenBehind) {
            self.push = Push::Idle;
        }
    }

    /// The pull has ended without an error.
    pub(crate) fn pull_ended(&mut self, now: Duration) -> Option<UpstreamEffect> {
        match self.pull {
            Pull::CaughtUp if !self.options.live_pull => {
                self.pull = Pull::Done;
                None
            }
            _ => Some(self.failed(now, &"the pull ended")),
        }
    }

    /// The push was taken, or is to go on with what is left.
    pub(crate) fn pushed(&mut self, now: Duration) {
        self.heard = now;
        self.backoff.succeeded();
        self.push_backoff.succeeded();
        self.push_failure = None;
        self.push = Push::Idle;
    }

    /// The backend has events that the push did not follow.
    pub(crate) fn server_ahead(&mut self, now: Duration) {
        self.heard = now;
        let wait = if fault::has(Bug::ParkWhenBehind) {
            Duration::from_secs(u64::from(u32::MAX))
        } else {
            SERVER_AHEAD_WAIT
        };
        self.push = Push::Behind { until: now + wait };
        if self.pull == Pull::Done {
            self.pull = Pull::Wanted;
        }
    }

    /// The push failed for a reason that may pass.
    pub(crate) fn push_failed(
        &mut self,
        now: Duration,
        error: &BackendError,
    ) -> Option<UpstreamEffect> {
        if let BackendError::Offline { .. } = error {
            return Some(self.failed(now, error));
        }
        let mut pause = self.push_backoff.failed();
        if let BackendError::Busy { retry_after } = error {
            pause = pause.max(*retry_after).min(LONGEST_PAUSE);
        }
        self.push_failure = Some(error.to_string().into());
        self.push = Push::Failed {
            retry_at: now + pause,
        };
        None
    }

    /// The backend has answered a ping.
    pub(crate) fn answered(&mut self, now: Duration) {
        self.heard = now;
        self.ping = None;
    }

    /// Returns what is to be done now; `pending` tells whether there is anything to push.
    pub(crate) fn poll(&mut self, now: Duration, pending: bool) -> Vec<UpstreamEffect> {
        if self
            .initial
            .deadline
            .is_some_and(|deadline| now >= deadline)
        {
            self.initial.deadline = None;
            self.initial.progress = InitialSyncProgress::TimedOut;
        }
        if !self.online {
            return Vec::new();
        }
        let overdue = |since: Duration| now >= since + self.options.timeout;
        match &self.link {
            Link::Stopped { .. } => Vec::new(),
            Link::Down { retry_at } => match retry_at {
                Some(retry) if now < retry.at => Vec::new(),
                _ => vec![self.connect(now)],
            },
            Link::Connecting { since } if overdue(*since) => {
                vec![self.failed(now, &"the sync backend did not answer in time")]
            }
            Link::Connecting { .. } => Vec::new(),
            Link::Up => self.poll_connection(now, pending),
        }
    }

    /// Returns when [`poll`](Self::poll) will have something to do, if nothing happens before.
    pub(crate) fn wake_at(&self, pending: bool) -> Option<Duration> {
        let timeout = self.options.timeout;
        let link = match &self.link {
            Link::Down { retry_at } => retry_at.as_ref().map(|retry| retry.at),
            Link::Connecting { since } => Some(*since + timeout),
            Link::Stopped { .. } => None,
            Link::Up => {
                let push = match self.push {
                    Push::Running { since, .. } => Some(since + timeout),
                    Push::Behind { until } => Some(until),
                    Push::Failed { retry_at } => {
                        (pending && self.has_caught_up()).then_some(retry_at)
                    }
                    Push::Idle => None,
                };
                let ping = match self.ping {
                    Some(since) => since + timeout,
                    None => self.heard + self.options.ping_interval,
                };
                let pull = match self.pull {
                    Pull::Running { since } if !fault::has(Bug::WaitForPages) => {
                        Some(since + timeout)
                    }
                    Pull::Running { .. } | Pull::Wanted | Pull::CaughtUp | Pull::Done => None,
                };
                [push, pull, Some(ping)].into_iter().flatten().min()
            }
        };
        let link = link.filter(|_| self.online);
        link.into_iter().chain(self.initial.deadline).min()
    }

    /// Returns the connection as people are told of it.
    pub(crate) fn status(&self, now: Duration) -> Connection {
        match &self.link {
            Link::Stopped { reason } => Connection::Stopped {
                reason: Arc::clone(reason),
            },
            _ if !self.online => Connection::Offline,
            Link::Down { retry_at: None } | Link::Connecting { .. }
                if self.backoff.failures() == 0 =>
            {
                Connection::Connecting
            }
            Link::Down {
                retry_at: Some(retry),
            } => Connection::Reconnecting {
                attempt: self.backoff.failures(),
                next_try_in: retry.at.saturating_sub(now),
                reason: Arc::clone(&retry.reason),
            },
            Link::Down { retry_at: None } | Link::Connecting { .. } => Connection::Connecting,
            Link::Up => Connection::Connected,
        }
    }

    /// Returns why the last push failed, until one is taken.
    pub(crate) fn push_failure(&self) -> Option<Arc<str>> {
        self.push_failure.clone()
    }

    pub(crate) fn initial_sync(&self) -> InitialSyncProgress {
        self.initial.progress
    }

    /// Whether everything there is has been pulled; only then something is pushed.
    fn has_caught_up(&self) -> bool {
        matches!(self.pull, Pull::CaughtUp | Pull::Done)
    }

    fn connect(&mut self, now: Duration) -> UpstreamEffect {
        self.connection += 1;
        self.link = Link::Connecting { since: now };
        UpstreamEffect::Connect {
            connection: self.connection,
        }
    }

    fn poll_connection(&mut self, now: Duration, pending: bool) -> Vec<UpstreamEffect> {
        let timeout = self.options.timeout;
        let stuck = match (self.push, self.ping) {
            (Push::Running { since, .. }, _) if now >= since + timeout => {
                Some("the sync backend did not answer a push in time")
            }
            (_, Some(since)) if now >= since + timeout => {
                Some("the sync backend did not answer in time")
            }
            _ if matches!(self.pull, Pull::Running { since } if now >= since + timeout)
                && !fault::has(Bug::WaitForPages) =>
            {
                Some("the sync backend did not say how its log goes on, nor that it is over")
            }
            // What the push did not follow should have come by the pull: ask for it once more.
            (Push::Behind { until }, _) if now >= until => {
                Some("the sync backend is ahead and does not say by what")
            }
            _ => None,
        };
        if let Some(reason) = stuck {
            return vec![self.failed(now, &reason)];
        }
        let connection = self.connection;
        let mut effects = Vec::new();
        if self.pull == Pull::Wanted {
            self.pull = Pull::Running { since: now };
            let live = self.options.live_pull;
            effects.push(UpstreamEffect::Pull { connection, live });
        }
        let free = match self.push {
            Push::Idle => true,
            Push::Failed { retry_at } => now >= retry_at,
            Push::Running { .. } | Push::Behind { .. } => false,
        };
        if pending && free && self.has_caught_up() {
            self.request += 1;
            let request = self.request;
            self.push = Push::Running {
                request,
                since: now,
            };
            effects.push(UpstreamEffect::Push {
                connection,
                request,
            });
        }
        if self.ping.is_none() && now >= self.heard + self.options.ping_interval {
            self.ping = Some(now);
            effects.push(UpstreamEffect::Ping { connection });
        }
        effects
    }
}

#[cfg(test)]
mod tests;
