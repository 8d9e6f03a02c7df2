//! The view behind [`Rows`](super::Rows): reads the data, builds rows and renders them, in the browser or to HTML.

use super::{
    owners::{RowOwners, RowSlot},
    reconcile::{Duplicate, Slot, Standing, Update, reconcile},
    state::{Row, RowsState},
};
use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    logging::debug_warn,
    prelude::{AddAnyAttr, ArcRwSignal, Render, RenderHtml, Signal, With},
    reactive::{graph::untrack_with_diagnostics, owner::Owner},
    tachys::{
        hydration::Cursor,
        reactive_graph::{OwnedView, OwnedViewState},
        renderer::Rndr,
        ssr::StreamBuilder,
        view::{Position, PositionState},
    },
};
use std::{any::type_name, hash::Hash, marker::PhantomData, mem, sync::Arc};

/// The rows for what the data is when this is built, rebuilt or rendered.
pub(crate) struct RowList<T, K, KF, CF, V>
where
    T: Send + Sync + 'static,
{
    pub(crate) each: Signal<Vec<T>>,
    pub(crate) key: Arc<KF>,
    pub(crate) children: CF,
    /// The owner the list was made in.
    pub(crate) owner: Owner,
    pub(crate) types: PhantomData<fn() -> (K, V)>,
}

/// Renders a row that was given attributes from outside the list.
type RowFn<T, V> = Box<dyn Fn(Signal<T>) -> V + Send>;

type State<T, K, V> = RowsState<T, K, OwnedViewState<<V as Render>::State>>;

/// A row that is not rendered yet.
struct NewRow<T, K, V> {
    key: K,
    value: ArcRwSignal<T>,
    view: OwnedView<V>,
}

impl<T, K, KF, CF, V> RowList<T, K, KF, CF, V>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash,
    KF: Fn(&T) -> K,
    CF: Fn(Signal<T>) -> V,
    V: Render,
{
    /// Compares standing rows with the data, and subscribes the running effect to the data.
    ///
    /// No row is built in here: the data is locked, and a row may want to write to the signal behind it.
    fn update<R: Standing<T, K>>(&self, rows: &[R], warned: &mut bool) -> Update<T, K> {
        let update = self.each.with(|items| reconcile(rows, items, &*self.key));
        if let Some(Duplicate { shown, left_out }) = update.duplicate
            && !mem::replace(warned, true)
        {
            debug_warn!(
                "Rows of {}: item {left_out} is left out because item {shown} has the same key",
                type_name::<T>()
            );
        }
        update
    }

    fn new_row(&self, key: K, item: T, owner: Owner) -> NewRow<T, K, V> {
        let value = ArcRwSignal::new(item);
        let view = owner.with(|| (self.children)(Signal::from(value.clone())));
        NewRow {
            key,
            value,
            view: OwnedView::new_with_owner(view, owner),
        }
    }

    /// All rows there are to be, made by `new_row` from key and item.
    fn all_rows<R>(&self, mut new_row: impl FnMut(K, T) -> R) -> Vec<R> {
        let no_rows: &[Row<T, K, ()>] = &[];
        let slots = self.update(no_rows, &mut false).slots.into_iter();
        untrack_with_diagnostics(|| {
            slots
                .filter_map(|slot| match slot {
                    Slot::Insert(key, item) => Some(new_row(key, item)),
                    // Nothing stands yet.
                    Slot::Stay(_) | Slot::Move(_) => None,
                })
                .collect()
        })
    }

    /// The rows' views for rendering to HTML. Their owners last as long as the views.
    fn views(&self) -> Vec<OwnedView<V>> {
        self.all_rows(|key, item| self.new_row(key, item, self.owner.child()).view)
    }

    /// The rows to hydrate. All are made before the first is hydrated, as on the server all are made before the
    /// first is rendered: resources are numbered in the order they are made in.
    fn rows_to_hydrate(&self, owners: &mut RowOwners) -> Vec<(NewRow<T, K, V>, RowSlot)> {
        self.all_rows(|key, item| {
            let (owner, slot) = owners.take();
            (self.new_row(key, item, owner), slot)
        })
    }
}

impl<T, K, KF, CF, V> Render for RowList<T, K, KF, CF, V>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash,
    KF: Fn(&T) -> K,
    CF: Fn(Signal<T>) -> V,
    V: Render,
{
    type State = State<T, K, V>;

    fn build(self) -> Self::State {
        let mut state = RowsState::new(
            RowOwners::new(self.owner.clone()),
            Rndr::create_placeholder(),
            Vec::new(),
        );
        self.rebuild(&mut state);
        state
    }

    fn rebuild(self, state: &mut Self::State) {
        let update = self.update(&state.rows, &mut state.warned);
        // What a row reads while it is built is the row's business, not a reason to go through the list again.
        untrack_with_diagnostics(|| {
            state.apply(update, |key, item, owners| {
                let (owner, slot) = owners.take();
                let NewRow { key, value, view } = self.new_row(key, item, owner);
                Row {
                    view: view.build(),
                    slot,
                    value,
                    key,
                }
            });
        });
    }
}

impl<T, K, KF, CF, V> AddAnyAttr for RowList<T, K, KF, CF, V>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash + 'static,
    KF: Fn(&T) -> K + Send + Sync + 'static,
    CF: Fn(Signal<T>) -> V + Send + 'static,
    V: RenderHtml + 'static,
{
    type Output<A: Attribute> =
        RowList<T, K, KF, RowFn<T, V::Output<A::CloneableOwned>>, V::Output<A::CloneableOwned>>;

    fn add_any_attr<A: Attribute>(self, attr: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        let Self {
            each,
            key,
            children,
            owner,
            ..
        } = self;
        let attr = attr.into_cloneable_owned();
        let children: RowFn<_, _> = Box::new(move |item| children(item).add_any_attr(attr.clone()));
        RowList {
            each,
            key,
            children,
            owner,
            types: PhantomData,
        }
    }
}

/// The rows as HTML, one after the other, then the comment that hydration takes for the list's marker: what a
/// `Vec` of views renders to.
impl<T, K, KF, CF, V> RenderHtml for RowList<T, K, KF, CF, V>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash + 'static,
    KF: Fn(&T) -> K + Send + Sync + 'static,
    CF: Fn(Signal<T>) -> V + Send + 'static,
    V: RenderHtml + 'static,
{
    type AsyncOutput = <Vec<OwnedView<V>> as RenderHtml>::AsyncOutput;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.views().dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        let views = self.views();
        views.resolve().await
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.views()
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.views().to_html_async_with_buf::<OUT_OF_ORDER>(
            buf,
            position,
            escape,
            mark_branches,
            extra_attrs,
        );
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        let mut owners = RowOwners::new(self.owner.clone());
        let mut rows = Vec::new();
        for (NewRow { key, value, view }, slot) in self.rows_to_hydrate(&mut owners) {
            let view = untrack_with_diagnostics(|| view.hydrate::<FROM_SERVER>(cursor, position));
            rows.push(Row {
                view,
                slot,
                value,
                key,
            });
        }
        let marker = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        RowsState::new(owners, marker, rows)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        let mut owners = RowOwners::new(self.owner.clone());
        let mut rows = Vec::new();
        for (NewRow { key, value, view }, slot) in self.rows_to_hydrate(&mut owners) {
            let view = view.hydrate_async(cursor, position).await;
            rows.push(Row {
                view,
                slot,
                value,
                key,
            });
        }
        let marker = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        RowsState::new(owners, marker, rows)
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}
