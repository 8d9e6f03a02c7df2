//! The store behind a provider: opened, another one opened when the id changes, shut down in the end.

use std::sync::Arc;

use leptos::{
    prelude::*,
    reactive::computed::suspense::{LocalResourceNotifier, SuspenseContext, TaskHandle},
    task::spawn_local,
};
use livestore_core::{
    Error,
    schema::Schema,
    store::{Adapter, BootStatus, Store, StoreBuilder},
};

/// How far a provider is.
#[derive(Clone)]
pub(super) enum Opening {
    Waiting,
    Open(Store),
    Failed(Arc<Error>),
}

#[derive(Clone)]
pub(super) struct Opener {
    opening: RwSignal<Opening>,
    status: ArcRwSignal<BootStatus>,
    /// How many stores were asked for: of all but the last one nothing is wanted any more.
    asked: StoredValue<u32>,
    /// Keeps the `Suspense` around the provider waiting.
    pending: StoredValue<Option<TaskHandle>>,
}

impl Opener {
    /// Opens the store after the first rendering: never on a server.
    pub(super) fn new(
        store_id: Signal<String>,
        schema: impl Fn() -> Schema + 'static,
        adapter: impl Adapter + Clone,
    ) -> Self {
        let opener = Self {
            opening: RwSignal::new(Opening::Waiting),
            status: ArcRwSignal::new(BootStatus::Loading),
            asked: StoredValue::new(0),
            pending: StoredValue::new(None),
        };
        let opening = opener.clone();
        Effect::new(move |again: Option<()>| {
            let id = store_id.get();
            if again.is_some() {
                opening.close();
            }
            let builder = Store::builder(untrack(&schema)).adapter(adapter.clone());
            opening.open(builder, id);
        });
        let closing = opener.clone();
        on_cleanup(move || {
            if let Some(Opening::Open(store)) = closing.opening.try_get_untracked() {
                shut_down(store);
            }
        });
        opener
    }

    pub(super) fn opening(&self) -> RwSignal<Opening> {
        self.opening
    }

    pub(super) fn status(&self) -> Signal<BootStatus> {
        self.status.clone().into()
    }

    /// Makes the `Suspense` around wait until the store is open. While the provider itself is made, its context is
    /// not there yet, so this is for what renders.
    pub(super) fn suspend(&self) {
        if let Some(suspense) = use_context::<SuspenseContext>() {
            self.pending.set_value(Some(suspense.task_id()));
        }
        if let Some(mut on_server) = use_context::<LocalResourceNotifier>() {
            on_server.notify();
        }
    }

    fn open(&self, builder: StoreBuilder, id: String) {
        let asked = self.asked.get_value() + 1;
        self.asked.set_value(asked);
        let (status, latest) = (self.status.clone(), self.asked);
        let builder = builder.on_boot_status(move |step| {
            if latest.try_get_value() == Some(asked) {
                status.set(step);
            }
        });
        let opener = self.clone();
        spawn_local(async move {
            let opened = builder.open(&id).await;
            // Unmounted meanwhile, or another id: nobody will use it.
            if opener.asked.try_get_value() != Some(asked) {
                opened.map(shut_down).unwrap_or_default();
                return;
            }
            opener.opening.set(match opened {
                Ok(store) => Opening::Open(store),
                Err(error) => {
                    leptos::logging::error!("{error}");
                    Opening::Failed(Arc::new(error))
                }
            });
            opener.pending.set_value(None);
        });
    }

    fn close(&self) {
        self.status.set(BootStatus::Loading);
        let mut last = Opening::Waiting;
        self.opening
            .update(|opening| std::mem::swap(opening, &mut last));
        if let Opening::Open(store) = last {
            shut_down(store);
        }
    }
}

fn shut_down(store: Store) {
    spawn_local(async move {
        if let Err(error) = store.shutdown().await {
            leptos::logging::error!("{error}");
        }
    });
}
