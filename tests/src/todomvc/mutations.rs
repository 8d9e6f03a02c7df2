//! Watches which parts of the page the app touches.

use std::collections::BTreeMap;

use super::TodoMvc;
use crate::Failure;

impl TodoMvc {
    /// Starts to count the DOM's mutations.
    pub async fn watch_mutations(&self) -> Result<(), Failure> {
        self.script(include_str!("mutations.js"), vec![]).await
    }

    /// Returns how many mutations there have been since [`TodoMvc::watch_mutations`], by place.
    ///
    /// A place is `todo 3` (the row that was number 3 then), `new todo`, `list`, `footer`, `toggle all`,
    /// `sync state` or a tag name with its classes.
    pub async fn mutations(&self) -> Result<BTreeMap<String, u32>, Failure> {
        self.script("return window.livestoreTests.mutations();", vec![])
            .await
    }
}
