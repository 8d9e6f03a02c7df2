//! Running a statement on a connection.

use rusqlite::{CachedStatement, Connection};

use super::{QueryError, Rows, Statement, Value};

/// SQLite's own limit of parameters.
const MOST_VALUES: usize = 32_766;

/// Prepares, binds and reads; the statement must not write.
pub(crate) fn run<R>(
    connection: &Connection,
    statement: &Statement,
    read: impl FnOnce(Rows<'_>) -> Result<R, QueryError>,
) -> Result<R, QueryError> {
    let sql = statement.sql.as_str();
    let mut prepared = connection
        .prepare_cached(sql)
        .map_err(|source| not_prepared(statement, source))?;
    // Statements that steer transactions count as read-only, but give no columns.
    if !prepared.readonly() || prepared.column_count() == 0 {
        return Err(QueryError::Writes {
            sql: sql.to_owned(),
        });
    }
    bind(&mut prepared, statement)?;
    read(Rows::new(prepared.raw_query(), sql))
}

/// Returns why a statement could not be prepared.
pub(crate) fn not_prepared(statement: &Statement, source: rusqlite::Error) -> QueryError {
    if statement.binds.len() > MOST_VALUES {
        return QueryError::TooManyValues {
            given: statement.binds.len(),
            most: MOST_VALUES,
        };
    }
    QueryError::Sqlite {
        sql: statement.sql.clone(),
        source,
    }
}

/// Binds a statement's values, each to the parameter it is meant for.
pub(crate) fn bind(
    prepared: &mut CachedStatement<'_>,
    statement: &Statement,
) -> Result<(), QueryError> {
    let wanted = prepared.parameter_count();
    let given = statement.binds.len() + statement.named.len();
    let sql = statement.sql.as_str();
    if wanted != given {
        return Err(wrong(sql, format!("{wanted} wanted, {given} given")));
    }
    if statement.named.is_empty() {
        return bind_values(prepared, sql, &statement.binds);
    }
    for (index, value) in places(prepared, statement)? {
        prepared
            .raw_bind_parameter(index, value)
            .map_err(|source| QueryError::Sqlite {
                sql: sql.to_owned(),
                source,
            })?;
    }
    Ok(())
}

/// Returns the parameter of each value: that of its name, or the next one that has no name.
fn places<'a>(
    prepared: &CachedStatement<'_>,
    statement: &'a Statement,
) -> Result<Vec<(usize, &'a Value)>, QueryError> {
    let sql = statement.sql.as_str();
    let mut places = Vec::with_capacity(prepared.parameter_count());
    let mut taken = vec![false; prepared.parameter_count() + 1];
    for (name, value) in &statement.named {
        let index = prepared.parameter_index(name).ok().flatten();
        let index = index.ok_or_else(|| wrong(sql, format!("there is no `{name}`")))?;
        if std::mem::replace(&mut taken[index], true) {
            return Err(wrong(sql, format!("`{name}` is given twice")));
        }
        places.push((index, value));
    }
    let mut binds = statement.binds.iter();
    for index in (1..taken.len()).filter(|&index| !taken[index]) {
        match prepared.parameter_name(index) {
            // That of `?2` is its number.
            Some(name) if !name.starts_with('?') => {
                return Err(wrong(sql, format!("`{name}` is not given")));
            }
            _ => places.extend(binds.next().map(|value| (index, value))),
        }
    }
    Ok(places)
}

fn wrong(sql: &str, message: String) -> QueryError {
    QueryError::Parameters {
        sql: sql.to_owned(),
        message,
    }
}

/// Binds values to the numbered parameters, of which there are as many.
pub(crate) fn bind_values(
    prepared: &mut CachedStatement<'_>,
    sql: &str,
    values: &[Value],
) -> Result<(), QueryError> {
    for (i, value) in values.iter().enumerate() {
        prepared
            .raw_bind_parameter(i + 1, value)
            .map_err(|source| QueryError::Sqlite {
                sql: sql.to_owned(),
                source,
            })?;
    }
    Ok(())
}
