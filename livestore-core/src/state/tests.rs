mod full_text;
mod sequence;

use rusqlite::Connection;

use super::{Change, Changeset, RollbackError, State, StateError};
use crate::{
    event::{EncodedArgs, EncodedEvent, Event, EventId, EventScope, SeqNum},
    prelude::*,
    sync::Reconcile,
    testing::test,
};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "items")]
struct Item {
    #[column(primary_key)]
    id: i64,
    #[column(unique)]
    name: String,
    note: Option<Vec<u8>>,
    #[column(default = 0.5)]
    weight: f64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "pairs")]
struct Pair {
    #[column(primary_key)]
    left: String,
    #[column(primary_key)]
    right: i64,
}

/// Runs the SQL texts it carries.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "v1.Ran")]
struct Ran {
    sql: Vec<String>,
}

fn state() -> State {
    let schema = Schema::builder()
        .table::<Item>()
        .table::<Pair>()
        .on(|e: &Ran, _| e.sql.iter().map(sql).collect::<Vec<_>>())
        .build()
        .unwrap();
    State::open(&schema).unwrap()
}

fn event(after: SeqNum, sql: &[String]) -> EncodedEvent {
    let (seq, parent) = after.next(EventScope::Synced);
    EncodedEvent {
        name: Ran::NAME.into(),
        args: EncodedArgs::encode(&Ran { sql: sql.to_vec() }).unwrap(),
        seq,
        parent,
        client_id: "client".into(),
        session_id: "session".into(),
        id: EventId(7),
    }
}

fn apply(state: &mut State, sql: &[&str]) -> Changeset {
    let sql: Vec<_> = sql.iter().map(|&text| text.to_owned()).collect();
    let head = state.head();
    state.commit(&mut [event(head, &sql)]).unwrap();
    state.journal.after(head).unwrap().next().unwrap().clone()
}

fn roll_back(state: &mut State, to: SeqNum) -> Result<(), StateError> {
    let plan = Reconcile {
        roll_back_to: Some(to),
        ..Reconcile::default()
    };
    state.reconcile(plan).map(drop)
}

/// Every row of every table and the order they are in, the head included.
fn dump(connection: &Connection) -> Vec<String> {
    let mut rows = Vec::new();
    for table in ["items", "pairs", "__livestore_state_head"] {
        let mut select = connection
            .prepare(&format!("SELECT _rowid_, * FROM {table} ORDER BY 1"))
            .unwrap();
        let columns = select.column_count();
        let mut found = select.query(()).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<_> = (0..columns)
                .map(|i| format!("{:?}", row.get_ref(i).unwrap()))
                .collect();
            rows.push(format!("{table} {}", values.join(" ")));
        }
    }
    rows
}

#[test]
fn a_changeset_records_each_row_once_per_change_with_old_and_new_values() {
    let mut state = state();
    let inserted = apply(
        &mut state,
        &["INSERT INTO items (id, name) VALUES (1, 'a')"],
    );
    let row = |name: &str, weight| {
        [
            Value::Integer(1),
            Value::Text(name.into()),
            Value::Null,
            Value::Real(weight),
        ]
        .into()
    };
    assert_eq!(
        inserted.changes[0].row,
        Change::Insert { new: row("a", 0.5) }
    );
    let updated = apply(&mut state, &["UPDATE items SET name = 'b', weight = 2"]);
    assert_eq!(
        updated.changes[0].row,
        Change::Update {
            old: row("a", 0.5),
            new: row("b", 2.0),
            rowid: 1,
        }
    );
    let unchanged = apply(&mut state, &["UPDATE items SET name = 'b'"]);
    assert!(unchanged.changes.is_empty());
    let deleted = apply(&mut state, &["DELETE FROM items"]);
    assert_eq!(
        deleted.changes[0].row,
        Change::Delete {
            old: row("b", 2.0),
            rowid: 1
        }
    );
}

