//! The materialization journal, alone and in a state.

use super::{super::changeset::RowChange, Changeset, Journal, MissingRecord};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, EventScope, SeqNum},
    prelude::*,
    query::TableId,
    schema::MaterializeError,
    state::{Change, State, StateError},
    sync::Reconcile,
    testing::test,
};

fn number(seq: &str) -> SeqNum {
    seq.parse().unwrap()
}

/// A changeset that says which one it is.
fn changes(mark: u16) -> Changeset {
    let row = Change::Delete {
        old: [].into(),
        rowid: 1,
    };
    Changeset {
        changes: [RowChange {
            table: TableId(mark),
            row,
        }]
        .into(),
        ..Changeset::default()
    }
}

fn marks(journal: &Journal, after: &str) -> Vec<u16> {
    let records = journal.after(number(after)).unwrap();
    let mark = |changeset: &Changeset| changeset.changes.first().map_or(0, |row| row.table.0);
    records.map(mark).collect()
}

fn journal(records: &[&str]) -> Journal {
    let mut journal = Journal::new(SeqNum::ROOT);
    for (i, seq) in records.iter().enumerate() {
        journal.record(number(seq), changes(i as u16 + 1));
    }
    journal
}

#[test]
fn jrn_01_a_record_at_the_same_place_takes_the_others() {
    let mut journal = journal(&["e1", "e2"]);
    journal.record(number("e2r1"), changes(9));
    assert_eq!(marks(&journal, "e0"), [1, 9]);
}

#[test]
fn jrn_02_records_up_to_a_place_are_dropped_whatever_their_generation() {
    let mut journal = journal(&["e1", "e2r3", "e2.1", "e3"]);
    journal.discard_up_to(number("e2r1"));
    assert_eq!(marks(&journal, "e2"), [3, 4]);
    assert_eq!(journal.len(), 2);
}

#[test]
fn jrn_04_a_missing_record_is_an_error_and_drops_nothing() {
    let mut journal = journal(&["e1", "e2", "e3"]);
    journal.discard_up_to(number("e1"));
    let Err(error) = journal.after(SeqNum::ROOT) else {
        panic!("the record of e1 is missing");
    };
    let missing = MissingRecord {
        after: SeqNum::ROOT,
        start: number("e1"),
    };
    assert_eq!(error, missing);
    let text = error.to_string();
    assert!(
        text.starts_with("missing materialization journal record"),
        "{text}"
    );
    assert_eq!(marks(&journal, "e1"), [2, 3]);
}

#[test]
fn what_is_taken_back_has_no_records_any_more() {
    let mut journal = journal(&["e1", "e1.1", "e2"]);
    journal.truncate(number("e1"));
    assert_eq!(marks(&journal, "e0"), [1]);
}

#[test]
fn the_oldest_records_make_room_when_there_are_too_many() {
    let mut journal = Journal::new(SeqNum::ROOT);
    journal.limit = 2;
    for (i, seq) in ["e1", "e2", "e3"].iter().enumerate() {
        journal.record(number(seq), changes(i as u16 + 1));
    }
    assert_eq!(marks(&journal, "e1"), [2, 3]);
    assert!(journal.after(SeqNum::ROOT).is_err(), "and this is known");
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "v1.Ran")]
struct Ran {
    sql: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "items")]
struct Item {
    #[column(primary_key)]
    id: i64,
    #[column(default = 0)]
    count: i64,
}

fn state() -> State {
    let schema = Schema::builder()
        .table::<Item>()
        .on(|e: &Ran, _| (!e.sql.is_empty()).then(|| sql(&e.sql)))
        .build()
        .unwrap();
    State::open(&schema).unwrap()
}

fn event(after: SeqNum, text: &str) -> EncodedEvent {
    let (seq, parent) = after.next(EventScope::Synced);
    EncodedEvent {
        name: Ran::NAME.into(),
        args: EncodedArgs::encode(&Ran { sql: text.into() }).unwrap(),
        seq,
        parent,
        client_id: "client".into(),
        session_id: "session".into(),
        id: EventId(7),
    }
}

fn commit(state: &mut State, text: &str) {
    let event = event(state.head(), text);
    state.commit(&mut [event]).unwrap();
}

fn roll_back(state: &mut State, to: SeqNum) -> Result<(), StateError> {
    let plan = Reconcile {
        roll_back_to: Some(to),
        ..Reconcile::default()
    };
    state.reconcile(plan).map(drop)
}

