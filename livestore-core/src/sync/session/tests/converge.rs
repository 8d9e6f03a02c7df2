//! Sessions of one client that commit at once, over one leader's log and links that take their time.

use std::collections::VecDeque;

use super::{Bench, SessionProcessor, Step};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    sync::{FromLeader, LeaderProcessor, SessionKey, ToLeader},
    testing::test,
};

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

struct Tab {
    bench: Bench,
    /// Every event that is applied, in order.
    applied: Vec<EncodedEvent>,
    made: Vec<EventId>,
    to_leader: VecDeque<ToLeader>,
    from_leader: VecDeque<FromLeader>,
}

struct Keeper {
    processor: LeaderProcessor,
    log: Vec<EncodedEvent>,
    taken: usize,
    refused: usize,
}

impl Tab {
    fn new(key: u64) -> Self {
        Self {
            bench: Bench {
                session: SessionProcessor::new(Place::ROOT, SeqNum::ROOT, None),
                ids: key * 1_000,
            },
            applied: Vec::new(),
            made: Vec::new(),
            to_leader: VecDeque::new(),
            from_leader: VecDeque::from([FromLeader::Welcome]),
        }
    }

    fn commit(&mut self, texts: &[&str]) {
        let events = self.bench.commit(texts);
        self.made.extend(events.iter().map(|event| event.id));
        self.applied.extend(events);
        self.to_leader.extend(self.bench.session.next_push());
    }

    fn receive(&mut self) {
        let session = &mut self.bench.session;
        match self.from_leader.pop_front() {
            Some(FromLeader::Welcome) => self.to_leader.extend(session.welcome()),
            Some(FromLeader::Refused(_)) => self.to_leader.extend(session.refused()),
            Some(FromLeader::Accepted { upto, .. }) => {
                self.to_leader.extend(session.accepted(upto))
            }
            Some(FromLeader::Update(update)) => match self.bench.update(update) {
                Step::Reconcile(plan) => {
                    if let Some(place) = plan.roll_back_to {
                        self.applied.retain(|event| !event.seq.is_after(place));
                    }
                    self.applied.extend(plan.upstream);
                    self.applied.extend(plan.pending);
                }
                Step::Send(message) => self.to_leader.push_back(message),
                Step::Nothing => {}
                Step::Rebuild => panic!("there is always common ground"),
            },
            _ => {}
        }
        self.to_leader.extend(self.bench.session.next_pull());
        self.to_leader.extend(self.bench.session.next_push());
    }
}

impl Keeper {
    fn receive(&mut self, key: SessionKey, message: ToLeader) -> Vec<(SessionKey, FromLeader)> {
        match message {
            ToLeader::Push { events } => match self.processor.admit(key, events) {
                Ok(()) => {
                    self.taken += 1;
                    let admitted = self.processor.take_admitted().unwrap();
                    self.log.extend(admitted.events.iter().cloned());
                    self.processor.written(admitted)
                }
                Err(rejection) => {
                    self.refused += 1;
                    vec![(key, FromLeader::Refused(rejection))]
                }
            },
            ToLeader::Pull { after, .. } => {
                let at = self.log.iter().position(|event| event.place() == after);
                let start = at.map_or(0, |at| at + 1);
                let after = at.map_or(Place::ROOT, |_| after);
                let end = self.log.len().min(start + 3);
                let events = self.log[start..end].to_vec();
                vec![(key, self.processor.answer(key, after, events))]
            }
            ToLeader::SetOnline { .. } | ToLeader::TookUnsynced { .. } => Vec::new(),
        }
    }
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let mut keeper = Keeper {
        // With a backend that has confirmed nothing, so that everything may move.
        processor: LeaderProcessor::new(Place::ROOT, 0, 0, Some(0)),
        log: Vec::new(),
        taken: 0,
        refused: 0,
    };
    let mut tabs: Vec<_> = (1..=3).map(Tab::new).collect();
    let mut commits = 0;
    for key in 0..tabs.len() {
        keeper.processor.add_session(SessionKey(key as u64));
    }
    let mut step = 0;
    loop {
        step += 1;
        assert!(step < 20_000, "seed {seed}: it never settles");
        let busy = tabs
            .iter()
            .any(|tab| !tab.to_leader.is_empty() || !tab.from_leader.is_empty());
        if step > 300 && !busy {
            break;
        }
        let at = random.below(tabs.len() as u64) as usize;
        match random.below(3) {
            0 if step <= 300 => {
                let texts = ["same", "~note", "same"];
                tabs[at].commit(&texts[..1 + random.below(3) as usize]);
                commits += 1;
            }
            1 => tabs[at].receive(),
            _ => {
                if let Some(message) = tabs[at].to_leader.pop_front() {
                    for (key, message) in keeper.receive(SessionKey(at as u64), message) {
                        tabs[key.0 as usize].from_leader.push_back(message);
                    }
                }
            }
        }
    }
    for tab in &tabs {
        assert!(tab.bench.session.is_live() && tab.bench.pending().is_empty());
        let applied: Vec<_> = tab.applied.iter().map(EncodedEvent::place).collect();
        let log: Vec<_> = keeper.log.iter().map(EncodedEvent::place).collect();
        assert_eq!(applied, log, "seed {seed}");
        let own = keeper.log.iter().map(|event| event.id);
        let own: Vec<_> = own.filter(|id| tab.made.contains(id)).collect();
        assert_eq!(
            own, tab.made,
            "seed {seed}: each of its events once and in order"
        );
    }
    assert!(
        keeper.refused <= keeper.taken * tabs.len() && keeper.taken <= commits,
        "seed {seed}: a push is refused only because another one was taken: {} of {}",
        keeper.refused,
        keeper.taken
    );
}

#[test]
fn item_06_three_sessions_that_commit_at_once_converge_without_livelock() {
    (1..=150).for_each(run);
}
