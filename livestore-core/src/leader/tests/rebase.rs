//! The backend contradicts what is pending: what moves, what stays, what no longer fits.

use super::{A, B, Bench, number, remote, returned, shown};
use crate::{
    event::{EncodedArgs, GlobalEvent, Place},
    sync::{FromLeader, PageInfo, SyncOptions},
    testing::test,
};

#[test]
fn ldr_07_an_event_committed_offline_moves_behind_the_backends() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.session(B);
    let (events, said) = bench.commit(A, &["ours"]);
    assert_eq!(said.updates(B)[0].after, Place::ROOT);
    bench.connect();
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 theirs", "e2r1 ours"]);
    for key in [A, B] {
        let update = said.updates(key)[0];
        assert_eq!(update.after, Place::ROOT);
        assert_eq!(shown(&update.events), ["e1 theirs", "e2r1 ours"]);
        assert_eq!(update.events[1].id, events[0].id, "it is the same event");
        assert_eq!((update.generation, update.floor), (1, number("e1")));
    }
    assert_eq!(said.pushed().unwrap(), ["2 ours"]);
}

#[test]
fn item_01_with_client_only_events_between_them_only_what_contradicts_moves() {
    let mut bench = Bench::new();
    bench.session(A);
    let (events, _) = bench.commit(A, &["~x", "a", "b"]);
    bench.connect();
    let mut incoming = returned(&events[1..2]);
    incoming.push(remote(2, "theirs"));
    let said = bench.page(&incoming, PageInfo::NoMore);
    assert_eq!(
        bench.log(),
        ["e0.1 x", "e1 a", "e2 theirs", "e3r1 b"],
        "`a` is there once"
    );
    assert_eq!(said.updates(A)[0].after, events[1].place());
    assert_eq!(said.pushed().unwrap(), ["3 b"]);
}

#[test]
fn item_02_client_only_events_keep_their_order_and_move_with_their_synced_event() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["~before", "a", "~after", "~last"]);
    bench.connect();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    let log = bench.log();
    let (theirs, ours): (Vec<_>, Vec<_>) = log.iter().partition(|event| event.contains("theirs"));
    assert_eq!(theirs, ["e1 theirs"]);
    let order: Vec<_> = ours
        .iter()
        .map(|event| event.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(order, ["before", "a", "after", "last"]);
    assert!(log.ends_with(&["e2r1 a".into(), "e2.1r1 after".into(), "e2.2r1 last".into()]));
}

#[test]
fn client_only_events_with_nothing_synced_pending_do_not_move_for_the_backend() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["~x"]);
    bench.connect();
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e0.1 x", "e1 theirs"]);
    assert_eq!(shown(&said.updates(A)[0].events), ["e1 theirs"]);
}

#[test]
fn a_pending_event_that_no_longer_fits_is_left_out_and_its_client_is_told() {
    let mut bench = Bench::new();
    bench.session(A);
    let (events, _) = bench.commit(A, &["same", "other"]);
    bench.connect();
    let said = bench.page(&[remote(1, "same")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 same", "e2r1 other"]);
    let update = said.updates(A)[0];
    let rejected: Vec<_> = update.rejected.iter().map(|r| r.event.id).collect();
    assert_eq!(rejected, [events[0].id]);
    assert_eq!(said.pushed().unwrap(), ["2 other"]);
}

#[test]
fn item_13_an_event_nobody_knows_moves_nothing_and_stays_in_the_log() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    let unknown = GlobalEvent {
        name: "v9.FromTheFuture".into(),
        args: EncodedArgs::parse(r#"{"id":"unknown"}"#).unwrap(),
        ..remote(1, "unknown")
    };
    let said = bench.page(&[unknown, remote(2, "known")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 unknown", "e2 known", "e3r1 ours"]);
    assert!(said.updates(A)[0].rejected.is_empty());
    // A second rebase goes back over nothing of it.
    bench.page(&[remote(3, "more")], PageInfo::NoMore);
    assert_eq!(bench.log()[2..], ["e3 more", "e4r2 ours"]);
}

#[test]
fn item_13_a_pending_event_this_schema_does_not_know_moves_with_the_others() {
    let mut bench = Bench::new();
    bench.session(A);
    let mut events = bench.make(&["unknown", "ours"]);
    events[0].name = "v0.Forgotten".into();
    bench.push(A, events);
    bench.connect();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 theirs", "e2r1 unknown", "e3r1 ours"]);
}

#[test]
fn the_generation_rises_with_every_rebase() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    for n in 1..=3 {
        bench.page(&[remote(n, &n.to_string())], PageInfo::NoMore);
        assert_eq!(bench.log().pop().unwrap(), format!("e{}r{n} ours", n + 1));
    }
}

#[test]
fn a_push_admitted_in_the_turn_of_a_contradiction_is_written_first_and_then_moved() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    let events = bench.make(&["ours"]);
    let page = bench.paged(&[remote(1, "theirs")], PageInfo::NoMore);
    let said = bench.turn([super::pushing(A, events), page]);
    assert!(matches!(
        said.to(A)[..],
        [FromLeader::Accepted { .. }, FromLeader::Update(_)]
    ));
    assert_eq!(bench.log(), ["e1 theirs", "e2r1 ours"]);
}

#[test]
fn item_19_a_long_pending_list_is_confirmed_page_by_page() {
    let options = SyncOptions::default().push_batch(1_000);
    let mut bench = Bench::with(Some(options));
    bench.session(A);
    let ids: Vec<_> = (0..4_000).map(|i| i.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let (events, _) = bench.commit(A, &ids);
    bench.connect();
    let copies = returned(&events);
    bench.page(&copies[..1_500], PageInfo::NoMore);
    assert_eq!((bench.backend_head(), bench.pending()), (1_500, 2_500));
    bench.page(&[remote(1_501, "theirs")], PageInfo::NoMore);
    let log = bench.log();
    assert_eq!(log.len(), 4_001);
    assert_eq!(log[1_500..1_502], ["e1501 theirs", "e1502r1 1500"]);
}
