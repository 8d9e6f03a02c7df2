//! A session's way to its leader while somebody sends on it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use futures::{FutureExt, executor::block_on, future::ready};
use livestore_core::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId},
    prelude::*,
    store::{Adapter, AdapterError, Inbox, LeaderLink, LinkFuture, Session, Setup},
    sync::{FromLeader, ToLeader, Update},
};

use crate::{fixture::schema, testing::test};

/// A leader with an empty log; being told to go offline takes it until the test says so.
struct Slow {
    inbox: Option<Inbox>,
    busy: Sender<()>,
    go_on: Receiver<()>,
    left: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Adapter for Slow {
    fn connect(self: Box<Self>, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(ready(Ok(Session {
            client_id: ClientId::random(),
            session_id: SessionId::random(),
            image: None,
            leader: self,
        })))
    }
}

impl LeaderLink for Slow {
    fn start(&mut self, inbox: Inbox) {
        inbox.deliver(FromLeader::Welcome);
        self.inbox = Some(inbox);
    }

    fn send(&mut self, message: ToLeader) {
        match (message, &self.inbox) {
            (ToLeader::Pull { after, .. }, Some(inbox)) => {
                inbox.deliver(FromLeader::Update(Update {
                    after,
                    answer: true,
                    ..Update::default()
                }));
            }
            (ToLeader::SetOnline { .. }, _) => {
                self.busy.send(()).unwrap();
                self.go_on.recv().unwrap();
            }
            _ => {}
        }
    }

    fn events_after(
        &self,
        _: SeqNum,
        _: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        Box::pin(ready(Ok(b"the log".to_vec())))
    }

    fn closed(&self) -> LinkFuture<()> {
        let (left, ended) = (Arc::clone(&self.left), Arc::clone(&self.ended));
        Box::pin(async move {
            assert!(left.load(SeqCst), "it is waited for once it was left");
            ended.store(true, SeqCst);
        })
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.left.store(true, SeqCst);
    }
}

/// A store, and a thread that is sending until it is told to go on.
struct Sending {
    store: Store,
    go_on: Sender<()>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
    ended: Arc<AtomicBool>,
}

impl Sending {
    fn new() -> Self {
        let ((busy, is_busy), (go_on, told)) = (channel(), channel());
        let ended = Arc::new(AtomicBool::new(false));
        let link = Slow {
            inbox: None,
            busy,
            go_on: told,
            left: Arc::default(),
            ended: Arc::clone(&ended),
        };
        let store = block_on(Store::builder(schema()).adapter(link).open("test")).unwrap();
        let sender = store.clone();
        let thread = thread::spawn(move || sender.set_online(false));
        is_busy.recv().unwrap();
        Self {
            store,
            go_on,
            thread: Mutex::new(Some(thread)),
            ended,
        }
    }

    fn go_on(&self) {
        self.go_on.send(()).unwrap();
        self.thread.lock().unwrap().take().unwrap().join().unwrap();
    }
}

#[test]
fn the_log_is_exported_once_nobody_sends_any_more() {
    let sending = Sending::new();
    let mut export = Box::pin(sending.store.export_log());
    assert!((&mut export).now_or_never().is_none());
    sending.go_on();
    assert_eq!(block_on(export).unwrap(), b"the log");
}

#[test]
fn shutdown_waits_for_the_end_of_the_leader_also_while_somebody_sends() {
    let sending = Sending::new();
    let mut shutdown = Box::pin(sending.store.shutdown());
    let mut second = Box::pin(sending.store.shutdown());
    assert!((&mut shutdown).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    sending.go_on();
    block_on(shutdown).unwrap();
    assert!(sending.ended.load(SeqCst));
    block_on(second).unwrap();
    assert!(block_on(sending.store.export_log()).is_err());
}
