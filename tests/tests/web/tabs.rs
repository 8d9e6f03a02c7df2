//! Tabs that share a store: who leads, who hears of what.

use livestore_tests::web;
use serde_json::json;

use crate::check::sound_entries;

/// Opens two tabs in one go, with nothing between them.
const OPEN_TWO: &str = "for (const _ of [1, 2]) window.open(args[0], '_blank', 'noopener');";

#[test]
fn web_01_two_tabs_boot_at_the_same_moment() {
    web::run(async |web| {
        let first = web.open("blank").await?;
        let url = json!(web.site.url("v1/?store=both"));
        let tabs = web.opened_by(first.run(OPEN_TWO, [url])).await?;
        assert_eq!(tabs.len(), 2);
        for tab in &tabs {
            tab.until_open().await?;
        }
        tabs[0].keep("from one").await?;
        tabs[1].keep("from the other").await?;
        for tab in &tabs {
            tab.until_count(2).await?;
            sound_entries(tab).await?;
        }
        Ok(())
    });
}

#[test]
fn web_02_no_shared_worker_is_needed() {
    web::run(async |web| {
        let tab = web.open("v1/").await?;
        tab.run::<()>("delete window.SharedWorker;", []).await?;
        tab.call::<()>("open", [json!("alone")]).await?;
        tab.keep("something").await?;
        let other = web.store("v1/?store=alone").await?;
        other.until_count(1).await?;
        Ok(())
    });
}

#[test]
fn web_08_a_reload_keeps_the_data() {
    web::run(async |web| {
        let tab = web.store("v1/?store=kept").await?;
        tab.fill("token", 2_500).await?;
        tab.keep("last").await?;
        let before = sound_entries(&tab).await?;
        let ids = tab.status().await?;
        assert_eq!(ids.storage, "Persistent");

        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?, before);
        let after = tab.status().await?;
        assert_eq!((after.client, after.session), (ids.client, ids.session));
        Ok(())
    });
}

#[test]
fn web_09_tabs_see_each_others_commits_live() {
    web::run(async |web| {
        let one = web.store("v1/?store=shared").await?;
        let other = web.store("v1/?store=shared").await?;
        one.keep("from the leader's tab").await?;
        other.until_count(1).await?;
        other.keep("from the other").await?;
        one.until_count(2).await?;
        assert_eq!(sound_entries(&one).await?, sound_entries(&other).await?);
        let (one, other) = (one.status().await?, other.status().await?);
        assert_eq!(one.client, other.client);
        assert_ne!(one.session, other.session);
        Ok(())
    });
}

#[test]
fn web_09_leadership_moves_when_the_leaders_tab_is_reloaded() {
    web::run(async |web| {
        let one = web.store("v1/?store=moves").await?;
        let other = web.store("v1/?store=moves").await?;
        for round in 0..4 {
            let (leads, follows) = if round % 2 == 0 {
                (&one, &other)
            } else {
                (&other, &one)
            };
            leads.keep(&format!("before reload {round}")).await?;
            leads.reload().await?;
            follows.keep(&format!("during reload {round}")).await?;
            leads.until_open().await?;
            leads.until_count(2 * (round + 1)).await?;
        }
        assert_eq!(sound_entries(&one).await?, sound_entries(&other).await?);
        Ok(())
    });
}

#[test]
fn web_09_the_other_tab_goes_on_when_the_leaders_is_closed() {
    web::run(async |web| {
        let leads = web.store("v1/?store=closes").await?;
        let other = web.store("v1/?store=closes").await?;
        leads.fill("before", 1_000).await?;
        leads.close().await?;
        other.keep("after").await?;
        other.until_count(1_001).await?;
        let entries = sound_entries(&other).await?;
        let third = web.store("v1/?store=closes").await?;
        assert_eq!(sound_entries(&third).await?, entries);
        Ok(())
    });
}

#[test]
fn web_09_the_other_tab_goes_on_when_the_leaders_crashes() {
    web::run_and_kill(async |site, browser| {
        let web = web::Web::new(site, browser.session());
        let leads = web.store("v1/?store=crashes").await?;
        let other = web.store("v1/?store=crashes").await?;
        leads.fill("before", 1_000).await?;
        leads.crash().await?;
        other.keep("after").await?;
        other.until_count(1_001).await?;
        sound_entries(&other).await?;

        let third = web.store("v1/?store=crashes").await?;
        third.until_count(1_001).await?;
        Ok(())
    });
}

#[test]
fn a_duplicated_tab_is_a_session_of_its_own() {
    web::run(async |web| {
        let url = json!(web.site.url("v1/?store=twice"));
        let tab = web.store("v1/?store=twice").await?;
        // A tab with an opener starts with a copy of its session storage, as a duplicated one does.
        let tabs = web
            .opened_by(tab.run("window.open(args[0]);", [url]))
            .await?;
        let [copy] = &tabs[..] else {
            panic!("one tab was opened: {tabs:?}")
        };
        copy.until_open().await?;
        assert_ne!(tab.status().await?.session, copy.status().await?.session);
        tab.keep("from the original").await?;
        copy.keep("from the copy").await?;
        tab.until_count(2).await?;
        copy.until_count(2).await?;
        sound_entries(copy).await?;
        Ok(())
    });
}

#[test]
fn a_page_that_is_left_and_kept_by_the_browser_holds_up_no_other_tab() {
    web::run(async |web| {
        let leads = web.store("v1/?store=left").await?;
        let other = web.store("v1/?store=left").await?;
        leads.keep("before").await?;
        leads.goto(&web.site.url("blank")).await?;
        other.keep("meanwhile").await?;
        leads.back().await?;
        leads.until_open().await?;
        leads.until_count(2).await?;
        leads.keep("back again").await?;
        other.until_count(3).await?;
        assert_eq!(sound_entries(&leads).await?, sound_entries(&other).await?);
        Ok(())
    });
}

#[test]
fn a_frozen_tab_holds_up_no_other_and_catches_up() {
    web::run(async |web| {
        let leads = web.store("v1/?store=frozen").await?;
        let frozen = web.store("v1/?store=frozen").await?;
        frozen.keep("before").await?;
        frozen
            .run::<()>("document.onfreeze = () => { window.froze = true; };", [])
            .await?;
        frozen.set_frozen(true).await?;
        // More than a page of the log, and a commit that waits for nobody.
        leads.fill("meanwhile", 2_500).await?;
        let third = web.store("v1/?store=frozen").await?;
        third.until_count(2_501).await?;
        frozen.set_frozen(false).await?;
        assert!(frozen.run::<bool>("return window.froze;", []).await?);
        frozen.until_count(2_501).await?;
        frozen.keep("after").await?;
        leads.until_count(2_502).await?;
        assert_eq!(sound_entries(&frozen).await?, sound_entries(&leads).await?);
        Ok(())
    });
}

#[test]
fn going_from_one_address_of_the_app_to_another_keeps_the_tab_alive() {
    web::run(async |web| {
        let tab = web.store("v1/?store=wanders").await?;
        for page in 1..=8 {
            tab.keep(&format!("page {page}")).await?;
            tab.goto(&web.site.url(&format!("v1/?store=wanders&page={page}")))
                .await?;
            tab.until_open().await?;
            tab.until_count(page).await?;
        }
        Ok(())
    });
}
