//! Live queries over several tables, held against fresh runs of the same queries after every commit.

use livestore_core::{
    prelude::*,
    query::{IntoWrites, Writes},
};

use super::{
    joins::{Issue, Team, User},
    live::{Held, hold, runs},
};
use crate::{
    fixture::{Random, open_with},
    testing::test,
};

/// Writes something that follows from the number.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Moved")]
struct Moved {
    seed: u64,
}

fn letter(random: &mut Random) -> String {
    ["a", "b", "c"][random.below(3) as usize].to_owned()
}

fn key(random: &mut Random) -> i64 {
    1 + random.below(5) as i64
}

fn maybe(random: &mut Random) -> Option<i64> {
    (random.below(4) > 0).then(|| key(random))
}

/// Puts a row in the place of what was there, changes one, or removes one, in one of the three tables.
fn write(random: &mut Random, writes: &mut Writes) {
    let id = key(random);
    match random.below(9) {
        0 => Issue::insert()
            .or_replace()
            .row(&Issue {
                id,
                creator: maybe(random),
                status: letter(random),
                points: random.below(9) as i64 - 4,
                weight: maybe(random).map(|weight| weight as f64 / 4.0),
            })
            .push_into(writes),
        1 => Issue::update()
            .set(Issue::CREATOR, maybe(random))
            .filter(Issue::ID.eq(id))
            .push_into(writes),
        2 => Issue::update()
            .set(Issue::STATUS, letter(random))
            .filter(Issue::ID.eq(id))
            .push_into(writes),
        3 => Issue::delete().filter(Issue::ID.eq(id)).push_into(writes),
        4 => User::insert()
            .or_replace()
            .row(&User {
                id,
                name: letter(random),
                team: maybe(random),
            })
            .push_into(writes),
        5 => User::update()
            .set(User::NAME, letter(random))
            .filter(User::ID.eq(id))
            .push_into(writes),
        6 => User::delete().filter(User::ID.eq(id)).push_into(writes),
        7 => Team::insert()
            .or_replace()
            .row(&Team {
                id,
                title: letter(random),
            })
            .push_into(writes),
        _ => Team::delete().filter(Team::ID.eq(id)).push_into(writes),
    }
    .unwrap();
}

fn store() -> Store {
    let schema = Schema::builder()
        .table::<Issue>()
        .table::<User>()
        .table::<Team>()
        .on(|e: &Moved, _| {
            let mut random = Random::new(e.seed);
            let mut writes = Writes::new();
            for _ in 0..1 + random.below(3) {
                write(&mut random, &mut writes);
            }
            writes
        })
        .build()
        .unwrap();
    open_with(schema)
}

/// One query of each shape, with values of its own.
fn hold_some(store: &Store, random: &mut Random) -> Vec<Held> {
    let with_creator = || Issue::query().join(Issue::CREATOR.on(User::ID));
    let with_team = || {
        Issue::query()
            .left_join(Issue::CREATOR.on(User::ID))
            .left_join(User::TEAM.on(Team::ID))
    };
    let members = User::query()
        .filter(User::TEAM.eq(key(random)))
        .select(User::ID);
    [
        hold(store, with_creator().order_by(Issue::ID.asc())),
        hold(
            store,
            with_creator()
                .filter(User::NAME.eq(letter(random)))
                .filter(Issue::STATUS.eq(letter(random)))
                .order_by(Issue::ID.asc()),
        ),
        hold(
            store,
            with_creator().filter(User::ID.eq(key(random))).count(),
        ),
        hold(
            store,
            with_team()
                .filter(Team::TITLE.eq(letter(random)))
                .order_by(Issue::ID.asc())
                .select((Issue::ID, User::NAME, Team::TITLE)),
        ),
        hold(
            store,
            with_team()
                .filter(Team::ID.is_null())
                .order_by(Issue::ID.asc())
                .select(Issue::ID),
        ),
        hold(store, with_team().filter(Issue::ID.eq(key(random))).first()),
        hold(
            store,
            Issue::query()
                .group_by(Issue::STATUS)
                .having(Issue::row_count().gt(1))
                .order_by(Issue::STATUS.asc())
                .select((Issue::STATUS, Issue::row_count(), Issue::POINTS.sum())),
        ),
        hold(
            store,
            Issue::query()
                .filter(Issue::CREATOR.is_in_select(members))
                .order_by(Issue::ID.asc()),
        ),
        hold(
            store,
            Issue::query()
                .order_by(Issue::POINTS.desc())
                .order_by(Issue::ID.asc())
                .limit(2)
                .sum(Issue::POINTS),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn a_live_query_over_several_tables_has_the_result_of_a_fresh_run_after_every_commit() {
    let (mut asked, mut ran) = (0, 0);
    for seed in 1..60 {
        let mut random = Random::new(seed);
        let store = store();
        for seed in 0..8 {
            store.commit(Moved { seed }).unwrap();
        }
        let held: Vec<_> = (0..3)
            .flat_map(|_| hold_some(&store, &mut random))
            .collect();
        assert_eq!(held.len(), 27);
        let before = runs(&held);
        for step in 0..60 {
            let seed = random.below(1 << 20);
            store.commit(Moved { seed }).unwrap();
            asked += held.len() as u64;
            for held in &held {
                (held.check)(&store, &format!("seed {seed}, step {step}"));
            }
        }
        ran += runs(&held) - before;
    }
    // One that runs everything would be right too.
    assert!(5 * ran < 4 * asked, "{ran} runs for {asked} chances");
}
