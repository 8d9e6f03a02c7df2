//! Which build of the program a page runs, and which of two is the newer one.

use std::cmp::Ordering;

use js_sys::Reflect;
use serde::{Deserialize, Serialize};

use super::spawn;
use crate::eventlog;

/// A build of the program, in a page.
///
/// Pages of other builds read it too, so it stays as it is; what is added comes at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Build {
    /// The newest format of the log that it can read.
    format: u32,
    /// When the page was loaded, in microseconds.
    loaded: u64,
    /// What tells it from others; empty for a page that only asks for something.
    name: String,
}

impl Build {
    /// Returns the build of this page, for a store of a schema.
    pub(super) fn here(fingerprint: u64) -> Self {
        Self {
            format: eventlog::FORMAT,
            loaded: loaded_at(),
            name: format!("{}-{fingerprint:016x}", spawn::program()),
        }
    }

    /// Returns that of a page that has no schema at hand; it has to give way to any other.
    pub(super) fn nameless() -> Self {
        Self {
            format: 0,
            loaded: 0,
            name: String::new(),
        }
    }

    pub(super) fn is_nameless(&self) -> bool {
        self.name.is_empty()
    }

    /// Whether both are the same program with the same schema.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.name == other.name
    }

    /// Whether another program has to make way for this one.
    ///
    /// One that cannot read the other's log is older. Otherwise builds have no order of their own, but a
    /// page that was just loaded is what the server has now, so the page loaded later is the newer one.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let parts = |build: &Self| (build.format, build.loaded, build.name.clone());
        !self.is_same_as(other) && parts(self).cmp(&parts(other)) == Ordering::Greater
    }
}

/// When the page was loaded. A browser without that clock takes now for it, which is soon after.
fn loaded_at() -> u64 {
    let origin = Reflect::get(&js_sys::global(), &"performance".into())
        .and_then(|performance| Reflect::get(&performance, &"timeOrigin".into()))
        .ok()
        .and_then(|origin| origin.as_f64())
        .unwrap_or_else(js_sys::Date::now);
    (origin * 1_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::Build;
    use crate::testing::test;

    fn build(format: u32, loaded: u64, name: &str) -> Build {
        Build {
            format,
            loaded,
            name: name.to_owned(),
        }
    }

    #[test]
    fn the_same_build_is_not_newer_however_late_it_was_loaded() {
        let (early, late) = (build(2, 10, "a"), build(2, 20, "a"));
        assert!(early.is_same_as(&late));
        assert!(!late.is_newer_than(&early) && !early.is_newer_than(&late));
    }

    #[test]
    fn of_two_builds_the_one_loaded_later_is_newer() {
        let (early, late) = (build(2, 10, "b"), build(2, 20, "a"));
        assert!(late.is_newer_than(&early) && !early.is_newer_than(&late));
    }

    #[test]
    fn a_build_that_cannot_read_the_others_log_is_older_however_late_it_was_loaded() {
        let (new, old) = (build(3, 10, "new"), build(2, 20, "old"));
        assert!(new.is_newer_than(&old) && !old.is_newer_than(&new));
    }

    #[test]
    fn of_two_builds_loaded_at_the_same_moment_one_is_newer() {
        let (a, b) = (build(2, 10, "a"), build(2, 10, "b"));
        assert!(b.is_newer_than(&a) && !a.is_newer_than(&b));
    }

    #[test]
    fn a_page_without_a_schema_gives_way_to_any_other() {
        assert!(build(1, 0, "a").is_newer_than(&Build::nameless()));
        assert!(!Build::nameless().is_newer_than(&build(1, 0, "a")));
    }
}
