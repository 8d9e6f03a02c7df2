//! The browser, as far as the benchmarks need it.

use leptos::web_sys::{HtmlElement, js_sys};
use livestore_bench_scenarios::{
    Failure, Host, LocalFuture,
    kept::Version,
    protocol::{COLLECT_GARBAGE, REPORT, Report, TASK, Task},
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

mod js {
    use super::{HtmlElement, JsValue, js_sys, wasm_bindgen};

    #[wasm_bindgen(module = "/src/host.js")]
    extern "C" {
        pub(super) fn now() -> f64;

        #[wasm_bindgen(js_name = isIsolated)]
        pub(super) fn is_isolated() -> bool;

        pub(super) async fn rest();

        pub(super) async fn pause(milliseconds: f64);

        pub(super) async fn frame();

        #[wasm_bindgen(catch)]
        pub(super) async fn request(
            method: &str,
            path: &str,
            body: Option<String>,
        ) -> Result<JsValue, JsValue>;

        pub(super) fn content(table: &HtmlElement) -> String;

        pub(super) fn watch(table: &HtmlElement, rows: usize, done: usize) -> js_sys::Promise;

        #[wasm_bindgen(js_name = isNext)]
        pub(super) fn is_next() -> bool;

        pub(super) fn say(word: &str);

        pub(super) fn hear(word: &str) -> js_sys::Promise;
    }
}

/// The page's clock and thread.
pub(crate) struct Browser;

impl Host for Browser {
    fn implementation(&self) -> &str {
        "livestore-rs chromium"
    }

    fn now(&self) -> f64 {
        js::now()
    }

    fn counts_from_navigation(&self) -> bool {
        true
    }

    fn rest(&self) -> LocalFuture<'_, ()> {
        Box::pin(js::rest())
    }
}

/// Returns which version of the schema this program has.
pub(crate) fn version() -> Version {
    if js::is_next() {
        Version::Next
    } else {
        Version::This
    }
}

/// Says a word to the other tabs.
pub(crate) fn say(word: &str) {
    js::say(word);
}

/// Starts to wait until another tab says a word.
pub(crate) fn hear(word: &str) -> impl Future<Output = ()> + use<> {
    let heard = JsFuture::from(js::hear(word));
    async move {
        // It is never rejected.
        let _ = heard.await;
    }
}

/// When a change was there, on the page's clock.
pub(crate) struct Seen {
    /// The page was told that the elements are as expected.
    pub(crate) dom: f64,
    /// The second animation frame after that began.
    pub(crate) paint: f64,
}

/// Refuses a page whose clock is coarse.
pub(crate) fn check_isolation() -> Result<(), Failure> {
    if js::is_isolated() {
        Ok(())
    } else {
        Err(Failure::Page(
            "it is not cross-origin isolated, so its clock is coarse".into(),
        ))
    }
}

/// Asks what to do.
pub(crate) async fn task() -> Result<Task, Failure> {
    let answer = js::request("GET", TASK, None).await.map_err(failure)?;
    let json = answer.as_string().unwrap_or_default();
    serde_json::from_str(&json)
        .map_err(|error| Failure::Page(format!("its task is unclear: {error}")))
}

/// Tells how it goes.
pub(crate) async fn report(report: &Report) -> Result<(), Failure> {
    let json = serde_json::to_string(report).map_err(|error| Failure::Page(error.to_string()))?;
    js::request("POST", REPORT, Some(json))
        .await
        .map(drop)
        .map_err(failure)
}

/// Has all garbage collected.
pub(crate) async fn collect_garbage() -> Result<(), Failure> {
    js::request("POST", COLLECT_GARBAGE, None)
        .await
        .map(drop)
        .map_err(failure)
}

/// Waits for a while.
pub(crate) async fn pause(milliseconds: f64) {
    js::pause(milliseconds).await;
}

/// Waits for an animation frame.
pub(crate) async fn frame() {
    js::frame().await;
}

/// Returns a table's text, a line per row.
pub(crate) fn content(table: &HtmlElement) -> String {
    js::content(table)
}

/// Starts to wait until a table has so many rows, of which so many are done.
pub(crate) fn watch(
    table: &HtmlElement,
    rows: usize,
    done: usize,
) -> impl Future<Output = Result<Seen, Failure>> + use<> {
    let seen = JsFuture::from(js::watch(table, rows, done));
    async move {
        let times: js_sys::Array = seen.await.map_err(failure)?.into();
        let time = |i| times.get(i).as_f64().unwrap_or(f64::NAN);
        Ok(Seen {
            dom: time(0),
            paint: time(1),
        })
    }
}

/// What a thrown value says.
pub(crate) fn failure(error: JsValue) -> Failure {
    Failure::Page(format!("{error:?}"))
}
