//! Runs one test in a fresh tab, and keeps what helps to understand a failure.

use std::{
    any, fs, io,
    panic::{AssertUnwindSafe, resume_unwind},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use futures::FutureExt;
use tokio::runtime::{self, Runtime};

use crate::{
    Failure,
    browser::{Session, take_turn},
    built_app::target,
    server::Server,
};

/// One for all tests, as the browsers' connections outlive a test; each test's thread drives it.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system has threads and sockets to spare")
});

/// Runs `body` with a browser and a server for the files in `folder`.
///
/// The test fails with what `body` returns, when `body` panics (the panic goes on after everything is cleaned up), and
/// when the page logged errors to the console. A failed test leaves a picture of the page at [`screenshot_file`].
///
/// Tests share browsers, one after the other, but nothing that a page stores: each has an address of its own, and what
/// is stored there is removed afterwards. A browser in which a test failed is not used again.
pub fn run<F>(name: &str, folder: &Path, body: F) -> Result<(), Failure>
where
    F: AsyncFnOnce(&Session, &Server) -> Result<(), Failure>,
{
    let server = Server::start(folder)?;
    run_at(name, &server.url(""), async |session| {
        body(session, &server).await
    })
}

/// Like [`run`], with what is served at an address already.
pub(crate) fn run_at<F>(name: &str, origin: &str, body: F) -> Result<(), Failure>
where
    F: AsyncFnOnce(&Session) -> Result<(), Failure>,
{
    let screenshot = screenshot_file(name);
    remove_if_there(&screenshot)?;
    block_on(async {
        let turn = take_turn().await?;
        let session = turn.session();
        session.open_tab().await?;
        let outcome = AssertUnwindSafe(body(session)).catch_unwind().await;

        let errors = match &outcome {
            Ok(Ok(())) => session.console_errors().await?,
            // A browser that is gone must not hide how the test failed.
            _ => session.console_errors().await.unwrap_or_default(),
        };
        if !matches!(outcome, Ok(Ok(()))) || !errors.is_empty() {
            keep_evidence(session, &screenshot, &errors).await;
        }
        let ended = match outcome {
            Ok(Ok(())) if errors.is_empty() => {
                session.clean_up(origin).await?;
                turn.give_back().await
            }
            _ => turn.end_browser().await,
        };
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(Err(failure)) => Err(failure),
            Ok(Ok(())) if errors.is_empty() => ended,
            Ok(Ok(())) => Err(Failure::Console(errors)),
        }
    })
}

/// Drives a test's future on the runtime that all tests share.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

/// Names a test after its function: pass the type of a closure written in there.
pub fn name_of<F>() -> String {
    let path = any::type_name::<F>();
    let function = path
        .split_once("::{{closure}}")
        .map_or(path, |(function, _)| function);
    function.replace("::", ".")
}

/// Where the picture of a failed test's page is kept.
pub fn screenshot_file(name: &str) -> PathBuf {
    target().join("e2e-screenshots").join(format!("{name}.png"))
}

/// Best effort: that the test failed matters more than that its picture could not be taken.
async fn keep_evidence(session: &Session, screenshot: &Path, errors: &[String]) {
    match session.screenshot(screenshot).await {
        Ok(()) => eprintln!("screenshot: {}", screenshot.display()),
        Err(failure) => eprintln!("no screenshot: {failure}"),
    }
    for error in errors {
        eprintln!("console: {error}");
    }
}

fn remove_if_there(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
