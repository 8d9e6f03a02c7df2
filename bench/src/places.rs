//! Where the built pages are.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// The variable that names another folder with the built benchmark page.
const PAGE: &str = "LIVESTORE_BENCH_PAGE";

/// The folder with the built benchmark page.
pub(crate) fn page() -> Result<PathBuf, Failure> {
    built(env::var_os(PAGE).map_or_else(|| dist("bench/page"), PathBuf::from))
}

/// The folder with an app as trunk has built it, by the app's folder in the workspace.
pub(crate) fn app(folder: &str) -> Result<PathBuf, Failure> {
    built(dist(folder))
}

fn dist(folder: &str) -> PathBuf {
    workspace().join(folder).join("dist")
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
