//! The page object of Linearlite: what a user can do with the app and what there is to see.
//!
//! The origin serves the built app and, at `/sync`, a sync server, as `livestore-server --app` does. What the app must
//! do is in the tests, not in here.

mod actions;
mod page;
mod touch;

use std::{fmt::Display, panic::Location, path::Path, time::Duration};

use axum::Router;
use livestore_server::{SyncServer, storage::MemoryStore};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thirtyfour::{WebDriver, WindowHandle};
use tower_http::services::{ServeDir, ServeFile};

pub use self::page::{Card, Column, Group, Issue, Page, Row};
use crate::{Failure, built_app, scenario, server::Server, wait};

/// How long the app may take to start on a busy machine.
const BOOT: Duration = Duration::from_secs(60);

/// A window with the app. Its methods make it the current one first.
#[derive(Clone, Debug)]
pub struct Linearlite {
    driver: WebDriver,
    window: WindowHandle,
    origin: String,
}

/// Runs a test with the built app, opened in a fresh tab with an empty store.
///
/// Panics when the test fails. The test is named after the function that `body` is written in.
#[track_caller]
pub fn run<F>(body: F)
where
    F: AsyncFnOnce(&Linearlite) -> Result<(), Failure>,
{
    let outcome = serve().and_then(|server| {
        let origin = server.url("");
        scenario::run_at(&scenario::name_of::<F>(), &origin, async |session| {
            let app = Linearlite {
                driver: session.driver().clone(),
                window: session.driver().window().await?,
                origin: origin.trim_end_matches('/').to_owned(),
            };
            app.open("/").await?;
            body(&app).await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Serves the built app with a sync server beside it; addresses that are no files are the app's.
fn serve() -> Result<Server, Failure> {
    let folder = built_app("linearlite")?;
    Ok(Server::serve(move || router(&folder))?)
}

fn router(folder: &Path) -> Router {
    let sync = SyncServer::builder()
        .storage(MemoryStore::new())
        .build()
        .expect("it has a storage and a runtime");
    let files = ServeDir::new(folder).fallback(ServeFile::new(folder.join("index.html")));
    Router::new()
        .nest_service("/sync", sync.into_router())
        .fallback_service(files)
}

impl Linearlite {
    /// Returns the client for commands that have no method here.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Returns where the app is served, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Goes to an address of the app and waits until it is there.
    #[track_caller]
    pub fn open(&self, address: &str) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        let url = format!("{}{address}", self.origin);
        async move {
            self.show().await?;
            self.driver.goto(url).await?;
            let is_there = |page: &Page| page.started;
            wait::until(
                at,
                BOOT,
                "the app to start",
                async || self.page().await,
                is_there,
            )
            .await?;
            Ok(())
        }
    }

    /// Opens the app as somebody else: another browser profile's store, the same server.
    ///
    /// What a page stores belongs to its origin, and this machine has two names.
    pub async fn somebody_else(&self) -> Result<Self, Failure> {
        let window = self.driver.new_tab().await?;
        let other = Self {
            driver: self.driver.clone(),
            window,
            origin: self.origin.replace("127.0.0.1", "localhost"),
        };
        other.open("/").await?;
        Ok(other)
    }

    /// Opens the app in a second tab of the same browser profile.
    pub async fn second_tab(&self) -> Result<Self, Failure> {
        let other = Self {
            window: self.driver.new_tab().await?,
            ..self.clone()
        };
        other.open("/").await?;
        Ok(other)
    }

    /// Makes this the current window.
    pub async fn show(&self) -> Result<(), Failure> {
        Ok(self.driver.switch_to_window(self.window.clone()).await?)
    }

    /// Makes the page this large, in CSS pixels, with so many dots to each.
    pub async fn resize(&self, width: u32, height: u32, scale: f64) -> Result<(), Failure> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.show().await?;
        self.driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        Ok(())
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
        let look = async || self.page().await;
        async move { wait::until(at, wait::PATIENCE, &expected.to_string(), look, holds).await }
    }

    /// As [`until`](Self::until), for what takes longer: filling a store, syncing it.
    #[track_caller]
    pub fn until_at_last(
        &self,
        expected: impl Display,
        holds: impl Fn(&Page) -> bool,
    ) -> impl Future<Output = Result<Page, Failure>> {
        const LONG: Duration = Duration::from_secs(180);
        let at = Location::caller();
        let look = async || self.page().await;
        async move { wait::until(at, LONG, &expected.to_string(), look, holds).await }
    }

    /// Waits until the server has everything: a page that is left earlier may take it along.
    #[track_caller]
    pub fn until_synced(&self) -> impl Future<Output = Result<Page, Failure>> {
        self.until("the sync to be done", |page| page.sync == "Synced")
    }

    /// Waits until a JavaScript expression is true in the page.
    #[track_caller]
    pub fn until_true(
        &self,
        expected: impl Display,
        expression: &str,
    ) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        let body = format!("return !!({expression});");
        async move {
            let look = async || self.script::<bool>(&body, vec![]).await;
            let expected = expected.to_string();
            wait::until(at, wait::PATIENCE, &expected, look, |holds| *holds).await?;
            Ok(())
        }
    }

    /// Runs the body of a JavaScript function in the page and returns its result.
    pub async fn script<T: DeserializeOwned>(
        &self,
        body: &str,
        arguments: Vec<Value>,
    ) -> Result<T, Failure> {
        self.show().await?;
        Ok(self.driver.execute(body, arguments).await?.convert()?)
    }
}
