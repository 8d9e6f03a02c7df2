//! Waiting for a condition instead of sleeping.

use std::{
    fmt::Display,
    panic::Location,
    time::{Duration, Instant},
};

use crate::Failure;

/// How long a condition may take to hold, unless a test says otherwise.
///
/// The app answers within a frame; the rest is for a machine with other things to do.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(15);

/// Looks again and again until what is seen satisfies `holds`, and returns what was seen then.
///
/// `at` is the place in the test to blame, `expected` completes "expected …".
pub async fn until<T: Display>(
    at: &'static Location<'static>,
    patience: Duration,
    expected: &str,
    mut look: impl AsyncFnMut() -> Result<T, Failure>,
    holds: impl Fn(&T) -> bool,
) -> Result<T, Failure> {
    let start = Instant::now();
    loop {
        let seen = look().await?;
        if holds(&seen) {
            return Ok(seen);
        }
        if start.elapsed() >= patience {
            return Err(Failure::Wait {
                at,
                expected: expected.to_owned(),
                waited: start.elapsed(),
                seen: seen.to_string(),
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime can be built");
        runtime.block_on(future)
    }

    #[test]
    fn waiting_ends_as_soon_as_the_condition_holds() {
        let mut looks = 0;
        let look = async || {
            looks += 1;
            Ok(looks)
        };
        let seen = block_on(until(Location::caller(), PATIENCE, "3", look, |n| *n == 3));
        assert_eq!(seen.expect("3 is reached"), 3);
    }

    #[test]
    fn a_condition_that_never_holds_is_reported_with_what_was_seen() {
        let look = async || Ok("two todos");
        let outcome = block_on(until(
            Location::caller(),
            Duration::ZERO,
            "three todos",
            look,
            |_| false,
        ));
        let message = outcome.expect_err("it never holds").to_string();
        assert!(message.contains("wait.rs"), "{message}");
        assert!(
            message.contains("expected three todos; after "),
            "{message}"
        );
        assert!(message.ends_with("there is two todos"), "{message}");
    }
}
