//! Who gets in: connections are counted, by store and by address.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use livestore_core::event::StoreId;
use tokio::sync::watch;

use super::Limits;

/// The connections there are.
#[derive(Debug)]
pub(crate) struct Admission {
    counts: Mutex<Counts>,
    total: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Counts {
    stores: HashMap<StoreId, usize>,
    addresses: HashMap<IpAddr, usize>,
}

/// Why somebody does not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAdmitted {
    /// The server is full.
    #[error("the server has as many connections as it allows")]
    Server,
    /// The store is full.
    #[error("the store has as many connections as the server allows")]
    Store,
    /// The address has enough.
    #[error("there are as many connections from this address as the server allows")]
    Address,
}

/// A place that is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    store: StoreId,
    address: Option<IpAddr>,
}

impl Admission {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            counts: Mutex::default(),
            total: watch::Sender::new(0),
        })
    }

    pub(crate) fn admit(
        self: &Arc<Self>,
        store: &StoreId,
        address: Option<IpAddr>,
        limits: &Limits,
    ) -> Result<Admitted, NotAdmitted> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if *self.total.borrow() >= limits.connections {
            return Err(NotAdmitted::Server);
        }
        let there = |count: Option<&usize>| count.copied().unwrap_or(0);
        if there(counts.stores.get(store)) >= limits.connections_per_store {
            return Err(NotAdmitted::Store);
        }
        if let (Some(address), Some(limit)) = (address, limits.connections_per_address)
            && there(counts.addresses.get(&address)) >= limit
        {
            return Err(NotAdmitted::Address);
        }
        *counts.stores.entry(store.clone()).or_default() += 1;
        if let Some(address) = address {
            *counts.addresses.entry(address).or_default() += 1;
        }
        self.total.send_modify(|total| *total += 1);
        Ok(Admitted {
            admission: Arc::clone(self),
            store: store.clone(),
            address,
        })
    }

    /// Waits until nobody is in.
    pub(crate) async fn empty(&self) {
        let mut total = self.total.subscribe();
        // The sender is here, so it does not go away.
        let _ = total.wait_for(|total| *total == 0).await;
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut counts = self
            .admission
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        release(&mut counts.stores, &self.store);
        if let Some(address) = &self.address {
            release(&mut counts.addresses, address);
        }
        drop(counts);
        self.admission.total.send_modify(|total| *total -= 1);
    }
}

fn release<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
