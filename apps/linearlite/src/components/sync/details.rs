//! What is behind the indicator: how far each part of the way is, what is pending, and the switches.

use leptos::prelude::*;
use livestore_core::{
    event::SeqNum,
    store::EventFilter,
    sync::{Connection, Storage, SyncStatus},
};
use livestore_leptos::prelude::*;

use super::state::use_state;
use crate::{
    actions::{share_link, toggle_online},
    components::{Icon, IconView, copy, dialog::Dialog},
    text,
    ui::{Anchor, Overlay, use_ui},
};

/// Of so many pending events the names are shown.
const SHOWN: usize = 8;

/// The popover.
#[component]
pub fn SyncDetails(anchor: Anchor) -> impl IntoView {
    let ui = use_ui();
    let sync = use_sync_status();
    let state = use_state();
    let has_backend = move || sync.read().connection != Connection::NoBackend;
    let is_online = move || sync.read().connection != Connection::Offline;

    view! {
        <Dialog label="Sync" class="menu sync-details" anchor>
            <header class="sync-header">
                <span class=move || format!("sync-dot {}", state.read().class)></span>
                <h2 role="status">{move || state.read().text.clone()}</h2>
            </header>
            <p class="muted sync-reason">{move || reason(&sync.read())}</p>
            <dl class="facts">
                <dt>"This tab"</dt>
                <dd>{move || head(Some(sync.read().session_head))}</dd>
                <dt>"On this device"</dt>
                <dd>{move || head(Some(sync.read().leader_head))}</dd>
                <dt>"On the server"</dt>
                <dd>{move || head(sync.read().backend_head)}</dd>
            </dl>
            <Pending sync />
            <Show when=has_backend>
                <label class="switch-line">
                    <span>"Online"</span>
                    <input type="checkbox" class="switch" role="switch" prop:checked=is_online on:change=move |_| toggle_online(ui) />
                </label>
            </Show>
            <button class="button wide" autofocus on:click=move |_| copy(ui, share_link(ui), "Link copied: whoever opens it works with you")>
                <IconView icon=Icon::Link />
                "Copy link to this workspace"
            </button>
            <button class="button subtle wide" on:click=move |_| ui.show(Overlay::Data)>"Data in this browser…"</button>
        </Dialog>
    }
    .into_any()
}

/// The events that the server has not confirmed, the oldest first.
#[component]
fn Pending(sync: Signal<SyncStatus>) -> impl IntoView {
    let store = use_store().store();
    let pending = RwSignal::new(Vec::<String>::new());
    let count = Memo::new(move |_| sync.read().pending_in_leader);
    let heads = Memo::new(move |_| (sync.read().backend_head, sync.read().leader_head));
    Effect::new(move |_| {
        let (Some(from), to) = heads.get() else {
            return;
        };
        if !to.is_after(from) {
            pending.set(Vec::new());
            return;
        }
        let filter = EventFilter::new().since(from).until(to).including_pending();
        let mut events = store.events(filter);
        leptos::reactive::spawn_local_scoped_with_cancellation(async move {
            let mut names = Vec::new();
            while let Some(Ok(event)) = events.next().await {
                if !event.confirmed {
                    names.push(format!("{}  {}", event.event.seq, event.event.name));
                }
                if names.len() == SHOWN {
                    break;
                }
            }
            pending.set(names);
        });
    });

    view! {
        <Show when=move || count.get() != 0>
            <p class="sync-pending-count">
                {move || format!("{} not on the server yet", text::count(count.get() as usize, "change", "changes"))}
            </p>
            <ol class="sync-pending">
                {move || pending.get().into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}
            </ol>
        </Show>
    }
    .into_any()
}

fn head(head: Option<SeqNum>) -> String {
    head.map_or_else(|| "–".to_owned(), |head| head.to_string())
}

fn reason(sync: &SyncStatus) -> String {
    match (&sync.connection, &sync.storage) {
        (Connection::Reconnecting { reason, .. } | Connection::Stopped { reason }, _) => {
            reason.to_string()
        }
        (Connection::NoBackend, Storage::Persistent) => {
            "This page is served without a sync server: everything stays in this browser."
                .to_owned()
        }
        (Connection::Offline, _) => "Changes are kept here until you go online.".to_owned(),
        _ => match &sync.push_failure {
            Some(reason) => reason.to_string(),
            None => "Every change counts here at once and is confirmed by the server.".to_owned(),
        },
    }
}
