//! Short messages that go by themselves.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;

/// How long a message stays.
const STAYS: Duration = Duration::from_secs(6);

/// The name of a button, and what it does.
pub type Offer = (&'static str, Arc<dyn Fn() + Send + Sync>);

/// A message, and what can be done about it.
#[derive(Clone)]
pub struct Toast {
    pub id: u32,
    pub text: String,
    /// What it offers to do.
    pub action: Option<Offer>,
}

/// The messages that are shown; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Starts with none.
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// The messages, the oldest first.
    pub fn shown(&self) -> Vec<Toast> {
        self.shown.get()
    }

    /// Shows a message.
    pub fn show(&self, text: impl Into<String>) {
        self.add(text.into(), None);
    }

    /// Shows a message with a button, and says how to take it away.
    pub fn show_with(
        &self,
        text: String,
        label: &'static str,
        action: impl Fn() + Send + Sync + 'static,
    ) -> u32 {
        self.add(text, Some((label, Arc::new(action))))
    }

    /// Takes a message away.
    pub fn dismiss(&self, id: u32) {
        self.shown
            .update(|shown| shown.retain(|toast| toast.id != id));
    }

    fn add(&self, text: String, action: Option<Offer>) -> u32 {
        /// More would cover the page.
        const AT_ONCE: usize = 3;
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| {
            shown.push(Toast { id, text, action });
            let excess = shown.len().saturating_sub(AT_ONCE);
            shown.drain(..excess);
        });
        let toasts = *self;
        set_timeout(move || toasts.dismiss(id), STAYS);
        id
    }
}
