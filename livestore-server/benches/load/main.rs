//! A bounded load on a server in a process of its own: `cargo bench -p livestore-server --bench load`.
//!
//! Three scenarios, each a line of JSON: what an idle connection costs, how long an event takes to another
//! client, and how many events per second go through. Options: `--stores 4 --clients 5 --seconds 10
//! --idle 2000 --batch 100 --storage sqlite:FOLDER` (a temporary folder by default), `--server PROGRAM`.

mod client;
mod options;
mod server;

use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tokio::sync::mpsc;

use self::{client::Client, options::Options, server::Server};

fn main() {
    let options = Options::from_arguments();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        idle(&options).await;
        latency(&options).await;
        throughput(&options, 1).await;
        throughput(&options, options.batch).await;
    });
}

/// The memory of connections that do nothing but wait.
async fn idle(options: &Options) {
    let server = Server::start(options).await;
    let before = server.memory();
    let mut clients = Vec::with_capacity(options.idle);
    for index in 0..options.idle {
        let store = format!("idle{}", index % options.stores);
        clients.push(Client::pulling(&server, &store).await);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let per_connection = server.memory().saturating_sub(before) / options.idle.max(1);
    let result = json!({"scenario": "server-idle", "connections": options.idle,
        "bytes_per_connection": per_connection, "resident_bytes": server.memory()});
    println!("{result}");
}

/// From a push to its arrival at another client, at a pace that leaves the server time.
async fn latency(options: &Options) {
    let server = Server::start(options).await;
    let (times, mut arrived) = mpsc::unbounded_channel();
    let started = Instant::now();
    let run = Duration::from_secs(options.seconds);
    let stores = (0..options.stores).map(|store| {
        let (server, times) = (&server, times.clone());
        async move {
            let store = format!("latency{store}");
            let mut readers = Vec::new();
            for _ in 1..options.clients {
                let mut reader = Client::pulling(server, &store).await;
                let times = times.clone();
                readers.push(tokio::spawn(async move {
                    while let Some(sent) = reader.next_event_times().await {
                        let now = started.elapsed();
                        for sent in sent {
                            let _ = times.send(now.saturating_sub(sent));
                        }
                    }
                }));
            }
            let mut writer = Client::pulling(server, &store).await;
            while started.elapsed() < run {
                writer.push(1, started.elapsed()).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            readers.iter().for_each(tokio::task::JoinHandle::abort);
        }
    });
    join_all(stores).await;
    drop(times);
    let mut all = Vec::new();
    while let Some(time) = arrived.recv().await {
        all.push(time);
    }
    all.sort_unstable();
    let at = |share: f64| {
        let index = (all.len() as f64 * share) as usize;
        all.get(index.min(all.len().saturating_sub(1)))
            .map_or(0, Duration::as_micros)
    };
    let result = json!({"scenario": "server-latency", "stores": options.stores, "clients": options.clients,
        "arrivals": all.len(), "p50_us": at(0.5), "p99_us": at(0.99), "max_us": at(1.0)});
    println!("{result}");
}

/// Events per second, one writer per store as fast as it is answered, everybody else reading along.
async fn throughput(options: &Options, batch: u64) {
    let server = Server::start(options).await;
    let started = Instant::now();
    let run = Duration::from_secs(options.seconds);
    let stores = (0..options.stores).map(|store| {
        let server = &server;
        async move {
            let store = format!("throughput{store}");
            let mut readers = Vec::new();
            for _ in 1..options.clients {
                readers.push(Client::pulling(server, &store).await);
            }
            let mut writer = Client::pulling(server, &store).await;
            let readers = readers
                .into_iter()
                .map(|mut reader| tokio::spawn(async move { reader.read_until_told().await }));
            let readers: Vec<_> = readers.collect();
            while started.elapsed() < run {
                writer.push(batch, started.elapsed()).await;
            }
            writer.push_last().await;
            for reader in readers {
                let seen = reader.await.expect("the reader is done");
                assert_eq!(seen, writer.head(), "a reader has not seen everything");
            }
            writer.head()
        }
    });
    let written: u64 = join_all(stores).await.into_iter().sum();
    let seconds = started.elapsed().as_secs_f64();
    let result = json!({"scenario": "server-throughput", "stores": options.stores,
        "clients": options.clients, "batch": batch, "events_per_second": (written as f64 / seconds).round(),
        "events": written, "seconds": seconds, "resident_bytes": server.memory()});
    println!("{result}");
}
