//! What every engine must do: each test is a function over a place where an engine keeps its stores.

use std::{fmt::Debug, future::Future, sync::Arc};

use futures::future::join_all;
use livestore_server::storage::{
    Appended, EventStore, MAX_SEQ_NUM, MAX_STORE_ID, PageLimit, StorageError, StoredEvent,
};

use crate::events::{ALL, all_facts, assert_chain, chain, event, log, numbers, store};

/// Where an engine keeps its stores.
pub(crate) trait Place: Debug {
    /// Opens the engine on what is there; the one opened before is gone.
    fn open(&self) -> impl Future<Output = Arc<dyn EventStore>>;
}

/// Makes the tests of an engine from the way to make a place for it.
macro_rules! conformance {
    ($place:expr) => {
        $crate::conformance::conformance! { $place =>
            a_store_exists_from_its_first_use
            a_store_keeps_its_identity_when_it_is_opened_again
            what_was_appended_is_there_when_the_store_is_opened_again
            one_of_many_appends_behind_the_same_head_is_taken
            one_of_many_openers_makes_the_store
            a_refused_batch_leaves_nothing_behind
            numbers_may_start_anywhere_and_leave_gaps
            numbers_go_as_far_as_javascript_counts
            an_append_of_nothing_only_compares
            a_page_holds_as_many_events_as_asked_for
            a_page_holds_no_more_bytes_than_asked_for_but_one_event
            a_page_starts_behind_a_number_in_the_middle
            a_page_behind_the_head_is_empty
            arguments_come_back_to_the_letter
            names_and_authors_come_back_to_the_letter
            a_large_batch_comes_back_in_order
            stores_do_not_see_each_other
            odd_names_are_stores_of_their_own
            names_that_are_too_long_are_refused
            stores_are_listed_by_name_in_pieces
            a_reset_store_is_empty_and_another_log
            only_a_store_without_events_takes_an_identity
            an_append_to_another_log_is_told_which_it_is
            readers_see_whole_batches_while_many_stores_are_appended_to
            an_engine_that_serves_says_so
        }
    };
    ($place:expr => $($name:ident)*) => {
        mod conformance {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $name() {
                    let place = $place;
                    $crate::conformance::$name(&place).await;
                }
            )*

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn does_what_a_list_in_memory_does() {
                let place = $place;
                $crate::model::does_what_a_list_in_memory_does(&place).await;
            }
        }
    };
}
pub(crate) use conformance;

fn backend(info: &livestore_server::storage::StoreInfo) -> Arc<str> {
    Arc::clone(&info.backend_id)
}

pub(crate) async fn a_store_exists_from_its_first_use(place: &impl Place) {
    let engine = place.open().await;
    let (opened, read, reset) = (store("opened"), store("read"), store("reset"));
    let info = engine.open(&opened).await.unwrap();
    assert_eq!(info.head, 0);
    assert!(info.backend_id.len() >= 16, "{info:?} can be guessed");
    assert_eq!(engine.open(&opened).await.unwrap(), info);

    let page = engine.page(&read, 0, ALL).await.unwrap();
    assert!(page.events.is_empty());
    assert_eq!(engine.open(&read).await.unwrap(), page.store);
    let made = engine.reset(&reset).await.unwrap();
    assert_eq!(engine.open(&reset).await.unwrap(), made);
    assert_ne!(info.backend_id, page.store.backend_id);

    // An append can't know its identity, so it can't succeed.
    let appended = store("appended");
    let outcome = engine.append(&appended, "elsewhere", 0, &chain(0, 1)).await;
    let info = engine.open(&appended).await.unwrap();
    assert_eq!(outcome.unwrap(), Appended::OtherLog(info.clone()));
    assert_eq!(info.head, 0);
}

pub(crate) async fn a_store_keeps_its_identity_when_it_is_opened_again(place: &impl Place) {
    let name = store("s");
    let engine = place.open().await;
    let info = engine.open(&name).await.unwrap();
    let outcome = engine
        .append(&name, &info.backend_id, 0, &chain(0, 3))
        .await;
    assert_eq!(outcome.unwrap(), Appended::Done);
    drop(engine);
    let again = place.open().await.open(&name).await.unwrap();
    assert_eq!(again.backend_id, info.backend_id);
    assert_eq!(again.head, 3);
}

pub(crate) async fn what_was_appended_is_there_when_the_store_is_opened_again(place: &impl Place) {
    let name = store("s");
    let mut all = Vec::new();
    for _ in 0..3 {
        let engine = place.open().await;
        let info = engine.open(&name).await.unwrap();
        assert_eq!(info.head, all.len() as u64);
        let batch = chain(info.head, 40);
        let outcome = engine
            .append(&name, &info.backend_id, info.head, &batch)
            .await;
        assert_eq!(outcome.unwrap(), Appended::Done);
        all.extend(batch);
        drop(engine);
    }
    let page = log(&*place.open().await, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&all));
    assert_eq!(page.store.head, 120);
}

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

