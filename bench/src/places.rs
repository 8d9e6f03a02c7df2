//! Where the built pages are.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// The variable that names another folder with the built benchmark page.
const PAGE: &str = "LIVESTORE_BENCH_PAGE";

/// The smallest app on a store that is kept.
pub(crate) const MIN_APP: &str = "bench/min-app/dist";
/// The same with its store in memory.
pub(crate) const MIN_APP_IN_MEMORY: &str = "bench/min-app/memory/dist";
/// The same without a store.
pub(crate) const MIN_BASELINE: &str = "bench/min-baseline/dist";
/// TodoMVC.
pub(crate) const TODOMVC: &str = "apps/todomvc/dist";

/// The folder with the built benchmark page.
pub(crate) fn page() -> Result<PathBuf, Failure> {
    built(env::var_os(PAGE).map_or_else(|| workspace().join("bench/page/dist"), PathBuf::from))
}

/// The folder with an app as trunk has built it, by its place in the workspace.
pub(crate) fn app(place: &str) -> Result<PathBuf, Failure> {
    built(workspace().join(place))
}

fn built(folder: PathBuf) -> Result<PathBuf, Failure> {
    if folder.join("index.html").is_file() {
        Ok(folder)
    } else {
        Err(Failure::NotBuilt { folder })
    }
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package's folder is inside the workspace")
}
