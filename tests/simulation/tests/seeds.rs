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

/// From which seed on each bug is looked for, so that it is found soon, and the oracles that may find it.
/// A panic is no finding, nor is a run that does not come to an end.
const BY: &[(Bug, u64, &[&str])] = &[
    (Bug::AcknowledgeBeforeWrite, 0, &["lost"]),
    // The log itself takes nothing that does not follow it.
    (Bug::NoFence, 0, &["stopped"]),
    (Bug::SkipRollback, 0, &["states", "rules", "receipts"]),
    (Bug::ForgetIdentity, 310, &["push", "receipts"]),
    (Bug::HeadBeforeEvents, 40, &["logs", "receipts", "stopped"]),
    (Bug::IgnoreGaps, 0, &["logs", "push"]),
    (Bug::ParkWhenBehind, 0, &["stuck"]),
    (Bug::RejectStrands, 0, &["lost"]),
    (Bug::KeepForeignState, 0, &["states", "lost"]),
    (Bug::SkipCheck, 0, &["rules"]),
    (Bug::SyncedWhenSent, 0, &["receipts"]),
    (Bug::WaitForLostLeader, 0, &["stuck", "states"]),
    (Bug::CountClientOnly, 0, &["stopped", "lost"]),
    (Bug::WaitForPages, 0, &["stuck"]),
    (Bug::ForgetUnsynced, 30, &["lost"]),
    (Bug::KeepLineage, 0, &["states", "stream"]),
    (Bug::DenyPersisted, 0, &["receipts"]),
    (Bug::RejectHealthy, 0, &["lost"]),
    (Bug::HideReplaced, 30, &["replaced"]),
    (Bug::ReadLate, 0, &["stream"]),
    (Bug::OverlookFailure, 0, &["lost"]),
    (Bug::StepByStep, 41, &["start"]),
    (Bug::HandOutAgain, 30, &["handed"]),
];
/// How many seeds a bug may stay hidden in: the seeds change with the engine.
const WITHIN: u64 = 300;

#[test]
fn every_bug_is_found_by_its_oracle_in_a_seed_that_passes_without_it() {
    assert_eq!(BY.len(), BUGS.len());
    for (bug, from, oracles) in BY {
        assert!(BUGS.contains(bug), "{bug:?}");
        let mut others = Vec::new();
        let shown = (*from..from + WITHIN).find(|seed| {
            let failure = run(*seed, Some(*bug)).failure;
            let oracle = failure.map(|failure| failure.oracle);
            let is_its = oracle.is_some_and(|oracle| oracles.contains(&oracle));
            others.extend(oracle.filter(|_| !is_its).map(|oracle| (*seed, oracle)));
            is_its
        });
        let seed = shown.unwrap_or_else(|| {
            panic!("{bug:?} is not found in {WITHIN} seeds; others are: {others:?}")
        });
        let outcome = run(seed, None);
        assert!(outcome.failure.is_none(), "{bug:?}: {outcome}");
    }
}
