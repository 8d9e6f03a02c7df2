//! PostgreSQL's programs: where they are, and as whom they run, which must not be root.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Names the folder that PostgreSQL's programs are in.
const VARIABLE: &str = "LIVESTORE_POSTGRES_BIN";
/// Where Debian keeps the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Where others keep them.
const OTHERS: [&str; 4] = [
    "/usr/pgsql/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql/bin",
];

/// The programs of one version.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// Whom to run them as, if not as ourselves.
    user: Option<String>,
}

impl Programs {
    /// Finds them.
    pub(crate) fn find() -> Self {
        let folder = folders()
            .into_iter()
            .find(|folder| {
                ["initdb", "postgres"]
                    .iter()
                    .all(|name| folder.join(name).is_file())
            })
            .expect("there is no PostgreSQL here: `cargo xtask setup` installs it");
        Self {
            folder,
            user: (id(&["-u"]).as_deref() == Some("0")).then(unprivileged),
        }
    }

    /// A command that runs one of them.
    pub(crate) fn command(&self, program: &str) -> Command {
        let program = self.folder.join(program);
        let Some(user) = &self.user else {
            return Command::new(program);
        };
        // It becomes the program, so that signals reach it.
        let mut command = Command::new("setpriv");
        let group = id(&["-g", user]).expect("the user has a group");
        command
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={group}"))
            .args(["--clear-groups", "--"])
            .arg(program);
        command
    }

    /// Which version they are.
    pub(crate) fn version(&self) -> String {
        let output = Command::new(self.folder.join("postgres"))
            .arg("--version")
            .output();
        let output = output.expect("PostgreSQL can be started").stdout;
        String::from_utf8_lossy(&output).trim().to_owned()
    }

    /// Gives a folder, with what is in it, to whom the programs run as.
    pub(crate) fn hand_over(&self, folder: &Path) {
        if let Some(user) = &self.user {
            let given = Command::new("chown")
                .arg("-R")
                .arg(user)
                .arg(folder)
                .status();
            assert!(
                given.is_ok_and(|status| status.success()),
                "cannot give `{}` to {user}",
                folder.display()
            );
        }
    }
}

fn folders() -> Vec<PathBuf> {
    let set = env::var_os(VARIABLE).map(PathBuf::from);
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    set.into_iter()
        .chain(versions.into_iter().rev().map(|(_, folder)| folder))
        .chain(env::split_paths(&path))
        .chain(OTHERS.map(PathBuf::from))
        .collect()
}

/// A user that is there and may do little.
fn unprivileged() -> String {
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| id(&["-u", user]).is_some())
        .expect("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
        .to_owned()
}

fn id(arguments: &[&str]) -> Option<String> {
    let output = Command::new("id").args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}
