//! Something that waits until no more of it comes.

use std::{sync::Arc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

type Work = Arc<dyn Fn() + Send + Sync>;

/// Does what was asked for last, a while after that; at the latest when the component goes.
#[derive(Clone, Copy)]
pub struct Later {
    pause: Duration,
    waiting: StoredValue<Option<(TimeoutHandle, Work)>>,
}

impl Later {
    /// Nothing waits yet.
    pub fn new(pause: Duration) -> Self {
        let later = Self {
            pause,
            waiting: StoredValue::new(None),
        };
        on_cleanup(move || later.flush());
        later
    }

    /// Does this later, in place of what waits.
    pub fn run(&self, work: impl Fn() + Send + Sync + 'static) {
        self.forget();
        let later = *self;
        if let Ok(timer) = set_timeout_with_handle(move || later.flush(), self.pause) {
            self.waiting.set_value(Some((timer, Arc::new(work))));
        }
    }

    /// Does what waits now.
    pub fn flush(&self) {
        if let Some(work) = self.forget() {
            work();
        }
    }

    /// Takes away what waits.
    pub fn forget(&self) -> Option<Work> {
        let (timer, work) = self.waiting.try_update_value(Option::take).flatten()?;
        timer.clear();
        Some(work)
    }
}
