//! Every scenario runs once, with all its assertions.

use std::time::Instant;

use futures::executor::block_on;
use livestore_bench_scenarios::{COLD, Host, LocalFuture, Start, cold, scenarios};

struct Native(Instant);

impl Host for Native {
    fn implementation(&self) -> &str {
        "test"
    }

    fn now(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1_000.0
    }

    fn rest(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn every_scenario_and_its_floor_holds_its_assertions() {
    let host = Native(Instant::now());
    for scenario in scenarios() {
        if let Err(failure) = block_on(scenario.try_once(&host)) {
            panic!("{}: {failure}", scenario.name());
        }
    }
}

#[test]
fn scenarios_have_names_of_their_own() {
    let mut names: Vec<_> = scenarios().iter().map(|scenario| scenario.name()).collect();
    names.push(COLD);
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn a_cold_run_is_one_run_of_store_or_floor() {
    let host = Native(Instant::now());
    for start in [Start::Store, Start::Floor] {
        let samples = block_on(cold(&host, start)).expect("it runs");
        let json = serde_json::to_string(&samples).expect("samples have a JSON form");
        assert_eq!(json.matches("\"metric\"").count(), 4, "{json}");
    }
}
