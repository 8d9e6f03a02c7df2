//! Several tabs with TodoMVC, and leaving one.

use std::panic::Location;

use serde_json::json;

use super::TodoMvc;
use crate::{Failure, wait};

/// Whether the browser would ask before it leaves the page.
const ASKS: &str = "const leave = new Event('beforeunload', { cancelable: true }); \
    window.dispatchEvent(leave); return leave.defaultPrevented;";

/// Makes every worker of a page find a browser that stores nothing.
const NO_STORAGE: &str = "const Plain = Blob; window.Blob = function (parts, options) { \
    const forbid = 'navigator.storage.getDirectory = () => \
        Promise.reject(new DOMException(\"Nothing is stored here.\", \"SecurityError\"));\\n'; \
    return new Plain(options?.type === 'text/javascript' ? [forbid, ...parts] : parts, options); };";

impl TodoMvc {
    /// Loads the page again as in a window that stores nothing.
    pub async fn reload_without_storage(&self) -> Result<(), Failure> {
        self.until_saved().await?;
        let script = json!({ "source": NO_STORAGE });
        self.driver
            .cdp()
            .send_raw("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        self.reload().await
    }

    /// Returns what the page says of the store, if it does.
    pub async fn warning(&self) -> Result<Option<String>, Failure> {
        let text = "return document.querySelector('.warning span')?.textContent ?? null;";
        self.script(text, vec![]).await
    }

    /// Opens the same address in another tab, which is the current one then.
    pub async fn second_tab(&self) -> Result<Self, Failure> {
        let address = self.driver.current_url().await?;
        let window = self.driver.new_tab().await?;
        let second = Self {
            driver: self.driver.clone(),
            window,
        };
        second.show().await?;
        second.driver.goto(address.as_str()).await?;
        second.until_started().await?;
        Ok(second)
    }

    /// Makes this tab the current one.
    pub async fn show(&self) -> Result<(), Failure> {
        Ok(self.driver.switch_to_window(self.window.clone()).await?)
    }

    /// Loads the page again.
    pub async fn reload(&self) -> Result<(), Failure> {
        self.driver.refresh().await?;
        self.until_started().await
    }

    /// Closes this tab; another one must be made the current one.
    pub async fn close(&self) -> Result<(), Failure> {
        self.show().await?;
        Ok(self.driver.close_window().await?)
    }

    /// Waits until the page can be left without a question.
    #[track_caller]
    pub fn until_saved(&self) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        async move {
            let look = async || self.script::<bool>(ASKS, vec![]).await;
            let expected = "no question before leaving (false)";
            wait::until(at, wait::PATIENCE, expected, look, |asks| !asks).await?;
            Ok(())
        }
    }
}
