//! Whatever clients commit, whenever they are online: in the end all show the same.

use std::{thread, time::Duration};

use futures::{FutureExt, executor::block_on};
use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    store::ReceiptError,
    sync::{BackendError, SyncOptions},
};

use super::{builder, open, settled};
use crate::{
    fixture::{
        DraftChanged, Random, Tag, TagAdded, TodoDeleted, TodoRenamed, TodosCleared, completed,
        created, eventually, todos,
    },
    testing::test,
};

fn commit_something(store: &Store, random: &mut Random) {
    let id = random.below(6).to_string();
    let text = random.below(1_000).to_string();
    let outcome = match random.below(20) {
        // Often the id is taken: then the commit is refused, or a rebase leaves the event out.
        0..6 => store.commit(created(&id, &text)),
        6..9 => store.commit(completed(&id)),
        9..13 => store.commit(TodoRenamed { id, text }),
        13..15 => store.commit(TodoDeleted { id }),
        15..17 => store.commit((
            TagAdded {
                todo: id.clone(),
                label: "l".into(),
                weight: Some(0.5),
            },
            TodoRenamed { id, text },
        )),
        17 => store.commit(TodosCleared {}),
        _ => store.commit((
            DraftChanged { text: text.clone() },
            TodoRenamed { id, text },
        )),
    };
    drop(outcome);
}

/// What all clients share.
fn shared(store: &Store) -> String {
    let tags = store
        .query(&Tag::query().order_by(Tag::TODO.asc()))
        .unwrap();
    format!("{:?} {tags:?}", todos(store))
}

fn run(seed: u64) {
    let mut random = Random::new(seed);
    let backend = InProcessBackend::new().page(1 + random.below(10) as usize);
    let memories: Vec<_> = (0..2 + random.below(3)).map(|_| Memory::new()).collect();
    let mut stores: Vec<_> = memories
        .iter()
        .map(|memory| open(memory, &backend))
        .collect();
    for _ in 0..120 {
        let at = random.below(stores.len() as u64) as usize;
        match random.below(20) {
            0 => stores[at].set_online(false),
            1 => stores[at].set_online(true),
            2 if stores.len() < memories.len() + 2 => {
                let memory = &memories[random.below(memories.len() as u64) as usize];
                stores.push(open(memory, &backend));
            }
            _ => commit_something(&stores[at], &mut random),
        }
    }
    for store in &stores {
        store.set_online(true);
    }
    let quiet = |store: &Store| {
        let status = store.sync_status();
        let head = backend.events("test").len() as u64;
        status.is_synced()
            && status.session_head.global == head
            && status.leader_head.global == head
    };
    eventually(|| stores.iter().all(&quiet));
    let options = SyncOptions::default().wait_for_initial_sync(Duration::from_secs(20));
    let opening = builder(&Memory::new(), &backend).sync_options(options);
    let replayed = block_on(opening.open("test")).unwrap();
    assert!(settled(&replayed, &backend), "seed {seed}");
    for store in &stores {
        assert_eq!(shared(store), shared(&replayed), "seed {seed}");
        assert_eq!(
            store.sync_status().skipped,
            replayed.sync_status().skipped,
            "seed {seed}"
        );
    }
}

#[test]
fn item_15_random_commits_of_clients_that_come_and_go_end_in_one_state() {
    (1..=25).for_each(run);
}

/// Commits from threads of their own while the backend rejects and fails now and then.
fn settle_all(seed: u64) {
    let backend = InProcessBackend::new().page(3);
    backend.reject(|event| match event.args.as_str().contains('7') {
        true => Err("no sevens".into()),
        false => Ok(()),
    });
    let memories = [Memory::new(), Memory::new()];
    let stores: Vec<_> = [0, 0, 1, 1]
        .map(|at: usize| open(&memories[at], &backend))
        .into();
    let receipts: Vec<Vec<Receipt>> = thread::scope(|scope| {
        let threads = stores.iter().enumerate().map(|(at, store)| {
            let backend = &backend;
            scope.spawn(move || {
                let mut random = Random::new(seed * 10 + at as u64);
                let mut receipts = Vec::new();
                for i in 0..40 {
                    match random.below(30) {
                        0 => store.set_online(false),
                        1 => store.set_online(true),
                        // Each costs a pause.
                        2 if i == 20 => {
                            backend.fail_next_pushes(1, || BackendError::failed("busy").into());
                        }
                        _ => {
                            let id = format!("{at} {i}");
                            let text = random.below(100).to_string();
                            receipts.push(store.commit(created(&id, &text)).unwrap());
                        }
                    }
                }
                receipts
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    for store in &stores {
        store.set_online(true);
    }
    let mut synced = 0;
    for receipt in receipts.iter().flatten() {
        let mut outcome = None;
        eventually(|| {
            outcome = receipt.synced().now_or_never();
            outcome.is_some()
        });
        match outcome {
            Some(Ok(_)) => synced += 1,
            Some(Err(ReceiptError::Rejected { reason })) => assert_eq!(&*reason, "no sevens"),
            other => panic!("seed {seed}: {other:?}"),
        }
    }
    assert_eq!(backend.events("test").len(), synced, "seed {seed}");
    for store in &stores {
        eventually(|| todos(store).len() == synced);
        assert_eq!(shared(store), shared(&stores[0]), "seed {seed}");
    }
}

#[test]
fn every_receipt_tells_in_the_end_whether_its_event_is_synced_or_rejected() {
    (1..=10).for_each(settle_all);
}
