//! The commands of the program, on a storage of their own.

#![cfg(feature = "sqlite")]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_livestore-server"));
    command.arg("--storage");
    command.arg(format!("sqlite:{}", folder.join("data").display()));
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().expect("it runs")
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).expect("its output is text")
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "{arguments:?} succeeds");
    String::from_utf8(output.stderr).expect("its output is text")
}

/// An export of so many events, some of them odd.
fn export(events: u64) -> String {
    let head = format!(
        r#"{{"format":"livestore-events","version":1,"store":"s","backendId":"b","head":{events}}}"#
    );
    let line = |seq: u64| {
        let args = ["", r#","args":null"#, r#","args":{"b":1.0,"a":"ü"}"#][seq as usize % 3];
        let parent = seq - 1;
        format!(
            r#"{{"seqNum":{seq},"parentSeqNum":{parent},"name":"n{}"{args},"clientId":"c","sessionId":"s","createdAt":{}}}"#,
            seq % 2,
            1_795_000_000_000 + seq
        )
    };
    let lines = (1..=events).map(line);
    let all: Vec<_> = std::iter::once(head).chain(lines).collect();
    all.join("\n") + "\n"
}

fn import(folder: &Path, store: &str, text: &str, more: &[&str]) -> Output {
    let mut process = program(folder)
        .args(["import", store])
        .args(more)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut input = process.stdin.take().expect("its input is piped");
    // It may have seen enough before the end.
    let _ = input.write_all(text.as_bytes());
    drop(input);
    process.wait_with_output().expect("it ends")
}

#[test]
fn what_was_imported_is_exported_to_the_letter() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let text = export(12_000);
    assert!(import(folder, "s", &text, &[]).status.success());
    let exported = ok(folder, &["export", "s"]);
    let (head, events) = exported.split_once('\n').expect("lines");
    assert_eq!(events, text.split_once('\n').expect("lines").1);
    let head: Value = serde_json::from_str(head).expect("it is JSON");
    assert_eq!(
        (&head["store"], &head["head"]),
        (&"s".into(), &12_000.into())
    );

    let file = folder.join("export.jsonl");
    let file = file.to_str().expect("a name");
    ok(folder, &["export", "s", "--output", file]);
    ok(folder, &["import", "t", file]);
    let copy = ok(folder, &["export", "t"]);
    assert_eq!(copy.split_once('\n').expect("lines").1, events);

    let what: Value = serde_json::from_str(&ok(folder, &["inspect", "s", "--json"])).expect("JSON");
    assert_eq!(what["events"], 12_000);
    assert_eq!(what["names"]["n1"], 6000);
    assert_eq!(what["firstCreatedAt"], 1_795_000_000_001_u64);
    let stores = ok(folder, &["inspect", "--json"]);
    assert_eq!(stores.lines().count(), 2);

    let tail = ok(
        folder,
        &["tail", "s", "--no-follow", "--after", "11998", "--json"],
    );
    let numbers: Vec<u64> = tail
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).expect("JSON")["seqNum"]
                .as_u64()
                .expect("a number")
        })
        .collect();
    assert_eq!(numbers, [11_999, 12_000]);
}

