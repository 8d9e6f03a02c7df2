//! How something is taken back, and done again.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Something that was done, and how to take it back and do it again: by further events, as facts stay facts.
#[derive(Clone)]
pub struct Undo {
    id: u64,
    what: String,
    /// The message that offers it.
    toast: Option<u32>,
    back: Arc<dyn Fn() + Send + Sync>,
    again: Arc<dyn Fn() + Send + Sync>,
}

impl Undo {
    /// Describes what was done, in a few words, and takes what takes it back and what does it again.
    pub fn new(
        what: String,
        back: impl Fn() + Send + Sync + 'static,
        again: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            what,
            toast: None,
            back: Arc::new(back),
            again: Arc::new(again),
        }
    }

    /// Tells it from all others.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What was done.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Remembers the message that offers to take it back.
    pub fn offered_by(self, toast: Option<u32>) -> Self {
        Self { toast, ..self }
    }

    /// The message that offers to take it back.
    pub fn toast(&self) -> Option<u32> {
        self.toast
    }

    /// Takes it back.
    pub fn back(&self) {
        (self.back)();
    }

    /// Does it again.
    pub fn again(&self) {
        (self.again)();
    }
}
