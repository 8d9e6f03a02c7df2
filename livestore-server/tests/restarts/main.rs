//! The server is killed, again and again, while clients write: nothing is lost, nothing doubled, all agree.
//!
//! `LIVESTORE_RESTART_SECONDS` says for how long; some seconds by default, a minute in the long run.

#![cfg(feature = "sqlite")]

mod client;
mod server;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use tokio::time::sleep;

use self::{client::Client, server::Server};

const CLIENTS: usize = 10;

fn seconds() -> u64 {
    let seconds = std::env::var("LIVESTORE_RESTART_SECONDS").ok();
    seconds.and_then(|text| text.parse().ok()).unwrap_or(6)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_every_second_loses_and_doubles_nothing() {
    let mut server = Server::start().await;
    let writing = Arc::new(AtomicBool::new(true));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|index| {
            let client = Client::new(server.url("s"), format!("c{index}"));
            tokio::spawn(client.run(Arc::clone(&writing)))
        })
        .collect();
    for _ in 0..seconds() {
        sleep(Duration::from_secs(1)).await;
        server.kill();
        server.run().await;
    }
    writing.store(false, Ordering::Relaxed);
    let clients = tokio::time::timeout(Duration::from_secs(60), join_all(clients)).await;
    let clients: Vec<Client> = clients
        .expect("all clients settle")
        .into_iter()
        .map(|client| client.expect("a client does not fail"))
        .collect();

    let log = Client::new(server.url("s"), "reader".into())
        .read_all()
        .await;
    let unique: HashSet<_> = log.iter().collect();
    assert_eq!(unique.len(), log.len(), "an event is in the log twice");
    let mut written = 0;
    let mut reconnected = 0;
    for client in &clients {
        assert!(
            log.starts_with(client.log()),
            "{}'s log is another one",
            client.name()
        );
        for id in client.written() {
            assert!(unique.contains(&id), "{id} is lost");
        }
        for id in client.acknowledged() {
            assert!(unique.contains(id), "{id} was acknowledged and is lost");
        }
        written += client.written().count();
        reconnected += client.connections() - 1;
    }
    assert_eq!(log.len(), written, "the log has events that nobody wrote");
    assert!(written >= CLIENTS, "hardly anything was written");
    assert!(reconnected >= CLIENTS, "hardly anybody was cut off");
    eprintln!("{written} events, {reconnected} reconnections");
}

/// The moment between taking a push and answering it is short; many are tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_sent_again_after_the_server_was_killed_is_there_once() {
    let mut server = Server::start().await;
    let mut head = 0;
    let (mut taken_before, mut taken_after) = (0, 0);
    for round in 0..12_u64 {
        let mut client = Client::new(server.url("s"), "c".into());
        client.connect().await;
        let batch: Vec<_> = (0..3).map(|index| format!("{round}-{index}")).collect();
        client.send_push(head, &batch).await;
        // Too soon, too late, and everything between.
        sleep(Duration::from_micros(round * round * 8)).await;
        server.kill();
        server.run().await;

        let log = Client::new(server.url("s"), "reader".into())
            .read_all()
            .await;
        match log.len() as u64 - head {
            0 => taken_after += 1,
            3 => taken_before += 1,
            some => panic!("{some} of 3 events of a push are there"),
        }
        let mut client = Client::new(server.url("s"), "c".into());
        client.connect().await;
        client.send_push(head, &batch).await;
        assert!(client.answer().await, "the same push again is refused");
        head += 3;
        let log = Client::new(server.url("s"), "reader".into())
            .read_all()
            .await;
        assert_eq!(log[log.len() - 3..], batch[..]);
        assert_eq!(log.len() as u64, head);
    }
    eprintln!("killed {taken_before} times after a push was taken, {taken_after} times before");
}
