//! Where things are: the workspace's folders, its web apps and what their crates are called.
//!
//! Nothing here runs a command; see `process` for that.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::failure::{Failure, Result};

/// The folders of this workspace.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

/// A web app: a folder with a crate and an `index.html` for trunk.
#[derive(Debug, Clone)]
pub(crate) struct App {
    /// The folder's name, which is what the commands call the app.
    pub(crate) name: String,
    /// The folder.
    pub(crate) folder: PathBuf,
    /// The name of the crate in it.
    pub(crate) package: String,
}

impl Workspace {
    /// The workspace that this program belongs to.
    pub(crate) fn find() -> Result<Self> {
        // Set by `cargo run`; the value from compile time serves when the program is started directly.
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own
            .parent()
            .filter(|root| root.join("Cargo.lock").is_file())
            .ok_or_else(|| {
                Failure::new("cannot find the workspace: start this with `cargo xtask`")
            })?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// The top folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The ignored folder for tools and machine-specific settings.
    pub(crate) fn tools(&self) -> PathBuf {
        self.root.join(".tools")
    }

    /// The folder for everything that is built.
    pub(crate) fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.root.join("target"), |folder| self.root.join(folder))
    }

    /// A program that was built for this machine, into the folder of its profile.
    pub(crate) fn program(&self, name: &str, profile: &str) -> PathBuf {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.target().join(profile).join(file)
    }

    /// The text of `Cargo.lock`.
    pub(crate) fn lock_file(&self) -> Result<String> {
        read(&self.root.join("Cargo.lock"))
    }

    /// Every app under `apps/`, in alphabetical order.
    pub(crate) fn apps(&self) -> Result<Vec<App>> {
        let folder = self.root.join("apps");
        let entries = fs::read_dir(&folder).map_err(|e| Failure::io("list", &folder, &e))?;
        let mut folders: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.join("Cargo.toml").is_file())
            .collect();
        folders.sort();
        folders.into_iter().map(app_in).collect()
    }

    /// The app of that name.
    pub(crate) fn app(&self, name: &str) -> Result<App> {
        let apps = self.apps()?;
        let names: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
        apps.into_iter()
            .find(|app| app.name == name)
            .ok_or_else(|| {
                Failure::new(format!(
                    "there is no app `{name}`; the apps are: {}",
                    names.join(", ")
                ))
            })
    }

    /// The page that runs the benchmarks in a browser, if the workspace has it.
    pub(crate) fn bench_page(&self) -> Result<Option<App>> {
        let folder = self.root.join("bench").join("page");
        if !folder.join("Cargo.toml").is_file() {
            return Ok(None);
        }
        app_in(folder).map(Some)
    }

    /// One of the small apps that are measured.
    pub(crate) fn bench_app(&self, name: &str) -> Result<App> {
        app_in(self.root.join("bench").join(name))
    }

    /// The page that the web adapter's end-to-end tests drive.
    pub(crate) fn test_app(&self) -> Result<App> {
        app_in(self.root.join("tests").join("app"))
    }
}

fn app_in(folder: PathBuf) -> Result<App> {
    let manifest = folder.join("Cargo.toml");
    let package = package_name(&read(&manifest)?)
        .ok_or_else(|| Failure::new(format!("{} names no package", manifest.display())))?;
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(App {
        name,
        folder,
        package,
    })
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))
}

/// Writes a file and the folders above it, unless it has that text already.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| Failure::io("create", folder, &e))?;
    }
    fs::write(path, text).map_err(|e| Failure::io("write", path, &e))
}

/// The package name in the text of a `Cargo.toml`.
fn package_name(manifest: &str) -> Option<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[package]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "name").then(|| value.trim().trim_matches('"').to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_name_is_read_from_the_package_section_only() {
        let manifest =
            "[[bin]]\nname = \"other\"\n\n[package]\nversion = \"1\"\nname = \"todomvc\"\n";
        assert_eq!(package_name(manifest).as_deref(), Some("todomvc"));
        assert_eq!(package_name("[workspace]\nname = \"x\"\n"), None);
        assert_eq!(
            package_name("[package]\nedition = \"2024\"\n[lib]\nname = \"x\"\n"),
            None
        );
    }

    #[test]
    fn every_app_of_this_workspace_is_found_by_its_name() {
        let workspace = Workspace::find().unwrap();
        let apps = workspace.apps().unwrap();
        assert!(!apps.is_empty());
        for app in apps {
            assert_eq!(workspace.app(&app.name).unwrap().folder, app.folder);
        }
        assert!(
            workspace
                .app("no-such-app")
                .unwrap_err()
                .to_string()
                .contains("todomvc")
        );
    }
}
