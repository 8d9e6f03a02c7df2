//! LiveStore's client for TypeScript, in a process of its own.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::{Value, json};

use crate::{PATIENCE, todos::Todo};

/// Names the folder with LiveStore's packages; `cargo xtask test` sets it.
const FOLDER: &str = "LIVESTORE_INTEROP";

/// How LiveStore's client reaches its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamTransport {
    /// Over a WebSocket.
    WebSocket,
    /// Over HTTP.
    Http,
}

/// A client; its process ends when it is dropped.
#[derive(Debug)]
pub struct Upstream {
    process: Child,
    input: ChildStdin,
    answers: Receiver<Value>,
}

impl Upstream {
    /// Starts a client and waits until its store is open.
    ///
    /// # Panics
    /// When node or the packages are not there, or the store does not open.
    pub fn start(
        url: &str,
        store: &str,
        client: &str,
        transport: UpstreamTransport,
        payload: Option<&Value>,
    ) -> Self {
        let transport = match transport {
            UpstreamTransport::WebSocket => "ws",
            UpstreamTransport::Http => "http",
        };
        let mut command = Command::new("node");
        command
            .current_dir(packages())
            .args(["--input-type=module", "--eval"])
            .arg(include_str!("../node/client.mjs"))
            .args(["--", url, store, client, transport])
            .args(payload.map(Value::to_string))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("node is installed");
        let input = process.stdin.take().expect("its input is a pipe");
        let output = process.stdout.take().expect("its output is a pipe");
        let (sender, answers) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // LiveStore logs to the same place.
                match serde_json::from_str(&line) {
                    // Nobody may want it any more.
                    Ok(answer @ Value::Object(_)) => drop(sender.send(answer)),
                    _ => eprintln!("{line}"),
                }
            }
        });
        let this = Self {
            process,
            input,
            answers,
        };
        let ready = this.answer();
        assert_eq!(ready, json!({"ready": true}), "the store is not open");
        this
    }

    /// Commits a todo.
    pub fn create(&mut self, id: &str) {
        self.ask(json!({"command": "create", "id": id, "text": format!("text of {id}")}));
    }

    /// Commits a todo with a weight.
    pub fn create_weighing(&mut self, id: &str, weight: f64) {
        let text = format!("text of {id}");
        self.ask(json!({"command": "create", "id": id, "text": text, "weight": weight}));
    }

    /// Commits that a todo is done.
    pub fn complete(&mut self, id: &str) {
        self.ask(json!({"command": "complete", "id": id}));
    }

    /// Returns all todos by id.
    ///
    /// # Panics
    /// When they are not what the app's are.
    pub fn todos(&mut self) -> Vec<Todo> {
        let list = self.ask(json!({"command": "list"}));
        serde_json::from_value(list).expect("it lists todos")
    }

    fn ask(&mut self, command: Value) -> Value {
        writeln!(self.input, "{command}").expect("the client runs");
        let mut answer = self.answer();
        assert!(answer["error"].is_null(), "{command}: {answer}");
        answer["answer"].take()
    }

    fn answer(&self) -> Value {
        let answer = self.answers.recv_timeout(PATIENCE);
        answer.expect("the client answers")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn packages() -> PathBuf {
    let set_up = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/interop");
    let folder = env::var_os(FOLDER).map_or(set_up, PathBuf::from);
    assert!(
        folder.join("node_modules/@livestore/livestore").is_dir(),
        "LiveStore's packages are not in {}: run the tests with `cargo xtask test`, which installs them, or let {FOLDER} \
         name a folder that has them",
        folder.display()
    );
    folder
}
