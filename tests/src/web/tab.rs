//! A tab with the test app, or with another page of its origin.

use std::{fmt, panic::Location};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use thirtyfour::{WebDriver, WindowHandle};

use super::{BOOT, Entries};
use crate::{Failure, wait};

/// Given the body of an async function and its arguments, runs it.
const RUN: &str = "const [body, ...rest] = arguments; const done = rest.pop(); \
    const AsyncFunction = (async () => {}).constructor; \
    new AsyncFunction('...args', body)(...rest).then( \
        (value) => done({ Ok: value ?? null }), \
        (error) => done({ Err: String(error?.message ?? error) }));";

/// Given the name of one of the app's functions and its arguments, calls it once it is there.
const CALL: &str = "const [name, ...rest] = args; \
    while (!window.wasmBindings) await new Promise((go) => setTimeout(go, 5)); \
    return await window.wasmBindings[name](...rest);";

/// A tab, be it the current one or not.
#[derive(Clone, Debug)]
pub struct Tab {
    driver: WebDriver,
    window: WindowHandle,
}

/// How a store is doing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// `running`, or why not.
    pub store: String,
    /// The tab's id.
    pub session: String,
    /// The browser profile's id.
    pub client: String,
    /// The last event in this tab.
    pub head: u64,
    /// The last event in the log, as far as this tab knows.
    pub leader_head: u64,
    /// How many events of this tab are not persisted.
    pub pending: u64,
    /// How the connection to the sync server is.
    pub connection: String,
    /// How many events of the log are skipped.
    pub skipped: u64,
    /// Where the log is kept.
    pub storage: String,
    /// Damage that the log was saved from.
    pub damage: Option<Damage>,
}

/// What became of a damaged log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Damage {
    /// How many events were kept.
    pub kept: u64,
    /// How many are lost, at least.
    pub lost: u64,
    /// Whether there may have been more.
    pub may_be_more: bool,
    /// How many of them are in the export.
    pub set_aside: u64,
    /// The damaged file.
    pub file: String,
}

impl Tab {
    pub(super) fn new(driver: &WebDriver, window: WindowHandle) -> Self {
        Self {
            driver: driver.clone(),
            window,
        }
    }

