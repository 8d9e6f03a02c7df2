//! The floors of stores that are kept, on the files of such a store or on files of their own.

use rusqlite::{Connection, MAIN_DB};

use super::{Bare, args, read_count, read_todo};
use crate::{
    data,
    failure::{Failure, check},
    kept::{EVENTLOG, FIRST_ROWS, Pace, STATE, of_boot, of_commits},
    sample::Samples,
    scenario::Host,
    sync::of_one,
};

/// Opens a file of the store.
type Open<'a> = &'a dyn Fn(&str) -> rusqlite::Result<Connection>;

const COUNT: &str = "SELECT count(*) FROM todos";
const LIST: &str = "SELECT id, text, completed FROM todos ORDER BY id LIMIT ?1";

/// The state's file is read, as a whole, into a database in memory; that counts its todos and lists 50. Then the number of
/// the log's last event is read.
pub(crate) fn boot(host: &dyn Host, open: Open<'_>, todos: usize) -> Result<Samples, Failure> {
    let start = host.now();
    ask_image(&read_image(open)?, todos)?;
    let first_query = host.now();
    read_log_head(open, todos)?;
    let ready = host.now();
    Ok(of_boot(host, start, first_query, ready))
}

/// Reads the state's file.
pub fn read_image(open: Open<'_>) -> Result<Vec<u8>, Failure> {
    let mut state = open(STATE)?;
    let mut image = state.serialize(MAIN_DB)?.to_vec();
    // The format versions: memory has no write-ahead log.
    if let Some(versions) = image.get_mut(18..20) {
        versions.fill(1);
    }
    Ok(image)
}

/// Makes a database of an image and asks it for the count of its todos and a list of 50.
pub fn ask_image(image: &[u8], todos: usize) -> Result<(), Failure> {
    let mut state = Connection::open_in_memory()?;
    state.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
    ask(&state, todos)
}

/// Reads the number of the log's last event.
pub fn read_log_head(open: Open<'_>, todos: usize) -> Result<(), Failure> {
    let head = read_count(
        &mut open(EVENTLOG)?.prepare("SELECT max(seq_global) FROM eventlog")?,
        (),
    )?;
    check("the last event's number", head, todos)
}

fn ask(state: &Connection, todos: usize) -> Result<(), Failure> {
    let counted = read_count(&mut state.prepare(COUNT)?, ())?;
    let rows = state
        .prepare(LIST)?
        .query_map([FIRST_ROWS as i64], read_todo)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    check("rows counted", counted, todos)?;
    check("rows of the list", rows.len(), FIRST_ROWS)
}

/// Every event's arguments are read from the log and so many todos inserted into an empty database, in one transaction;
/// that counts them and lists 50.
pub(crate) fn rebuild(host: &dyn Host, open: Open<'_>, todos: usize) -> Result<Samples, Failure> {
    let all = data::todos(0..todos);
    let start = host.now();
    let log = open(EVENTLOG)?;
    let mut events = log.prepare("SELECT args FROM eventlog")?;
    let mut events = events.query(())?;
    let bare = Bare::open()?;
    let mut writer = bare.writer()?;
    let mut bytes = 0;
    writer.write(&[], todos, |writer, i| {
        if let Some(event) = events.next()? {
            bytes += event.get::<_, String>(0)?.len();
        }
        writer.insert_todo(&all[i])
    })?;
    ask(&bare.state, todos)?;
    let time = host.now();
    check("whether there were arguments", bytes > todos, true)?;
    Ok(of_boot(host, start, time, time))
}

/// So many savepoints, each around the insert of a todo and the update of the head, or one around all inserts. Then the
/// log, in a file, gets all events in one transaction.
pub(crate) fn commit(
    host: &dyn Host,
    open: Open<'_>,
    todos: usize,
    pace: Pace,
) -> Result<Samples, Failure> {
    let todos = data::todos(0..todos);
    let args = args(&todos);
    let bare = Bare::with_log(open("floor.db")?)?;
    let mut writer = bare.writer()?;

    let start = host.now();
    match pace {
        Pace::OneByOne => {
            for todo in &todos {
                writer.write(&[], 1, |writer, _| writer.insert_todo(todo))?;
            }
        }
        Pace::AtOnce => {
            writer.write(&[], todos.len(), |writer, i| writer.insert_todo(&todos[i]))?;
        }
    }
    let commit_loop = host.now() - start;
    writer.append(&[], "v1.TodoCreated", &args)?;
    let durable = host.now() - start;

    drop(writer);
    check("rows of todos", bare.todos()?, todos.len())?;
    check("events in the log", bare.events()?, todos.len())?;
    Ok(of_commits(commit_loop, durable, durable))
}

/// A savepoint around so many inserts of todos and the update of the head, one transaction into the log, in a file; the
/// same savepoint on the other tab's database, and its count.
pub(crate) fn cross_tab(host: &dyn Host, open: Open<'_>, todos: usize) -> Result<Samples, Failure> {
    let todos = data::todos(0..todos);
    let args = args(&todos);
    let (a, b) = (Bare::with_log(open("floor.db")?)?, Bare::open()?);
    let (mut write_a, mut write_b) = (a.writer()?, b.writer()?);
    let mut count = b.state.prepare(COUNT)?;

    let start = host.now();
    write_a.commit("v1.TodoCreated", &args, |writer, i| {
        writer.insert_todo(&todos[i])
    })?;
    write_b.write(&[], todos.len(), |writer, i| writer.insert_todo(&todos[i]))?;
    let counted = read_count(&mut count, ())?;
    let time = host.now() - start;
    check("rows counted", counted, todos.len())?;
    Ok(of_one(time))
}