fn items(state: &State) -> Vec<Item> {
    let query = Item::query().order_by(Item::ID.asc());
    state
        .query(&query.statement(), |rows| query.read(rows))
        .unwrap()
}

#[test]
fn jrn_03_changes_are_taken_back_newest_first_and_so_are_events_without_any() {
    let mut state = state();
    commit(&mut state, "INSERT INTO items (id) VALUES (1)");
    commit(&mut state, "UPDATE items SET count = 1");
    commit(&mut state, "");
    commit(&mut state, "UPDATE items SET count = count + 1, id = 2");
    assert_eq!(items(&state), [Item { id: 2, count: 2 }]);
    assert_eq!(state.journal.len(), 4);
    roll_back(&mut state, number("e1")).unwrap();
    assert_eq!(items(&state), [Item { id: 1, count: 0 }]);
    assert_eq!((state.journal.len(), state.head()), (1, number("e1")));
}

#[test]
fn jrn_04_a_state_that_lacks_a_record_is_left_as_it_is() {
    let mut state = state();
    commit(&mut state, "INSERT INTO items (id) VALUES (1)");
    commit(&mut state, "UPDATE items SET count = 1");
    state.discard_journal_up_to(number("e1"));
    let error = roll_back(&mut state, SeqNum::ROOT).unwrap_err();
    assert!(matches!(error, StateError::MissingRecord(_)), "{error}");
    assert_eq!(items(&state), [Item { id: 1, count: 1 }]);
    assert_eq!((state.journal.len(), state.head()), (1, number("e2")));
    roll_back(&mut state, number("e1")).unwrap();
    assert_eq!(items(&state), [Item { id: 1, count: 0 }]);
}

#[test]
fn ses_03_events_whose_head_cannot_be_stored_leave_no_row() {
    let mut state = state();
    state
        .connection
        .execute_batch("DROP TABLE __livestore_state_head")
        .unwrap();
    let event = event(state.head(), "INSERT INTO items (id) VALUES (1)");
    assert!(state.commit(&mut [event.clone()]).is_err());
    assert!(state.replay(&[event]).is_err());
    assert!(items(&state).is_empty());
    assert_eq!((state.journal.len(), state.head()), (0, SeqNum::ROOT));
}

#[test]
fn jrn_05_inverses_that_were_applied_already_are_undone_when_an_earlier_one_fails() {
    let mut state = state();
    commit(&mut state, "INSERT INTO items (id) VALUES (1)");
    commit(&mut state, "INSERT INTO items (id) VALUES (2)");
    state.journal.record(number("e1"), changes(0));
    state.journal.record(number("e2"), Changeset::default());
    // A row with no columns cannot be put back: SQLite refuses the statement.
    let before = items(&state);
    let error = roll_back(&mut state, SeqNum::ROOT).unwrap_err();
    assert!(matches!(error, StateError::Rollback(_)), "{error}");
    assert_eq!(items(&state), before);
    assert_eq!((state.journal.len(), state.head()), (2, number("e2")));
}

#[test]
fn item_13_unk_06_an_event_nobody_knows_moves_the_head_and_can_be_taken_back() {
    let mut state = state();
    commit(&mut state, "INSERT INTO items (id) VALUES (1)");
    let mut unknown = event(state.head(), "");
    unknown.name = "v9.FromTheFuture".into();
    let known = event(unknown.seq, "UPDATE items SET count = 1");
    state.replay(&[unknown, known]).unwrap();
    assert_eq!((state.head(), items(&state)[0].count), (number("e3"), 1));
    roll_back(&mut state, number("e2")).unwrap();
    assert_eq!(items(&state)[0].count, 0);
    roll_back(&mut state, number("e1")).unwrap();
    assert_eq!(state.head(), number("e1"));
}

#[test]
fn an_attempt_leaves_rows_head_and_records_as_they_were() {
    let mut state = state();
    commit(&mut state, "INSERT INTO items (id) VALUES (1)");
    let next = event(state.head(), "UPDATE items SET count = 5");
    let plan = Reconcile {
        upstream: vec![next],
        ..Reconcile::default()
    };
    state.try_out(|state| state.reconcile(plan)).unwrap();
    assert_eq!(items(&state), [Item { id: 1, count: 0 }]);
    assert_eq!((state.journal.len(), state.head()), (1, number("e1")));
}

