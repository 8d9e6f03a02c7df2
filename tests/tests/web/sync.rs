//! Syncing with a server: from the leader's worker, and from a page.

use std::panic::Location;

use livestore_tests::{
    Failure, wait,
    web::{self, BOOT, Tab, Web},
};
use serde_json::json;

use crate::check::sound_entries;

/// Waits until the connection to the server is as the words say.
#[track_caller]
fn until_connection(
    tab: &Tab,
    words: &'static str,
) -> impl Future<Output = Result<String, Failure>> {
    let at = Location::caller();
    async move {
        let look = async || Ok(tab.status().await?.connection);
        wait::until(at, BOOT, words, look, |seen: &String| seen.contains(words)).await
    }
}

/// The browser logs WebSockets that are refused, and requests, as it should; nothing else is logged.
async fn expect_refusals(web: &Web<'_>) -> Result<(), Failure> {
    let errors = web.session.console_errors().await?;
    let refused = |error: &String| {
        error.contains("WebSocket connection to") || error.contains("the server responded with")
    };
    let others: Vec<_> = errors.into_iter().filter(|error| !refused(error)).collect();
    assert!(others.is_empty(), "{others:?}");
    Ok(())
}

#[test]
fn a_worker_and_a_page_sync_through_the_server() {
    web::run(async |web| {
        let one = web.store("v1/?store=synced&sync=/sync").await?;
        // Another client: what is kept in the page is nobody else's.
        let other = web.store("v1/?store=synced&memory&sync=/sync").await?;
        one.sync("from the worker").await?;
        other.until_count(1).await?;
        other.sync("from the page").await?;
        one.until_count(2).await?;
        assert_eq!(sound_entries(&one).await?, sound_entries(&other).await?);
        let (one, other) = (one.status().await?, other.status().await?);
        assert_ne!(one.client, other.client);
        assert_eq!(one.connection, "connected");
        Ok(())
    });
}

#[test]
fn what_was_synced_before_a_reload_is_not_pushed_again() {
    web::run(async |web| {
        let tab = web.store("v1/?store=again&sync=/sync").await?;
        tab.sync("one").await?;
        tab.reload().await?;
        tab.until_open().await?;
        tab.sync("two").await?;
        let other = web.store("v1/?store=again&memory&sync=/sync").await?;
        other.until_count(2).await?;
        assert_eq!(sound_entries(&tab).await?, sound_entries(&other).await?);
        Ok(())
    });
}

#[test]
fn all_tabs_of_a_client_sync_through_their_leader() {
    web::run(async |web| {
        let leader = web.store("v1/?store=tabs&sync=/sync").await?;
        let follower = web.store("v1/?store=tabs&sync=/sync").await?;
        follower.sync("from the follower").await?;
        let elsewhere = web.store("v1/?store=tabs&memory&sync=/sync").await?;
        elsewhere.until_count(1).await?;
        leader.close().await?;
        follower.sync("with another leader").await?;
        elsewhere.until_count(2).await?;
        elsewhere.sync("from elsewhere").await?;
        follower.until_count(3).await?;
        Ok(())
    });
}

#[test]
fn the_worker_asks_the_page_for_another_token() {
    web::run(async |web| {
        web.site.let_in("first");
        let tab = web.open("v1/").await?;
        let show = "window.syncToken = args[0];";
        tab.run::<()>(show, [json!("first")]).await?;
        let open = [
            json!("guarded"),
            json!(null),
            json!(false),
            json!("/guarded"),
        ];
        tab.call::<()>("open", open).await?;
        tab.sync("one").await?;
        assert_eq!(web.site.admitted(), 1);

        web.site.let_in("second");
        tab.run::<()>(show, [json!("second")]).await?;
        tab.sync("two").await?;
        assert_eq!(web.site.admitted(), 2);

        tab.run::<()>(show, [json!("third")]).await?;
        web.site.let_in("fourth");
        tab.keep("three").await?;
        tab.reload().await?;
        tab.run::<()>(show, [json!("third")]).await?;
        let open = [
            json!("guarded"),
            json!(null),
            json!(false),
            json!("/guarded"),
        ];
        tab.call::<()>("open", open).await?;
        // A browser does not tell why a WebSocket is refused; asking over HTTP does.
        until_connection(&tab, "the token is too old").await?;
        web.site.let_in("third");
        until_connection(&tab, "connected").await?;
        expect_refusals(web).await
    });
}

