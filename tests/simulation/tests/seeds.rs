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

/// A seed for each bug that shows it, among those that pass without it.
const SHOWN_BY: &[(Bug, u64)] = &[
    (Bug::AcknowledgeBeforeWrite, 3),
    (Bug::NoFence, 52),
    (Bug::SkipRollback, 1),
    (Bug::ForgetIdentity, 120),
    (Bug::HeadBeforeEvents, 12),
    (Bug::IgnoreGaps, 3),
    (Bug::ParkWhenBehind, 1),
    (Bug::RejectStrands, 0),
    (Bug::KeepForeignState, 0),
    (Bug::SkipCheck, 0),
    (Bug::SyncedWhenSent, 0),
    (Bug::WaitForLostLeader, 3),
    (Bug::CountClientOnly, 9),
];

#[test]
fn every_bug_is_found() {
    assert_eq!(SHOWN_BY.len(), BUGS.len());
    let missed: Vec<_> = SHOWN_BY
        .iter()
        .filter(|(bug, seed)| run(*seed, Some(*bug)).failure.is_none())
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn the_seeds_that_show_bugs_pass_without_them() {
    for (bug, seed) in SHOWN_BY {
        let outcome = run(*seed, None);
        assert!(outcome.failure.is_none(), "{bug:?}: {outcome}");
    }
}
