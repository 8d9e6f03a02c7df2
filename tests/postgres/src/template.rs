//! The data that a new server starts from. Making them takes seconds, so they are made once and kept among
//! what is built.

use std::{env, fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::programs::Programs;

/// Copies the data of a new server to a path where nothing is.
pub(crate) fn copy(programs: &Programs, to: &Path) {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let version = programs
        .version()
        .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let kept = workspace.join(target).join("postgres").join(version);
    if !kept.is_dir() {
        make(programs, &kept);
    }
    let copied = Command::new("cp").arg("-R").arg(&kept).arg(to).status();
    assert!(
        copied.is_ok_and(|status| status.success()),
        "cannot copy `{}` to `{}`",
        kept.display(),
        to.display()
    );
}

/// Makes the data; they appear whole or not at all, and of several that make them at once, one wins.
fn make(programs: &Programs, kept: &Path) {
    let parent = kept.parent().expect("the path has been joined");
    fs::create_dir_all(parent).expect("the folder can be made");
    // Not beside where they are kept: whoever the programs run as may not get there.
    let draft = TempDir::with_prefix("livestore-initdb-").expect("a temporary folder can be made");
    programs.hand_over(draft.path());
    let made = programs
        .command("initdb")
        .args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--wal-segsize=1",
        ])
        .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
        .arg(draft.path().join("data"))
        .current_dir(draft.path())
        .output()
        .expect("initdb can be started");
    assert!(
        made.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let near = TempDir::new_in(parent).expect("a folder can be made");
    let moved = Command::new("cp")
        .arg("-R")
        .arg(draft.path().join("data"))
        .arg(near.path().join("data"))
        .status();
    assert!(
        moved.is_ok_and(|status| status.success()),
        "cannot copy what initdb made"
    );
    // It is there already if another process was faster, and then it is as good.
    let _ = fs::rename(near.path().join("data"), kept);
    assert!(kept.is_dir(), "cannot make `{}`", kept.display());
}
