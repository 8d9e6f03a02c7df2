//! Storage that is missing, full, or to be deleted, and the question before a page with unsaved commits is left.

use livestore_tests::{
    Failure,
    web::{self, Tab, Web},
};
use serde_json::json;

use crate::check::sound_entries;

/// Whether the page would ask before it is left.
const LEAVES: &str = "const leave = new Event('beforeunload', { cancelable: true }); \
    window.dispatchEvent(leave); return leave.defaultPrevented;";

/// Put before the worker's own script, this is a browser that stores nothing.
const NO_OPFS: &str = "navigator.storage.getDirectory = () => \
    Promise.reject(new DOMException('Nothing is stored here.', 'SecurityError'));\n";

#[test]
fn without_storage_a_store_lives_in_memory_and_says_so() {
    web::run(async |web| {
        let address = without_storage(web).await?;
        let tab = web.store(&address).await?;
        let storage = tab.status().await?.storage;
        assert!(storage.starts_with("Unavailable"), "{storage}");
        assert!(storage.contains("Nothing is stored here."), "{storage}");
        is_not_persisted(&tab, "in memory").await?;
        let other = web.store(&address).await?;
        other.until_count(1).await?;
        is_not_persisted(&other, "from the other tab").await?;
        tab.until_count(2).await?;
        sound_entries(&tab).await?;
        Ok(())
    });
}

#[test]
fn without_storage_a_store_lives_as_long_as_one_of_its_tabs() {
    web::run(async |web| {
        let address = without_storage(web).await?;
        let mut leads = web.store(&address).await?;
        for round in 0..3_u32 {
            let other = web.store(&address).await?;
            is_not_persisted(&leads, &format!("in round {round}")).await?;
            is_not_persisted(&other, &format!("from the other in round {round}")).await?;
            leads.until_count(2 * round + 2).await?;
            other.until_count(2 * round + 2).await?;
            let before = sound_entries(&other).await?;
            leads.close().await?;
            // A tab that comes now asks the next leader for everything.
            let third = web.store(&address).await?;
            third.until_count(2 * round + 2).await?;
            assert_eq!(sound_entries(&third).await?, before);
            assert_eq!(sound_entries(&other).await?, before);
            third.close().await?;
            leads = other;
        }
        leads.close().await?;
        let afresh = web.store(&address).await?;
        assert_eq!(afresh.count().await?, 0, "that was the last one");
        Ok(())
    });
}

