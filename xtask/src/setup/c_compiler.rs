//! A clang that compiles C for wasm32 (SQLite is C) and a libclang for bindings that a native build generates.
//!
//! A plain `clang` needs no settings. Any other is written into the ignored `.tools/cargo.toml`, which cargo includes.
//! A C compiler for native code needs no check: without one, this program would not have been linked.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    packages::{self, Packages},
    rust_target::TARGET,
};
use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::{self, Workspace},
};

const CC: &str = "CC_wasm32_unknown_unknown";
const AR: &str = "AR_wasm32_unknown_unknown";
const LIBCLANG: &str = "LIBCLANG_PATH";
/// Where Homebrew keeps its LLVM, which is not on the path.
const BREW_LLVM: [&str; 2] = ["/opt/homebrew/opt/llvm/bin", "/usr/local/opt/llvm/bin"];

/// What a C build for wasm32 is done with.
#[derive(Debug, PartialEq, Eq)]
struct Compiler {
    clang: String,
    /// The system's own `ar` writes no index for wasm objects.
    archiver: String,
    /// Set where bindgen would not look by itself.
    libclang: Option<PathBuf>,
}

/// Makes sure that C compiles for wasm32, and that bindgen finds a libclang.
pub(super) fn prepare(workspace: &Workspace, shell: &mut Shell) -> Result<()> {
    let compiler = match find(workspace, shell) {
        Some(compiler) => compiler,
        None => {
            wanted_packages(shell).install(shell)?;
            find(workspace, shell).ok_or_else(|| {
                Failure::new("clang and its library are installed, but can't compile C for wasm32")
            })?
        }
    };
    let variables = compiler.variables();
    let file = workspace.tools().join("cargo.toml");
    let known = |(name, value): &(&str, String)| env::var(name).is_ok_and(|old| old == *value);
    if !variables.iter().all(known) {
        workspace::write(&file, &settings(&variables))?;
    }
    for (name, value) in variables {
        shell.set(name, value);
    }
    Ok(())
}

fn find(workspace: &Workspace, shell: &Shell) -> Option<Compiler> {
    candidates(shell).into_iter().find_map(|clang| {
        if !compiles_for_wasm(workspace, shell, &clang) {
            return None;
        }
        let archiver = archiver_of(shell, &clang)?;
        let libclang = libclang_for(shell, &clang)?;
        Some(Compiler {
            clang,
            archiver,
            libclang,
        })
    })
}

/// Compilers to try: the one that is set, `clang`, `clang-N` from the newest on, Homebrew's.
fn candidates(shell: &Shell) -> Vec<String> {
    let mut numbers: Vec<u32> = shell
        .programs(|name| packages::number_after("clang", name).is_some())
        .iter()
        .filter_map(|name| packages::number_after("clang", name))
        .collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.dedup();
    env::var(CC)
        .into_iter()
        .chain(["clang".to_owned()])
        .chain(numbers.into_iter().map(|number| format!("clang-{number}")))
        .chain(BREW_LLVM.map(|folder| format!("{folder}/clang")))
        .collect()
}

fn compiles_for_wasm(workspace: &Workspace, shell: &Shell, clang: &str) -> bool {
    let source = workspace.target().join("xtask/probe.c");
    // The header comes with the compiler; a package without it is of no use.
    let text = "#include <stddef.h>\nsize_t probe(void) { return 1; }\n";
    if workspace::write(&source, text).is_err() {
        return false;
    }
    let target = format!("--target={TARGET}");
    let mut command = shell.command(clang);
    command
        .args([&target, "-c", "-o"])
        .arg(source.with_extension("o"))
        .arg(&source);
    process::output(&mut command).is_ok()
}

/// The llvm-ar that belongs to a clang.
fn archiver_of(shell: &Shell, clang: &str) -> Option<String> {
    let set = env::var(AR).ok().filter(|set| shell.which(set).is_some());
    if set.is_some() {
        return set;
    }
    let (folder, name) = clang.split_at(clang.rfind('/').map_or(0, |slash| slash + 1));
    let sibling = format!("{folder}{}", name.replacen("clang", "llvm-ar", 1));
    if shell.which(&sibling).is_some() {
        return Some(sibling);
    }
    let path = process::output(shell.command(clang).arg("-print-prog-name=llvm-ar")).ok()?;
    let path = path.trim();
    process::is_program(Path::new(path)).then(|| path.to_owned())
}

