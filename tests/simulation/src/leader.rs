//! A leader's life: it starts over what the last one left, may crash or stop, and another one follows.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use livestore_core::{
    simulation::{
        Crash, SessionKey, SimulatedLeader, before_crash, crash_at, points_passed, set_trouble,
        trouble, writes_failed,
    },
    store::StoreStatus,
    sync::Connection,
};

use crate::{
    client::Phase,
    schema::schema,
    world::{Happening, World},
};

impl World {
    /// A leader starts over what the last one left, and welcomes the sessions that are there.
    pub(crate) fn start(&mut self, index: usize) {
        let seed = self.rng.u64(..);
        let now = self.now;
        let path = self.folder.join(&self.clients[index].folder);
        let client = &mut self.clients[index];
        client.starting = false;
        if client.leader.is_some() {
            return;
        }
        client.next_run(now);
        client.mailbox.clear();
        client.turn_due = false;
        (client.failed, client.stopping) = (false, false);
        let sync = (!client.alone).then(|| self.plan.sync.clone());
        let schema = schema(client.loud);
        self.clients[index].safe = self.journal_size(index);
        if let Err(error) = std::fs::create_dir_all(&path) {
            return self.fail("disk", format!("client {index}: {error}"));
        }
        if self.chance(self.weather.crash) {
            self.clients[index].crash_in = Some(self.rng.u64(..5));
        }
        let copy = self.keep_copies(index);
        let opened = self.with_faults(index, || {
            SimulatedLeader::open(&path, &schema, sync, now, seed)
        });
        before_crash(None);
        let mut leader = match opened {
            Ok(Ok(leader)) => leader,
            Ok(Err(error)) if self.clients[index].failed => {
                self.counts.one("leaders that could not start");
                self.note(format_args!("c{index} leader cannot start: {error}"));
                return self.start_later(index);
            }
            Ok(Err(error)) => return self.fail("start", format!("client {index}: {error}")),
            Err(crash) => {
                self.counts.one("fault: crash at the start");
                return self.crash_at_start(index, copy, crash.0);
            }
        };
        let client = &mut self.clients[index];
        for session in client.sessions.keys() {
            leader.add_session(SessionKey(*session));
        }
        let (loud, alone, count) = (client.loud, client.alone, client.sessions.len());
        // It can be told by whoever has said so, and by whoever has heard of it.
        let knows = client.sessions.contains_key(&client.offline_by)
            || client
                .open()
                .any(|(_, store)| store.sync_status().connection == Connection::Offline);
        client.offline &= knows;
        client.offline_since = now;
        client.leader = Some(leader);
        self.clients[index].safe = self.journal_size(index);
        self.counts.one("leaders started");
        self.note(format_args!(
            "c{index} leader starts, loud {loud}, alone {alone}, {count} sessions"
        ));
        self.check_log(index);
        self.turn_soon(index);
        if count == 0 {
            for _ in 0..self.rng.usize(1..=self.plan.sessions) {
                self.open_session(index);
            }
        }
    }

    /// Does something with a leader that may crash under it.
    pub(crate) fn with_leader<R>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut SimulatedLeader) -> R,
    ) -> Option<R> {
        let mut leader = self.clients[index].leader.take()?;
        match self.with_faults(index, || work(&mut leader)) {
            Ok(result) => {
                let stopped = leader.has_stopped();
                self.clients[index].leader = Some(leader);
                self.clients[index].safe = self.journal_size(index);
                if stopped {
                    self.leader_has_stopped(index);
                }
                Some(result)
            }
            Err(crash) => {
                self.crash(index, leader, crash.0);
                None
            }
        }
    }

    /// Does something that may crash, and whose writes may fail, as it is this client's fate.
    fn with_faults<R>(&mut self, index: usize, work: impl FnOnce() -> R) -> Result<R, Crash> {
        let now = self.now;
        let client = &mut self.clients[index];
        let (points, failures) = (points_passed(), writes_failed());
        client.trouble = client.trouble.filter(|(_, until)| now < *until);
        let until = client.trouble.map(|(_, until)| until);
        crash_at(client.crash_in);
        set_trouble(client.trouble.map(|(trouble, _)| trouble));
        let outcome = catch_unwind(AssertUnwindSafe(work));
        client.trouble = trouble().zip(until);
        set_trouble(None);
        crash_at(None);
        let passed = points_passed() - points;
        client.crash_in = client.crash_in.map(|left| left.saturating_sub(passed));
        let failed = writes_failed() - failures;
        client.failed |= failed > 0;
        self.counts.add("fault: write failed", failed);
        outcome.map_err(|payload| match payload.downcast::<Crash>() {
            Ok(crash) => *crash,
            Err(payload) => resume_unwind(payload),
        })
    }

    /// A leader has given up, which only a disk in trouble is a reason for; another one follows.
    fn leader_has_stopped(&mut self, index: usize) {
        let client = &mut self.clients[index];
        if std::mem::replace(&mut client.stopping, true) {
            return;
        }
        let run = client.run;
        if !client.failed {
            return self.fail(
                "stopped",
                format!("the leader of c{index}, with a sound disk"),
            );
        }
        self.counts.one("leaders stopped");
        self.note(format_args!("c{index} leader has stopped"));
        let delay = self.delay(10_000);
        self.after(delay, Happening::Replace { client: index, run });
    }

    /// People open again what has stopped.
    pub(crate) fn replace(&mut self, index: usize) {
        self.note(format_args!("c{index} leader is replaced"));
        self.stop_leader(index);
        let client = &mut self.clients[index];
        if client.native {
            client.sessions.clear();
        }
        self.start_later(index);
    }

    /// The leader goes in order; what is on its way to it or from it is lost.
    pub(crate) fn stop_leader(&mut self, index: usize) {
        if let Some(line) = self.clients[index].line.take() {
            self.lines.remove(&line);
        }
        let now = self.now;
        let client = &mut self.clients[index];
        client.next_run(now);
        client.leader = None;
        client.crash_in = None;
        client.sessions.retain(|_, session| match &session.phase {
            Phase::Open(store) => !matches!(store.status(), StoreStatus::Stopped { .. }),
            Phase::Opening(_) | Phase::Closing(_) => true,
        });
    }
}
