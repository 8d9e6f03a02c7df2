//! The benchmark scenarios: what is done, how often, when it ends and what must have happened by then.
//!
//! Every scenario runs on a store and, as its floor, as the same statements straight on SQLite. Nothing in here knows
//! on which platform it runs, but for the place of logs that last: the clock comes from a [`Host`]. Starting browsers, printing and comparing with targets
//! is the business of `livestore-bench`.

mod client;
mod commit;
mod data;
mod failure;
mod fanout;
mod floor;
mod fresh;
mod group_commit;
pub mod kept;
mod laps;
mod latest;
mod line;
mod list;
mod place;
pub mod protocol;
mod query_hot;
mod sample;
mod scenario;
mod schema;
mod selection;
mod sync;

pub use data::{todo_id, todos};
pub use failure::{Failure, check};
pub use floor::kept::{ask_image, read_image, read_log_head};
pub use laps::Laps;
pub use line::{FLOOR, Line};
pub use list::{COLD, Start, cold, scenarios};
pub use sample::{Figures, Sample, Samples, Unit};
pub use scenario::{Host, LocalFuture, Run, Scenario};
pub use schema::{
    Todo, TodoCompleted, TodoCreated, TodoDeleted, TodoWithNote, TodosBulkCreated, TodosCleared,
    next_schema, schema,
};
pub use selection::Selection;
