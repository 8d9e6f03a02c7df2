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
    run: Arc<dyn Fn() + Send + Sync>,
}

impl Undo {
    /// Describes what was done, in a few words, and takes what takes it back.
    pub fn new(what: String, run: impl Fn() + Send + Sync + 'static) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            what,
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

    /// Takes it back.
    pub fn run(&self) {
        (self.run)();
    }
}