/// `Some(None)` if bindgen finds a libclang by itself, `Some(Some(folder))` if it must be told, `None` without any.
fn libclang_for(shell: &Shell, clang: &str) -> Option<Option<PathBuf>> {
    if let Some(set) = env::var_os(LIBCLANG) {
        return Some(Some(set.into()));
    }
    if searched_by_bindgen()
        .iter()
        .any(|folder| holds_libclang(folder))
    {
        return Some(None);
    }
    let resources = process::output(shell.command(clang).arg("-print-resource-dir")).ok()?;
    let folder = Path::new(resources.trim())
        .ancestors()
        .nth(2)?
        .to_path_buf();
    holds_libclang(&folder).then_some(Some(folder))
}

/// The folders that matter among those which clang-sys, bindgen's finder, goes through.
fn searched_by_bindgen() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = [
        "/usr/local/lib",
        "/usr/lib",
        "/usr/lib64",
        "/Library/Developer/CommandLineTools/usr/lib",
        "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
    ]
    .map(PathBuf::from)
    .to_vec();
    for entry in fs::read_dir("/usr/lib").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("llvm-") {
            folders.push(entry.path().join("lib"));
        } else if name.ends_with("-linux-gnu") {
            folders.push(entry.path());
        }
    }
    folders
}

fn holds_libclang(folder: &Path) -> bool {
    let is_libclang = |name: &str| {
        let rest = name.strip_prefix("libclang");
        rest.is_some_and(|rest| {
            let numbered = rest
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            (numbered || rest.starts_with('.')) && (rest.contains(".so") || rest.contains(".dylib"))
        })
    };
    fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| is_libclang(&entry.file_name().to_string_lossy()))
    })
}

fn wanted_packages(shell: &Shell) -> Packages {
    // Debian's unnumbered clang may be years older than its newest.
    let newest = packages::newest_numbered(shell, "clang");
    let apt = match newest {
        Some(number) => vec![
            format!("clang-{number}"),
            format!("llvm-{number}"),
            format!("libclang1-{number}"),
        ],
        None => ["clang", "llvm", "libclang-dev"]
            .map(str::to_owned)
            .to_vec(),
    };
    Packages {
        what: "a clang that compiles for wasm32",
        takes: "30 s",
        apt,
        brew: "llvm",
        dnf: "clang llvm clang-devel",
        pacman: "clang llvm",
    }
}

impl Compiler {
    fn variables(&self) -> Vec<(&'static str, String)> {
        let mut list = Vec::new();
        let is_default = self.clang == "clang" && self.archiver == "llvm-ar";
        // A setting from an earlier run must give way, also to the default.
        if !is_default || env::var_os(CC).is_some() {
            list.push((CC, self.clang.clone()));
            list.push((AR, self.archiver.clone()));
        }
        if let Some(folder) = &self.libclang {
            list.push((LIBCLANG, folder.display().to_string()));
        }
        list
    }
}

fn settings(variables: &[(&str, String)]) -> String {
    let mut text = String::from(
        "# Written by `cargo xtask`: which C compiler this machine has for wasm32.\n[env]\n",
    );
    for (name, value) in variables {
        text.push_str(&format!("{name} = {value:?}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(clang: &str, archiver: &str) -> Compiler {
        Compiler {
            clang: clang.to_owned(),
            archiver: archiver.to_owned(),
            libclang: Some(PathBuf::from("/opt/llvm/lib")),
        }
    }

    #[test]
    fn the_settings_name_a_compiler_that_cargo_would_not_take_by_itself() {
        let text = settings(&compiler("clang-22", "llvm-ar-22").variables());
        assert!(
            text.contains("\nCC_wasm32_unknown_unknown = \"clang-22\"\n"),
            "{text}"
        );
        assert!(
            text.contains("\nAR_wasm32_unknown_unknown = \"llvm-ar-22\"\n"),
            "{text}"
        );
        assert!(
            text.contains("\nLIBCLANG_PATH = \"/opt/llvm/lib\"\n"),
            "{text}"
        );
    }

    #[test]
    fn compilers_are_tried_from_the_newest_number_on() {
        let shell = Shell::new(&Workspace::find().unwrap()).unwrap();
        let numbers: Vec<u32> = candidates(&shell)
            .iter()
            .skip_while(|name| *name != "clang")
            .filter_map(|name| packages::number_after("clang", name))
            .collect();
        assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    }
}
