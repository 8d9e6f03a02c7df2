//! Files that are damaged: the state is rebuilt, of the log is kept what can be read.

use std::panic::Location;

use livestore_tests::{
    Failure, wait,
    web::{self, Damage, Part, Tab, Web},
};
use serde_json::json;

use crate::check::sound_entries;

const EVENTS: u32 = 5_000;
const STORE: &str = "v1/?store=damaged";

#[test]
fn a_state_file_of_garbage_is_rebuilt() {
    damaged_state_is_rebuilt(Part::Whole);
}

#[test]
fn a_state_file_with_garbage_in_its_middle_is_rebuilt() {
    damaged_state_is_rebuilt(Part::Middle);
}

#[test]
fn a_state_file_that_is_cut_off_is_rebuilt() {
    damaged_state_is_rebuilt(Part::End);
}

#[track_caller]
fn damaged_state_is_rebuilt(part: Part) {
    web::run(async |web| {
        let tab = filled(web, "state.db", part).await?;
        tab.goto(&web.site.url(STORE)).await?;
        tab.until_open().await?;
        // Damage in the middle is found before the page's first pull is answered, so it never shows.
        assert_eq!(tab.entries().await?.len(), EVENTS as usize);
        // A store that is built anew in the page is in the file, too, once there is nothing else to do.
        let kept = async || Ok(tab.try_call::<()>("keep", [json!("more")]).await?.is_ok());
        wait::until(Location::caller(), web::BOOT, "a commit", kept, |kept| {
            *kept
        })
        .await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), EVENTS as usize + 1);
        Ok(())
    });
}

#[test]
fn of_a_log_of_garbage_the_file_is_kept_and_can_be_exported_and_forgotten() {
    web::run(async |web| {
        let tab = filled(web, "eventlog.db", Part::Whole).await?;
        let damage = saved(web, &tab).await?;
        assert_eq!((damage.kept, damage.may_be_more), (0, true));
        let file: u64 = tab.run(DAMAGED_SIZE, []).await?;
        assert!(file > 100_000, "{file} bytes");

        tab.call::<()>("forgetDamagedLog", []).await?;
        tab.until_status("the damage forgotten", |status| status.damage.is_none())
            .await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(tab.status().await?.damage, None);
        assert_eq!(sound_entries(&tab).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn of_a_log_with_garbage_in_its_middle_what_stands_before_it_is_kept() {
    web::run(async |web| {
        let tab = filled(web, "eventlog.db", Part::Middle).await?;
        let damage = saved(web, &tab).await?;
        assert!((1_500..3_500).contains(&damage.kept), "{damage:?}");
        assert_eq!(damage.kept + damage.lost, u64::from(EVENTS));
        assert!(damage.set_aside > 1_000, "{damage:?}");
        // In all tabs, and for those that come later.
        let other = web.store(STORE).await?;
        assert_eq!(other.status().await?.damage, Some(damage));
        assert_eq!(sound_entries(&other).await?, sound_entries(&tab).await?);
        Ok(())
    });
}

#[test]
fn a_log_that_has_lost_its_first_page_is_read_all_the_same() {
    web::run(async |web| {
        let tab = filled(web, "eventlog.db", Part::First).await?;
        let damage = saved(web, &tab).await?;
        assert_eq!((damage.kept, damage.lost), (u64::from(EVENTS), 0));
        tab.call::<()>("reset", [json!("damaged")]).await?;
        tab.until_status("nothing of it", |status| status.damage.is_none())
            .await?;
        tab.until_count(0).await?;
        Ok(())
    });
}

const DAMAGED_SIZE: &str = "return (await window.wasmBindings.exportDamagedLog()).length;";

/// Opens a store with a damaged log, checks that it shows what was kept and works; returns what is known of
/// the damage.
async fn saved(web: &Web<'_>, tab: &Tab) -> Result<Damage, Failure> {
    tab.goto(&web.site.url(STORE)).await?;
    tab.until_open().await?;
    let status = tab
        .until_status("the damage found", |status| status.damage.is_some())
        .await?;
    let damage = status.damage.expect("that was waited for");
    assert_eq!(damage.file, "eventlog.db");
    let kept = u32::try_from(damage.kept).expect("no more than were there");
    tab.until_count(kept).await?;
    tab.keep("after the damage").await?;
    tab.reload().await?;
    tab.until_open().await?;
    assert_eq!(sound_entries(tab).await?.len() as u32, kept + 1);
    assert_eq!(tab.status().await?.damage.as_ref(), Some(&damage));
    Ok(damage)
}

#[test]
fn a_log_whose_file_has_lost_its_name_is_found_by_what_is_in_it() {
    a_file_that_has_lost_its_name_is_found("eventlog.db");
}

#[test]
fn a_state_whose_file_has_lost_its_name_is_built_anew() {
    a_file_that_has_lost_its_name_is_found("state.db");
}

#[track_caller]
fn a_file_that_has_lost_its_name_is_found(file: &str) {
    web::run(async |web| {
        let tab = filled(web, file, Part::Header).await?;
        let files = tab.stored_files("damaged").await?;
        tab.goto(&web.site.url(STORE)).await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), EVENTS as usize);
        assert_eq!(tab.status().await?.damage, None);
        tab.keep("more").await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), EVENTS as usize + 1);
        assert_eq!(tab.stored_files("damaged").await?, files);
        Ok(())
    });
}

#[test]
fn files_that_cannot_be_told_apart_are_reported_exported_and_reset() {
    web::run(async |web| {
        let tab = filled(web, "state.db", Part::Header).await?;
        tab.damage("damaged", "", Part::Twin).await?;
        tab.goto(&web.site.url(STORE)).await?;
        let reason = tab.until_refused().await?;
        assert!(reason.contains("damaged"), "{reason}");
        let log: Vec<u8> = tab
            .run(
                "return Array.from(await window.wasmBindings.exportLog('damaged'));",
                [],
            )
            .await?;
        assert!(log.len() > 100_000, "{} bytes", log.len());
        assert!(log.starts_with(b"SQLite format 3"));
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
    let tab = web.store(STORE).await?;
    tab.fill("token", EVENTS).await?;
    // A second start, so that the state has been stored.
    tab.reload().await?;
    tab.until_open().await?;
    tab.goto(&web.site.url("blank")).await?;
    tab.damage("damaged", file, part).await?;
    Ok(tab)
}
