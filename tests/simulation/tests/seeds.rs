//! The simulation is itself tested: it repeats itself, seeds pass, and bugs that are switched on are
//! found.

use std::sync::Mutex;

use livestore_simulation::{BUGS, Bug, Outcome, run, run_all};

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn seeds_pass() {
    let failed = Mutex::new(None::<Outcome>);
    run_all(0..150, None, threads(), |outcome| {
        let mut failed = failed.lock().unwrap();
        if outcome.failure.is_some() {
            *failed = Some(outcome);
        }
        failed.is_none()
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_none(), "{}", failed.unwrap());
}

#[test]
fn a_seed_is_a_run() {
    for seed in [3, 7, 12, 46, 66, 200] {
        let (first, second) = (run(seed, None), run(seed, None));
        let differ = first
            .trace
            .lines()
            .iter()
            .zip(second.trace.lines())
            .find(|(first, second)| first != second);
        assert_eq!(differ, None, "seed {seed}");
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!(first.counts, second.counts, "seed {seed}");
    }
}

/// From which seed on each bug is looked for, so that it is found soon.
const FROM: &[(Bug, u64)] = &[
    (Bug::AcknowledgeBeforeWrite, 0),
    (Bug::NoFence, 28),
    (Bug::SkipRollback, 0),
    (Bug::ForgetIdentity, 140),
    (Bug::HeadBeforeEvents, 0),
    (Bug::IgnoreGaps, 0),
    (Bug::ParkWhenBehind, 0),
    (Bug::RejectStrands, 0),
    (Bug::KeepForeignState, 0),
    (Bug::SkipCheck, 0),
    (Bug::SyncedWhenSent, 0),
    (Bug::WaitForLostLeader, 0),
    (Bug::CountClientOnly, 12),
];
/// How many seeds a bug may stay hidden in: the seeds change with the engine.
const WITHIN: u64 = 200;

#[test]
fn every_bug_is_found_by_a_seed_that_passes_without_it() {
    assert_eq!(FROM.len(), BUGS.len());
    for (bug, from) in FROM {
        let shown = (*from..from + WITHIN).find(|seed| run(*seed, Some(*bug)).failure.is_some());
        let seed = shown.unwrap_or_else(|| panic!("{bug:?} is not found in {WITHIN} seeds"));
        let outcome = run(seed, None);
        assert!(outcome.failure.is_none(), "{bug:?}: {outcome}");
    }
}
