//! What the server counts, for Prometheus.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::text::encode,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use crate::hub::{PushDone, PushError};

type Labelled = Family<[(&'static str, &'static str); 1], Counter>;

/// The server's counters. A clone is the same ones.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    pub(crate) connections: Gauge,
    pub(crate) connected: Counter,
    pub(crate) closed: Labelled,
    pub(crate) refused: Labelled,
    pub(crate) stores: Gauge,
    pub(crate) pulls: Gauge,
    pub(crate) chunks: Counter,
    pub(crate) sent_events: Counter,
    pub(crate) sent_bytes: Counter,
    pub(crate) conflicts: Counter,
    pushes: Labelled,
    pushed_events: Counter,
    appends: Histogram,
    group_size: Histogram,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("livestore");
        let mut metrics = Self {
            registry: Arc::default(),
            connections: Gauge::default(),
            connected: Counter::default(),
            closed: Labelled::default(),
            refused: Labelled::default(),
            stores: Gauge::default(),
            pulls: Gauge::default(),
            chunks: Counter::default(),
            sent_events: Counter::default(),
            sent_bytes: Counter::default(),
            conflicts: Counter::default(),
            pushes: Labelled::default(),
            pushed_events: Counter::default(),
            appends: Histogram::new(exponential_buckets(0.0001, 2.0, 16)),
            group_size: Histogram::new(exponential_buckets(1.0, 4.0, 8)),
        };
        let m = &metrics;
        registry.register(
            "connections",
            "Open WebSocket connections",
            m.connections.clone(),
        );
        registry.register(
            "connected",
            "WebSocket connections made",
            m.connected.clone(),
        );
        registry.register(
            "closed",
            "Connections closed by the server, by reason",
            m.closed.clone(),
        );
        registry.register("refused", "Requests refused, by reason", m.refused.clone());
        registry.register("stores", "Stores in use", m.stores.clone());
        registry.register("pulls", "Pulls under way", m.pulls.clone());
        registry.register("chunks", "Chunks sent to pulls", m.chunks.clone());
        registry.register("sent_events", "Events sent to pulls", m.sent_events.clone());
        registry.register("sent_bytes", "Bytes of frames sent", m.sent_bytes.clone());
        registry.register(
            "append_conflicts",
            "Appends that another process was faster than",
            m.conflicts.clone(),
        );
        registry.register("pushes", "Pushes answered, by result", m.pushes.clone());
        registry.register("pushed_events", "Events appended", m.pushed_events.clone());
        registry.register(
            "append_seconds",
            "How long the storage took to append",
            m.appends.clone(),
        );
        registry.register(
            "append_events",
            "How many events were appended together",
            m.group_size.clone(),
        );
        metrics.registry = Arc::new(registry);
        metrics
    }
}

impl Metrics {
    /// Returns all of them as text, in the OpenMetrics format that Prometheus reads.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    pub(crate) fn push(&self, verdict: &Result<PushDone, PushError>) {
        let result = match verdict {
            Ok(_) => "accepted",
            Err(PushError::ServerAhead { .. }) => "server_ahead",
            Err(PushError::OtherLog { .. }) => "other_log",
            Err(PushError::BrokenChain(_)) => "broken_chain",
            Err(PushError::Rejected { .. }) => "rejected",
            Err(PushError::NotJudged) => "not_judged",
            Err(PushError::Store(_)) => "failed",
        };
        self.pushes.get_or_create(&[("result", result)]).inc();
    }

    pub(crate) fn appended(&self, events: usize, time: Duration) {
        self.pushed_events.inc_by(events as u64);
        self.group_size.observe(events as f64);
        self.appends.observe(time.as_secs_f64());
    }

    pub(crate) fn closed(&self, reason: &'static str) {
        self.closed.get_or_create(&[("reason", reason)]).inc();
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refused.get_or_create(&[("reason", reason)]).inc();
    }
}
