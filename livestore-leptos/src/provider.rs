//! Opening a store for a part of the app.

mod opener;

use std::sync::Arc;

use leptos::prelude::*;
use livestore_core::{
    Error,
    schema::Schema,
    store::{Adapter, BootStatus},
};

use self::opener::{Opener, Opening};
use crate::{StoreHandle, handle::Enclosing};

/// Opens a store and gives it to its children; shut down when it is unmounted.
///
/// Until the store is open, and when it cannot be opened, the fallback shows the status. When the id
/// changes, the children go, the store is shut down and that of the new id is opened.
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
///
/// Providers may stand in one another: hooks are on the store of the nearest one, and
/// [`use_store_by_id`](crate::use_store_by_id) finds the others.
///
/// # Server-side rendering
/// A server opens no store: it renders the fallback, with the status `Loading`, and so does the page until it
/// is hydrated and the store is open. No hook below the provider runs before.
// The macro makes an inner function of the same visibility.
#[allow(unreachable_pub)]
#[component]
pub fn StoreProvider<S, A, F, V>(
    /// The store's name: one or more of a-z, A-Z, 0-9, `_` and `-`.
    #[prop(into)]
    store_id: Signal<String>,
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
    S: Fn() -> Schema + 'static,
    A: Adapter + Clone,
    F: Fn(Signal<BootStatus>) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let opener = Opener::new(store_id, schema, adapter);
    let (opening, status) = (opener.opening(), opener.status());
    let outer = use_context::<Enclosing>();
    move || match opening.get() {
        Opening::Open(store) => {
            Enclosing::provide(StoreHandle::new(store, on_error), outer.clone());
            children().into_any()
        }
        Opening::Waiting | Opening::Failed(_) => fallback(status).into_any(),
    }
}

/// Version of [`StoreProvider`] that has no fallback of its own: the `<Suspense>` around it shows its fallback
/// until the store is open, and the `<ErrorBoundary>` around it shows why it can't be opened.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// # fn schema() -> Schema { Schema::builder().build().expect("the schema is valid") }
/// # #[component] fn Todos() -> impl IntoView {}
/// # fn app() -> impl IntoView {
/// view! {
///     <ErrorBoundary fallback=|_| view! { <p>"Your data can't be opened."</p> }>
///         <Suspense fallback=|| view! { <p>"Opening…"</p> }>
///             <SuspendingStoreProvider store_id="my-app" schema=schema adapter=Memory::new()>
///                 <Todos/>
///             </SuspendingStoreProvider>
///         </Suspense>
///     </ErrorBoundary>
/// }
/// # }
/// ```
///
/// # Server-side rendering
/// A server opens no store and renders the fallback of the `<Suspense>`.
#[allow(unreachable_pub)]
#[component]
pub fn SuspendingStoreProvider<S, A>(
    /// The store's name: one or more of a-z, A-Z, 0-9, `_` and `-`.
    #[prop(into)]
    store_id: Signal<String>,
    /// Makes the schema.
    schema: S,
    /// Where the data lives.
    adapter: A,
    /// Hears of every commit that was refused.
    #[prop(optional, into)]
    on_error: Option<Callback<Arc<Error>>>,
    /// Rendered when the store is open.
    children: ChildrenFn,
) -> impl IntoView
where
    S: Fn() -> Schema + 'static,
    A: Adapter + Clone,
{
    let opener = Opener::new(store_id, schema, adapter);
    let outer = use_context::<Enclosing>();
    move || match opener.opening().get() {
        Opening::Open(store) => {
            Enclosing::provide(StoreHandle::new(store, on_error), outer.clone());
            Ok(Some(children()))
        }
        Opening::Waiting => {
            opener.suspend();
            Ok(None)
        }
        Opening::Failed(error) => Err(error),
    }
}
