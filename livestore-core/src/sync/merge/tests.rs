//! The merge core: upstream's vectors (MRG-01 to MRG-26), what they leave out, and random histories.

mod advance;
mod contract;
mod identity;
mod interleaved;
mod local_push;
mod model;
mod node;
mod random;
mod rebase;
mod sessions;

use super::{Hop, Merge, MergeError, Payload, SyncState, merge};
use crate::event::{EncodedArgs, EncodedEvent, EventId, SeqNum};

type Outcome = Result<Merge, MergeError>;

fn number(seq: &str) -> SeqNum {
    seq.parse().unwrap()
}

/// An event of this client; the text, of eight bytes at most, tells which, whatever its number.
fn own(seq: &str, text: &str) -> EncodedEvent {
    let id = text.bytes().fold(0, |id, byte| id << 8 | u64::from(byte));
    event(number(seq), text, "own", EventId(id))
}

/// The same event as the backend returns it.
fn echo(seq: &str, text: &str) -> EncodedEvent {
    event(number(seq), text, "own", EventId::REMOTE)
}

/// An event of another client.
fn remote(seq: &str, text: &str) -> EncodedEvent {
    event(number(seq), text, "other", EventId::REMOTE)
}

fn event(seq: SeqNum, text: &str, client: &str, id: EventId) -> EncodedEvent {
    let parent = match seq.client {
        0 => SeqNum {
            global: seq.global - 1,
            ..seq
        },
        client => SeqNum {
            client: client - 1,
            ..seq
        },
    };
    EncodedEvent {
        name: "v1.Said".into(),
        args: EncodedArgs::encode(&[text]).unwrap(),
        seq,
        parent,
        client_id: client.into(),
        session_id: "session".into(),
        id,
    }
}

/// The event with a parent in another generation, or that the rules do not give.
fn after(parent: &str, event: EncodedEvent) -> EncodedEvent {
    EncodedEvent {
        parent: number(parent),
        ..event
    }
}

fn state(pending: &[EncodedEvent], upstream_head: &str, local_head: &str) -> SyncState {
    SyncState {
        pending: pending.to_vec(),
        upstream_head: number(upstream_head),
        local_head: number(local_head),
    }
}

fn local_push(state: SyncState, events: &[EncodedEvent], hop: Hop) -> Outcome {
    merge(state, Payload::LocalPush(events.to_vec()), hop)
}

fn upstream_advance(state: SyncState, events: &[EncodedEvent], hop: Hop) -> Outcome {
    merge(state, Payload::UpstreamAdvance(events.to_vec()), hop)
}

fn upstream_rebase(
    state: SyncState,
    onto: &str,
    rollback: &[EncodedEvent],
    new_events: &[EncodedEvent],
) -> Outcome {
    let payload = Payload::UpstreamRebase {
        onto: number(onto),
        rollback: rollback.to_vec(),
        new_events: new_events.to_vec(),
    };
    merge(state, payload, Hop::Leader)
}

fn advanced(state: SyncState, new_events: &[EncodedEvent], confirmed: &[EncodedEvent]) -> Outcome {
    Ok(Merge::Advance {
        state,
        new_events: new_events.to_vec(),
        confirmed: confirmed.to_vec(),
    })
}

fn rebased(
    state: SyncState,
    rollback: &[EncodedEvent],
    new_events: &[EncodedEvent],
    confirmed: &[EncodedEvent],
) -> Outcome {
    Ok(Merge::Rebase {
        state,
        rollback: rollback.to_vec(),
        new_events: new_events.to_vec(),
        confirmed: confirmed.to_vec(),
    })
}
