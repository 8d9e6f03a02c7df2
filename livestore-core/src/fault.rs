//! Deliberate faults, for testing the tests: bugs that the simulation must find, and crashes.
//!
//! Without the feature `simulation` there are none, and asking costs nothing.

#![cfg_attr(not(feature = "simulation"), allow(unreachable_pub))]

/// A bug that can be switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bug {
    /// The leader tells sessions that events are in the log before they are.
    AcknowledgeBeforeWrite,
    /// The leader takes pushes that do not follow its log.
    NoFence,
    /// A session does not take back what a rebase moves.
    SkipRollback,
    /// A pending event that comes back under another number is taken for a stranger's.
    ForgetIdentity,
    /// The backend head is written before the events it covers, in a transaction of its own.
    HeadBeforeEvents,
    /// Gaps in what the backend sends are not noticed.
    IgnoreGaps,
    /// After a push that the backend was ahead of, nothing is ever pushed again.
    ParkWhenBehind,
    /// What stands behind a rejected event is forgotten with it.
    RejectStrands,
    /// A state of another schema is taken for a good one.
    KeepForeignState,
    /// A check is not run again when its event moves.
    SkipCheck,
    /// A receipt says that events are synced when they are sent.
    SyncedWhenSent,
    /// A session whose leader is gone goes on waiting for its answer.
    WaitForLostLeader,
    /// A rebase compares pending events with the backend's as if there were no client-only ones.
    CountClientOnly,
    /// A pull that comes to a halt is waited for, for ever.
    WaitForPages,
    /// The events that a reset of the backend leaves without a log are handed to nobody.
    ForgetUnsynced,
    /// What was final without a backend is taken for final with one.
    KeepLineage,
    /// A leader that stops takes back what it has persisted.
    DenyPersisted,
}

#[cfg(feature = "simulation")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static BUG: Cell<Option<Bug>> = const { Cell::new(None) };
        static CRASH: Cell<Option<u64>> = const { Cell::new(None) };
        static POINTS: Cell<u64> = const { Cell::new(0) };
        static IDS: Cell<Option<u64>> = const { Cell::new(None) };
        static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
    }

    /// What a crash unwinds with.
    #[derive(Clone, Copy, Debug)]
    pub struct Crash(pub &'static str);

    /// Switches a bug on, in this thread.
    pub fn set_bug(bug: Option<Bug>) {
        BUG.set(bug);
    }

    /// Makes the nth crash point from here on crash, in this thread.
    pub fn crash_at(point: Option<u64>) {
        CRASH.set(point);
    }

    /// Returns how many crash points this thread has passed.
    pub fn points_passed() -> u64 {
        POINTS.get()
    }

    /// Makes event ids in this thread follow from a seed, so that a run can be repeated byte by byte.
    pub fn seed_ids(seed: Option<u64>) {
        IDS.set(seed);
    }

    /// Caps, in this thread, how much is taken in one piece: pages, batches and buffers that no small
    /// log would ever fill.
    pub fn set_limit(limit: Option<usize>) {
        LIMIT.set(limit.unwrap_or(usize::MAX));
    }

    pub(crate) fn limit(normal: usize) -> usize {
        normal.min(LIMIT.get())
    }

    pub(crate) fn next_ids() -> Option<u64> {
        let seed = IDS.get()?;
        // SplitMix64: neighbouring seeds give numbers far apart.
        let next = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        IDS.set(Some(next));
        let mixed = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Some(mixed ^ (mixed >> 27))
    }

    pub(crate) fn has(bug: Bug) -> bool {
        BUG.get() == Some(bug)
    }

    pub(crate) fn crash_point(name: &'static str) {
        POINTS.set(POINTS.get() + 1);
        match CRASH.get() {
            Some(0) => {
                CRASH.set(None);
                std::panic::resume_unwind(Box::new(Crash(name)));
            }
            Some(left) => CRASH.set(Some(left - 1)),
            None => {}
        }
    }
}

#[cfg(feature = "simulation")]
pub use switch::{Crash, crash_at, points_passed, seed_ids, set_bug, set_limit};
#[cfg(feature = "simulation")]
pub(crate) use switch::{crash_point, has, limit, next_ids};

/// Whether a bug is switched on.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn has(_: Bug) -> bool {
    false
}

/// A moment at which the process may die.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn crash_point(_: &'static str) {}

/// How much is taken in one piece.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn limit(normal: usize) -> usize {
    normal
}

/// Where a session's ids start, if not at random.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn next_ids() -> Option<u64> {
    None
}
