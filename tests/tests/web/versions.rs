//! The app's next version: the state is rebuilt from the log, and versions do not get into each other's way.

use std::panic::Location;

use livestore_tests::{
    wait,
    web::{self, Web},
};
use serde_json::json;

use crate::check::{assert_all, sound_entries};

#[test]
fn web_04_an_empty_store_boots_without_replaying() {
    web::run(async |web| {
        let tab = web.store("v1/?store=new").await?;
        assert_eq!(tab.boot_steps().await?, ["Loading", "Ready"]);
        tab.keep("something").await?;
        tab.reload().await?;
        tab.until_open().await?;
        let steps = tab.boot_steps().await?;
        assert_eq!(steps.first().map(String::as_str), Some("Loading"));
        Ok(())
    });
}

#[test]
fn web_04_data_survives_schema_changes_and_the_rebuild_is_seen() {
    const EVENTS: u32 = 20_000;
    web::run(async |web| {
        let tab = web.store("v1/?store=changing").await?;
        tab.fill("v1", EVENTS).await?;
        let before = sound_entries(&tab).await?;

        tab.goto(&web.site.url("v2/?store=changing")).await?;
        tab.until_open().await?;
        let steps = replayed(&tab.boot_steps().await?);
        assert!(steps.len() > 3, "{steps:?}");
        assert!(steps.is_sorted_by_key(|(done, _)| *done), "{steps:?}");
        assert!(steps.iter().all(|(_, total)| *total == EVENTS), "{steps:?}");
        assert_eq!(tab.call::<u32>("countOfV2", []).await?, EVENTS);
        assert_eq!(sound_entries(&tab).await?, before);
        tab.keep("by v2").await?;

        tab.goto(&web.site.url("v1/?store=changing")).await?;
        tab.until_open().await?;
        tab.until_count(EVENTS + 1).await?;
        assert!(!replayed(&tab.boot_steps().await?).is_empty());
        sound_entries(&tab).await?;
        Ok(())
    });
}

#[test]
fn what_is_persisted_in_a_burst_survives_a_schema_change_in_its_middle() {
    // A browser of its own: it logs that it would have asked before leaving.
    web::run_and_kill(async |site, browser| {
        let tab = Web::new(site, browser.session())
            .store("v1/?store=deployed")
            .await?;
        tab.burst("v1", 1_000).await?;
        let look = async || Ok(site.reported());
        let at = Location::caller();
        wait::until(at, web::BOOT, "some reports", look, |count| *count > 100).await?;
        tab.goto(&site.url("v2/?store=deployed")).await?;
        tab.until_open().await?;
        let reported = site.take_reported();
        let entries = sound_entries(&tab).await?;
        assert_all(&reported, &entries, "of those reported as persisted");
        Ok(())
    });
}

#[test]
fn web_06_thirty_schema_changes_use_no_more_files() {
    web::run(async |web| {
        let tab = web.store("v1/?store=often").await?;
        let files = tab.stored_files("often").await?;
        for change in 1..=30 {
            tab.keep(&format!("before change {change}")).await?;
            let version = if change % 2 == 0 { "v1" } else { "v2" };
            tab.goto(&web.site.url(&format!("{version}/?store=often")))
                .await?;
            tab.until_open().await?;
            tab.until_count(change).await?;
        }
        sound_entries(&tab).await?;
        assert_eq!(tab.stored_files("often").await?, files);
        Ok(())
    });
}

#[test]
fn web_06_a_hundred_opens_and_closes_use_no_more_files() {
    const TIMES: u32 = 100;
    web::run(async |web| {
        let tab = web.open("v1/").await?;
        tab.call::<()>("open", [json!("often")]).await?;
        let files = tab.stored_files("often").await?;
        for time in 1..=TIMES {
            tab.keep(&format!("opened for the {time}th time")).await?;
            tab.call::<()>("close", []).await?;
            tab.call::<()>("open", [json!("often")]).await?;
        }
        tab.until_count(TIMES).await?;
        sound_entries(&tab).await?;
        assert_eq!(tab.stored_files("often").await?, files);
        Ok(())
    });
}

/// Picks the steps of replaying: events done, and in all.
fn replayed(steps: &[String]) -> Vec<(u32, u32)> {
    let number = |text: &str| text.parse().expect("a number of events");
    steps
        .iter()
        .filter_map(|step| {
            let (done, total) = step
                .strip_prefix("Replaying { done: ")?
                .strip_suffix(" }")?
                .split_once(", total: ")?;
            Some((number(done), number(total)))
        })
        .collect()
}
