//! The stream of a store's events.

mod filter;

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use futures::{Stream, StreamExt};

pub use self::filter::{EventFilter, Wanted, WantedEvents};
use super::{AdapterError, LinkFuture, Shared, Store};
use crate::{
    error::{Error, Result},
    event::{EncodedEvent, SeqNum},
    fault::{self, Bug},
};

/// An event as a stream gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamedEvent {
    /// The event.
    pub event: EncodedEvent,
    /// Whether it is final; a pending one may move or be taken out.
    pub confirmed: bool,
}

/// A store's events, in the order of the log; made by [`Store::events`].
///
/// It ends with the event it was told to end with, or when the store is closed.
#[must_use = "streams do nothing unless they are read"]
pub struct EventStream {
    shared: Arc<Shared>,
    filter: EventFilter,
    cursor: Arc<StreamCursor>,
    reading: Option<LinkFuture<Result<WantedEvents, AdapterError>>>,
    /// How far it goes, and up to where it is final: as of when it was started. What became final later
    /// may have been another event then.
    limits: (SeqNum, SeqNum),
    ready: VecDeque<StreamedEvent>,
    ended: bool,
}

/// How far a stream has read, and who waits for it.
#[derive(Debug)]
pub(super) struct StreamCursor {
    inner: Mutex<Position>,
    /// Whether a rebase concerns it.
    pending: bool,
}

#[derive(Debug)]
struct Position {
    read: SeqNum,
    waker: Option<Waker>,
    rewound: bool,
}

impl StreamCursor {
    /// Goes back to a place: what stands behind it is another thing now.
    pub(super) fn rewind(&self, place: SeqNum) {
        let mut position = self.lock();
        if self.pending && position.read.is_after(place) {
            position.read = place;
            position.rewound = true;
        }
    }

    /// Starts over: the log is another one.
    pub(super) fn restart(&self) {
        let mut position = self.lock();
        position.read = SeqNum::ROOT;
        position.rewound = true;
    }

    pub(super) fn take_waker(&self) -> Option<Waker> {
        self.lock().waker.take()
    }

    fn lock(&self) -> MutexGuard<'_, Position> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Streams events from the log: those that are there, then those that come.
    ///
    /// ```
    /// # use livestore_core::{prelude::*, store::EventFilter};
    /// # async fn example(store: Store) -> Result<(), livestore_core::Error> {
    /// let mut events = store.events(EventFilter::new().names(["v1.TodoCreated"]));
    /// while let Some(event) = events.next().await {
    ///     println!("{}", event?.event.seq);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self, filter: EventFilter) -> EventStream {
        let cursor = Arc::new(StreamCursor {
            inner: Mutex::new(Position {
                read: filter.since,
                waker: None,
                rewound: false,
            }),
            pending: filter.pending,
        });
        self.shared.lock().follow_with(&cursor);
        EventStream {
            shared: Arc::clone(&self.shared),
            filter,
            cursor,
            reading: None,
            limits: Default::default(),
            ready: VecDeque::new(),
            ended: false,
        }
    }
}

impl EventStream {
    /// Waits for the next event; `None` once the stream has ended.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn next(&mut self) -> Option<Result<StreamedEvent>> {
        StreamExt::next(self).await
    }

    /// Returns how far may be read now, and up to where events are final.
    fn limits(&self) -> Option<(SeqNum, SeqNum)> {
        let core = self.shared.lock();
        if core.closed {
            return None;
        }
        let (floor, head) = (core.session.floor(), core.session.upstream().seq);
        let end = if self.filter.pending { head } else { floor };
        let until = self.filter.until.filter(|until| end.is_after(*until));
        Some((until.unwrap_or(end), floor))
    }

    fn read_to_its_end(&self) -> bool {
        let read = self.cursor.lock().read;
        self.filter.until.is_some_and(|until| !until.is_after(read))
    }

    /// Starts to read the next page, if there is one; registers for being woken if not.
    fn start_reading(&mut self, context: &Context<'_>) -> bool {
        let mut position = self.cursor.lock();
        position.waker = Some(context.waker().clone());
        let read = position.read;
        position.rewound = false;
        drop(position);
        let Some(limits @ (end, _)) = self.limits() else {
            self.ended = true;
            return true;
        };
        if !end.is_after(read) {
            return false;
        }
        self.limits = limits;
        let (page, wanted) = (self.filter.page, &self.filter.wanted);
        self.reading = self
            .shared
            .link
            .with(|link| link.wanted_after(read, page, wanted));
        if self.reading.is_none() {
            // Somebody is sending just now.
            context.waker().wake_by_ref();
        }
        self.reading.is_some()
    }

    fn take_page(&mut self, page: WantedEvents) {
        let Some(later) = self.limits() else {
            self.ended = true;
            return;
        };
        let (end, floor) = match fault::has(Bug::ReadLate) {
            true => later,
            false => self.limits,
        };
        let mut position = self.cursor.lock();
        if position.rewound {
            return;
        }
        position.read = match page.read.is_after(end) {
            true => end,
            false => page.read,
        };
        for event in page.events {
            if event.seq.is_after(end) {
                break;
            }
            self.ready.push_back(StreamedEvent {
                confirmed: !event.seq.is_after(floor),
                event,
            });
        }
    }
}

impl Stream for EventStream {
    type Item = Result<StreamedEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if this.ended || this.read_to_its_end() {
                return Poll::Ready(None);
            }
            if let Some(reading) = &mut this.reading {
                match reading.as_mut().poll(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(page) => {
                        this.reading = None;
                        match page {
                            Ok(page) => this.take_page(page),
                            Err(error) => {
                                this.ended = true;
                                return Poll::Ready(Some(Err(Error::Log {
                                    store: this.shared.id.to_string(),
                                    reason: error.to_string(),
                                })));
                            }
                        }
                    }
                }
            } else if !this.start_reading(context) {
                return Poll::Pending;
            }
        }
    }
}

impl std::fmt::Debug for EventStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream")
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}
