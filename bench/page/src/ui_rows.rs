//! `ui-rows`: a table of a live query's rows, from the commit to the elements.
//!
//! One run is one cycle of steps on an empty table. The floor is the same table in Leptos by hand, without a store.

mod bare;
mod model;
mod stored;

use leptos::{prelude::*, web_sys::HtmlElement};
use livestore_bench_scenarios::{Failure, Host, Samples, Scenario, Unit, check};
use livestore_core::store::Receipt;

use self::model::{Action, Model};
use crate::host;

/// What changes the rows of a mounted table.
trait RowChanges {
    /// Gets everything ready; the returned function carries it out.
    fn prepare(&self, action: Action) -> Box<dyn FnOnce() -> Option<Receipt>>;
}

/// Returns the scenario.
pub(crate) fn scenario() -> Scenario {
    Scenario::new(
        "ui-rows",
        10,
        |host| Box::pin(stored::run(host)),
        |host| Box::pin(bare::run(host)),
    )
}

/// Carries out one cycle on the table in an element.
async fn cycle(
    page: &dyn Host,
    element: &HtmlElement,
    rows: &dyn RowChanges,
) -> Result<Samples, Failure> {
    let mut model = Model::default();
    let mut samples = Samples::default();
    for step in model::CYCLE {
        model.carry_out(step.action);
        let carry_out = rows.prepare(step.action);
        host::collect_garbage().await?;
        let seen = host::watch(element, model.len(), model.done());
        host::frame().await;

        let start = page.now();
        let receipt = carry_out();
        let commit = page.now() - start;
        let seen = seen.await?;

        if let Some(receipt) = receipt {
            receipt.persisted().await?;
        }
        check("the table", host::content(element), model.content())?;
        if let Some(name) = step.name {
            samples.push(format!("{name}.commit"), Unit::Milliseconds, commit);
            samples.push(format!("{name}.dom"), Unit::Milliseconds, seen.dom - start);
            samples.push(
                format!("{name}.paint"),
                Unit::Milliseconds,
                seen.paint - start,
            );
        }
    }
    Ok(samples)
}

/// Adds an empty table to the page.
fn new_table() -> HtmlElement {
    let table = document()
        .create_element("table")
        .expect("`table` is a valid name of an element");
    body()
        .append_child(&table)
        .expect("a new element can be appended");
    wasm_bindgen::JsCast::unchecked_into(table)
}

fn body() -> HtmlElement {
    document().body().expect("the page has a body")
}
