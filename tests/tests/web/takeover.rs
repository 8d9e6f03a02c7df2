//! Tabs with different builds of the app side by side: the one loaded later has the store, the other is told to reload.

use livestore_tests::{
    Failure,
    web::{self, Tab, Web},
};
use serde_json::json;

use crate::check::{assert_all, sound_entries};

/// What the page of an older build tells its people.
const RELOAD: &str = "a newer version of this app is open: reload this page";

#[test]
fn an_old_builds_tab_is_told_to_reload_when_a_new_one_is_opened() {
    side_by_side("v1", "v2");
}

/// Builds have no order: after a roll back of a release, the older one is what the server has.
#[test]
fn a_new_builds_tab_is_told_to_reload_when_an_old_one_is_opened_after_it() {
    side_by_side("v2", "v1");
}

#[track_caller]
fn side_by_side(there: &str, comes: &str) {
    web::run(async |web| {
        let (there, comes) = (address(there), address(comes));
        let leads = web.store(&there).await?;
        let follows = web.store(&there).await?;
        leads.fill("first", 2_000).await?;
        follows.keep("second").await?;
        leads.until_count(2_001).await?;
        let before = sound_entries(&leads).await?;

        let newer = web.store(&comes).await?;
        assert_eq!(sound_entries(&newer).await?, before);
        for old in [&leads, &follows] {
            is_outdated(old).await?;
            assert_eq!(old.entries().await?, before, "it can still be read");
        }
        newer.keep("by the newer one").await?;
        let third = web.store(&comes).await?;
        assert_eq!(third.count().await?, 2_002);

        // What they were told to do helps, in whatever order: the page is what the server has now.
        for (old, token) in [(&leads, "from the first"), (&follows, "from the second")] {
            old.goto(&web.site.url(&comes)).await?;
            old.until_open().await?;
            old.keep(token).await?;
        }
        newer.until_count(2_004).await?;
        assert_eq!(newer.status().await?.store, "running");
        sound_entries(&third).await?;
        Ok(())
    });
}

#[test]
fn what_an_old_build_has_pending_is_persisted_before_the_new_one_opens() {
    // A browser of its own: it logs that it would have asked before leaving.
    web::run_and_kill(async |site, browser| {
        let web = Web::new(site, browser.session());
        let leads = web.store(&address("v1")).await?;
        let follows = web.store(&address("v1")).await?;
        // More than goes through in one piece, and all of it committed before anybody can say a word.
        for old in [&leads, &follows] {
            old.run::<()>(COMMIT_MANY, [json!(old.status().await?.session)])
                .await?;
        }
        let newer = web.store(&address("v2")).await?;
        let outcome = |old| Tab::run::<Outcome>(old, OUTCOME, []);
        for old in [&leads, &follows] {
            let session = old.status().await?.session;
            let outcome = outcome(old).await?;
            let accounted = outcome.persisted.len() + outcome.refused;
            assert_eq!(accounted as u32, outcome.committed, "receipts: {outcome:?}");
            // Only what came when the tab had been told to take no more.
            assert!(outcome.refused <= 1, "{session}: {outcome:?}");
            assert!(outcome.committed > 50, "{session}: {outcome:?}");
            let entries = sound_entries(&newer).await?;
            assert_all(&outcome.persisted, &entries, "of those that were persisted");
            let there = entries.keys().filter(|token| token.starts_with(&session));
            assert_eq!(there.count(), outcome.persisted.len(), "and no others");
            is_outdated(old).await?;
        }
        Ok(())
    });
}

/// Commits as long as it may, and notes what becomes of each token.
const COMMIT_MANY: &str = "const [prefix] = args; const outcome = { committed: 0, persisted: [], refused: 0 }; \
    const all = []; window.outcome = outcome; \
    (async () => { \
        for (let i = 0; i < 100000; i += 1) { \
            const token = `${prefix}-${i}`; \
            outcome.committed += 1; \
            const kept = window.wasmBindings.keep(token); \
            all.push(kept.then(() => outcome.persisted.push(token), () => outcome.refused += 1)); \
            if (window.wasmBindings.status().includes('newer version')) break; \
            if (i % 50 === 49) await new Promise((go) => setTimeout(go)); \
        } \
        await Promise.all(all); outcome.done = true; \
    })();";
const OUTCOME: &str = "while (!window.outcome.done) await new Promise((go) => setTimeout(go, 10)); \
    return window.outcome;";

/// What became of a tab's commits.
#[derive(Debug, serde::Deserialize)]
struct Outcome {
    committed: u32,
    persisted: std::collections::BTreeSet<String>,
    refused: usize,
}

#[test]
fn a_tab_that_was_loaded_earlier_does_not_take_over_when_it_comes_back() {
    web::run(async |web| {
        // It has the page, but opens its store only after the other.
        let older = web.open("v1/").await?;
        let newer = web.store(&address("v2")).await?;
        newer.keep("by the newer one").await?;
        let refused = older.try_call::<()>("open", [json!("sides")]).await?;
        let reason = refused.expect_err("it is of an older build");
        assert!(reason.contains(RELOAD), "{reason}");
        newer.keep("undisturbed").await?;
        assert_eq!(newer.status().await?.store, "running");
        assert_eq!(sound_entries(&newer).await?.len(), 2);
        Ok(())
    });
}

#[test]
fn a_store_is_exported_and_reset_while_another_tab_has_it_open() {
    web::run(async |web| {
        let tab = web.store(&address("v1")).await?;
        tab.fill("token", 1_000).await?;
        let other = web.open("v1/").await?;
        // Once the app is there.
        other.boot_steps().await?;
        let bytes: u32 = other
            .run(
                "return (await window.wasmBindings.exportLog('sides')).length;",
                [],
            )
            .await?;
        assert!(bytes > 50_000, "{bytes}");
        other.call::<()>("reset", [json!("sides")]).await?;
        tab.until_count(0).await?;
        tab.keep("afresh").await?;
        assert_eq!(tab.status().await?.store, "running");
        Ok(())
    });
}

fn address(version: &str) -> String {
    format!("{version}/?store=sides")
}

/// Checks that a tab says that it is of an older build, and takes no more commits.
async fn is_outdated(tab: &Tab) -> Result<(), Failure> {
    tab.until_status("to be outdated", |status| status.store == RELOAD)
        .await?;
    let refused = tab.try_call::<()>("keep", [json!("too late")]).await?;
    let reason = refused.expect_err("it takes no more commits");
    assert!(reason.contains(RELOAD), "{reason}");
    assert!(!tab.entries().await?.contains_key("too late"));
    Ok(())
}
