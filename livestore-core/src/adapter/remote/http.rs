//! A connection that is a row of HTTP requests.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{Receiver, Sender, channel},
    select_biased, stream,
};

use super::{Attempt, network::HttpClient};
use crate::{
    adapter::runtime::sleep,
    event::GlobalEvent,
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendPages, Cursor, PullPage, PushError,
        protocol::{
            Call, Cause, ClientFrame, Exit, PingPayload, PullResponse, Request, RequestId,
            ServerFrame, Transport,
            client::{PushJob, PushStep, failure, page, pull_payload},
        },
    },
};

/// How soon the next question follows one that had news for an answer.
const SOON: Duration = Duration::from_millis(500);

/// A connection; there is nothing to be closed when it is dropped.
pub(super) struct HttpConnection(Rc<Requests>);

/// What the requests have in common.
struct Requests {
    attempt: RefCell<Attempt>,
    client: HttpClient,
    /// The identity of the log, once it is known.
    backend_id: RefCell<Option<String>>,
    next_request: Cell<u64>,
    /// Makes the pull ask at once.
    poke: RefCell<Option<Sender<()>>>,
    /// Why nothing is asked any more.
    ended: RefCell<Option<BackendError>>,
}

impl HttpConnection {
    pub(super) fn new(attempt: Attempt) -> Self {
        Self(Rc::new(Requests {
            attempt: RefCell::new(attempt),
            client: HttpClient::default(),
            backend_id: RefCell::new(None),
            next_request: Cell::new(0),
            poke: RefCell::new(None),
            ended: RefCell::new(None),
        }))
    }

    /// Finds out whether the server is there.
    pub(super) async fn answers(&self) -> Result<(), BackendError> {
        self.0.ping().await
    }

    /// Returns what ends the connection with an error; it says whether the connection has ended.
    pub(super) fn end(&self) -> Rc<dyn Fn(Option<BackendError>) -> bool> {
        let weak = Rc::downgrade(&self.0);
        Rc::new(move |error| {
            let Some(requests) = weak.upgrade() else {
                return true;
            };
            if let Some(error) = error {
                *requests.ended.borrow_mut() = Some(error);
                requests.poke();
            }
            false
        })
    }
}

impl Requests {
    fn poke(&self) {
        if let Some(poke) = &mut *self.poke.borrow_mut() {
            // A poke that is there already does as well.
            let _ = poke.try_send(());
        }
    }

    async fn ping(&self) -> Result<(), BackendError> {
        let (_, exit) = self
            .call(|attempt| {
                Call::Ping(PingPayload {
                    store_id: attempt.topic.store.clone(),
                    payload: attempt.topic.payload.clone(),
                })
            })
            .await?;
        succeeded(exit)
    }

    async fn pull(&self, cursor: Option<Cursor>) -> Result<Vec<PullPage>, BackendError> {
        let make =
            |attempt: &Attempt| Call::Pull(pull_payload(&attempt.topic, cursor.clone(), None));
        let (pages, exit) = self.call(make).await?;
        succeeded(exit)?;
        if let Some(page) = pages.last() {
            *self.backend_id.borrow_mut() = Some(page.backend_id.clone());
        }
        Ok(pages.into_iter().map(page).collect())
    }

    async fn push(&self, batch: Vec<GlobalEvent>) -> Result<(), PushError> {
        let backend_id = self.backend_id.borrow().clone();
        let (mut job, mut step) = {
            let attempt = self.attempt.borrow();
            PushJob::start(&batch, &attempt.topic, backend_id.as_deref())
        };
        loop {
            step = match step {
                PushStep::Done(result) => return result,
                PushStep::Refresh => {
                    self.refresh().await?;
                    job.again(&self.attempt.borrow().topic)
                }
                PushStep::Send(payload) => {
                    let (_, exit) = self.request(&Call::Push(payload)).await?;
                    let topic = &mut self.attempt.borrow_mut().topic;
                    job.answered(exit, topic, backend_id.as_deref())
                }
            };
        }
    }

    /// Calls; once more with another payload if this one does not do any more.
    async fn call(
        &self,
        make: impl Fn(&Attempt) -> Call,
    ) -> Result<(Vec<PullResponse>, Exit), BackendError> {
        let call = make(&self.attempt.borrow());
        let answer = self.request(&call).await;
        let refused = match &answer {
            Ok((_, Exit::Failure(cause))) => {
                matches!(failure(cause), BackendError::Unauthorized { .. })
            }
            Err(error) => matches!(error, BackendError::Unauthorized { .. }),
            Ok(_) => false,
        };
        if !refused || !self.attempt.borrow().topic.refreshable {
            return answer;
        }
        self.refresh().await?;
        let call = make(&self.attempt.borrow());
        self.request(&call).await
    }

