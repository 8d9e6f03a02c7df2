//! What a person at the browser's console has: `__debugLiveStore`.

use livestore_tests::web;
use serde_json::json;

/// Keeps what the page offers to save: the file's name, its size, and how it begins.
const KEEP_DOWNLOADS: &str = "window.saved = []; HTMLAnchorElement.prototype.click = function () { \
    window.saved.push(fetch(this.href).then((file) => file.arrayBuffer()).then((bytes) => ({ \
        name: this.download, size: bytes.byteLength, start: new TextDecoder().decode(bytes.slice(0, 15)) }))); };";
const SAVED: &str = "return await Promise.all(window.saved);";

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Saved {
    name: String,
    size: f64,
    start: String,
}

#[test]
fn state_and_log_can_be_saved_from_every_tab() {
    web::run(async |web| {
        let leads = web.store("v1/?store=saved").await?;
        let other = web.store("v1/?store=saved").await?;
        leads.fill("token", 1_000).await?;
        other.until_count(1_000).await?;
        for tab in [&leads, &other] {
            tab.run::<()>(KEEP_DOWNLOADS, []).await?;
            let sizes: (f64, f64, Option<f64>) = tab
                .run(
                    "const handle = window.__debugLiveStore[args[0]]; \
                     return [handle.downloadState(), await handle.downloadLog(), \
                             await handle.downloadDamagedLog() ?? null];",
                    [json!("saved")],
                )
                .await?;
            let saved: Vec<Saved> = tab.run(SAVED, []).await?;
            let file = |name: &str, size: f64| Saved {
                name: name.to_owned(),
                size,
                start: "SQLite format 3".to_owned(),
            };
            let (state, log, damaged) = sizes;
            assert_eq!(
                saved,
                [
                    file("saved-state.db", state),
                    file("saved-eventlog.db", log)
                ]
            );
            assert!(state > 20_000.0 && log > 50_000.0, "{saved:?}");
            assert_eq!(damaged, None, "nothing is damaged");
        }
        Ok(())
    });
}

#[test]
fn the_statuses_can_be_read_for_every_store_of_the_page() {
    web::run(async |web| {
        let tab = web.store("v1/?store=one").await?;
        tab.keep("something").await?;
        let (stores, status, sync): (Vec<String>, String, String) = tab
            .run(
                "const all = window.__debugLiveStore; \
                 return [Object.keys(all), all.one.status(), all.one.syncStatus()];",
                [],
            )
            .await?;
        assert_eq!(stores, ["one"]);
        assert_eq!(status, "running");
        assert!(
            sync.contains("global: 1") && sync.contains("Persistent"),
            "{sync}"
        );
        Ok(())
    });
}