#[test]
fn without_storage_a_reset_brings_nothing_back() {
    web::run(async |web| {
        let address = without_storage(web).await?;
        let first = web.store(&address).await?;
        let tab = web.store(&address).await?;
        is_not_persisted(&tab, "to be deleted").await?;
        first.until_count(1).await?;
        first.close().await?;
        is_not_persisted(&tab, "this too").await?;
        tab.run::<()>("await window.__debugLiveStore['nowhere'].hardReset();", [])
            .await?;
        tab.until_count(0).await?;
        is_not_persisted(&tab, "afresh").await?;
        assert_eq!(sound_entries(&tab).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn without_storage_leaving_the_leaders_tab_is_questioned() {
    web::run(async |web| {
        let address = without_storage(web).await?;
        let leads = web.store(&address).await?;
        let other = web.store(&address).await?;
        assert!(
            !leads.run::<bool>(LEAVES, []).await?,
            "there is nothing to lose"
        );
        is_not_persisted(&other, "something").await?;
        leads.until_count(1).await?;
        assert!(leads.run::<bool>(LEAVES, []).await?, "it is only here");
        assert!(
            !other.run::<bool>(LEAVES, []).await?,
            "it is in the other tab"
        );
        Ok(())
    });
}

/// Commits a token, and checks that its receipt does not claim that it is stored.
async fn is_not_persisted(tab: &Tab, token: &str) -> Result<(), Failure> {
    let kept = tab.try_call::<()>("keep", [json!(token)]).await?;
    let reason = kept.expect_err("nothing is stored");
    assert!(reason.contains("only kept in memory"), "{reason}");
    assert!(tab.entries().await?.contains_key(token));
    Ok(())
}

/// Serves a worker that finds no storage; returns the address of a page that starts it.
async fn without_storage(web: &Web<'_>) -> Result<String, Failure> {
    web.site.add_script(
        "no-opfs.js",
        format!("{NO_OPFS}{}", worker_script(web, "v1/").await?),
    );
    Ok("v1/?store=nowhere&worker=/scripts/no-opfs.js".to_owned())
}

/// Returns the worker's script of the app at a path.
pub(crate) async fn worker_script(web: &Web<'_>, path: &str) -> Result<String, Failure> {
    let tab = web.open(path).await?;
    let glue: String = tab
        .run(
            "return document.querySelector('link[rel=modulepreload]').href;",
            [],
        )
        .await?;
    let script = tab.call("workerScript", [json!(glue)]).await?;
    tab.close().await?;
    Ok(script)
}

#[test]
fn a_full_disk_stops_commits_and_reading_goes_on() {
    web::run(async |web| {
        let tab = web.store("v1/?store=full").await?;
        tab.fill("before", 1_000).await?;
        let before = tab.entries().await?;
        let used: u64 = tab
            .run("return (await navigator.storage.estimate()).usage;", [])
            .await?;
        limit(web, Some(used + 1_000_000)).await?;

        let long = "x".repeat(2_000);
        let reason = tab
            .try_call::<()>("fill", [json!(long), json!(5_000)])
            .await?
            .expect_err("ten megabytes do not fit");
        assert!(reason.contains("not persisted"), "{reason}");
        tab.until_status("the store to stop", |status| {
            status.store.starts_with("stopped")
        })
        .await?;
        assert!(tab.count().await? >= 1_000);
        let refused = tab.try_call::<()>("keep", [json!("no more")]).await?;
        assert!(refused.is_err(), "{refused:?}");

        limit(web, None).await?;
        tab.reload().await?;
        tab.until_open().await?;
        let entries = sound_entries(&tab).await?;
        let lost = before.keys().find(|token| !entries.contains_key(*token));
        assert_eq!(lost, None);
        tab.keep("there is room again").await?;
        Ok(())
    });
}

/// Limits what the origin may store, or lifts the limit.
async fn limit(web: &Web<'_>, bytes: Option<u64>) -> Result<(), Failure> {
    let mut limit = json!({ "origin": web.site.url("") });
    if let Some(bytes) = bytes {
        limit["quotaSize"] = json!(bytes);
    }
    let cdp = web.session.driver().cdp();
    cdp.send_raw("Storage.overrideQuotaForOrigin", limit)
        .await?;
    Ok(())
}

#[test]
fn the_browser_is_asked_to_keep_the_data_if_the_app_says_so() {
    const ANSWER_NO: &str = "window.asked = 0; \
        navigator.storage.persist = async () => { window.asked += 1; return false; };";
    web::run(async |web| {
        let tab = web.open("v1/").await?;
        tab.run::<()>(ANSWER_NO, []).await?;
        for (ask, asked) in [(false, 0), (true, 1)] {
            tab.call::<()>("open", [json!("kept"), json!(null), json!(ask)])
                .await?;
            assert_eq!(tab.run::<u32>("return window.asked;", []).await?, asked);
            // A no changes nothing.
            tab.keep(&format!("asked: {ask}")).await?;
            tab.call::<()>("close", []).await?;
        }
        Ok(())
    });
}

#[test]
fn leaving_is_only_questioned_while_something_is_not_persisted() {
    web::run(async |web| {
        let tab = web.store("v1/?store=leaving").await?;
        assert!(!tab.run::<bool>(LEAVES, []).await?, "nothing was committed");
        let add = format!("window.wasmBindings.add('something'); {LEAVES}");
        assert!(tab.run::<bool>(&add, []).await?, "it is not persisted yet");
        tab.until_status("nothing pending", |status| status.pending == 0)
            .await?;
        assert!(!tab.run::<bool>(LEAVES, []).await?, "it is persisted");
        Ok(())
    });
}

#[test]
fn a_hard_reset_at_the_console_empties_the_store_in_all_tabs() {
    web::run(async |web| {
        let tab = web.store("v1/?store=emptied").await?;
        let other = web.store("v1/?store=emptied").await?;
        tab.fill("token", 1_500).await?;
        other.until_count(1_500).await?;
        other
            .run::<()>("await window.__debugLiveStore['emptied'].hardReset();", [])
            .await?;
        tab.until_count(0).await?;
        other.until_count(0).await?;
        tab.keep("afresh").await?;
        other.until_count(1).await?;
        tab.reload().await?;
        tab.until_open().await?;
        tab.until_count(1).await?;
        sound_entries(&tab).await?;
        Ok(())
    });
}

/// A log that was saved is the way back after a browser's data are gone, or to another browser.
#[test]
fn an_exported_log_is_brought_into_an_empty_store_and_open_tabs_follow() {
    const COPY: &str = "const log = await window.wasmBindings.exportLog('from'); \
        return await window.wasmBindings.importLog('to', log).then(() => 'done', error => error);";
    web::run(async |web| {
        let from = web.store("v1/?store=from").await?;
        from.fill("token", 2_000).await?;
        let before = sound_entries(&from).await?;
        let to = web.store("v1/?store=to").await?;
        assert_eq!(from.run::<String>(COPY, []).await?, "done");
        to.until_count(2_000).await?;
        assert_eq!(sound_entries(&to).await?, before);
        to.keep("one more").await?;
        let again: String = from.run(COPY, []).await?;
        assert!(again.contains("store `to` has events already"), "{again}");
        to.reload().await?;
        to.until_open().await?;
        assert_eq!(sound_entries(&to).await?.len(), 2_001);
        // A store that nobody has open, too.
        to.close().await?;
        from.call::<()>("reset", [json!("to")]).await?;
        assert_eq!(from.run::<String>(COPY, []).await?, "done");
        let to = web.store("v1/?store=to").await?;
        assert_eq!(sound_entries(&to).await?, before);
        Ok(())
    });
}
