//! Files that are damaged: the state is rebuilt, the log is not touched until somebody says so.

use livestore_tests::{
    Failure,
    web::{self, Part, Tab, Web},
};
use serde_json::json;

use crate::check::sound_entries;

const EVENTS: u32 = 5_000;

#[test]
fn a_state_file_of_garbage_is_rebuilt() {
    damaged_state_is_rebuilt(Part::Whole);
}

#[test]
fn a_state_file_with_garbage_in_its_middle_is_rebuilt() {
    damaged_state_is_rebuilt(Part::Middle);
}

#[track_caller]
fn damaged_state_is_rebuilt(part: Part) {
    web::run(async |web| {
        let tab = filled(web, "state.db", part).await?;
        tab.goto(&web.site.url("v1/?store=damaged")).await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), EVENTS as usize);
        tab.keep("more").await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), EVENTS as usize + 1);
        Ok(())
    });
}

#[test]
fn a_log_of_garbage_is_reported_and_can_be_exported_and_reset() {
    damaged_log_is_reported("eventlog.db", Part::Whole, true);
}

#[test]
fn a_file_that_has_lost_its_name_is_reported_and_can_be_reset() {
    damaged_log_is_reported("eventlog.db", Part::Header, false);
}

#[track_caller]
fn damaged_log_is_reported(file: &str, part: Part, exportable: bool) {
    web::run(async |web| {
        let tab = filled(web, file, part).await?;
        tab.goto(&web.site.url("v1/?store=damaged")).await?;
        let reason = tab.until_refused().await?;
        assert!(
            reason.contains("damaged")
                || reason.contains("not a database")
                || reason.contains("invalid header"),
            "{reason}"
        );

        if exportable {
            let log: Vec<u8> = tab
                .run(
                    "return Array.from(await window.wasmBindings.exportLog('damaged'));",
                    [],
                )
                .await?;
            assert!(log.len() > 100_000, "{} bytes", log.len());
        }
        tab.call::<()>("reset", [json!("damaged")]).await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(tab.count().await?, 0);
        tab.keep("afresh").await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), 1);
        Ok(())
    });
}

/// Fills a store, closes it, and damages one of its files; the tab is left on another page.
async fn filled(web: &Web<'_>, file: &str, part: Part) -> Result<Tab, Failure> {
    let tab = web.store("v1/?store=damaged").await?;
    tab.fill("token", EVENTS).await?;
    // A second start, so that the state has been stored.
    tab.reload().await?;
    tab.until_open().await?;
    tab.goto(&web.site.url("blank")).await?;
    tab.damage("damaged", file, part).await?;
    Ok(tab)
}
