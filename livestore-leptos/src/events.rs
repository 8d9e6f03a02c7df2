//! A store's events as signals.

use std::sync::Arc;

use futures::StreamExt;
use leptos::{
    prelude::*,
    reactive::{graph::untrack_with_diagnostics, spawn_local_scoped_with_cancellation},
};
use livestore_core::{
    Error,
    store::{EventFilter, StreamedEvent},
};

use crate::use_store;

/// How many events are taken from the log before the signal is set, at most.
const AT_ONCE: usize = 256;

/// Options of [`use_event_stream_with_options`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UseEventStreamOptions {
    keep: usize,
    on_event: Option<Callback<StreamedEvent>>,
}

impl Default for UseEventStreamOptions {
    fn default() -> Self {
        Self {
            keep: 100,
            on_event: None,
        }
    }
}

impl UseEventStreamOptions {
    /// Sets how many events the signal holds, the newest ones: 100 by default.
    pub fn keep(mut self, events: usize) -> Self {
        self.keep = events;
        self
    }

    /// Calls a function with every event, also with those that the signal no longer holds when it is read.
    pub fn on_event(mut self, listener: impl Fn(StreamedEvent) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Callback::new(listener));
        self
    }
}

/// What [`use_event_stream`] gives.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UseEventStreamReturn {
    /// The newest events, in the order of the log.
    pub events: Signal<Vec<StreamedEvent>>,
    /// Whether more may come.
    pub state: Signal<EventStreamState>,
}

/// Whether a stream of events goes on.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum EventStreamState {
    /// It does.
    #[default]
    Open,
    /// It gave the event it was to end with, or the store was closed.
    Ended,
    /// The log can't be read.
    Failed(Arc<Error>),
}

/// Follows the events of the store: those that are there, then those that come.
///
/// The filter says which: from which sequence number on, of which names, clients and sessions, whether those
/// that the backend has not confirmed are among them. The closure may read signals; when one changes, the stream
/// starts again. It ends with the component.
///
/// An event that is not confirmed stands in the list as it was when it was read: when a rebase moves it, it is
/// replaced, and everything behind it; that it has been confirmed since is not said.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[component]
/// fn Activity() -> impl IntoView {
///     let UseEventStreamReturn { events, .. } =
///         use_event_stream(|| EventFilter::new().names(["v1.TodoCreated"]).including_pending());
///     view! {
///         <ol>
///             <Rows each=events key=|streamed: &StreamedEvent| streamed.event.seq let:streamed>
///                 <li>{move || streamed.with(|streamed| streamed.event.args.as_str().to_owned())}</li>
///             </Rows>
///         </ol>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_event_stream(
    filter: impl Fn() -> EventFilter + Send + Sync + 'static,
) -> UseEventStreamReturn {
    use_event_stream_with_options(filter, UseEventStreamOptions::default())
}

/// Version of [`use_event_stream`] that takes [`UseEventStreamOptions`].
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # fn ring() {}
/// #[component]
/// fn Bell() -> impl IntoView {
///     let store = use_store();
///     let from_now_on = move || EventFilter::new().since(store.store().head());
///     let options = UseEventStreamOptions::default().keep(1).on_event(|_| ring());
///     use_event_stream_with_options(from_now_on, options);
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_event_stream_with_options(
    filter: impl Fn() -> EventFilter + Send + Sync + 'static,
    options: UseEventStreamOptions,
) -> UseEventStreamReturn {
    let store = use_store().store();
    let events = RwSignal::new(Vec::new());
    let state = RwSignal::new(EventStreamState::Open);
    Effect::new(move |again: Option<()>| {
        let stream = store.events(filter());
        if again.is_some() {
            events.set(Vec::new());
            state.set(EventStreamState::Open);
        }
        spawn_local_scoped_with_cancellation(async move {
            let mut stream = stream.ready_chunks(AT_ONCE);
            while let Some(chunk) = stream.next().await {
                let (read, failure) = split(chunk);
                // The task runs as a part of the effect, which is to follow the filter only.
                untrack_with_diagnostics(|| {
                    events.update(|events| append(events, &read, options.keep));
                    if let Some(listener) = options.on_event {
                        read.into_iter().for_each(|event| listener.run(event));
                    }
                });
                if let Some(error) = failure {
                    state.set(EventStreamState::Failed(error));
                    return;
                }
            }
            state.set(EventStreamState::Ended);
        });
    });
    UseEventStreamReturn {
        events: events.into(),
        state: state.into(),
    }
}

/// The events up to a failure, and the failure: nothing comes after it.
fn split(chunk: Vec<Result<StreamedEvent, Error>>) -> (Vec<StreamedEvent>, Option<Arc<Error>>) {
    let mut read = Vec::with_capacity(chunk.len());
    for event in chunk {
        match event {
            Ok(event) => read.push(event),
            Err(error) => return (read, Some(Arc::new(error))),
        }
    }
    (read, None)
}

/// Adds events behind those that are still in their place, and drops the oldest.
fn append(events: &mut Vec<StreamedEvent>, read: &[StreamedEvent], keep: usize) {
    for event in read {
        let seq = event.event.seq;
        while events
            .pop_if(|last| !seq.is_after(last.event.seq))
            .is_some()
        {}
        events.push(event.clone());
    }
    let surplus = events.len().saturating_sub(keep);
    events.drain(..surplus);
}
