//! The harness itself: a test that should fail does, and leaves what helps to see why.

use std::{fs, panic};

use livestore_tests::{Failure, scenario};
use tempfile::TempDir;
use thirtyfour::By;

const QUIET: &str =
    "<!doctype html><link rel=icon href=data:,><title>quiet</title><p>nothing happens";
const NOISY: &str =
    "<!doctype html><link rel=icon href=data:,><script>console.error('it broke')</script>";

fn folder(page: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("index.html"), page).expect("the folder is writable");
    folder
}

#[test]
fn a_test_that_finds_what_it_expects_passes_without_a_screenshot() {
    let folder = folder(QUIET);
    let name = "harness.passes";
    let outcome = scenario::run(name, folder.path(), async |session, server| {
        session.driver().goto(server.url("")).await?;
        assert_eq!(
            session.driver().find(By::Css("p")).await?.text().await?,
            "nothing happens"
        );
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    assert!(!scenario::screenshot_file(name).exists());
}

#[test]
fn a_test_that_panics_leaves_a_screenshot() {
    let folder = folder(QUIET);
    let name = "harness.panics";
    let caught = panic::catch_unwind(|| {
        scenario::run(name, folder.path(), async |session, server| {
            session.driver().goto(server.url("")).await?;
            panic!("as this test wants it");
        })
    });
    let message = caught.expect_err("the panic goes on");
    assert_eq!(message.downcast_ref(), Some(&"as this test wants it"));
    assert_png(name);
}

#[test]
fn a_test_that_fails_leaves_a_screenshot() {
    let folder = folder(QUIET);
    let name = "harness.fails";
    let outcome = scenario::run(name, folder.path(), async |session, server| {
        session.driver().goto(server.url("")).await?;
        session.driver().find(By::Css(".nothing-like-that")).await?;
        Ok(())
    });
    assert!(matches!(outcome, Err(Failure::WebDriver(_))), "{outcome:?}");
    assert_png(name);
}

#[test]
fn an_error_in_the_console_fails_the_test() {
    let folder = folder(NOISY);
    let name = "harness.noisy";
    let outcome = scenario::run(name, folder.path(), async |session, server| {
        session.driver().goto(server.url("")).await?;
        Ok(())
    });
    let Err(Failure::Console(errors)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(
        errors.len() == 1 && errors[0].contains("it broke"),
        "{errors:?}"
    );
    assert_png(name);
}

#[track_caller]
fn assert_png(name: &str) {
    let file = scenario::screenshot_file(name);
    let picture = fs::read(&file).expect("there is a screenshot");
    assert!(picture.starts_with(b"\x89PNG"), "it is a picture");
    fs::remove_file(file).expect("it can be removed again");
}
