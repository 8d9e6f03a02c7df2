//! The preparation: finds what is missing on this machine and installs it, one module per concern.
//!
//! Every step first looks whether it has anything to do, says what it does and how long that usually takes, and can be
//! repeated. What can't be installed automatically ends in one message with the command to type. Tools go into the
//! workspace's ignored `.tools` folder; only compilers and browsers come from the system's package manager.

mod browser;
mod c_compiler;
mod cargo_tools;
mod debian_rust;
mod npm;
mod packages;
mod postgres;
mod rust_components;
mod rust_target;
mod wasm_opt;

use std::{path::PathBuf, time::Instant};

pub(crate) use browser::Browser;

use crate::{failure::Result, process::Shell, workspace::Workspace};

/// What a command wants to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    /// rustfmt and clippy.
    pub(crate) lints: bool,
    /// The wasm32 target, trunk, wasm-bindgen and wasm-opt.
    pub(crate) web: bool,
    /// A browser and its driver.
    pub(crate) browser: bool,
    /// The npm packages of the tests: LiveStore for TypeScript, axe-core.
    pub(crate) npm: bool,
    /// PostgreSQL's programs.
    pub(crate) postgres: bool,
}

impl Needs {
    /// Everything there is.
    pub(crate) const ALL: Self = Self {
        lints: true,
        web: true,
        browser: true,
        npm: true,
        postgres: true,
    };
    /// What programs of this machine take.
    pub(crate) const BUILD: Self = Self {
        lints: false,
        web: false,
        browser: false,
        npm: false,
        postgres: false,
    };
    /// What building and serving an app takes.
    pub(crate) const SERVE: Self = Self {
        lints: false,
        web: true,
        browser: false,
        npm: false,
        postgres: false,
    };
    /// What the benchmarks take.
    pub(crate) const BENCH: Self = Self {
        lints: false,
        web: true,
        browser: true,
        npm: false,
        postgres: true,
    };
}

/// A machine on which everything needed is there.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// Starts commands with the tools that were found.
    pub(crate) shell: Shell,
    /// The browser, if it was asked for.
    pub(crate) browser: Option<Browser>,
    /// Where LiveStore for TypeScript is, if it was asked for and can run here.
    pub(crate) interop: Option<PathBuf>,
    /// Where axe-core is, likewise.
    pub(crate) axe: Option<PathBuf>,
}

/// Installs what is missing and says where things are.
pub(crate) fn prepare(workspace: &Workspace, needs: Needs) -> Result<Prepared> {
    let start = Instant::now();
    let mut shell = Shell::new(workspace)?;
    // Before anything is compiled: which toolchain it is compiled with.
    if needs.web {
        rust_target::prepare(workspace, &mut shell)?;
    }
    if needs.lints {
        rust_components::prepare(&shell)?;
    }
    c_compiler::prepare(workspace, &mut shell)?;
    if needs.web {
        cargo_tools::prepare(workspace, &shell)?;
        wasm_opt::prepare(workspace, &shell)?;
    }
    if needs.postgres {
        postgres::prepare(&mut shell)?;
    }
    let browser = needs
        .browser
        .then(|| browser::prepare(workspace, &shell))
        .transpose()?;
    let npm = |packages| match needs.npm {
        true => npm::prepare(workspace, &shell, packages),
        false => Ok(None),
    };
    let interop = npm(&npm::INTEROP)?;
    let axe = npm(&npm::AXE)?;
    eprintln!(
        "everything needed is there ({:.1} s)",
        start.elapsed().as_secs_f64()
    );
    Ok(Prepared {
        shell,
        browser,
        interop,
        axe,
    })
}
