//! A session's life: it opens, commits, hears, closes, and its receipts are read all the while.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use futures::FutureExt;
use livestore_core::{
    Error,
    event::{ClientId, EncodedEvent, EventBatch, SessionId},
    store::{ReceiptError, Stage, Store, StoreStatus},
    sync::{Connection, FromLeader},
};

use crate::{
    client::{Frailty, Handed, Phase, Record, Session},
    link::{SimulatedAdapter, Wire},
    schema::{schema, token_of},
    world::{Happening, World},
};

/// The name of the one store.
pub(crate) const STORE: &str = "simulated";

/// Returns the last few tokens of events, for the trace.
pub(crate) fn tokens_of<'a>(events: impl IntoIterator<Item = &'a EncodedEvent>) -> String {
    let tokens: Vec<_> = events
        .into_iter()
        .map(|event| token_of(&event.args))
        .collect();
    let from = tokens.len().saturating_sub(8);
    let more = if from > 0 {
        format!("({from} more) ")
    } else {
        String::new()
    };
    more + &tokens[from..].join(" ")
}

impl World {
    /// Opens a session with the leader that is there.
    pub(crate) fn open_session(&mut self, index: usize) {
        let image = if self.rng.bool() {
            match self.with_leader(index, |leader| leader.image()) {
                Some(image) => image,
                None => return,
            }
        } else {
            None
        };
        let client = &mut self.clients[index];
        client.next_session += 1;
        let key = client.next_session;
        let wire = Wire::default();
        let adapter = SimulatedAdapter {
            wire: wire.clone(),
            client: ClientId::from(format!("c{index}").as_str()),
            session: SessionId::from(format!("c{index}.{key}").as_str()),
            image,
        };
        let told = Arc::clone(&self.told);
        let handed = Handed::default();
        let listening = Arc::clone(&handed);
        let opening = Store::builder(schema(client.loud))
            .adapter(adapter)
            .on_rejected(move |rejected| {
                let mut told = told.lock().unwrap_or_else(|error| error.into_inner());
                told.insert(token_of(&rejected.event.args));
            })
            .on_backend_reset(move |events| {
                let mut handed = listening.lock().unwrap_or_else(|error| error.into_inner());
                handed.extend(events);
            })
            .open(STORE);
        let mut session = Session::new(wire, Box::pin(opening));
        session.handed = handed;
        client.sessions.insert(key, session);
        self.counts.one("sessions opened");
        self.note(format_args!("c{index}.{key} opens"));
        // The store takes hold of its link.
        self.look_after(index, key);
        if let Some(leader) = &mut self.clients[index].leader {
            leader.add_session(livestore_core::simulation::SessionKey(key));
        }
        self.turn_soon(index);
    }

    /// A message of the leader arrives.
    pub(crate) fn reach_session(&mut self, index: usize, session: u64, message: FromLeader) {
        let Some(to) = self.clients[index].sessions.get(&session) else {
            return;
        };
        let wire = to.wire.clone();
        let line = match &message {
            FromLeader::Update(update) => format!(
                "update after {}, [{}] to {}, rejected [{}], floor {}{}",
                update.after.seq,
                tokens_of(&update.events),
                update
                    .events
                    .last()
                    .map_or(update.after.seq, |event| event.seq),
                update
                    .rejected
                    .iter()
                    .map(|rejected| format!(
                        "{} {}",
                        token_of(&rejected.event.args),
                        rejected.reason
                    ))
                    .collect::<Vec<_>>()
                    .join("; "),
                update.floor,
                if update.answer { ", answer" } else { "" },
            ),
            FromLeader::TakenOut { rejected, .. } => {
                format!(
                    "taken out [{}]",
                    tokens_of(rejected.iter().map(|rejected| &rejected.event))
                )
            }
            FromLeader::Accepted { upto, floor } => format!("accepted {}, floor {floor}", upto.seq),
            FromLeader::Refused(rejection) => format!("refused: {rejection}"),
            FromLeader::Synced { floor } => format!("synced {floor}"),
            FromLeader::Status(_) => String::new(),
            FromLeader::Reset { unsynced } => format!("reset, {} unsynced", unsynced.len()),
            FromLeader::Unsynced { events, upto } => {
                format!("unsynced [{}], number {upto}", tokens_of(events))
            }
            other => format!("{other:?}"),
        };
        if let (FromLeader::Update(update), Phase::Open(store)) = (&message, &to.phase)
            && store.sync_status().leader_head.is_after(update.after.seq)
        {
            self.counts.one("rebases in a session");
        }
        match &message {
            FromLeader::Update(update) if !update.answer && !update.rejected.is_empty() => {
                self.counts
                    .add("rejections told", update.rejected.len() as u64);
            }
            FromLeader::Refused(_) => self.counts.one("pushes refused by a leader"),
            FromLeader::Reset { .. } => self.counts.one("logs emptied"),
            _ => {}
        }
        if !line.is_empty() {
            self.note(format_args!("leader > c{index}.{session}: {line}"));
        }
        wire.deliver(message);
        self.look_after(index, session);
    }

