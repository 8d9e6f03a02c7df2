//! Looking at stores: which there are, what is in one, what comes to it; and emptying one.

use std::{collections::BTreeMap, io::Write, time::Duration};

use futures::StreamExt;
use livestore_core::{
    adapter::WsBackend,
    event::{ClientId, StoreId},
    sync::{PageInfo, SyncBackend},
};
use livestore_server::storage::{EventStore, PageLimit};
use serde_json::json;

use super::{events::Line, failure::Failure};

const PAGE: PageLimit = PageLimit {
    events: 5000,
    bytes: 8 << 20,
};
/// How often a storage is looked at for what is new.
const LOOK: Duration = Duration::from_millis(300);

/// Which events to show.
#[derive(Clone, Copy)]
pub(crate) struct From {
    pub(crate) after: Option<u64>,
    pub(crate) no_follow: bool,
}

/// Fails if a store is not there: to look at one must not make it.
pub(crate) async fn exists(storage: &dyn EventStore, store: &StoreId) -> Result<(), Failure> {
    let mut after: Option<StoreId> = None;
    loop {
        let names = storage.stores(after.as_ref(), 1000).await?;
        if names.contains(store) {
            return Ok(());
        }
        match names.last() {
            Some(last) if last < store => after = Some(last.clone()),
            _ => {
                return Err(Failure::NoStore {
                    store: store.to_string(),
                });
            }
        }
    }
}

/// Shows a store's events from the storage.
pub(crate) async fn tail(
    storage: &dyn EventStore,
    store: &StoreId,
    from: From,
    json: bool,
) -> Result<(), Failure> {
    exists(storage, store).await?;
    let head = storage.open(store).await?.head;
    let mut after = from.after.unwrap_or(if from.no_follow { 0 } else { head });
    loop {
        let page = storage.page(store, after, PAGE).await?;
        for event in &page.events {
            say(&Line::from(event).text(json))?;
        }
        match page.events.last() {
            Some(last) => after = last.seq_num,
            None if from.no_follow => return Ok(()),
            None => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Shows a store's events from a server.
pub(crate) async fn tail_server(
    url: String,
    payload: Option<String>,
    store: StoreId,
    from: From,
    json: bool,
) -> Result<(), Failure> {
    // `ws://host:port`, as the server says it, has no path yet.
    let has_path = url
        .split_once("://")
        .is_some_and(|(_, rest)| rest.contains('/'));
    let url = if has_path { url } else { url + "/" };
    let mut backend = WsBackend::new(url);
    if let Some(payload) = payload {
        let payload: serde_json::Value =
            serde_json::from_str(&payload).map_err(|error| Failure::option("payload", error))?;
        backend = backend.payload(payload);
    }
    let connection = backend.connect(&store, &ClientId::random()).await?;
    // A place in the log needs the log's identity, which is not known here: what is before it is skipped.
    let skip_backlog = from.after.is_none() && !from.no_follow;
    let after = from.after.unwrap_or(0);
    let mut pages = connection.pull(None, !from.no_follow);
    let mut backlog = true;
    while let Some(page) = pages.next().await {
        let page = page?;
        if !(backlog && skip_backlog) {
            for event in page
                .events
                .iter()
                .filter(|pulled| pulled.event.seq_num > after)
            {
                say(&Line::from(event).text(json))?;
            }
        }
        backlog &= page.info != PageInfo::NoMore;
    }
    Ok(())
}

/// Shows which stores there are.
pub(crate) async fn list(storage: &dyn EventStore, json: bool) -> Result<(), Failure> {
    let mut after: Option<StoreId> = None;
    loop {
        let names = storage.stores(after.as_ref(), 1000).await?;
        for name in &names {
            let info = storage.open(name).await?;
            let (head, backend) = (info.head, &*info.backend_id);
            say(&match json {
                true => {
                    json!({"store": name.as_str(), "head": head, "backendId": backend}).to_string()
                }
                false => format!("{name}  head {head}  log {backend}"),
            })?;
        }
        match names.last() {
            Some(last) => after = Some(last.clone()),
            None => return Ok(()),
        }
    }
}

/// Shows what is known of a store.
pub(crate) async fn inspect(
    storage: &dyn EventStore,
    store: &StoreId,
    json: bool,
) -> Result<(), Failure> {
    exists(storage, store).await?;
    let info = storage.open(store).await?;
    let (mut names, mut clients) = (BTreeMap::<_, u64>::new(), BTreeMap::<_, u64>::new());
    let (mut events, mut bytes, mut after) = (0_u64, 0_usize, 0);
    let (mut first, mut last) = (None, None);
    loop {
        let page = storage.page(store, after, PAGE).await?;
        for event in &page.events {
            events += 1;
            bytes += event.args_len();
            *names.entry(event.name.clone()).or_default() += 1;
            *clients.entry(event.client_id.clone()).or_default() += 1;
            first.get_or_insert(event.created_at);
            last = Some(event.created_at);
        }
        match page.events.last() {
            Some(event) => after = event.seq_num,
            None => break,
        }
    }
    if json {
        return say(&json!({
            "store": store.as_str(), "backendId": &*info.backend_id, "head": after, "events": events,
            "argumentBytes": bytes, "firstCreatedAt": first, "lastCreatedAt": last,
            "names": names, "clients": clients,
        })
        .to_string());
    }
    say(&format!(
        "store {store}\nlog {}\nhead {after}",
        info.backend_id
    ))?;
    say(&format!("{events} events, {bytes} bytes of arguments"))?;
    for (title, counts) in [("events", names), ("clients", clients)] {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        say(&format!("{title}:"))?;
        for (name, count) in counts.iter().take(50) {
            say(&format!("{count:>10}  {name}"))?;
        }
    }
    Ok(())
}

/// Empties a store.
pub(crate) async fn reset(
    storage: &dyn EventStore,
    store: &StoreId,
    json: bool,
) -> Result<(), Failure> {
    exists(storage, store).await?;
    let info = storage.reset(store).await?;
    let backend = &*info.backend_id;
    say(&match json {
        true => {
            json!({"store": store.as_str(), "backendId": backend, "head": info.head}).to_string()
        }
        false => format!("{store} is empty; its log is now {backend}"),
    })
}

fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::io("the standard output", &error))
}
