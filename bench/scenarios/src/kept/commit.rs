//! Committing to a store that is kept, until what was committed is there after whatever happens.

use livestore_core::{
    store::{Adapter, Stage},
    sync::SyncStatus,
};

use super::{Open, Pace, Place, check_rows, open};
use crate::{
    data,
    failure::{Failure, check},
    latest::Latest,
    sample::{Samples, Unit},
    scenario::Host,
};

/// `persist-N-1by1`, `persist-N-batch`: the calls return, nothing is pending, the last receipt says *persisted*.
pub(super) async fn commit<A: Adapter + Clone>(
    host: &dyn Host,
    place: &Place<'_, A>,
    todos: usize,
    pace: Pace,
) -> Result<Open, Failure> {
    let store = place.open().await?;
    check_rows(&store, 0)?;
    let events = data::todos(0..todos);
    let status = Latest::status(&store);

    let start = host.now();
    let receipt = match pace {
        Pace::OneByOne => {
            let mut last = None;
            for event in events {
                last = Some(store.commit(event)?);
            }
            last.ok_or_else(|| Failure::Page("there is nothing to commit".into()))?
        }
        Pace::AtOnce => store.commit(events)?,
    };
    let commit_loop = host.now();
    status
        .until(|status: &SyncStatus| status.pending_in_session == 0)
        .await;
    let acked = host.now();
    receipt.persisted().await?;
    let durable = host.now();

    check(
        "the stage of the last commit",
        receipt.stage()?,
        Stage::Persisted,
    )?;
    check("events that are pending", store.pending_count(), 0)?;
    check_rows(&store, todos)?;
    let samples = of_commits(commit_loop - start, acked - start, durable - start);
    Ok(open(samples, store))
}

/// The figures of commits that are kept.
pub(crate) fn of_commits(commit_loop: f64, acked: f64, durable: f64) -> Samples {
    Samples::default()
        .with("commit-loop", Unit::Milliseconds, commit_loop)
        .with("acked", Unit::Milliseconds, acked)
        .with("durable", Unit::Milliseconds, durable)
}
