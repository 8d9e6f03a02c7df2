//! A storage that fails: clients come again, nobody sees what is not stored, and everything goes on afterwards.

use std::time::Duration;

use livestore_server::hub::HubOptions;
use serde_json::{Value, json};

use crate::{
    door::status,
    support::{
        Client, TestServer, builder, event, events,
        faults::{Fault, FaultyStore},
        http::{Answer, http},
        numbers,
    },
};

/// What does not come within this does not come.
const SILENCE: Duration = Duration::from_millis(300);

async fn faulty() -> (FaultyStore, TestServer) {
    let storage = FaultyStore::new();
    let server = TestServer::with(builder().storage(storage.clone())).await;
    (storage, server)
}

/// A server that reads whatever is asked for from its storage, a little at a time.
async fn faulty_and_forgetful() -> (FaultyStore, TestServer) {
    let storage = FaultyStore::new();
    let mut hub = HubOptions::default();
    hub.recent.events = 1;
    hub.page.events = 20;
    let server = TestServer::with(builder().storage(storage.clone()).hub(hub)).await;
    (storage, server)
}

async fn reader(server: &TestServer) -> (Client, String) {
    let mut reader = Client::connect(server, "s").await;
    let pull = reader.pull(true, None).await;
    assert_eq!(reader.value(&pull).await["batch"], json!([]));
    (reader, pull)
}

async fn request(server: &TestServer, tag: &str, payload: Value) -> Answer {
    let request =
        json!({"_tag": "Request", "id": "7", "tag": tag, "payload": payload, "headers": []});
    let target = "/?storeId=s&transport=http";
    http(server.address, "POST", target, &[], &request.to_string()).await
}

#[tokio::test]
async fn an_append_that_fails_once_sends_its_author_away_and_is_made_when_the_author_comes_again() {
    let (storage, server) = faulty().await;
    let (mut reader, pull) = reader(&server).await;
    storage.fail(Fault::Append, 1);
    let mut author = Client::connect(&server, "s").await;
    author.start_push(&events(0, 2, "a"), None).await;
    author.told_to_come_again().await;
    assert_eq!(reader.receive_within(SILENCE).await, None);

    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 2, "a")).await;
    author.push_ok(&events(2, 1, "b")).await;
    assert_eq!(reader.numbers_up_to(&pull, 3).await, [1, 2, 3]);
}

#[tokio::test]
async fn an_append_that_is_stored_but_not_answered_is_published_once() {
    let (storage, server) = faulty().await;
    let (mut reader, pull) = reader(&server).await;
    storage.fail(Fault::Answer, 1);
    let mut author = Client::connect(&server, "s").await;
    author.start_push(&events(0, 2, "a"), None).await;
    author.told_to_come_again().await;
    // Nobody has to push or ask for it.
    assert_eq!(reader.numbers_up_to(&pull, 2).await, [1, 2]);

    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 2, "a")).await;
    author.push_ok(&events(2, 1, "b")).await;
    assert_eq!(reader.numbers_up_to(&pull, 3).await, [3]);
    assert_eq!(numbers(&author.read_all().await), [1, 2, 3]);
}

#[tokio::test]
async fn another_push_in_place_of_one_that_is_in_doubt_hears_what_is_stored() {
    let (storage, server) = faulty().await;
    let mut author = Client::connect(&server, "s").await;
    storage.fail(Fault::Answer, 1);
    author.start_push(&events(0, 2, "a"), None).await;
    author.told_to_come_again().await;
    let mut other = Client::connect(&server, "s").await;
    let error = other.push_err(&[event(1, 0, "other")]).await;
    let ahead = json!({"_tag": "ServerAheadError", "minimumExpectedNum": 2, "providedNum": 0});
    assert_eq!(error, ahead);
}

#[tokio::test]
async fn while_appends_fail_everybody_is_told_to_come_again_and_nothing_is_published() {
    let (storage, server) = faulty().await;
    let (mut reader, pull) = reader(&server).await;
    storage.fail(Fault::Append, usize::MAX);
    let mut authors = Vec::new();
    for name in ["a", "b", "c"] {
        let mut author = Client::connect(&server, "s").await;
        author.start_push(&events(0, 2, name), None).await;
        authors.push(author);
    }
    for author in &mut authors {
        author.told_to_come_again().await;
    }
    let push = json!({"storeId": "s", "batch": events(0, 1, "h"), "backendId": {"_tag": "None"}});
    let refused = request(&server, "SyncHttpRpc.Push", push.clone()).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("2"));
    assert_eq!(reader.receive_within(SILENCE).await, None);
    assert!(numbers(&reader.read_all().await).is_empty());
    let metrics = server.server.metrics().encode();
    assert!(
        metrics.contains(r#"livestore_pushes_total{result="failed"} 4"#),
        "{metrics}"
    );

    storage.heal();
    assert_eq!(request(&server, "SyncHttpRpc.Push", push).await.status, 200);
    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(1, 1, "a")).await;
    assert_eq!(reader.numbers_up_to(&pull, 2).await, [1, 2]);
}

