//! What the simulation has found in the leader, step by step.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use livestore_core::{
    event::{ClientId, EncodedArgs, EncodedEvent, EventId, GlobalEvent, SeqNum, SessionId},
    prelude::*,
    simulation::{BackendInput, BackendRequest, Input, Outputs, SessionKey, SimulatedLeader},
    sync::{
        FromLeader, PageInfo, PullPage, PulledEvent, PushError, RejectedEvent, SyncOptions,
        ToLeader,
    },
};

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Said")]
struct Said {
    text: String,
}

struct Stage {
    leader: SimulatedLeader,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// A leader whose push of these texts is on its way to an empty backend.
    fn pushing(texts: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let schema = Schema::builder().on(|_: &Said, _| ()).build().unwrap();
        let sync = Some(SyncOptions::default());
        let leader = SimulatedLeader::open(folder.path(), &schema, sync, Duration::ZERO, 1);
        let mut stage = Self {
            leader: leader.unwrap(),
            _folder: folder,
        };
        stage.leader.add_session(SessionKey(1));
        let events = (1..).zip(texts).map(|(number, text)| said(number, text));
        let push = ToLeader::Push {
            events: events.collect(),
        };
        stage.turn(Input::Session(SessionKey(1), push));
        stage.backend(BackendInput::Connected { connection: 1 });
        let outputs = stage.page(&[], PageInfo::NoMore);
        assert!(matches!(
            outputs.backend[..],
            [BackendRequest::Push { request: 1, .. }]
        ));
        stage
    }

    fn turn(&mut self, input: Input) -> Outputs {
        let outputs = self.leader.turn(Duration::from_secs(1), vec![input]);
        let stopped = |(_, message): &(_, _)| matches!(message, FromLeader::Stopped { .. });
        assert!(!outputs.sessions.iter().any(stopped), "{outputs:?}");
        outputs
    }

    fn backend(&mut self, input: BackendInput) -> Outputs {
        self.turn(Input::Backend(input))
    }

    fn page(&mut self, events: &[EncodedEvent], info: PageInfo) -> Outputs {
        let events = events.iter().map(|event| PulledEvent {
            event: GlobalEvent::from(event),
            metadata: None,
        });
        let page = PullPage {
            events: events.collect(),
            info,
            backend_id: None,
        };
        self.backend(BackendInput::Page {
            connection: 1,
            page,
        })
    }

    fn pushed(&mut self, result: Result<(), PushError>) {
        self.backend(BackendInput::Pushed {
            connection: 1,
            request: 1,
            result,
        });
    }

    fn texts(&self) -> Vec<String> {
        let events = self.leader.events().unwrap();
        let text = |event: EncodedEvent| event.args.decode::<Said>().unwrap().text;
        events.into_iter().map(text).collect()
    }
}

fn said(number: u64, text: &str) -> EncodedEvent {
    let text = text.to_owned();
    EncodedEvent {
        name: Said::NAME.into(),
        args: EncodedArgs::encode(&Said { text }).unwrap(),
        seq: SeqNum::synced(number),
        parent: SeqNum::synced(number - 1),
        client_id: ClientId::from("own"),
        session_id: SessionId::from("own"),
        id: EventId(number),
    }
}

#[test]
fn a_push_may_be_answered_between_two_pages_of_its_own_events() {
    let mut stage = Stage::pushing(&["a", "b"]);
    stage.page(&[said(1, "a")], PageInfo::MoreUnknown);
    stage.pushed(Ok(()));
    stage.page(&[said(2, "b")], PageInfo::NoMore);
    assert_eq!(stage.texts(), ["a", "b"]);
}

#[test]
fn a_rejection_means_the_events_that_were_pushed_wherever_they_are_by_now() {
    let mut stage = Stage::pushing(&["a", "b"]);
    let mut theirs = said(1, "theirs");
    theirs.client_id = ClientId::from("other");
    stage.page(&[theirs], PageInfo::NoMore);
    assert_eq!(stage.texts(), ["theirs", "a", "b"]);
    stage.pushed(Err(PushError::Rejected {
        events: vec![RejectedEvent {
            seq_num: 2,
            reason: "not that".into(),
        }],
    }));
    assert_eq!(stage.texts(), ["theirs", "a"]);
}
