//! Whether everybody else has what was done here: a line below the list.

use leptos::prelude::*;
use livestore_core::sync::{Connection, SyncStatus};
use livestore_leptos::prelude::*;

/// How syncing is doing. Being offline is no error: what is done meanwhile is kept and sent later.
#[component]
pub fn SyncState() -> impl IntoView {
    let sync = use_sync_status();
    let text = Memo::new(move |_| sync.with(describe));
    let is_connected = Memo::new(move |_| sync.read().connection == Connection::Connected);

    view! {
        <p class="sync" class:connected=is_connected>
            {text}
        </p>
    }
}

fn describe(sync: &SyncStatus) -> String {
    match (&sync.connection, &sync.push_failure) {
        (Connection::NoBackend, _) => "Kept in this browser only".to_owned(),
        (Connection::Stopped { reason }, _) => format!("Not syncing any more: {reason}"),
        (Connection::Connected, Some(failure)) => format!("Changes are kept here: {failure}"),
        (Connection::Connected, None) if sync.is_synced() => "Synced".to_owned(),
        (Connection::Connected, None) => "Syncing…".to_owned(),
        (Connection::Connecting, _) => "Connecting…".to_owned(),
        _ => match sync.pending_in_leader {
            0 => "Offline".to_owned(),
            1 => "Offline: 1 change is kept here".to_owned(),
            many => format!("Offline: {many} changes are kept here"),
        },
    }
}
