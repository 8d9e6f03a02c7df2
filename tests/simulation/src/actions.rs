//! What people do: commit, open and close, pull plugs, install the next version.

use livestore_core::{
    event::{Event, EventBatch, IntoEvents},
    simulation::Trouble,
};

use crate::{
    client::{Frailty, Phase, Token},
    plan::pick,
    schema::*,
    world::{Happening, World},
};

impl World {
    /// Somebody does something.
    pub(crate) fn act(&mut self) {
        let index = self.rng.usize(..self.clients.len());
        let weather = self.weather.clone();
        self.check_offline(index);
        if self.chance(weather.crash) {
            if self.rng.u8(..4) == 0 {
                return self.kill(index);
            }
            self.clients[index].crash_in = Some(self.rng.u64(..8));
        }
        if self.chance(weather.disk_trouble) {
            self.disk_trouble(index);
        }
        if self.plan.alone && self.rng.u8(..30) == 0 {
            return self.change_sync(index);
        }
        if self.chance(weather.break_connection) {
            self.counts.one("fault: connection broken");
            let silently = self.rng.u8(..3) == 0;
            self.break_line(index, silently);
        }
        if self.chance(weather.new_schema) {
            return self.change_schema(index);
        }
        if self.plan.reset.is_some() && self.rng.u8(..40) == 0 {
            return self.reset_backend();
        }
        let open: Vec<u64> = self.clients[index].open().map(|(key, _)| key).collect();
        if open.is_empty() || self.clients[index].leader.is_none() {
            return self.come_back(index);
        }
        let key = pick(&mut self.rng, &open);
        if self.chance(weather.offline) {
            let online = self.rng.bool();
            self.note(format_args!("c{index}.{key} online {online}"));
            self.clients[index].wants_offline = !online;
            if let Some((_, store)) = self.clients[index].open().find(|(other, _)| *other == key) {
                store.set_online(online);
            }
            return self.look_after(index, key);
        }
        match self.rng.u8(..100) {
            0..=2 => self.shut_down(index, key),
            3..=4 => {
                self.note(format_args!("c{index}.{key} vanishes"));
                self.drop_session(index, key, false);
            }
            5..=9 if self.clients[index].sessions.len() < self.plan.sessions => {
                self.open_session(index);
            }
            10..=11 if !self.clients[index].native => {
                self.note(format_args!("c{index} hands its leader over"));
                self.counts.one("leaders handed over");
                self.stop_leader(index);
                self.start_later(index);
            }
            _ => {
                for _ in 0..pick(&mut self.rng, &[1, 1, 1, 2, 4]) {
                    self.commit(index, key);
                }
            }
        }
    }

    fn come_back(&mut self, index: usize) {
        let client = &self.clients[index];
        if client.leader.is_none() {
            if !client.starting {
                self.start_later(index);
            }
        } else if client.sessions.len() < self.plan.sessions {
            self.open_session(index);
        }
    }

    pub(crate) fn start_later(&mut self, index: usize) {
        self.clients[index].starting = true;
        let delay = if self.rng.bool() {
            self.delay(100)
        } else {
            self.delay(5_000)
        };
        self.after(delay, Happening::Start { client: index });
    }

    fn shut_down(&mut self, index: usize, key: u64) {
        self.note(format_args!("c{index}.{key} shuts down"));
        if let Some(session) = self.clients[index].sessions.get_mut(&key)
            && let Phase::Open(store) = &session.phase
        {
            let store = store.clone();
            session.phase = Phase::Closing(Box::pin(async move { store.shutdown().await }));
        }
        self.look_after(index, key);
    }

    /// Everybody of a client goes, and comes back with the other version.
    fn change_schema(&mut self, index: usize) {
        self.counts.one("schemas changed");
        self.note(format_args!("c{index} installs another version"));
        self.clients[index].sessions.clear();
        self.stop_leader(index);
        self.clients[index].loud ^= true;
        if !self.clients[index].starting {
            self.start_later(index);
        }
    }

