//! Malformed input on every way into the server: no panic, no hang, nothing left over.
//!
//! The corpus is what the fuzzer has found worth keeping (`cargo xtask fuzz`); here each of its inputs is given to its
//! target, and some changed ones: `LIVESTORE_MALFORMED` says how many.

mod corpus;
mod mutation;
mod targets;

use std::{
    fs, panic,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use targets::Surface;

/// Changed inputs of a target, unless told otherwise.
const CHANGED: u64 = 3_000;

/// Reads the corpus of a target.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/malformed/corpus");
    let file = folder.join(format!("{name}.jsonl"));
    let lines = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    corpus::inputs(&lines)
}

/// Gives a target its corpus, then changed inputs, each from a seed of its own.
fn torment(name: &str, mut target: impl FnMut(&[u8])) {
    static PANICS: AtomicUsize = AtomicUsize::new(0);
    // Tasks of the server that panic are not seen by their clients.
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
    }));
    let mut check = |input: &[u8], what: String| {
        target(input);
        assert_eq!(
            PANICS.load(Ordering::SeqCst),
            0,
            "{what} made something panic: {}",
            corpus::line(input)
        );
    };
    let inputs = kept(name);
    for (number, input) in inputs.iter().enumerate() {
        check(input, format!("input {number} of `{name}`"));
    }
    let changed = std::env::var("LIVESTORE_MALFORMED").map_or(CHANGED, |number| {
        number.parse().expect("LIVESTORE_MALFORMED is a number")
    });
    for seed in 0..changed {
        let input = mutation::mutate(&inputs, seed);
        check(&input, format!("seed {seed} of `{name}`"));
    }
}

#[test]
fn no_text_makes_the_readers_of_frames_panic() {
    torment("frames", targets::frames);
}

#[test]
fn no_bytes_of_a_connection_harm_the_server() {
    let mut surface = Surface::new();
    torment("bytes", |input| surface.bytes(input));
}

#[test]
fn no_query_and_body_harm_the_server() {
    let mut surface = Surface::new();
    torment("requests", |input| surface.request(input));
}

#[test]
fn no_messages_of_a_socket_harm_the_server() {
    let mut surface = Surface::new();
    torment("messages", |input| surface.messages(input));
}
