//! Stores in memory that go on from another store's history.

use super::Memory;
use crate::{
    error::{Error, Result},
    event::SeqNum,
    store::{LogArchive, Store},
};

impl Store {
    /// Opens an independent store in memory with this one's history, what is pending included.
    ///
    /// It has no backend, and what is committed there is nowhere else: for trying something out, and for tests. A
    /// commit may be taken over by committing the same to the first store.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn fork(&self) -> Result<Store> {
        self.fork_at(SeqNum::END).await
    }

    /// Version of [`fork`](Self::fork) that takes the history up to an event only.
    ///
    /// ```
    /// # use livestore_core::{event::SeqNum, prelude::*};
    /// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// # #[event(name = "v1.TodosCleared")]
    /// # struct TodosCleared {}
    /// # async fn example(store: Store) -> Result<(), Box<dyn std::error::Error>> {
    /// let what_if = store.fork_at(SeqNum::synced(10)).await?;
    /// what_if.commit(TodosCleared {})?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn fork_at(&self, at: SeqNum) -> Result<Store> {
        let failed = |reason: String| Error::Log {
            store: self.id().to_string(),
            reason,
        };
        let mut history = Vec::new();
        self.read_history(at, |mut events| {
            history.append(&mut events);
            Ok(())
        })
        .await?;
        let archive =
            LogArchive::from_events(&history).map_err(|error| failed(error.to_string()))?;
        let memory = Memory::new();
        memory
            .import(self.id().as_str(), archive)
            .map_err(|error| failed(error.to_string()))?;
        let opening = Store::builder(self.schema().clone()).adapter(memory);
        Box::pin(opening.open(self.id().as_str())).await
    }
}
