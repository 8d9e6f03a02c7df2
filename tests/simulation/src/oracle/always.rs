//! What holds all the while: what was persisted stays, and who is to be offline is.

use std::{collections::BTreeSet, time::Duration};

use livestore_core::{
    store::Stage,
    sync::{Connection, OnBackendMismatch},
};

use super::check_order;
use crate::{schema::token_of, world::World};

/// How long a new leader may take to hear that it is to stay offline.
const GRACE: Duration = Duration::from_secs(2);

impl World {
    /// Who was told to keep away from the backend does so, also after a hand-over.
    pub(crate) fn check_offline(&mut self, index: usize) {
        let client = &self.clients[index];
        let settled = client.leader.is_some() && self.now > client.offline_since + GRACE;
        // Another session's last word may have been lost with the leader it was on its way to.
        let said = client.offline && client.wants_offline;
        if !said || !settled {
            return;
        }
        let connected = client
            .open()
            .find(|(_, store)| store.sync_status().connection == Connection::Connected)
            .map(|(key, _)| key);
        if let Some(key) = connected {
            self.fail(
                "offline",
                format!("c{index}.{key} is connected, but the app said offline"),
            );
        }
    }

    /// A leader has started: nothing that was persisted is gone.
    pub(crate) fn check_log(&mut self, index: usize) {
        let log = match self.log(index) {
            Ok(log) => log,
            Err((oracle, message)) => return self.fail(oracle, message),
        };
        if let Err(message) = check_order(&log) {
            return self.fail("logs", format!("c{index} at its start: {message}"));
        }
        if self.plan.reset == Some(OnBackendMismatch::Reset) {
            return;
        }
        let tokens: BTreeSet<String> = log.iter().map(|event| token_of(&event.args)).collect();
        let lost = self
            .records
            .iter()
            .filter(|record| record.client == index && record.seen >= Some(Stage::Persisted))
            .flat_map(|record| &record.tokens)
            .find(|token| token.frailty.is_none() && !tokens.contains(&token.name));
        if let Some(token) = lost {
            let message = format!("c{index} at its start: {token:?} was persisted and is gone");
            self.fail("lost", message);
        }
    }
}
