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

/// The rebase reaches behind what can be taken back, so the state is built anew; the events are all there again.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_receipt_says_synced_also_when_a_rebase_makes_the_state_be_built_anew() {
    use livestore_core::{prelude::*, testkit::Clients};

    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.Noted")]
    struct Noted {}

    let schema = || Schema::builder().on(|_: &Noted, _| ()).build().unwrap();
    block_on(async {
        let clients = Clients::open(2, schema).await.unwrap();
        clients[0].set_online(false);
        let first = clients[0].commit(Noted {}).unwrap();
        let more = clients[0].commit(vec![Noted {}; 50_100]).unwrap();
        let others = clients[1].commit(Noted {}).unwrap();
        others.synced().await.unwrap();
        clients[0].set_online(true);
        first.synced().await.unwrap();
        more.synced().await.unwrap();
        assert_eq!(clients.backend().events("testkit").len(), 50_102);
    });
}
