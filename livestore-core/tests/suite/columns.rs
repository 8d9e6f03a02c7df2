//! Column types, tables and their DDL; test names carry the ids of the behaviour report.

use std::collections::BTreeMap;

use livestore_core::{
    prelude::*,
    query::{IntoWrites, StoredAs},
    schema::{ColumnDef, FullTextDef, IndexDef, TableDef},
};

use crate::{
    fixture::{Random, open_with},
    testing::test,
};

#[derive(ColumnEnum, Clone, Copy, Debug, PartialEq)]
#[column(rename_all = "kebab-case")]
enum Status {
    Open,
    InProgress,
    #[column(rename = "finished")]
    Done,
}

#[derive(ColumnEnum, Clone, Copy, Debug, PartialEq)]
#[column(integer)]
enum Priority {
    Low,
    High = 30,
    Urgent,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Address {
    street: String,
    number: Option<u32>,
    tags: BTreeMap<String, Vec<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Contact {
    Mail { address: String },
    Phone { number: u64 },
    None,
}

/// A type that is no column type itself, stored by one that is.
#[derive(Clone, Debug, PartialEq)]
struct Money {
    cents: i64,
}

struct Cents;

impl ColumnType for Cents {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn from_value(_: ValueRef<'_>) -> Result<Self, ValueError> {
        Ok(Self)
    }
}

impl StoredAs<Money> for Cents {
    fn encode(value: &Money) -> Value {
        Value::Integer(value.cents)
    }

    fn decode(value: ValueRef<'_>) -> Result<Money, ValueError> {
        i64::from_value(value).map(|cents| Money { cents })
    }
}

/// Every kind of column.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "everything", index(integer, text), unique(text, boolean))]
struct Everything {
    #[column(primary_key)]
    id: i64,
    text: String,
    integer: i64,
    small: u8,
    real: f64,
    single: f32,
    blob: Vec<u8>,
    boolean: bool,
    status: Status,
    priority: Priority,
    time: DateTime,
    #[column(as = EpochMillis)]
    millis: DateTime,
    #[column(json)]
    address: Address,
    wrapped: Json<Vec<Contact>>,
    #[column(json)]
    contact: Contact,
    #[column(as = Cents)]
    price: Money,
    any: Value,
    maybe_text: Option<String>,
    maybe_boolean: Option<bool>,
    maybe_status: Option<Status>,
    maybe_time: Option<DateTime>,
    #[column(as = Option<EpochMillis>)]
    maybe_millis: Option<DateTime>,
    #[column(json)]
    maybe_address: Option<Address>,
    #[column(as = Option<Cents>)]
    maybe_price: Option<Money>,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Written")]
struct Written {}

fn written<T: Table, W: IntoWrites + 'static>(
    writes: impl Fn() -> W + Send + Sync + 'static,
) -> Store {
    let schema = Schema::builder()
        .table::<T>()
        .on(move |_: &Written, _| writes())
        .build()
        .unwrap();
    let store = open_with(schema);
    store.commit(Written {}).unwrap();
    store
}

fn column(name: &str) -> ColumnDef {
    let columns = Everything::def().columns;
    columns
        .into_iter()
        .find(|column| column.name == name)
        .unwrap()
}

fn text(random: &mut Random) -> String {
    const CHARS: [char; 8] = ['a', '"', '\'', '\\', '\0', 'ß', '\u{1f600}', '\n'];
    (0..random.below(6))
        .map(|_| CHARS[random.below(8) as usize])
        .collect()
}

fn time(random: &mut Random) -> DateTime {
    let span = (DateTime::MAX.millis() - DateTime::MIN.millis()) as u64;
    let wide = random.below(span >> 20) << 20 | random.below(1 << 20);
    DateTime::from_millis(DateTime::MIN.millis() + wide as i64)
}

fn address(random: &mut Random) -> Address {
    Address {
        street: text(random),
        number: Some(random.below(1 << 31) as u32 * 2).filter(|n| n % 3 > 0),
        tags: (0..random.below(3))
            .map(|_| (text(random), vec![1.0, 0.1, random.below(9) as f64 / 7.0]))
            .collect(),
    }
}

fn contact(random: &mut Random) -> Contact {
    match random.below(3) {
        0 => Contact::Mail {
            address: text(random),
        },
        1 => Contact::Phone { number: u64::MAX },
        _ => Contact::None,
    }
}

fn row(id: i64, random: &mut Random) -> Everything {
    let status = |random: &mut Random| {
        [Status::Open, Status::InProgress, Status::Done][random.below(3) as usize]
    };
    let wide = |random: &mut Random| {
        (random.below(1 << 31) << 33 | random.below(1 << 31) << 2 | random.below(4)) as i64
    };
    let maybe = random.below(2) == 0;
    Everything {
        id,
        // Unique, with another column.
        text: format!("{id}{}", text(random)),
        integer: wide(random),
        small: random.below(256) as u8,
        real: f64::from_bits(wide(random) as u64 & !(1 << 62)),
        single: random.below(1 << 31) as f32 / 7.0,
        blob: text(random).into_bytes(),
        boolean: random.below(2) == 0,
        status: status(random),
        priority: [Priority::Low, Priority::High, Priority::Urgent][random.below(3) as usize],
        time: time(random),
        millis: time(random),
        address: address(random),
        wrapped: Json((0..random.below(3)).map(|_| contact(random)).collect()),
        contact: contact(random),
        price: Money {
            cents: wide(random),
        },
        any: match random.below(4) {
            0 => Value::Null,
            1 => Value::Text("1".into()),
            2 => Value::Real(1.0),
            _ => Value::Blob(vec![0, 255]),
        },
        maybe_text: maybe.then(|| text(random)),
        maybe_boolean: maybe.then_some(false),
        maybe_status: maybe.then(|| status(random)),
        maybe_time: maybe.then(|| time(random)),
        maybe_millis: maybe.then(|| time(random)),
        maybe_address: maybe.then(|| address(random)),
        maybe_price: maybe.then_some(Money { cents: -1 }),
    }
}

#[test]
fn every_column_type_decodes_to_what_was_encoded() {
    for seed in 1..40 {
        let rows = move || -> Vec<_> {
            let mut random = Random::new(seed);
            (0..20).map(|id| row(id, &mut random)).collect()
        };
        let store = written::<Everything, _>(move || Everything::insert().rows(rows()));
        let query = Everything::query().order_by(Everything::ID.asc());
        assert_eq!(store.query(&query).unwrap(), rows(), "seed {seed}");
        // By name, in raw SQL, too.
        let raw = sql("SELECT * FROM everything ORDER BY id").rows::<Everything>();
        assert_eq!(store.query(&raw).unwrap(), rows(), "seed {seed}");
        // And each is found again by its values, encoded once more.
        for row in rows() {
            let found = Everything::query()
                .filter(Everything::TEXT.eq(&row.text))
                .filter(
                    Everything::REAL
                        .eq(row.real)
                        .and(Everything::SINGLE.eq(row.single)),
                )
                .filter(Everything::STATUS.eq(row.status))
                .filter(Everything::PRIORITY.eq(row.priority))
                .filter(
                    Everything::TIME
                        .eq(row.time)
                        .and(Everything::MILLIS.eq(row.millis)),
                )
                .filter(Everything::ADDRESS.eq(&row.address))
                .filter(Everything::WRAPPED.eq(&row.wrapped))
                .filter(Everything::ANY.is(row.any.clone()))
                .filter(Everything::MAYBE_STATUS.eq(row.maybe_status))
                .filter(Everything::MAYBE_MILLIS.eq(row.maybe_millis))
                .filter(Everything::MAYBE_ADDRESS.eq(&row.maybe_address))
                .select(Everything::ID);
            assert_eq!(store.query(&found).unwrap(), [row.id], "seed {seed}");
        }
    }
}

#[test]
fn col_01_rust_types_have_the_kinds_of_columns_sqlite_stores_them_in() {
    for (name, kind) in [
        ("text", ColumnKind::Text),
        ("integer", ColumnKind::Integer),
        ("small", ColumnKind::Integer),
        ("real", ColumnKind::Real),
        ("single", ColumnKind::Real),
        ("blob", ColumnKind::Blob),
        ("boolean", ColumnKind::Integer),
        ("time", ColumnKind::Text),
        ("millis", ColumnKind::Integer),
        ("any", ColumnKind::Any),
    ] {
        assert_eq!(column(name).kind, kind, "{name}");
    }
}

#[test]
fn col_02_enums_are_texts_or_integers() {
    assert_eq!(column("status").kind, ColumnKind::Text);
    assert_eq!(column("priority").kind, ColumnKind::Integer);
    let texts = [Status::Open, Status::InProgress, Status::Done].map(|status| status.to_value());
    assert_eq!(texts, ["open", "in-progress", "finished"].map(Value::from));
    let numbers = [Priority::Low, Priority::High, Priority::Urgent].map(|p| p.to_value());
    assert_eq!(numbers, [0, 30, 31].map(Value::Integer));
    let error = Status::from_value(ValueRef::Text("Open"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        r#"expected the name of a `Status`, found Text("Open")"#
    );
    assert!(Priority::from_value(ValueRef::Integer(1)).is_err());
    assert!(Priority::from_value(ValueRef::Text("Low")).is_err());
}

#[test]
fn col_03_a_type_of_another_kind_is_stored_as_the_type_that_was_named() {
    assert_eq!(column("price").kind, ColumnKind::Integer);
    let store = written::<Everything, _>(|| {
        let mut row = row(1, &mut Random::new(1));
        row.price.cents = 250;
        Everything::insert().row(&row)
    });
    let stored = sql("SELECT typeof(price), price FROM everything").rows::<(String, i64)>();
    assert_eq!(store.query(&stored).unwrap(), [("integer".into(), 250)]);
}

#[test]
fn col_04_what_is_structured_is_stored_as_canonical_json_text() {
    for name in ["address", "wrapped", "contact"] {
        assert_eq!(column(name).kind, ColumnKind::Text, "{name}");
    }
    let json = Json(BTreeMap::from([("b", Some(1.0)), ("a", None)])).0;
    let value = <Json<_> as StoredAs<serde_json::Value>>::encode(&serde_json::json!(json));
    assert_eq!(value, Value::from(r#"{"a":null,"b":1}"#));
    let error = Json::<Contact>::from_value(ValueRef::Text("{")).unwrap_err();
    assert!(
        error.to_string().starts_with("its JSON does not decode"),
        "{error}"
    );
}

#[test]
fn a_value_without_a_json_form_is_refused_by_the_column_and_not_stored_otherwise() {
    #[derive(Table)]
    struct Odd {
        #[column(primary_key)]
        id: i64,
        #[column(json)]
        map: Option<BTreeMap<Vec<u8>, u8>>,
    }
    let schema = Schema::builder()
        .table::<Odd>()
        .on(|_: &Written, _| {
            Odd::insert().row(&Odd {
                id: 1,
                map: Some(BTreeMap::from([(vec![1], 1)])),
            })
        })
        .build()
        .unwrap();
    let error = open_with(schema)
        .commit(Written {})
        .unwrap_err()
        .to_string();
    assert!(error.contains("odd.map"), "{error}");
}

#[test]
fn col_05_an_optional_field_is_a_nullable_column() {
    for column in Everything::def().columns {
        let optional = column.name.starts_with("maybe_") || column.name == "any";
        assert_eq!(column.nullable, optional, "{}", column.name);
    }
    // Null is no JSON: the column is null itself.
    let store = written::<Everything, _>(|| {
        let row = row(1, &mut Random::new(1));
        Everything::insert().row(&Everything {
            maybe_address: None,
            maybe_boolean: None,
            ..row
        })
    });
    let types = sql("SELECT typeof(maybe_address), typeof(maybe_boolean) FROM everything");
    assert_eq!(
        store.query(&types.rows::<(String, String)>()).unwrap(),
        [("null".into(), "null".into())]
    );
}

fn ddl<T: Table>() -> Vec<String> {
    ddl_of(T::def())
}

/// What SQLite says it was told.
fn ddl_of(table: TableDef) -> Vec<String> {
    let schema = Schema::builder().table_def(table).build().unwrap();
    let texts = sql("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL \
        AND name NOT LIKE '\\_\\_livestore%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
        ORDER BY rowid")
    .rows::<(String,)>();
    let store = open_with(schema);
    let texts = store.query(&texts).unwrap();
    texts.into_iter().map(|(text,)| text).collect()
}

#[test]
fn col_07_key_columns_are_not_null_and_an_integer_key_is_the_row_id() {
    #[derive(Table)]
    struct Item {
        #[column(primary_key)]
        id: i64,
    }
    assert_eq!(
        ddl::<Item>(),
        [r#"CREATE TABLE "item" ("id" INTEGER PRIMARY KEY NOT NULL) STRICT"#]
    );
    let _ = Item { id: 1 }.id;
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "counted")]
struct Counted {
    #[column(primary_key, autoincrement)]
    id: i64,
    text: String,
}

#[test]
fn col_08_sqlite_makes_keys_that_were_never_in_use() {
    assert_eq!(
        ddl::<Counted>(),
        [
            r#"CREATE TABLE "counted" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "text" TEXT NOT NULL) STRICT"#
        ]
    );
    let store = written::<Counted, _>(|| {
        let insert = |text| Counted::insert().set(Counted::TEXT, text);
        (
            [insert("a"), insert("b")],
            Counted::delete().filter(Counted::TEXT.eq("b")),
            insert("c"),
            sql("INSERT INTO counted (text) VALUES ('d')"),
        )
    });
    let rows = Counted::query()
        .select((Counted::ID, Counted::TEXT))
        .order_by(Counted::ID.asc());
    assert_eq!(
        store.query(&rows).unwrap(),
        [(1, "a".into()), (3, "c".into()), (4, "d".into())]
    );
}

#[test]
fn col_08_only_an_integer_that_is_the_whole_key_counts_up() {
    let error = |table: TableDef| {
        let built = Schema::builder().table_def(table).build();
        built.unwrap_err().to_string()
    };
    let key = |name: &str| ColumnDef::new::<i64>(name).primary_key();
    let expected = "column `a` of table `t` cannot count up: it is not an integer that is the whole \
                    primary key";
    for table in [
        TableDef::new("t").column(ColumnDef::new::<String>("a").primary_key().autoincrement()),
        TableDef::new("t")
            .column(key("a").autoincrement())
            .column(key("b")),
        TableDef::new("t")
            .column(ColumnDef::new::<i64>("a").autoincrement())
            .column(key("b")),
    ] {
        assert_eq!(error(table), expected);
    }
}

#[test]
fn col_09_a_default_is_a_value_or_an_expression() {
    #[derive(Table, Clone, Debug, PartialEq)]
    struct Defaults {
        #[column(primary_key)]
        id: i64,
        #[column(default = "CURRENT_TIMESTAMP")]
        text: String,
        #[column(default_sql = "length('four') * 2")]
        eight: i64,
        #[column(default = Status::InProgress)]
        status: Status,
        #[column(default = DateTime::from_millis(1), as = EpochMillis)]
        millis: DateTime,
        #[column(json, default = vec![1, 2])]
        list: Vec<u8>,
        #[column(json, default = Some(Vec::new()))]
        maybe: Option<Vec<u8>>,
    }
    let store = written::<Defaults, _>(|| Defaults::insert().set(Defaults::ID, 1));
    let expected = Defaults {
        id: 1,
        text: "CURRENT_TIMESTAMP".into(),
        eight: 8,
        status: Status::InProgress,
        millis: DateTime::from_millis(1),
        list: vec![1, 2],
        maybe: Some(Vec::new()),
    };
    assert_eq!(store.query(&Defaults::query()).unwrap(), [expected]);
}

#[test]
fn a_default_that_differs_from_client_to_client_or_is_no_value_is_refused() {
    let error = |expression: &str| {
        let table = TableDef::new("t")
            .column(ColumnDef::new::<i64>("id").primary_key())
            .column(ColumnDef::new::<String>("c").default_sql(expression));
        let error = Schema::builder().table_def(table).build().unwrap_err();
        error.to_string()
    };
    for (expression, reason) in [
        ("CURRENT_TIMESTAMP", "non-deterministic"),
        ("datetime('now')", "non-deterministic"),
        ("hex(randomblob(8))", "non-deterministic"),
        ("random() || ''", "non-deterministic"),
        ("nonsense(", "syntax error"),
        ("1) STRICT; DROP TABLE t; --", ""),
        ("x'00'", "cannot store BLOB value in TEXT column"),
        ("NULL", "NOT NULL constraint failed"),
        ("(SELECT 'a')", ""),
    ] {
        let error = error(expression);
        let start = format!("the default of column `c` of table `t` cannot be `{expression}`: ");
        assert!(
            error.starts_with(&start) && error.contains(reason),
            "{error}"
        );
    }
    let both = ColumnDef::new::<String>("c")
        .default_sql("'a'")
        .default::<String>("a");
    let table = TableDef::new("t")
        .column(ColumnDef::new::<i64>("id").primary_key())
        .column(both);
    let error = Schema::builder().table_def(table).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "column `c` of table `t` has two defaults"
    );
}

#[test]
fn col_10_indexes_on_one_column_or_several_are_named_after_them() {
    #[derive(Table)]
    #[table(name = "contacts", index(name, email), unique(name, city))]
    struct Contact {
        #[column(primary_key)]
        id: i64,
        #[column(unique)]
        email: String,
        #[column(index)]
        name: String,
        #[column(name = "town")]
        city: String,
    }
    assert_eq!(
        ddl::<Contact>()[1..],
        [
            r#"CREATE UNIQUE INDEX "idx_contacts_email_unique" ON "contacts" ("email")"#,
            r#"CREATE INDEX "idx_contacts_name" ON "contacts" ("name")"#,
            r#"CREATE INDEX "idx_contacts_name_email" ON "contacts" ("name", "email")"#,
            r#"CREATE UNIQUE INDEX "idx_contacts_name_town_unique" ON "contacts" ("name", "town")"#,
        ]
    );
    let contact = Contact {
        id: 1,
        email: String::new(),
        name: String::new(),
        city: String::new(),
    };
    let _ = (contact.id, contact.email, contact.name, contact.city);
}

#[test]
fn an_index_that_cannot_be_is_an_error_that_names_it() {
    let table = || {
        TableDef::new("t")
            .column(ColumnDef::new::<i64>("id").primary_key())
            .column(ColumnDef::new::<String>("a").indexed())
            .column(ColumnDef::new::<String>("rank"))
    };
    let error = |table: TableDef| {
        let built = Schema::builder().table_def(table).build();
        built.unwrap_err().to_string()
    };
    assert_eq!(
        error(table().index(IndexDef::new(["a", "b"]))),
        "an index of table `t` names column `b`, which it does not have"
    );
    assert_eq!(
        error(table().index(IndexDef::new(["a"]))),
        "the index of table `t` on (a) is empty or declared twice"
    );
    assert_eq!(
        error(table().index(IndexDef::new(Vec::<String>::new()))),
        "the index of table `t` on () is empty or declared twice"
    );
    let full_text = |index: FullTextDef| error(table().full_text(index));
    assert_eq!(
        full_text(FullTextDef::new(["b"])),
        "an index of table `t` names column `b`, which it does not have"
    );
    assert_eq!(
        full_text(FullTextDef::new(["id"])),
        "table `t` cannot have this full-text index: column `id` does not hold text"
    );
    assert_eq!(
        full_text(FullTextDef::new(["rank"])),
        "table `t` cannot have this full-text index: `rank` is a name of the index's own"
    );
    assert!(full_text(FullTextDef::new(["a"]).tokenize("nothing")).contains("no such tokenizer"));
    assert!(full_text(FullTextDef::new(["a"]).prefix([0])).contains("at least one character"));
    let shadow = TableDef::new("T_FTS_idx").column(ColumnDef::new::<i64>("id").primary_key());
    let taken = Schema::builder()
        .table_def(shadow)
        .table_def(table().full_text(FullTextDef::new(["a"])))
        .build()
        .unwrap_err();
    assert_eq!(
        taken.to_string(),
        "table `t` cannot have this full-text index: it is kept in `t_fts_idx`, which is another table"
    );
}

#[test]
fn tbl_02_columns_decode_to_the_types_of_their_fields() {
    let store = written::<Everything, _>(|| {
        let mut row = row(1, &mut Random::new(3));
        row.boolean = true;
        Everything::insert().row(&Everything {
            maybe_boolean: None,
            maybe_address: None,
            ..row
        })
    });
    let some = Everything::query().select((
        Everything::BOOLEAN,
        Everything::MAYBE_BOOLEAN,
        Everything::MAYBE_ADDRESS,
    ));
    assert_eq!(store.query(&some).unwrap(), [(true, None, None)]);
}

#[test]
fn tbl_05_what_is_nullable_or_has_a_default_may_be_left_out_of_an_insert() {
    #[derive(Table, Clone, Debug, PartialEq)]
    struct Sparse {
        #[column(primary_key)]
        id: i64,
        note: Option<String>,
        #[column(default = 7)]
        count: i64,
        needed: String,
    }
    let store =
        written::<Sparse, _>(|| Sparse::insert().set(Sparse::ID, 1).set(Sparse::NEEDED, "n"));
    let expected = Sparse {
        id: 1,
        note: None,
        count: 7,
        needed: "n".into(),
    };
    assert_eq!(store.query(&Sparse::query()).unwrap(), [expected]);
    let schema = Schema::builder()
        .table::<Sparse>()
        .on(|_: &Written, _| Sparse::insert().set(Sparse::ID, 1))
        .build()
        .unwrap();
    let error = open_with(schema)
        .commit(Written {})
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("NOT NULL constraint failed: sparse.needed"),
        "{error}"
    );
}

#[test]
fn tbl_06_a_union_is_a_column_of_json() {
    let kinds = Everything::query()
        .select(Everything::CONTACT)
        .order_by(Everything::ID.asc());
    let rows = || (0..9).map(|id| row(id, &mut Random::new(id as u64 + 1)));
    let store = written::<Everything, _>(move || Everything::insert().rows(rows()));
    let contacts: Vec<Json<Contact>> = store.query(&kinds).unwrap();
    let expected: Vec<_> = rows().map(|row| Json(row.contact)).collect();
    assert_eq!(contacts, expected);
    let phones = Everything::query()
        .filter(Everything::CONTACT.json::<String>("$.kind").eq("Phone"))
        .count();
    let expected = expected
        .iter()
        .filter(|c| matches!(c.0, Contact::Phone { .. }))
        .count();
    assert_eq!(store.query(&phones).unwrap(), expected as u64);
}

#[test]
fn ddl_01_a_null_default_of_a_json_column_is_sqls_null() {
    #[derive(Table, Clone, Debug, PartialEq)]
    struct Nulls {
        #[column(primary_key)]
        id: i64,
        #[column(json, default = None)]
        maybe: Option<Vec<u8>>,
    }
    let store = written::<Nulls, _>(|| Nulls::insert().set(Nulls::ID, 1));
    let found = store.query(&Nulls::query().filter(Nulls::MAYBE.is_null()).count());
    assert_eq!(found.unwrap(), 1);
}

#[test]
fn ddl_02_the_text_null_in_a_json_column_is_that_text() {
    #[derive(Table, Clone, Debug, PartialEq)]
    struct Nulls {
        #[column(primary_key)]
        id: i64,
        #[column(json, default = Some("null".into()))]
        maybe: Option<String>,
    }
    let store = written::<Nulls, _>(|| Nulls::insert().set(Nulls::ID, 1));
    let row = store.query(&Nulls::query().first_required()).unwrap();
    assert_eq!(row.maybe.as_deref(), Some("null"));
    let stored = sql("SELECT maybe FROM nulls").rows::<(String,)>();
    assert_eq!(store.query(&stored).unwrap(), [(r#""null""#.into(),)]);
}

#[test]
fn ddl_10_tables_are_strict_names_quoted_and_defaults_inlined() {
    let table = TableDef::new("order")
        .column(ColumnDef::new::<i64>("group").primary_key())
        .column(ColumnDef::new::<String>("select").primary_key())
        .column(ColumnDef::new::<i64>("zero").default::<i64>(0))
        .column(ColumnDef::new::<bool>("yes").default::<bool>(true))
        .column(ColumnDef::new::<String>("text").default::<String>("it's"))
        .column(ColumnDef::new::<Option<f64>>("null").default::<Option<f64>>(None::<f64>))
        .column(ColumnDef::new::<String>("made").default_sql("lower('A')"))
        .column(ColumnDef::of_kind("any", ColumnKind::Any).nullable());
    assert_eq!(
        ddl_of(table),
        [concat!(
            r#"CREATE TABLE "order" ("group" INTEGER NOT NULL, "select" TEXT NOT NULL, "#,
            r#""zero" INTEGER NOT NULL DEFAULT 0, "yes" INTEGER NOT NULL DEFAULT 1, "#,
            r#""text" TEXT NOT NULL DEFAULT 'it''s', "null" REAL DEFAULT NULL, "#,
            r#""made" TEXT NOT NULL DEFAULT (lower('A')), "any" ANY, "#,
            r#"PRIMARY KEY ("group", "select")) STRICT"#
        )]
    );
}

#[test]
fn a_table_known_only_at_run_time_is_declared_written_and_queried_by_names() {
    let table = TableDef::new("contacts")
        .column(ColumnDef::new::<String>("id").primary_key())
        .column(
            ColumnDef::of_kind("age", ColumnKind::Integer)
                .nullable()
                .indexed(),
        )
        .column(ColumnDef::of_kind("note", ColumnKind::Any).nullable());
    let handle = table.handle();
    let schema = Schema::builder()
        .table_def(table)
        .on(move |_: &Written, _| {
            let insert =
                |id: &str, age: i64| handle.insert().set_value("id", id).set_value("age", age);
            let key: &[&str] = &["id"];
            (
                [insert("a", 20), insert("b", 10), insert("c", 30)],
                insert("b", 11).on_conflict(key).update(),
                handle
                    .update()
                    .set_value("note", 1.5)
                    .filter(handle.column("age").unwrap().gt(25)),
                handle.delete().filter(handle.column("id").unwrap().eq("a")),
            )
        })
        .build()
        .unwrap();
    let store = open_with(schema.clone());
    store.commit(Written {}).unwrap();
    let contacts = schema.table("contacts").unwrap();
    let column = |name| contacts.column(name).unwrap();
    assert_eq!(
        contacts.columns().collect::<Vec<_>>(),
        ["id", "age", "note"]
    );
    let all = contacts.query().order_by(column("age").desc());
    assert_eq!(
        store.query(&all).unwrap(),
        [
            vec!["c".into(), 30.into(), Value::Real(1.5)],
            vec!["b".into(), 11.into(), Value::Null]
        ]
    );
    let oldest = contacts.query().aggregate(column("age").max());
    assert_eq!(store.query(&oldest).unwrap(), Some(Value::Integer(30)));
    let error = contacts.column("size").unwrap_err().to_string();
    assert_eq!(error, "table `contacts` has no column `size`");
    assert!(schema.table("nothing").is_none());
}

#[test]
fn raw_sql_reads_rows_of_any_serde_type() {
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Small,
        Large,
    }
    #[derive(Deserialize, Debug, PartialEq)]
    enum Reached {
        By { address: String },
    }
    #[derive(Deserialize, Debug, PartialEq)]
    struct Wrapped(String);
    #[derive(Deserialize, Debug, PartialEq)]
    struct Row {
        name: String,
        done: bool,
        #[serde(default)]
        absent: u8,
        size: Size,
        share: f64,
        tags: Vec<String>,
        address: Option<Address>,
        reached: Reached,
        bytes: Vec<u8>,
        wrapped: Wrapped,
    }
    let store = written::<Counted, _>(|| ());
    let query = sql(
        r#"SELECT 'large' AS size, 1 AS done, :name AS name, 2 AS share, 7 AS other,
        '["x","y"]' AS tags, NULL AS address, '{"By":{"address":"a@b"}}' AS reached,
        x'01ff' AS bytes, 'w' AS wrapped"#,
    )
    .bind_named(":name", "n")
    .deserialize::<Row>();
    let expected = Row {
        name: "n".into(),
        done: true,
        absent: 0,
        size: Size::Large,
        share: 2.0,
        tags: vec!["x".into(), "y".into()],
        address: None,
        reached: Reached::By {
            address: "a@b".into(),
        },
        bytes: vec![1, 255],
        wrapped: Wrapped("w".into()),
    };
    assert_eq!(store.query(&query).unwrap(), [expected]);
    let list = "WITH t (a, b) AS (VALUES (1, 'small'), (NULL, 'large'))";
    let tuples = sql(format!("{list} SELECT a, b FROM t")).deserialize::<(Option<u8>, Size)>();
    assert_eq!(
        store.query(&tuples).unwrap(),
        [(Some(1), Size::Small), (None, Size::Large)]
    );
    let plain = sql(format!("{list} SELECT a FROM t")).deserialize::<Option<i32>>();
    assert_eq!(store.query(&plain).unwrap(), [Some(1), None]);
    let texts = sql(format!("{list} SELECT b FROM t")).deserialize::<String>();
    assert_eq!(store.query(&texts).unwrap(), ["small", "large"]);
    let maps = sql("SELECT 1 AS x, 2 AS y").deserialize::<BTreeMap<String, i64>>();
    assert_eq!(
        store.query(&maps).unwrap(),
        [BTreeMap::from([("x".into(), 1), ("y".into(), 2)])]
    );
    let error = |text: &str| {
        store
            .query(&sql(text).deserialize::<(u8,)>())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("SELECT 300 AS big"),
        "a row of the result of `SELECT 300 AS big`: column `big`: invalid value: integer `300`, \
         expected u8"
    );
    assert!(error("SELECT 'a' AS t").contains("column `t`: invalid type: string \"a\""));
    let missing = sql("SELECT 1 AS done").deserialize::<Row>();
    assert!(
        store
            .query(&missing)
            .unwrap_err()
            .to_string()
            .contains("missing field `name`")
    );
}
