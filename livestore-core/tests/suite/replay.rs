//! The same events give the same state.

use futures::executor::block_on;
use livestore_core::{event::EventBatch, prelude::*};

use crate::{
    fixture::{
        DraftChanged, Random, TROUBLES, TagAdded, TodoCompleted, TodoCreated, TodoDeleted,
        TodoRenamed, TodosCleared, Trouble, dump, open,
    },
    testing::test,
};

fn random_event(random: &mut Random, batch: &mut EventBatch) {
    let id = random.below(12).to_string();
    let text = format!("text {}", random.below(5));
    let pushed = match random.below(20) {
        0..8 => batch.push(TodoCreated { id, text }),
        8..11 => batch.push(TodoCompleted { id }),
        11..14 => batch.push(TodoRenamed { id, text }),
        14 | 15 => batch.push(TodoDeleted { id }),
        16 => batch.push(TodosCleared {}),
        17 => batch.push(DraftChanged { text }),
        18 => batch.push(Trouble {
            kind: TROUBLES[random.below(TROUBLES.len() as u64) as usize].into(),
        }),
        _ => batch.push(TagAdded {
            todo: id,
            label: text,
            weight: Some(random.below(9) as f64 / 4.0),
        }),
    };
    pushed.unwrap();
}

/// Item 15 of 12.14, for one client: random commits, some refused, then a replay of the log.
#[test]
fn the_state_after_any_commits_equals_a_replay_of_the_log() {
    for seed in 0..30 {
        let mut random = Random::new(seed);
        let memory = Memory::new();
        let store = open(&memory);
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..60 {
            let mut batch = EventBatch::default();
            for _ in 0..=random.below(3) {
                random_event(&mut random, &mut batch);
            }
            // Creating what is there already breaks the primary key and is refused with its whole batch.
            match store.commit(batch) {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(
            taken > 5 && refused > 5,
            "seed {seed}: {taken} taken, {refused} refused"
        );
        let (state, head) = (dump(&store), store.head());
        block_on(store.shutdown()).unwrap();
        let replayed = open(&memory);
        assert_eq!(
            (dump(&replayed), replayed.head()),
            (state, head),
            "seed {seed}"
        );
    }
}
