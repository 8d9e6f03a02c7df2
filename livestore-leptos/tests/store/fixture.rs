//! A schema of items, and a place in the page with a view on a store of them.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};

use leptos::{
    leptos_dom::helpers::document, mount::mount_to, prelude::*, task::tick, wasm_bindgen::JsCast,
    web_sys::HtmlElement,
};
use livestore_leptos::prelude::*;

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.ItemSet")]
pub(crate) struct ItemSet {
    pub(crate) id: u32,
    pub(crate) text: String,
    pub(crate) rank: u32,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.ItemRemoved")]
pub(crate) struct ItemRemoved {
    pub(crate) id: u32,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Refused")]
pub(crate) struct Refused {}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "items")]
pub(crate) struct Item {
    #[column(primary_key)]
    pub(crate) id: u32,
    pub(crate) text: String,
    pub(crate) rank: u32,
}

#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[document(name = "ui_state", session)]
pub(crate) struct UiState {
    pub(crate) text: String,
    pub(crate) count: u32,
}

#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[document(name = "notes", keyed)]
pub(crate) struct Note {
    pub(crate) text: String,
}

pub(crate) fn schema() -> Schema {
    Schema::builder()
        .table::<Item>()
        .document::<UiState>()
        .document::<Note>()
        .on(|e: &ItemSet, _| {
            Item::insert().or_replace().row(&Item {
                id: e.id,
                text: e.text.clone(),
                rank: e.rank,
            })
        })
        .on(|e: &ItemRemoved, _| Item::delete().filter(Item::ID.eq(e.id)))
        .on(|_: &Refused, _| Err::<(), _>("on principle"))
        .build()
        .unwrap()
}

pub(crate) fn set(id: u32, text: &str, rank: u32) -> ItemSet {
    ItemSet {
        id,
        text: text.into(),
        rank,
    }
}

/// A place in the document of its own, cleared when dropped.
pub(crate) struct Page {
    pub(crate) root: HtmlElement,
    unmount: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Page {
    pub(crate) fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        let root: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&root).unwrap();
        let handle = mount_to(root.clone(), view);
        Self {
            root,
            unmount: RefCell::new(Some(Box::new(move || drop(handle)))),
        }
    }

    /// Mounts a view inside a provider on `memory` and gives the store it opened.
    pub(crate) async fn with_store<V: IntoView + 'static>(
        memory: Memory,
        view: impl Fn() -> V + Clone + Send + Sync + 'static,
    ) -> (Self, StoreHandle) {
        let opened = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&opened);
        let page = Self::mount(move || {
            let view = view.clone();
            let slot = Arc::clone(&slot);
            view! {
                <StoreProvider store_id="test" schema=schema adapter=memory fallback=|_| ()>
                    {
                        *slot.lock().unwrap() = Some(use_store());
                        view()
                    }
                </StoreProvider>
            }
        });
        settle().await;
        let store = opened.lock().unwrap().unwrap();
        (page, store)
    }

    pub(crate) fn text(&self) -> String {
        self.root.text_content().unwrap()
    }

    pub(crate) fn unmount(&self) {
        self.unmount.borrow_mut().take().unwrap()();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// Lets tasks and effects run until nothing is left to do.
pub(crate) async fn settle() {
    for _ in 0..6 {
        tick().await;
    }
}
