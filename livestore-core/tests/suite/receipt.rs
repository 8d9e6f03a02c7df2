//! How far a commit has got.

use futures::executor::block_on;
use livestore_core::store::{ReceiptError, Stage};

use crate::{
    fixture::{created, store},
    testing::test,
};

#[test]
fn a_receipt_tells_that_the_events_are_persisted() {
    let store = store();
    let receipt = store.commit((created("a", ""), created("b", ""))).unwrap();
    assert_eq!(receipt.seq().to_string(), "e2");
    block_on(receipt.persisted()).unwrap();
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
    assert_eq!(store.pending_count(), 0);
}

#[test]
fn without_a_backend_nothing_is_ever_synced() {
    let receipt = store().commit(created("a", "")).unwrap();
    assert_eq!(block_on(receipt.synced()), Err(ReceiptError::NoBackend));
}

#[test]
fn a_receipt_of_no_events_is_fulfilled_at_once() {
    let receipt = store().commit(None::<crate::fixture::TodoCreated>).unwrap();
    assert_eq!(receipt.seq().to_string(), "e0");
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
}
