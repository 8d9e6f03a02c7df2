//! Which scenarios were asked for.

use serde::{Deserialize, Serialize};

/// The scenarios whose names start in one of these ways; all, if there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection(Vec<String>);

impl Selection {
    /// Selects by beginnings of names.
    pub fn new(beginnings: impl IntoIterator<Item = String>) -> Self {
        Self(beginnings.into_iter().collect())
    }

    /// Whether a scenario is asked for, also by the name of one of its metrics.
    pub fn takes(&self, scenario: &str) -> bool {
        let asked = |beginning: &String| {
            scenario.starts_with(beginning.as_str())
                || beginning
                    .strip_prefix(scenario)
                    .is_some_and(|metric| metric.starts_with('.'))
        };
        self.0.is_empty() || self.0.iter().any(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn a_scenario_is_selected_by_its_beginning_or_one_of_its_metrics() {
        let takes = |beginning: &str, scenario: &str| {
            Selection::new([beginning.to_owned()]).takes(scenario)
        };
        assert!(takes("commit", "commit-1by1"));
        assert!(takes("commit-1by1.p50", "commit-1by1"));
        assert!(!takes("commit-1by1.p50", "commit-1by1-paced"));
        assert!(!takes("query", "commit-1by1"));
        assert!(Selection::default().takes("anything"));
    }
}