#[tokio::test]
async fn what_is_in_doubt_comes_once_the_storage_can_be_read_again() {
    let (storage, server) = faulty().await;
    let (mut reader, pull) = reader(&server).await;
    storage.fail(Fault::Answer, 1);
    storage.fail(Fault::Page, usize::MAX);
    let mut author = Client::connect(&server, "s").await;
    author.start_push(&events(0, 2, "a"), None).await;
    author.told_to_come_again().await;
    // What may be there already is neither told nor made again.
    let mut author = Client::connect(&server, "s").await;
    author.start_push(&events(0, 2, "a"), None).await;
    author.told_to_come_again().await;
    assert_eq!(reader.receive_within(SILENCE).await, None);
    assert!(storage.left(Fault::Page) < usize::MAX, "nobody has looked");
    storage.heal();
    assert_eq!(reader.numbers_up_to(&pull, 2).await, [1, 2]);
}

#[tokio::test]
async fn a_read_that_fails_sends_its_reader_away_and_nobody_else() {
    let (storage, server) = faulty_and_forgetful().await;
    let (mut other, others) = reader(&server).await;
    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 100, "a")).await;
    other.numbers_up_to(&others, 100).await;

    storage.fail_after(2, Fault::Page, 1);
    let mut unlucky = Client::connect(&server, "s").await;
    let pull = unlucky.pull(true, None).await;
    let mut read = Vec::new();
    let mut backend = Value::Null;
    for _ in 0..2 {
        let value = unlucky.value(&pull).await;
        backend = value["backendId"].clone();
        read.extend(numbers(&[value]));
    }
    unlucky.told_to_come_again().await;
    assert_eq!(read, (1..=40).collect::<Vec<_>>());
    let mut again = Client::connect(&server, "s").await;
    let pull = again
        .pull(true, Some((backend.as_str().expect("an id"), 40)))
        .await;
    read.extend(again.numbers_up_to(&pull, 100).await);
    assert_eq!(read, (1..=100).collect::<Vec<_>>());
    author.push_ok(&events(100, 1, "b")).await;
    assert_eq!(other.numbers_up_to(&others, 101).await, [101]);
}

