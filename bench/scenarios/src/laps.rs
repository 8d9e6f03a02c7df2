//! A stopwatch for many calls in a row.

use crate::scenario::Host;

/// Takes the time of single calls; one look at the clock per call.
pub struct Laps<'a> {
    host: &'a dyn Host,
    start: f64,
    last: f64,
    laps: Vec<f64>,
}

impl std::fmt::Debug for Laps<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Laps")
            .field("laps", &self.laps)
            .finish_non_exhaustive()
    }
}

impl<'a> Laps<'a> {
    /// Starts; `expected` is how many calls there will be.
    pub fn start(host: &'a dyn Host, expected: usize) -> Self {
        let laps = Vec::with_capacity(expected);
        let start = host.now();
        Self {
            host,
            start,
            last: start,
            laps,
        }
    }

    /// Leaves out what happened since the last call.
    pub fn skip(&mut self) {
        self.last = self.host.now();
    }

    /// Ends a call.
    pub fn lap(&mut self) {
        let now = self.host.now();
        self.laps.push(now - self.last);
        self.last = now;
    }

    /// Returns the milliseconds from the start to the end of the last call.
    pub fn total(&self) -> f64 {
        self.last - self.start
    }

    /// Returns the milliseconds from the start until now.
    pub fn elapsed(&self) -> f64 {
        self.host.now() - self.start
    }

    /// Returns the time that so many of a hundred calls did not exceed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.laps, percent)
    }
}

fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted[rank - 1]
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(&values, 50), 100.0);
        assert_eq!(percentile(&values, 99), 198.0);
        assert_eq!(percentile(&values, 100), 200.0);
        assert_eq!(percentile(&[7.0], 50), 7.0);
    }
}
