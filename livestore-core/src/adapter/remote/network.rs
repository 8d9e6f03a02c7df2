//! Sockets and requests, as the platform has them.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

use std::{pin::Pin, time::Duration};

use futures::{Sink, Stream, StreamExt};
#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::{HttpClient, absolute, open};
#[cfg(target_arch = "wasm32")]
pub(super) use web::{HttpClient, absolute, open};

use crate::sync::BackendError;

/// An open WebSocket: where texts go, and where they come from. What comes ends with the reason why.
pub(super) type Socket = (
    Pin<Box<dyn Sink<String, Error = BackendError>>>,
    Pin<Box<dyn Stream<Item = Result<String, BackendError>>>>,
);

/// The body of an answer, as it comes.
pub(super) type Answer = Pin<Box<dyn Stream<Item = Result<Vec<u8>, BackendError>>>>;

/// The longest that a server may ask to be left alone: whoever asks for more has made a mistake.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);
/// How much is read of an answer that is none of the wire's.
const MOST_WORDS: usize = 1000;

/// Returns the start of an answer that is none of the wire's; what is wrong with it does not matter any more.
async fn words(answer: &mut Answer) -> String {
    let mut words = Vec::new();
    while let Some(Ok(bytes)) = answer.next().await {
        words.extend(bytes);
        if words.len() >= MOST_WORDS {
            break;
        }
    }
    String::from_utf8_lossy(&words).into_owned()
}

/// Says what became of a WebSocket.
fn closed(code: u16, reason: &str) -> BackendError {
    let told = if reason.is_empty() { "" } else { ": " };
    BackendError::offline(format_args!(
        "the connection was closed ({code}{told}{reason})"
    ))
}

/// Returns what an answer says that is none of the wire's.
fn refused(status: u16, retry_after: Option<&str>, body: &str) -> BackendError {
    // A page for people can be long.
    let words: String = body.chars().take(200).collect();
    let words = words.trim();
    match status {
        401 | 403 => BackendError::Unauthorized {
            reason: match words {
                "" => format!("status {status}"),
                words => words.to_owned(),
            },
        },
        429 | 503 if retry_after.is_some() => BackendError::Busy {
            retry_after: Duration::from_secs(
                retry_after
                    .and_then(|seconds| seconds.trim().parse().ok())
                    .unwrap_or(10),
            )
            .min(LONGEST_RETRY_AFTER),
        },
        status => BackendError::offline(format_args!("it answered with status {status}: {words}")),
    }
}
