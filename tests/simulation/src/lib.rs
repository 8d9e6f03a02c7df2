//! The deterministic simulation: real stores and leaders, a model of a backend, one thread, one seed.
//!
//! [`run`] plays a seed: clients with sessions commit, go offline, crash and come back, while the
//! backend fails in every way it can; then all faults end, and everything must come to rest in one
//! order, with nothing lost, doubled or untold. Here live the world, the app that is simulated and the
//! oracles; how a sync engine works is [`livestore_core`]'s business.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod actions;
mod backend;
mod client;
mod damage;
mod leader;
mod line;
mod link;
mod oracle;
mod plan;
mod replay;
mod report;
mod schema;
mod session;
mod stream;
mod trace;
mod world;

use std::{
    cell::RefCell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

pub use livestore_core::simulation::Bug;
use livestore_core::simulation::{crash_at, seed_ids, set_bug, set_limit};

use self::world::World;
pub use self::{report::Counts, trace::Trace};

/// Every bug that can be switched on.
pub const BUGS: &[Bug] = &[
    Bug::AcknowledgeBeforeWrite,
    Bug::NoFence,
    Bug::SkipRollback,
    Bug::ForgetIdentity,
    Bug::HeadBeforeEvents,
    Bug::IgnoreGaps,
    Bug::ParkWhenBehind,
    Bug::RejectStrands,
    Bug::KeepForeignState,
    Bug::SkipCheck,
    Bug::SyncedWhenSent,
    Bug::WaitForLostLeader,
    Bug::CountClientOnly,
    Bug::WaitForPages,
    Bug::ForgetUnsynced,
    Bug::KeepLineage,
    Bug::DenyPersisted,
    Bug::RejectHealthy,
    Bug::HideReplaced,
    Bug::ReadLate,
    Bug::OverlookFailure,
    Bug::StepByStep,
    Bug::HandOutAgain,
];

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The oracle that says so.
    pub oracle: &'static str,
    /// What it says.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.oracle, self.message)
    }
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The bug that was switched on.
    pub bug: Option<Bug>,
    /// The set-up it stands for.
    pub plan: String,
    /// What was wrong, if anything.
    pub failure: Option<Failure>,
    /// What happened.
    pub trace: Trace,
    /// How often.
    pub counts: Counts,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(failure) = &self.failure else {
            return write!(f, "seed {} passes", self.seed);
        };
        for line in self.trace.tail() {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "\nseed {} fails: {failure}", self.seed)?;
        writeln!(f, "{}", self.plan)?;
        write!(f, "again: cargo xtask simulate --seed {}", self.seed)?;
        self.bug.map_or(Ok(()), |bug| write!(f, " --bug {bug:?}"))
    }
}

/// Plays a seed, with a bug switched on in the engine if one is given.
pub fn run(seed: u64, bug: Option<Bug>) -> Outcome {
    listen_to_panics();
    let memory = Path::new("/dev/shm");
    let mut folder = tempfile::Builder::new();
    let folder = folder.prefix("livestore-simulation-");
    let folder = if memory.is_dir() {
        folder.tempdir_in(memory)
    } else {
        folder.tempdir()
    };
    let (folder, failure) = match folder {
        Ok(folder) => (Some(folder), None),
        Err(error) => (
            None,
            Some(Failure {
                oracle: "disk",
                message: error.to_string(),
            }),
        ),
    };
    let path = folder
        .as_ref()
        .map(|folder| folder.path().to_owned())
        .unwrap_or_default();
    let mut world = World::new(seed, path);
    world.failure = failure;
    seed_ids(Some(seed));
    set_limit(world.plan.limit);
    set_bug(bug);
    PANIC.set(Some(String::new()));
    let panicked = catch_unwind(AssertUnwindSafe(|| world.run())).is_err();
    let said = PANIC.take();
    set_bug(None);
    set_limit(None);
    crash_at(None);
    seed_ids(None);
    if panicked {
        world.fail("panic", said.unwrap_or_default());
    }
    Outcome {
        seed,
        bug,
        plan: format!("{:?}", world.plan),
        failure: world.failure.take(),
        trace: std::mem::take(&mut world.trace),
        counts: std::mem::take(&mut world.counts),
    }
}

/// Plays many seeds on many threads, and tells of each outcome as it comes; `false` ends it all.
pub fn run_all(
    seeds: std::ops::Range<u64>,
    bug: Option<Bug>,
    threads: usize,
    tell: impl FnMut(Outcome) -> bool + Send,
) {
    let next = AtomicU64::new(seeds.start);
    let tell = Mutex::new(tell);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let outcome = run(seed, bug);
                    let go_on = tell.lock().unwrap_or_else(PoisonError::into_inner)(outcome);
                    if !go_on {
                        next.store(seeds.end, Ordering::Relaxed);
                    }
                }
            });
        }
    });
}

thread_local! {
    /// What a panic said, while a seed is played.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what panics say for the outcome, where a seed is played.
fn listen_to_panics() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let playing = PANIC.with_borrow_mut(|said| {
                if let Some(said) = said {
                    *said = info.to_string();
                }
                said.is_some()
            });
            if !playing {
                usual(info);
            }
        }));
    });
}
