//! The thread that writes: everything that was asked for while it wrote the last time goes into one
//! transaction, whichever stores it is for, so that they share the wait for the disk.

use std::sync::mpsc::{Receiver, channel};

use futures::channel::oneshot;
use rusqlite::{Connection, TransactionBehavior};

use super::{
    crew::{Crew, ended},
    rows,
};
use crate::storage::StorageError;

/// How many events a transaction takes before it is committed: it bounds how long the first waits.
const GROUP: usize = 10_000;

/// The way to the thread.
pub(super) struct Writer {
    crew: Crew<Box<dyn Job>>,
}

/// Something to do in a transaction; twice, if the first failed for the sake of another.
trait Job: Send {
    /// How many events it writes.
    fn weight(&self) -> usize;
    /// Does it.
    fn run(&mut self, connection: &Connection) -> Result<(), StorageError>;
    /// Tells who asked, when what it did is durable or has failed.
    fn finish(self: Box<Self>, failed: Option<StorageError>);
}

struct Asked<T, F> {
    weight: usize,
    act: F,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, StorageError>>,
}

impl<T, F> Job for Asked<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, StorageError> + Send,
{
    fn weight(&self) -> usize {
        self.weight
    }

    fn run(&mut self, connection: &Connection) -> Result<(), StorageError> {
        self.outcome = Some((self.act)(connection)?);
        Ok(())
    }

    fn finish(self: Box<Self>, failed: Option<StorageError>) {
        let outcome = match (failed, self.outcome) {
            (None, Some(outcome)) => Ok(outcome),
            (Some(error), _) => Err(error),
            // Only what ran is finished without an error.
            (None, None) => Err(ended()),
        };
        // Whoever asked may have gone.
        let _ = self.reply.send(outcome);
    }
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(mut connection: Connection) -> Result<Self, StorageError> {
        let (jobs, asked) = channel();
        let mut crew = Crew::new(jobs);
        crew.add("livestore-write", move || write(&mut connection, &asked))?;
        Ok(Self { crew })
    }

    /// Does something in the next transaction; it may be called twice, and only the last time counts.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        weight: usize,
        act: impl FnMut(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, outcome) = oneshot::channel();
        let job = Asked {
            weight,
            act,
            outcome: None,
            reply,
        };
        self.crew.send(Box::new(job))?;
        outcome.await.unwrap_or_else(|_| Err(ended()))
    }
}

/// Writes until nobody is left to ask.
fn write(connection: &mut Connection, asked: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = asked.recv() {
        let mut weight = first.weight();
        let mut group = vec![first];
        while weight < GROUP
            && let Ok(next) = asked.try_recv()
        {
            weight += next.weight();
            group.push(next);
        }
        match carry_out(connection, &mut group) {
            Err(_) if group.len() > 1 => {
                // Whose fault it was is not known of a commit; each alone fails only for its own.
                for job in group {
                    let mut alone = [job];
                    let failed = carry_out(connection, &mut alone).err();
                    let [job] = alone;
                    job.finish(failed);
                }
            }
            outcome => {
                let failed = outcome.err();
                for job in group {
                    job.finish(failed.clone());
                }
            }
        }
    }
}

/// Does it all in one transaction, or nothing of it.
fn carry_out(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| rows::unavailable(&error))?;
    for job in group {
        job.run(&transaction)?;
    }
    transaction
        .commit()
        .map_err(|error| rows::unavailable(&error))
}
