//! How fast somebody may send.

use std::time::Duration;

use tokio::time::Instant;

/// Over how many seconds a rate is measured.
const SECONDS: f64 = 5.0;

/// A bucket of tokens that fills at a rate; whoever finds it empty waits.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(per_second: u32) -> Self {
        let rate = f64::from(per_second.max(1));
        Self {
            rate,
            tokens: rate * SECONDS,
            filled: Instant::now(),
        }
    }

    /// Takes a token, on credit if there is none.
    pub(crate) fn take(&mut self) {
        self.tokens -= 1.0;
    }

    /// Returns when there is a token again, if there is none.
    pub(crate) fn empty_until(&mut self) -> Option<Instant> {
        let now = self.fill();
        (self.tokens < 1.0).then(|| now + Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }

    /// Whether it is as good as a new one.
    pub(crate) fn is_full(&mut self) -> bool {
        self.fill();
        self.tokens >= self.rate * SECONDS
    }

    /// Adds what has come since the last time, also to a bucket that is not empty: what does not fit any more
    /// must not come later.
    fn fill(&mut self) -> Instant {
        let now = Instant::now();
        let since = now.duration_since(self.filled).as_secs_f64();
        self.filled = now;
        self.tokens = (self.tokens + since * self.rate).min(self.rate * SECONDS);
        now
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, advance};

    use super::Bucket;

    #[tokio::test(start_paused = true)]
    async fn an_empty_bucket_fills_at_its_rate() {
        let mut bucket = Bucket::new(10);
        for _ in 0..50 {
            assert_eq!(bucket.empty_until(), None);
            bucket.take();
        }
        let again = bucket.empty_until().expect("the burst is used up");
        let wait = again - Instant::now();
        assert!(wait > Duration::from_millis(90) && wait < Duration::from_millis(110));
        advance(wait).await;
        assert_eq!(bucket.empty_until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_that_was_left_alone_holds_one_burst_and_no_more() {
        let mut bucket = Bucket::new(10);
        advance(Duration::from_secs(60)).await;
        for _ in 0..50 {
            assert_eq!(bucket.empty_until(), None);
            bucket.take();
        }
        assert!(bucket.empty_until().is_some());
        assert!(!bucket.is_full());
        advance(Duration::from_secs(6)).await;
        assert!(bucket.is_full());
    }
}
