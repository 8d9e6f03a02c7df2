//! The floors of syncing: what must be written on both sides, one after the other.
//!
//! As little as can be: one transaction for all that comes, and nothing of what a backend's answer has a client note.

use super::{Bare, Writer, args, read_count};
use crate::{
    data,
    failure::{Failure, check},
    laps::Laps,
    sample::Samples,
    scenario::Host,
    schema::TodoCreated,
    sync::{
        BACKLOG, MEANWHILE, OFFLINE, PUSHED, ROUND_TRIPS, WARM_UP, of_one, of_rebase,
        of_round_trips,
    },
};

const COUNT: &str = "SELECT count(*) FROM todos";

/// Per event, on A and on B: savepoint, insert of the todo, update of the head, release; begin, insert into the log,
/// commit. Then B's `SELECT count(*) FROM todos`.
pub(crate) fn round_trip(host: &dyn Host) -> Result<Samples, Failure> {
    let (a, b) = (Bare::open()?, Bare::open()?);
    let (mut write_a, mut write_b) = (a.writer()?, b.writer()?);
    let mut count = b.state.prepare(COUNT)?;
    let todos = data::todos(0..WARM_UP + ROUND_TRIPS);
    let args = args(&todos);

    let mut laps = Laps::start(host, ROUND_TRIPS);
    for (i, (todo, args)) in todos.chunks(1).zip(args.chunks(1)).enumerate() {
        laps.skip();
        create(&mut write_a, todo, args)?;
        create(&mut write_b, todo, args)?;
        check("rows counted", read_count(&mut count, ())?, i + 1)?;
        if i >= WARM_UP {
            laps.lap();
        }
    }
    Ok(of_round_trips(&laps))
}

/// On A and on B, which have one todo: a savepoint around 1,000 inserts of todos and the update of the head; one
/// transaction of 1,000 inserts into the log. Then B's `SELECT count(*) FROM todos`.
pub(crate) fn push(host: &dyn Host) -> Result<Samples, Failure> {
    let (a, b) = (Bare::open()?, Bare::open()?);
    let (mut write_a, mut write_b) = (a.writer()?, b.writer()?);
    let mut count = b.state.prepare(COUNT)?;
    let todos = data::todos(0..1 + PUSHED);
    let args = args(&todos);
    for writer in [&mut write_a, &mut write_b] {
        create(writer, &todos[..1], &args[..1])?;
    }

    let start = host.now();
    create(&mut write_a, &todos[1..], &args[1..])?;
    create(&mut write_b, &todos[1..], &args[1..])?;
    let counted = read_count(&mut count, ())?;
    let time = host.now() - start;
    check("rows counted", counted, todos.len())?;
    Ok(of_one(time))
}

/// Two databases are made, then a savepoint around 10,000 inserts of todos and the update of the head; one transaction
/// of 10,000 inserts into the log; `SELECT count(*) FROM todos`.
pub(crate) fn catch_up(host: &dyn Host) -> Result<Samples, Failure> {
    let todos = data::todos(0..BACKLOG);
    let args = args(&todos);

    let start = host.now();
    let bare = Bare::open()?;
    create(&mut bare.writer()?, &todos, &args)?;
    let counted = bare.todos()?;
    let time = host.now() - start;
    check("rows counted", counted, BACKLOG)?;
    Ok(of_one(time))
}

/// On A, which has one todo and 100 of its own: a savepoint around 100 deletes of todos, 1,100 inserts and the update of
/// the head; one transaction of one delete of 100 events and 1,100 inserts into the log; `SELECT count(*) FROM todos`.
/// Then on B, which has 1,001: the same with 100 inserts and no deletes.
pub(crate) fn rebase(host: &dyn Host) -> Result<Samples, Failure> {
    let (a, b) = (Bare::open()?, Bare::open()?);
    let (mut write_a, mut write_b) = (a.writer()?, b.writer()?);
    let (mut count_a, mut count_b) = (a.state.prepare(COUNT)?, b.state.prepare(COUNT)?);
    let all = 1 + MEANWHILE + OFFLINE;
    let todos = data::todos(0..all);
    let args = args(&todos);
    let own = 1 + MEANWHILE..all;
    create(&mut write_a, &todos[..1], &args[..1])?;
    create(&mut write_a, &todos[own.clone()], &args[own.clone()])?;
    create(&mut write_b, &todos[..own.start], &args[..own.start])?;

    let start = host.now();
    write_a.write(&todos[own.clone()], all - 1, |writer, i| {
        writer.insert_todo(&todos[1 + i])
    })?;
    write_a.append(&todos[own.clone()], "v1.TodoCreated", &args[1..])?;
    let counted_a = read_count(&mut count_a, ())?;
    let a_has_all = host.now() - start;
    create(&mut write_b, &todos[own.clone()], &args[own])?;
    let counted_b = read_count(&mut count_b, ())?;
    let b_has_all = host.now() - start;

    check("rows counted", (counted_a, counted_b), (all, all))?;
    drop((write_a, write_b));
    check("events in the logs", (a.events()?, b.events()?), (all, all))?;
    Ok(of_rebase(a_has_all, a_has_all, b_has_all))
}

fn create(writer: &mut Writer<'_>, todos: &[TodoCreated], args: &[String]) -> rusqlite::Result<()> {
    writer.commit("v1.TodoCreated", args, |writer, i| {
        writer.insert_todo(&todos[i])
    })
}
