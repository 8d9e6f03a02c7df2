//! How events outlive the versions of an app: deprecation, upcasting, events of another version.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::Value;

use super::{EventDef, MaterializeError, Schema, SchemaError};
use crate::{
    event::{EncodedArgs, EncodedEvent},
    query::MaterializerFailure,
};

/// What becomes of an event of the log that the schema does not declare: one of another version of the app,
/// newer or older. It stays in the log, changes nothing, and is materialized once a version knows it.
///
/// The listener is told of an event when it comes, by every session; not again for one that a stored state
/// reflects already.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum UnknownEvents {
    /// It is passed over with a warning in the program's log.
    #[default]
    Warn,
    /// It is passed over.
    Ignore,
    /// The store cannot be opened, or takes no more commits
    /// ([`StoreStatus::Stopped`](crate::store::StoreStatus::Stopped)); what is pending still goes to the
    /// leader, and reading goes on.
    Fail,
    /// It is passed over, and the listener is called with it.
    Call(Arc<dyn Fn(&EncodedEvent) + Send + Sync>),
}

impl UnknownEvents {
    /// Passes such events over and calls a listener with each.
    pub fn call(listener: impl Fn(&EncodedEvent) + Send + Sync + 'static) -> Self {
        Self::Call(Arc::new(listener))
    }

    /// Does what is to be done at events that were met; returns why the store is to stop.
    pub(crate) fn meet(&self, events: &[EncodedEvent]) -> Option<String> {
        for event in events {
            match self {
                Self::Warn => {
                    tracing::warn!(event = %event.name, seq = %event.seq, "the schema does not know this event; it is passed over");
                }
                Self::Call(listener) => listener(event),
                Self::Ignore | Self::Fail => {}
            }
        }
        match (self, events.first()) {
            (Self::Fail, Some(event)) => Some(format!(
                "the schema does not know event `{}` {}",
                event.name, event.seq
            )),
            _ => None,
        }
    }
}

impl fmt::Debug for UnknownEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warn => "Warn",
            Self::Ignore => "Ignore",
            Self::Fail => "Fail",
            Self::Call(_) => "Call",
        })
    }
}

type UpcastArgs = dyn Fn(Value) -> Result<Value, MaterializerFailure> + Send + Sync;
type UpcastEvent = dyn Fn(&EncodedArgs) -> Result<EncodedArgs, MaterializerFailure> + Send + Sync;

/// How an old form of an event becomes one of today's.
pub(super) enum Upcast {
    /// Its arguments are brought into today's form.
    Args(Box<UpcastArgs>),
    /// It stands for another event.
    Event(&'static str, Box<UpcastEvent>),
}

/// What an app should not commit any more.
#[derive(Debug)]
pub(super) struct Deprecation {
    reason: Option<&'static str>,
    fields: &'static [(&'static str, &'static str)],
    /// Whether it was said: of the event, then of each field.
    said: Vec<AtomicBool>,
}

/// Something deprecated that is used for the first time: a field or, without one, the event itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deprecated {
    pub(crate) field: Option<&'static str>,
    pub(crate) reason: &'static str,
}

impl Deprecation {
    pub(super) fn new(
        reason: Option<&'static str>,
        fields: &'static [(&'static str, &'static str)],
    ) -> Self {
        let said = (0..=fields.len()).map(|_| AtomicBool::new(false)).collect();
        Self {
            reason,
            fields,
            said,
        }
    }

    /// Returns what of it an event uses for the first time.
    fn news(&self, args: &EncodedArgs) -> Vec<Deprecated> {
        if self.said.iter().all(|said| said.load(Ordering::Relaxed)) {
            return Vec::new();
        }
        let is_news = |at: usize| !self.said[at].swap(true, Ordering::Relaxed);
        let mut news = Vec::new();
        if let Some(reason) = self.reason
            && is_news(0)
        {
            let field = None;
            news.push(Deprecated { field, reason });
        }
        if self.fields.is_empty() {
            return news;
        }
        let values: Value = args.decode().unwrap_or_default();
        for (at, (field, reason)) in self.fields.iter().enumerate() {
            if values.get(field).is_some_and(|value| !value.is_null()) && is_news(1 + at) {
                let field = Some(*field);
                news.push(Deprecated { field, reason });
            }
        }
        news
    }
}

