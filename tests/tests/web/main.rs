//! The web adapter in a real browser: tabs, reloads, crashes, versions, and storage that fails.
//!
//! Ids such as WEB-01 are those of the upstream behaviour that a test goes back to.

mod check;
mod console;
mod damage;
mod kills;
mod places;
mod refusals;
mod storage;
mod sync;
mod tabs;
mod takeover;
mod versions;
