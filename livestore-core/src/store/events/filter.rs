//! Which events a stream gives, and what of that the leader sorts out.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::event::{ClientId, EncodedEvent, EventScope, SeqNum, SessionId};

/// Which events a stream gives.
///
/// By default all that are final: confirmed by the backend, or persisted in a store without one; of
/// these the synced ones.
#[derive(Clone, Debug)]
pub struct EventFilter {
    pub(super) since: SeqNum,
    pub(super) until: Option<SeqNum>,
    pub(super) pending: bool,
    pub(super) page: usize,
    pub(super) wanted: Wanted,
}

type Arguments = Vec<(String, serde_json::Value)>;

/// What an event must be, wherever it stands in the log.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wanted {
    names: Option<HashSet<String>>,
    clients: Option<HashSet<ClientId>>,
    sessions: Option<HashSet<SessionId>>,
    #[serde(with = "as_text")]
    arguments: Arguments,
    client_only: bool,
}

/// The events of a piece of the log that were wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WantedEvents {
    /// They, in the order of the log.
    pub events: Vec<EncodedEvent>,
    /// How far the log was looked through.
    pub read: SeqNum,
}

impl Default for EventFilter {
    fn default() -> Self {
        Self {
            since: SeqNum::ROOT,
            until: None,
            pending: false,
            page: 100,
            wanted: Wanted::default(),
        }
    }
}

impl EventFilter {
    /// Takes all final synced events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts after this event.
    pub fn since(mut self, seq: SeqNum) -> Self {
        self.since = seq;
        self
    }

    /// Ends the stream with this event; else it goes on with what comes.
    pub fn until(mut self, seq: SeqNum) -> Self {
        self.until = Some(seq);
        self
    }

    /// Takes events of these names only.
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.wanted.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Takes events of these clients only.
    pub fn clients(mut self, clients: impl IntoIterator<Item = ClientId>) -> Self {
        self.wanted.clients = Some(clients.into_iter().collect());
        self
    }

    /// Takes events of these sessions only.
    pub fn sessions(mut self, sessions: impl IntoIterator<Item = SessionId>) -> Self {
        self.wanted.sessions = Some(sessions.into_iter().collect());
        self
    }

    /// Takes events of the leader's log that the backend has not confirmed, too. One that a rebase
    /// moves comes again under its new number.
    pub fn including_pending(mut self) -> Self {
        self.pending = true;
        self
    }

    /// Takes client-only events too.
    pub fn including_client_only(mut self) -> Self {
        self.wanted.client_only = true;
        self
    }

    /// Sets how many events are read from the log at a time: 1 to 1,000, 100 by default.
    pub fn page(mut self, events: usize) -> Self {
        self.page = events.clamp(1, 1_000);
        self
    }

    /// Takes only events that have this argument with this value; called again, both must hold.
    ///
    /// Like names, clients and sessions it is looked at where the log is, so that of a long log only these events
    /// come to the session.
    ///
    /// ```
    /// # use livestore_core::{prelude::*, store::EventFilter};
    /// // All that ever happened to one issue.
    /// let filter = EventFilter::new().argument("issueId", "LIV-7");
    /// ```
    pub fn argument(
        mut self,
        name: impl Into<String>,
        value: impl Into<serde_json::Value>,
    ) -> Self {
        self.wanted.arguments.push((name.into(), value.into()));
        self
    }
}

impl Wanted {
    fn takes(&self, event: &EncodedEvent) -> bool {
        fn among<T>(all: Option<&HashSet<T>>, has: impl Fn(&HashSet<T>) -> bool) -> bool {
            all.is_none_or(has)
        }
        (self.client_only || event.scope() == EventScope::Synced)
            && among(self.names.as_ref(), |names| names.contains(&*event.name))
            && among(self.clients.as_ref(), |all| all.contains(&event.client_id))
            && among(self.sessions.as_ref(), |all| {
                all.contains(&event.session_id)
            })
            && self.has_arguments(event)
    }

    fn has_arguments(&self, event: &EncodedEvent) -> bool {
        // Most events are about something else, which is cheaper to see than to decode.
        let text = event.args.as_str();
        if !text.contains('\\')
            && !self
                .arguments
                .iter()
                .all(|(_, value)| is_within(text, value))
        {
            return false;
        }
        self.arguments.is_empty()
            || event.args.decode().is_ok_and(|args: serde_json::Value| {
                let has = |(name, value): &(String, _)| args.get(name) == Some(value);
                self.arguments.iter().all(has)
            })
    }

    /// Picks at most so many out of the events that follow a place.
    pub fn pick(&self, after: SeqNum, events: Vec<EncodedEvent>, limit: usize) -> WantedEvents {
        let mut picked = WantedEvents {
            events: Vec::new(),
            read: after,
        };
        for event in events {
            if picked.events.len() == limit {
                break;
            }
            picked.read = event.seq;
            if self.takes(&event) {
                picked.events.push(event);
            }
        }
        picked
    }
}

/// Whether a text without escapes may have this value.
fn is_within(text: &str, value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(value) => {
            text.contains(value.as_str()) || value.contains(['"', '\\'])
        }
        _ => true,
    }
}

/// JSON as text, for formats that don't say what comes next.
mod as_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::Arguments;

    pub(super) fn serialize<S: Serializer>(
        arguments: &Arguments,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts = arguments
            .iter()
            .map(|(name, value)| (name, value.to_string()));
        texts.collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arguments, D::Error> {
        let texts = Vec::<(String, String)>::deserialize(deserializer)?;
        let parse = |(name, text): (String, String)| {
            let value = serde_json::from_str(&text).map_err(D::Error::custom)?;
            Ok((name, value))
        };
        texts.into_iter().map(parse).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        event::{EncodedArgs, EventId},
        testing::test,
    };

    fn event(global: u64, args: &str) -> EncodedEvent {
        EncodedEvent {
            name: "v1.Happened".into(),
            args: EncodedArgs::parse(args).unwrap(),
            seq: SeqNum::synced(global),
            parent: SeqNum::synced(global - 1),
            client_id: "client".into(),
            session_id: "session".into(),
            id: EventId::REMOTE,
        }
    }

    fn picked(filter: &EventFilter, args: &[&str], limit: usize) -> (Vec<u64>, u64) {
        let events = (1..).zip(args).map(|(seq, args)| event(seq, args));
        let picked = filter.wanted.pick(SeqNum::ROOT, events.collect(), limit);
        let seqs = picked.events.iter().map(|event| event.seq.global);
        (seqs.collect(), picked.read.global)
    }

    #[test]
    fn an_argument_must_be_there_with_the_very_value() {
        let all = [
            r#"{"id":"a"}"#,
            r#"{"id":"b","other":"a"}"#,
            r#"{"id":["a"]}"#,
            r#""a""#,
            r#"{"id":"\u0061"}"#,
        ];
        let filter = EventFilter::new().argument("id", "a");
        assert_eq!(picked(&filter, &all, 10), (vec![1, 5], 5));
        let both = filter.argument("other", 1);
        let all = [r#"{"id":"a"}"#, r#"{"id":"a","other":1}"#];
        assert_eq!(picked(&both, &all, 10), (vec![2], 2));
    }

    #[test]
    fn no_more_are_picked_than_wanted_and_the_rest_is_left_for_later() {
        let all = [r#"{"id":"a"}"#; 5];
        let filter = EventFilter::new().argument("id", "a");
        assert_eq!(picked(&filter, &all, 2), (vec![1, 2], 2));
    }
}
