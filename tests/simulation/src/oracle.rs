//! What must hold: while the world runs, and when it has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::FutureExt;
use livestore_core::{
    event::{EncodedEvent, EventScope, GlobalEvent, SeqNum},
    store::{ReceiptError, Stage},
    sync::{Connection, OnBackendMismatch},
};

use crate::{
    client::{Phase, Record},
    replay::replay,
    schema::{broken_rules, dump, token_of},
    world::World,
};

/// How long a new leader may take to hear that it is to stay offline.
const GRACE: Duration = Duration::from_secs(2);

type Checked = Result<(), (&'static str, String)>;

impl World {
    /// Returns what keeps the world from being at rest.
    pub(crate) fn unrest(&self) -> Option<String> {
        if self.plan.reset == Some(OnBackendMismatch::Ignore) {
            // It tries for ever, as it should; only what is between sessions and leaders has an end.
            return self.restless_session();
        }
        self.in_flight()
            .or_else(|| self.restless_session())
            .or_else(|| {
                let statuses = self.clients.iter().enumerate().flat_map(|(index, client)| {
                    client
                        .open()
                        .map(move |(key, store)| (index, key, store.sync_status()))
                });
                let may_stop = self.plan.reset == Some(OnBackendMismatch::Shutdown);
                for (index, key, status) in statuses {
                    match &status.connection {
                        Connection::Connected if status.is_synced() => {}
                        Connection::Stopped { .. } if may_stop => {}
                        _ => return Some(format!("c{index}.{key}: {status:?}")),
                    }
                }
                None
            })
    }

    fn restless_session(&self) -> Option<String> {
        for (index, client) in self.clients.iter().enumerate() {
            if client.leader.is_none() {
                return Some(format!("c{index} has no leader"));
            }
            if client.sessions.is_empty() {
                return Some(format!("c{index} has no session"));
            }
            for (key, session) in &client.sessions {
                match &session.phase {
                    Phase::Open(store) if store.sync_status().pending_in_session == 0 => {}
                    Phase::Open(store) => {
                        return Some(format!("c{index}.{key}: {:?}", store.sync_status()));
                    }
                    Phase::Opening(_) => return Some(format!("c{index}.{key} does not open")),
                    Phase::Closing(_) => return Some(format!("c{index}.{key} does not close")),
                }
            }
        }
        None
    }

    /// Checks everything, at the end.
    pub(crate) fn judge(&mut self) {
        let outcome = self.checks();
        if let Err((oracle, message)) = outcome {
            self.fail(oracle, message);
        }
    }

    fn checks(&mut self) -> Checked {
        let mut logs = Vec::new();
        for index in 0..self.clients.len() {
            logs.push(self.log(index)?);
        }
        self.logs_equal_the_backends(&logs)?;
        self.tokens_stand_once(&logs)?;
        self.states_equal_a_replay(&logs)?;
        self.receipts_told_the_truth(&logs)?;
        Ok(())
    }

    fn log(&self, index: usize) -> Result<Vec<EncodedEvent>, (&'static str, String)> {
        let Some(leader) = &self.clients[index].leader else {
            return Err(("stuck", format!("c{index} has no leader")));
        };
        leader
            .events()
            .map_err(|error| ("logs", format!("c{index}: {error}")))
    }

    /// Whether a client is one with the backend, at the end.
    fn is_connected(&self, index: usize) -> bool {
        // Who ignores another backend connects again and again, to no avail.
        let ignores = self.plan.reset == Some(OnBackendMismatch::Ignore);
        !ignores
            && self.clients[index]
                .open()
                .any(|(_, store)| store.sync_status().connection == Connection::Connected)
    }

    /// Oracle 1: the synced events of every log are the backend's, and every log is in order.
    fn logs_equal_the_backends(&self, logs: &[Vec<EncodedEvent>]) -> Checked {
        for (index, log) in logs.iter().enumerate() {
            check_order(log).map_err(|message| ("logs", format!("c{index}: {message}")))?;
            if !self.is_connected(index) {
                continue;
            }
            let synced = log
                .iter()
                .filter(|event| event.scope() == EventScope::Synced);
            let own: Vec<GlobalEvent> = synced.map(GlobalEvent::from).collect();
            let theirs = &self.backend.log;
            if &own != theirs {
                let at = own
                    .iter()
                    .zip(theirs)
                    .take_while(|(own, theirs)| own == theirs)
                    .count();
                return Err((
                    "logs",
                    format!(
                        "c{index} has {} synced events and the backend {}; the first other one: {:?}, but {:?}",
                        own.len(),
                        theirs.len(),
                        own.get(at),
                        theirs.get(at)
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Oracle 4: nothing stands twice, and the events of a session are in the order it made them.
    fn tokens_stand_once(&self, logs: &[Vec<EncodedEvent>]) -> Checked {
        for (index, log) in logs.iter().enumerate() {
            let mut seen = BTreeSet::new();
            let mut last: BTreeMap<String, u32> = BTreeMap::new();
            for event in log {
                let token = token_of(&event.args);
                let number: u32 = token.trim_start_matches('t').parse().unwrap_or_default();
                let before = last.insert(event.session_id.to_string(), number);
                if before.is_some_and(|before| before > number) {
                    return Err((
                        "order",
                        format!(
                            "c{index}: {token} at {} stands behind t{}",
                            event.seq,
                            before.unwrap_or_default()
                        ),
                    ));
                }
                if !seen.insert(token.clone()) {
                    return Err(("twice", format!("c{index}: {token} again at {}", event.seq)));
                }
            }
        }
        Ok(())
    }

    /// Oracle 2 and 6: states are what a replay of the log gives, and the app's rules hold.
    fn states_equal_a_replay(&mut self, logs: &[Vec<EncodedEvent>]) -> Checked {
        let mut dumps: BTreeMap<bool, (usize, String)> = BTreeMap::new();
        for (index, log) in logs.iter().enumerate() {
            let loud = self.clients[index].loud;
            let at = |what: &str| format!("c{index} {what}");
            let failed = |what: &str, error: String| ("states", format!("{}: {error}", at(what)));
            let fresh = replay(log, loud, None).map_err(|error| failed("replay", error))?;
            let expected = dump(&fresh, loud, true).map_err(|error| failed("replay", error))?;
            let image = match self.clients[index].leader.as_mut() {
                Some(leader) => leader.image(),
                None => None,
            };
            let stored = replay(log, loud, image).map_err(|error| failed("image", error))?;
            let mut states = vec![(at("stored state"), stored)];
            let open = self.clients[index].open();
            states.extend(open.map(|(key, store)| (format!("c{index}.{key}"), store.clone())));
            for (what, store) in states {
                let state = dump(&store, loud, true).map_err(|error| failed(&what, error))?;
                if state != expected {
                    return Err((
                        "states",
                        format!(
                            "{what} is not a replay of its log:\n{}",
                            differ(&expected, &state)
                        ),
                    ));
                }
            }
            let skipped = fresh.sync_status().skipped;
            if skipped > 0 {
                return Err((
                    "skipped",
                    format!("c{index}: {skipped} events of the log do not fit"),
                ));
            }
            let broken = broken_rules(&fresh).map_err(|error| failed("rules", error))?;
            if let Some(broken) = broken.first() {
                return Err(("rules", format!("c{index}: {broken}")));
            }
            if self.is_connected(index) {
                let synced = dump(&fresh, loud, false).map_err(|error| failed("replay", error))?;
                if let Some((other, dump)) = dumps.get(&loud)
                    && *dump != synced
                {
                    return Err((
                        "states",
                        format!("c{index} and c{other} differ:\n{}", differ(dump, &synced)),
                    ));
                }
                dumps.insert(loud, (index, synced));
            }
        }
        Ok(())
    }

    /// Oracle 3: what a receipt says is so, and it has said all there is to say.
    fn receipts_told_the_truth(&mut self, logs: &[Vec<EncodedEvent>]) -> Checked {
        if self.plan.reset.is_some() {
            return Ok(());
        }
        let in_logs: Vec<BTreeSet<String>> = logs
            .iter()
            .map(|log| log.iter().map(|event| token_of(&event.args)).collect())
            .collect();
        let told = self
            .told
            .lock()
            .map_or_else(|e| e.into_inner().clone(), |t| t.clone());
        let mut untold = 0;
        for record in &self.records {
            let stands = |name: &String| in_logs[record.client].contains(name);
            let who = format!("c{}.{}", record.client, record.session);
            let stage = record.receipt.stage();
            let alive = self.clients[record.client]
                .sessions
                .contains_key(&record.session);
            if let Err(ReceiptError::Rejected { reason }) = &stage
                && record.tokens.iter().all(|token| stands(&token.name))
            {
                return Err((
                    "receipts",
                    format!(
                        "{who}: {:?} are rejected ({reason}), but all there",
                        record.tokens
                    ),
                ));
            }
            let persisted = matches!(stage, Ok(Stage::Persisted | Stage::Synced))
                || record.seen >= Some(Stage::Persisted);
            for token in &record.tokens {
                if !persisted || stands(&token.name) {
                    continue;
                }
                if !token.fragile {
                    return Err((
                        "lost",
                        format!("{who}: {token:?} was persisted and is gone; receipt {stage:?}"),
                    ));
                }
                if !told.contains(&token.name) {
                    // A leader that crashes as soon as it has written says nothing; the receipt does.
                    if alive && stage.is_ok() {
                        return Err((
                            "untold",
                            format!(
                                "{who}: {token:?} was taken out and nobody told; receipt {stage:?}"
                            ),
                        ));
                    }
                    untold += 1;
                }
            }
            if !alive {
                continue;
            }
            let syncs = record.tokens.iter().any(|token| token.synced);
            match stage {
                Ok(Stage::Committed) => {
                    return Err((
                        "receipts",
                        format!("{who}: {:?} are not persisted", record.tokens),
                    ));
                }
                Ok(Stage::Persisted) if syncs => {
                    return Err((
                        "receipts",
                        format!("{who}: {:?} are not synced", record.tokens),
                    ));
                }
                _ => {}
            }
        }
        self.counts
            .add("rejections that no listener heard of", untold);
        Ok(())
    }

    /// A receipt says synced: then the backend has it, there and once.
    pub(crate) fn check_synced(&mut self, at: usize) {
        let record = &self.records[at];
        let Some(Ok(seq)) = record.receipt.synced().now_or_never() else {
            return self.fail(
                "receipts",
                format!("{:?}: synced, but no number", record.tokens),
            );
        };
        if let Err(message) = self.is_synced(record, seq) {
            self.fail("receipts", message);
        }
    }

    fn is_synced(&self, record: &Record, seq: SeqNum) -> Result<(), String> {
        let mut last = 0;
        for token in record.tokens.iter().filter(|token| token.synced) {
            let backend = &self.backend;
            match backend
                .tokens
                .get(&token.name)
                .or_else(|| backend.lost.get(&token.name))
            {
                Some(place) => last = last.max(*place),
                None => {
                    return Err(format!(
                        "{token:?} is said to be synced as {seq}, but is not"
                    ));
                }
            }
        }
        if last != seq.global {
            return Err(format!(
                "{:?}: synced as {seq}, but it is {last}",
                record.tokens
            ));
        }
        Ok(())
    }

    /// Who was told to keep away from the backend does so, also after a hand-over.
    pub(crate) fn check_offline(&mut self, index: usize) {
        let client = &self.clients[index];
        let settled = client.leader.is_some() && self.now > client.offline_since + GRACE;
        if !client.offline || !settled {
            return;
        }
        let connected = client
            .open()
            .find(|(_, store)| store.sync_status().connection == Connection::Connected)
            .map(|(key, _)| key);
        if let Some(key) = connected {
            self.fail(
                "offline",
                format!("c{index}.{key} is connected, but the app said offline"),
            );
        }
    }

    /// A leader has started: nothing that was persisted is gone.
    pub(crate) fn check_log(&mut self, index: usize) {
        let log = match self.log(index) {
            Ok(log) => log,
            Err((oracle, message)) => return self.fail(oracle, message),
        };
        if let Err(message) = check_order(&log) {
            return self.fail("logs", format!("c{index} at its start: {message}"));
        }
        if self.plan.reset.is_some() {
            return;
        }
        let tokens: BTreeSet<String> = log.iter().map(|event| token_of(&event.args)).collect();
        let lost = self
            .records
            .iter()
            .filter(|record| record.client == index && record.seen >= Some(Stage::Persisted))
            .flat_map(|record| &record.tokens)
            .find(|token| !token.fragile && !tokens.contains(&token.name));
        if let Some(token) = lost {
            let message = format!("c{index} at its start: {token:?} was persisted and is gone");
            self.fail("lost", message);
        }
    }
}

/// Whether each event follows the one before it.
fn check_order(log: &[EncodedEvent]) -> Result<(), String> {
    let mut head = SeqNum::ROOT;
    for event in log {
        let (seq, parent) = head.next(event.scope());
        if !event.seq.same_position(seq) || !event.parent.same_position(parent) {
            return Err(format!(
                "{} with parent {} follows {head}",
                event.seq, event.parent
            ));
        }
        head = event.seq;
    }
    Ok(())
}

/// Returns the lines in which two texts differ.
fn differ(expected: &str, found: &str) -> String {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (expected, found) = (lines(expected), lines(found));
    let missing = expected
        .difference(&found)
        .map(|line| format!("  expected {line}"));
    let extra = found
        .difference(&expected)
        .map(|line| format!("  found    {line}"));
    missing.chain(extra).take(12).collect::<Vec<_>>().join("\n")
}
