//! Inputs that are almost right: kept ones, changed a few times.

use fastrand::Rng;

/// What frames, queries and requests are made of, and numbers at the edges.
const WORDS: [&str; 32] = [
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "9007199254740993",
    "18446744073709551616",
    "\\ud800",
    "\\u0000",
    "_tag",
    "\"_tag\":\"Request\"",
    "payload",
    "seqNum",
    "parentSeqNum",
    "%00",
    "%",
    "%25%32",
    "storeId=",
    "transport=http",
    "\r\n",
    "\r\n\r\n",
    "content-length: 9999999999",
    "transfer-encoding: chunked\r\n",
    "\u{feff}",
    "\u{10ffff}",
];
/// Nesting that a recursive parser has to survive.
const DEEP: usize = 20_000;
const LONGEST: usize = 1 << 20;

/// Changes one of the inputs, the same way for the same seed.
pub(crate) fn mutate(inputs: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let mut input = pick(inputs, &mut rng).clone();
    for _ in 0..rng.u8(1..=4) {
        change(&mut input, inputs, &mut rng);
        input.truncate(LONGEST);
    }
    input
}

fn pick<'a>(inputs: &'a [Vec<u8>], rng: &mut Rng) -> &'a Vec<u8> {
    &inputs[rng.usize(..inputs.len())]
}

fn change(input: &mut Vec<u8>, inputs: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.usize(..=input.len());
    let end = at + rng.usize(..=(input.len() - at).min(40));
    match rng.u8(..10) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..end)),
        2 => input.extend_from_within(at..end),
        3 => {
            let piece = input[at..end].to_vec();
            let place = rng.usize(..=input.len());
            drop(input.splice(place..place, piece));
        }
        4 => {
            let other = pick(inputs, rng);
            let from = rng.usize(..=other.len());
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        5 if rng.u8(..50) == 0 => {
            let open = *rng.choice(b"[{").expect("there are two");
            drop(input.splice(at..at, std::iter::repeat_n(open, DEEP)));
        }
        5 | 6 => {
            let word = rng.choice(WORDS).expect("there are some");
            drop(input.splice(at..end, word.bytes()));
        }
        7 => {
            let word = rng.choice(WORDS).expect("there are some");
            drop(input.splice(at..at, word.bytes()));
        }
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = rng.u8(..);
            }
        }
    }
}
