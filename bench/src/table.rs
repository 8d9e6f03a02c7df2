//! The table for people: every figure beside its floor, upstream's figure and the bar.

use livestore_bench_scenarios::{FLOOR, Line, Unit};

use crate::{
    browser,
    targets::{self, Bar, NEAR_THE_FLOOR, Target},
};

const HEADINGS: [&str; 8] = [
    "scenario", "median", "floor", "x floor", "upstream", "x better", "bar", "met",
];

/// Lays out the lines; floors stand in the row of what they are the floor of.
///
/// Upstream was measured in a browser, so only a browser's figures are compared with it.
pub(crate) fn render(lines: &[Line]) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    rows.extend(
        lines
            .iter()
            .filter(|line| !line.scenario.starts_with(FLOOR))
            .map(|line| row(line, floor_of(line, lines))),
    );
    layout(&rows)
}

fn floor_of<'a>(line: &Line, lines: &'a [Line]) -> Option<&'a Line> {
    lines
        .iter()
        .find(|floor| floor.scenario.strip_prefix(FLOOR) == Some(&line.scenario))
}

fn row(line: &Line, floor: Option<&Line>) -> [String; 8] {
    let above = floor.map(|floor| times_worse(line.unit, line.median, floor.median));
    let target =
        targets::of(&line.scenario).filter(|_| line.implementation == browser::IMPLEMENTATION);
    let upstream = target.and_then(|target| target.upstream);
    let better = upstream.map(|upstream| times_worse(line.unit, upstream, line.median));
    let times =
        |times: Option<f64>| times.map_or_else(String::new, |times| format!("{}x", digits(times)));
    let amount = |median: f64| format!("{} {}", digits(median), line.unit);
    [
        line.scenario.clone(),
        amount(line.median),
        floor.map_or_else(String::new, |floor| amount(floor.median)),
        times(above),
        upstream.map_or_else(String::new, amount),
        times(better),
        target.map_or_else(String::new, |target| match target.bar {
            Bar::Better(bar) => format!("{}x", digits(bar)),
            Bar::AtMost(bar) => format!("<= {}", amount(bar)),
        }),
        target
            .map_or("", |target| met(target, line.median, better, above))
            .to_owned(),
    ]
}

fn met(target: Target, median: f64, better: Option<f64>, above: Option<f64>) -> &'static str {
    let reached = match target.bar {
        Bar::Better(bar) => better.is_some_and(|better| better >= bar),
        Bar::AtMost(bar) => median <= bar,
    };
    match (reached, above.is_some_and(|above| above <= NEAR_THE_FLOOR)) {
        (true, _) => "yes",
        (false, true) => "near floor",
        (false, false) => "no",
    }
}

/// How many times worse one amount is than the other.
fn times_worse(unit: Unit, one: f64, other: f64) -> f64 {
    if unit == Unit::PerSecond {
        other / one
    } else {
        one / other
    }
}

/// Three significant digits, and all digits before the point.
fn digits(value: f64) -> String {
    let after_point = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        _ => 4,
    };
    format!("{value:.after_point$}")
}

fn layout(rows: &[[String; 8]]) -> String {
    let mut widths = [0; 8];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    let lines = rows.iter().map(|row| {
        let cells = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(i, (cell, width))| {
                if i == 0 || i == 7 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(implementation: &str, scenario: &str, unit: Unit, median: f64) -> Line {
        Line {
            implementation: implementation.to_owned(),
            scenario: scenario.to_owned(),
            n: 1,
            unit,
            min: median,
            median,
            max: median,
        }
    }

    fn rendered(lines: &[Line]) -> Vec<Vec<String>> {
        render(lines)
            .lines()
            .map(|line| {
                line.split("  ")
                    .map(|cell| cell.trim().to_owned())
                    .filter(|cell| !cell.is_empty())
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_row_compares_with_the_floor_and_with_upstream() {
        let table = rendered(&[
            line(
                browser::IMPLEMENTATION,
                "fanout-100",
                Unit::Milliseconds,
                0.59,
            ),
            line(
                browser::IMPLEMENTATION,
                "floor.fanout-100",
                Unit::Milliseconds,
                0.1,
            ),
        ]);
        assert_eq!(table.len(), 2);
        assert_eq!(
            table[1],
            [
                "fanout-100",
                "0.590 ms",
                "0.100 ms",
                "5.90x",
                "5.90 ms",
                "10.0x",
                "20.0x",
                "no"
            ]
        );
    }

    #[test]
    fn more_per_second_is_better() {
        let table = rendered(&[
            line(
                browser::IMPLEMENTATION,
                "commit-1by1.throughput",
                Unit::PerSecond,
                75_600.0,
            ),
            line(
                browser::IMPLEMENTATION,
                "floor.commit-1by1.throughput",
                Unit::PerSecond,
                151_200.0,
            ),
        ]);
        assert_eq!(
            table[1],
            [
                "commit-1by1.throughput",
                "75600 /s",
                "151200 /s",
                "2.00x",
                "756 /s",
                "100x",
                "40.0x",
                "yes"
            ]
        );
    }

    #[test]
    fn the_floor_wins_over_a_bar_below_it() {
        let table = rendered(&[
            line(
                browser::IMPLEMENTATION,
                "fanout-100",
                Unit::Milliseconds,
                2.0,
            ),
            line(
                browser::IMPLEMENTATION,
                "floor.fanout-100",
                Unit::Milliseconds,
                1.5,
            ),
        ]);
        assert_eq!(table[1].last().map(String::as_str), Some("near floor"));
    }

    #[test]
    fn native_figures_are_not_compared_with_a_browser_s() {
        let table = rendered(&[line(
            "livestore-rs native",
            "fanout-100",
            Unit::Milliseconds,
            2.0,
        )]);
        assert_eq!(table[1], ["fanout-100", "2.00 ms"]);
    }
}
