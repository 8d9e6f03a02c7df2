//! A connection over a WebSocket.

use std::{
    cell::RefCell,
    collections::HashMap,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, ready},
};

use futures::{
    FutureExt, SinkExt, Stream, StreamExt,
    channel::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
        oneshot,
    },
    select_biased,
};

use super::{network::Socket, payload::PayloadSource};
use crate::{
    adapter::runtime::spawn_local,
    event::GlobalEvent,
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendPages, Cursor, PullPage, PushError,
        protocol::{
            RequestId,
            client::{Conversation, Effect, Key, Topic},
        },
    },
};

/// A connection; when it is dropped, the socket is closed.
pub(super) struct SocketConnection(Rc<Line>);

type Paged = Result<(PullPage, Option<RequestId>), BackendError>;

/// The conversation and who waits for what.
struct Line {
    conversation: RefCell<Conversation>,
    outgoing: UnboundedSender<String>,
    pulls: RefCell<HashMap<Key, UnboundedSender<Paged>>>,
    pushes: RefCell<HashMap<Key, oneshot::Sender<Result<(), PushError>>>>,
    pings: RefCell<Vec<oneshot::Sender<Result<(), BackendError>>>>,
    /// Why nothing comes any more.
    broken: RefCell<Option<BackendError>>,
    payload: PayloadSource,
    /// Called with everything that comes.
    heard: RefCell<Box<dyn FnMut()>>,
}

impl SocketConnection {
    pub(super) fn start(
        socket: Socket,
        topic: Topic,
        payload: PayloadSource,
        heard: impl FnMut() + 'static,
    ) -> Self {
        let (outgoing, to_send) = unbounded();
        let line = Rc::new(Line {
            conversation: RefCell::new(Conversation::new(topic)),
            outgoing,
            pulls: RefCell::default(),
            pushes: RefCell::default(),
            pings: RefCell::default(),
            broken: RefCell::new(None),
            payload,
            heard: RefCell::new(Box::new(heard)),
        });
        line.carry_out();
        spawn_local(Box::pin(carry(socket, to_send, Rc::downgrade(&line))));
        Self(line)
    }
}

/// Carries messages both ways until either side has enough. Neither way waits for the other: a server
/// that reads nothing while it writes must not be waited for.
async fn carry(socket: Socket, mut to_send: UnboundedReceiver<String>, line: Weak<Line>) {
    let (mut sender, mut receiver) = socket;
    let send = async {
        while let Some(text) = to_send.next().await {
            if let Err(error) = sender.send(text).await {
                return Some(error);
            }
        }
        // The connection is not wanted any more.
        let _ = sender.close().await;
        None
    };
    let receive = async {
        while let Some(message) = receiver.next().await {
            let line = line.upgrade()?;
            match message {
                Ok(text) => line.receive(&text),
                Err(error) => return Some(error),
            }
        }
        Some(BackendError::offline("the connection was closed"))
    };
    let error = select_biased! {
        error = Box::pin(receive).fuse() => error,
        error = Box::pin(send).fuse() => error,
    };
    if let (Some(error), Some(line)) = (error, line.upgrade()) {
        line.end(&error);
    }
}

impl Line {
    fn receive(self: &Rc<Self>, text: &str) {
        (self.heard.borrow_mut())();
        self.conversation.borrow_mut().receive(text);
        self.carry_out();
    }

