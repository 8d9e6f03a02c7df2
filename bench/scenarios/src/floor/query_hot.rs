//! The floors of reading: a prepared statement, its values bound, its rows read into the same types.

use std::hint::black_box;

use rusqlite::Row;

use super::{Bare, read_issue, read_todo};
use crate::{
    data,
    failure::Failure,
    query_hot::{LIMIT, ROWS, look_up, not_there, read_lists},
    sample::Samples,
    scenario::Host,
};

/// `SELECT id, text, completed … WHERE id = ?1`, read into a `Todo`.
pub(crate) fn point(host: &dyn Host, ids: usize) -> Result<Samples, Failure> {
    one_row(
        host,
        ids,
        "SELECT id, text, completed FROM todos WHERE id = ?1",
        read_todo,
    )
}

/// `SELECT * … WHERE id = $id`, read into a tuple.
pub(crate) fn raw_sql(host: &dyn Host) -> Result<Samples, Failure> {
    let read = |row: &Row<'_>| <(String, String, bool)>::try_from(row);
    one_row(host, ROWS, "SELECT * FROM todos WHERE id = $id", read)
}

fn one_row<T>(
    host: &dyn Host,
    ids: usize,
    sql: &str,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Samples, Failure> {
    let bare = Bare::filled(ROWS, ROWS)?;
    let ids: Vec<_> = (0..ids).map(data::todo_id).collect();
    let mut select = bare.state.prepare(sql)?;
    look_up(host, |i| {
        let mut rows = select.query([ids[i % ids.len()].as_str()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(black_box(found).len())
    })
}

/// `SELECT id, text, completed … WHERE text <> ?1`, 1,000 rows read into `Todo`s.
pub(crate) fn list(host: &dyn Host, same_value: bool) -> Result<Samples, Failure> {
    let bare = Bare::filled(ROWS, ROWS)?;
    let mut select = bare
        .state
        .prepare("SELECT id, text, completed FROM todos WHERE text <> ?1")?;
    read_lists(host, ROWS, |i| {
        let value = not_there(if same_value { 0 } else { i });
        let mut rows = select.query([value.as_str()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read_todo(row)?);
        }
        Ok(black_box(found).len())
    })
}

/// All columns `WHERE status = ?1 AND title <> ?2 ORDER BY kanbanorder LIMIT ?3`, 100 rows read into `Issue`s.
pub(crate) fn issues(host: &dyn Host) -> Result<Samples, Failure> {
    let bare = Bare::filled(ROWS, ROWS)?;
    let mut select = bare.state.prepare(
        "SELECT id, title, status, priority, creator, created, modified, kanbanorder FROM issues \
         WHERE status = ?1 AND title <> ?2 ORDER BY kanbanorder LIMIT ?3",
    )?;
    read_lists(host, LIMIT, |i| {
        let mut rows = select.query(("todo", not_there(i), LIMIT as i64))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read_issue(row)?);
        }
        Ok(black_box(found).len())
    })
}
