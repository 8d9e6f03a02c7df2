use super::{Ran, Random, event, roll_back};
use crate::{prelude::*, state::State, testing::test};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "left")]
struct Left {
    #[column(primary_key, autoincrement)]
    id: i64,
    text: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "right")]
struct Right {
    #[column(primary_key, autoincrement)]
    id: i64,
    #[column(unique)]
    text: String,
}

fn state() -> State {
    let schema = Schema::builder()
        .table::<Left>()
        .table::<Right>()
        .on(|e: &Ran, _| e.sql.iter().map(sql).collect::<Vec<_>>())
        .build()
        .unwrap();
    State::open(&schema).unwrap()
}

/// All rows, and the counters of both tables.
fn dump(state: &State) -> Vec<(String, i64, String)> {
    let sql = "SELECT 'left', id, text FROM left UNION ALL SELECT 'right', id, text FROM right \
               UNION ALL SELECT 'counter', seq, name FROM sqlite_sequence ORDER BY 1, 2, 3";
    let mut select = state.connection.prepare(sql).unwrap();
    let rows = select
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn statement(random: &mut Random) -> String {
    let (table, a) = (["left", "right"][random.below(2) as usize], random.below(9));
    match random.below(6) {
        0..3 => format!("INSERT OR IGNORE INTO {table} (text) VALUES ('{a}'), ('x{a}')"),
        3 => format!(
            "INSERT OR REPLACE INTO {table} (id, text) VALUES ({}, '{a}')",
            a * 5
        ),
        4 => format!("UPDATE OR IGNORE {table} SET id = id + 20 WHERE id = {a}"),
        _ => format!("DELETE FROM {table} WHERE id > {a}"),
    }
}

/// After a rebase the same events must make the same keys as at a replay from the start.
#[test]
fn rolling_back_brings_the_counters_of_made_keys_back() {
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut state = state();
        let mut history = vec![(state.head(), dump(&state))];
        for _ in 0..25 {
            let event = event(state.head(), &[statement(&mut random)]);
            state.commit(&mut [event]).unwrap();
            history.push((state.head(), dump(&state)));
        }
        while history.len() > 1 {
            let keep = random.below(history.len() as u64 - 1) as usize;
            let (head, expected) = &history[keep];
            roll_back(&mut state, *head).unwrap();
            assert_eq!(dump(&state), *expected, "seed {seed}, back to event {keep}");
            history.truncate(keep + 1);
        }
    }
}
