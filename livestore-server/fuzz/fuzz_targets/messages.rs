//! The target `messages`: see `tests/malformed/targets.rs`.
#![no_main]

#[allow(dead_code)]
#[path = "../../tests/malformed/targets.rs"]
mod targets;

use std::cell::RefCell;

thread_local! {
    static SURFACE: RefCell<targets::Surface> = RefCell::new(targets::Surface::new());
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    SURFACE.with_borrow_mut(|surface| surface.messages(input));
});