pub(crate) async fn one_of_many_openers_makes_the_store(place: &impl Place) {
    let engine = place.open().await;
    let openers = (0..8).map(|_| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.open(&store("s")).await.unwrap() })
    });
    let infos: Vec<_> = join_all(openers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(infos.iter().all(|info| *info == infos[0]), "{infos:?}");
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

pub(crate) async fn a_page_holds_as_many_events_as_asked_for(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 25)).await.unwrap();
    let limit = |events| PageLimit {
        events,
        bytes: usize::MAX,
    };
    let mut found = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let after = found.last().map_or(0, |event: &StoredEvent| event.seq_num);
        let page = engine.page(&name, after, limit(10)).await.unwrap();
        assert_eq!(page.store.head, 25);
        if page.events.is_empty() {
            break;
        }
        sizes.push(page.events.len());
        found.extend(page.events);
    }
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(all_facts(&found), all_facts(&chain(0, 25)));
    let page = engine.page(&name, 0, limit(25)).await.unwrap();
    assert_eq!(page.events.len(), 25);
    // A page without an event would be the end.
    assert_eq!(
        numbers(&engine.page(&name, 7, limit(0)).await.unwrap().events),
        [8]
    );
}

pub(crate) async fn a_page_holds_no_more_bytes_than_asked_for_but_one_event(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    // With the quotes: 100 bytes each, but for a huge one and one of two-byte letters.
    let small = format!("{:?}", "x".repeat(98));
    let umlauts = format!("{:?}", "ä".repeat(49));
    let huge = format!("{:?}", "y".repeat(2_000_000));
    let args = [&small, &small, &umlauts, &huge, &small];
    let events: Vec<_> = (1..)
        .zip(args)
        .map(|(n, args)| event(n, n - 1, Some(args)))
        .collect();
    engine.append(&name, &id, 0, &events).await.unwrap();
    let page = async |after, bytes| {
        let limit = PageLimit { events: 100, bytes };
        numbers(&engine.page(&name, after, limit).await.unwrap().events)
    };
    assert_eq!(page(0, 300).await, [1, 2, 3]);
    assert_eq!(page(0, 299).await, [1, 2]);
    assert_eq!(page(0, 1_000).await, [1, 2, 3]);
    assert_eq!(page(3, 1_000).await, [4]);
    assert_eq!(page(4, 1_000).await, [5]);
    assert_eq!(page(0, 0).await, [1]);
    assert_eq!(page(0, 2_000_402).await, [1, 2, 3, 4, 5]);
    let limit = PageLimit {
        events: 1,
        bytes: 0,
    };
    let found = engine.page(&name, 3, limit).await.unwrap().events;
    assert_eq!(found[0].args.as_ref().unwrap().get(), huge);
}

pub(crate) async fn a_page_starts_behind_a_number_in_the_middle(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 10)).await.unwrap();
    let page = engine.page(&name, 4, ALL).await.unwrap();
    assert_eq!(all_facts(&page.events), all_facts(&chain(4, 6)));
}

pub(crate) async fn a_page_behind_the_head_is_empty(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    engine.append(&name, &id, 0, &chain(0, 10)).await.unwrap();
    for after in [10, 11, MAX_SEQ_NUM, u64::MAX] {
        let page = engine.page(&name, after, ALL).await.unwrap();
        assert!(page.events.is_empty(), "after {after}: {:?}", page.events);
        assert_eq!(page.store.head, 10);
    }
}

