//! Live queries: who runs again, who is told, and when.

#[path = "live/filters.rs"]
mod filters;
#[cfg(not(target_arch = "wasm32"))]
#[path = "live/panics.rs"]
mod panics;
#[path = "live/raw.rs"]
mod raw;

use std::sync::{Arc, Mutex};

use livestore_core::prelude::*;

use crate::{
    fixture::{Tag, TagAdded, Todo, TodoRenamed, TodosCleared, completed, created, store},
    testing::test,
};

/// A listener that writes down what it hears.
fn recorder<T: Clone + Send + 'static>() -> (Arc<Mutex<Vec<T>>>, impl FnMut(&T) + Send + 'static) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heard);
    (heard, move |value: &T| {
        record.lock().unwrap().push(value.clone())
    })
}

fn renamed(id: &str, text: &str) -> TodoRenamed {
    TodoRenamed {
        id: id.into(),
        text: text.into(),
    }
}

fn tagged(todo: &str) -> TagAdded {
    TagAdded {
        todo: todo.into(),
        label: "label".into(),
        weight: None,
    }
}

///
#[test]
fn a_listener_hears_the_current_result_and_every_other_one() {
    let store = store();
    store.commit(created("a", "")).unwrap();
    let (heard, listener) = recorder();
    let _subscription = store.subscribe(Todo::query().count(), listener).unwrap();
    store.commit(created("b", "")).unwrap();
    store.commit(TodosCleared {}).unwrap();
    assert_eq!(*heard.lock().unwrap(), [1, 2, 0]);
}

///
#[test]
fn a_listener_of_changes_does_not_hear_the_current_result() {
    let store = store();
    let (heard, listener) = recorder();
    let _subscription = store
        .live(Todo::query().count())
        .unwrap()
        .subscribe_changes(listener);
    assert!(heard.lock().unwrap().is_empty());
    store.commit(created("a", "")).unwrap();
    assert_eq!(*heard.lock().unwrap(), [1]);
}

/// UI-03: three events, one round.
#[test]
fn a_commit_of_several_events_is_one_round_of_notifications() {
    let store = store();
    let (heard, listener) = recorder();
    let _subscription = store.subscribe(Todo::query().count(), listener).unwrap();
    store
        .commit((created("a", ""), created("b", ""), created("c", "")))
        .unwrap();
    assert_eq!(*heard.lock().unwrap(), [0, 3]);
}

#[test]
fn an_equal_result_notifies_nobody() {
    let store = store();
    store.commit(created("a", "same")).unwrap();
    let live = store
        .live(Todo::query().filter(Todo::TEXT.eq("same")).exists())
        .unwrap();
    let (heard, listener) = recorder();
    let _subscription = live.subscribe(listener);
    store.commit(created("b", "same")).unwrap();
    assert_eq!(live.runs(), 2, "a row that it reads came");
    assert_eq!(*heard.lock().unwrap(), [true]);
}

#[test]
fn a_query_runs_again_only_when_a_table_it_reads_has_changed() {
    let store = store();
    store.commit(created("a", "")).unwrap();
    let todos = store.live(Todo::query()).unwrap();
    let tags = store.live(Tag::query()).unwrap();
    let both = store.live(
        sql("SELECT t.id, g.label FROM todos t JOIN tags g ON g.todo = t.id")
            .rows::<(String, String)>(),
    );
    let both = both.unwrap();
    let _keep = (
        todos.subscribe(|_| ()),
        tags.subscribe(|_| ()),
        both.subscribe(|_| ()),
    );
    store.commit(tagged("a")).unwrap();
    assert_eq!((todos.runs(), tags.runs(), both.runs()), (1, 2, 2));
    store.commit(created("b", "")).unwrap();
    assert_eq!((todos.runs(), tags.runs(), both.runs()), (2, 2, 3));
    assert_eq!(*both.get().unwrap(), [("a".to_owned(), "label".to_owned())]);
}