#[test]
fn an_import_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let text = export(10);
    let cut: String = text
        .lines()
        .take(6)
        .map(|line| format!("{line}\n"))
        .collect();
    let mixed: String = text
        .lines()
        .filter(|line| !line.contains(r#""seqNum":4,"#))
        .map(|line| format!("{line}\n"))
        .collect();
    for (case, text, reason) in [
        ("nothing", "", "empty"),
        ("something else", "{\"a\":1}\n", "no export"),
        (
            "another version",
            "{\"format\":\"livestore-events\",\"version\":9,\"store\":\"s\",\"backendId\":\"b\",\"head\":0}\n",
            "not known",
        ),
        ("the half of it", &cut, "cut off"),
        ("a gap", &mixed, "follows 4, not 3"),
    ] {
        let output = import(folder, "x", text, &[]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && error.contains(reason),
            "{case}: {error}"
        );
    }
    assert!(import(folder, "s", &export(5), &[]).status.success());
    assert!(!import(folder, "s", &text, &[]).status.success());
    assert!(import(folder, "s", &text, &["--continue"]).status.success());
    assert_eq!(ok(folder, &["export", "s"]).lines().count(), 11);
}

#[test]
fn a_store_is_emptied_only_for_sure_and_only_if_it_is_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    assert!(import(folder, "s", &export(5), &[]).status.success());
    assert!(fails(folder, &["reset", "s"]).contains("--yes"));
    let before = ok(folder, &["inspect", "--json"]);
    ok(folder, &["reset", "s", "--yes"]);
    let after = ok(folder, &["inspect", "--json"]);
    assert!(before.contains(r#""head":5"#) && after.contains(r#""head":0"#));
    for command in [
        &["reset", "t", "--yes"][..],
        &["export", "t"],
        &["inspect", "t"],
        &["tail", "t"],
    ] {
        assert!(
            fails(folder, command).contains("no store `t`"),
            "{command:?}"
        );
    }
    assert!(fails(folder, &["export", "a/b"]).contains("invalid store id"));
    let floppy = Command::new(env!("CARGO_BIN_EXE_livestore-server"))
        .args(["--storage", "floppy:a", "inspect"])
        .output()
        .expect("it runs");
    assert!(String::from_utf8_lossy(&floppy.stderr).contains("`floppy` is no storage"));
    let short = fails(folder, &["--jwt-secret", "short"]);
    assert!(short.contains("32"), "{short}");
}

#[test]
fn a_store_that_was_moved_keeps_its_identity_and_one_that_was_restored_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let identity = |store: &str| {
        let exported = ok(folder, &["export", store]);
        let head = exported.lines().next().expect("a head").to_owned();
        let head: Value = serde_json::from_str(&head).expect("it is JSON");
        head["backendId"].as_str().expect("a text").to_owned()
    };
    let text = export(3);
    assert!(import(folder, "restored", &text, &[]).status.success());
    assert_ne!(identity("restored"), "b");
    let keep = ["--keep-identity"];
    assert!(import(folder, "moved", &text, &keep).status.success());
    assert_eq!(identity("moved"), "b");
    assert_eq!(ok(folder, &["export", "moved"]).lines().count(), 4);
    // What is there has an identity already.
    assert!(!import(folder, "restored", &text, &keep).status.success());
    let both = ["--keep-identity", "--continue"];
    assert!(!import(folder, "other", &text, &both).status.success());
}

#[test]
fn a_server_that_is_part_of_something_ends_with_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = program(folder.path())
        .args([
            "--listen",
            "127.0.0.1:0",
            "--log",
            "warn",
            "--end-with-input",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let output = server.stdout.take().expect("its output is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it says where it listens");
    assert!(server.try_wait().expect("it can be asked").is_none());
    drop(server.stdin.take());
    let status = server.wait().expect("it ends");
    assert!(status.success(), "{status}");
}

#[test]
fn a_running_servers_events_are_shown_by_its_url() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    assert!(import(folder, "s", &export(250), &[]).status.success());
    let config = folder.join("config.toml");
    std::fs::write(&config, "listen = \"127.0.0.1:0\"\nlog = \"warn\"\n").expect("it is written");
    let mut server = program(folder)
        .arg("--config")
        .arg(&config)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let output = server.stdout.take().expect("its output is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it says where it listens");
    let url = line
        .trim()
        .strip_prefix("listening on ")
        .expect("a URL")
        .to_owned();
    let shown = run(
        folder,
        &[
            "tail",
            "s",
            "--url",
            &url,
            "--no-follow",
            "--after",
            "240",
            "--json",
        ],
    );
    let in_use = fails(folder, &["inspect", "s"]);
    server.kill().expect("it is killed");
    server.wait().expect("it is gone");
    let error = String::from_utf8_lossy(&shown.stderr);
    assert!(shown.status.success(), "{error}");
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert_eq!(shown.lines().count(), 10, "{shown}{error}");
    assert!(shown.contains(r#""seqNum":250"#));
    assert!(in_use.contains("has it open"), "{in_use}");
}

/// The client is the one that apps use, and what it trusts is what the system is told to.
#[cfg(feature = "tls")]
#[test]
fn events_of_a_server_with_a_certificate_are_shown_by_its_url() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    assert!(import(folder, "s", &export(250), &[]).status.success());
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.join(name));
    std::fs::write(&chain, made.cert.pem()).expect("it is written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("it is written");
    let mut server = program(folder)
        .args(["--listen", "127.0.0.1:0", "--log", "warn", "--tls-cert"])
        .arg(&chain)
        .arg("--tls-key")
        .arg(&key)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let output = server.stdout.take().expect("its output is piped");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it says where it listens");
    let url = line.trim().strip_prefix("listening on ").expect("a URL");
    let shown = program(folder)
        .args(["tail", "s", "--url", url, "--no-follow", "--json"])
        .env("SSL_CERT_FILE", &chain)
        .output()
        .expect("it runs");
    server.kill().expect("it is killed");
    server.wait().expect("it is gone");
    let error = String::from_utf8_lossy(&shown.stderr);
    assert!(url.starts_with("wss://"), "{url}");
    assert!(shown.status.success(), "{error}");
    assert_eq!(
        String::from_utf8_lossy(&shown.stdout).lines().count(),
        250,
        "{error}"
    );
}

#[test]
fn an_import_does_not_go_on_behind_another_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    assert!(import(folder, "s", &export(5), &[]).status.success());
    let other = export(10).replacen(r#""name":"n1""#, r#""name":"other""#, 2);
    let refused = import(folder, "s", &other, &["--continue"]);
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(
        error.contains("line 2 of the import") && error.contains(r#""name":"other""#),
        "{error}"
    );
    assert_eq!(ok(folder, &["export", "s"]).lines().count(), 6);
}

#[test]
fn a_limit_that_clients_cannot_keep_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = fails(
        folder.path(),
        &["--listen", "nowhere", "--max-message-bytes", "899999"],
    );
    assert!(error.contains("max-message-bytes"), "{error}");
    let error = fails(
        folder.path(),
        &["--listen", "nowhere", "--max-message-bytes", "1000000"],
    );
    assert!(error.contains("cannot listen on nowhere"), "{error}");
}
