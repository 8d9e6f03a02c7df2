//! What runs give: a sample per metric, and the figures of many runs.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::line::Line;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Milliseconds.
    #[serde(rename = "ms")]
    Milliseconds,
    /// Microseconds.
    #[serde(rename = "us")]
    Microseconds,
    /// Events per second.
    #[serde(rename = "1/s")]
    PerSecond,
    /// Calls of listeners.
    #[serde(rename = "callbacks")]
    Callbacks,
    /// Bytes.
    #[serde(rename = "bytes")]
    Bytes,
    /// 1,048,576 bytes.
    #[serde(rename = "MiB")]
    Mebibytes,
    /// Events.
    #[serde(rename = "events")]
    Events,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "ms",
            Self::Microseconds => "us",
            Self::PerSecond => "/s",
            Self::Callbacks => "calls",
            Self::Bytes => "B",
            Self::Mebibytes => "MiB",
            Self::Events => "events",
        })
    }
}

/// What one run gave for one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The metric, empty when the scenario has only one.
    pub metric: String,
    /// What it counts.
    pub unit: Unit,
    /// How many.
    pub value: f64,
}

/// What one run gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples(Vec<Sample>);

impl Samples {
    /// Adds a metric.
    pub fn with(mut self, metric: impl Into<String>, unit: Unit, value: f64) -> Self {
        self.push(metric, unit, value);
        self
    }

    /// Returns what a metric gave.
    pub fn get(&self, metric: &str) -> Option<f64> {
        let sample = self.0.iter().find(|sample| sample.metric == metric)?;
        Some(sample.value)
    }

    /// Adds a metric in place.
    pub fn push(&mut self, metric: impl Into<String>, unit: Unit, value: f64) {
        self.0.push(Sample {
            metric: metric.into(),
            unit,
            value,
        });
    }
}

/// What several runs gave.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<(String, Unit, Vec<f64>)>);

impl Figures {
    /// Adds what one more run gave.
    pub fn add(&mut self, samples: Samples) {
        for Sample {
            metric,
            unit,
            value,
        } in samples.0
        {
            match self.0.iter_mut().find(|(name, ..)| *name == metric) {
                Some((_, _, values)) => values.push(value),
                None => self.0.push((metric, unit, vec![value])),
            }
        }
    }

    /// Returns a line per metric.
    pub fn lines(self, implementation: &str, scenario: &str) -> Vec<Line> {
        let line = |(metric, unit, mut values): (String, Unit, Vec<f64>)| {
            values.sort_unstable_by(f64::total_cmp);
            Line {
                implementation: implementation.to_owned(),
                scenario: if metric.is_empty() {
                    scenario.to_owned()
                } else {
                    format!("{scenario}.{metric}")
                },
                n: values.len(),
                unit,
                min: rounded(values[0]),
                median: rounded(median(&values)),
                max: rounded(values[values.len() - 1]),
            }
        };
        self.0.into_iter().map(line).collect()
    }
}

/// The one in the middle of sorted values, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

/// No clock tells more than nanoseconds.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_metric_has_least_middle_and_greatest_of_all_runs() {
        let mut figures = Figures::default();
        for value in [3.0, 10.0, 1.0, 2.0] {
            figures.add(Samples::default().with("p50", Unit::Milliseconds, value));
        }
        let lines = figures.lines("test", "commit");
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].scenario, "commit.p50");
        assert_eq!(
            (lines[0].n, lines[0].min, lines[0].median, lines[0].max),
            (4, 1.0, 2.5, 10.0)
        );
    }

    #[test]
    fn a_line_is_the_json_that_was_agreed_on() {
        let mut figures = Figures::default();
        figures.add(Samples::default().with("", Unit::PerSecond, 0.5));
        let lines = figures.lines("livestore-rs native", "x");
        assert_eq!(
            serde_json::to_string(&lines[0]).unwrap(),
            r#"{"impl":"livestore-rs native","scenario":"x","n":1,"unit":"1/s","min":0.5,"median":0.5,"max":0.5}"#
        );
    }
}
