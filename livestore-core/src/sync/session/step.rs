//! What a session makes of a piece of the leader's log.

use crate::{
    event::{EncodedEvent, SeqNum},
    sync::ToLeader,
};

/// What a session does with an update.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Nothing: it was not for this moment.
    Nothing,
    /// Send this; the update did not fit.
    Send(ToLeader),
    /// The log contradicts what cannot be taken back: build the state anew.
    Rebuild,
    /// Change the state, then say [`SessionProcessor::reconciled`].
    Reconcile(Reconcile),
}

/// A change of the state, to be carried out as one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reconcile {
    /// Take back everything after this number first.
    pub(crate) roll_back_to: Option<SeqNum>,
    /// Apply these events of the leader's log.
    pub(crate) upstream: Vec<EncodedEvent>,
    /// Then apply these pending events, checked and numbered again.
    pub(crate) pending: Vec<EncodedEvent>,
    /// The generation of their numbers.
    pub(crate) generation: u64,
    /// Whether more of the log is to come: it is too early to judge pending events, so none of them is
    /// dropped or replaced, and what can't be applied just now has no effect until they come again.
    pub(crate) partial: bool,
}
