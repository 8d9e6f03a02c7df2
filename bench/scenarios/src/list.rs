//! The list of the scenarios.

use serde::{Deserialize, Serialize};

use crate::{
    commit,
    failure::Failure,
    fanout, floor, group_commit, query_hot,
    sample::Samples,
    scenario::{Host, Scenario},
    sync,
};

/// A scenario's name, how many runs count, what a run does on the store, and what on the floor below.
macro_rules! scenario {
    ($name:literal, $runs:literal, |$host:ident| $store:expr, $floor:expr) => {
        Scenario::new(
            $name,
            $runs,
            |$host| Box::pin($store),
            |$host| Box::pin(std::future::ready($floor)),
        )
    };
}

/// Returns the scenarios that need no page, in the order in which they are run.
pub fn scenarios() -> Vec<Scenario> {
    let mut all = commits();
    all.extend(queries());
    all.extend(fanouts());
    all.extend(syncs());
    all.extend(durable());
    all
}

fn commits() -> Vec<Scenario> {
    vec![
        scenario!(
            "commit-1by1",
            20,
            |host| commit::one_by_one(host),
            floor::commit::one_by_one(host)
        ),
        scenario!(
            "commit-1by1-paced",
            20,
            |host| commit::paced(host),
            floor::commit::paced(host)
        ),
        scenario!(
            "commit-batch-1000",
            20,
            |host| commit::batch_of_todos(host, 1_000),
            floor::commit::batch_of_todos(host, 1_000)
        ),
        scenario!(
            "commit-batch-10000",
            10,
            |host| commit::batch_of_todos(host, 10_000),
            floor::commit::batch_of_todos(host, 10_000)
        ),
        scenario!(
            "commit-batch-1000-issues",
            20,
            |host| commit::batch_of_issues(host, 1_000),
            floor::commit::batch_of_issues(host, 1_000)
        ),
    ]
}

fn queries() -> Vec<Scenario> {
    vec![
        scenario!(
            "query-hot.point-same-id-10k",
            15,
            |host| query_hot::point(host, 1),
            floor::query_hot::point(host, 1)
        ),
        scenario!(
            "query-hot.point-rotating-id-10k",
            15,
            |host| query_hot::point(host, query_hot::ROWS),
            floor::query_hot::point(host, query_hot::ROWS)
        ),
        scenario!(
            "query-hot.raw-sql-rotating-id-10k",
            15,
            |host| query_hot::raw_sql(host),
            floor::query_hot::raw_sql(host)
        ),
        scenario!(
            "query-hot.list-1000-uncached",
            15,
            |host| query_hot::list(host, false),
            floor::query_hot::list(host, false)
        ),
        scenario!(
            "query-hot.list-1000-cached",
            15,
            |host| query_hot::list(host, true),
            floor::query_hot::list(host, true)
        ),
        scenario!(
            "query-hot.issues-filter-order-limit100-of-1000",
            15,
            |host| query_hot::issues(host),
            floor::query_hot::issues(host)
        ),
    ]
}

fn fanouts() -> Vec<Scenario> {
    vec![
        scenario!(
            "fanout-100",
            15,
            |host| fanout::counts(host),
            floor::fanout::counts(host)
        ),
        scenario!(
            "fanout-rows-1000",
            15,
            |host| fanout::rows(host),
            floor::fanout::rows(host)
        ),
    ]
}

fn syncs() -> Vec<Scenario> {
    vec![
        scenario!(
            "sync-roundtrip",
            15,
            |host| sync::round_trip(host),
            floor::sync::round_trip(host)
        ),
        scenario!(
            "sync-push-1000",
            15,
            |host| sync::push(host),
            floor::sync::push(host)
        ),
        scenario!(
            "sync-catchup-10000",
            10,
            |host| sync::catch_up(host),
            floor::sync::catch_up(host)
        ),
        scenario!(
            "sync-rebase-100-over-1000",
            15,
            |host| sync::rebase(host),
            floor::sync::rebase(host)
        ),
    ]
}

fn durable() -> Vec<Scenario> {
    vec![scenario!(
        "group-commit",
        10,
        |host| group_commit::group_commit(host),
        floor::group_commit::group_commit(host)
    )]
}

/// What a cold run starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// The store.
    Store,
    /// The floor below it.
    Floor,
}

/// The scenario of which cold figures are shown.
pub const COLD: &str = "commit-1by1.cold";

/// Runs `commit-1by1` once; in a program or page that has done nothing else yet, that is a cold run.
///
/// # Errors
/// When something failed or was not as the scenario says.
pub async fn cold(host: &dyn Host, start: Start) -> Result<Samples, Failure> {
    match start {
        Start::Store => commit::one_by_one(host).await,
        Start::Floor => floor::commit::one_by_one(host),
    }
}
