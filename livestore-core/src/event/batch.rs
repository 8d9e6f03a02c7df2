//! What can be handed to `commit`: one event, several, or events known by name only.

use std::borrow::Cow;

use super::{EncodeEventError, EncodedArgs, Event};

/// An event to commit, encoded but not yet numbered.
///
/// Apps commit their own types; this form is for tools that know events by name.
#[derive(Clone, Debug)]
pub struct EventInput {
    /// The event's name.
    pub name: Cow<'static, str>,
    /// Its arguments.
    pub args: EncodedArgs,
}

impl EventInput {
    /// Makes an event from its name and its arguments as JSON text.
    ///
    /// # Errors
    /// When the text is not JSON. Whether it fits the event is found out by `commit`.
    pub fn from_json(
        name: impl Into<Cow<'static, str>>,
        args: &str,
    ) -> Result<Self, EncodeEventError> {
        let name = name.into();
        match EncodedArgs::parse(args) {
            Ok(args) => Ok(Self { name, args }),
            Err(source) => Err(EncodeEventError {
                event: name.into_owned(),
                source,
            }),
        }
    }

    /// Encodes a typed event.
    pub fn new<E: Event>(event: &E) -> Result<Self, EncodeEventError> {
        let args = EncodedArgs::encode(event).map_err(|source| EncodeEventError {
            event: E::NAME.to_owned(),
            source,
        })?;
        Ok(Self {
            name: Cow::Borrowed(E::NAME),
            args,
        })
    }
}

/// The events of one commit, in order.
#[derive(Clone, Debug, Default)]
pub struct EventBatch {
    events: Vec<EventInput>,
}

impl EventBatch {
    /// Encodes everything that `events` holds.
    pub fn from_events(events: impl IntoEvents) -> Result<Self, EncodeEventError> {
        let mut batch = Self::default();
        events.push_into(&mut batch)?;
        Ok(batch)
    }

    /// Adds one or several events.
    pub fn push(&mut self, events: impl IntoEvents) -> Result<(), EncodeEventError> {
        events.push_into(self)
    }

    /// Returns the events in the order they were added.
    pub fn into_inner(self) -> Vec<EventInput> {
        self.events
    }
}

/// One or several events, as `commit` takes them.
///
/// An event, an [`EventInput`], an [`EventBatch`], and any `Vec`, array, `Option` or tuple of these.
pub trait IntoEvents {
    /// Encodes the events to the end of the batch.
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError>;
}

impl<E: Event> IntoEvents for E {
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        batch.events.push(EventInput::new(&self)?);
        Ok(())
    }
}

impl IntoEvents for EventInput {
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        batch.events.push(self);
        Ok(())
    }
}

impl IntoEvents for EventBatch {
    fn push_into(mut self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        batch.events.append(&mut self.events);
        Ok(())
    }
}

impl<I: IntoEvents> IntoEvents for Vec<I> {
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        batch.events.reserve(self.len());
        self.into_iter()
            .try_for_each(|events| events.push_into(batch))
    }
}

impl<I: IntoEvents, const N: usize> IntoEvents for [I; N] {
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        self.into_iter()
            .try_for_each(|events| events.push_into(batch))
    }
}

impl<I: IntoEvents> IntoEvents for Option<I> {
    fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        self.map_or(Ok(()), |events| events.push_into(batch))
    }
}

macro_rules! tuple {
    ($($name:ident),+) => {
        impl<$($name: IntoEvents),+> IntoEvents for ($($name,)+) {
            #[allow(non_snake_case)]
            fn push_into(self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
                let ($($name,)+) = self;
                $($name.push_into(batch)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);
