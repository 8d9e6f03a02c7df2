//! What a schema must and must not be.

use livestore_core::{
    Error,
    prelude::*,
    query::{QueryError, Row},
    schema::{ColumnDef, IndexDef, TableDef},
};

use crate::{
    fixture::{Todo, TodoCreated, Undeclared, created, open_with},
    testing::test,
};

/// A table type described by hand, as no derive would.
macro_rules! table {
    ($name:ident, $def:expr) => {
        struct $name;

        impl TableRow for $name {
            const TABLE: &'static str = "hand_made";
            const COLUMNS: &'static [&'static str] = &[];
            const PRIMARY_KEY: &'static [&'static str] = &[];

            fn read_all(_: &Row<'_>) -> Result<Self, QueryError> {
                Ok(Self)
            }

            fn to_values(&self) -> Vec<Value> {
                Vec::new()
            }
        }

        impl Table for $name {
            fn def() -> TableDef {
                $def
            }
        }
    };
}

fn error_of<T: Table>() -> String {
    Schema::builder()
        .table::<Todo>()
        .table::<T>()
        .build()
        .unwrap_err()
        .to_string()
}

#[test]
fn an_event_declared_twice_is_an_error_that_names_it() {
    let builder = Schema::builder()
        .on(|_: &TodoCreated, _| ())
        .on(|_: &TodoCreated, _| ());
    assert_eq!(
        builder.build().unwrap_err().to_string(),
        "event `v1.TodoCreated` is declared twice"
    );
}

#[test]
fn a_table_declared_twice_is_an_error_that_names_it() {
    assert_eq!(error_of::<Todo>(), "table `todos` is declared twice");
    table!(
        Upper,
        TableDef::new("TODOS").column(ColumnDef::new::<i64>("id").primary_key())
    );
    assert_eq!(error_of::<Upper>(), "table `TODOS` is declared twice");
}

#[test]
fn a_table_without_a_primary_key_is_an_error_that_names_it() {
    table!(
        Keyless,
        TableDef::new("keyless").column(ColumnDef::new::<String>("id"))
    );
    assert_eq!(error_of::<Keyless>(), "table `keyless` has no primary key");
}

#[test]
fn a_nullable_primary_key_is_an_error_that_names_it() {
    #[derive(Table)]
    struct Nullable {
        #[column(primary_key)]
        id: Option<String>,
    }
    assert_eq!(
        error_of::<Nullable>(),
        "primary key column `id` of table `nullable` must not be nullable"
    );
    let _ = Nullable { id: None }.id;
}

#[test]
fn a_column_declared_twice_is_an_error_that_names_it() {
    table!(
        Twice,
        TableDef::new("twice")
            .column(ColumnDef::new::<i64>("id").primary_key())
            .column(ColumnDef::new::<i64>("ID"))
    );
    assert_eq!(
        error_of::<Twice>(),
        "column `ID` of table `twice` is declared twice"
    );
}

#[test]
fn a_default_that_the_column_cannot_hold_is_an_error_that_names_it() {
    table!(
        Wrong,
        TableDef::new("t")
            .column(ColumnDef::new::<i64>("id").primary_key())
            .column(ColumnDef::new::<i64>("n").default::<String>("one"))
    );
    assert_eq!(
        error_of::<Wrong>(),
        "the default of column `n` of table `t` is not a value of the column"
    );
}

#[test]
fn names_kept_for_the_engine_are_refused() {
    table!(
        System,
        TableDef::new("__livestore_x").column(ColumnDef::new::<i64>("id").primary_key())
    );
    assert_eq!(
        error_of::<System>(),
        "`__livestore_x` cannot be used as a name: it is empty or reserved"
    );
    table!(
        Sqlite,
        TableDef::new("sqlite_x").column(ColumnDef::new::<i64>("id").primary_key())
    );
    assert_eq!(
        error_of::<Sqlite>(),
        "`sqlite_x` cannot be used as a name: it is empty or reserved"
    );
}

#[test]
fn a_materializer_that_writes_an_undeclared_table_is_a_schema_error_that_names_both() {
    let schema = Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| Undeclared::insert().set(Undeclared::ID, &e.id))
        .build()
        .unwrap();
    let store = open_with(schema);
    let error = store.commit(created("a", "")).unwrap_err();
    assert!(matches!(
        error,
        Error::Schema(SchemaError::UndeclaredTable { .. })
    ));
    assert_eq!(
        error.to_string(),
        "the materializer of event `v1.TodoCreated` writes `undeclared`, which is no table of the schema"
    );
}

#[test]
fn the_derive_describes_the_table() {
    #[derive(Table, Clone, Debug, PartialEq)]
    struct LineItem {
        #[column(primary_key)]
        order: i64,
        #[column(primary_key, name = "pos")]
        position: u32,
        #[column(unique, default = "none")]
        code: String,
        note: Option<Vec<u8>>,
        #[column(default = 1.5, index)]
        price: f64,
        r#type: bool,
    }
    let item = |name: &str| {
        LineItem::def()
            .columns
            .into_iter()
            .find(|column| column.name == name)
            .unwrap()
    };
    assert_eq!(LineItem::TABLE, "line_item");
    assert_eq!(
        LineItem::COLUMNS,
        ["order", "pos", "code", "note", "price", "type"]
    );
    assert_eq!(LineItem::PRIMARY_KEY, ["order", "pos"]);
    assert!(
        item("code").unique
            && item("price").indexed
            && item("note").nullable
            && !item("type").nullable
    );
    assert_eq!(item("code").default, Some(Value::Text("none".into())));
    assert_eq!(LineItem::TYPE.name(), "type");
    Schema::builder().table::<LineItem>().build().unwrap();
}

#[test]
fn indexes_whose_names_would_be_the_same_are_all_made() {
    let table = |name: &str, columns: &[&str]| {
        let key = TableDef::new(name).column(ColumnDef::new::<i64>("id").primary_key());
        columns.iter().fold(key, |table, column| {
            table.column(ColumnDef::new::<i64>(*column).indexed())
        })
    };
    let project = table("project", &["task_status"]);
    let project_task = table("project_task", &["status", "Status_Unique"]);
    let unique = ColumnDef::new::<i64>("b").unique();
    let pairs = table("pairs", &["a_b", "c", "a", "b_c", "b_unique"])
        .index(IndexDef::new(["a_b", "c"]))
        .index(IndexDef::new(["a", "b_c"]))
        .column(unique);
    let named_as_one = table("idx_pairs_c", &[]);
    let schema = Schema::builder()
        .table_def(project)
        .table_def(project_task)
        .table_def(pairs)
        .table_def(named_as_one)
        .build()
        .unwrap();
    let store = open_with(schema);
    let indexes = sql("SELECT count(*) FROM sqlite_schema WHERE type = 'index'").rows::<(i64,)>();
    assert_eq!(store.query(&indexes).unwrap(), [(11,)]);
}
