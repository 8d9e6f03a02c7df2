//! The SQL that creates a state database.

use std::collections::HashSet;

use crate::{
    query::{quote, quote_literal},
    schema::{ColumnDef, FullTextDef, Schema, TableDef},
};

/// SQLite's builds differ in their defaults, so what matters is set.
///
/// With recursive triggers a row that another one replaces leaves the full-text index too.
pub(super) const PRAGMAS: &str =
    "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY;";

/// The prefix of the triggers that keep full-text indexes in step.
pub(super) const TRIGGER_PREFIX: &str = "__livestore_fts_";

/// Where the state keeps which event it reflects.
pub(super) const HEAD_TABLE: &str = "__livestore_state_head";

pub(super) const SET_HEAD: &str = "UPDATE __livestore_state_head \
     SET seq_global = ?1, seq_client = ?2, seq_rebase_generation = ?3 WHERE id = 1";

const SYSTEM_TABLES: &str = "CREATE TABLE __livestore_state_head (\
     id INTEGER PRIMARY KEY NOT NULL, seq_global INTEGER NOT NULL, seq_client INTEGER NOT NULL, \
     seq_rebase_generation INTEGER NOT NULL, fingerprint INTEGER NOT NULL, \
     lineage INTEGER NOT NULL, skipped INTEGER NOT NULL, unknown INTEGER NOT NULL) STRICT;\
     INSERT INTO __livestore_state_head VALUES (1, 0, 0, 0, 0, 0, 0, 0);";

/// Returns the statements that create every table and index of a schema.
pub(super) fn create_all(schema: &Schema) -> String {
    let mut sql = String::from(SYSTEM_TABLES);
    let mut names = table_names(schema.tables());
    for table in schema.tables() {
        sql.push_str(&create_table(table));
        sql.push_str(&create_indexes(table, &mut names));
        if let Some(index) = &table.full_text {
            sql.push_str(&create_full_text(table, index));
        }
    }
    sql
}

fn create_table(table: &TableDef) -> String {
    let key: Vec<_> = table.primary_key().collect();
    let mut parts: Vec<_> = table
        .columns
        .iter()
        .map(|column| create_column(column, key.len() == 1))
        .collect();
    if key.len() > 1 {
        let names: Vec<_> = key.iter().map(|&i| quote(&table.columns[i].name)).collect();
        parts.push(format!("PRIMARY KEY ({})", names.join(", ")));
    }
    format!(
        "CREATE TABLE {} ({}) STRICT;",
        quote(&table.name),
        parts.join(", ")
    )
}

fn create_column(column: &ColumnDef, inline_key: bool) -> String {
    let kind = column.kind.sql();
    let mut sql = format!("{} {kind}", quote(&column.name));
    if column.primary_key && inline_key {
        sql.push_str(" PRIMARY KEY");
    }
    if column.autoincrement {
        sql.push_str(" AUTOINCREMENT");
    }
    if !column.nullable {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(&quote_literal(default));
    }
    if let Some(expression) = &column.default_sql {
        sql.push_str(&format!(" DEFAULT ({expression})"));
    }
    sql
}

/// The names of tables in lower case, with those FTS5 makes for itself: indexes share one space with them.
fn table_names(tables: &[TableDef]) -> HashSet<String> {
    let own = tables.iter().map(|table| table.name.to_ascii_lowercase());
    let full_text = tables.iter().filter(|table| table.full_text.is_some());
    let full_text = full_text.flat_map(|table| {
        let name = table.full_text_name().to_ascii_lowercase();
        ["", "_config", "_data", "_docsize", "_idx"].map(|part| format!("{name}{part}"))
    });
    own.chain(full_text).collect()
}