#[test]
fn a_replaced_row_is_recorded_as_deleted_and_inserted() {
    let mut state = state();
    apply(
        &mut state,
        &["INSERT INTO items (id, name) VALUES (1, 'a'), (2, 'b')"],
    );
    let before = dump(&state.connection);
    let head = state.head();
    let replaced = apply(
        &mut state,
        &["INSERT OR REPLACE INTO items (id, name) VALUES (1, 'b')"],
    );
    assert_eq!(
        replaced.changes.len(),
        3,
        "the row of that id and the row of that name go, one comes"
    );
    roll_back(&mut state, head).unwrap();
    assert_eq!(dump(&state.connection), before);
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn statement(&mut self) -> String {
        let (a, b) = (self.below(8), self.below(8));
        match self.below(10) {
            0..3 => format!(
                "INSERT OR IGNORE INTO items (id, name, note) VALUES ({a}, 'n{b}', x'0{a}')"
            ),
            3 => format!("INSERT OR REPLACE INTO items (id, name) VALUES ({a}, 'n{b}')"),
            4 => format!("UPDATE items SET weight = weight + {a}, note = NULL WHERE id > {b}"),
            5 => format!("UPDATE OR IGNORE items SET id = {a} WHERE id = {b}"),
            6 => format!("DELETE FROM items WHERE id % 3 = {}", a % 3),
            7 => format!("INSERT OR REPLACE INTO pairs SELECT name, {a} FROM items"),
            8 => format!("UPDATE OR REPLACE pairs SET right = {a} WHERE right = {b}"),
            _ => "DELETE FROM pairs".into(),
        }
    }
}

/// The law of the journal: rolling back inverts, to any earlier event.
#[test]
fn rolling_back_any_suffix_of_random_events_restores_the_state_exactly() {
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut state = state();
        let mut history = vec![(state.head(), dump(&state.connection))];
        for _ in 0..25 {
            let statements: Vec<_> = (0..=random.below(2)).map(|_| random.statement()).collect();
            let event = event(state.head(), &statements);
            state.commit(&mut [event]).unwrap();
            history.push((state.head(), dump(&state.connection)));
        }
        while history.len() > 1 {
            let keep = random.below(history.len() as u64 - 1) as usize;
            let (head, expected) = &history[keep];
            roll_back(&mut state, *head).unwrap();
            assert_eq!(
                dump(&state.connection),
                *expected,
                "seed {seed}, back to event {keep}"
            );
            assert_eq!(state.head(), *head);
            history.truncate(keep + 1);
        }
    }
}

#[test]
fn a_roll_back_that_finds_another_row_is_refused_and_changes_nothing() {
    let mut state = state();
    apply(
        &mut state,
        &["INSERT INTO items (id, name) VALUES (1, 'a')"],
    );
    apply(
        &mut state,
        &["INSERT INTO items (id, name) VALUES (2, 'b')"],
    );
    state
        .connection
        .execute_batch("UPDATE items SET weight = 9 WHERE id = 1")
        .unwrap();
    let before = (dump(&state.connection), state.head());
    let error = roll_back(&mut state, SeqNum::ROOT).unwrap_err();
    assert!(
        matches!(&error, StateError::Rollback(RollbackError::Mismatch { table }) if table == "items"),
        "{error}"
    );
    assert_eq!((dump(&state.connection), state.head()), before);
    let records = state.journal.after(SeqNum::ROOT).unwrap().count();
    assert_eq!(records, 2, "JRN-05: the records stay");
}

/// HEAD-01 to HEAD-03, for the head a state keeps inside its own transaction.
#[test]
fn the_head_moves_with_the_events_and_goes_back_with_a_roll_back() {
    let mut state = state();
    let stored = |state: &State| {
        let select = "SELECT seq_global FROM __livestore_state_head";
        state
            .connection
            .query_row(select, (), |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!((state.head(), stored(&state)), (SeqNum::ROOT, 0));
    apply(&mut state, &[]);
    apply(
        &mut state,
        &["INSERT INTO items (id, name) VALUES (2, 'b')"],
    );
    assert_eq!((state.head().global, stored(&state)), (2, 2));
    let mut failing = [
        event(state.head(), &["DELETE FROM items".into()]),
        event(state.head(), &["nonsense".into()]),
    ];
    assert!(state.commit(&mut failing).is_err());
    assert_eq!((state.head().global, stored(&state)), (2, 2));
    roll_back(&mut state, SeqNum::ROOT).unwrap();
    assert_eq!((state.head(), stored(&state)), (SeqNum::ROOT, 0));
}
