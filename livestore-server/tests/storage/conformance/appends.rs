//! Appending: what is taken, what is refused, and which numbers do.

use std::sync::Arc;

use futures::future::join_all;
use livestore_server::storage::{Appended, MAX_SEQ_NUM, StorageError, StoredEvent};

use super::{Place, backend};
use crate::events::{ALL, all_facts, chain, event, log, numbers, store};

/// SYNC-08.
pub(crate) async fn one_of_many_appends_behind_the_same_head_is_taken(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    for round in 0..5 {
        let racing = (0..8).map(|racer| {
            let (engine, name, id) = (Arc::clone(&engine), name.clone(), Arc::clone(&id));
            tokio::spawn(async move {
                let mine = event(round + 1, round, Some(&racer.to_string()));
                engine.append(&name, &id, round, &[mine]).await.unwrap()
            })
        });
        let outcomes: Vec<_> = join_all(racing)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let winners: Vec<usize> = (0..8).filter(|i| outcomes[*i] == Appended::Done).collect();
        assert_eq!(winners.len(), 1, "{outcomes:?}");
        let conflict = Appended::Conflict { head: round + 1 };
        assert_eq!(
            outcomes.iter().filter(|o| **o == conflict).count(),
            7,
            "{outcomes:?}"
        );
        let page = log(&*engine, &name).await;
        assert_eq!(page.events.len() as u64, round + 1);
        let last = page.events.last().unwrap();
        assert_eq!(last.args.as_ref().unwrap().get(), winners[0].to_string());
    }
}

pub(crate) async fn a_refused_batch_leaves_nothing_behind(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    assert_eq!(
        engine.append(&name, &id, 0, &chain(0, 5)).await.unwrap(),
        Appended::Done
    );

    // What is behind is a conflict, what is ahead too.
    for after in [0, 3, 6] {
        let outcome = engine.append(&name, &id, after, &chain(after, 4)).await;
        assert_eq!(outcome.unwrap(), Appended::Conflict { head: 5 });
    }
    // No chain: the last does not follow; one number twice; going down; not behind `after`.
    let broken: [Vec<StoredEvent>; 4] = [
        [chain(5, 3), vec![event(10, 9, None)]].concat(),
        vec![event(6, 5, None), event(6, 6, None)],
        vec![event(9, 5, None), event(8, 9, None)],
        chain(4, 2),
    ];
    for batch in broken {
        let outcome = engine.append(&name, &id, 5, &batch).await;
        let Err(StorageError::Refused { store, .. }) = &outcome else {
            panic!("{:?} gave {outcome:?}", numbers(&batch));
        };
        assert_eq!(&**store, "s");
    }
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&chain(0, 5)));
    assert_eq!(page.store.head, 5);
    assert_eq!(
        engine.append(&name, &id, 5, &chain(5, 1)).await.unwrap(),
        Appended::Done
    );
}

/// SYNC-15, SYNC-16: 10,000 events from number 20,000 on, in batches of 100.
pub(crate) async fn numbers_may_start_anywhere_and_leave_gaps(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let mut head = 0;
    for batch in 0..100 {
        let events: Vec<_> = (0..100)
            .map(|i| {
                let number = 20_000 + batch * 100 + i;
                let parent = if number == 20_000 { 0 } else { number - 1 };
                event(number, parent, None)
            })
            .collect();
        assert_eq!(
            engine.append(&name, &id, head, &events).await.unwrap(),
            Appended::Done
        );
        head = events[99].seq_num;
    }
    let page = log(&*engine, &name).await;
    assert_eq!(numbers(&page.events), (20_000..30_000).collect::<Vec<_>>());
    let page = engine.page(&name, 25_000, ALL).await.unwrap();
    assert_eq!(numbers(&page.events), (25_001..30_000).collect::<Vec<_>>());

    let gapped = [event(40_000, head, None), event(50_000, 40_000, None)];
    assert_eq!(
        engine.append(&name, &id, head, &gapped).await.unwrap(),
        Appended::Done
    );
    let page = engine.page(&name, 35_000, ALL).await.unwrap();
    assert_eq!(numbers(&page.events), [40_000, 50_000]);
    assert_eq!(page.events[0].parent_seq_num, head);
    let page = engine.page(&name, 40_000, ALL).await.unwrap();
    assert_eq!(numbers(&page.events), [50_000]);
    assert_eq!(page.store.head, 50_000);
}

pub(crate) async fn numbers_go_as_far_as_javascript_counts(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    for wrong in [MAX_SEQ_NUM + 1, u64::MAX] {
        let outcome = engine.append(&name, &id, 0, &[event_at(wrong)]).await;
        assert!(
            matches!(outcome, Err(StorageError::Refused { .. })),
            "{outcome:?}"
        );
    }
    let last = event_at(MAX_SEQ_NUM);
    assert_eq!(
        engine.append(&name, &id, 0, &[last]).await.unwrap(),
        Appended::Done
    );
    let page = log(&*engine, &name).await;
    assert_eq!(numbers(&page.events), [MAX_SEQ_NUM]);
    assert_eq!(page.store.head, MAX_SEQ_NUM);
}

fn event_at(seq_num: u64) -> StoredEvent {
    StoredEvent {
        created_at: 0,
        seq_num,
        ..event(1, 0, None)
    }
}

pub(crate) async fn an_append_of_nothing_only_compares(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 2)).await.unwrap();
    assert_eq!(
        engine.append(&name, &id, 2, &[]).await.unwrap(),
        Appended::Done
    );
    let outcome = engine.append(&name, &id, 1, &[]).await.unwrap();
    assert_eq!(outcome, Appended::Conflict { head: 2 });
    assert_eq!(log(&*engine, &name).await.store.head, 2);
}
