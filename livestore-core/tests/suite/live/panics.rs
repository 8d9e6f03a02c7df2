//! Live queries whose decoding or comparing panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use livestore_core::{
    prelude::*,
    query::{QueryError, Row},
};

use super::{recorder, renamed};
use crate::fixture::{Todo, created, store};

/// Panics when it is read from a text that says so, or compared with one.
#[derive(Clone, Debug)]
struct Fragile(String);

impl FromRow for Fragile {
    fn from_row(row: &Row<'_>) -> Result<Self, QueryError> {
        let text: String = row.get(0)?;
        assert_ne!(text, "unreadable", "as planned");
        Ok(Self(text))
    }
}

impl PartialEq for Fragile {
    fn eq(&self, other: &Self) -> bool {
        assert_ne!(other.0, "incomparable", "as planned");
        self.0 == other.0
    }
}

#[test]
fn a_live_query_that_panics_fails_and_neither_the_commit_nor_the_others_do() {
    for text in ["unreadable", "incomparable"] {
        let store = store();
        store.commit(created("a", "")).unwrap();
        let fragile = sql("SELECT text FROM todos").rows::<Fragile>();
        let fragile = store.live(fragile.labeled("fragile")).unwrap();
        let texts = store.live(Todo::query().select(Todo::TEXT)).unwrap();
        let ((broken, one), (sound, two)) = (recorder(), recorder());
        let _keep = (fragile.subscribe(one), texts.subscribe(two));

        let commit = || store.commit(renamed("a", text));
        let receipt = catch_unwind(AssertUnwindSafe(commit)).expect("the commit holds");
        receipt.unwrap();
        assert_eq!(store.pending_count(), 0, "its event is with the leader");
        assert_eq!(sound.lock().unwrap().last().unwrap(), &[text]);
        assert_eq!(broken.lock().unwrap().len(), 1, "it keeps its last result");
        assert!(store.live_queries()[0].stale);
        let error = fragile.get().unwrap_err().to_string();
        assert!(
            error.contains("`fragile` panicked: ") && error.contains("as planned"),
            "{error}"
        );

        store.commit(renamed("a", "fine")).unwrap();
        assert_eq!(broken.lock().unwrap().last().unwrap()[0].0, "fine");
    }
}
