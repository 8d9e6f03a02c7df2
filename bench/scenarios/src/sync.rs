//! Two clients and a hub without latency.
//!
//! The clock stops when the future wakes that waits for a listener, which natively is a change of threads later.

use futures::future::join;
use livestore_core::sync::{Connection, SyncStatus};

use crate::{
    client::{Client, Hub},
    data,
    failure::Failure,
    laps::Laps,
    latest::Latest,
    sample::{Samples, Unit},
    scenario::Host,
};

/// Events of `sync-roundtrip` that do not count.
pub(crate) const WARM_UP: usize = 5;
/// Those that do.
pub(crate) const ROUND_TRIPS: usize = 50;
/// Events of `sync-push-1000`.
pub(crate) const PUSHED: usize = 1_000;
/// Events of `sync-catchup-10000`.
pub(crate) const BACKLOG: usize = 10_000;
/// Events of `sync-rebase-100-over-1000` that A commits while it is offline.
pub(crate) const OFFLINE: usize = 100;
/// Events that B commits meanwhile.
pub(crate) const MEANWHILE: usize = 1_000;

/// `sync-roundtrip`: A commits one event, until B's live count has it; A is synced before the next.
pub(crate) async fn round_trip(host: &dyn Host) -> Result<Samples, Failure> {
    let hub = Hub::empty();
    let (a, b) = (Client::open(&hub).await?, Client::open(&hub).await?);
    let count = Latest::count(&b.store)?;

    let mut laps = Laps::start(host, ROUND_TRIPS);
    for (done, event) in data::todos(0..WARM_UP + ROUND_TRIPS)
        .into_iter()
        .enumerate()
    {
        laps.skip();
        let receipt = a.store.commit(event)?;
        count.reaches(done + 1).await;
        if done >= WARM_UP {
            laps.lap();
        }
        receipt.synced().await?;
    }

    let all = WARM_UP + ROUND_TRIPS;
    a.check(all).await?;
    b.check(all).await?;
    hub.check(all)?;
    Ok(of_round_trips(&laps))
}

/// The figures of single round trips.
pub(crate) fn of_round_trips(laps: &Laps<'_>) -> Samples {
    Samples::default()
        .with("p50", Unit::Milliseconds, laps.percentile(50))
        .with("p99", Unit::Milliseconds, laps.percentile(99))
}

/// `sync-push-1000`: one event is exchanged, then A commits 1,000 at once, until B's live count has them.
pub(crate) async fn push(host: &dyn Host) -> Result<Samples, Failure> {
    let hub = Hub::empty();
    let (a, b) = Client::pair(&hub).await?;
    let count = Latest::count(&b.store)?;
    let events = data::todos(1..1 + PUSHED);
    let all = 1 + PUSHED;

    let start = host.now();
    let receipt = a.store.commit(events)?;
    count.reaches(all).await;
    let time = host.now() - start;

    receipt.synced().await?;
    a.check(all).await?;
    b.check(all).await?;
    hub.check(all)?;
    Ok(of_one(time))
}

/// `sync-catchup-10000`: the hub has 10,000 events; from opening an empty client until its live count has them.
pub(crate) async fn catch_up(host: &dyn Host) -> Result<Samples, Failure> {
    let hub = Hub::filled(BACKLOG);

    let start = host.now();
    let client = Client::open(&hub).await?;
    let count = Latest::count(&client.store)?;
    count.reaches(BACKLOG).await;
    let time = host.now() - start;

    client.check(BACKLOG).await?;
    hub.check(BACKLOG)?;
    Ok(of_one(time))
}

/// The one figure of a scenario.
pub(crate) fn of_one(time: f64) -> Samples {
    Samples::default().with("", Unit::Milliseconds, time)
}

/// `sync-rebase-100-over-1000`: A and B share one event; A goes offline; B commits 1,000, which the hub gets, and A 100.
/// From the moment A goes online until A has all, until A has nothing pending, and until B has all.
pub(crate) async fn rebase(host: &dyn Host) -> Result<Samples, Failure> {
    let hub = Hub::empty();
    let (a, b) = Client::pair(&hub).await?;
    let status = Latest::status(&a.store);
    a.store.set_online(false);
    status
        .until(|status| status.connection == Connection::Offline)
        .await;
    let receipt = b.store.commit(data::todos(1..1 + MEANWHILE))?;
    receipt.synced().await?;
    hub.check(1 + MEANWHILE)?;
    let all = 1 + MEANWHILE + OFFLINE;
    let receipt = a.store.commit(data::todos(1 + MEANWHILE..all))?;
    status
        .until(|status| status.pending_in_leader == OFFLINE as u64)
        .await;
    a.check_rows(1 + OFFLINE)?;
    let (count_a, count_b) = (Latest::count(&a.store)?, Latest::count(&b.store)?);

    let start = host.now();
    a.store.set_online(true);
    count_a.reaches(all).await;
    let a_has_all = host.now() - start;
    let (a_synced, b_has_all) = join(
        async {
            status.until(SyncStatus::is_synced).await;
            host.now() - start
        },
        async {
            count_b.reaches(all).await;
            host.now() - start
        },
    )
    .await;

    receipt.synced().await?;
    a.check(all).await?;
    b.check(all).await?;
    hub.check(all)?;
    Ok(of_rebase(a_has_all, a_synced, b_has_all))
}

/// The times of `sync-rebase-100-over-1000`.
pub(crate) fn of_rebase(a_has_all: f64, a_synced: f64, b_has_all: f64) -> Samples {
    Samples::default()
        .with("a-has-all", Unit::Milliseconds, a_has_all)
        .with("a-synced", Unit::Milliseconds, a_synced)
        .with("b-has-all", Unit::Milliseconds, b_has_all)
}
