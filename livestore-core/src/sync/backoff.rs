//! How long to wait before another try.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Growing pauses between tries: 1 s, 2 s, 4 s … 30 s, each shortened by up to a half at random, so
/// that many clients don't come back at the same moment.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    failures: u32,
    random: u64,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    /// Counts a failure and returns the pause before the next try.
    pub(super) fn failed(&mut self) -> Duration {
        let full = FIRST.saturating_mul(1 << self.failures.min(5)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // xorshift64: no quality is needed, only difference.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let share = (self.random >> 40) as f64 / (1u64 << 24) as f64;
        full.mul_f64(1.0 - share / 2.0)
    }

    /// Forgets the failures.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Returns how many tries have failed in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use crate::testing::test;

    #[test]
    fn pauses_grow_to_half_a_minute_and_start_over_after_a_success() {
        let mut backoff = Backoff::new(7);
        for full in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
            let pause = backoff.failed().as_secs_f64();
            assert!((full / 2.0..=full).contains(&pause), "{pause} of {full}");
        }
        backoff.succeeded();
        assert!(backoff.failed().as_secs_f64() <= 1.0);
    }

    #[test]
    fn two_clients_do_not_wait_alike() {
        assert_ne!(Backoff::new(1).failed(), Backoff::new(2).failed());
    }
}
