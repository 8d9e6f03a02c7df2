//! Pokes that wait: each store once, however often it moves.

use std::{
    collections::HashMap,
    mem,
    ops::Deref,
    sync::{Mutex, MutexGuard, PoisonError},
};

use livestore_core::event::StoreId;
use tokio::sync::Notify;

use crate::storage::Poke;

/// How many stores are kept apart. If more wait, nobody has been looking for long.
const MOST: usize = 10_000;

/// What waits for one reader.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    put: Notify,
    told: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    all: bool,
    stores: HashMap<StoreId, u64>,
    /// Some are taken, and neither told nor put back yet.
    taken: bool,
    closed: bool,
}

impl Mailbox {
    /// Adds a poke.
    pub(super) fn put(&self, poke: Poke) {
        self.lock().add(poke);
        self.put.notify_one();
    }

    /// Says that nothing will come any more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.put.notify_one();
    }

    /// Waits until there is something.
    pub(super) async fn filled(&self) {
        while self.lock().is_empty() {
            self.put.notified().await;
        }
    }

    /// Waits until everything has been told.
    pub(super) async fn emptied(&self) {
        loop {
            let told = self.told.notified();
            {
                let waiting = self.lock();
                if waiting.is_empty() && !waiting.taken {
                    return;
                }
            }
            told.await;
        }
    }

    /// Takes everything; it is put back unless it is [done](Taken::done).
    pub(super) fn take(&self) -> Taken<'_> {
        let mut waiting = self.lock();
        waiting.taken = true;
        let all = mem::take(&mut waiting.all).then_some(Poke::All);
        let stores = mem::take(&mut waiting.stores).into_iter();
        let stores = stores.map(|(store, head)| Poke::Store { store, head });
        Taken {
            mailbox: self,
            pokes: all.into_iter().chain(stores).collect(),
        }
    }

    /// Takes one, when there is one; `None` at the end.
    pub(super) async fn next(&self) -> Option<Poke> {
        loop {
            {
                let mut waiting = self.lock();
                if waiting.closed {
                    return None;
                }
                if mem::take(&mut waiting.all) {
                    return Some(Poke::All);
                }
                // A map has no better way to give up any of its entries.
                let any = waiting.stores.keys().next().cloned();
                if let Some((store, head)) = any.and_then(|any| waiting.stores.remove_entry(&any)) {
                    return Some(Poke::Store { store, head });
                }
            }
            self.put.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was taken.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    mailbox: &'a Mailbox,
    pokes: Vec<Poke>,
}

impl Taken<'_> {
    /// Says that all of it has been told.
    pub(super) fn done(mut self) {
        self.pokes.clear();
    }
}

impl Deref for Taken<'_> {
    type Target = [Poke];

    fn deref(&self) -> &[Poke] {
        &self.pokes
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut waiting = self.mailbox.lock();
        waiting.taken = false;
        for poke in self.pokes.drain(..) {
            match poke {
                // What came meanwhile is newer.
                Poke::Store { store, .. } if waiting.stores.contains_key(&store) => {}
                older => waiting.add(older),
            }
        }
        drop(waiting);
        self.mailbox.told.notify_waiters();
    }
}

impl Waiting {
    fn add(&mut self, poke: Poke) {
        match poke {
            // Whoever looks everywhere looks there too.
            Poke::Store { .. } if self.all => {}
            Poke::Store { store, head } if self.stores.len() < MOST => {
                self.stores.insert(store, head);
            }
            Poke::Store { .. } | Poke::All => {
                self.all = true;
                self.stores.clear();
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.all && self.stores.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poke(n: usize, head: u64) -> Poke {
        Poke::Store {
            store: StoreId::new(&n.to_string()).unwrap(),
            head,
        }
    }

    #[test]
    fn a_store_waits_once_with_its_newest_head() {
        let mailbox = Mailbox::default();
        for head in [5, 7, 6] {
            mailbox.put(poke(1, head));
        }
        assert_eq!(*mailbox.take(), [poke(1, 6)]);
    }

    #[test]
    fn what_could_not_be_told_is_put_back_behind_what_is_newer() {
        let mailbox = Mailbox::default();
        mailbox.put(poke(1, 5));
        mailbox.put(poke(2, 5));
        let taken = mailbox.take();
        assert_eq!(taken.len(), 2);
        mailbox.put(poke(1, 9));
        drop(taken);
        let mut left = mailbox.take().to_vec();
        left.sort_by_key(|poke| format!("{poke:?}"));
        assert_eq!(left, [poke(1, 9), poke(2, 5)]);
        mailbox.take().done();
        assert!(mailbox.take().is_empty());
    }

    #[test]
    fn too_many_stores_become_all() {
        let mailbox = Mailbox::default();
        for n in 0..=MOST {
            mailbox.put(poke(n, 1));
        }
        assert_eq!(*mailbox.take(), [Poke::All]);
    }

    #[tokio::test]
    async fn who_waits_is_woken_and_told_of_the_end() {
        let mailbox = std::sync::Arc::new(Mailbox::default());
        let reader = std::sync::Arc::clone(&mailbox);
        let read = tokio::spawn(async move {
            let mut read = Vec::new();
            while let Some(poke) = reader.next().await {
                read.push(poke);
            }
            read
        });
        mailbox.put(poke(1, 1));
        tokio::time::timeout(std::time::Duration::from_secs(10), async {
            while !mailbox.lock().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
        mailbox.put(Poke::All);
        while !mailbox.lock().is_empty() {
            tokio::task::yield_now().await;
        }
        mailbox.close();
        assert_eq!(read.await.unwrap(), [poke(1, 1), Poke::All]);
    }
}
