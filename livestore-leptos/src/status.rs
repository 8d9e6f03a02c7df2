//! How the store is doing, as signals.

use leptos::prelude::*;
use livestore_core::{
    store::{StoreStatus, Subscription},
    sync::{Connection, SyncStatus},
};

use crate::use_store;

/// Returns whether the store works: [`StoreStatus::Outdated`] when a newer version of the app is open in
/// another tab, for which a page offers to reload itself.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[component]
/// fn Notice() -> impl IntoView {
///     let status = use_store_status();
///     view! {
///         <Show when=move || status.get() != StoreStatus::Running>
///             <p role="alert">{move || status.get().to_string()}</p>
///         </Show>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_store_status() -> Signal<StoreStatus> {
    let store = use_store().store();
    let status = RwSignal::new(StoreStatus::Running);
    hold(store.subscribe_status(move |news| tell(status, news)));
    status.into()
}

/// Returns how synchronization is doing, and how the log is kept: whether it can be stored at all, and
/// whether it was damaged.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[component]
/// fn Unsaved() -> impl IntoView {
///     let status = use_sync_status();
///     let pending = move || status.with(|status| status.pending_in_leader);
///     view! {
///         <Show when=move || pending() != 0>
///             <p>{pending} " changes have not reached the server."</p>
///         </Show>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_sync_status() -> Signal<SyncStatus> {
    let store = use_store().store();
    let status = RwSignal::new(SyncStatus::default());
    hold(store.subscribe_sync_status(move |news| tell(status, news)));
    status.into()
}

/// What [`use_network_status`] gives.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UseNetworkStatusReturn<SetOnline> {
    /// Whether the backend answers.
    pub is_connected: Signal<bool>,
    /// The connection to the backend: why there is none, when the next try starts.
    pub connection: Signal<Connection>,
    /// Connects, or keeps away from the backend: the app's offline switch, for all tabs of this client.
    pub set_online: SetOnline,
}

/// Returns how the connection to the backend is, and the switch for it.
///
/// The signals notify only when the connection is another one, not with every event that is synced.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[component]
/// fn Network() -> impl IntoView {
///     let UseNetworkStatusReturn { is_connected, connection, set_online, .. } = use_network_status();
///     view! {
///         <p>{move || connection.get().to_string()}</p>
///         <button on:click=move |_| set_online(!is_connected.get())>
///             {move || if is_connected.get() { "Work offline" } else { "Connect" }}
///         </button>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_network_status() -> UseNetworkStatusReturn<impl Fn(bool) + Copy + Send + Sync + 'static>
{
    let store = use_store();
    let status = use_sync_status();
    let connection = Memo::new(move |_| status.with(|status| status.connection.clone()));
    let is_connected =
        Memo::new(move |_| connection.with(|connection| *connection == Connection::Connected));
    UseNetworkStatusReturn {
        is_connected: is_connected.into(),
        connection: connection.into(),
        set_online: move |online| store.set_online(online),
    }
}

fn tell<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, news: &T) {
    // Gone with the component that asked.
    let is_news = signal.try_with_untracked(|known| known != news);
    if is_news == Some(true) {
        signal.set(news.clone());
    }
}

/// Listens as long as the component is there.
fn hold(subscription: Subscription) {
    let subscription = StoredValue::new(subscription);
    on_cleanup(move || subscription.dispose());
}
