//! The browser's own debugging protocol: WebDriver's way to it ends at the page, and workers have heaps too.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::failure::Failure;

/// A line to the browser.
pub(super) struct Devtools {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
    /// Workers that have been attached to.
    workers: Vec<Isolate>,
}

/// A page or worker that was attached to.
#[derive(Clone, Debug)]
pub(super) struct Isolate {
    session: String,
    pub(super) is_worker: bool,
}

impl Devtools {
    pub(super) async fn open(address: &str) -> Result<Self, Failure> {
        let (socket, _) = connect_async(address).await.map_err(failed)?;
        Ok(Self {
            socket,
            last: 0,
            workers: Vec::new(),
        })
    }

    /// Attaches to the browser's page and its workers.
    pub(super) async fn attach_to_page(&mut self) -> Result<Vec<Isolate>, Failure> {
        let targets = self.ask(None, "Target.getTargets", json!({})).await?;
        let page = targets["targetInfos"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|target| target["type"] == "page")
            .ok_or_else(|| Failure::Driver("the browser has no page".to_owned()))?;
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = self.ask(None, "Target.attachToTarget", attach).await?;
        let page = Isolate {
            session: text(&attached["sessionId"]),
            is_worker: false,
        };
        let all = json!({ "autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true });
        self.ask(Some(&page), "Target.setAutoAttach", all).await?;
        Ok([vec![page], std::mem::take(&mut self.workers)].concat())
    }

    /// Collects the garbage twice; returns the bytes that are left.
    pub(super) async fn used_heap(&mut self, isolate: &Isolate) -> Result<f64, Failure> {
        for _ in 0..2 {
            self.ask(Some(isolate), "HeapProfiler.collectGarbage", json!({}))
                .await?;
        }
        let usage = self
            .ask(Some(isolate), "Runtime.getHeapUsage", json!({}))
            .await?;
        number(&usage["usedSize"])
    }

    /// Returns the bytes of all of WebAssembly's memories.
    pub(super) async fn wasm_memories(&mut self, isolate: &Isolate) -> Result<f64, Failure> {
        let prototype = json!({ "expression": "WebAssembly.Memory.prototype" });
        let prototype = self
            .ask(Some(isolate), "Runtime.evaluate", prototype)
            .await?;
        let query = json!({ "prototypeObjectId": prototype["result"]["objectId"] });
        let memories = self
            .ask(Some(isolate), "Runtime.queryObjects", query)
            .await?;
        let sum = json!({
            "objectId": memories["objects"]["objectId"],
            "functionDeclaration":
                "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }",
        });
        let sum = self
            .ask(Some(isolate), "Runtime.callFunctionOn", sum)
            .await?;
        number(&sum["result"]["value"])
    }

    async fn ask(
        &mut self,
        isolate: Option<&Isolate>,
        method: &str,
        params: Value,
    ) -> Result<Value, Failure> {
        self.last += 1;
        let mut question = json!({ "id": self.last, "method": method, "params": params });
        if let Some(isolate) = isolate {
            question["sessionId"] = json!(isolate.session);
        }
        let question = Message::text(question.to_string());
        self.socket.send(question).await.map_err(failed)?;
        loop {
            let Some(message) = self.socket.next().await else {
                return Err(Failure::Driver(format!("no answer to {method}")));
            };
            let Message::Text(message) = message.map_err(failed)? else {
                continue;
            };
            let message: Value = serde_json::from_str(&message)?;
            if message["id"] == self.last {
                return match &message["error"] {
                    Value::Null => Ok(message["result"].clone()),
                    error => Err(Failure::Driver(format!("{method}: {error}"))),
                };
            }
            if message["method"] == "Target.attachedToTarget"
                && message["params"]["targetInfo"]["type"] == "worker"
            {
                self.workers.push(Isolate {
                    session: text(&message["params"]["sessionId"]),
                    is_worker: true,
                });
            }
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> Result<f64, Failure> {
    value
        .as_f64()
        .ok_or_else(|| Failure::Driver(format!("not a number: {value}")))
}

fn failed(error: tokio_tungstenite::tungstenite::Error) -> Failure {
    Failure::Driver(error.to_string())
}
