//! A connection that is a row of HTTP requests.

mod frames;

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

use self::frames::{Frames, Said, in_time};
use super::{Attempt, network::HttpClient};
use crate::{
    adapter::runtime::sleep,
    event::GlobalEvent,
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendPages, Cursor, PullPage, PushError,
        protocol::{
            Call, ClientFrame, Exit, PingPayload, PullResponse, Request, RequestId, Transport,
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
            client: Default::default(),
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
        let frames = self
            .call(|attempt| {
                Call::Ping(PingPayload {
                    store_id: attempt.topic.store.clone(),
                    payload: attempt.topic.payload.clone(),
                })
            })
            .await?;
        succeeded(frames.exit().await?)
    }

    async fn pull(&self, cursor: Option<Cursor>) -> Result<Frames, BackendError> {
        self.call(|attempt| Call::Pull(pull_payload(&attempt.topic, cursor.clone(), None)))
            .await
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
                    let frames = self.request(&Call::Push(payload)).await?;
                    let exit = frames.exit().await?;
                    let topic = &mut self.attempt.borrow_mut().topic;
                    job.answered(exit, topic, backend_id.as_deref())
                }
            };
        }
    }

    /// Calls, and waits for the start of the answer; once more with another payload if this one does not do any more.
    async fn call(&self, make: impl Fn(&Attempt) -> Call) -> Result<Frames, BackendError> {
        let call = make(&self.attempt.borrow());
        let answer = self.request(&call).await;
        let refused = match &answer {
            Ok(frames) => match frames.first() {
                Some(Said::Exit(Exit::Failure(cause))) => {
                    matches!(failure(cause), BackendError::Unauthorized { .. })
                }
                _ => false,
            },
            Err(error) => matches!(error, BackendError::Unauthorized { .. }),
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

    async fn request(&self, call: &Call) -> Result<Frames, BackendError> {
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
        let answer = in_time(self.client.post(&url, &store, body)).await??;
        Frames::start(id, answer).await
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
    /// The answer that is being read, and whether it had news.
    frames: Option<Frames>,
    news: bool,
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
            if let Err(error) = self.read().await {
                self.over = true;
                return Some((Err(error), self));
            }
        }
    }

    /// Reads on in the answer there is, or asks for another when it is time.
    async fn read(&mut self) -> Result<(), BackendError> {
        if let Some(mut frames) = self.frames.take() {
            match frames.next().await? {
                Said::Pages(pages) => {
                    self.frames = Some(frames);
                    self.take(pages);
                }
                Said::Exit(exit) => {
                    succeeded(exit)?;
                    frames.end().await;
                    self.answered();
                }
            }
            return Ok(());
        }
        if let Some(pause) = self.pause {
            select_biased! {
                _ = self.pokes.next() => {}
                () = sleep(pause).fuse() => {}
            }
        }
        let ended = self.requests.ended.borrow().clone();
        if let Some(error) = ended {
            return Err(error);
        }
        self.news = false;
        self.frames = Some(self.requests.pull(self.cursor.clone()).await?);
        Ok(())
    }

    fn take(&mut self, pages: Vec<PullResponse>) {
        if let Some(page) = pages.last() {
            *self.requests.backend_id.borrow_mut() = Some(page.backend_id.clone());
        }
        for page in pages.into_iter().map(page) {
            if let Some(last) = page.events.last() {
                self.news = true;
                self.cursor = Some(Cursor {
                    seq_num: last.event.seq_num,
                    metadata: None,
                    backend_id: page.backend_id.clone(),
                });
            }
            self.pages.push_back(page);
        }
    }

    fn answered(&mut self) {
        let interval = self.requests.attempt.borrow().backend.options.poll_interval;
        // Where something is going on more will come; then less and less often.
        let pause = match self.pause {
            _ if self.news => SOON,
            Some(pause) => pause * 2,
            None => interval,
        };
        self.pause = Some(pause.min(interval));
        self.over = !self.live;
    }
}

impl BackendConnection for HttpConnection {
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages {
        let (poke, pokes) = channel(1);
        *self.0.poke.borrow_mut() = Some(poke);
        let polling = Polling {
            requests: Rc::clone(&self.0),
            cursor,
            frames: None,
            news: false,
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