    /// Sees to what a session has to say and how far it is.
    pub(crate) fn look_after(&mut self, index: usize, key: u64) {
        self.collect(index, key);
        let Some(session) = self.clients[index].sessions.get_mut(&key) else {
            return;
        };
        let handed = std::mem::take(&mut *session.handed.lock().unwrap_or_else(|e| e.into_inner()));
        if !handed.is_empty() {
            self.take_handed(index, key, &handed);
        }
        let Some(session) = self.clients[index].sessions.get_mut(&key) else {
            return;
        };
        match &mut session.phase {
            Phase::Opening(opening) => match opening.now_or_never() {
                None => {}
                Some(Ok(store)) => {
                    session.phase = Phase::Open(store);
                    self.note(format_args!("c{index}.{key} is open"));
                }
                Some(Err(error)) if self.clients[index].failed => {
                    self.note(format_args!("c{index}.{key} cannot open: {error}"));
                    return self.drop_session(index, key, false);
                }
                Some(Err(error)) => {
                    return self.fail("open", format!("session c{index}.{key}: {error}"));
                }
            },
            Phase::Open(store) => {
                if let StoreStatus::Stopped { reason } = store.status()
                    && !self.clients[index].failed
                {
                    return self.fail("stopped", format!("session c{index}.{key}: {reason}"));
                }
            }
            Phase::Closing(closing) => match closing.now_or_never() {
                None => {}
                Some(Ok(())) => {
                    self.read_receipts(index, key);
                    return self.closed(index, key);
                }
                Some(Err(error)) if self.clients[index].failed => {
                    self.note(format_args!("c{index}.{key} closes: {error}"));
                    self.read_receipts(index, key);
                    return self.drop_session(index, key, false);
                }
                Some(Err(error)) => {
                    return self.fail("shutdown", format!("session c{index}.{key}: {error}"));
                }
            },
        }
        self.read_stream(index, key, false);
        // What polling has brought about.
        self.collect(index, key);
        self.read_receipts(index, key);
    }

    fn closed(&mut self, index: usize, key: u64) {
        let open = self.clients[index]
            .sessions
            .get(&key)
            .map_or_else(Vec::new, |session| session.open.clone());
        for at in open {
            if let Ok(Stage::Committed) = self.records[at].receipt.stage() {
                let tokens = &self.records[at].tokens;
                return self.fail(
                    "receipts",
                    format!("c{index}.{key} was shut down before {tokens:?} were persisted"),
                );
            }
        }
        self.note(format_args!("c{index}.{key} is closed"));
        self.drop_session(index, key, true);
    }

    /// A session is gone; with `flushed`, what it has sent arrives.
    pub(crate) fn drop_session(&mut self, index: usize, key: u64, flushed: bool) {
        let run = self.clients[index].run;
        self.clients[index].sessions.remove(&key);
        if self.clients[index].sessions.is_empty() && self.clients[index].leader.is_some() {
            self.note(format_args!("c{index} leader goes with its last session"));
            return self.stop_leader(index);
        }
        if !flushed {
            self.clients[index].ghosts.insert(key);
        }
        let delay = self.delay(if flushed { 1_000 } else { 0 });
        self.after(
            delay,
            Happening::Leave {
                client: index,
                run,
                session: key,
            },
        );
    }

