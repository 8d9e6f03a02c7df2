//! Checking the tables of a schema.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{ColumnDef, FullTextDef, SYSTEM_PREFIX, SchemaError, TableDef};
use crate::query::{ColumnKind, Value};

/// What FTS5 adds to the name of an index for the tables it keeps it in.
const SHADOWS: [&str; 6] = ["", "_data", "_idx", "_content", "_docsize", "_config"];

pub(super) fn check_tables(tables: &[TableDef]) -> Result<(), SchemaError> {
    let mut names = HashSet::new();
    for table in tables {
        check_table(table)?;
        if !names.insert(table.name.to_ascii_lowercase()) {
            return Err(SchemaError::DuplicateTable {
                table: table.name.clone(),
            });
        }
    }
    for table in tables.iter().filter(|table| table.full_text.is_some()) {
        let index = table.full_text_name().to_ascii_lowercase();
        for shadow in SHADOWS {
            if names.contains(&format!("{index}{shadow}")) {
                return Err(full_text_error(
                    table,
                    format!("it is kept in `{index}{shadow}`, which is another table"),
                ));
            }
        }
    }
    Ok(())
}

fn check_table(table: &TableDef) -> Result<(), SchemaError> {
    check_name(&table.name)?;
    let mut names = HashSet::new();
    for column in &table.columns {
        check_name(&column.name)?;
        if !names.insert(column.name.to_ascii_lowercase()) {
            return Err(SchemaError::DuplicateColumn {
                table: table.name.clone(),
                column: column.name.clone(),
            });
        }
        check_column(table, column)?;
    }
    if table.primary_key().next().is_none() {
        return Err(SchemaError::NoPrimaryKey {
            table: table.name.clone(),
        });
    }
    if table.rowid_name().is_none() {
        return Err(SchemaError::NoRowid {
            table: table.name.clone(),
        });
    }
    check_indexes(table)?;
    match &table.full_text {
        Some(index) => check_full_text(table, index),
        None => Ok(()),
    }
}

fn check_column(table: &TableDef, column: &ColumnDef) -> Result<(), SchemaError> {
    let names = || (table.name.clone(), column.name.clone());
    if column.primary_key && column.nullable {
        let (table, column) = names();
        return Err(SchemaError::NullablePrimaryKey { table, column });
    }
    let is_whole_key = column.primary_key && table.primary_key().count() == 1;
    if column.autoincrement && !(is_whole_key && column.kind == ColumnKind::Integer) {
        let (table, column) = names();
        return Err(SchemaError::Autoincrement { table, column });
    }
    let fits = match (&column.default, column.kind) {
        (None, _) => true,
        (Some(Value::Null), _) => column.nullable,
        (Some(_), ColumnKind::Any) => true,
        (Some(Value::Integer(_)), kind) => kind == ColumnKind::Integer,
        (Some(Value::Real(_)), kind) => kind == ColumnKind::Real,
        (Some(Value::Text(_)), kind) => kind == ColumnKind::Text,
        (Some(Value::Blob(_)), kind) => kind == ColumnKind::Blob,
    };
    if !fits {
        let (table, column) = names();
        return Err(SchemaError::DefaultMismatch { table, column });
    }
    let Some(expression) = &column.default_sql else {
        return Ok(());
    };
    if column.default.is_some() {
        let (table, column) = names();
        return Err(SchemaError::TwoDefaults { table, column });
    }
    try_default(expression, column).map_err(|error| {
        let (table, column) = names();
        SchemaError::DefaultExpression {
            table,
            column,
            expression: expression.clone(),
            reason: error.to_string(),
        }
    })
}

/// Tries a default expression out, where SQLite itself refuses what is not the same every time: in an
/// index. Its value must be one of the column.
fn try_default(expression: &str, column: &ColumnDef) -> rusqlite::Result<()> {
    let scratch = Connection::open_in_memory()?;
    let kind = column.kind.sql();
    let null = if column.nullable { "" } else { "NOT NULL" };
    // Three statements, so that the text of the expression cannot end one and start another unnoticed.
    for sql in [
        format!("CREATE TABLE t (x INTEGER, y {kind} {null} DEFAULT ({expression})) STRICT"),
        format!("CREATE INDEX i ON t ((({expression}) IS x))"),
        "INSERT INTO t (x) VALUES (1)".to_owned(),
    ] {
        scratch.execute(&sql, ())?;
    }
    Ok(())
}

fn check_indexes(table: &TableDef) -> Result<(), SchemaError> {
    let mut seen = HashSet::new();
    let single = table
        .columns
        .iter()
        .filter(|column| column.indexed || column.unique)
        .map(|column| vec![column.name.clone()]);
    seen.extend(single);
    for index in &table.indexes {
        for column in &index.columns {
            check_index_column(table, column)?;
        }
        if index.columns.is_empty() || !seen.insert(index.columns.clone()) {
            return Err(SchemaError::UselessIndex {
                table: table.name.clone(),
                columns: index.columns.join(", "),
            });
        }
    }
    Ok(())
}

fn check_index_column<'a>(table: &'a TableDef, column: &str) -> Result<&'a ColumnDef, SchemaError> {
    table
        .columns
        .iter()
        .find(|def| def.name == column)
        .ok_or_else(|| SchemaError::UnknownIndexColumn {
            table: table.name.clone(),
            column: column.to_owned(),
        })
}

fn check_full_text(table: &TableDef, index: &FullTextDef) -> Result<(), SchemaError> {
    if index.columns.is_empty() {
        return Err(full_text_error(table, "it has no columns".into()));
    }
    for column in &index.columns {
        let def = check_index_column(table, column)?;
        if def.kind != ColumnKind::Text {
            let reason = format!("column `{column}` does not hold text");
            return Err(full_text_error(table, reason));
        }
        if column.eq_ignore_ascii_case("rank")
            || column.eq_ignore_ascii_case(&table.full_text_name())
        {
            let reason = format!("`{column}` is a name of the index's own");
            return Err(full_text_error(table, reason));
        }
    }
    // A declared column of that name would hide what ties the index to the rows.
    if table
        .columns
        .iter()
        .any(|column| column.name.eq_ignore_ascii_case("rowid"))
    {
        return Err(full_text_error(table, "it has a column `rowid`".into()));
    }
    if index.prefix.contains(&0) {
        return Err(full_text_error(
            table,
            "a prefix has at least one character".into(),
        ));
    }
    try_full_text(index).map_err(|error| full_text_error(table, error.to_string()))
}

/// FTS5 alone knows its tokenizers.
fn try_full_text(index: &FullTextDef) -> rusqlite::Result<()> {
    let sql = format!("CREATE VIRTUAL TABLE t USING fts5(x{})", index.options());
    Connection::open_in_memory()?.execute(&sql, ()).map(drop)
}

fn full_text_error(table: &TableDef, reason: String) -> SchemaError {
    SchemaError::FullText {
        table: table.name.clone(),
        reason,
    }
}

pub(super) fn check_name(name: &str) -> Result<(), SchemaError> {
    let lower = name.to_ascii_lowercase();
    if name.is_empty()
        || name.contains('\0')
        || lower.starts_with(SYSTEM_PREFIX)
        || lower.starts_with("sqlite_")
    {
        return Err(SchemaError::ReservedName {
            name: name.to_owned(),
        });
    }
    Ok(())
}
