//! Backends that panic, or never come to an end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::{executor::block_on, future::ready, stream};
use livestore_core::{
    adapter::InProcessBackend,
    event::{ClientId, GlobalEvent, StoreId},
    prelude::*,
    store::Stage,
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendMetadata, BackendPages, Connection,
        Cursor, PullPage, PushError, SyncBackend, SyncOptions,
    },
};

use crate::{
    fixture::{created, eventually, schema},
    native::Folder,
    testing::test,
};

/// What panics, before it returns a future.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Panics {
    Connect,
    Pull,
    Push,
    Ping,
    Drop,
}

/// A backend of which one call panics, once.
#[derive(Clone)]
struct Unruly {
    inner: InProcessBackend,
    panics: Panics,
    over: Arc<AtomicBool>,
    pings: Arc<AtomicUsize>,
}

impl Unruly {
    fn new(panics: Panics) -> Self {
        Self {
            inner: InProcessBackend::new(),
            panics,
            over: Arc::default(),
            pings: Arc::default(),
        }
    }

    fn open(&self) -> Store {
        let options = SyncOptions::default().ping_interval(Duration::from_millis(50));
        let opening = Store::builder(schema())
            .adapter(Memory::new())
            .sync(self.clone())
            .sync_options(options);
        block_on(opening.open("test")).unwrap()
    }

    fn called(&self, what: Panics) {
        if self.panics == what && !self.over.swap(true, SeqCst) {
            panic!("unruly at {what:?}");
        }
    }
}

impl SyncBackend for Unruly {
    fn connect(
        &self,
        store: &StoreId,
        client: &ClientId,
    ) -> BackendFuture<'static, Result<Box<dyn BackendConnection>, BackendError>> {
        self.called(Panics::Connect);
        let connecting = self.inner.connect(store, client);
        let backend = self.clone();
        Box::pin(async move {
            let line = connecting.await?;
            Ok(Box::new(Line { line, backend }) as Box<dyn BackendConnection>)
        })
    }

    fn metadata(&self) -> BackendMetadata {
        self.inner.metadata()
    }
}

struct Line {
    line: Box<dyn BackendConnection>,
    backend: Unruly,
}

impl BackendConnection for Line {
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages {
        self.backend.called(Panics::Pull);
        self.line.pull(cursor, live)
    }

    fn push(&self, batch: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>> {
        self.backend.called(Panics::Push);
        self.line.push(batch)
    }

    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>> {
        self.backend.called(Panics::Ping);
        self.backend.pings.fetch_add(1, SeqCst);
        self.line.ping()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.backend.called(Panics::Drop);
    }
}

#[test]
fn a_backend_that_panics_when_it_is_called_is_tried_again() {
    for panics in [Panics::Connect, Panics::Pull, Panics::Push, Panics::Ping] {
        let backend = Unruly::new(panics);
        let store = backend.open();
        let receipt = store.commit(created("a", "")).unwrap();
        eventually(|| backend.over.load(SeqCst));
        eventually(|| receipt.stage() == Ok(Stage::Synced));
        eventually(|| backend.pings.load(SeqCst) > 0);
        assert_eq!(backend.inner.events("test").len(), 1, "{panics:?}");
    }
}

#[test]
fn the_death_of_what_talks_to_the_backend_is_told_at_once() {
    let backend = Unruly::new(Panics::Drop);
    let store = backend.open();
    eventually(|| store.sync_status().connection == Connection::Connected);
    store.set_online(false);
    eventually(|| match store.sync_status().connection {
        Connection::Stopped { reason } => reason.contains("unruly at Drop"),
        _ => false,
    });
    // The store goes on without it.
    block_on(store.commit(created("a", "")).unwrap().persisted()).unwrap();
}

/// A backend whose live pull brings an empty page whenever it is asked for one.
struct Chatty(Arc<AtomicUsize>);

struct ChattyLine(Arc<AtomicUsize>);

impl SyncBackend for Chatty {
    fn connect(
        &self,
        _: &StoreId,
        _: &ClientId,
    ) -> BackendFuture<'static, Result<Box<dyn BackendConnection>, BackendError>> {
        let line = ChattyLine(Arc::clone(&self.0));
        Box::pin(ready(Ok(Box::new(line) as Box<dyn BackendConnection>)))
    }

    fn metadata(&self) -> BackendMetadata {
        BackendMetadata::default()
    }
}

impl BackendConnection for ChattyLine {
    fn pull(&self, _: Option<Cursor>, _: bool) -> BackendPages {
        let pages = Arc::clone(&self.0);
        Box::pin(stream::repeat_with(move || {
            pages.fetch_add(1, SeqCst);
            Ok(PullPage::default())
        }))
    }

    fn push(&self, _: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>> {
        Box::pin(ready(Ok(())))
    }

    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>> {
        Box::pin(ready(Ok(())))
    }
}

#[test]
fn a_pull_that_never_pauses_keeps_nobody_from_the_leader() {
    let folder = Folder::new();
    let pages = Arc::new(AtomicUsize::new(0));
    let opening = folder
        .builder(schema())
        .sync(Chatty(Arc::clone(&pages)))
        .open("test");
    let store = block_on(opening).unwrap();
    eventually(|| pages.load(SeqCst) > 10);
    let receipt = store.commit(created("a", "")).unwrap();
    eventually(|| receipt.stage() == Ok(Stage::Synced));
    store.set_online(false);
    eventually(|| store.sync_status().connection == Connection::Offline);
    block_on(store.shutdown()).unwrap();
}
