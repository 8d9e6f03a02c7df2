//! `tti-cold`: from the navigation to an app until what its first live query gave is on the screen.
//!
//! Every run has a fresh profile and a fresh browser. The app knows nothing of it: a script that the browser runs before
//! the page's own waits for the element that the app renders with the query's result, then for two animation frames.

use livestore_bench_scenarios::{FLOOR, Figures, Samples, Selection, Unit};
use livestore_tests::browser::Driver;
use serde_json::json;

use super::{IMPLEMENTATION, driven, goto, server};
use crate::{Sink, failure::Failure, places};

/// The scenarios' names, where the apps are, and what they render with the first result.
const APPS: [(&str, &str, &str); 3] = [
    ("tti-cold.min", places::MIN_APP, "ul"),
    ("floor.tti-cold.min", places::MIN_BASELINE, "ul"),
    ("tti-cold.todomvc", places::TODOMVC, ".todoapp"),
];
const RUNS: usize = 9;

const WATCH: &str = "globalThis.interactive = new Promise((interactive) => {
  new MutationObserver((_, observer) => {
    if (!document.querySelector(SELECTOR)) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => interactive(performance.now())));
  }).observe(document, { childList: true, subtree: true });
});";
const WAIT: &str = "interactive.then(arguments[0])";

/// Measures the selected apps in turns.
pub(super) async fn measure(
    driver: &Driver,
    selection: &Selection,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    let mut apps = Vec::new();
    for (name, place, selector) in APPS {
        if selection.takes(name.strip_prefix(FLOOR).unwrap_or(name)) {
            let url = server::serve(&places::app(place)?).await?;
            apps.push((name, url, selector, Figures::default()));
        }
    }
    for _ in 0..RUNS {
        for (_, url, selector, figures) in &mut apps {
            let tti = once(driver, url, selector).await?;
            figures.add(Samples::default().with("tti", Unit::Milliseconds, tti));
        }
    }
    for (name, _, _, figures) in apps {
        lines(figures.lines(IMPLEMENTATION, name));
    }
    Ok(())
}

async fn once(driver: &Driver, url: &str, selector: &str) -> Result<f64, Failure> {
    let session = driver.open().await?;
    let watch = WATCH.replace("SELECTOR", &json!(selector).to_string());
    let page = session.driver();
    driven(
        page.cdp()
            .send_raw(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": watch }),
            )
            .await,
    )?;
    goto(&session, url).await?;
    let interactive = driven(page.execute_async(WAIT, Vec::new()).await)?;
    let time = driven(interactive.convert())?;
    session.quit().await?;
    Ok(time)
}
