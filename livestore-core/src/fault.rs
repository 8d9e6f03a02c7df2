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
    /// A rebase takes out an event that fits, and says that it does not.
    RejectHealthy,
    /// Nobody is told that a check has put another event in one's place.
    HideReplaced,
    /// A page of the event stream is taken for final up to where that is by the time it arrives.
    ReadLate,
    /// A write that failed is acknowledged all the same.
    OverlookFailure,
    /// Each step to a newer format is committed for itself, before the format is noted.
    StepByStep,
    /// That the app has the unsynced events is not noted.
    HandOutAgain,
}

#[cfg(feature = "simulation")]
mod switch {
    use std::cell::{Cell, RefCell};

    use super::Bug;

    thread_local! {
        static BUG: Cell<Option<Bug>> = const { Cell::new(None) };
        static CRASH: Cell<Option<u64>> = const { Cell::new(None) };
        static POINTS: Cell<u64> = const { Cell::new(0) };
        static IDS: Cell<Option<u64>> = const { Cell::new(None) };
        static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
        static DISK: Cell<Option<Trouble>> = const { Cell::new(None) };
        static FAILURES: Cell<u64> = const { Cell::new(0) };
        static LAST_WORDS: RefCell<Option<LastWords>> = const { RefCell::new(None) };
    }

    type LastWords = Box<dyn FnOnce()>;

    /// What is wrong with the disk.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Trouble {
        /// How many more writes succeed.
        pub after: u64,
        /// Whether every later one fails, or only that one.
        pub lasting: bool,
        /// Whether the disk is full; else it fails.
        pub full: bool,
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

    /// Sets what is done at a crash, before anything is tidied up by unwinding.
    pub fn before_crash(last_words: Option<Box<dyn FnOnce()>>) {
        LAST_WORDS.set(last_words);
    }

    /// Makes writes fail, in this thread.
    pub fn set_trouble(trouble: Option<Trouble>) {
        DISK.set(trouble);
    }

    /// Returns what is wrong with the disk by now.
    pub fn trouble() -> Option<Trouble> {
        DISK.get()
    }

    /// Returns how many writes have failed in this thread.
    pub fn writes_failed() -> u64 {
        FAILURES.get()
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
                if let Some(last_words) = LAST_WORDS.take() {
                    last_words();
                }
                std::panic::resume_unwind(Box::new(Crash(name)));
            }
            Some(left) => CRASH.set(Some(left - 1)),
            None => {}
        }
    }

    pub(crate) fn write_point(name: &'static str) -> rusqlite::Result<()> {
        crash_point(name);
        let Some(trouble) = DISK.get() else {
            return Ok(());
        };
        if trouble.after > 0 {
            DISK.set(Some(Trouble {
                after: trouble.after - 1,
                ..trouble
            }));
            return Ok(());
        }
        DISK.set(Some(trouble).filter(|trouble| trouble.lasting));
        FAILURES.set(FAILURES.get() + 1);
        let code = match trouble.full {
            true => rusqlite::ffi::SQLITE_FULL,
            false => rusqlite::ffi::SQLITE_IOERR,
        };
        Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(code),
            Some(format!("in a simulation, {name}")),
        ))
    }
}

#[cfg(feature = "simulation")]
pub use switch::{
    Crash, Trouble, before_crash, crash_at, points_passed, seed_ids, set_bug, set_limit,
    set_trouble, trouble, writes_failed,
};
#[cfg(feature = "simulation")]
pub(crate) use switch::{has, limit, next_ids, write_point};

/// Whether a bug is switched on.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn has(_: Bug) -> bool {
    false
}

/// A moment around a write, at which it may fail, or the process die.
#[cfg(not(feature = "simulation"))]
pub(crate) const fn write_point(_: &'static str) -> rusqlite::Result<()> {
    Ok(())
}

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