#[test]
fn head_02_the_head_travels_with_an_image_of_the_state() {
    let mut first = state();
    commit(&mut first, "INSERT INTO items (id) VALUES (1)");
    commit(&mut first, "");
    let image = first.image().unwrap();
    let second = State::from_image(&image, &first.schema).unwrap().unwrap();
    assert_eq!(
        (second.head(), items(&second)),
        (number("e2"), items(&first))
    );
    let other = Schema::builder()
        .table::<Item>()
        .version(7)
        .build()
        .unwrap();
    assert!(State::from_image(&image, &other).unwrap().is_none());
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn an_image_of_a_state_in_a_file_can_be_opened() {
    let folder = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("state.db");
    let schema = state().schema;
    let mut first = State::open_file(&path, &schema).unwrap();
    commit(&mut first, "INSERT INTO items (id) VALUES (1)");
    let image = first.image().unwrap();
    drop(first);
    let mut again = State::open_file(&path, &schema).unwrap();
    let image_again = again.image().unwrap();
    for image in [image, image_again] {
        let second = State::from_image(&image, &schema).unwrap().unwrap();
        assert_eq!((second.head(), items(&second).len()), (number("e1"), 1));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn behind_a_part_of_the_log_a_pending_event_that_does_not_fit_stays_without_effect() {
    let mut state = state();
    let mine = event(SeqNum::ROOT, "INSERT INTO items (id) VALUES (1)");
    state.commit(&mut [mine.clone()]).unwrap();
    let theirs = event(SeqNum::ROOT, "INSERT INTO items (id, count) VALUES (1, 9)");
    let part = Reconcile {
        roll_back_to: Some(SeqNum::ROOT),
        upstream: vec![theirs.clone()],
        pending: vec![mine],
        generation: 1,
        partial: true,
    };
    let outcome = state.reconcile(part).unwrap();
    assert_eq!((outcome.kept.len(), outcome.rejected.len()), (1, 0));
    assert_eq!(items(&state), [Item { id: 1, count: 9 }]);
    assert_eq!(state.head(), number("e2r1"));

    let rest = Reconcile {
        roll_back_to: Some(theirs.seq),
        upstream: vec![event(theirs.seq, "DELETE FROM items")],
        pending: outcome.kept,
        generation: 2,
        partial: false,
    };
    let outcome = state.reconcile(rest).unwrap();
    assert_eq!((outcome.kept.len(), outcome.rejected.len()), (1, 0));
    assert_eq!(items(&state), [Item { id: 1, count: 0 }]);
}

/// Found in a review: a check that could not read counted as a check that says no, and a rebase took the
/// event out of the log.
#[test]
fn a_database_that_fails_under_a_check_or_a_materializer_says_nothing_of_the_event() {
    // Long enough that the trouble below meets it, and not the savepoint around it.
    const ROWS: &str = "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up LIMIT 10000) \
         SELECT (SELECT count(*) FROM items) FROM up LIMIT 1 OFFSET 9999";
    let rows = |ctx: &MaterializerContext<'_>| {
        let rows = ctx.query(&sql(ROWS).rows::<(i64,)>()).unwrap_or_default();
        rows.first().map_or(0, |row| row.0)
    };
    let checked = Schema::builder()
        .table::<Item>()
        .on(|e: &Ran, _| sql(&e.sql))
        .check(move |_: &Ran, ctx| {
            let full = rows(ctx) != 1;
            Ok(if full {
                Verdict::reject("full")
            } else {
                Verdict::Keep
            })
        });
    let materialized = Schema::builder()
        .table::<Item>()
        .on(move |e: &Ran, ctx| (rows(ctx) == 1).then(|| sql(&e.sql)));
    for schema in [checked, materialized] {
        let mut state = State::open(&schema.build().unwrap()).unwrap();
        state
            .connection
            .execute_batch("INSERT INTO items VALUES (1, 0)")
            .unwrap();
        let pending = vec![event(SeqNum::ROOT, "INSERT INTO items VALUES (2, 0)")];
        let plan = Reconcile {
            pending,
            ..Reconcile::default()
        };
        let trouble = || true;
        state
            .connection
            .progress_handler(5_000, Some(trouble))
            .unwrap();
        let outcome = state.reconcile(plan.clone());
        state
            .connection
            .progress_handler(0, None::<fn() -> bool>)
            .unwrap();
        let Err(StateError::Event(error)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(matches!(*error, MaterializeError::State { .. }), "{error}");
        let outcome = state.reconcile(plan).unwrap();
        assert_eq!((outcome.kept.len(), outcome.rejected.len()), (1, 0));
        assert_eq!(items(&state).len(), 2);
    }
}
