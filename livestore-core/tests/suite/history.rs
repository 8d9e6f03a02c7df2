//! The past of a store, its copies, and its log outside of it.

use futures::executor::block_on;
use livestore_core::{
    Error,
    event::SeqNum,
    prelude::*,
    store::{ArchiveError, CommitOptions, LogArchive, Snapshot},
};

use crate::{
    fixture::{
        DraftChanged, Random, Tag, TagAdded, Todo, TodoDeleted, TodoRenamed, TodosCleared,
        completed, created, dump, open, schema, store, todos,
    },
    testing::test,
};

fn commit_something(store: &Store, random: &mut Random) {
    let id = random.below(5).to_string();
    let text = random.below(100).to_string();
    // Some are refused.
    let _ = match random.below(9) {
        0..3 => store.commit(created(&id, &text)),
        3 => store.commit(completed(&id)),
        4 => store.commit(TodoRenamed { id, text }),
        5 => store.commit(TodoDeleted { id }),
        6 => store.commit(TagAdded {
            todo: id,
            label: text,
            weight: Some(0.5),
        }),
        7 if random.below(5) == 0 => store.commit(TodosCleared {}),
        _ => store.commit((DraftChanged { text: text.clone() }, created(&text, ""))),
    };
}

fn busy(seed: u64, commits: usize) -> Store {
    let store = store();
    let mut random = Random::new(seed);
    (0..commits).for_each(|_| commit_something(&store, &mut random));
    store
}

fn shown(snapshot: &Snapshot) -> String {
    let todos = snapshot
        .query(&Todo::query().order_by(Todo::ID.asc()))
        .unwrap();
    let tags = Tag::query()
        .order_by(Tag::TODO.asc())
        .order_by(Tag::LABEL.asc());
    format!("{todos:?} {:?}", snapshot.query(&tags).unwrap())
}

fn shown_now(store: &Store) -> String {
    let tags = Tag::query()
        .order_by(Tag::TODO.asc())
        .order_by(Tag::LABEL.asc());
    format!("{:?} {:?}", todos(store), store.query(&tags).unwrap())
}

#[test]
fn the_state_at_any_event_is_what_it_was_when_that_was_the_last() {
    for seed in 1..6 {
        let store = store();
        let mut random = Random::new(seed);
        let mut then = vec![(SeqNum::ROOT, shown_now(&store))];
        for _ in 0..40 {
            commit_something(&store, &mut random);
            then.push((store.head(), shown_now(&store)));
        }
        for (at, expected) in then {
            let snapshot = block_on(store.state_at(at)).unwrap();
            assert_eq!(
                (snapshot.head(), shown(&snapshot)),
                (at, expected),
                "seed {seed}"
            );
        }
        let last = block_on(store.state_at(SeqNum::synced(1_000_000))).unwrap();
        assert_eq!(last.head(), store.head());
    }
}

#[test]
fn a_replay_of_the_log_equals_the_state_that_grew_with_it() {
    for seed in 1..20 {
        let store = busy(seed, 60);
        assert_eq!(
            block_on(store.check_replay()).unwrap(),
            Ok(()),
            "seed {seed}"
        );
    }
}

/// A materializer that counts its calls is not one of its event and the state.
#[test]
fn a_replay_finds_a_materializer_that_depends_on_something_else() {
    use std::sync::atomic::{AtomicI64, Ordering};
    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.Counted")]
    struct Counted {}
    let calls = AtomicI64::new(0);
    let schema = Schema::builder()
        .table::<Todo>()
        .table::<Tag>()
        .on(move |_: &Counted, _| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            Todo::upsert()
                .set(Todo::ID, "a")
                .set(Todo::TEXT, call.to_string())
        })
        .build()
        .unwrap();
    let store = crate::fixture::open_with(schema);
    store.commit(Counted {}).unwrap();
    let mismatch = block_on(store.check_replay()).unwrap().unwrap_err();
    assert_eq!(
        (mismatch.head, mismatch.tables),
        (store.head(), vec!["todos".to_owned()])
    );
}

#[test]
fn a_fork_goes_its_own_way_from_the_event_it_was_made_at() {
    let store = busy(3, 30);
    store.commit(TodosCleared {}).unwrap();
    store.commit(created("kept", "x")).unwrap();
    let before = (store.head(), dump(&store));
    let fork = block_on(store.fork()).unwrap();
    assert_eq!((fork.head(), dump(&fork)), before);
    assert_ne!(fork.session_id(), store.session_id());
    fork.commit(created("fork", "only there")).unwrap();
    store.commit(created("store", "only here")).unwrap();
    assert_eq!(todos(&fork).len(), 2);
    assert_eq!(
        todos(&store)
            .iter()
            .map(|todo| todo.id.as_str())
            .collect::<Vec<_>>(),
        ["kept", "store"]
    );
    block_on(store.shutdown()).unwrap();
    assert_eq!(todos(&fork)[0].id, "fork", "it needs the other no more");

    let early = block_on(fork.fork_at(SeqNum::synced(2))).unwrap();
    let then = block_on(fork.state_at(SeqNum::synced(2))).unwrap();
    assert_eq!(shown_now(&early), shown(&then));
    assert_eq!(early.head(), then.head());
}

