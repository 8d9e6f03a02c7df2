//! How the store is doing, as signals.

use leptos::prelude::*;
use livestore_core::{
    store::{StoreStatus, Subscription},
    sync::SyncStatus,
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
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider).
#[track_caller]
pub fn use_sync_status() -> Signal<SyncStatus> {
    let store = use_store().store();
    let status = RwSignal::new(SyncStatus::default());
    hold(store.subscribe_sync_status(move |news| tell(status, news)));
    status.into()
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
