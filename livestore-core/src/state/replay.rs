//! Bringing events into the state: a commit, a piece of the log, a rebase.

use std::sync::Arc;

use super::{Changeset, RollbackError, State, Touched, journal::MissingRecord, write::unpanicked};
use crate::{
    event::{EncodedEvent, EventId, SeqNum},
    eventlog::EventlogError,
    fault::{self, Bug},
    schema::{MaterializeError, MaterializerContext, Verdict},
    sync::{Reconcile, Rejected},
};

/// A state that cannot follow its log; it was not changed and must be built anew.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StateError {
    /// The database failed.
    #[error("the state database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database failed at an event.
    #[error(transparent)]
    Event(Box<MaterializeError>),
    /// The stored database is damaged.
    #[error("the stored state is damaged: {0}")]
    Damaged(String),
    /// The log it is to follow can't be read.
    #[error(transparent)]
    Log(#[from] EventlogError),
    /// What has to be taken back is not known any more.
    #[error(transparent)]
    MissingRecord(#[from] MissingRecord),
    /// What has to be taken back is not as it was left.
    #[error(transparent)]
    Rollback(#[from] RollbackError),
}

impl StateError {
    /// Whether the state itself is worth nothing any more, rather than the disk, the memory or the log.
    pub(crate) fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let source = match self {
            Self::Damaged(_) | Self::Rollback(_) => return true,
            Self::Log(_) | Self::MissingRecord(_) => return false,
            Self::Sqlite(source) => source,
            Self::Event(error) => match &**error {
                MaterializeError::State { source, .. } | MaterializeError::Write { source, .. } => {
                    source
                }
                _ => return false,
            },
        };
        matches!(
            source.sqlite_error_code(),
            Some(DatabaseCorrupt | NotADatabase)
        )
    }
}

/// An event of the log that could not be applied: it stays in the log and changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Skipped {
    pub(crate) event: EncodedEvent,
    pub(crate) reason: Arc<str>,
}

/// What applying events gave.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    pub(crate) touched: Touched,
    pub(crate) skipped: Vec<Skipped>,
    /// The events that the schema does not know.
    pub(crate) unknown: Vec<EncodedEvent>,
}

/// What a rebase gave.
#[derive(Debug, Default)]
pub(crate) struct Reconciled {
    pub(crate) touched: Touched,
    pub(crate) skipped: Vec<Skipped>,
    /// The events of the log that the schema does not know.
    pub(crate) unknown: Vec<EncodedEvent>,
    /// The pending events that are left, numbered again.
    pub(crate) kept: Vec<EncodedEvent>,
    /// Those that are not.
    pub(crate) rejected: Vec<Rejected>,
    /// The ids of those that a check has replaced.
    pub(crate) replaced: Vec<EventId>,
}

impl State {
    /// Applies the events of one commit, all or none; a check may put another event in one's place.
    ///
    /// # Errors
    /// Why an event can't be applied; then nothing was changed.
    pub(crate) fn commit(
        &mut self,
        events: &mut [EncodedEvent],
    ) -> Result<Touched, MaterializeError> {
        let Some(last) = events.last().map(|last| (last.name.clone(), last.seq)) else {
            return Ok(Touched::default());
        };
        let failed = |source| MaterializeError::State {
            event: last.0.to_string(),
            seq: last.1,
            source: Box::new(source),
        };
        let changesets = self.atomically(failed, |state| {
            // No savepoints of the events' own: in each, SQLite copies every page it changes.
            let changesets = events
                .iter_mut()
                .map(|event| state.check_and_materialize(event))
                .collect::<Result<Vec<_>, _>>()?;
            state.set_head(last.1).map_err(failed)?;
            Ok(changesets)
        })?;
        let mut touched = Touched::default();
        for (event, changeset) in events.iter().zip(changesets) {
            touched.add(&changeset);
            self.journal.record(event.seq, changeset);
        }
        Ok(touched)
    }

