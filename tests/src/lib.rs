//! End-to-end tests: the built apps in a real browser, driven through WebDriver.
//!
//! This library is what the tests stand on; the tests themselves are in `tests/`. It knows nothing of the engine or of
//! an app's code: what it tests is a folder with a built app, and all it sees of it is what a user sees.
//!
//! - [`scenario`] runs one test: serves the folder, opens a browser, keeps a screenshot when the test fails.
//! - [`todomvc`] is the page object: the TodoMVC app specification's selectors and what a user does with them.
//! - [`linearlite`] is the page object of the issue tracker.
//! - [`web`] is the page that tests of the web adapter drive, in tabs of one origin.
//! - [`wait`] waits for a condition, and tells what was expected and what was seen instead.
//! - [`server`] and [`browser`] are the folder's web server and the browser; [`Deployed`] is the sync server's program
//!   with an app.
//!
//! What a run needs is described at [`built_app`] (the app) and [`browser`] (Chromium and its driver).

pub mod browser;
mod built_app;
pub mod colour;
mod deployed;
mod failure;
pub mod linearlite;
pub mod scenario;
pub mod server;
pub mod todomvc;
pub mod wait;
pub mod web;

pub use built_app::built_app;
pub use deployed::Deployed;
pub use failure::Failure;
