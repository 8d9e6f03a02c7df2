//! Where the built apps are.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::Failure;

/// Finds the folder with a built app.
///
/// The environment variable `LIVESTORE_APP_<APP>` names it; without that it is `apps/<app>/dist`, where trunk puts it.
/// A `-` in the app's name is a `_` in the variable's.
pub fn built_app(app: &str) -> Result<PathBuf, Failure> {
    let variable = format!("LIVESTORE_APP_{}", app.to_uppercase().replace('-', "_"));
    let folder = env::var_os(&variable).map_or_else(
        || workspace().join("apps").join(app).join("dist"),
        PathBuf::from,
    );
    if folder.join("index.html").is_file() {
        Ok(folder)
    } else {
        Err(Failure::AppNotBuilt {
            app: app.to_owned(),
            folder,
            variable,
        })
    }
}

/// The folder for what tests leave behind.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("this package's folder is inside the workspace")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_that_is_not_built_is_named_with_the_command_that_builds_it() {
        let message = built_app("no-such-app")
            .expect_err("there is no such app")
            .to_string();
        assert!(message.contains("`no-such-app`"), "{message}");
        assert!(message.contains("cargo xtask test e2e"), "{message}");
        assert!(message.contains("LIVESTORE_APP_NO_SUCH_APP"), "{message}");
    }
}
