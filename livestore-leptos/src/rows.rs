//! `Rows`: a keyed list whose rows follow the data, in the order of the data.
//!
//! The component only. What has to change is found out in [`diff`] and [`reconcile`], without touching a row;
//! [`state`] carries it out on the rows in the DOM, [`owners`] gives each row its reactive owner, and [`list`] is
//! the view that ties them together.

mod diff;
mod list;
mod owners;
mod reconcile;
mod state;

use leptos::{prelude::*, reactive::owner::Owner};
use list::RowList;
use std::{hash::Hash, marker::PhantomData, sync::Arc};

/// Shows one row for every item of a list, and keeps rows and data in step.
///
/// A row belongs to a key. It is given its item as a [`Signal`], so when the data changes
///
/// - an item that changed under its key updates the signal of its row and nothing else: only what reads that
///   signal runs again, and the row keeps its DOM nodes,
/// - rows that are to stand elsewhere are moved, with as few moves as possible; a row that need not move is not
///   touched, so it keeps focus, scroll positions and running transitions,
/// - a row whose key is gone is removed, its clean-ups run and its effects stop,
/// - a new key, also one that was there before, gets a new row.
///
/// Rows always stand in the order of the data.
///
/// ```
/// use leptos::prelude::*;
/// use livestore_leptos::Rows;
///
/// #[derive(Clone, PartialEq)]
/// struct Todo {
///     id: u64,
///     text: String,
/// }
///
/// #[component]
/// fn Todos(#[prop(into)] todos: Signal<Vec<Todo>>) -> impl IntoView {
///     view! {
///         <ul>
///             <Rows each=todos key=|todo: &Todo| todo.id let:todo>
///                 <li>{move || todo.read().text.clone()}</li>
///             </Rows>
///         </ul>
///     }
/// }
/// ```
///
/// Read the row's signal inside a closure, as above, or the row shows what it read first. The key function needs
/// its argument's type; everything else follows from it.
///
/// Keys should be unique. If two items have the same key, the later one is left out, and the browser's console
/// says so once in debug builds.
#[allow(
    unreachable_pub,
    reason = "the macro makes a builder of props that nobody names"
)]
#[component]
pub fn Rows<T, K, KF, CF, V>(
    /// The data.
    #[prop(into)]
    each: Signal<Vec<T>>,
    /// Gives an item's key: what makes it the same item after a change.
    key: KF,
    /// Builds the row of an item, for as long as an item with its key is in the data.
    children: CF,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash + 'static,
    KF: Fn(&T) -> K + Send + Sync + 'static,
    CF: Fn(Signal<T>) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let owner = Owner::current().expect("a component is built under an owner");
    let key = Arc::new(key);
    let children = Arc::new(children);
    move || {
        let children = Arc::clone(&children);
        RowList {
            each,
            key: Arc::clone(&key),
            children: move |item| children(item),
            owner: owner.clone(),
            types: PhantomData,
        }
    }
}
