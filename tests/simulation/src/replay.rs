//! The yardstick: a store that has nothing but a log, replayed from its start.

use std::future::ready;

use futures::FutureExt;
use livestore_core::{
    event::{ClientId, EncodedEvent, Place, SeqNum, SessionId},
    store::{Adapter, AdapterError, Image, Inbox, LeaderLink, LinkFuture, Session, Setup, Store},
    sync::{FromLeader, ToLeader, Update},
};

use crate::{schema::schema, session::STORE};

/// Opens a store that replays a log, from an image of the state if one is given.
pub(crate) fn replay(
    events: &[EncodedEvent],
    loud: bool,
    image: Option<Image>,
) -> Result<Store, String> {
    let adapter = Replay {
        events: events.to_vec(),
        lineage: image.as_ref().map_or(0, |image| image.lineage),
        image,
        inbox: None,
    };
    Store::builder(schema(loud))
        .adapter(adapter)
        .open(STORE)
        .now_or_never()
        .ok_or("the replay does not come to an end")?
        .map_err(|error| error.to_string())
}

struct Replay {
    events: Vec<EncodedEvent>,
    lineage: u64,
    image: Option<Image>,
    inbox: Option<Inbox>,
}

impl Adapter for Replay {
    fn connect(mut self: Box<Self>, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(ready(Ok(Session {
            client_id: ClientId::from("replay"),
            session_id: SessionId::from("replay"),
            image: self.image.take(),
            leader: self,
        })))
    }
}

impl LeaderLink for Replay {
    fn start(&mut self, inbox: Inbox) {
        inbox.deliver(FromLeader::Welcome);
        self.inbox = Some(inbox);
    }

    fn send(&mut self, message: ToLeader) {
        let (ToLeader::Pull { after, .. }, Some(inbox)) = (message, &self.inbox) else {
            return;
        };
        let known = self.events.iter().position(|event| event.place() == after);
        let events = match known {
            Some(at) => self.events[at + 1..].to_vec(),
            // A state from nowhere: everything is sent, which will not fit.
            None => self.events.clone(),
        };
        let after = if known.is_some() { after } else { Place::ROOT };
        inbox.deliver(FromLeader::Update(Update {
            after,
            events,
            lineage: self.lineage,
            answer: true,
            ..Update::default()
        }));
    }

    fn events_after(
        &self,
        _: SeqNum,
        _: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        Box::pin(ready(Err(AdapterError::new("nothing reads the log here"))))
    }
}
