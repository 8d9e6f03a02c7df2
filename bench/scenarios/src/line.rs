//! The JSON lines that the benchmarks print.

use serde::{Deserialize, Serialize};

use crate::sample::Unit;

/// What the names of floors start with.
pub const FLOOR: &str = "floor.";

/// One figure: what the runs of a scenario gave for one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What was measured.
    #[serde(rename = "impl")]
    pub implementation: String,
    /// The scenario with the metric.
    pub scenario: String,
    /// How many runs counted.
    pub n: usize,
    /// What the figures count.
    pub unit: Unit,
    /// The least.
    pub min: f64,
    /// The one in the middle.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}
