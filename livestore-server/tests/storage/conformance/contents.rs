//! Events come back as they went.

use livestore_server::storage::{Appended, StoredEvent};

use super::{Place, backend};
use crate::events::{all_facts, chain, event, log, store};

pub(crate) async fn arguments_come_back_to_the_letter(place: &impl Place) {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let args = [
        None,
        Some("null"),
        Some("1.0"),
        Some("1"),
        Some("1e21"),
        Some("1E+2"),
        Some("-0.0"),
        Some("0.1000000000000000055511151231257827"),
        Some("123456789012345678901234567890"),
        Some(r#"{"b":1,"a":2,"b":3}"#),
        Some("{ \"a\" :\t[ 1,2 ] }"),
        Some(r#"{"a":null}"#),
        Some("{}"),
        Some(r#""""#),
        Some(r#""\u0000 \ud800 \/ \n""#),
        Some("\"ä € 🦀 \u{7f} \u{2028} 漢字\""),
        Some(r#""'; DROP TABLE events; --""#),
        Some(&deep),
    ];
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let events: Vec<_> = (1..)
        .zip(args)
        .map(|(n, args)| event(n, n - 1, args))
        .collect();
    let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
    assert_eq!(outcome, Appended::Done);
    drop(engine);
    let page = log(&*place.open().await, &name).await;
    let found: Vec<_> = page
        .events
        .iter()
        .map(|e| e.args.as_ref().map(|args| args.get()))
        .collect();
    assert_eq!(found, args);
}

pub(crate) async fn names_and_authors_come_back_to_the_letter(place: &impl Place) {
    let texts = [
        "",
        " ",
        "v1.Ä🦀",
        "a\0b",
        "\0",
        r"a\0b",
        r"\\",
        "\\\0",
        "'; --",
        "\u{feff}x\r\n",
    ];
    let events: Vec<_> = (1..)
        .zip(texts)
        .map(|(n, text)| StoredEvent {
            name: text.into(),
            client_id: format!("c{text}").into(),
            session_id: format!("{text}s").into(),
            created_at: n,
            ..event(n, n - 1, None)
        })
        .collect();
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let outcome = engine.append(&name, &id, 0, &events).await.unwrap();
    assert_eq!(outcome, Appended::Done);
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&events));
}

pub(crate) async fn a_large_batch_comes_back_in_order(place: &impl Place) {
    let engine = place.open().await;
    let name = store("s");
    let id = backend(&engine.open(&name).await.unwrap());
    let events = chain(0, 20_000);
    assert_eq!(
        engine.append(&name, &id, 0, &events).await.unwrap(),
        Appended::Done
    );
    let page = log(&*engine, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&events));
}
