//! PostgreSQL, for the tests of the server's storage: they start servers of their own and need only its programs.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::packages::Packages;
use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
};

/// Tells tests which folder PostgreSQL's programs are in.
const VARIABLE: &str = "LIVESTORE_POSTGRES_BIN";
/// What a server is made and started with.
const PROGRAMS: [&str; 2] = ["initdb", "postgres"];
/// Where Debian keeps the programs of each version, off the path.
const DEBIAN: &str = "/usr/lib/postgresql";
/// Where Homebrew does.
const BREW: [&str; 2] = [
    "/opt/homebrew/opt/postgresql@17/bin",
    "/usr/local/opt/postgresql@17/bin",
];

/// Makes sure that PostgreSQL's programs are there, and tells every child where.
pub(super) fn prepare(shell: &mut Shell) -> Result<()> {
    let find = || {
        let set = env::var_os(VARIABLE).map(PathBuf::from);
        folder(shell, set, Path::new(DEBIAN))
    };
    let found = match find() {
        Some(folder) => folder,
        None => {
            wanted_packages().install(shell)?;
            find().ok_or_else(|| {
                Failure::new("PostgreSQL is installed, but its programs can't be found")
            })?
        }
    };
    shell.set(VARIABLE, found);
    Ok(())
}

/// The folder that was set, the newest version of Debian's, the one on the path, or Homebrew's.
fn folder(shell: &Shell, set: Option<PathBuf>, debian: &Path) -> Option<PathBuf> {
    let on_path = shell
        .which("postgres")
        .and_then(|program| Some(program.parent()?.to_path_buf()));
    set.into_iter()
        .chain(versions(debian))
        .chain(on_path)
        .chain(BREW.map(PathBuf::from))
        .find(|folder| {
            PROGRAMS
                .iter()
                .all(|name| process::is_program(&folder.join(name)))
        })
}

/// The folders of all versions, the newest first.
fn versions(debian: &Path) -> Vec<PathBuf> {
    let entries = debian.read_dir().into_iter().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .collect()
}

fn wanted_packages() -> Packages {
    Packages {
        what: "PostgreSQL",
        takes: "30 s",
        apt: vec!["postgresql".to_owned()],
        brew: "postgresql@17",
        dnf: "postgresql-server",
        pacman: "postgresql",
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_newest_version_that_has_all_programs_is_found() {
        use std::os::unix::fs::PermissionsExt;
        let workspace = Workspace::find().unwrap();
        let debian = workspace.target().join("xtask-test-postgres");
        let _ = fs::remove_dir_all(&debian);
        for (version, programs) in [("9", &PROGRAMS[..]), ("15", &PROGRAMS), ("17", &["initdb"])] {
            let bin = debian.join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            for name in programs {
                let file = bin.join(name);
                fs::write(&file, "").unwrap();
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        let shell = Shell::new(&workspace).unwrap();
        let found = folder(&shell, None, &debian);
        let set = folder(&shell, Some(debian.join("9/bin")), &debian);
        fs::remove_dir_all(&debian).unwrap();
        assert_eq!(found, Some(debian.join("15/bin")));
        assert_eq!(set, Some(debian.join("9/bin")));
    }
}