#[test]
fn a_query_runs_again_only_when_a_column_it_reads_has_changed() {
    let store = store();
    store.commit((created("a", ""), created("b", ""))).unwrap();
    let ids = store
        .live(Todo::query().order_by(Todo::ID.asc()).select(Todo::ID))
        .unwrap();
    let open = store
        .live(Todo::query().filter(Todo::COMPLETED.eq(false)).count())
        .unwrap();
    let all = store.live(Todo::query().count()).unwrap();
    let nested = store
        .live(
            sql("SELECT count(*) FROM (SELECT text FROM todos WHERE text <> '')").rows::<(i64,)>(),
        )
        .unwrap();
    let _keep = (
        ids.subscribe(|_| ()),
        open.subscribe(|_| ()),
        all.subscribe(|_| ()),
        nested.subscribe(|_| ()),
    );
    let runs = || [ids.runs(), open.runs(), all.runs(), nested.runs()];
    store.commit(renamed("a", "x")).unwrap();
    assert_eq!(runs(), [1, 1, 1, 2]);
    store.commit(completed("a")).unwrap();
    assert_eq!(runs(), [1, 2, 1, 2]);
    store.commit(created("c", "")).unwrap();
    assert_eq!(
        runs(),
        [2, 3, 2, 3],
        "a new row concerns every query of the table"
    );
}

#[test]
fn a_write_that_changes_no_value_runs_nothing() {
    let store = store();
    store.commit((created("a", "x"), completed("a"))).unwrap();
    let live = store.live(Todo::query()).unwrap();
    let _keep = live.subscribe(|_| ());
    store
        .commit((completed("a"), renamed("a", "x"), renamed("nobody", "y")))
        .unwrap();
    assert_eq!(live.runs(), 1);
}

#[test]
fn a_live_query_nobody_listens_to_runs_when_it_is_asked() {
    let store = store();
    let live = store.live(Todo::query().count()).unwrap();
    store.commit(created("a", "")).unwrap();
    store.commit(created("b", "")).unwrap();
    assert_eq!(live.runs(), 1);
    assert_eq!(*live.get().unwrap(), 2);
    assert_eq!(*live.get().unwrap(), 2);
    assert_eq!(live.runs(), 2);
    store.commit(created("c", "")).unwrap();
    let (heard, listener) = recorder();
    let _subscription = live.subscribe(listener);
    assert_eq!(
        *heard.lock().unwrap(),
        [3],
        "a listener starts with the current result"
    );
}

///
#[test]
fn dropping_a_subscription_ends_that_one_only() {
    let store = store();
    let ((first, one), (second, two)) = (recorder(), recorder());
    let live = store.live(Todo::query().count()).unwrap();
    let one = live.subscribe(one);
    let _two = live.subscribe(two);
    store.commit(created("a", "")).unwrap();
    drop(one);
    store.commit(created("b", "")).unwrap();
    assert_eq!(*first.lock().unwrap(), [0, 1]);
    assert_eq!(*second.lock().unwrap(), [0, 1, 2]);
}

#[test]
fn a_live_query_ends_with_its_last_clone_and_subscription() {
    let store = store();
    let live = store.live(Todo::query()).unwrap();
    let clone = live.clone();
    let subscription = live.subscribe(|_| ());
    drop(live);
    drop(clone);
    assert_eq!(store.live_query_count(), 1, "its listener keeps it");
    drop(subscription);
    assert_eq!(store.live_query_count(), 0);
    for _ in 0..1_000 {
        drop(store.subscribe(Todo::query(), |_| ()).unwrap());
    }
    assert_eq!(store.live_query_count(), 0);
}

