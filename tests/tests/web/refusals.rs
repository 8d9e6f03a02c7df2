//! What the browser refuses for a moment or for good, and a leader whose answer is lost.

use livestore_tests::{
    Failure,
    web::{self, Web},
};

use crate::{check::sound_entries, storage::worker_script};

const STORE: &str = "v1/?store=taken";

/// Put before the worker's own script, the files are somebody else's when they are first asked for.
fn taken(times: &str) -> String {
    format!(
        "const open = FileSystemFileHandle.prototype.createSyncAccessHandle; let refusals = {times};
        FileSystemFileHandle.prototype.createSyncAccessHandle = function (...options) {{
            if (refusals-- <= 0) return open.apply(this, options);
            return Promise.reject(new DOMException('Taken.', 'NoModificationAllowedError'));
        }};\n"
    )
}

/// Put before the worker's own script, this leader is not heard by other tabs once it is told to be silent.
const MUTE: &str = "let muted = false; const say = BroadcastChannel.prototype.postMessage;
    new BroadcastChannel('mute').onmessage = () => { muted = true; say.call(new BroadcastChannel('muted'), ''); };
    BroadcastChannel.prototype.postMessage = function (message) { if (!muted) say.call(this, message); };\n";

#[test]
fn files_that_are_taken_for_a_moment_are_opened_when_they_are_free() {
    web::run(async |web| {
        let before = filled(web).await?;
        let tab = web
            .store(&with_worker(web, "busy.js", &taken("3")).await?)
            .await?;
        assert_eq!(sound_entries(&tab).await?, before);
        assert_eq!(tab.status().await?.storage, "Persistent");
        tab.keep("one more").await?;
        tab.goto(&web.site.url(STORE)).await?;
        tab.until_open().await?;
        tab.until_count(101).await?;
        Ok(())
    });
}

#[test]
fn a_store_whose_files_stay_taken_is_refused_and_does_not_look_empty() {
    web::run(async |web| {
        let before = filled(web).await?;
        let address = with_worker(web, "taken.js", &taken("Infinity")).await?;
        let tab = web.open(&address).await?;
        let reason = tab.until_refused().await?;
        assert!(
            reason.contains("the store's files cannot be opened"),
            "{reason}"
        );
        tab.close().await?;
        let tab = web.store(STORE).await?;
        assert_eq!(sound_entries(&tab).await?, before);
        Ok(())
    });
}

#[test]
fn a_page_that_may_have_no_lock_is_told_so_instead_of_waiting() {
    const NO_LOCKS: &str = "navigator.locks.request = () => \
        Promise.reject(new DOMException('No locks here.', 'SecurityError'));";
    web::run(async |web| {
        let tab = web.open("v1/").await?;
        tab.add_script(NO_LOCKS).await?;
        tab.goto(&web.site.url(STORE)).await?;
        let reason = tab.until_refused().await?;
        assert!(reason.contains("No locks here."), "{reason}");
        Ok(())
    });
}

/// The question has reached the old leader, and its answer nobody.
#[test]
fn a_question_whose_answer_is_lost_with_the_leader_is_asked_again() {
    const MUTE_LEADER: &str = "const muted = new BroadcastChannel('muted'); \
        await new Promise(resolve => { muted.onmessage = resolve; new BroadcastChannel('mute').postMessage(''); });";
    const ASK: &str = "window.question = window.wasmBindings.readLog(); \
        return await Promise.race([window.question.then(() => 'answered'), \
            new Promise(resolve => setTimeout(resolve, 300, 'silence'))]);";
    web::run(async |web| {
        let address = with_worker(web, "mute.js", MUTE).await?;
        let leads = web.store(&address).await?;
        let follows = web.store(&address).await?;
        follows.keep("heard").await?;
        follows.run::<()>(MUTE_LEADER, []).await?;
        assert_eq!(follows.run::<String>(ASK, []).await?, "silence");
        leads.close().await?;
        let answer: u32 = follows.run("return await window.question;", []).await?;
        assert_eq!(answer, 1);
        follows.keep("by the next leader").await?;
        Ok(())
    });
}

/// Fills the store and closes it.
async fn filled(web: &Web<'_>) -> Result<web::Entries, Failure> {
    let tab = web.store(STORE).await?;
    tab.fill("before", 100).await?;
    let entries = sound_entries(&tab).await?;
    tab.close().await?;
    Ok(entries)
}

/// Serves a worker that starts in some way; returns the address of a page that starts it.
async fn with_worker(web: &Web<'_>, name: &str, start: &str) -> Result<String, Failure> {
    let script = format!("{start}{}", worker_script(web, "v1/").await?);
    web.site.add_script(name, script);
    Ok(format!("{STORE}&worker=/scripts/{name}"))
}
