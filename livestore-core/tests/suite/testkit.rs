//! The kit for tests of apps says what is wrong, and only that.

use livestore_core::testkit::{Outcome, given};

use crate::{
    fixture::{Todo, TodoDeleted, completed, created, schema, todo},
    testing::test,
};
use livestore_core::prelude::*;

fn completed_one() -> Outcome {
    given(schema(), (created("a", "x"), created("b", "y"))).when(completed("a"))
}

#[test]
fn what_holds_passes() {
    completed_one()
        .then_rows(
            &Todo::query().order_by(Todo::ID.asc()),
            vec![todo("a", "x", true), todo("b", "y", false)],
        )
        .then_events(completed("a"))
        .then_replays()
        .when(created("a", "again"))
        .then_error("UNIQUE constraint failed: todos.id")
        .when(TodoDeleted { id: "a".into() })
        .then_rows(&Todo::query().count(), 1);
}

/// In the browser a panic ends the program.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn what_does_not_hold_panics_and_says_what_was_found() {
    use std::panic::catch_unwind;

    let said = |check: fn(Outcome) -> Outcome| -> String {
        let panic = catch_unwind(|| check(completed_one())).unwrap_err();
        match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(other) => (*other.downcast::<&str>().unwrap()).to_owned(),
        }
    };
    let rows = said(|outcome| outcome.then_rows(&Todo::query().count(), 3));
    assert!(
        rows.contains("left: 2") && rows.contains("right: 3"),
        "{rows}"
    );
    let events = said(|outcome| outcome.then_events(completed("b")));
    assert!(events.contains("v1.TodoCompleted"), "{events}");
    let error = said(|outcome| outcome.then_error("no"));
    assert!(error.contains("was taken"), "{error}");
    let other = said(|outcome| outcome.when(created("a", "")).then_error("something else"));
    assert!(other.contains("UNIQUE"), "{other}");
    let refused = said(|outcome| outcome.when(created("a", "")).then_events(created("a", "")));
    assert!(refused.contains("was refused"), "{refused}");
}

/// Native: a rejected connection is noticed in the driver's thread.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_client_waits_in_virtual_time_until_it_is_moved_on() {
    use std::time::Duration;

    use futures::executor::block_on;
    use livestore_core::{
        sync::Connection,
        testkit::{Clients, VirtualTime},
    };

    let wait_of = |clients: &Clients| match clients[0].sync_status().connection {
        Connection::Reconnecting { next_try_in, .. } => Some(next_try_in),
        _ => None,
    };
    block_on(async {
        let time = VirtualTime::new();
        let mut clients = Clients::in_time(&time);
        clients.add(schema()).await.unwrap();
        clients.settle().await;
        clients.backend().disconnect();
        clients.until(|clients| wait_of(clients).is_some()).await;
        clients[0].commit(created("a", "x")).unwrap();
        clients.backend().reconnect();
        let wait = wait_of(&clients).unwrap();
        time.advance(wait.saturating_sub(Duration::from_millis(1)));
        assert!(wait_of(&clients).is_some(), "it is not time yet");
        time.advance(Duration::from_millis(1));
        clients.settle().await;
        assert_eq!(clients.backend().events("testkit").len(), 1);
        assert_eq!(time.now(), wait);
    });
}