    async fn refresh(&self) -> Result<(), BackendError> {
        let source = self.attempt.borrow().backend.payload.clone();
        let payload = source.get().await?;
        self.attempt.borrow_mut().topic.payload = payload;
        Ok(())
    }

    async fn request(&self, call: &Call) -> Result<(Vec<PullResponse>, Exit), BackendError> {
        let number = self.next_request.get();
        self.next_request.set(number + 1);
        let id = RequestId::new(number);
        let request = Request::new(id.clone(), Transport::Http, call);
        let (url, store) = {
            let attempt = self.attempt.borrow();
            let url = attempt.address.url(&attempt.query(Transport::Http));
            (url, attempt.topic.store.clone())
        };
        let body = ClientFrame::Request(request).encode();
        let answer = self.client.post(&url, &store, body).await?;
        let frames = ServerFrame::decode(&answer).map_err(BackendError::failed)?;
        let mut pages = Vec::new();
        for frame in frames {
            match frame {
                ServerFrame::Chunk { request_id, values } if request_id == id => {
                    pages.extend(values.decode().map_err(BackendError::failed)?);
                }
                ServerFrame::Exit { request_id, exit } if request_id == id => {
                    return Ok((pages, exit));
                }
                ServerFrame::Defect { defect } => {
                    return Err(BackendError::failed(Cause::Die(defect).message()));
                }
                _ => {}
            }
        }
        Err(BackendError::failed("its answer has no end"))
    }
}

fn succeeded(exit: Exit) -> Result<(), BackendError> {
    match exit {
        Exit::Success(_) => Ok(()),
        Exit::Failure(cause) => Err(failure(&cause)),
    }
}

/// A pull that asks again and again.
struct Polling {
    requests: Rc<Requests>,
    cursor: Option<Cursor>,
    pages: VecDeque<PullPage>,
    live: bool,
    /// How long until the next question; none before the first.
    pause: Option<Duration>,
    pokes: Receiver<()>,
    over: bool,
}

impl Polling {
    async fn next(mut self) -> Option<(Result<PullPage, BackendError>, Self)> {
        loop {
            if let Some(page) = self.pages.pop_front() {
                return Some((Ok(page), self));
            }
            if self.over {
                return None;
            }
            if let Some(pause) = self.pause {
                select_biased! {
                    _ = self.pokes.next() => {}
                    () = sleep(pause).fuse() => {}
                }
            }
            let ended = self.requests.ended.borrow().clone();
            let answer = match ended {
                Some(error) => Err(error),
                None => self.requests.pull(self.cursor.clone()).await,
            };
            match answer {
                Ok(pages) => self.take(pages),
                Err(error) => {
                    self.over = true;
                    return Some((Err(error), self));
                }
            }
        }
    }

    fn take(&mut self, pages: Vec<PullPage>) {
        let last = pages.iter().rev().find_map(|page| {
            let event = &page.events.last()?.event;
            Some((event.seq_num, page.backend_id.clone()))
        });
        let interval = self.requests.attempt.borrow().backend.options.poll_interval;
        // Where something is going on more will come; then less and less often.
        let pause = match (&last, self.pause) {
            (Some(_), _) => SOON,
            (None, Some(pause)) => pause * 2,
            (None, None) => interval,
        };
        self.pause = Some(pause.min(interval));
        if let Some((seq_num, backend_id)) = last {
            self.cursor = Some(Cursor {
                seq_num,
                metadata: None,
                backend_id,
            });
        }
        self.over = !self.live;
        self.pages.extend(pages);
    }
}

impl BackendConnection for HttpConnection {
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages {
        let (poke, pokes) = channel(1);
        *self.0.poke.borrow_mut() = Some(poke);
        let polling = Polling {
            requests: Rc::clone(&self.0),
            cursor,
            pages: VecDeque::new(),
            live,
            pause: None,
            pokes,
            over: false,
        };
        Box::pin(stream::unfold(polling, Polling::next))
    }

    fn push(&self, batch: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>> {
        let requests = Rc::clone(&self.0);
        Box::pin(async move {
            let pushed = requests.push(batch).await;
            // What it did not follow, or what others did meanwhile.
            requests.poke();
            pushed
        })
    }

    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>> {
        let requests = Rc::clone(&self.0);
        Box::pin(async move { requests.ping().await })
    }
}
