//! Commits that wait together until they are persisted.

use livestore_core::prelude::*;

use crate::{
    data,
    failure::{Failure, check},
    place::Place,
    sample::{Samples, Unit},
    scenario::Host,
    schema::{Todo, TodoCreated, schema},
};

/// How many commits wait together.
pub(crate) const GROUPS: [usize; 3] = [1, 10, 100];
/// How often as many do.
pub(crate) const ROUNDS: usize = 20;

const ID: &str = "bench";

/// `group-commit`: 1, 10 and 100 commits of one event each, then wait for all their receipts' persisted stage; 20 times
/// each. Durable events per second.
///
/// Natively the log is a file, and persisted means flushed to the disk. On a page the log is in memory: there it only
/// means that the leader has the events.
pub(crate) async fn group_commit(host: &dyn Host) -> Result<Samples, Failure> {
    let place = Place::new()?;
    let store = open(&place).await?;
    let mut samples = Samples::default();
    let mut committed = 0;
    for group in GROUPS {
        let todos = data::todos(committed..committed + group * ROUNDS);
        committed += todos.len();
        let rounds = rounds(todos, group);

        let start = host.now();
        for round in rounds {
            let receipts: Vec<_> = round
                .into_iter()
                .map(|todo| store.commit(todo))
                .collect::<Result<_, _>>()?;
            for receipt in receipts {
                receipt.persisted().await?;
            }
        }
        samples = with_group(samples, group, host.now() - start);
    }

    check("events that are pending", store.pending_count(), 0)?;
    check_rows(&store, committed)?;
    store.shutdown().await?;
    drop(store);
    let reopened = open(&place).await?;
    check_rows(&reopened, committed)?;
    // The place is removed next.
    reopened.shutdown().await?;
    Ok(samples)
}

/// Cuts todos into groups.
pub(crate) fn rounds(todos: Vec<TodoCreated>, group: usize) -> Vec<Vec<TodoCreated>> {
    todos.chunks(group).map(<[_]>::to_vec).collect()
}

/// Adds the figure of a group of commits, of which all rounds took so many milliseconds.
pub(crate) fn with_group(samples: Samples, group: usize, time: f64) -> Samples {
    let per_second = (group * ROUNDS) as f64 / (time / 1_000.0);
    samples.with(group.to_string(), Unit::PerSecond, per_second)
}

async fn open(place: &Place) -> Result<Store, Failure> {
    let builder = Store::builder(schema()).adapter(place.adapter());
    Ok(builder.open(ID).await?)
}

fn check_rows(store: &Store, todos: usize) -> Result<(), Failure> {
    let found = store.query(&Todo::query().count())?;
    check("rows of todos", found, todos as u64)
}