    /// Everybody of a client goes, and comes back with a backend, or without one.
    pub(crate) fn change_sync(&mut self, index: usize) {
        self.counts.one("backends given or taken away");
        self.clients[index].alone ^= true;
        let alone = self.clients[index].alone;
        self.note(format_args!("c{index} starts over, alone: {alone}"));
        self.clients[index].sessions.clear();
        self.stop_leader(index);
        if !self.clients[index].starting {
            self.start_later(index);
        }
    }

    fn disk_trouble(&mut self, index: usize) {
        let trouble = Trouble {
            after: self.rng.u64(..8),
            lasting: self.rng.bool(),
            full: self.rng.bool(),
        };
        let until = self.now + self.delay(30_000);
        self.note(format_args!("c{index} disk {trouble:?} until {until:?}"));
        self.clients[index].trouble = Some((trouble, until));
    }

    fn reset_backend(&mut self) {
        self.counts.one("fault: backend reset");
        self.note(format_args!("the backend loses everything"));
        self.backend.reset();
        for index in 0..self.clients.len() {
            self.break_line(index, false);
        }
    }

    /// Makes up an event.
    pub(crate) fn draw_event(&mut self, batch: &mut EventBatch) -> Token {
        let note = {
            let back = self.rng.u32(..12).min(self.tokens);
            format!("t{}", self.tokens - back)
        };
        self.tokens += 1;
        let token = format!("t{}", self.tokens);
        let text = format!("text {}", self.rng.u16(..1_000));
        let rng = &mut self.rng;
        let name = format!("name {}", rng.u8(..5));
        let item = format!("item {}", rng.u8(..3));
        let t = token.clone();
        let drawn = match rng.u8(..100) {
            0..=19 => add(batch, NoteCreated { token: t, text }, None),
            20..=29 => add(
                batch,
                NoteEdited {
                    token: t,
                    note,
                    text,
                },
                None,
            ),
            30..=34 => add(batch, NoteDeleted { token: t, note }, None),
            35..=39 => add(batch, NoteCopied { token: t, note }, None),
            40..=49 => {
                let key = format!("key {}", rng.u8(..4));
                add(
                    batch,
                    Counted {
                        token: t,
                        key,
                        by: rng.i64(1..100),
                    },
                    None,
                )
            }
            50..=55 => {
                let slot = format!("slot {}", rng.u8(..30));
                let frailty = Frailty::Slot(slot.clone());
                add(batch, SlotTaken { token: t, slot }, Some(frailty))
            }
            56..=61 => add(batch, NameClaimed { token: t, name }, Some(Frailty::Check)),
            62..=64 => add(batch, NameDropped { token: t, name }, None),
            65..=69 => add(
                batch,
                StockAdded {
                    token: t,
                    item,
                    count: rng.i64(1..10),
                },
                None,
            ),
            70..=76 => {
                let count = rng.i64(1..8);
                let event = StockTaken {
                    token: t,
                    item,
                    count,
                };
                Token {
                    count: Some(count),
                    ..add(batch, event, Some(Frailty::Check))
                }
            }
            79 => {
                let key = format!("key {}", rng.u8(..4));
                add(batch, Bomb { token: t, key }, Some(Frailty::Panics))
            }
            77..=78 => {
                let key = format!("key {}", rng.u8(..4));
                add(batch, Taboo { token: t, key }, Some(Frailty::Taboo))
            }
            80..=94 => add(batch, Drafted { token: t, text }, None),
            _ => add(batch, DraftPinned { token: t, name }, Some(Frailty::Check)),
        };
        Token {
            name: token,
            ..drawn
        }
    }
}

fn add<E: Event + IntoEvents>(batch: &mut EventBatch, event: E, frailty: Option<Frailty>) -> Token {
    let synced = E::SCOPE == livestore_core::event::EventScope::Synced;
    batch.push(event).expect("plain text has a JSON form");
    Token {
        name: String::new(),
        synced,
        frailty,
        count: None,
    }
}
