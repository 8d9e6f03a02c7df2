//! Looking a stored state through, beside the leader that works with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
};

use crate::{adapter::desk::Desk, state::State};

/// A check that is under way, or over. When it is dropped it stops, and its file is closed.
#[derive(Debug)]
pub(super) struct Check {
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Check {
    /// Starts to look the leader's stored state through in a thread of its own, if that is due. What it
    /// finds is told to the leader.
    pub(super) fn start(desk: &Arc<Desk>) -> Option<Self> {
        let file = desk.unchecked_state()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let (stop, to_tell) = (Arc::clone(&stopped), Arc::clone(desk));
        let thread = thread::Builder::new()
            .name("livestore-check".to_owned())
            .spawn(move || {
                if let Some(found) = State::look_through(&file, move || stop.load(Relaxed)) {
                    to_tell.state_checked(found);
                }
            });
        if thread.is_err() {
            // No thread is to be had: everybody waits.
            desk.check_state();
        }
        Some(Self {
            stopped,
            thread: thread.ok(),
        })
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.stopped.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // One that has panicked has nothing to say any more.
            let _ = thread.join();
        }
    }
}
