//! What the figures are compared with: upstream's and the bars.
//!
//! Upstream is LiveStore 0.4.0, the unmodified npm packages in a production build, measured with these scenarios in
//! headless Chromium on two cores; for `ui-rows` and `bundle` with Solid, the smaller of its two. The machine was noisy:
//! the figures show the order of magnitude. The bars are this project's.

use Bar::{AtMost, Better};

/// What a scenario's median is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) scenario: &'static str,
    /// Upstream's median, in the unit of the scenario, if it was measured.
    pub(crate) upstream: Option<f64>,
    pub(crate) bar: Bar,
}

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bar {
    /// So many times better than upstream.
    Better(f64),
    /// No more than this, in the unit of the scenario.
    AtMost(f64),
}

/// A median that is no more than so many times its floor's is good enough where the bar asks for more.
pub(crate) const NEAR_THE_FLOOR: f64 = 2.0;

#[rustfmt::skip]
const TARGETS: [Target; 31] = [
    target("commit-1by1.p50", 0.885, Better(40.0)),
    target("commit-1by1.throughput", 756.0, Better(40.0)),
    target("commit-1by1.drain", 2_359.0, Better(40.0)),
    target("commit-batch-10000.commit", 2_399.0, Better(15.0)),
    target("commit-batch-10000.drain", 13_392.0, Better(40.0)),
    target("query-hot.point-rotating-id-10k", 32.7, Better(10.0)),
    target("query-hot.list-1000-uncached", 2.04, Better(4.0)),
    target("query-hot.issues-filter-order-limit100-of-1000", 0.47, Better(4.0)),
    target("fanout-100", 5.9, Better(20.0)),
    target("fanout-rows-1000.commit-1-row", 16.8, Better(200.0)),
    target("fanout-rows-1000.callbacks-per-commit", 1_000.0, Better(1_000.0)),
    target("fanout-rows-1000.subscribe-1000", 416.0, Better(20.0)),
    target("sync-roundtrip.p50", 13.4, Better(10.0)),
    target("sync-push-1000", 2_413.0, Better(25.0)),
    target("sync-catchup-10000", 9_023.0, Better(25.0)),
    target("sync-rebase-100-over-1000.a-synced", 2_927.0, Better(25.0)),
    target("boot-10000.first-query", 509.0, Better(3.0)),
    target("boot-10000.leader-ready", 3_649.0, Better(10.0)),
    target("boot-rebuild-1000.leader-ready", 5_694.0, Better(50.0)),
    target("boot-rebuild-10000.leader-ready", 46_201.0, Better(50.0)),
    bar("boot-rebuild-100000.leader-ready", AtMost(3_000.0)),
    target("persist-1000-1by1.durable", 3_540.0, Better(35.0)),
    target("persist-1000-batch.durable", 3_759.0, Better(35.0)),
    bar("cross-tab-1000", AtMost(100.0)),
    target("ui-rows.toggle-one.dom", 12.9, Better(20.0)),
    target("ui-rows.create-1000.dom", 279.0, Better(5.0)),
    target("bundle.todomvc.brotli", 684_000.0, AtMost(450_000.0)),
    target("bundle.min.brotli", 684_000.0, AtMost(450_000.0)),
    target("tti-cold.todomvc.tti", 1_500.0, Better(3.0)),
    target("tti-cold.min.tti", 1_500.0, Better(3.0)),
    target("memory.opfs.js-and-wasm", 84.0, AtMost(42.0)),
];

const fn target(scenario: &'static str, upstream: f64, bar: Bar) -> Target {
    Target {
        scenario,
        upstream: Some(upstream),
        bar,
    }
}

const fn bar(scenario: &'static str, bar: Bar) -> Target {
    Target {
        scenario,
        upstream: None,
        bar,
    }
}

/// The target of a scenario, if it has one.
pub(crate) fn of(scenario: &str) -> Option<Target> {
    TARGETS
        .into_iter()
        .find(|target| target.scenario == scenario)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_that_of_a_scenario_or_of_a_page() {
        let scenarios = livestore_bench_scenarios::scenarios();
        for target in TARGETS {
            let of_scenario = |name: &str| {
                target
                    .scenario
                    .strip_prefix(name)
                    .is_some_and(|metric| metric.is_empty() || metric.starts_with('.'))
            };
            assert!(
                scenarios
                    .iter()
                    .any(|scenario| of_scenario(scenario.name()))
                    || [
                        "ui-rows",
                        "bundle",
                        "boot",
                        "persist",
                        "cross-tab",
                        "tti-cold",
                        "memory"
                    ]
                    .into_iter()
                    .any(|family| target.scenario.starts_with(family)),
                "{}",
                target.scenario
            );
        }
    }
}
