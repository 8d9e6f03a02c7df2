//! What must hold for the tokens that a tab shows.

use std::collections::BTreeSet;

use livestore_tests::{
    Failure,
    web::{Entries, Tab},
};

/// Returns a tab's tokens once nothing of it is under way; none is there twice, and no event is without one.
pub(crate) async fn sound_entries(tab: &Tab) -> Result<Entries, Failure> {
    let status = tab
        .until_status("nothing pending", |status| {
            status.pending == 0 && status.head == status.leader_head
        })
        .await?;
    let entries = tab.entries().await?;
    let doubled: Vec<_> = entries.iter().filter(|(_, times)| **times != 1).collect();
    assert!(doubled.is_empty(), "added more than once: {doubled:?}");
    assert_eq!(status.skipped, 0, "events could not be applied");
    assert_eq!(entries.len() as u64, status.head, "tokens and events");
    Ok(entries)
}

/// Checks that none of these tokens is missing.
pub(crate) fn assert_all(wanted: &BTreeSet<String>, entries: &Entries, why: &str) {
    let lost: Vec<_> = wanted
        .iter()
        .filter(|token| !entries.contains_key(*token))
        .collect();
    assert!(lost.is_empty(), "{why}: {} lost: {lost:?}", lost.len());
}
