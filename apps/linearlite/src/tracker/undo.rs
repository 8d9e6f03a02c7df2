//! How something is taken back.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// Something that was done, and how to take it back: by further events, as facts stay facts.
#[derive(Clone)]
pub struct Undo {
    id: u64,
    what: String,
    /// The message that offers it.
    toast: Option<u32>,
    run: Arc<dyn Fn() + Send + Sync>,
}

impl Undo {
    /// Describes what was done, in a few words, and takes what takes it back.
    pub fn new(what: String, run: impl Fn() + Send + Sync + 'static) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            what,
            toast: None,
            run: Arc::new(run),
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
    pub fn run(&self) {
        (self.run)();
    }
}
