//! What a seed stands for: who takes part, how bad the weather is, and how long it lasts.

use std::time::Duration;

use fastrand::Rng;
use livestore_core::sync::{OnBackendMismatch, SyncOptions};

/// The set-up of one run; it follows from the seed alone.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) clients: usize,
    /// The most sessions a client has at a time.
    pub(crate) sessions: usize,
    /// Whether a push that comes again is recognized.
    pub(crate) idempotent: bool,
    pub(crate) backend_id: bool,
    pub(crate) metadata: bool,
    /// The most events in a page.
    pub(crate) page: usize,
    /// The most events the engine takes in one piece, if not its own figures.
    pub(crate) limit: Option<usize>,
    pub(crate) sync: SyncOptions,
    /// What happens to a backend that loses its data; mostly it does not.
    pub(crate) reset: Option<OnBackendMismatch>,
    /// Whether clients have no backend for some of their lives.
    pub(crate) alone: bool,
    pub(crate) actions: u32,
    pub(crate) weather: Weather,
}

/// How likely each fault is, in percent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) refuse_connection: u8,
    pub(crate) break_connection: u8,
    pub(crate) fail_push: u8,
    pub(crate) lose_answer: u8,
    pub(crate) drop_page: u8,
    pub(crate) stall_pull: u8,
    pub(crate) repeat_page: u8,
    pub(crate) reorder_page: u8,
    pub(crate) lose_ping: u8,
    pub(crate) long_delay: u8,
    pub(crate) crash: u8,
    pub(crate) disk_trouble: u8,
    pub(crate) tear: u8,
    pub(crate) damage_state: u8,
    pub(crate) new_schema: u8,
    pub(crate) offline: u8,
}

impl Plan {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let mut sync = SyncOptions::default().push_batch(pick(rng, &[100, 1, 3, 10]));
        if rng.u8(..4) == 0 {
            sync = sync.wait_for_initial_sync(Duration::from_secs(5));
        }
        let reset = (rng.u8(..12) == 0).then(|| {
            pick(
                rng,
                &[
                    OnBackendMismatch::Reset,
                    OnBackendMismatch::Reset,
                    OnBackendMismatch::Shutdown,
                    OnBackendMismatch::Ignore,
                ],
            )
        });
        if let Some(policy) = reset {
            sync = sync.on_backend_mismatch(policy);
        }
        Self {
            clients: rng.usize(1..=4),
            sessions: rng.usize(1..=3),
            idempotent: rng.bool(),
            backend_id: reset.is_some() || rng.bool(),
            metadata: rng.bool(),
            page: pick(rng, &[100, 1, 2, 5, 20]),
            limit: pick(rng, &[None, None, Some(1), Some(3), Some(10)]),
            sync,
            reset,
            alone: rng.u8(..4) == 0,
            actions: rng.u32(30..160),
            weather: Weather::new(rng),
        }
    }
}

impl Weather {
    /// Mostly a few kinds of fault at a time: with all of them at once nothing ever gets far.
    fn new(rng: &mut Rng) -> Self {
        let share = pick(rng, &[0, 20, 50, 80]);
        let mut fault = |most: u8| {
            let on = rng.u8(..100) < share;
            let percent = rng.u8(1..=most);
            if on { percent } else { 0 }
        };
        let weather = Self {
            refuse_connection: fault(50),
            break_connection: fault(20),
            fail_push: fault(30),
            lose_answer: fault(30),
            drop_page: fault(15),
            stall_pull: fault(20),
            repeat_page: fault(30),
            reorder_page: fault(20),
            lose_ping: fault(50),
            long_delay: fault(20),
            crash: fault(12),
            disk_trouble: fault(6),
            tear: 0,
            damage_state: 0,
            new_schema: fault(5),
            offline: fault(15),
        };
        // These need a crash, which is rare enough.
        Self {
            tear: rng.u8(..=100),
            damage_state: rng.u8(..=60),
            ..weather
        }
    }
}

/// Picks one of a few.
pub(crate) fn pick<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())]
}
