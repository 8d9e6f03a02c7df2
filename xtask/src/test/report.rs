//! The summary at the end of a test run.

use std::fmt;

use super::count::Count;

/// How one suite went.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) name: &'static str,
    pub(super) count: Count,
    pub(super) seconds: f64,
    /// Why the suite failed, where its failed tests don't say that already.
    pub(super) problem: Option<String>,
}

/// How all suites went.
#[derive(Debug, Default)]
pub(super) struct Summary(Vec<Report>);

impl Report {
    /// A check that is no collection of tests: it counts as one.
    pub(super) fn of_check(name: &'static str, passed: bool, seconds: f64) -> Self {
        let count = Count {
            passed: usize::from(passed),
            failed: usize::from(!passed),
        };
        Self {
            name,
            count,
            seconds,
            problem: None,
        }
    }

    /// A suite of tests, which fails if its command did, if a test did, or if there was no test in it.
    pub(super) fn of_tests(
        name: &'static str,
        mut count: Count,
        succeeded: bool,
        seconds: f64,
    ) -> Self {
        let problem = if succeeded && count == Count::default() {
            Some("ran no test".to_owned())
        } else if !succeeded && count.failed == 0 {
            Some("did not build, or broke off".to_owned())
        } else {
            None
        };
        // A suite that fails without a failed test is a failure all the same.
        count.failed += usize::from(problem.is_some());
        Self {
            name,
            count,
            seconds,
            problem,
        }
    }

    /// A suite that could not be started.
    pub(super) fn of_problem(name: &'static str, problem: String, seconds: f64) -> Self {
        Self {
            name,
            count: Count {
                passed: 0,
                failed: 1,
            },
            seconds,
            problem: Some(problem),
        }
    }
}

impl Summary {
    /// Adds a suite.
    pub(super) fn add(&mut self, report: Report) {
        self.0.push(report);
    }

    /// Whether there was anything, and nothing failed.
    pub(super) fn is_success(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|report| report.count.failed == 0)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<16}{:>8}{:>8}{:>9}",
            "suite", "passed", "failed", "seconds"
        )?;
        for report in &self.0 {
            let Count { passed, failed } = report.count;
            write!(
                f,
                "{:<16}{passed:>8}{failed:>8}{:>9.1}",
                report.name, report.seconds
            )?;
            match &report.problem {
                Some(problem) => writeln!(f, "  {problem}")?,
                None => writeln!(f)?,
            }
        }
        let passed: usize = self.0.iter().map(|report| report.count.passed).sum();
        let failed: usize = self.0.iter().map(|report| report.count.failed).sum();
        writeln!(f, "\n{passed} passed, {failed} failed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(reports: impl IntoIterator<Item = Report>) -> Summary {
        Summary(reports.into_iter().collect())
    }

    #[test]
    fn a_suite_without_a_test_fails() {
        let summary = summary([Report::of_tests("wasm", Count::default(), true, 1.0)]);
        assert!(!summary.is_success());
        assert!(summary.to_string().contains("ran no test"));
    }

    #[test]
    fn a_suite_that_breaks_off_fails_even_if_no_test_did() {
        let count = Count {
            passed: 3,
            failed: 0,
        };
        let summary = summary([Report::of_tests("native", count, false, 1.0)]);
        assert!(!summary.is_success());
        assert!(summary.to_string().ends_with("\n3 passed, 1 failed\n"));
    }

    #[test]
    fn the_last_line_adds_up_all_suites() {
        let count = Count {
            passed: 40,
            failed: 2,
        };
        let summary = summary([
            Report::of_check("rustfmt", true, 0.5),
            Report::of_tests("native", count, false, 2.0),
            Report::of_problem("e2e", "todomvc does not build".to_owned(), 3.0),
        ]);
        assert!(
            summary.to_string().ends_with("\n41 passed, 3 failed\n"),
            "{summary}"
        );
    }

    #[test]
    fn success_is_when_everything_passed() {
        let count = Count {
            passed: 1,
            failed: 0,
        };
        assert!(summary([Report::of_tests("doc", count, true, 0.1)]).is_success());
        assert!(!summary([]).is_success());
        assert!(!summary([Report::of_check("rustfmt", false, 0.1)]).is_success());
    }
}
