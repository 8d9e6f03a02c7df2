//! The page object of TodoMVC: what a user can do with the app and what there is to see.
//!
//! Everything goes by the ids and class names of the public TodoMVC app specification, so these tests can drive any
//! TodoMVC. What the app must do is in the tests, not in here.

mod actions;
mod mutations;
mod page;
mod syncing;
mod tabs;

use std::{fmt::Display, panic::Location, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{WebDriver, WindowHandle};

pub use self::{
    actions::Filter,
    page::{Counter, Item, Link, NewTodo, Page, Todo, ToggleAll, list},
    syncing::{run_alone, run_deployed},
};
use crate::{Failure, built_app, scenario, server::Server, wait};

/// How long the app may take to start: a debug build's wasm is large, and a cold machine slow.
const BOOT: Duration = Duration::from_secs(60);

/// The TodoMVC app in a browser.
///
/// Todos are counted from 0, as they stand in the list. The methods that return a future remember where they were
/// called, so that a failure names the test's line.
#[derive(Debug)]
pub struct TodoMvc {
    driver: WebDriver,
    window: WindowHandle,
}

/// Runs a test with the built app and a sync server of its own, opened in a fresh tab.
///
/// Panics when the test fails. The test is named after the function that `body` is written in.
#[track_caller]
pub fn run<F>(body: F)
where
    F: AsyncFnOnce(&TodoMvc) -> Result<(), Failure>,
{
    run_at("", body);
}

/// Like [`run`], with the app opened at another address, for example `#/active`.
#[track_caller]
pub fn run_at<F>(address: &str, body: F)
where
    F: AsyncFnOnce(&TodoMvc) -> Result<(), Failure>,
{
    let outcome = built_app("todomvc").and_then(|folder| {
        let server = Server::start_with_sync(&folder)?;
        scenario::run_at(
            &scenario::name_of::<F>(),
            &server.url(""),
            async |session| {
                let app = TodoMvc::open_here(session, &server.url(address)).await?;
                body(&app).await
            },
        )
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

impl TodoMvc {
    /// Returns the client for commands that have no method here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Returns what the page shows now.
    pub async fn page(&self) -> Result<Page, Failure> {
        self.script(page::SCRIPT, vec![]).await
    }

    /// Waits until the page is as `holds` wants it; `expected` completes "expected …".
    #[track_caller]
    pub fn until(
        &self,
        expected: impl Display,
        holds: impl Fn(&Page) -> bool,
    ) -> impl Future<Output = Result<Page, Failure>> {
        let at = Location::caller();
        async move {
            wait::until(
                at,
                wait::PATIENCE,
                &expected.to_string(),
                async || self.page().await,
                holds,
            )
            .await
        }
    }

    /// Waits until the list shows exactly these todos, in this order.
    #[track_caller]
    pub fn shows<const N: usize>(
        &self,
        todos: [Todo; N],
    ) -> impl Future<Output = Result<Page, Failure>> {
        let expected = format!("the list to be {}", list(&todos));
        self.until(expected, move |page| {
            page.todos() == todos && page.marks_agree()
        })
    }

    /// Runs the body of a JavaScript function in the page and returns its result.
    pub async fn script<T: DeserializeOwned>(
        &self,
        body: &str,
        arguments: Vec<Value>,
    ) -> Result<T, Failure> {
        Ok(self.driver.execute(body, arguments).await?.convert()?)
    }

    /// Makes the page believe that the user prefers `"light"` or `"dark"` colours.
    pub async fn prefer_colours(&self, scheme: &str) -> Result<(), Failure> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver
            .cdp()
            .send_raw("Emulation.setEmulatedMedia", features)
            .await?;
        Ok(())
    }

    async fn until_started(&self) -> Result<(), Failure> {
        let look = async || self.page().await;
        let has_field = |page: &Page| page.new_todo.is_some();
        wait::until(
            Location::caller(),
            BOOT,
            "the app to start",
            look,
            has_field,
        )
        .await?;
        Ok(())
    }
}
