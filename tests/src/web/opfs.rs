//! What the origin stores, seen and damaged from a page beside the app.

use std::panic::Location;

use serde_json::json;

use super::Tab;
use crate::Failure;

const DAMAGE: &str = include_str!("opfs.js");
/// Given a store, counts the files that are kept for it.
const COUNT: &str = "let folder = await navigator.storage.getDirectory(); \
    for (const part of ['livestore', args[0], '.opaque']) folder = await folder.getDirectoryHandle(part); \
    let files = 0; for await (const _ of folder.keys()) files += 1; return files;";

/// Which part of a file is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All that SQLite sees of it.
    Whole,
    /// Its first page.
    First,
    /// Some pages in its middle.
    Middle,
    /// Its second half is cut off.
    End,
    /// What says which file it is.
    Header,
    /// Nothing of it, but a second file gets the name of the log.
    Twin,
}

impl Tab {
    /// Overwrites a part of one of a store's files with garbage; no tab may have the store open.
    #[track_caller]
    pub fn damage(
        &self,
        store: &str,
        file: &str,
        part: Part,
    ) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        let part = format!("{part:?}").to_lowercase();
        async move {
            let outcome = self
                .try_run::<u64>(DAMAGE, [json!(store), json!(file), json!(part)])
                .await?;
            outcome.map(drop).map_err(|reason| Failure::Page {
                at,
                action: format!("damage {file}"),
                reason,
            })
        }
    }

    /// Returns how many files are kept for a store.
    pub async fn stored_files(&self, store: &str) -> Result<u32, Failure> {
        self.run(COUNT, [json!(store)]).await
    }
}
