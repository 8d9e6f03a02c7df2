//! The floors of live queries: a commit, and the queries that it concerns run once.

use super::{Bare, args, read_count, read_todo};
use crate::{
    data,
    failure::{Failure, check},
    fanout::{COUNTS, CREATED, ROWS, completed, no_text, of_rows},
    laps::Laps,
    sample::{Samples, Unit},
    scenario::Host,
    schema::{Todo, TodoCompleted},
};

/// A commit of one todo as in `commit-1by1`, without its count; then 50 times
/// `SELECT count(*) FROM todos WHERE text <> ?1` over 1,000 rows.
pub(crate) fn counts(host: &dyn Host) -> Result<Samples, Failure> {
    let bare = Bare::filled(ROWS, ROWS)?;
    let mut writer = bare.writer()?;
    let mut count = bare
        .state
        .prepare("SELECT count(*) FROM todos WHERE text <> ?1")?;
    let texts: Vec<_> = (0..COUNTS).map(no_text).collect();
    let todos = data::todos(ROWS..ROWS + CREATED);
    let args = args(&todos);
    let mut counted = 0;

    let mut laps = Laps::start(host, CREATED);
    for (todo, args) in todos.iter().zip(args.chunks(1)) {
        writer.commit("v1.TodoCreated", args, |writer, _| writer.insert_todo(todo))?;
        for text in &texts {
            counted = read_count(&mut count, [text])?;
        }
        laps.lap();
    }
    check("rows counted", counted, ROWS + CREATED)?;
    Ok(Samples::default().with("", Unit::Milliseconds, laps.percentile(50)))
}

/// `subscribe-1000`: 1,000 times `SELECT … WHERE id = ?1` into a `Todo`. `commit-1-row`: a commit of one update, as
/// an insert in `commit-1by1`, then one such `SELECT`.
pub(crate) fn rows(host: &dyn Host) -> Result<Samples, Failure> {
    let bare = Bare::filled(ROWS, 0)?;
    let mut writer = bare.writer()?;
    let mut select = bare
        .state
        .prepare("SELECT id, text, completed FROM todos WHERE id = ?1")?;
    let ids: Vec<_> = (0..ROWS).map(data::todo_id).collect();
    let mut results: Vec<Todo> = Vec::with_capacity(ROWS);

    let start = host.now();
    for id in &ids {
        results.push(select.query_row([id], read_todo)?);
    }
    let subscribe = host.now() - start;
    check("rows read", results.len(), ROWS)?;

    let completed: Vec<_> = completed()
        .into_iter()
        .map(|id| TodoCompleted { id })
        .collect();
    let args = args(&completed);
    let mut laps = Laps::start(host, completed.len());
    for (event, args) in completed.iter().zip(args.chunks(1)) {
        writer.commit("v1.TodoCompleted", args, |writer, _| {
            writer.complete_todo(&event.id)
        })?;
        results.push(select.query_row([&event.id], read_todo)?);
        laps.lap();
    }
    let done = results.iter().filter(|todo| todo.completed).count();
    check("rows that are completed", done, completed.len())?;
    Ok(of_rows(subscribe, laps.percentile(50)))
}
