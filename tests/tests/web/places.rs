//! Where the page and the worker's script come from.

use livestore_tests::web;

use crate::{check::sound_entries, storage::worker_script};

#[test]
fn an_app_under_a_sub_path_finds_its_worker() {
    web::run(async |web| {
        let tab = web.store("some/base/?store=below").await?;
        tab.keep("something").await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn a_policy_against_blob_workers_is_met_with_a_worker_url() {
    web::run(async |web| {
        web.site
            .add_script("worker.js", worker_script(web, "strict/").await?);
        let tab = web
            .store("strict/?store=strict&worker=/scripts/worker.js")
            .await?;
        tab.keep("something").await?;
        tab.reload().await?;
        tab.until_open().await?;
        assert_eq!(sound_entries(&tab).await?.len(), 1);
        Ok(())
    });
}

#[test]
fn a_worker_that_cannot_start_is_a_reason_not_to_open() {
    web::run(async |web| {
        let tab = web
            .open("v1/?store=none&worker=/scripts/not-there.js")
            .await?;
        let reason = tab.until_refused().await?;
        assert!(reason.contains("worker"), "{reason}");
        // The browser logs the missing script, as it should.
        web.session.console_errors().await?;
        Ok(())
    });
}