impl EventDef {
    /// Returns what an event to be committed uses that is deprecated, if that was not said before.
    pub(crate) fn deprecated(&self, args: &EncodedArgs) -> Vec<Deprecated> {
        match &self.deprecation {
            Some(deprecation) => deprecation.news(args),
            None => Vec::new(),
        }
    }

    /// Warns once of everything deprecated that an event to be committed uses.
    pub(crate) fn warn_of_deprecated(&self, args: &EncodedArgs) {
        for Deprecated { field, reason } in self.deprecated(args) {
            match field {
                Some(field) => {
                    tracing::warn!(event = %self.name, field, reason, "a deprecated field of an event is set");
                }
                None => {
                    tracing::warn!(event = %self.name, reason, "a deprecated event is committed")
                }
            }
        }
    }
}

impl Schema {
    /// Returns the event in the form the materializers of today know, and its declaration; nothing if there is none.
    ///
    /// # Errors
    /// When the app's function does not know what to make of it.
    pub(crate) fn upcast<'a>(
        &self,
        event: &'a EncodedEvent,
    ) -> Result<Option<(&EventDef, Cow<'a, EncodedEvent>)>, MaterializeError> {
        let mut event = Cow::Borrowed(event);
        let failed = |source, event: &EncodedEvent| MaterializeError::Upcast {
            event: event.name.to_string(),
            seq: event.seq,
            source,
        };
        loop {
            let Some(def) = self.event(&event.name) else {
                return Ok(None);
            };
            match &def.upcast {
                None => return Ok(Some((def, event))),
                Some(Upcast::Args(upcast)) => {
                    let args = event
                        .args
                        .decode::<Value>()
                        .map_err(MaterializerFailure::from);
                    let args = args.and_then(upcast).and_then(|args| {
                        EncodedArgs::encode(&args).map_err(MaterializerFailure::from)
                    });
                    event.to_mut().args = args.map_err(|source| failed(source, &event))?;
                    return Ok(Some((def, event)));
                }
                Some(Upcast::Event(today, upcast)) => {
                    let args = upcast(&event.args).map_err(|source| failed(source, &event))?;
                    let today = self.event(today).map(|def| Arc::clone(&def.name));
                    let old = event.to_mut();
                    old.args = args;
                    // `check` has seen to it that it is declared.
                    old.name = today.unwrap_or_default();
                }
            }
        }
    }
}

/// Finds events that stand for others which are not declared, or for themselves in the end.
pub(super) fn check(events: &HashMap<&'static str, EventDef>) -> Result<(), SchemaError> {
    for name in events.keys() {
        let mut seen = HashSet::from([*name]);
        let mut at = *name;
        while let Some(Upcast::Event(today, _)) = events.get(at).and_then(|def| def.upcast.as_ref())
        {
            if !events.contains_key(today) || !seen.insert(*today) {
                return Err(SchemaError::Upcast {
                    event: (*name).to_owned(),
                    into: (*today).to_owned(),
                });
            }
            at = *today;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Deprecated, Deprecation, EncodedArgs};
    use crate::testing::test;

    fn said(deprecation: &Deprecation, json: &str) -> Vec<Deprecated> {
        deprecation.news(&EncodedArgs::parse(json).unwrap())
    }

    /// EVT-21.
    #[test]
    fn a_deprecated_event_and_its_deprecated_fields_are_each_said_once() {
        let both = Deprecation::new(Some("use v2"), &[("old", "use new"), ("older", "use old")]);
        let event = Deprecated {
            field: None,
            reason: "use v2",
        };
        let field = |field, reason| Deprecated {
            field: Some(field),
            reason,
        };
        assert_eq!(
            said(&both, r#"{"old":1,"new":2}"#),
            [event, field("old", "use new")]
        );
        assert_eq!(said(&both, r#"{"old":1}"#), []);
        assert_eq!(
            said(&both, r#"{"older":false}"#),
            [field("older", "use old")]
        );
        assert_eq!(said(&both, r#"{"old":1,"older":1}"#), []);
    }

    /// EVT-20, EVT-21: a field without a value is not used.
    #[test]
    fn a_deprecated_field_without_a_value_is_not_said() {
        let field = Deprecation::new(None, &[("old", "use new")]);
        assert_eq!(said(&field, r#"{"old":null}"#), []);
        assert_eq!(said(&field, "{}"), []);
        assert_eq!(said(&field, "null"), []);
        assert_eq!(said(&field, r#"{"old":0}"#).len(), 1);
    }
}