    fn carry_out(self: &Rc<Self>) {
        loop {
            let effect = self.conversation.borrow_mut().next_effect();
            match effect {
                None => return,
                // It is gone: `end` has told everybody.
                Some(Effect::Send(text)) => drop(self.outgoing.unbounded_send(text)),
                // Whoever waited for these may not be there any more.
                Some(Effect::Page(key, page, ack)) => {
                    if let Some(pull) = self.pulls.borrow().get(&key) {
                        let _ = pull.unbounded_send(Ok((page, ack)));
                    }
                }
                Some(Effect::PullEnded(key, ended)) => {
                    if let (Some(pull), Err(error)) = (self.pulls.borrow_mut().remove(&key), ended)
                    {
                        let _ = pull.unbounded_send(Err(error));
                    }
                }
                Some(Effect::Pushed(key, result)) => {
                    if let Some(push) = self.pushes.borrow_mut().remove(&key) {
                        let _ = push.send(result);
                    }
                }
                Some(Effect::Heard) => {
                    for ping in self.pings.take() {
                        let _ = ping.send(Ok(()));
                    }
                }
                Some(Effect::RefreshPayload) => self.refresh(),
                Some(Effect::Broken(error)) => return self.end(&error),
            }
        }
    }

    fn refresh(self: &Rc<Self>) {
        let (payload, line) = (self.payload.clone(), Rc::downgrade(self));
        spawn_local(Box::pin(async move {
            let payload = payload.get().await;
            if let Some(line) = line.upgrade() {
                line.conversation.borrow_mut().refreshed(payload);
                line.carry_out();
            }
        }));
    }

    /// Tells everybody who waits that nothing will come.
    fn end(&self, error: &BackendError) {
        self.broken.borrow_mut().get_or_insert(error.clone());
        self.outgoing.close_channel();
        for (_, pull) in self.pulls.take() {
            let _ = pull.unbounded_send(Err(error.clone()));
        }
        for (_, push) in self.pushes.take() {
            let _ = push.send(Err(error.clone().into()));
        }
        for ping in self.pings.take() {
            let _ = ping.send(Err(error.clone()));
        }
    }

    fn fails(&self) -> Result<(), BackendError> {
        match &*self.broken.borrow() {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

impl BackendConnection for SocketConnection {
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages {
        let line = &self.0;
        if let Err(error) = line.fails() {
            return Box::pin(futures::stream::iter([Err(error)]));
        }
        let key = line.conversation.borrow_mut().pull(cursor, live);
        let (sender, pages) = unbounded();
        line.pulls.borrow_mut().insert(key, sender);
        line.carry_out();
        Box::pin(Pages {
            line: Rc::clone(line),
            key,
            pages,
        })
    }

    fn push(&self, batch: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>> {
        let line = &self.0;
        if let Err(error) = line.fails() {
            return Box::pin(std::future::ready(Err(error.into())));
        }
        let key = line.conversation.borrow_mut().push(&batch);
        let (sender, result) = oneshot::channel();
        line.pushes.borrow_mut().insert(key, sender);
        line.carry_out();
        Box::pin(result.map(|result| result.unwrap_or_else(|_| Err(gone().into()))))
    }

    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>> {
        let line = &self.0;
        if let Err(error) = line.fails() {
            return Box::pin(std::future::ready(Err(error)));
        }
        let (sender, answer) = oneshot::channel();
        line.pings.borrow_mut().push(sender);
        line.conversation.borrow_mut().ping();
        line.carry_out();
        Box::pin(answer.map(|answer| answer.unwrap_or_else(|_| Err(gone()))))
    }
}

fn gone() -> BackendError {
    BackendError::offline("the connection is gone")
}

/// The pages of a pull. The server is told of each chunk that was taken, and when no more are wanted.
struct Pages {
    line: Rc<Line>,
    key: Key,
    pages: UnboundedReceiver<Paged>,
}

impl Stream for Pages {
    type Item = Result<PullPage, BackendError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = match ready!(self.pages.poll_next_unpin(cx)) {
            Some(Ok((page, ack))) => {
                if let Some(request_id) = ack {
                    self.line.conversation.borrow_mut().taken(request_id);
                    self.line.carry_out();
                }
                Ok(page)
            }
            Some(Err(error)) => Err(error),
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(page))
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.line.pulls.borrow_mut().remove(&self.key);
        self.line.conversation.borrow_mut().give_up(self.key);
        self.line.carry_out();
    }
}
