//! What ends in the middle of commits: every commit whose receipt said "persisted" is there afterwards, once.
//!
//! Each test prints its seed; with `LIVESTORE_E2E_SEED` it takes that one, though what a moment hits stays chance.

use std::{collections::BTreeSet, env, panic::Location, time::Duration};

use fastrand::Rng;
use livestore_tests::{
    Failure,
    browser::OwnBrowser,
    wait,
    web::{self, Site, Tab, Web},
};

use crate::check::{assert_all, sound_entries};

/// Commits in one burst, one by one; they take about a second.
const BURST: u32 = 1_000;
const STORE: &str = "v1/?store=killed";

#[test]
fn web_09_nothing_persisted_is_lost_when_the_browser_is_killed() {
    const KILLS: usize = 16;
    web::run_and_kill(async |site, browser| {
        let mut rng = rng("browser");
        let mut known = Known::default();
        for kill in 0..KILLS {
            let tab = Web::new(site, browser.session()).store(STORE).await?;
            known.check(site, &tab).await?;
            tab.burst(&format!("burst {kill}"), BURST).await?;
            some_moment(&mut rng).await;
            browser.kill_and_restart().await?;
        }
        let tab = Web::new(site, browser.session()).store(STORE).await?;
        known.check(site, &tab).await?;
        known.print(KILLS);
        Ok(())
    });
}

#[test]
fn web_09_nothing_persisted_is_lost_when_the_browser_is_killed_while_two_tabs_commit() {
    const KILLS: usize = 10;
    web::run_and_kill(async |site, browser| {
        let mut rng = rng("browser with two tabs");
        let mut known = Known::default();
        for kill in 0..KILLS {
            let web = Web::new(site, browser.session());
            let tabs = [web.store(STORE).await?, web.store(STORE).await?];
            for tab in &tabs {
                known.check(site, tab).await?;
            }
            for (number, tab) in tabs.iter().enumerate() {
                tab.burst(&format!("burst {kill} of tab {number}"), BURST)
                    .await?;
            }
            some_moment(&mut rng).await;
            browser.kill_and_restart().await?;
        }
        let tab = Web::new(site, browser.session()).store(STORE).await?;
        known.check(site, &tab).await?;
        known.print(KILLS);
        Ok(())
    });
}

#[test]
fn web_09_nothing_is_lost_when_the_leaders_tab_is_closed() {
    web::run_and_kill(async |site, browser| {
        end_leaders(site, browser, "close", 17, async |leader| {
            leader.close().await
        })
        .await
    });
}

#[test]
fn web_09_nothing_is_lost_when_the_leaders_tab_crashes() {
    web::run_and_kill(async |site, browser| {
        end_leaders(site, browser, "crash", 17, async |leader| {
            leader.crash().await?;
            leader.close().await
        })
        .await
    });
}

/// Ends the leader's tab again and again while it and another one commit.
async fn end_leaders(
    site: &Site,
    browser: &OwnBrowser,
    name: &str,
    kills: usize,
    end: impl AsyncFn(Tab) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut rng = rng(name);
    let web = Web::new(site, browser.session());
    let mut known = Known::default();
    let mut leader = web.store(STORE).await?;
    for kill in 0..kills {
        let other = web.store(STORE).await?;
        known.check(site, &other).await?;
        let theirs = format!("other's burst {kill}");
        other.burst(&theirs, BURST).await?;
        leader
            .burst(&format!("leader's burst {kill}"), BURST)
            .await?;
        some_moment(&mut rng).await;
        end(leader).await?;

        // It goes on by itself: all of its commits get through.
        let mine = |token: &String| token.starts_with(&theirs);
        let look = async || Ok(other.entries().await?.into_keys().filter(mine).count());
        wait::until(
            Location::caller(),
            web::BOOT,
            "all of the other tab's commits",
            look,
            |count| *count == BURST as usize,
        )
        .await?;
        // Persisted behind all of that: by the next leader, or by the last one after it has told of everything before.
        // Else the tab may not even have noticed that it has to catch up.
        other.keep(&format!("after {name} {kill}")).await?;
        known.check(site, &other).await?;
        leader = other;
    }
    let another = web.store(STORE).await?;
    known.check(site, &another).await?;
    known.print(kills);
    Ok(())
}

/// The tokens that must be there.
#[derive(Default)]
struct Known {
    tokens: BTreeSet<String>,
    reported: usize,
}

impl Known {
    /// Checks that a tab shows all that was reported as persisted, and all that any tab has shown before.
    async fn check(&mut self, site: &Site, tab: &Tab) -> Result<(), Failure> {
        // In this order: what is reported later may be shown or not.
        let reported = site.take_reported();
        let entries = sound_entries(tab).await?;
        assert_all(&reported, &entries, "of those reported as persisted");
        assert_all(&self.tokens, &entries, "of those that were there before");
        self.reported += reported.len();
        self.tokens = entries.into_keys().collect();
        Ok(())
    }

    fn print(&self, kills: usize) {
        eprintln!(
            "{kills} kills, {} commits reported as persisted, {} in the log, none lost, none doubled",
            self.reported,
            self.tokens.len()
        );
    }
}

/// Waits a while, during which a burst gets somewhere.
async fn some_moment(rng: &mut Rng) {
    tokio::time::sleep(Duration::from_millis(rng.u64(0..1_200))).await;
}

fn rng(name: &str) -> Rng {
    let seed = env::var("LIVESTORE_E2E_SEED").map_or_else(
        |_| fastrand::u64(..),
        |seed| seed.parse().expect("LIVESTORE_E2E_SEED is a number"),
    );
    eprintln!("{name}: LIVESTORE_E2E_SEED={seed}");
    Rng::with_seed(seed)
}