    /// Reads the receipts of a session that may have news.
    pub(crate) fn read_receipts(&mut self, index: usize, key: u64) {
        let Some(session) = self.clients[index].sessions.get_mut(&key) else {
            return;
        };
        let mut open = std::mem::take(&mut session.open);
        open.retain(|at| self.read_receipt(*at));
        if let Some(session) = self.clients[index].sessions.get_mut(&key) {
            session.open = open;
        }
    }

    /// Reads a receipt; whether it may have more to say.
    fn read_receipt(&mut self, at: usize) -> bool {
        let record = &mut self.records[at];
        let (stage, before) = (record.receipt.stage(), record.seen);
        match stage {
            Ok(stage) if Some(stage) < before => {
                let message = format!("{:?} went from {before:?} to {stage:?}", record.tokens);
                self.fail("receipts", message);
                false
            }
            Ok(stage) => {
                record.seen = Some(stage);
                if stage == Stage::Synced && before != Some(stage) {
                    self.check_synced(at);
                }
                stage != Stage::Synced
            }
            Err(ReceiptError::Rejected { .. }) => {
                self.counts.one("receipts rejected");
                false
            }
            // Of what was persisted it is known where it is.
            Err(ReceiptError::Stopped { .. }) if before < Some(Stage::Persisted) => {
                self.counts.one("receipts of leaders that stopped first");
                false
            }
            Err(error) => {
                let message = format!("{:?}: {error}", record.tokens);
                self.fail("receipts", message);
                false
            }
        }
    }

    /// Commits events of a session.
    pub(crate) fn commit(&mut self, index: usize, key: u64) {
        let mut batch = EventBatch::default();
        let mut tokens = Vec::new();
        let count = crate::plan::pick(&mut self.rng, &[1, 1, 1, 2, 3, 5]);
        for _ in 0..count {
            tokens.push(self.draw_event(&mut batch));
        }
        let Some(Session {
            phase: Phase::Open(store),
            ..
        }) = self.clients[index].sessions.get(&key)
        else {
            return;
        };
        let stopped = matches!(store.status(), StoreStatus::Stopped { .. });
        let may_panic = self.clients[index].loud
            && tokens
                .iter()
                .any(|token| token.frailty == Some(Frailty::Panics));
        let committed = match catch_unwind(AssertUnwindSafe(|| store.commit(batch))) {
            Ok(committed) => committed,
            // The app's own panic; it must leave the store as it was.
            Err(_) if may_panic => {
                self.counts.one("commits that panicked");
                return self.look_after(index, key);
            }
            Err(panic) => resume_unwind(panic),
        };
        match committed {
            Err(Error::Stopped { .. }) if stopped => self.counts.one("commits after a stop"),
            Ok(_) if stopped => {
                let message = format!("c{index}.{key} has stopped and takes commits");
                self.fail("stopped", message);
            }
            Ok(receipt) => {
                self.note(format_args!(
                    "c{index}.{key} commits {} as {}",
                    tokens
                        .iter()
                        .map(|token| token.name.as_str())
                        .collect::<Vec<_>>()
                        .join(" "),
                    receipt.seq(),
                ));
                self.counts.add("events committed", tokens.len() as u64);
                self.records.push(Record {
                    client: index,
                    session: key,
                    tokens,
                    receipt,
                    seen: None,
                });
                let at = self.records.len() - 1;
                if let Some(session) = self.clients[index].sessions.get_mut(&key) {
                    session.open.push(at);
                }
            }
            Err(Error::Rejected { .. } | Error::Materialize { .. }) => {
                self.counts.one("commits refused");
            }
            Err(error) => self.fail("commit", format!("session c{index}.{key}: {error}")),
        }
        self.look_after(index, key);
    }

    /// Makes sure, when settling, that a client is there and online.
    pub(crate) fn be_there(&mut self, index: usize) {
        let client = &self.clients[index];
        if client.leader.is_none() {
            if !client.starting {
                self.clients[index].starting = true;
                self.after(
                    std::time::Duration::ZERO,
                    Happening::Start { client: index },
                );
            }
            return;
        }
        let offline = client
            .open()
            .find(|(_, store)| store.sync_status().connection == Connection::Offline)
            .map(|(key, store)| (key, store.clone()));
        if let Some((key, store)) = offline {
            self.clients[index].wants_offline = false;
            store.set_online(true);
            self.look_after(index, key);
        }
    }
}