/// Makes a name one that nothing has yet: `a_b` and `c` read as `a` and `b_c` do.
fn unique_name(name: String, names: &mut HashSet<String>) -> String {
    let mut free = name.clone();
    let mut number = 2;
    while !names.insert(free.to_ascii_lowercase()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

fn create_indexes(table: &TableDef, names: &mut HashSet<String>) -> String {
    let mut sql = String::new();
    let single = table
        .columns
        .iter()
        .filter(|column| column.unique || column.indexed)
        .map(|column| (std::slice::from_ref(&column.name), column.unique));
    let several = table
        .indexes
        .iter()
        .map(|index| (index.columns.as_slice(), index.unique));
    for (columns, is_unique) in single.chain(several) {
        let (unique, suffix) = if is_unique {
            ("UNIQUE ", "_unique")
        } else {
            ("", "")
        };
        let name = format!("idx_{}_{}{suffix}", table.name, columns.join("_"));
        let name = quote(&unique_name(name, names));
        let columns: Vec<_> = columns.iter().map(|column| quote(column)).collect();
        sql.push_str(&format!(
            "CREATE {unique}INDEX {name} ON {} ({});",
            quote(&table.name),
            columns.join(", ")
        ));
    }
    sql
}

/// The full-text index holds no text of its own; triggers tell it of every row that comes, goes or
/// changes, forward and at a roll back, where inverse writes fire them like any other write.
fn create_full_text(table: &TableDef, index: &FullTextDef) -> String {
    let name = table.full_text_name();
    let (of, index_name) = (quote(&table.name), quote(&name));
    let columns: Vec<_> = index.columns.iter().map(|column| quote(column)).collect();
    let list = columns.join(", ");
    let content = quote_literal(&crate::query::Value::Text(table.name.clone()));
    let values = |row: &str| {
        let values: Vec<_> = columns.iter().map(|name| format!("{row}.{name}")).collect();
        values.join(", ")
    };
    let trigger = |event: &str| quote(&format!("{TRIGGER_PREFIX}{}_{event}", table.name));
    let add = format!(
        "INSERT INTO {index_name} (rowid, {list}) VALUES (new.rowid, {});",
        values("new")
    );
    let remove = format!(
        "INSERT INTO {index_name} ({index_name}, rowid, {list}) VALUES ('delete', old.rowid, {});",
        values("old")
    );
    let changed: Vec<_> = std::iter::once("rowid")
        .chain(columns.iter().map(String::as_str))
        .map(|name| format!("old.{name} IS NOT new.{name}"))
        .collect();
    format!(
        "CREATE VIRTUAL TABLE {index_name} USING fts5({list}, content = {content}, content_rowid = 'rowid'{options});\
         CREATE TRIGGER {insert} AFTER INSERT ON {of} BEGIN {add} END;\
         CREATE TRIGGER {delete} AFTER DELETE ON {of} BEGIN {remove} END;\
         CREATE TRIGGER {update} AFTER UPDATE ON {of} WHEN {changed} BEGIN {remove} {add} END;",
        options = index.options(),
        insert = trigger("insert"),
        delete = trigger("delete"),
        update = trigger("update"),
        changed = changed.join(" OR "),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{create_indexes, create_table};
    use crate::schema::{ColumnDef, TableDef};

    #[test]
    fn one_key_column_is_declared_inline_and_several_at_the_end() {
        let one = TableDef::new("t").column(ColumnDef::new::<String>("id").primary_key());
        assert_eq!(
            create_table(&one),
            r#"CREATE TABLE "t" ("id" TEXT PRIMARY KEY NOT NULL) STRICT;"#
        );
        let two = one
            .column(ColumnDef::new::<i64>("n").primary_key())
            .column(ColumnDef::new::<Option<f64>>("r"));
        assert_eq!(
            create_table(&two),
            r#"CREATE TABLE "t" ("id" TEXT NOT NULL, "n" INTEGER NOT NULL, "r" REAL, PRIMARY KEY ("id", "n")) STRICT;"#
        );
    }

    #[test]
    fn names_and_defaults_are_quoted() {
        let table = TableDef::new("order")
            .column(ColumnDef::new::<i64>("group").primary_key())
            .column(ColumnDef::new::<String>("a\"b").default::<String>("it's"))
            .column(ColumnDef::new::<bool>("on").default::<bool>(true));
        assert_eq!(
            create_table(&table),
            r#"CREATE TABLE "order" ("group" INTEGER PRIMARY KEY NOT NULL, "a""b" TEXT NOT NULL DEFAULT 'it''s', "on" INTEGER NOT NULL DEFAULT 1) STRICT;"#
        );
    }

    #[test]
    fn indexes_are_named_after_table_and_column() {
        let table = TableDef::new("t")
            .column(ColumnDef::new::<String>("a").indexed())
            .column(ColumnDef::new::<String>("b").unique());
        assert_eq!(
            create_indexes(&table, &mut HashSet::new()),
            r#"CREATE INDEX "idx_t_a" ON "t" ("a");CREATE UNIQUE INDEX "idx_t_b_unique" ON "t" ("b");"#
        );
    }
}
