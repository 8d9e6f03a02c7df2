//! Running a statement on a connection.

use rusqlite::{CachedStatement, Connection};

use super::{QueryError, Rows, Statement, Value};

/// Prepares, binds and reads; the statement must not write.
pub(crate) fn run<R>(
    connection: &Connection,
    statement: &Statement,
    read: impl FnOnce(Rows<'_>) -> Result<R, QueryError>,
) -> Result<R, QueryError> {
    let sql = statement.sql.as_str();
    let sqlite = |source| QueryError::Sqlite {
        sql: sql.to_owned(),
        source,
    };
    let mut prepared = connection.prepare_cached(sql).map_err(sqlite)?;
    // Statements that steer transactions count as read-only, but give no columns.
    if !prepared.readonly() || prepared.column_count() == 0 {
        return Err(QueryError::Writes {
            sql: sql.to_owned(),
        });
    }
    bind(&mut prepared, statement)?;
    read(Rows::new(prepared.raw_query(), sql))
}

/// Binds a statement's values, each to the parameter it is meant for.
pub(crate) fn bind(
    prepared: &mut CachedStatement<'_>,
    statement: &Statement,
) -> Result<(), QueryError> {
    let wrong = |message: String| QueryError::Parameters {
        sql: statement.sql.clone(),
        message,
    };
    let sqlite = |source| QueryError::Sqlite {
        sql: statement.sql.clone(),
        source,
    };
    let wanted = prepared.parameter_count();
    let given = statement.binds.len() + statement.named.len();
    if wanted != given {
        return Err(wrong(format!("{wanted} wanted, {given} given")));
    }
    bind_values(prepared, &statement.sql, &statement.binds)?;
    for (name, value) in &statement.named {
        match prepared.parameter_index(name).map_err(sqlite)? {
            Some(index) => prepared.raw_bind_parameter(index, value).map_err(sqlite)?,
            None => return Err(wrong(format!("there is no `{name}`"))),
        }
    }
    Ok(())
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
