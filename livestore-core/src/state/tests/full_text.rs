use super::{Ran, Random, event, roll_back};
use crate::{
    prelude::*,
    schema::{FullTextDef, TableDef},
    state::State,
    testing::test,
};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "notes", fts(title, body, prefix(2)))]
struct Note {
    #[column(primary_key)]
    id: String,
    title: String,
    body: Option<String>,
    #[column(default = 0)]
    stars: i64,
    #[column(unique)]
    slug: Option<String>,
}

/// Its key is the row id, which a change of the key moves.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "pages", fts(text))]
struct Page {
    #[column(primary_key)]
    id: i64,
    text: String,
}

fn schema() -> Schema {
    Schema::builder()
        .table::<Note>()
        .table::<Page>()
        .on(|e: &Ran, _| e.sql.iter().map(sql).collect::<Vec<_>>())
        .build()
        .unwrap()
}

fn commit(state: &mut State, sql: &[String]) {
    let event = event(state.head(), sql);
    state.commit(&mut [event]).unwrap();
}

const INDEXES: [(&str, &str); 2] = [("notes", "notes_fts"), ("pages", "pages_fts")];

/// Every word of an index and where it stands.
fn words(state: &State, index: &str) -> Vec<String> {
    let connection = &state.connection;
    let vocabulary = format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_{index} USING fts5vocab(main, {index}, instance)"
    );
    connection.execute_batch(&vocabulary).unwrap();
    let mut select = connection
        .prepare(&format!(
            "SELECT term || ' ' || doc || ' ' || col || ' ' || offset FROM temp.words_{index} ORDER BY 1"
        ))
        .unwrap();
    let rows = select.query_map((), |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// FTS5's own comparison of index and table, and ours: rebuilding the index changes nothing.
fn assert_in_step(state: &State, context: &str) {
    for (_, index) in INDEXES {
        let run = |command: &str| state.connection.execute_batch(command);
        run(&format!(
            "INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)"
        ))
        .unwrap_or_else(|error| panic!("{index}, {context}: {error}"));
        let kept = words(state, index);
        run("SAVEPOINT rebuild").unwrap();
        run(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')")).unwrap();
        let rebuilt = words(state, index);
        run("ROLLBACK TO rebuild; RELEASE rebuild").unwrap();
        assert_eq!(kept, rebuilt, "{index}, {context}");
    }
}

fn statement(random: &mut Random) -> String {
    const WORDS: [&str; 6] = ["red", "green", "Grün", "blue sky", "it''s", ""];
    let word = WORDS[random.below(6) as usize];
    let other = WORDS[random.below(6) as usize];
    let (a, b) = (random.below(6), random.below(6));
    match random.below(14) {
        0..3 => format!(
            "INSERT OR IGNORE INTO notes (id, title, body) VALUES ('{a}', '{word}', '{other}')"
        ),
        3 => format!(
            "INSERT OR REPLACE INTO notes (id, title, slug) VALUES ('{a}', '{word}', '{b}')"
        ),
        4 => format!(
            "INSERT INTO notes (id, title) VALUES ('{a}', '{word}') \
             ON CONFLICT (id) DO UPDATE SET title = title || ' ' || excluded.title"
        ),
        5 => format!("UPDATE notes SET body = '{word} {other}' WHERE id > '{a}'"),
        6 => format!("UPDATE notes SET stars = stars + 1, body = body WHERE id < '{a}'"),
        7 => format!("UPDATE OR REPLACE notes SET slug = '{b}' WHERE id = '{a}'"),
        8 => format!("UPDATE OR IGNORE notes SET id = '{a}', title = '{word}' WHERE id = '{b}'"),
        9 => format!("DELETE FROM notes WHERE id <> '{a}'"),
        10 => "DELETE FROM notes".into(),
        11 => format!("INSERT OR REPLACE INTO pages VALUES ({a}, '{word}')"),
        12 => format!("UPDATE OR REPLACE pages SET id = id + 1, text = '{word}' WHERE id = {b}"),
        _ => format!("INSERT OR IGNORE INTO pages SELECT {b}, title FROM notes LIMIT 1"),
    }
}

/// The law of the index: whatever is committed and taken back, it says what the table says.
#[test]
fn after_any_commits_and_roll_backs_the_index_is_that_of_a_rebuild() {
    for seed in 1..=40 {
        let mut random = Random(seed);
        let mut state = State::open(&schema()).unwrap();
        let mut history = vec![state.head()];
        for step in 0..30 {
            if random.below(4) == 0 {
                let keep = random.below(history.len() as u64) as usize;
                roll_back(&mut state, history[keep]).unwrap();
                history.truncate(keep + 1);
            } else {
                let statements: Vec<_> = (0..=random.below(2))
                    .map(|_| statement(&mut random))
                    .collect();
                commit(&mut state, &statements);
                history.push(state.head());
            }
            assert_in_step(&state, &format!("seed {seed}, step {step}"));
        }
        state.check_soundness().unwrap();
    }
}

#[test]
fn an_event_that_fails_leaves_no_word_behind() {
    let mut state = State::open(&schema()).unwrap();
    commit(&mut state, &["INSERT INTO pages VALUES (1, 'one')".into()]);
    let before = words(&state, "pages_fts");
    let failing = [
        "INSERT INTO pages VALUES (2, 'two')".to_owned(),
        "INSERT INTO pages VALUES (1, 'again')".to_owned(),
    ];
    let event = event(state.head(), &failing);
    state.commit(&mut [event]).unwrap_err();
    assert_eq!(words(&state, "pages_fts"), before);
    assert_in_step(&state, "after the failure");
}

#[test]
fn an_index_is_part_of_an_image_and_is_kept_in_step_there() {
    let schema = schema();
    let mut state = State::open(&schema).unwrap();
    commit(
        &mut state,
        &["INSERT INTO pages VALUES (1, 'one two'), (2, 'two')".into()],
    );
    let image = state.image().unwrap();
    let mut copy = State::from_image(&image, &schema).unwrap().unwrap();
    assert_eq!(words(&copy, "pages_fts"), words(&state, "pages_fts"));
    commit(
        &mut copy,
        &["UPDATE pages SET text = 'three' WHERE id = 2".into()],
    );
    commit(
        &mut copy,
        &["INSERT OR REPLACE INTO pages VALUES (1, 'four')".into()],
    );
    assert_in_step(&copy, "in the image");
    let query = Page::query().matching("three").select(Page::ID);
    let found = copy
        .query(&query.statement(), |rows| query.read(rows))
        .unwrap();
    assert_eq!(found, [2]);
}

#[test]
fn a_materializer_does_not_write_the_index_itself() {
    for text in [
        "INSERT INTO pages_fts (pages_fts) VALUES ('delete-all')",
        "DELETE FROM pages_fts_data",
        "UPDATE pages_fts SET text = ''",
    ] {
        let mut state = State::open(&schema()).unwrap();
        let event = event(state.head(), &[text.into()]);
        let error = state.commit(&mut [event]).unwrap_err().to_string();
        assert!(error.contains("which is no table of the schema"), "{error}");
    }
}

#[test]
fn another_index_is_another_fingerprint() {
    let fingerprint = |index: Option<FullTextDef>| {
        let mut table =
            TableDef::new("t").column(crate::schema::ColumnDef::new::<String>("a").primary_key());
        table.full_text = index;
        Schema::builder()
            .table_def(table)
            .build()
            .unwrap()
            .fingerprint()
    };
    let index = || FullTextDef::new(["a"]);
    let all = [
        fingerprint(None),
        fingerprint(Some(index())),
        fingerprint(Some(index().prefix([2]))),
        fingerprint(Some(index().tokenize("porter"))),
    ];
    for (i, one) in all.iter().enumerate() {
        assert!(!all[..i].contains(one));
    }
}
