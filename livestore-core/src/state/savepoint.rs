//! All or nothing: a piece of work inside a savepoint.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{State, lock};

impl State {
    /// Runs `work` in a savepoint; an error or a panic leaves the database and the head as they were.
    ///
    /// Calls may nest. `wrap` turns a failure of the savepoint itself into the caller's error.
    pub(super) fn atomically<R, E>(
        &mut self,
        wrap: impl Fn(rusqlite::Error) -> E,
        work: impl FnOnce(&mut Self) -> Result<R, E>,
    ) -> Result<R, E> {
        self.run("SAVEPOINT livestore").map_err(&wrap)?;
        let head = self.head;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self)));
        let outcome = match outcome {
            Ok(Ok(value)) => match self.run("RELEASE livestore") {
                Ok(()) => return Ok(value),
                Err(error) => Ok(Err(wrap(error))),
            },
            other => other,
        };
        self.head = head;
        lock(&self.capture).discard();
        // SQLite may have rolled back the whole transaction itself; then there is nothing left to undo.
        let undone = self
            .run("ROLLBACK TO livestore")
            .and_then(|()| self.run("RELEASE livestore"));
        if let Err(error) = undone {
            tracing::error!(%error, "a failed change could not be undone by its savepoint");
        }
        match outcome {
            Ok(result) => result,
            Err(panic) => resume_unwind(panic),
        }
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(()).map(drop)
    }
}

#[cfg(test)]
mod tests;