    /// Applies a piece of the log; an event that can't be applied is skipped, here and everywhere.
    ///
    /// # Errors
    /// When the database fails; then nothing was changed.
    pub(crate) fn replay(&mut self, events: &[EncodedEvent]) -> Result<Replayed, StateError> {
        let mut replayed = Replayed::default();
        let changesets = match self.materialize_all(events) {
            Ok(changesets) => changesets,
            Err(error) if error.is_deterministic() => {
                self.materialize_what_fits(events, &mut replayed.skipped)?
            }
            Err(error) => return Err(StateError::Event(Box::new(error))),
        };
        let is_unknown = |event: &&EncodedEvent| self.schema.event(&event.name).is_none();
        replayed.unknown = events.iter().filter(is_unknown).cloned().collect();
        if !replayed.unknown.is_empty() {
            self.note_unknown(replayed.unknown.len())?;
        }
        for (event, changeset) in events.iter().zip(changesets) {
            replayed.touched.add(&changeset);
            self.journal.record(event.seq, changeset);
        }
        Ok(replayed)
    }

    /// Applies a piece of the log event by event, each in a savepoint of its own.
    fn materialize_what_fits(
        &mut self,
        events: &[EncodedEvent],
        skipped: &mut Vec<Skipped>,
    ) -> Result<Vec<Changeset>, StateError> {
        self.atomically(StateError::from, |state| {
            let mut changesets = Vec::with_capacity(events.len());
            for event in events {
                let changeset = match state.try_event(&mut event.clone(), false)? {
                    Ok(changeset) => changeset,
                    Err(reason) => {
                        tracing::error!(event = %event.name, seq = %event.seq, %reason, "an event of the log is skipped");
                        skipped.push(Skipped {
                            event: event.clone(),
                            reason,
                        });
                        Changeset::default()
                    }
                };
                changesets.push(changeset);
            }
            if let Some(last) = events.last() {
                state.set_head(last.seq)?;
            }
            state.connection.execute(
                "UPDATE __livestore_state_head SET skipped = skipped + ?1",
                [skipped.len() as i64],
            )?;
            Ok(changesets)
        })
    }

    /// Carries out a rebase as one change: take back, apply the log's events, apply pending ones again.
    ///
    /// # Errors
    /// When the state can't follow; then nothing was changed and it must be built anew.
    pub(crate) fn reconcile(&mut self, plan: Reconcile) -> Result<Reconciled, StateError> {
        let mut rolled_back = Touched::default();
        let journal_end = plan.roll_back_to;
        let outcome = self.atomically(StateError::from, |state| {
            if let Some(place) = journal_end {
                rolled_back = state.roll_back_to(place)?;
            }
            let base = state.head;
            // From here on the journal is rewritten; a failure makes the state useless anyway.
            if let Some(place) = journal_end {
                state.journal.truncate(place);
            }
            let replayed = state.replay(&plan.upstream)?;
            let head = plan.upstream.last().map_or(base, |last| last.seq);
            let mut reconciled =
                state.reapply(plan.pending, head, plan.generation, plan.partial)?;
            reconciled.touched.merge(&replayed.touched);
            reconciled.skipped = replayed.skipped;
            reconciled.unknown = replayed.unknown;
            Ok::<_, StateError>(reconciled)
        });
        let mut reconciled = outcome?;
        reconciled.touched.merge(&rolled_back);
        Ok(reconciled)
    }

    /// Applies pending events behind `head`, checked and numbered one after the other; what no longer
    /// fits is left out. Behind a part of the log it stays instead, without effect and unchecked.
    pub(crate) fn reapply(
        &mut self,
        pending: Vec<EncodedEvent>,
        mut head: SeqNum,
        generation: u64,
        partial: bool,
    ) -> Result<Reconciled, StateError> {
        let mut reconciled = Reconciled::default();
        let check = !partial && !fault::has(Bug::SkipCheck);
        for mut event in pending {
            (event.seq, event.parent) = head.next_in_generation(event.scope(), generation);
            let name = Arc::clone(&event.name);
            let args = event.args.clone();
            let mut outcome = self.try_event(&mut event, check)?;
            if partial {
                outcome = Ok(outcome.unwrap_or_default());
            }
            match outcome {
                Ok(changeset) => {
                    head = event.seq;
                    reconciled.touched.add(&changeset);
                    self.journal.record(event.seq, changeset);
                    let replaced = event.name != name || event.args != args;
                    if replaced && !fault::has(Bug::HideReplaced) {
                        reconciled.replaced.push(event.id);
                    }
                    reconciled.kept.push(event);
                }
                Err(reason) => reconciled.rejected.push(Rejected { event, reason }),
            }
        }
        if let Some(last) = reconciled.kept.last() {
            self.set_head(last.seq)?;
        }
        Ok(reconciled)
    }