#[tokio::test]
async fn a_pull_over_http_that_cannot_be_read_is_refused_or_cut_off_but_never_looks_whole() {
    let (storage, server) = faulty_and_forgetful().await;
    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 100, "a")).await;
    let pull = json!({"storeId": "s", "cursor": {"_tag": "None"}});

    storage.fail(Fault::Page, 1);
    let refused = request(&server, "SyncHttpRpc.Pull", pull.clone()).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (503, Some("2"))
    );

    storage.fail_after(2, Fault::Page, 1);
    let cut = request(&server, "SyncHttpRpc.Pull", pull.clone()).await;
    assert_eq!(cut.status, 200);
    assert!(cut.body.contains(r#""seqNum":40"#), "{}", cut.body);
    assert!(
        serde_json::from_str::<Value>(&cut.body).is_err(),
        "{}",
        cut.body
    );

    let whole = request(&server, "SyncHttpRpc.Pull", pull).await.json();
    let chunks = whole.as_array().expect("a list").iter();
    let values = chunks.filter_map(|frame| frame["values"].get(0));
    assert_eq!(numbers(values), (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_refused_until_it_can() {
    let (storage, server) = faulty().await;
    storage.fail(Fault::Open, usize::MAX);
    for _ in 0..3 {
        assert_eq!(status(Client::open(&server.url("s"), "s").await), 503);
    }
    let ping = json!({"storeId": "s"});
    let refused = request(&server, "SyncHttpRpc.Ping", ping.clone()).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (503, Some("2"))
    );
    storage.heal();
    assert_eq!(request(&server, "SyncHttpRpc.Ping", ping).await.status, 200);
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 1, "a")).await;
    assert_eq!(numbers(&client.read_all().await), [1]);
}

/// Two servers on one storage, whose pokes are all lost.
async fn two_that_hear_nothing() -> [TestServer; 2] {
    let storage = FaultyStore::new();
    [
        TestServer::with(builder().storage(storage.clone())).await,
        TestServer::with(builder().storage(storage)).await,
    ]
}

#[tokio::test]
async fn a_push_that_follows_what_another_server_took_is_taken() {
    let [a, b] = two_that_hear_nothing().await;
    let (mut reader, pull) = reader(&b).await;
    let mut author = Client::connect(&a, "s").await;
    author.push_ok(&events(0, 2, "a")).await;
    let mut other = Client::connect(&b, "s").await;
    other.push_ok(&events(2, 1, "b")).await;
    assert_eq!(reader.numbers_up_to(&pull, 3).await, [1, 2, 3]);
    assert_eq!(
        author.push_err(&events(7, 1, "c")).await["_tag"],
        "ServerAheadError"
    );
}

#[tokio::test]
async fn a_pull_from_behind_the_head_has_its_server_look() {
    let [a, b] = two_that_hear_nothing().await;
    let (mut reader, pull) = reader(&b).await;
    let mut author = Client::connect(&a, "s").await;
    author.push_ok(&events(0, 2, "a")).await;
    let backend = author.read_all_quietly().await;
    let mut other = Client::connect(&b, "s").await;
    other
        .pull(true, Some((backend.as_str().expect("an id"), 2)))
        .await;
    assert_eq!(reader.numbers_up_to(&pull, 2).await, [1, 2]);
}

#[tokio::test]
async fn a_log_that_has_lost_its_end_is_said_to_be_damaged_until_it_is_another_one() {
    let (storage, server) = faulty().await;
    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 2, "a")).await;
    storage.lose_all("s").await;
    let error = author.push_err(&events(2, 1, "b")).await;
    assert_eq!(error["_tag"], "UnknownError", "{error}");
    let message = error["cause"]["message"].as_str().expect("a message");
    assert!(message.contains("the end is lost"), "{message}");
    let store = livestore_core::event::StoreId::new("s").expect("a store id");
    server.server.reset(&store).await.expect("it can be reset");
    let mut author = Client::connect(&server, "s").await;
    author.push_ok(&events(0, 1, "c")).await;
}

/// Says what it was told, and does not judge a push that says so; the first push waits for two others.
#[derive(Clone, Debug)]
struct Notes {
    notes: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    go_on: std::sync::Arc<tokio::sync::Notify>,
}

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.notes
            .lock()
            .expect("nobody panicked")
            .push(note.into());
    }

    fn all(&self) -> Vec<String> {
        self.notes.lock().expect("nobody panicked").clone()
    }
}

impl livestore_server::validate::Validator for Notes {
    fn start(
        &self,
        _: &livestore_core::event::StoreId,
        _: &std::sync::Arc<dyn livestore_server::storage::EventStore>,
    ) -> Box<dyn livestore_server::validate::Judge> {
        Box::new(self.clone())
    }
}

impl livestore_server::validate::Judge for Notes {
    fn judge<'a>(
        &'a mut self,
        candidate: livestore_server::validate::Candidate<'a>,
    ) -> livestore_server::validate::Judgement<'a> {
        Box::pin(async move {
            let number = candidate.events[0].seq_num;
            self.add(format!("judge {number}"));
            match number {
                1 => self.go_on.notified().await,
                3 => {
                    return Err(livestore_server::storage::StorageError::Unavailable {
                        reason: "it fails in this test".into(),
                    });
                }
                _ => {}
            }
            Ok(Vec::new())
        })
    }

    fn settle(&mut self, taken: bool) {
        self.add(format!("settle {taken}"));
    }
}

#[tokio::test]
async fn a_judge_hears_of_pushes_that_were_judged_before_one_that_could_not_be() {
    let notes = Notes {
        notes: Default::default(),
        go_on: Default::default(),
    };
    let builder = builder()
        .storage(FaultyStore::new())
        .validator(notes.clone());
    let server = TestServer::with(builder).await;
    let mut author = Client::connect(&server, "s").await;
    for after in 0..3 {
        author.start_push(&events(after, 1, "a"), None).await;
    }
    // Its answer shows that what was sent before it has come.
    author.send(&json!({"_tag": "Ping"})).await;
    author.receive_where(|frame| frame["_tag"] == "Pong").await;
    notes.go_on.notify_one();
    author.told_to_come_again().await;
    let expected = [
        "judge 1",
        "settle true",
        "judge 2",
        "judge 3",
        "settle false",
    ];
    assert_eq!(notes.all(), expected);
}
