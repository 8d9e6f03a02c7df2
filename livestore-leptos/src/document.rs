//! Client documents as signals.

use std::fmt;

use leptos::prelude::*;
use livestore_core::schema::{ClientDocument, DocumentSet, SingleDocument};

use crate::{StoreHandle, query::use_query, use_store};

/// Follows a client document, and gives the setter for it: state of this client only, such as filters and drafts,
/// that outlives the page.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// #[document(name = "uiState", session)]
/// struct UiState { new_todo: String, only_open: bool }
///
/// #[component]
/// fn NewTodo() -> impl IntoView {
///     let (ui, set_ui) = use_client_document::<UiState>();
///     let typed = move |event: leptos::ev::Event| set_ui.update(|ui| ui.new_todo = event_target_value(&event));
///     view! {
///         <input prop:value=move || ui.get().new_todo on:input=typed/>
///         <button on:click=move |_| set_ui.set(UiState::default())>"Reset"</button>
///     }
/// }
/// ```
///
/// # Panics
/// Outside of a [`StoreProvider`](crate::StoreProvider), and when the signal is read first if the schema does not
/// declare the document.
#[track_caller]
pub fn use_client_document<D>() -> (Signal<D>, DocumentSetter<D>)
where
    D: SingleDocument + Clone + PartialEq + Send + Sync,
{
    let handle = use_store();
    let store = handle.store();
    let value = use_query(move || store.document::<D>());
    (
        value,
        DocumentSetter::new(handle, value, Signal::stored(None)),
    )
}

/// Version of [`use_client_document`] for the document with a key; the closure may read signals.
///
/// ```
/// # use leptos::prelude::*;
/// # use livestore_leptos::prelude::*;
/// #[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// #[document(name = "drafts", keyed)]
/// struct Draft { text: String }
///
/// #[component]
/// fn Comment(#[prop(into)] issue: Signal<String>) -> impl IntoView {
///     let (draft, set_draft) = use_client_document_at::<Draft>(move || issue.get());
///     let typed = move |event: leptos::ev::Event| set_draft.update(|draft| draft.text = event_target_value(&event));
///     view! { <textarea prop:value=move || draft.get().text on:input=typed/> }
/// }
/// ```
///
/// # Panics
/// As [`use_client_document`].
#[track_caller]
pub fn use_client_document_at<D>(
    key: impl Fn() -> String + Send + Sync + 'static,
) -> (Signal<D>, DocumentSetter<D>)
where
    D: ClientDocument + Clone + PartialEq + Send + Sync,
{
    let key = Memo::new(move |_| Some(key()));
    let value = use_query(move || D::get_at(key.get().unwrap_or_default()));
    (value, DocumentSetter::new(use_store(), value, key.into()))
}

/// Sets a client document; [`use_client_document`] gives it.
///
/// A call is one commit, of the fields that changed; of none if nothing did.
pub struct DocumentSetter<D: Send + Sync + 'static> {
    store: StoreHandle,
    value: Signal<D>,
    key: Signal<Option<String>>,
}

impl<D> DocumentSetter<D>
where
    D: ClientDocument + Clone + PartialEq + Send + Sync,
{
    fn new(store: StoreHandle, value: Signal<D>, key: Signal<Option<String>>) -> Self {
        Self { store, value, key }
    }

    /// Sets the document.
    pub fn set(&self, value: D) {
        let before = self.value.get_untracked();
        self.commit(&before, &value);
    }

    /// Changes the document.
    pub fn update(&self, change: impl FnOnce(&mut D)) {
        let before = self.value.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        self.commit(&before, &after);
    }

    fn commit(&self, before: &D, after: &D) {
        if before == after {
            return;
        }
        let key = self.key.get_untracked();
        if let Some(set) = DocumentSet::difference(key, before, after) {
            // An error goes to the provider's `on_error`: nobody waits for the receipt.
            drop(self.store.commit(set));
        }
    }
}

impl<D> From<DocumentSetter<D>> for SignalSetter<D>
where
    D: ClientDocument + Clone + PartialEq + Send + Sync,
{
    fn from(setter: DocumentSetter<D>) -> Self {
        Self::map(move |value| setter.set(value))
    }
}

impl<D: Send + Sync + 'static> Clone for DocumentSetter<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D: Send + Sync + 'static> Copy for DocumentSetter<D> {}

impl<D: Send + Sync + 'static> fmt::Debug for DocumentSetter<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentSetter")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