pub(crate) async fn arguments_come_back_to_the_letter(place: &impl Place) {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let args = [
        None,
        Some("null"),
        Some("1.0"),
        Some("1"),
        Some("1e21"),
        Some("1E+2"),
        Some("-0.0"),
        Some("0.1000000000000000055511151231257827"),
        Some("123456789012345678901234567890"),
        Some(r#"{"b":1,"a":2,"b":3}"#),
        Some("{ \"a\" :\t[ 1,2 ] }"),
        Some(r#"{"a":null}"#),
        Some("{}"),
        Some(r#""""#),
        Some(r#""\u0000 \ud800 \/ \n""#),
        Some("\"ä € 🦀 \u{7f} \u{2028} 漢字\""),
        Some(r#""'; DROP TABLE events; --""#),
        Some(&deep),
    ];
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let events: Vec<_> = (1..)
        .zip(args)
        .map(|(n, args)| event(n, n - 1, args))
        .collect();
    let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
    assert_eq!(outcome, Appended::Done);
    drop(engine);
    let page = log(&*place.open().await, &name).await;
    let found: Vec<_> = page
        .events
        .iter()
        .map(|e| e.args.as_ref().map(|args| args.get()))
        .collect();
    assert_eq!(found, args);
}

pub(crate) async fn names_and_authors_come_back_to_the_letter(place: &impl Place) {
    let texts = [
        "",
        " ",
        "v1.Ä🦀",
        "a\0b",
        "\0",
        r"a\0b",
        r"\\",
        "\\\0",
        "'; --",
        "\u{feff}x\r\n",
    ];
    let events: Vec<_> = (1..)
        .zip(texts)
        .map(|(n, text)| StoredEvent {
            name: text.into(),
            client_id: format!("c{text}").into(),
            session_id: format!("{text}s").into(),
            created_at: n,
            ..event(n, n - 1, None)
        })
        .collect();
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
    assert_eq!(outcome, Appended::Done);
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&events));
}

pub(crate) async fn a_large_batch_comes_back_in_order(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let events = chain(0, 20_000);
    assert_eq!(
        engine.append(&name, &id, 0, &events).await.unwrap(),
        Appended::Done
    );
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&events));
}

pub(crate) async fn stores_do_not_see_each_other(place: &impl Place) {
    let engine = place.open().await;
    let names: Vec<_> = (0..50).map(|n| store(&format!("store-{n}"))).collect();
    let filled = names.iter().enumerate().map(|(i, name)| {
        let engine = &engine;
        async move {
            let id = backend(&engine.open(name).await.unwrap());
            let count = i as u64 + 1;
            let outcome = engine.append(name, &id, 0, &chain(0, count)).await;
            assert_eq!(outcome.unwrap(), Appended::Done);
            (id, count)
        }
    });
    let filled = join_all(filled).await;
    for (name, (id, count)) in names.iter().zip(&filled) {
        let page = log(&*engine, name).await;
        assert_eq!(all_facts(&page.events), all_facts(&chain(0, *count)));
        assert_eq!(page.store.backend_id, *id);
    }
    let mut ids: Vec<_> = filled.iter().map(|(id, _)| id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
}

/// Legal names that a file system, a shell or SQL would take for something else or for one another.
pub(crate) async fn odd_names_are_stores_of_their_own(place: &impl Place) {
    let long = "x".repeat(MAX_STORE_ID);
    let odd = [
        "a", "A", "aB", "Ab", "-", "--", "-rf", "_", "__", "0", "00", "NUL", "con", "COM1", "null",
        "NULL", "lock", "events", "stores", "select", "a-", "a_", &long,
    ];
    let engine = place.open().await;
    for (i, name) in odd.iter().enumerate() {
        let name = store(name);
        let id = backend(&engine.open(&name).await.unwrap());
        let events = chain(0, i as u64 + 1);
        let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
        assert_eq!(outcome, Appended::Done, "{name}");
    }
    for (i, name) in odd.iter().enumerate() {
        assert_eq!(
            log(&*engine, &store(name)).await.events.len(),
            i + 1,
            "{name}"
        );
    }
    let mut sorted: Vec<_> = odd.iter().map(|name| store(name)).collect();
    sorted.sort();
    assert_eq!(engine.stores(None, 100).await.unwrap(), sorted);
}

pub(crate) async fn names_that_are_too_long_are_refused(place: &impl Place) {
    let engine = place.open().await;
    let name = store(&"x".repeat(MAX_STORE_ID + 1));
    let errors = [
        engine.open(&name).await.unwrap_err(),
        engine.append(&name, "", 0, &chain(0, 1)).await.unwrap_err(),
        engine.page(&name, 0, ALL).await.unwrap_err(),
        engine.reset(&name).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
    }
    assert!(engine.stores(None, 10).await.unwrap().is_empty());
}

pub(crate) async fn stores_are_listed_by_name_in_pieces(place: &impl Place) {
    let engine = place.open().await;
    assert!(engine.stores(None, 10).await.unwrap().is_empty());
    let mut names: Vec<_> = ["b", "a", "B", "a-b", "ab", "a_b", "a0"]
        .map(store)
        .to_vec();
    for name in &names {
        engine.open(name).await.unwrap();
    }
    names.sort();
    assert_eq!(engine.stores(None, 100).await.unwrap(), names);
    assert_eq!(engine.stores(None, usize::MAX).await.unwrap(), names);
    assert!(engine.stores(None, 0).await.unwrap().is_empty());
    let mut found = Vec::new();
    loop {
        let piece = engine.stores(found.last(), 3).await.unwrap();
        if piece.is_empty() {
            break;
        }
        found.extend(piece);
    }
    assert_eq!(found, names);
    // The name to start behind need not be there.
    let from_b = names.iter().filter(|name| name.as_str() > "aa");
    let found = engine.stores(Some(&store("aa")), 100).await.unwrap();
    assert!(found.iter().eq(from_b), "{found:?}");
}

pub(crate) async fn a_reset_store_is_empty_and_another_log(place: &impl Place) {
    let engine = place.open().await;
    let (name, other) = (store("s"), store("other"));
    for name in [&name, &other] {
        let id = backend(&engine.open(name).await.unwrap());
        engine.append(name, &id, 0, &chain(0, 10)).await.unwrap();
    }
    let before = engine.open(&name).await.unwrap();
    let after = engine.reset(&name).await.unwrap();
    assert_ne!(after.backend_id, before.backend_id);
    assert_eq!(after.head, 0);
    let page = log(&*engine, &name).await;
    assert!(page.events.is_empty());
    assert_eq!(page.store, after);

    let outcome = engine
        .append(&name, &after.backend_id, 0, &chain(0, 2))
        .await;
    assert_eq!(outcome.unwrap(), Appended::Done);
    drop(engine);
    let engine = place.open().await;
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&chain(0, 2)));
    assert_eq!(page.store.backend_id, after.backend_id);
    assert_eq!(log(&*engine, &other).await.events.len(), 10);
    assert_eq!(engine.stores(None, 10).await.unwrap(), [other, name]);
}

