//! Pieces of work that are done whole or not at all.

use rusqlite::hooks::{AuthAction, AuthContext, Authorization, TransactionOperation};

use crate::{event::SeqNum, prelude::*, state::State, testing::test};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "items")]
struct Item {
    #[column(primary_key)]
    id: i64,
}

#[derive(Debug, PartialEq)]
enum Failure {
    Savepoint,
    Work,
}

fn state() -> State {
    let schema = Schema::builder().table::<Item>().build().unwrap();
    State::open(&schema).unwrap()
}

fn insert(state: &State, id: i64) {
    state
        .connection
        .execute("INSERT INTO items VALUES (?1)", [id])
        .unwrap();
}

fn ids(state: &State) -> Vec<i64> {
    let mut select = state
        .connection
        .prepare("SELECT id FROM items ORDER BY id")
        .unwrap();
    let ids = select.query_map((), |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

fn atomically<R>(
    state: &mut State,
    work: impl FnOnce(&mut State) -> Result<R, Failure>,
) -> Result<R, Failure> {
    state.atomically(|_| Failure::Savepoint, work)
}

/// Makes SQLite refuse one kind of statement about savepoints, or none.
fn refuse(state: &mut State, refused: Option<TransactionOperation>) {
    let authorizer = move |context: AuthContext<'_>| match context.action {
        AuthAction::Savepoint { operation, .. } if Some(operation) == refused => {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    };
    state.connection.authorizer(Some(authorizer)).unwrap();
}

#[test]
fn sp_01_work_that_fails_is_undone_with_the_head() {
    let mut state = state();
    let outcome = atomically(&mut state, |state| {
        insert(state, 1);
        state.set_head(SeqNum::synced(5)).unwrap();
        Err::<(), _>(Failure::Work)
    });
    assert_eq!(outcome, Err(Failure::Work));
    assert_eq!((ids(&state), state.head()), (vec![], SeqNum::ROOT));
}

#[test]
fn sp_02_without_a_savepoint_the_work_is_not_begun() {
    let mut state = state();
    refuse(&mut state, Some(TransactionOperation::Begin));
    let mut begun = false;
    let outcome = atomically(&mut state, |_| {
        begun = true;
        Ok(())
    });
    assert_eq!((outcome, begun), (Err(Failure::Savepoint), false));
    refuse(&mut state, None);
    assert!(state.connection.is_autocommit(), "nothing is left open");
    atomically(&mut state, |_| Ok(())).unwrap();
}

#[test]
fn sp_03_a_savepoint_that_cannot_be_released_is_an_error() {
    let mut state = state();
    refuse(&mut state, Some(TransactionOperation::Release));
    let outcome = atomically(&mut state, |state| {
        insert(state, 1);
        state.head = SeqNum::synced(5);
        Ok(())
    });
    assert_eq!(outcome, Err(Failure::Savepoint));
    assert_eq!((ids(&state), state.head()), (vec![], SeqNum::ROOT));
}

#[test]
fn sp_04_when_undoing_fails_the_caller_hears_of_the_work() {
    let mut state = state();
    refuse(&mut state, Some(TransactionOperation::Rollback));
    let outcome = atomically(&mut state, |_| Err::<(), _>(Failure::Work));
    assert_eq!(outcome, Err(Failure::Work));
}

#[test]
fn sp_05_a_part_that_fails_leaves_the_rest_of_the_work() {
    let mut state = state();
    atomically(&mut state, |state| {
        insert(state, 1);
        let inner = atomically(state, |state| {
            insert(state, 2);
            Err::<(), _>(Failure::Work)
        });
        assert_eq!(inner, Err(Failure::Work));
        insert(state, 3);
        Ok(())
    })
    .unwrap();
    assert_eq!(ids(&state), [1, 3]);
}

#[test]
fn sp_05_work_composes_with_a_transaction_around_it() {
    let mut state = state();
    state.connection.execute_batch("BEGIN").unwrap();
    insert(&state, 1);
    let outcome = atomically(&mut state, |state| {
        insert(state, 2);
        Err::<(), _>(Failure::Work)
    });
    assert_eq!(outcome, Err(Failure::Work));
    state.connection.execute_batch("COMMIT").unwrap();
    assert_eq!(ids(&state), [1]);
}

// There are no panics to survive in the browser.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn sp_06_work_that_panics_is_undone_and_the_database_stays_usable() {
    let mut state = state();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        atomically(&mut state, |state| -> Result<(), Failure> {
            insert(state, 1);
            std::panic::resume_unwind(Box::new("interrupted"))
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(ids(&state), [0; 0]);
    atomically(&mut state, |state| {
        insert(state, 2);
        Ok(())
    })
    .unwrap();
    assert!(state.connection.is_autocommit());
    assert_eq!(ids(&state), [2]);
}

#[test]
fn sp_07_nested_work_is_kept_or_undone_as_a_whole() {
    for keep in [true, false] {
        let mut state = state();
        let outcome = atomically(&mut state, |state| {
            atomically(state, |state| {
                insert(state, 1);
                Ok(())
            })?;
            insert(state, 2);
            if keep { Ok(()) } else { Err(Failure::Work) }
        });
        assert_eq!(outcome.is_ok(), keep);
        assert_eq!(ids(&state), if keep { vec![1, 2] } else { vec![] });
    }
}