#[test]
fn an_exported_log_imported_and_exported_again_is_the_same() {
    for seed in 1..8 {
        let memory = Memory::new();
        let store = open(&memory);
        let mut random = Random::new(seed);
        (0..50).for_each(|_| commit_something(&store, &mut random));
        let mut lines = Vec::new();
        block_on(store.export_json_lines(&mut lines)).unwrap();
        let count = lines.iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(count, memory.events("test").len());

        let mut from_lines = LogArchive::from_json_lines(&lines[..]).unwrap();
        let database = block_on(store.export_log()).unwrap();
        for archive in [
            LogArchive::from_database(&database).unwrap(),
            LogArchive::from_database(&from_lines.to_database().unwrap()).unwrap(),
            from_lines,
        ] {
            let mut again = Vec::new();
            archive.write_json_lines(&mut again).unwrap();
            assert!(again == lines, "seed {seed}");
            let other = Memory::new();
            other.import("test", archive).unwrap();
            let copy = open(&other);
            assert_eq!((copy.head(), dump(&copy)), (store.head(), dump(&store)));
            let mut exported = Vec::new();
            block_on(copy.export_json_lines(&mut exported)).unwrap();
            assert!(exported == lines, "seed {seed}");
            copy.commit(created("new", "goes on")).unwrap();
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_log_is_imported_into_files_once() {
    use livestore_core::adapter::Native;
    let folder = std::env::temp_dir().join(format!("livestore-import-{}", new_id()));
    let store = busy(5, 40);
    let archive = LogArchive::from_database(&block_on(store.export_log()).unwrap()).unwrap();
    let native = Native::file(&folder);
    native.import("copy", &archive).unwrap();
    assert!(
        native
            .import("copy", &archive)
            .unwrap_err()
            .to_string()
            .contains("has events already")
    );
    let copy = block_on(Store::builder(schema()).adapter(native).open("copy")).unwrap();
    assert_eq!((copy.head(), dump(&copy)), (store.head(), dump(&store)));
    block_on(copy.shutdown()).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_no_log_is_refused_with_its_line() {
    let memory = Memory::new();
    let store = open(&memory);
    store.commit((created("a", ""), created("b", ""))).unwrap();
    assert!(
        memory
            .import("test", LogArchive::from_events(&[]).unwrap())
            .is_err()
    );
    let mut lines = Vec::new();
    block_on(store.export_json_lines(&mut lines)).unwrap();
    let text = String::from_utf8(lines).unwrap();
    let second = text.lines().nth(1).unwrap();
    let gap = LogArchive::from_json_lines(second.as_bytes());
    assert!(matches!(gap, Err(ArchiveError::Log(_))), "{gap:?}");
    let broken = LogArchive::from_json_lines(&b"\n{\"name\":1}\n"[..]);
    assert!(
        matches!(broken, Err(ArchiveError::Line { line: 2, .. })),
        "{broken:?}"
    );
    assert!(LogArchive::from_database(b"no database").is_err());
}

#[test]
fn an_exported_state_can_be_read_without_a_store() {
    let store = busy(9, 30);
    let image = store.export_state().unwrap();
    let mut snapshot = Snapshot::open(&image, &schema()).unwrap().unwrap();
    assert_eq!(
        (snapshot.head(), shown(&snapshot)),
        (store.head(), shown_now(&store))
    );
    assert_eq!(snapshot.export().unwrap(), image);
    let other = Schema::builder().build().unwrap();
    assert!(Snapshot::open(&image, &other).unwrap().is_none());
}

#[test]
fn commits_without_a_refresh_leave_live_queries_alone_until_there_is_one() {
    let store = store();
    let live = store.live(Todo::query().count()).unwrap();
    let _keep = live.subscribe(|_| ());
    let quiet = CommitOptions::default().label("import").skip_refresh();
    for i in 0..10 {
        store
            .commit_with(quiet, created(&i.to_string(), ""))
            .unwrap();
    }
    assert_eq!((live.runs(), *live.get().unwrap()), (1, 0));
    assert_eq!(
        store.query(&Todo::query().count()).unwrap(),
        10,
        "the state has them"
    );
    store.refresh();
    assert_eq!((live.runs(), *live.get().unwrap()), (2, 10));
    store.refresh();
    assert_eq!(live.runs(), 2, "there is nothing new");
    store.commit_with(quiet, created("x", "")).unwrap();
    store
        .commit(TagAdded {
            todo: "x".into(),
            label: "l".into(),
            weight: None,
        })
        .unwrap();
    assert_eq!(*live.get().unwrap(), 11, "any refresh is one of everything");
}

#[test]
fn a_commit_of_nothing_is_none() {
    let store = store();
    store.commit(Vec::<TodosCleared>::new()).unwrap();
    assert_eq!(store.head(), SeqNum::ROOT);
}

#[test]
fn the_history_of_a_closed_store_cannot_be_read() {
    let store = busy(1, 3);
    block_on(store.shutdown()).unwrap();
    assert!(matches!(
        block_on(store.state_at(SeqNum::ROOT)),
        Err(Error::Log { .. })
    ));
}
