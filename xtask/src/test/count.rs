//! Counting tests in what test programs print: Rust's own harness, and wasm-bindgen's.

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) failed: usize,
}

impl Count {
    /// Adds the figures of a `test result:` line; other lines change nothing.
    pub(super) fn add_line(&mut self, line: &str) {
        let Some(figures) = line.strip_prefix("test result: ") else {
            return;
        };
        self.passed += number_before(figures, "passed");
        self.failed += number_before(figures, "failed");
    }
}

fn number_before(figures: &str, word: &str) -> usize {
    figures
        .split(['.', ';'])
        .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(output: &str) -> Count {
        let mut count = Count::default();
        output.lines().for_each(|line| count.add_line(line));
        count
    }

    #[test]
    fn the_results_of_several_test_programs_add_up() {
        let output = "\
running 2 tests
test a ... ok
test b ... FAILED
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s

running 12 tests
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s
";
        assert_eq!(
            count(output),
            Count {
                passed: 13,
                failed: 1
            }
        );
    }

    #[test]
    fn the_line_of_the_browser_harness_counts_as_well() {
        let line =
            "test result: ok. 7 passed; 0 failed; 1 ignored; 0 filtered out; finished in 0.02s\n";
        assert_eq!(
            count(line),
            Count {
                passed: 7,
                failed: 0
            }
        );
    }

    #[test]
    fn what_a_test_prints_is_not_counted() {
        let output =
            "    expected `test result: ok. 3 passed; 0 failed`\n3 passed\nno tests to run!\n";
        assert_eq!(count(output), Count::default());
    }
}
