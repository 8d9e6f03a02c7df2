//! Reading again and again, with 1,000 todos and 1,000 issues in the state.

use std::hint::black_box;

use livestore_core::prelude::*;

use crate::{
    data,
    failure::{Failure, check},
    fresh::Fresh,
    sample::{Samples, Unit},
    scenario::Host,
    schema::{Issue, Todo},
};

/// Rows in each table.
pub(crate) const ROWS: usize = 1_000;
/// How often one row is looked up.
pub(crate) const LOOK_UPS: usize = 10_000;
/// How often a list is read.
pub(crate) const LISTS: usize = 50;
/// Rows of the list that has a limit.
pub(crate) const LIMIT: usize = 100;

/// `point-same-id-10k` and `point-rotating-id-10k`: a todo by its id, over `ids` ids in turn.
pub(crate) async fn point(host: &dyn Host, ids: usize) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, ROWS).await?;
    let ids: Vec<_> = (0..ids).map(data::todo_id).collect();
    look_up(host, |i| {
        let query = Todo::query().filter(Todo::ID.eq(ids[i % ids.len()].as_str()));
        Ok(black_box(fresh.store.query(&query)?).len())
    })
}

/// `raw-sql-rotating-id-10k`: the same in SQL, into plain values.
pub(crate) async fn raw_sql(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, ROWS).await?;
    let ids: Vec<_> = (0..ROWS).map(data::todo_id).collect();
    look_up(host, |i| {
        let query = sql("SELECT * FROM todos WHERE id = $id")
            .bind_named("$id", ids[i % ids.len()].clone())
            .rows::<(String, String, bool)>();
        Ok(black_box(fresh.store.query(&query)?).len())
    })
}

/// `list-1000-uncached`: all todos, decoded, with another bound value each time; with `same_value`, `list-1000-cached`.
pub(crate) async fn list(host: &dyn Host, same_value: bool) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, ROWS).await?;
    read_lists(host, ROWS, |i| {
        let value = not_there(if same_value { 0 } else { i });
        let query = Todo::query().filter(Todo::TEXT.ne(value.as_str()));
        Ok(black_box(fresh.store.query(&query)?).len())
    })
}

/// `issues-filter-order-limit100-of-1000`: the first hundred of two hundred issues.
pub(crate) async fn issues(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, ROWS).await?;
    read_lists(host, LIMIT, |i| {
        let query = Issue::query()
            .filter(Issue::STATUS.eq("todo"))
            .filter(Issue::TITLE.ne(not_there(i).as_str()))
            .order_by(Issue::KANBANORDER.asc())
            .limit(LIMIT as u64);
        Ok(black_box(fresh.store.query(&query)?).len())
    })
}

/// A text that no row has.
pub(crate) fn not_there(i: usize) -> String {
    format!("none-{i}")
}

/// Looks up one row at a time and gives the mean; `look_up` returns how many rows it found.
pub(crate) fn look_up(
    host: &dyn Host,
    mut look_up: impl FnMut(usize) -> Result<usize, Failure>,
) -> Result<Samples, Failure> {
    let mut found = 0;
    let start = host.now();
    for i in 0..LOOK_UPS {
        found += look_up(i)?;
    }
    let time = host.now() - start;
    check("rows found", found, LOOK_UPS)?;
    let each = 1_000.0 * time / LOOK_UPS as f64;
    Ok(Samples::default().with("", Unit::Microseconds, each))
}

/// Reads a list of `expected` rows several times and gives the mean; `read` returns how many rows it got.
pub(crate) fn read_lists(
    host: &dyn Host,
    expected: usize,
    mut read: impl FnMut(usize) -> Result<usize, Failure>,
) -> Result<Samples, Failure> {
    let mut found = 0;
    let start = host.now();
    for i in 0..LISTS {
        found += read(i)?;
    }
    let time = host.now() - start;
    check("rows read", found, LISTS * expected)?;
    Ok(Samples::default().with("", Unit::Milliseconds, time / LISTS as f64))
}
