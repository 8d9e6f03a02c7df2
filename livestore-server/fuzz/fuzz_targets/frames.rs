//! The target `frames`: see `tests/malformed/targets.rs`.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/malformed/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::frames(input));
