//! What materializers may know and do.

use livestore_core::{prelude::*, query::RawSql};

use crate::{fixture::open_with, testing::test};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "notes")]
struct Note {
    #[column(primary_key)]
    id: i64,
    text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Noted")]
struct Noted {}

/// Carries a text to run as a write.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Ran")]
struct Ran {
    sql: String,
}

/// Carries a text to run as a read.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Read")]
struct Read {
    sql: String,
}

fn schema() -> Schema {
    Schema::builder()
        .table::<Note>()
        .on(|_: &Noted, ctx| {
            let ids = ctx.query(&Note::query().order_by(Note::ID.asc()).select(Note::ID))?;
            let text = format!(
                "{ids:?} {} {} {}",
                ctx.seq(),
                ctx.client_id(),
                ctx.event().name
            );
            let insert = Note::insert()
                .set(Note::ID, ids.len() as i64)
                .set(Note::TEXT, text);
            Ok::<_, livestore_core::query::QueryError>(insert)
        })
        .on(|e: &Ran, _| -> RawSql { sql(&e.sql) })
        .on(|e: &Read, ctx| {
            let found = ctx.query(&sql(&e.sql).rows::<(Value,)>())?;
            let insert = Note::insert()
                .set(Note::ID, 0)
                .set(Note::TEXT, format!("{found:?}"));
            Ok::<_, livestore_core::query::QueryError>(insert)
        })
        .build()
        .unwrap()
}

fn texts(store: &Store) -> Vec<String> {
    store
        .query(&Note::query().order_by(Note::ID.asc()).select(Note::TEXT))
        .unwrap()
}

/// MAT-01, MAT-03: the state before the event, within a commit too, and who committed it.
#[test]
fn mat_01_a_materializer_reads_the_state_before_its_event_and_what_is_known_of_it() {
    let store = open_with(schema());
    let client = store.client_id().as_str().to_owned();
    store.commit(Noted {}).unwrap();
    store.commit((Noted {}, Noted {})).unwrap();
    let expected = [("[]", 1), ("[0]", 2), ("[0, 1]", 3)]
        .map(|(ids, seq)| format!("{ids} e{seq} {client} v1.Noted"));
    assert_eq!(texts(&store), expected);
}

/// MAT-02: no arguments, no writes.
#[test]
fn mat_02_an_event_may_have_no_arguments_and_write_nothing() {
    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.Pinged")]
    struct Pinged;
    let schema = Schema::builder().on(|_: &Pinged, _| ()).build().unwrap();
    let store = open_with(schema);
    store.commit(Pinged).unwrap();
    assert_eq!(store.head().to_string(), "e1");
}

const NOT_FROM_THE_LOG: [&str; 12] = [
    "random()",
    "hex(randomblob(4))",
    "CURRENT_TIMESTAMP",
    "current_date",
    "datetime('now')",
    "DateTime()",
    "strftime('%s', 'now')",
    "unixepoch()",
    "last_insert_rowid()",
    "total_changes()",
    // How far this client is, whatever the log says.
    "(SELECT seq_global FROM __livestore_state_head)",
    "(SELECT max(skipped) FROM __LiveStore_State_Head)",
];

#[test]
fn a_write_that_depends_on_the_clock_on_chance_or_on_the_engine_is_refused() {
    let store = open_with(schema());
    for expression in NOT_FROM_THE_LOG {
        let text = format!("INSERT INTO notes SELECT 1, coalesce({expression}, '')");
        let error = store.commit(Ran { sql: text }).unwrap_err().to_string();
        assert!(
            error.contains("not the same at every replay"),
            "{expression}: {error}"
        );
    }
    assert_eq!(texts(&store).len(), 0);
    let text = "INSERT INTO notes VALUES (1, upper('a') || abs(-1) || json_array(1))";
    store.commit(Ran { sql: text.into() }).unwrap();
    assert_eq!(texts(&store), ["A1[1]"]);
}

#[test]
fn a_read_of_a_materializer_that_depends_on_the_clock_on_chance_or_on_the_engine_is_refused() {
    let store = open_with(schema());
    for expression in NOT_FROM_THE_LOG {
        let text = format!("SELECT {expression}");
        // The app itself may ask so, which leaves the statement prepared.
        store.query(&sql(&text).rows::<(Value,)>()).unwrap();
        let error = store.commit(Read { sql: text }).unwrap_err().to_string();
        assert!(
            error.contains("not the same at every replay"),
            "{expression}: {error}"
        );
    }
    store
        .commit(Read {
            sql: "SELECT 1 + 1".into(),
        })
        .unwrap();
    assert_eq!(texts(&store), ["[(Integer(2),)]"]);
}

/// Native: what a client pushes goes through another thread.
#[cfg(not(target_arch = "wasm32"))]
mod on_several_clients {
    use futures::executor::block_on;
    use livestore_core::testkit::Clients;

    use super::*;
    use crate::fixture::{Todo, TodoDeleted, created};

    fn notes(store: &Store) -> Vec<String> {
        let texts = Note::query().order_by(Note::ID.asc()).select(Note::TEXT);
        store.query(&texts).unwrap()
    }

    /// A generation and an id are of one client, and would get into the state.
    #[test]
    fn the_context_of_an_event_that_was_rebased_is_the_same_for_all() {
        let noted = || {
            Schema::builder()
                .table::<Note>()
                .on(|_: &Noted, ctx| {
                    let ids = ctx.query(&Note::query().count())?;
                    let event = ctx.event();
                    let text = format!(
                        "{} {} {} {:?}",
                        ctx.seq(),
                        event.seq,
                        event.parent,
                        event.id
                    );
                    let insert = Note::insert()
                        .set(Note::ID, ids.cast_signed())
                        .set(Note::TEXT, text);
                    Ok::<_, livestore_core::query::QueryError>(insert)
                })
                .build()
                .unwrap()
        };
        block_on(async {
            let clients = Clients::open(2, noted).await.unwrap();
            clients[0].set_online(false);
            clients[0].commit((Noted {}, Noted {})).unwrap();
            clients[1].commit(Noted {}).unwrap().synced().await.unwrap();
            clients[0].set_online(true);
            clients.settle().await;
            assert_eq!(notes(&clients[0]), notes(&clients[1]));
            assert_eq!(notes(&clients[0]).len(), 3);
        });
    }

    /// Rows have an order even if nobody asks for one, and a materializer may go by it.
    #[test]
    fn rows_that_a_roll_back_brings_back_stand_where_they_were() {
        block_on(async {
            let clients = Clients::open(2, crate::fixture::schema).await.unwrap();
            clients[1]
                .commit((created("a", ""), created("b", ""), created("c", "")))
                .unwrap();
            clients.settle().await;
            clients.backend().reject(|event| match &*event.name {
                "v1.TodoDeleted" => Err("todos stay".into()),
                _ => Ok(()),
            });
            let delete = TodoDeleted { id: "a".into() };
            let receipt = clients[0].commit(delete).unwrap();
            receipt.synced().await.unwrap_err();
            clients.settle().await;
            let ids = |store: &Store| store.query(&Todo::query().select(Todo::ID)).unwrap();
            assert_eq!(ids(&clients[0]), ["a", "b", "c"]);
            assert_eq!(ids(&clients[0]), ids(&clients[1]));
            clients[0].check_replay().await.unwrap().unwrap();
        });
    }
}
