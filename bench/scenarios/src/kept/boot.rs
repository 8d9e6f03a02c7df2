//! Booting a store: from just before it is opened until it has answered, and until its leader has.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use livestore_core::{
    event::SeqNum,
    prelude::*,
    store::{Adapter, EventFilter},
};

use super::{BATCH, Boot, MISSING, Open, Place, check_rows, open};
use crate::{
    failure::{Failure, check},
    sample::{Samples, Unit},
    scenario::Host,
    schema::Todo,
};

/// Rows of the first list.
pub(crate) const FIRST_ROWS: usize = 50;
const COLUMNS: &str = "SELECT count(*) FROM pragma_table_info('todos')";

/// `boot-N`, `boot-rebuild-N`: opened, `count(*)` and a list of 50 rows answered; then an event read from the leader's log.
pub(super) async fn boot<A: Adapter + Clone>(
    host: &dyn Host,
    place: &Place<'_, A>,
    todos: usize,
    boot: Boot,
) -> Result<Open, Failure> {
    let replayed = Replayed::default();
    let start = host.now();
    let store = place.open_with(replayed.listener()).await?;
    let count = store.query(&Todo::query().count())?;
    let rows = store.query(
        &Todo::query()
            .order_by(Todo::ID.asc())
            .limit(FIRST_ROWS as u64),
    )?;
    let first_query = host.now();
    hear_from_leader(&store).await?;
    let ready = host.now();

    check("rows counted", count, todos as u64)?;
    check("rows of the list", rows.len(), FIRST_ROWS)?;
    match boot {
        Boot::Stored => check("events replayed", replayed.events(), 0)?,
        // A page of the log is answered at once, without a step of the boot in between.
        Boot::Rebuild if todos > BATCH => {
            check("whether events were replayed", replayed.events() > 0, true)?
        }
        Boot::Rebuild => {}
    }
    let columns = store.query(&sql(COLUMNS).rows::<(i64,)>())?;
    check(
        "columns of todos",
        columns,
        vec![(place.version.columns(),)],
    )?;
    Ok(open(of_boot(host, start, first_query, ready), store))
}

/// The figures of a boot, from three moments.
pub(crate) fn of_boot(host: &dyn Host, start: f64, first_query: f64, ready: f64) -> Samples {
    let mut samples =
        Samples::default().with("first-query", Unit::Milliseconds, first_query - start);
    if host.counts_from_navigation() {
        samples.push(
            "first-query-since-navigation",
            Unit::Milliseconds,
            first_query,
        );
    }
    samples.with("leader-ready", Unit::Milliseconds, ready - start)
}

/// Asks the leader for the last event of its log, and waits for the answer.
async fn hear_from_leader(store: &Store) -> Result<(), Failure> {
    let head = store.head();
    let last = EventFilter::new()
        .since(SeqNum::synced(head.global.saturating_sub(1)))
        .until(head);
    let event = store.events(last).next().await.transpose()?;
    check(
        "the last event's number",
        event.map(|event| event.event.seq),
        Some(head),
    )
}

/// Opens, and tells how many events the leader's stored state is behind; while this stays open, it catches up.
pub(super) async fn settle<A: Adapter + Clone>(
    place: &Place<'_, A>,
    todos: usize,
) -> Result<Open, Failure> {
    let replayed = Replayed::default();
    let store = place.open_with(replayed.listener()).await?;
    check_rows(&store, todos)?;
    let missing = replayed.events() as f64;
    Ok(open(
        Samples::default().with(MISSING, Unit::Events, missing),
        store,
    ))
}

/// How many events a boot has replayed.
#[derive(Default)]
struct Replayed(Arc<AtomicU64>);

impl Replayed {
    fn listener(&self) -> impl FnMut(BootStatus) + Send + 'static {
        let most = Arc::clone(&self.0);
        move |status| {
            if let BootStatus::Replaying { done, total } = status {
                most.fetch_max(total - done, Ordering::Relaxed);
            }
        }
    }

    fn events(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
