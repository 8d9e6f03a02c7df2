//! Opening a store for a part of the app.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use livestore_core::{
    Error,
    schema::Schema,
    store::{Adapter, BootStatus, Store},
};

use crate::StoreHandle;

/// Opens a store and gives it to its children; shut down when it is unmounted.
///
/// Until the store is open, and when it cannot be opened, the fallback shows the status.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # fn schema() -> Schema { Schema::builder().build().expect("the schema is valid") }
/// # #[component] fn Todos() -> impl IntoView {}
/// # fn app() -> impl IntoView {
/// view! {
///     <StoreProvider store_id="my-app" schema=schema adapter=Memory::new()
///                    fallback=|status| view! { <p>{move || status.get().to_string()}</p> }>
///         <Todos/>
///     </StoreProvider>
/// }
/// # }
/// ```
// The macro makes an inner function of the same visibility.
#[allow(unreachable_pub)]
#[component]
pub fn StoreProvider<S, A, F, V>(
    /// The store's name: one or more of a-z, A-Z, 0-9, `_` and `-`.
    #[prop(into)]
    store_id: String,
    /// Makes the schema.
    schema: S,
    /// Where the data lives.
    adapter: A,
    /// Shown until the store is open, and when that fails.
    fallback: F,
    /// Hears of every commit that was refused.
    #[prop(optional, into)]
    on_error: Option<Callback<Arc<Error>>>,
    /// Rendered when the store is open.
    children: ChildrenFn,
) -> impl IntoView
where
    S: FnOnce() -> Schema + 'static,
    A: Adapter,
    F: Fn(Signal<BootStatus>) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let status = ArcRwSignal::new(BootStatus::Loading);
    let opened = RwSignal::new(None::<Store>);
    open(store_id, schema(), adapter, status.clone(), opened);
    on_cleanup(move || {
        if let Some(Some(store)) = opened.try_get_untracked() {
            shut_down(store);
        }
    });

    let status = Signal::from(status);
    move || match opened.get() {
        Some(store) => {
            provide_context(StoreHandle::new(store, on_error));
            children().into_any()
        }
        None => fallback(status).into_any(),
    }
}

fn open(
    store_id: String,
    schema: Schema,
    adapter: impl Adapter,
    status: ArcRwSignal<BootStatus>,
    opened: RwSignal<Option<Store>>,
) {
    spawn_local(async move {
        let builder = Store::builder(schema)
            .adapter(adapter)
            .on_boot_status(move |step| status.set(step));
        match builder.open(&store_id).await {
            Ok(store) => {
                // Unmounted meanwhile: nobody will use it.
                if let Some(Some(store)) = opened.try_set(Some(store)) {
                    shut_down(store);
                }
            }
            Err(error) => leptos::logging::error!("{error}"),
        }
    });
}

fn shut_down(store: Store) {
    spawn_local(async move {
        if let Err(error) = store.shutdown().await {
            leptos::logging::error!("{error}");
        }
    });
}
