//! Memory over a long life: a store in files takes a million commits, then a screen switches its queries
//! a hundred thousand times. What counts is that the later figures are those of the start.

use std::fs;

use futures::executor::block_on;
use livestore_bench_scenarios::{
    Failure as Failed, Figures, Samples, Selection, Todo, TodoCreated, TodoDeleted, Unit, check,
    schema, todo_id, todos,
};
use livestore_core::{
    adapter::Native as Files,
    prelude::*,
    query::{QueryError, sql},
};

use super::IMPLEMENTATION;
use crate::{Sink, failure::Failure};

const SOAK: &str = "soak";
const COMMITS: usize = 1_000_000;
const SWITCHES: usize = 100_000;
/// When memory is looked at: after these parts of the work, of a hundred.
const LOOKS: [usize; 3] = [10, 50, 100];
/// Todos that are there all the time.
const TODOS: usize = 1_000;
/// Commits that are not waited for.
const AHEAD: usize = 1_000;

/// Measures it if it is asked for.
pub(super) fn run(selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
    if !selection.takes(SOAK) {
        return Ok(());
    }
    let failed = |source| Failure::Scenario {
        scenario: SOAK.to_owned(),
        source,
    };
    let folder = tempfile::tempdir()?;
    let samples = block_on(soak(Files::file(folder.path()))).map_err(failed)?;
    let mut figures = Figures::default();
    figures.add(samples);
    lines(figures.lines(IMPLEMENTATION, SOAK));
    Ok(())
}

async fn soak(files: Files) -> Result<Samples, Failed> {
    let store = Store::builder(schema()).adapter(files).open(SOAK).await?;
    for todo in todos(0..TODOS) {
        store.commit(todo)?;
    }
    let mut samples = Samples::default();
    let count = store.subscribe(Todo::query().count(), |_| {})?;
    for at in 1..=COMMITS {
        let receipt = come_and_go(&store, at)?;
        if at % AHEAD == 0 {
            receipt.persisted().await?;
        }
        look("commits", at, COMMITS, &mut samples);
    }
    drop(count);
    let mut shown = None;
    for at in 1..=SWITCHES {
        shown = Some(switch(&store, at)?);
        look("switches", at, SWITCHES, &mut samples);
    }
    drop(shown);
    let left = store.query(&Todo::query().count())?;
    check("todos", left as usize, TODOS)?;
    Ok(samples)
}

/// Looks at memory if it is time to.
fn look(what: &str, done: usize, of: usize, samples: &mut Samples) {
    if LOOKS.iter().any(|part| done * 100 == part * of) {
        samples.push(format!("{what}-{done}"), Unit::Mebibytes, memory());
    }
}

/// Adds a todo, or deletes the one that was added last.
fn come_and_go(store: &Store, at: usize) -> Result<Receipt, livestore_core::Error> {
    let id = format!("guest-{}", at.div_ceil(2));
    match at % 2 {
        1 => store.commit(TodoCreated {
            id,
            text: "Stay for a while".to_owned(),
        }),
        _ => store.commit(TodoDeleted { id }),
    }
}

/// Subscribes to another query: every third of them is raw SQL with a text of its own.
fn switch(store: &Store, at: usize) -> Result<Subscription, QueryError> {
    let id = todo_id(at % TODOS);
    match at % 3 {
        0 => {
            let text = format!("SELECT text FROM todos WHERE id = '{id}' LIMIT {at}");
            store.subscribe(sql(text).rows::<(String,)>(), |_| {})
        }
        1 => store.subscribe(Todo::query().filter(Todo::ID.eq(&id)).count(), |_| {}),
        _ => store.subscribe(Todo::query().filter(Todo::ID.gt(&id)).limit(10), |_| {}),
    }
}

/// This process's resident memory in MiB; 0 where the system does not tell.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
