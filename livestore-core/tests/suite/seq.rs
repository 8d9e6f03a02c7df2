//! Sequence numbers (SEQ-01 to SEQ-06).

use livestore_core::event::{EventScope, SeqNum};

use crate::testing::test;

fn seq(global: u64, client: u64, rebase_generation: u64) -> SeqNum {
    SeqNum {
        global,
        client,
        rebase_generation,
    }
}

#[test]
fn seq_01_the_next_event_counts_globally_or_for_the_client_only() {
    assert_eq!(
        SeqNum::ROOT.next(EventScope::Synced),
        (seq(1, 0, 0), SeqNum::ROOT)
    );
    assert_eq!(
        SeqNum::ROOT.next(EventScope::ClientOnly),
        (seq(0, 1, 0), SeqNum::ROOT)
    );
    assert_eq!(
        seq(5, 2, 0).next(EventScope::Synced),
        (seq(6, 0, 0), seq(5, 0, 0))
    );
}

#[test]
fn seq_02_the_rebase_generation_is_carried_on() {
    assert_eq!(seq(0, 0, 2).next(EventScope::Synced).0, seq(1, 0, 2));
    assert_eq!(seq(0, 0, 2).next(EventScope::ClientOnly).0, seq(0, 1, 2));
}

#[test]
fn seq_03_05_the_text_form_is_read_back() {
    let samples = [
        (seq(0, 0, 0), "e0"),
        (seq(0, 0, 1), "e0r1"),
        (seq(0, 1, 0), "e0.1"),
        (seq(0, 1, 1), "e0.1r1"),
        (seq(5, 3, 2), "e5.3r2"),
        (seq(100, 50, 10), "e100.50r10"),
    ];
    for (number, text) in samples {
        assert_eq!(number.to_string(), text);
        assert_eq!(text.parse(), Ok(number));
    }
}

#[test]
fn seq_04_what_is_no_sequence_number_is_refused() {
    let error = |text: &str| text.parse::<SeqNum>().unwrap_err().to_string();
    assert!(error("0").ends_with("must start with \"e\""));
    for text in ["eabc", "e0.abc", "e0rabc", "e", "e+1", "e1.", "e1r"] {
        assert!(error(text).ends_with("invalid number format"), "{text}");
    }
}

#[test]
fn seq_06_order_is_by_global_then_client_then_generation() {
    let mut numbers = [
        seq(2, 0, 0),
        seq(1, 1, 0),
        seq(1, 0, 5),
        seq(1, 1, 1),
        seq(1, 0, 0),
    ];
    numbers.sort();
    assert_eq!(
        numbers,
        [
            seq(1, 0, 0),
            seq(1, 0, 5),
            seq(1, 1, 0),
            seq(1, 1, 1),
            seq(2, 0, 0)
        ]
    );
    assert!(seq(1, 1, 0).is_after(seq(1, 0, 9)) && !seq(1, 0, 9).is_after(seq(1, 0, 0)));
    assert!(seq(1, 0, 9).same_position(seq(1, 0, 0)));
}
