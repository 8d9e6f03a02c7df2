//! How the sync is doing, in a word.

use std::time::Duration;

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use livestore_core::sync::{Connection, SyncStatus};
use livestore_leptos::prelude::*;

/// How the sync is doing: what is said, and its colour in the style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub text: String,
    pub class: &'static str,
}

/// Follows how the sync is doing; while the next try to connect is awaited, second by second.
pub fn use_state() -> Memo<State> {
    let sync = use_sync_status();
    let waited = RwSignal::new(0_u64);
    let tick = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(tick) = tick.try_update_value(Option::take).flatten() {
            tick.clear();
        }
    };
    let reconnecting = Memo::new(move |_| match sync.read().connection {
        Connection::Reconnecting {
            attempt,
            next_try_in,
            ..
        } => Some((attempt, next_try_in)),
        _ => None,
    });
    Effect::new(move |_| {
        stop();
        waited.set(0);
        if reconnecting.get().is_some() {
            let count = move || waited.update(|waited| *waited += 1);
            tick.set_value(set_interval_with_handle(count, Duration::from_secs(1)).ok());
        }
    });
    on_cleanup(stop);
    Memo::new(move |_| state(&sync.read(), waited.get()))
}

fn state(sync: &SyncStatus, waited: u64) -> State {
    let pending = sync.pending_in_session as u64 + sync.pending_in_leader;
    let with_pending = |text: &str| match pending {
        0 => text.to_owned(),
        pending => format!("{text}, {pending} pending"),
    };
    let (text, class) = match &sync.connection {
        Connection::NoBackend if sync.pending_in_session == 0 => {
            ("Saved on this device".to_owned(), "local")
        }
        Connection::NoBackend => ("Saving…".to_owned(), "busy"),
        Connection::Offline => (with_pending("Offline"), "offline"),
        Connection::Connecting => (with_pending("Connecting…"), "busy"),
        Connection::Connected if pending == 0 => ("Synced".to_owned(), "synced"),
        Connection::Connected => (format!("{pending} pending"), "busy"),
        Connection::Reconnecting { next_try_in, .. } => {
            let seconds = (next_try_in.as_secs_f64().ceil() as u64).saturating_sub(waited);
            (
                with_pending(&format!("Reconnecting in {} s", seconds.max(1))),
                "broken",
            )
        }
        Connection::Stopped { .. } => (with_pending("Sync stopped"), "broken"),
        _ => (with_pending("Syncing"), "busy"),
    };
    State { text, class }
}
