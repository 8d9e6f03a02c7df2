//! The floors of committing.

use super::{Bare, Writer, args, read_count};
use crate::{
    commit::{EVENTS, PACED, of_batch, of_calls, of_loop},
    data,
    failure::{Failure, check},
    laps::Laps,
    sample::Samples,
    scenario::Host,
    schema::{IssueCreated, TodoCreated},
};

/// Per event: savepoint, insert of the todo, update of the head, release; begin, insert into the log, commit;
/// `SELECT count(*) FROM todos`.
pub(crate) fn one_by_one(host: &dyn Host) -> Result<Samples, Failure> {
    let laps = run(host, EVENTS)?;
    Ok(of_loop(&laps, laps.total()))
}

/// The same as `commit-1by1`'s, 300 times.
pub(crate) fn paced(host: &dyn Host) -> Result<Samples, Failure> {
    Ok(of_calls(&run(host, PACED)?))
}

fn run(host: &dyn Host, events: usize) -> Result<Laps<'_>, Failure> {
    let bare = Bare::open()?;
    let mut writer = bare.writer()?;
    let mut count = bare.state.prepare("SELECT count(*) FROM todos")?;
    let todos = data::todos(0..events);
    let args = args(&todos);
    let mut counted = 0;

    let mut laps = Laps::start(host, events);
    for (todo, args) in todos.iter().zip(args.chunks(1)) {
        writer.commit("v1.TodoCreated", args, |writer, _| writer.insert_todo(todo))?;
        counted = read_count(&mut count, ())?;
        laps.lap();
    }
    check("rows counted", counted, events)?;
    Ok(laps)
}

/// One savepoint around N inserts of todos and the update of the head; one transaction of N inserts into the log;
/// one `SELECT count(*) FROM todos`.
pub(crate) fn batch_of_todos(host: &dyn Host, events: usize) -> Result<Samples, Failure> {
    let todos = data::todos(0..events);
    let bare = Bare::open()?;
    let mut count = bare.state.prepare("SELECT count(*) FROM todos")?;
    let insert = |writer: &mut Writer<'_>, todo: &TodoCreated| writer.insert_todo(todo);
    let samples = batch(host, &bare, "v1.TodoCreated", &todos, insert, || {
        read_count(&mut count, ())
    })?;
    check("rows counted", read_count(&mut count, ())?, events)?;
    Ok(samples)
}

/// One savepoint around N inserts of issues and the update of the head; one transaction of N inserts into the log.
pub(crate) fn batch_of_issues(host: &dyn Host, events: usize) -> Result<Samples, Failure> {
    let issues = data::issues(0..events);
    let bare = Bare::open()?;
    let insert = |writer: &mut Writer<'_>, issue: &IssueCreated| writer.insert_issue(issue);
    let samples = batch(host, &bare, "v1.IssueCreated", &issues, insert, || Ok(0))?;
    let mut count = bare.state.prepare("SELECT count(*) FROM issues")?;
    check("rows counted", read_count(&mut count, ())?, events)?;
    Ok(samples)
}

fn batch<E: serde::Serialize>(
    host: &dyn Host,
    bare: &Bare,
    name: &str,
    events: &[E],
    insert: impl Fn(&mut Writer<'_>, &E) -> rusqlite::Result<()>,
    notify: impl FnOnce() -> rusqlite::Result<usize>,
) -> Result<Samples, Failure> {
    let mut writer = bare.writer()?;
    let args = args(events);
    let start = host.now();
    writer.commit(name, &args, |writer, i| insert(writer, &events[i]))?;
    notify()?;
    let time = host.now() - start;
    Ok(of_batch(time, time))
}
