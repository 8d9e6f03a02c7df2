//! The floor: the table by hand, a signal for each cell that can change.

use leptos::{mount::mount_to, prelude::*};
use livestore_bench_scenarios::{Failure, Host, Samples, TodoCreated, todos};
use livestore_core::store::Receipt;

use super::{
    RowChanges, cycle,
    model::{Action, DELETED, ROWS, TOGGLED, every_tenth, state},
    new_table,
};

/// One cycle on a new list.
pub(super) async fn run(page: &dyn Host) -> Result<Samples, Failure> {
    let table = new_table();
    let rows = ArcRwSignal::new(Vec::<Row>::new());
    let shown = rows.clone();
    let mounted = mount_to(table.clone(), move || view! { <Table rows=shown /> });
    let samples = cycle(page, &table, &Bare(rows)).await;
    drop(mounted);
    table.remove();
    samples
}

#[derive(Clone)]
struct Row {
    id: String,
    text: ArcRwSignal<String>,
    done: ArcRwSignal<bool>,
}

impl From<TodoCreated> for Row {
    fn from(todo: TodoCreated) -> Self {
        Self {
            id: todo.id,
            text: ArcRwSignal::new(todo.text),
            done: ArcRwSignal::new(false),
        }
    }
}

#[component]
fn Table(rows: ArcRwSignal<Vec<Row>>) -> impl IntoView {
    view! {
        <tbody>
            <For each=move || rows.get() key=|row| row.id.clone() let:row>
                <tr data-id=row.id.clone()>
                    <td>{row.id.clone()}</td>
                    <td>{move || row.text.get()}</td>
                    <td>{move || state(row.done.get())}</td>
                </tr>
            </For>
        </tbody>
    }
}

struct Bare(ArcRwSignal<Vec<Row>>);

impl RowChanges for Bare {
    fn prepare(&self, action: Action) -> Box<dyn FnOnce() -> Option<Receipt>> {
        let rows = self.0.clone();
        let new = todos(0..ROWS);
        Box::new(move || {
            match action {
                Action::Create | Action::CreateInOneEvent => {
                    rows.set(new.into_iter().map(Row::from).collect());
                }
                Action::CompleteEveryTenth => {
                    rows.with_untracked(|rows| every_tenth().for_each(|i| rows[i].done.set(true)));
                }
                Action::CompleteOne => rows.with_untracked(|rows| rows[TOGGLED].done.set(true)),
                Action::DeleteOne => rows.update(|rows| drop(rows.remove(DELETED))),
                Action::Clear => rows.set(Vec::new()),
            }
            None
        })
    }
}
