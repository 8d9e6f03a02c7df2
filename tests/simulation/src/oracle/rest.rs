//! Rest: nothing is on its way, nothing is pending, everybody is connected.

use livestore_core::sync::{Connection, OnBackendMismatch};

use crate::{client::Phase, world::World};

impl World {
    /// Returns what keeps the world from being at rest.
    pub(crate) fn unrest(&self) -> Option<String> {
        if self.plan.reset == Some(OnBackendMismatch::Ignore) {
            // It tries for ever, as it should; only what is between sessions and leaders has an end.
            return self.in_flight(true).or_else(|| self.restless_session());
        }
        self.in_flight(false)
            .or_else(|| self.restless_session())
            .or_else(|| {
                let statuses = self.clients.iter().enumerate().flat_map(|(index, client)| {
                    client
                        .open()
                        .map(move |(key, store)| (index, key, store.sync_status()))
                });
                let may_stop = self.plan.reset == Some(OnBackendMismatch::Shutdown);
                for (index, key, status) in statuses {
                    let head = status.backend_head.map(|head| head.global);
                    let caught_up = head == Some(self.backend.head());
                    match &status.connection {
                        Connection::Connected if status.is_synced() && caught_up => {}
                        Connection::Stopped { .. } if may_stop => {}
                        _ => return Some(format!("c{index}.{key}: {status:?}")),
                    }
                }
                None
            })
    }

    fn restless_session(&self) -> Option<String> {
        for (index, client) in self.clients.iter().enumerate() {
            if client.leader.is_none() {
                return Some(format!("c{index} has no leader"));
            }
            if client.sessions.is_empty() {
                return Some(format!("c{index} has no session"));
            }
            for (key, session) in &client.sessions {
                match &session.phase {
                    Phase::Open(store) if store.sync_status().pending_in_session == 0 => {}
                    Phase::Open(store) => {
                        return Some(format!("c{index}.{key}: {:?}", store.sync_status()));
                    }
                    Phase::Opening(_) => return Some(format!("c{index}.{key} does not open")),
                    Phase::Closing(_) => return Some(format!("c{index}.{key} does not close")),
                }
            }
        }
        None
    }
}
