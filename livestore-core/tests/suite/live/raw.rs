//! Live queries in raw SQL: what SQLite does not say when asked what they read.

use livestore_core::prelude::*;

use super::renamed;
use crate::{
    fixture::{DraftChanged, created, open_with, store},
    testing::test,
};

fn draft(text: &str) -> DraftChanged {
    DraftChanged { text: text.into() }
}

#[test]
fn a_join_by_names_in_common_runs_again_when_any_of_its_tables_has_changed() {
    for text in [
        "SELECT count(*) FROM todos JOIN drafts USING (text)",
        "SELECT count(*) FROM todos natural JOIN drafts",
        "SELECT count(todos.id) FROM todos JOIN drafts USING(text)",
        "SELECT count(drafts.session_id) FROM todos\nNATURAL\tJOIN drafts",
        "WITH both AS (SELECT todos.id FROM drafts JOIN todos/**/using/**/(text)) SELECT count(*) FROM both",
        "SELECT count(*) FROM (SELECT drafts.session_id FROM todos CROSS JOIN drafts USING (text))",
        "SELECT count(*) FROM todos AS one JOIN todos AS two USING (text) JOIN drafts USING (text)",
    ] {
        let store = store();
        let live = store.live(sql(text).rows::<(i64,)>()).unwrap();
        let _keep = live.subscribe(|_| ());
        let count = || live.get().unwrap()[0].0;
        store.commit(created("a", "x")).unwrap();
        assert_eq!(count(), 0, "{text}");
        store.commit(draft("x")).unwrap();
        assert_eq!(count(), 1, "{text}");
        store.commit(renamed("a", "y")).unwrap();
        assert_eq!(count(), 0, "{text}");
        store.commit(draft("y")).unwrap();
        assert_eq!(count(), 1, "{text}");
    }
}

#[test]
fn a_join_by_names_in_common_runs_for_no_other_table() {
    let store = store();
    let text = "SELECT todos.id FROM todos JOIN drafts USING (text)";
    let live = store.live(sql(text).rows::<(String,)>()).unwrap();
    let _keep = live.subscribe(|_| ());
    store.commit(super::tagged("a")).unwrap();
    assert_eq!(live.runs(), 1);
}

#[test]
fn a_join_by_names_in_common_reads_what_a_full_text_index_is_of() {
    #[derive(Table, Clone, Debug, PartialEq)]
    #[table(name = "notes", fts(text))]
    struct Note {
        #[column(primary_key)]
        id: i64,
        text: String,
    }
    #[derive(Table, Clone, Debug, PartialEq)]
    #[table(name = "words")]
    struct Word {
        #[column(primary_key)]
        text: String,
    }
    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.NoteWritten")]
    struct NoteWritten {}
    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.WordLearned")]
    struct WordLearned {}
    let schema = Schema::builder()
        .table::<Note>()
        .table::<Word>()
        .on(|_: &NoteWritten, _| Note::insert().set(Note::ID, 1).set(Note::TEXT, "x"))
        .on(|_: &WordLearned, _| Word::insert().set(Word::TEXT, "x"))
        .build()
        .unwrap();
    let store = open_with(schema);
    let text = "SELECT count(*) FROM words JOIN notes_fts USING (text)";
    let live = store.live(sql(text).rows::<(i64,)>()).unwrap();
    let _keep = live.subscribe(|_| ());
    store.commit(WordLearned {}).unwrap();
    assert_eq!(*live.get().unwrap(), [(0,)]);
    store.commit(NoteWritten {}).unwrap();
    assert_eq!(*live.get().unwrap(), [(1,)]);
}

#[test]
fn a_table_is_the_same_however_its_name_is_spelled() {
    for text in [
        "SELECT count(*) FROM Todos",
        "SELECT count(*) FROM main.\"TODOS\"",
        "SELECT count(*) FROM (SELECT 1 FROM tOdOs AS t)",
    ] {
        let store = store();
        let live = store.live(sql(text).rows::<(i64,)>()).unwrap();
        let _keep = live.subscribe(|_| ());
        store.commit(created("a", "")).unwrap();
        assert_eq!(*live.get().unwrap(), [(1,)], "{text}");
    }
}