#[test]
fn a_listener_may_commit_and_everybody_hears_results_in_order() {
    let store = store();
    let committing = store.clone();
    let ((first, mut one), (second, two)) = (recorder(), recorder());
    let live = store.live(Todo::query().count()).unwrap();
    let _one = live.subscribe(move |count: &u64| {
        one(count);
        if *count > 0 && *count < 4 {
            committing
                .commit(created(&format!("more-{count}"), ""))
                .unwrap();
        }
    });
    let _two = live.subscribe(two);
    store.commit(created("a", "")).unwrap();
    assert_eq!(*first.lock().unwrap(), [0, 1, 2, 3, 4]);
    let second = second.lock().unwrap();
    assert_eq!(second.first(), Some(&0));
    assert_eq!(second.last(), Some(&4));
    assert!(second.is_sorted(), "{second:?}");
}

#[test]
fn a_listener_may_subscribe_query_and_end_its_own_subscription() {
    let store = store();
    let inner_store = store.clone();
    let (inner_heard, inner_listener) = recorder();
    let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let inner: Arc<Mutex<Option<Subscription>>> = Arc::default();
    let (own_slot, inner_slot) = (Arc::clone(&own), Arc::clone(&inner));
    let mut inner_listener = Some(inner_listener);
    let (heard, mut listener) = recorder();
    let subscription = store
        .subscribe(Todo::query().count(), move |count: &u64| {
            listener(count);
            if *count == 1 {
                assert_eq!(inner_store.query(&Todo::query().count()).unwrap(), 1);
                let added = inner_store
                    .subscribe(Todo::query().count(), inner_listener.take().unwrap())
                    .unwrap();
                *inner_slot.lock().unwrap() = Some(added);
                drop(own_slot.lock().unwrap().take());
            }
        })
        .unwrap();
    *own.lock().unwrap() = Some(subscription);
    store.commit(created("a", "")).unwrap();
    store.commit(created("b", "")).unwrap();
    assert_eq!(*heard.lock().unwrap(), [0, 1]);
    assert_eq!(*inner_heard.lock().unwrap(), [1, 2]);
}

#[test]
fn a_live_query_that_does_not_parse_is_an_error_and_leaves_nothing_behind() {
    let store = store();
    assert!(
        store
            .subscribe(sql("SELECT FROM").rows::<(i64,)>(), |_| ())
            .is_err()
    );
    assert!(
        store
            .live(sql("DELETE FROM todos").rows::<(i64,)>())
            .is_err()
    );
    assert_eq!(store.live_query_count(), 0);
}

#[test]
fn a_live_query_whose_rows_stop_decoding_keeps_its_last_result_and_says_so_when_asked() {
    let store = store();
    store.commit(created("1", "")).unwrap();
    let live = store
        .live(sql("SELECT iif(text = '', 1, text) FROM todos").rows::<(i64,)>())
        .unwrap();
    let (heard, listener) = recorder();
    let _subscription = live.subscribe(listener);
    store.commit(renamed("1", "no number")).unwrap();
    assert_eq!(*heard.lock().unwrap(), [vec![(1,)]]);
    assert!(live.get().is_err());
    store.commit(renamed("1", "")).unwrap();
    assert_eq!(*live.get().unwrap(), [(1,)]);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn commits_from_many_threads_are_heard_in_order_and_none_is_missed() {
    let store = store();
    let (heard, listener) = recorder();
    let _subscription = store.subscribe(Todo::query().count(), listener).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = store.clone();
            scope.spawn(move || {
                for i in 0..100 {
                    store.commit(created(&format!("{thread}-{i}"), "")).unwrap();
                }
            });
        }
    });
    let heard = heard.lock().unwrap();
    assert!(heard.is_sorted());
    assert_eq!(heard.last(), Some(&400));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_listener_that_panics_is_called_again_and_keeps_no_event_from_the_leader() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let store = store();
    let (heard, mut listener) = recorder();
    let _subscription = store.subscribe(Todo::query().count(), move |count: &u64| {
        listener(count);
        assert_ne!(*count, 1, "as planned");
    });
    assert!(catch_unwind(AssertUnwindSafe(|| store.commit(created("a", "")))).is_err());
    assert_eq!(store.pending_count(), 0);
    store.commit(created("b", "")).unwrap();
    assert_eq!(*heard.lock().unwrap(), [0, 1, 2]);
}
