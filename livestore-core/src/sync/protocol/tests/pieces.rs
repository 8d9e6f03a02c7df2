//! What fits into a message.

use super::event;
use crate::{
    sync::{PageInfo, protocol::*},
    testing::test,
};

#[test]
fn pieces_are_as_long_as_the_limits_allow() {
    let limits = |events, bytes| Limits { events, bytes };
    let ranges = |items: &[&str], limits| {
        chunks(items, 10, limits)
            .map(|piece| piece.map_err(|oversize| oversize.index))
            .collect::<Vec<_>>()
    };
    assert_eq!(ranges(&[], limits(2, 100)), []);
    let abc = ["a", "b", "c"];
    assert_eq!(ranges(&abc, limits(2, 100)), [Ok(0..2), Ok(2..3)]);
    // Each takes three bytes and a comma.
    assert_eq!(ranges(&abc, limits(9, 18)), [Ok(0..2), Ok(2..3)]);
    assert_eq!(ranges(&abc, limits(9, 17)), [Ok(0..1), Ok(1..2), Ok(2..3)]);
    assert_eq!(
        ranges(&["a", "a long one", "b", "c"], limits(9, 18)),
        [Ok(0..1), Err(1), Ok(2..4)]
    );
    assert_eq!(ranges(&["a long one"], limits(9, 18)), [Err(0)]);
}

#[test]
fn pieces_of_events_stay_below_the_bytes_they_may_take() {
    let events: Vec<_> = (1..400u64)
        .map(|number| WireEvent {
            seq_num: number,
            ..event(Some(&format!(
                "\"{}\"",
                "é".repeat(number as usize * 7 % 5_000)
            )))
        })
        .collect();
    let page = |batch: &[WireEvent]| PullResponse {
        batch: batch
            .iter()
            .map(|event| PulledItem {
                event_encoded: event.clone(),
                metadata: None,
            })
            .collect(),
        page_info: PageInfo::NoMore,
        backend_id: "b".to_owned(),
    };
    let around = page(&[]).encode().len();
    let items = page(&events).batch;
    let limits = Limits {
        events: 100,
        bytes: 50_000,
    };
    let mut sent = 0;
    for range in chunks(&items, around, limits) {
        let range = range.unwrap();
        assert_eq!(range.start, sent);
        sent = range.end;
        let bytes = page(&events[range]).encode().len();
        assert!(bytes <= limits.bytes, "{bytes}");
    }
    assert_eq!(sent, events.len());
}