pub(crate) async fn only_a_store_without_events_takes_an_identity(place: &impl Place) {
    let engine = place.open().await;
    let (new, known) = (store("new"), store("known"));
    engine.open(&known).await.unwrap();
    for (name, id) in [(&new, "aB3-_"), (&known, &"x".repeat(200))] {
        let info = engine.adopt(name, id).await.unwrap();
        assert_eq!((&*info.backend_id, info.head), (id, 0));
        assert_eq!(engine.open(name).await.unwrap(), info);
        let outcome = engine.append(name, id, 0, &chain(0, 3)).await;
        assert_eq!(outcome.unwrap(), Appended::Done);
        let error = engine.adopt(name, "another").await.unwrap_err();
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
        assert_eq!(&*engine.open(name).await.unwrap().backend_id, id);
    }
    for id in ["", "a b", "ü", "a\0b", &"x".repeat(201)] {
        let error = engine.adopt(&store("odd"), id).await.unwrap_err();
        assert!(matches!(error, StorageError::Refused { .. }), "{error}");
    }
    drop(engine);
    let info = place.open().await.open(&new).await.unwrap();
    assert_eq!((&*info.backend_id, info.head), ("aB3-_", 3));
}

pub(crate) async fn an_append_to_another_log_is_told_which_it_is(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let before = engine.open(&name).await.unwrap();
    engine
        .append(&name, &before.backend_id, 0, &chain(0, 4))
        .await
        .unwrap();
    let after = engine.reset(&name).await.unwrap();
    // Whether the head would fit or not.
    for head in [0, 4] {
        let outcome = engine
            .append(&name, &before.backend_id, head, &chain(head, 1))
            .await;
        assert_eq!(outcome.unwrap(), Appended::OtherLog(after.clone()));
    }
    assert!(log(&*engine, &name).await.events.is_empty());
}

pub(crate) async fn readers_see_whole_batches_while_many_stores_are_appended_to(
    place: &impl Place,
) {
    const BATCH: u64 = 7;
    const ROUNDS: u64 = 40;
    let engine = place.open().await;
    let writers = (0..4).map(|n| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let name = store(&format!("s{n}"));
            let id = backend(&engine.open(&name).await.unwrap());
            for round in 0..ROUNDS {
                let after = round * BATCH;
                let outcome = engine.append(&name, &id, after, &chain(after, BATCH)).await;
                assert_eq!(outcome.unwrap(), Appended::Done);
                // What was answered is seen by whoever looks from now on.
                let page = engine.page(&name, after, ALL).await.unwrap();
                assert_eq!(page.events.len() as u64, BATCH);
            }
        })
    });
    let readers = (0..4).map(|n| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move {
            let name = store(&format!("s{n}"));
            let mut seen = 0;
            while seen < ROUNDS * BATCH {
                let page = log(&*engine, &name).await;
                let count = page.events.len() as u64;
                assert_eq!(count % BATCH, 0, "a piece of a batch");
                assert_eq!(page.store.head, count, "head and events are of two moments");
                assert!(count >= seen, "{count} events after {seen}");
                assert_chain(&page.events);
                seen = count;
            }
        })
    });
    let tasks: Vec<_> = writers.chain(readers).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

pub(crate) async fn an_engine_that_serves_says_so(place: &impl Place) {
    let engine = place.open().await;
    engine.check().await.unwrap();
    engine.open(&store("s")).await.unwrap();
    engine.check().await.unwrap();
}