    /// Makes this the current tab.
    pub async fn show(&self) -> Result<(), Failure> {
        Ok(self.driver.switch_to_window(self.window.clone()).await?)
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) -> Result<(), Failure> {
        self.show().await?;
        Ok(self.driver.goto(url).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<(), Failure> {
        self.show().await?;
        Ok(self.driver.refresh().await?)
    }

    /// Goes back to the page before.
    pub async fn back(&self) -> Result<(), Failure> {
        self.show().await?;
        Ok(self.driver.back().await?)
    }

    /// Closes the tab.
    pub async fn close(self) -> Result<(), Failure> {
        self.show().await?;
        Ok(self.driver.close_window().await?)
    }

    /// Has the browser run a script in this tab before anything else, on every page from the next one on.
    pub async fn add_script(&self, script: &str) -> Result<(), Failure> {
        self.show().await?;
        let script = json!({ "source": script });
        self.driver
            .cdp()
            .send_raw("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        Ok(())
    }

    /// Has the browser freeze the page, as it does with tabs that were long not looked at, or go on with it.
    pub async fn set_frozen(&self, frozen: bool) -> Result<(), Failure> {
        self.show().await?;
        let state = if frozen { "frozen" } else { "active" };
        let cdp = self.driver.cdp();
        cdp.send_raw("Page.setWebLifecycleState", json!({ "state": state }))
            .await?;
        Ok(())
    }

    /// Has the tab's process crash; all the driver can do with it after that is to close it.
    pub async fn crash(&self) -> Result<(), Failure> {
        self.show().await?;
        // It is what answers that crashes.
        let _ = self.driver.cdp().send_raw("Page.crash", json!({})).await;
        Ok(())
    }

    /// Runs the body of an async function with `args` in the page; what it throws is the inner error.
    pub async fn try_run<T: DeserializeOwned>(
        &self,
        body: &str,
        args: impl IntoIterator<Item = Value>,
    ) -> Result<Result<T, String>, Failure> {
        self.show().await?;
        let arguments: Vec<_> = [json!(body)].into_iter().chain(args).collect();
        Ok(self.driver.execute_async(RUN, arguments).await?.convert()?)
    }

    /// Runs the body of an async function with `args` in the page.
    #[track_caller]
    pub fn run<T: DeserializeOwned>(
        &self,
        body: &str,
        args: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<T, Failure>> {
        let at = Location::caller();
        async move {
            let outcome = self.try_run(body, args).await?;
            outcome.map_err(|reason| Failure::Page {
                at,
                action: format!("run `{body}`"),
                reason,
            })
        }
    }

    /// Calls a function of the app; what it throws is the inner error.
    pub async fn try_call<T: DeserializeOwned>(
        &self,
        function: &str,
        args: impl IntoIterator<Item = Value>,
    ) -> Result<Result<T, String>, Failure> {
        self.try_run(CALL, [json!(function)].into_iter().chain(args))
            .await
    }

    /// Calls a function of the app.
    #[track_caller]
    pub fn call<T: DeserializeOwned>(
        &self,
        function: &str,
        args: impl IntoIterator<Item = Value>,
    ) -> impl Future<Output = Result<T, Failure>> {
        let at = Location::caller();
        async move {
            let outcome = self.try_call(function, args).await?;
            outcome.map_err(|reason| Failure::Page {
                at,
                action: format!("call `{function}`"),
                reason,
            })
        }
    }

    /// Returns the boot's steps so far.
    pub async fn boot_steps(&self) -> Result<Vec<String>, Failure> {
        self.call("bootSteps", []).await
    }

    /// Waits until the store that the address names is open.
    #[track_caller]
    pub fn until_open(&self) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        async move {
            let last = self.until_booted(at).await?;
            if last == "Ready" {
                return Ok(());
            }
            Err(Failure::Page {
                at,
                action: "open its store".to_owned(),
                reason: last,
            })
        }
    }

    /// Waits until the store that the address names is refused, and returns the last boot step, which says why.
    #[track_caller]
    pub fn until_refused(&self) -> impl Future<Output = Result<String, Failure>> {
        let at = Location::caller();
        async move {
            let last = self.until_booted(at).await?;
            if last != "Ready" {
                return Ok(last);
            }
            Err(Failure::Page {
                at,
                action: "be refused".to_owned(),
                reason: "its store is open".to_owned(),
            })
        }
    }

    async fn until_booted(&self, at: &'static Location<'static>) -> Result<String, Failure> {
        let look = async || Ok(self.boot_steps().await?.pop().unwrap_or_default());
        let ended = |last: &String| last == "Ready" || last.starts_with("Failed");
        wait::until(at, BOOT, "the boot to end", look, ended).await
    }

    /// Commits a token and waits until it is persisted.
    #[track_caller]
    pub fn keep(&self, token: &str) -> impl Future<Output = Result<(), Failure>> {
        self.call("keep", [json!(token)])
    }

    /// Commits a token and waits until the server has it.
    #[track_caller]
    pub fn sync(&self, token: &str) -> impl Future<Output = Result<(), Failure>> {
        self.call("sync", [json!(token)])
    }

    /// Commits so many tokens in a few commits, and waits until they are persisted.
    #[track_caller]
    pub fn fill(&self, prefix: &str, count: u32) -> impl Future<Output = Result<(), Failure>> {
        self.call("fill", [json!(prefix), json!(count)])
    }

    /// Starts to commit so many tokens one by one, which are reported to the site when they are persisted.
    #[track_caller]
    pub fn burst(&self, prefix: &str, count: u32) -> impl Future<Output = Result<(), Failure>> {
        self.call("burst", [json!(prefix), json!(count)])
    }

    /// Returns every token that the tab shows.
    pub async fn entries(&self) -> Result<Entries, Failure> {
        let json: String = self.call("entries", []).await?;
        let pairs: Vec<(String, i64)> = serde_json::from_str(&json).expect("the app makes JSON");
        Ok(pairs.into_iter().collect())
    }

    /// Returns how many tokens the tab shows.
    pub async fn count(&self) -> Result<u32, Failure> {
        self.call("count", []).await
    }

    /// Waits until the tab shows so many tokens.
    #[track_caller]
    pub fn until_count(&self, count: u32) -> impl Future<Output = Result<u32, Failure>> {
        let at = Location::caller();
        async move {
            let look = async || self.count().await;
            let expected = format!("{count} tokens");
            wait::until(at, BOOT, &expected, look, |seen| *seen == count).await
        }
    }

    /// Returns how the store is doing.
    pub async fn status(&self) -> Result<Status, Failure> {
        let json: String = self.call("status", []).await?;
        Ok(serde_json::from_str(&json).expect("the app makes JSON"))
    }

    /// Waits until the store is doing as `holds` wants it; `expected` completes "expected …".
    #[track_caller]
    pub fn until_status(
        &self,
        expected: &str,
        holds: impl Fn(&Status) -> bool,
    ) -> impl Future<Output = Result<Status, Failure>> {
        let at = Location::caller();
        async move { wait::until(at, BOOT, expected, async || self.status().await, holds).await }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
