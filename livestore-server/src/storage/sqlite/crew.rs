//! Threads that do what comes by a channel: how they are asked and how they end. What they do is with
//! the writer and the readers.

use std::{
    sync::mpsc::Sender,
    thread::{self, JoinHandle},
};

use crate::storage::StorageError;

/// The way to threads; when it is dropped, they finish what was asked for and are waited for.
#[derive(Debug)]
pub(super) struct Crew<J> {
    /// `None` only while it is dropped.
    jobs: Option<Sender<J>>,
    threads: Vec<JoinHandle<()>>,
}

impl<J> Crew<J> {
    /// A crew without anybody yet.
    pub(super) fn new(jobs: Sender<J>) -> Self {
        Self {
            jobs: Some(jobs),
            threads: Vec::new(),
        }
    }

    /// Starts a thread, which has to end when nobody is left to ask.
    pub(super) fn add(
        &mut self,
        name: &str,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), StorageError> {
        let builder = thread::Builder::new().name(name.to_owned());
        let thread = builder
            .spawn(work)
            .map_err(|error| StorageError::Unavailable {
                reason: format!("cannot start a thread: {error}").into(),
            })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Asks for something.
    pub(super) fn send(&self, job: J) -> Result<(), StorageError> {
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job).map_err(|_| ended())
    }
}

impl<J> Drop for Crew<J> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}

/// What is told when a thread is gone, which takes a panic.
pub(super) fn ended() -> StorageError {
    StorageError::Unavailable {
        reason: "a thread of the storage has ended".into(),
    }
}
