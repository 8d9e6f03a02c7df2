//! The table on a store.

use leptos::{mount::mount_to, prelude::*};
use livestore_bench_scenarios::{
    Failure, Host, Samples, Todo, TodoCompleted, TodoDeleted, TodosBulkCreated, TodosCleared,
    schema, todo_id, todos,
};
use livestore_core::{event::IntoEvents, store::Receipt};
use livestore_leptos::{StoreHandle, prelude::*};

use super::{
    RowChanges, cycle,
    model::{Action, DELETED, ROWS, TOGGLED, every_tenth, state},
    new_table,
};

/// One cycle on a new store.
pub(super) async fn run(page: &dyn Host) -> Result<Samples, Failure> {
    let table = new_table();
    let opened = ArcRwSignal::new(None);
    let ready = opened.clone();
    let mounted = mount_to(table.clone(), move || {
        view! {
            <StoreProvider store_id="ui-rows" schema=schema adapter=Memory::new() fallback=|_| ()>
                <Table ready=ready.clone() />
            </StoreProvider>
        }
    });
    let store = loop {
        match opened.get_untracked() {
            Some(store) => break store,
            None => page.rest().await,
        }
    };
    let samples = cycle(page, &table, &Stored(store)).await;
    drop(mounted);
    table.remove();
    samples
}

#[component]
fn Table(ready: ArcRwSignal<Option<StoreHandle>>) -> impl IntoView {
    ready.set(Some(use_store()));
    let todos = use_query(|| Todo::query().order_by(Todo::ID.asc()));
    view! {
        <tbody>
            <Rows each=todos key=|todo: &Todo| todo.id.clone() let:todo>
                <Row todo />
            </Rows>
        </tbody>
    }
}

#[component]
fn Row(todo: Signal<Todo>) -> impl IntoView {
    let id = todo.with_untracked(|todo| todo.id.clone());
    view! {
        <tr data-id=id.clone()>
            <td>{id.clone()}</td>
            <td>{move || todo.with(|todo| todo.text.clone())}</td>
            <td>{move || todo.with(|todo| state(todo.completed))}</td>
        </tr>
    }
}

struct Stored(StoreHandle);

impl RowChanges for Stored {
    fn prepare(&self, action: Action) -> Box<dyn FnOnce() -> Option<Receipt>> {
        match action {
            Action::Create => self.commit(todos(0..ROWS)),
            Action::CompleteEveryTenth => {
                self.commit(every_tenth().map(completed).collect::<Vec<_>>())
            }
            Action::CompleteOne => self.commit(completed(TOGGLED)),
            Action::DeleteOne => self.commit(TodoDeleted {
                id: todo_id(DELETED),
            }),
            Action::Clear => self.commit(TodosCleared {}),
            Action::CreateInOneEvent => self.commit(TodosBulkCreated {
                items: todos(0..ROWS),
            }),
        }
    }
}

impl Stored {
    fn commit(&self, events: impl IntoEvents + 'static) -> Box<dyn FnOnce() -> Option<Receipt>> {
        let store = self.0;
        Box::new(move || Some(store.commit(events)))
    }
}

fn completed(i: usize) -> TodoCompleted {
    TodoCompleted { id: todo_id(i) }
}
