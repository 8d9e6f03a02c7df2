//! What must hold when the world has come to rest: logs, states, and the app's own rules.
//!
//! What receipts say, what holds all the while, and what rest is, have rooms of their own.

mod always;
mod fates;
mod receipts;
mod resets;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use livestore_core::{
    event::{EncodedEvent, EventScope, GlobalEvent, SeqNum},
    sync::{Connection, OnBackendMismatch},
};

use self::fates::Fates;
pub(crate) use self::resets::Handed;
use crate::{
    replay::replay,
    schema::{broken_rules, dump, panics, token_of},
    world::World,
};

type Checked = Result<(), (&'static str, String)>;

impl World {
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
        let fates: Vec<_> = logs
            .iter()
            .enumerate()
            .map(|(index, log)| self.fates(index, log))
            .collect();
        self.receipts_told_the_truth(&fates)?;
        self.resets_hand_over(&fates)?;
        self.streams_gave_everything(&logs)?;
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
            let panics = log.iter().filter(|event| panics(event, loud)).count() as u64;
            self.counts.add("events that panic and are skipped", panics);
            if skipped != panics {
                return Err((
                    "skipped",
                    format!("c{index}: {skipped} events of the log do not fit, {panics} panic"),
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
