//! What the benchmark page and the program that opened it say to each other, as JSON over HTTP.

use serde::{Deserialize, Serialize};

use crate::{kept::Step, line::Line, list::Start, sample::Samples, selection::Selection};

/// Where the page asks for its [`Task`].
pub const TASK: &str = "/task";
/// Where the page sends its [`Report`]s.
pub const REPORT: &str = "/report";
/// The folder in which the page is served once more, as a program with the next version of the schema.
pub const NEXT: &str = "/next";
/// What the page requests to have its garbage collected; the answer comes when that is done.
pub const COLLECT_GARBAGE: &str = "/collect-garbage";

/// What a page is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Measure the selected scenarios.
    Measure(Selection),
    /// Run once, cold.
    Cold(Start),
    /// Carry out a step on the store of that id, which is kept in the browser.
    Kept(String, Step),
}

/// What a page tells.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Report {
    /// A scenario's figures.
    Lines(Vec<Line>),
    /// What one run gave.
    Samples(Samples),
    /// The other tab may go on.
    Ready,
    /// It is through.
    Done,
    /// It cannot go on.
    Failed(String),
}
