//! Validation by the app's own schema.

use std::sync::Arc;

use livestore_core::{event::StoreId, prelude::*};
use livestore_server::{hub::HubOptions, validate::SchemaValidator};
use serde_json::{Value, json};

use crate::{
    on_every_engine,
    support::{Client, Engine, TestServer, builder, numbers},
};

on_every_engine!(
    events_are_tried_where_they_would_land,
    a_state_is_built_from_what_is_in_the_log,
    what_another_server_has_appended_counts,
    a_panic_of_the_apps_code_rejects_the_event_that_it_is_about,
);

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.NameClaimed")]
struct NameClaimed {
    name: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.NameFreed")]
struct NameFreed {
    name: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "names")]
struct Name {
    #[column(primary_key)]
    name: String,
}

fn schema() -> Schema {
    Schema::builder()
        .table::<Name>()
        .on(|e: &NameClaimed, _| Name::insert().set(Name::NAME, &e.name))
        .on(|e: &NameFreed, _| Name::delete().filter(Name::NAME.eq(&e.name)))
        .check(|e: &NameClaimed, context| {
            assert_ne!(e.name, "defect", "the app has one");
            let taken = context.query(&Name::query().filter(Name::NAME.eq(&e.name)).exists())?;
            Ok(if taken {
                Verdict::reject(format!("`{}` is taken", e.name))
            } else {
                Verdict::Keep
            })
        })
        .build()
        .expect("the schema is valid")
}

async fn server(engine: &Engine) -> TestServer {
    let builder = builder()
        .shared_storage(Arc::clone(&engine.storage))
        .hub(HubOptions::default())
        .validator(SchemaValidator::new(schema()));
    TestServer::with(builder).await
}

fn event(seq: u64, name: &str, args: Value) -> Value {
    json!({"name": name, "args": args, "seqNum": seq, "parentSeqNum": seq - 1, "clientId": "c", "sessionId": "s"})
}

fn claim(seq: u64, name: &str) -> Value {
    event(seq, "v1.NameClaimed", json!({"name": name}))
}

fn free(seq: u64, name: &str) -> Value {
    event(seq, "v1.NameFreed", json!({"name": name}))
}

async fn refused(client: &mut Client, batch: &[Value]) -> Value {
    let error = client.push_err(batch).await;
    assert_eq!(error["payload"]["_tag"], "RejectedEvents", "{error}");
    error["payload"]["events"].clone()
}

async fn events_are_tried_where_they_would_land(engine: Engine) {
    let server = server(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&[claim(1, "ada"), claim(2, "bob")]).await;
    let taken = json!([{"seqNum": 4, "reason": "`ada` is taken"}, {"seqNum": 5, "reason": "`eve` is taken"}]);
    let batch = [
        claim(3, "eve"),
        claim(4, "ada"),
        claim(5, "eve"),
        free(6, "bob"),
    ];
    assert_eq!(refused(&mut client, &batch).await, taken);
    // None of it has left a trace.
    client
        .push_ok(&[free(3, "ada"), claim(4, "ada"), claim(5, "eve")])
        .await;
    for (batch, reason) in [
        ([event(6, "v1.Unknown", json!({}))], "not known"),
        (
            [event(6, "v1.NameClaimed", json!({"nome": "x"}))],
            "missing field",
        ),
        ([event(6, "v1.NameClaimed", json!(null))], "invalid type"),
    ] {
        let events = refused(&mut client, &batch).await;
        assert_eq!(events[0]["seqNum"], 6);
        let said = events[0]["reason"].as_str().expect("a reason");
        assert!(said.contains(reason), "{said}");
    }
    assert_eq!(numbers(&client.read_all().await), [1, 2, 3, 4, 5]);
}

async fn a_state_is_built_from_what_is_in_the_log(engine: Engine) {
    let before = TestServer::on(&engine).await;
    let mut client = Client::connect(&before, "s").await;
    // A server without the schema takes what makes no sense; it changes nothing on any client.
    client
        .push_ok(&[
            claim(1, "ada"),
            claim(2, "ada"),
            event(3, "v1.Unknown", json!({})),
        ])
        .await;
    client.close().await;
    drop(before);
    let server = server(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let taken = json!([{"seqNum": 4, "reason": "`ada` is taken"}]);
    assert_eq!(refused(&mut client, &[claim(4, "ada")]).await, taken);
    client.push_ok(&[claim(4, "bob")]).await;
    // A reset log is another one.
    let store = StoreId::new("s").expect("a store id");
    server.server.reset(&store).await.expect("it is reset");
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&[claim(1, "ada")]).await;
}

async fn what_another_server_has_appended_counts(engine: Engine) {
    let (one, other) = (server(&engine).await, server(&engine).await);
    let mut a = Client::connect(&one, "s").await;
    let mut b = Client::connect(&other, "s").await;
    a.push_ok(&[claim(1, "ada")]).await;
    // The other server finds out by the conflict that there is more.
    let error = b.push_err(&[claim(1, "bob")]).await;
    assert_eq!(
        error,
        json!({"_tag": "ServerAheadError", "minimumExpectedNum": 1, "providedNum": 0})
    );
    let taken = json!([{"seqNum": 2, "reason": "`ada` is taken"}]);
    assert_eq!(refused(&mut b, &[claim(2, "ada")]).await, taken);
    b.push_ok(&[claim(2, "bob")]).await;
    assert_eq!(
        a.push_err(&[claim(2, "eve")]).await["_tag"],
        "ServerAheadError"
    );
    let taken = json!([{"seqNum": 3, "reason": "`bob` is taken"}]);
    assert_eq!(refused(&mut a, &[claim(3, "bob")]).await, taken);
}

async fn a_panic_of_the_apps_code_rejects_the_event_that_it_is_about(engine: Engine) {
    let server = server(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&[claim(1, "ada")]).await;
    // However they are put together.
    let mut pushes = Vec::new();
    for batch in [
        &[claim(2, "bob")][..],
        &[claim(3, "eve"), claim(4, "defect")],
        &[claim(3, "eve")],
        &[claim(4, "defect")],
        &[claim(4, "dan")],
    ] {
        pushes.push(client.start_push(batch, None).await);
    }
    let mut answers = Vec::new();
    for push in pushes {
        let exit = client.exit(&push).await;
        answers.push(exit["_tag"] == "Success");
        if exit["_tag"] == "Failure" {
            let text = exit.to_string();
            assert!(
                text.contains("`v1.NameClaimed` e4") && text.contains("panicked"),
                "{text}"
            );
        }
    }
    assert_eq!(answers, [true, false, true, false, true]);
    // The connection is still there, and so is what is known of the state.
    let taken = json!([{"seqNum": 5, "reason": "`eve` is taken"}]);
    assert_eq!(refused(&mut client, &[claim(5, "eve")]).await, taken);
    assert_eq!(numbers(&client.read_all().await), [1, 2, 3, 4]);
}
