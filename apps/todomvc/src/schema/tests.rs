//! The schema without a browser: events go in, queries come out.

use futures::executor::block_on;
use livestore_core::testkit::{Clients, given};

use super::*;

fn open() -> Store {
    block_on(
        Store::builder(schema())
            .adapter(Memory::new())
            .open("todomvc"),
    )
    .unwrap()
}

/// Commits the creation of a todo for each text; returns their ids.
fn create<const N: usize>(store: &Store, texts: [&str; N]) -> [String; N] {
    texts.map(|text| {
        let id = new_id();
        store
            .commit(TodoCreated {
                id: id.clone(),
                text: text.into(),
            })
            .unwrap();
        id
    })
}

/// The texts a filter shows, in order.
fn shown(store: &Store, filter: Filter) -> Vec<String> {
    store.query(&filter.todos().select(Todo::TEXT)).unwrap()
}

fn ui_states(store: &Store) -> Vec<UiState> {
    store.query(&UiState::query()).unwrap()
}

#[test]
fn todos_are_shown_in_the_order_of_their_creation() {
    let store = open();
    create(&store, ["b", "c", "a"]);
    assert_eq!(shown(&store, Filter::All), ["b", "c", "a"]);
}

#[test]
fn a_new_todo_is_active() {
    let store = open();
    create(&store, ["a"]);
    assert_eq!(shown(&store, Filter::Active), ["a"]);
    assert!(shown(&store, Filter::Completed).is_empty());
}

#[test]
fn completing_moves_one_todo_from_active_to_completed_and_back() {
    let store = open();
    let [_, id] = create(&store, ["a", "b"]);

    store.commit(TodoCompleted { id: id.clone() }).unwrap();
    assert_eq!(shown(&store, Filter::Active), ["a"]);
    assert_eq!(shown(&store, Filter::Completed), ["b"]);

    store.commit(TodoUncompleted { id }).unwrap();
    assert_eq!(shown(&store, Filter::Active), ["a", "b"]);
}

#[test]
fn editing_changes_the_text_of_one_todo() {
    let store = open();
    let [id, _] = create(&store, ["a", "b"]);
    store
        .commit(TodoTextChanged {
            id,
            text: "A".into(),
        })
        .unwrap();
    assert_eq!(shown(&store, Filter::All), ["A", "b"]);
}

#[test]
fn deleting_removes_one_todo() {
    let store = open();
    let [id, _] = create(&store, ["a", "b"]);
    store.commit(TodoDeleted { id }).unwrap();
    assert_eq!(shown(&store, Filter::All), ["b"]);
}

#[test]
fn events_about_a_deleted_todo_change_nothing() {
    let store = open();
    let [id, _] = create(&store, ["a", "b"]);
    store.commit(TodoDeleted { id: id.clone() }).unwrap();

    store.commit(TodoCompleted { id: id.clone() }).unwrap();
    store
        .commit(TodoTextChanged {
            id: id.clone(),
            text: "A".into(),
        })
        .unwrap();
    store.commit(TodoDeleted { id }).unwrap();

    assert_eq!(shown(&store, Filter::All), ["b"]);
    assert_eq!(shown(&store, Filter::Active), ["b"]);
}

#[test]
fn the_events_of_one_commit_apply_together() {
    let store = open();
    let ids = create(&store, ["a", "b"]);
    store
        .commit(ids.map(|id| TodoCompleted { id }).to_vec())
        .unwrap();
    assert_eq!(shown(&store, Filter::Completed), ["a", "b"]);
}

#[test]
fn a_session_has_one_row_of_ui_state_whose_columns_change_alone() {
    let store = open();
    assert!(ui_states(&store).is_empty());

    store
        .commit(NewTodoTextChanged { text: "Buy".into() })
        .unwrap();
    let mut expected = UiState {
        session_id: store.session_id().to_string(),
        new_todo_text: "Buy".into(),
        filter: Filter::All,
    };
    assert_eq!(ui_states(&store), [expected.clone()]);

    store
        .commit(FilterChanged {
            filter: Filter::Active,
        })
        .unwrap();
    expected.filter = Filter::Active;
    assert_eq!(ui_states(&store), [expected]);
}

#[test]
fn every_filter_survives_the_address_bar_and_the_store() {
    let store = open();
    for filter in Filter::EVERY {
        assert_eq!(Filter::from_hash(filter.href()), filter);
        store.commit(FilterChanged { filter }).unwrap();
        assert_eq!(ui_states(&store)[0].filter, filter);
    }
}

#[test]
fn an_unknown_address_shows_everything() {
    for hash in ["", "#", "#active", "#/done"] {
        assert_eq!(Filter::from_hash(hash), Filter::All);
    }
}

#[test]
fn deleting_a_todo_leaves_the_others_and_a_replay_gives_the_same() {
    let created = |id: &str| TodoCreated {
        id: id.into(),
        text: id.to_uppercase(),
    };
    let ids = Todo::query().order_by(Todo::ID.asc()).select(Todo::ID);
    given(schema(), [created("a"), created("b")])
        .when(TodoDeleted { id: "a".into() })
        .then_events(TodoDeleted { id: "a".into() })
        .then_rows(&ids, vec!["b".into()])
        .when(created("b"))
        .then_error("UNIQUE constraint failed")
        .then_replays();
}

#[test]
fn what_two_clients_do_offline_comes_together_and_a_half_typed_text_stays_where_it_is() {
    block_on(async {
        let clients = Clients::open(2, schema).await.unwrap();
        let [id] = create(&clients[0], ["shared"]);
        clients.settle().await;
        for store in clients.stores() {
            store.set_online(false);
        }
        clients[0].commit(TodoCompleted { id: id.clone() }).unwrap();
        let text = "draft".into();
        clients[1].commit(NewTodoTextChanged { text }).unwrap();
        create(&clients[1], ["late"]);
        for store in clients.stores() {
            store.set_online(true);
        }
        clients.settle().await;
        for store in clients.stores() {
            assert_eq!(shown(store, Filter::Completed), ["shared"]);
            assert_eq!(shown(store, Filter::Active), ["late"]);
        }
        assert_eq!(ui_states(&clients[0]).len(), 0);
        assert_eq!(ui_states(&clients[1]).len(), 1);
    });
}
