//! The threads that read, each with a connection of its own: they see what is committed, and neither they
//! nor the writer wait for each other.

use std::sync::{
    Arc, Mutex, PoisonError,
    mpsc::{Receiver, channel},
};

use futures::channel::oneshot;
use rusqlite::Connection;

use super::crew::{Crew, ended};
use crate::storage::StorageError;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the threads.
pub(super) struct Readers {
    crew: Crew<Job>,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>) -> Result<Self, StorageError> {
        let (jobs, asked) = channel();
        let asked = Arc::new(Mutex::new(asked));
        let mut crew = Crew::new(jobs);
        for mut connection in connections {
            let asked = Arc::clone(&asked);
            crew.add("livestore-read", move || {
                while let Some(job) = next(&asked) {
                    job(&mut connection);
                }
            })?;
        }
        Ok(Self { crew })
    }

    /// Reads something, unless who asked is gone before its turn comes.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, outcome) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            if !reply.is_canceled() {
                // Whoever asked may go meanwhile.
                let _ = reply.send(read(connection));
            }
        };
        self.crew.send(Box::new(job))?;
        outcome.await.unwrap_or_else(|_| Err(ended()))
    }
}

/// Waits for something to read; one thread at a time does.
fn next(asked: &Mutex<Receiver<Job>>) -> Option<Job> {
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    asked.recv().ok()
}