#[test]
fn a_store_syncs_over_http_where_websockets_are_blocked() {
    web::run(async |web| {
        let tab = web.store("v1/?store=blocked&sync=/http-only").await?;
        tab.sync("over http").await?;
        let other = web.store("v1/?store=blocked&memory&sync=/sync").await?;
        other.until_count(1).await?;
        other.sync("over a websocket").await?;
        tab.until_count(2).await?;
        expect_refusals(web).await
    });
}

#[test]
fn an_app_elsewhere_than_at_the_root_finds_its_server() {
    web::run(async |web| {
        let tab = web
            .store("some/base/?store=relative&sync=../../sync")
            .await?;
        tab.sync("found").await?;
        Ok(())
    });
}

/// Has a page and its workers never wake up by a clock for what is far away, and take events that are sent to them.
const NO_CLOCK: &str = "const prelude = `(() => { \
        const set = self.setTimeout; \
        self.setTimeout = (run, delay, ...rest) => delay > 300 ? 0 : set.call(self, run, delay, ...rest); \
        new BroadcastChannel('network').onmessage = ({ data }) => self.dispatchEvent(new Event(data)); \
    })();\\n`; \
    (0, eval)(prelude); \
    const Plain = Blob; window.Blob = function (parts, options) { \
        return new Plain(options?.type === 'text/javascript' ? [prelude, ...parts] : parts, options); };";

/// Sends an event to a page and its workers, as the browser does when the network comes or goes.
async fn tell_of_network(tab: &Tab, event: &str) -> Result<(), Failure> {
    let tell = "new BroadcastChannel('network').postMessage(args[0]);";
    tab.run(tell, [json!(event)]).await
}

/// Comes to a server that does not let it in, waits, and hears that the network is there.
async fn comes_back_with_the_network(web: &Web<'_>, query: &str) -> Result<(), Failure> {
    web.site.let_in("right");
    let tab = web.open("blank").await?;
    tab.add_script(NO_CLOCK).await?;
    tab.goto(
        &web.site
            .url(&format!("v1/?store=network&sync=/guarded{query}")),
    )
    .await?;
    tab.until_open().await?;
    until_connection(&tab, "reconnecting").await?;
    tab.run::<()>("window.syncToken = 'right';", []).await?;
    tell_of_network(&tab, "online").await?;
    until_connection(&tab, "connected").await?;
    tab.sync("there").await?;
    expect_refusals(web).await
}

#[test]
fn a_worker_that_waits_for_its_next_try_comes_back_with_the_network() {
    web::run(async |web| comes_back_with_the_network(web, "").await);
}

#[test]
fn a_page_that_waits_for_its_next_try_comes_back_with_the_network() {
    web::run(async |web| comes_back_with_the_network(web, "&memory").await);
}

#[test]
fn a_connection_is_tried_out_when_the_network_goes() {
    web::run(async |web| {
        let tab = web.open("blank").await?;
        tab.add_script(NO_CLOCK).await?;
        let count_pings = "const send = WebSocket.prototype.send; window.pings = 0; \
            WebSocket.prototype.send = function (text) { \
                if (String(text).includes('\"Ping\"')) window.pings += 1; return send.call(this, text); };";
        tab.add_script(count_pings).await?;
        tab.goto(&web.site.url("v1/?store=network&memory&sync=/sync"))
            .await?;
        tab.until_open().await?;
        tab.sync("there").await?;
        // The clock brings none, as it does not reach so far.
        let before: u32 = tab.run("return window.pings;", []).await?;
        tell_of_network(&tab, "offline").await?;
        let look = async || tab.run::<u32>("return window.pings;", []).await;
        let at = Location::caller();
        wait::until(at, BOOT, "one more ping", look, |count| {
            *count == before + 1
        })
        .await?;
        // It was answered, so the connection stays.
        assert_eq!(tab.status().await?.connection, "connected");
        Ok(())
    });
}