    /// Does something and takes all of it back, whatever comes of it.
    pub(crate) fn try_out<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, StateError>,
    ) -> Result<R, StateError> {
        enum Undone<R> {
            Tried(Result<R, StateError>),
            Failed(rusqlite::Error),
        }
        let head = self.head;
        let tried = self.atomically(Undone::Failed, |state| {
            Err::<(), _>(Undone::Tried(work(state)))
        });
        self.journal.truncate(head);
        match tried {
            Err(Undone::Tried(outcome)) => outcome,
            Err(Undone::Failed(error)) => Err(error.into()),
            Ok(()) => unreachable!("the work ends in an error, so that it is taken back"),
        }
    }

    /// Takes back everything after a place and returns what that changed.
    fn roll_back_to(&mut self, place: SeqNum) -> Result<Touched, StateError> {
        if fault::has(Bug::SkipRollback) {
            return Ok(Touched::default());
        }
        let mut touched = Touched::default();
        let taken_back: Vec<_> = self.journal.after(place)?.rev().cloned().collect();
        for changeset in &taken_back {
            touched.add(changeset);
            self.invert(changeset)?;
        }
        self.set_head(place)?;
        Ok(touched)
    }

    /// Applies one event in a savepoint of its own; the inner error says why the event itself can't be.
    fn try_event(
        &mut self,
        event: &mut EncodedEvent,
        check: bool,
    ) -> Result<Result<Changeset, Arc<str>>, StateError> {
        let (name, seq) = (event.name.clone(), event.seq);
        let failed = |source| MaterializeError::State {
            event: name.to_string(),
            seq,
            source: Box::new(source),
        };
        let outcome = self.atomically(failed, |state| {
            unpanicked(&name, seq, || match check {
                true => state.check_and_materialize(event),
                false => state.materialize(event),
            })
        });
        match outcome {
            Ok(changeset) => Ok(Ok(changeset)),
            Err(error) if error.is_deterministic() => Ok(Err(match error {
                MaterializeError::Rejected { reason, .. } => reason.into(),
                error => error.to_string().into(),
            })),
            Err(error) => Err(StateError::Event(Box::new(error))),
        }
    }

    /// Runs an event's check, then its materializer; the event becomes what the check makes of it.
    fn check_and_materialize(
        &self,
        event: &mut EncodedEvent,
    ) -> Result<Changeset, MaterializeError> {
        if let Verdict::Replace { with } = self.verdict(event)? {
            let rejected = |reason: String| MaterializeError::Rejected {
                event: event.name.to_string(),
                seq: event.seq,
                reason,
            };
            let Some(def) = self.schema.event(&with.name) else {
                return Err(rejected(format!(
                    "its check replaces it by `{}`, which is not declared",
                    with.name
                )));
            };
            if def.scope != event.scope() {
                return Err(rejected(format!(
                    "its check replaces it by `{}`, which travels another way",
                    with.name
                )));
            }
            event.name = Arc::clone(&def.name);
            event.args = with.args;
            if let Verdict::Replace { .. } = self.verdict(event)? {
                return Err(MaterializeError::Rejected {
                    event: event.name.to_string(),
                    seq: event.seq,
                    reason: "the event in its place would be replaced as well".into(),
                });
            }
        }
        self.materialize(event)
    }

    /// Asks an event's check; a rejection is an error.
    fn verdict(&self, event: &EncodedEvent) -> Result<Verdict, MaterializeError> {
        let Some((def, today)) = self.schema.upcast(event)? else {
            return Ok(Verdict::Keep);
        };
        let Some(check) = &def.check else {
            return Ok(Verdict::Keep);
        };
        let rejected = |reason| MaterializeError::Rejected {
            event: event.name.to_string(),
            seq: event.seq,
            reason,
        };
        let refuses = |sql: &str| self.forbidden_in(sql);
        let context = MaterializerContext::new(&self.connection, event, &refuses);
        let verdict = check(&today, &context);
        context.check()?;
        match verdict {
            Ok(Verdict::Reject { reason }) => Err(rejected(reason)),
            Ok(verdict) => Ok(verdict),
            Err(error) => Err(rejected(error.to_string())),
        }
    }
}
