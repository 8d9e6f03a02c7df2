//! `cargo xtask serve`: an app in the browser, rebuilt on changes, and the server it syncs with.

mod sync_server;

use std::{
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, TcpListener},
    path::PathBuf,
};

use self::sync_server::SyncServer;
use crate::{
    arguments,
    failure::{Failure, Result},
    process,
    setup::{self, Needs},
    trunk,
    workspace::Workspace,
};

/// The port to serve at, if it is free and no other is asked for.
const PORT: u16 = 8080;

/// What is to be served, and how.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    app: String,
    port: Option<u16>,
    release: bool,
    open: bool,
    sync: bool,
}

/// Prepares the machine, starts a sync server, then becomes trunk.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let app = workspace.app(&options.app)?;
    let prepared = setup::prepare(workspace, Needs::SERVE)?;
    let port = match options.port {
        Some(port) if !is_free(port) => {
            return Err(Failure::new(format!(
                "port {port} is in use; leave out `--port` to get a free one"
            )));
        }
        Some(port) => port,
        None => first_free(PORT)?,
    };
    let mut command = trunk::command(&prepared.shell, &app);
    // Without the look-up trunk prints one URL and not every name of this machine.
    command.args([
        "serve",
        "--disable-address-lookup",
        "--port",
        &port.to_string(),
    ]);
    if options.release {
        command.arg("--release");
    }
    if options.open {
        command.arg("--open");
    }
    for folder in watched(workspace)?.into_iter().chain([app.folder.clone()]) {
        command.arg("--watch").arg(folder);
    }
    if options.sync {
        SyncServer::start(workspace, &prepared.shell, &app, port)?.go_with(&mut command);
    }
    process::say(&format!(
        "{} will be at http://127.0.0.1:{port}/ (the first build usually takes 2 to 5 min, later ones seconds)",
        app.name
    ));
    process::become_command(&mut command)
}

/// The crates below the apps.
fn watched(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let root = workspace.root();
    let entries = fs::read_dir(root).map_err(|e| Failure::io("list", root, &e))?;
    Ok(entries
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("livestore-")
        })
        .map(|entry| entry.path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .collect())
}

/// Whether nobody listens at this port of the local machine, in either address family.
fn is_free(port: u16) -> bool {
    let taken = |result: std::io::Result<TcpListener>| {
        result.is_err_and(|e| e.kind() == ErrorKind::AddrInUse)
    };
    !taken(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        && !taken(TcpListener::bind((Ipv6Addr::LOCALHOST, port)))
}

fn first_free(from: u16) -> Result<u16> {
    (from..=from.saturating_add(100))
        .find(|port| is_free(*port))
        .ok_or_else(|| {
            Failure::new(format!(
                "no port from {from} on is free; name one with `--port`"
            ))
        })
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let (mut port, mut release, mut open, mut sync) = (None, false, false, true);
        let mut names = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--release" => release = true,
                "--open" => open = true,
                "--no-sync" => sync = false,
                "--port" => port = Some(read_port(rest.next().map(String::as_str))?),
                other => match other.strip_prefix("--port=") {
                    Some(value) => port = Some(read_port(Some(value))?),
                    None => names.push(argument.clone()),
                },
            }
        }
        Ok(Self {
            app: arguments::app(&names)?.to_owned(),
            port,
            release,
            open,
            sync,
        })
    }
}

fn read_port(value: Option<&str>) -> Result<u16> {
    value
        .and_then(|value| value.parse().ok())
        .filter(|port| *port != 0)
        .ok_or_else(|| Failure::new("`--port` takes a number from 1 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn options_and_the_app_come_in_any_order() {
        let expected = Options {
            app: "linearlite".to_owned(),
            port: Some(9000),
            release: true,
            open: true,
            sync: true,
        };
        assert_eq!(
            parse("--release linearlite --port 9000 --open").unwrap(),
            expected
        );
        assert_eq!(
            parse("--open --port=9000 --release linearlite").unwrap(),
            expected
        );
    }

    #[test]
    fn an_app_is_served_with_a_sync_server_unless_told_otherwise() {
        assert!(parse("").unwrap().sync);
        let without = parse("--no-sync").unwrap();
        assert_eq!((without.sync, &*without.app), (false, "todomvc"));
    }

    #[test]
    fn a_port_that_is_none_is_refused() {
        for text in ["--port", "--port 0", "--port 70000", "--port x"] {
            assert!(
                parse(text).unwrap_err().to_string().contains("65535"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_port_in_use_is_passed_over() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!is_free(port));
        assert!(first_free(port).unwrap() > port);
    }
}
