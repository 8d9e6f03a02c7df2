//! The app that is simulated: events of every temper, and the tables they write.
//!
//! Each event carries a token of its own, by which it is found again wherever it should be.

use livestore_core::{
    prelude::*,
    query::{MaterializerFailure, RawSql},
};

/// Defines events that carry a token.
macro_rules! events {
    ($($(#[$attribute:meta])* $name:ident { $($field:ident: $kind:ty),* })*) => {$(
        #[derive(Event, Clone, Debug, Serialize, Deserialize)]
        $(#[$attribute])*
        pub(crate) struct $name {
            pub(crate) token: String,
            $(pub(crate) $field: $kind,)*
        }
    )*};
}

events! {
    #[event(name = "v1.NoteCreated")] NoteCreated { text: String }
    #[event(name = "v1.NoteEdited")] NoteEdited { note: String, text: String }
    #[event(name = "v1.NoteDeleted")] NoteDeleted { note: String }
    #[event(name = "v1.NoteCopied")] NoteCopied { note: String }
    #[event(name = "v1.Counted")] Counted { key: String, by: i64 }
    #[event(name = "v1.SlotTaken")] SlotTaken { slot: String }
    #[event(name = "v1.NameClaimed")] NameClaimed { name: String }
    #[event(name = "v1.NameDropped")] NameDropped { name: String }
    #[event(name = "v1.StockAdded")] StockAdded { item: String, count: i64 }
    #[event(name = "v1.StockTaken")] StockTaken { item: String, count: i64 }
    #[event(name = "v1.Taboo")] Taboo { key: String }
    #[event(name = "v1.Bomb")] Bomb { key: String }
    #[event(name = "v1.Drafted", client_only)] Drafted { text: String }
    #[event(name = "v1.DraftPinned", client_only)] DraftPinned { name: String }
}

/// The name of the event that the backend rejects.
pub(crate) const TABOO: &str = Taboo::NAME;

/// What every event carries.
#[derive(Deserialize)]
struct Tokened {
    token: String,
}

/// Returns the token in an event's arguments.
pub(crate) fn token_of(args: &livestore_core::event::EncodedArgs) -> String {
    args.decode::<Tokened>()
        .map_or_else(|error| format!("no token: {error}"), |args| args.token)
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "notes")]
struct Note {
    #[column(primary_key)]
    id: String,
    text: String,
    #[column(default = 0)]
    edits: i64,
}

/// The same table in the app's next version.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "notes")]
struct LoudNote {
    #[column(primary_key)]
    id: String,
    text: String,
    #[column(default = 0)]
    edits: i64,
    #[column(default = "")]
    loud: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "tallies")]
struct Tally {
    #[column(primary_key)]
    key: String,
    total: i64,
    /// The notes there were when it was last counted.
    notes: i64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "slots")]
struct Slot {
    #[column(primary_key)]
    slot: String,
    token: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "names")]
struct Name {
    #[column(primary_key)]
    token: String,
    name: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "stock")]
struct Stock {
    #[column(primary_key)]
    item: String,
    left: i64,
}

/// What was taken from the stock, event by event.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "takes")]
struct Take {
    #[column(primary_key)]
    token: String,
    count: i64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "drafts")]
struct Draft {
    #[column(primary_key)]
    session: String,
    text: String,
    count: i64,
}

/// The tables that synced events alone write, with their columns.
const SYNCED: &[(&str, &[&str])] = &[
    ("notes", &["id", "text", "edits"]),
    ("tallies", &["key", "total", "notes"]),
    ("slots", &["slot", "token"]),
    ("names", &["token", "name"]),
    ("stock", &["item", "left"]),
    ("takes", &["token", "count"]),
];
const CLIENT_ONLY: (&str, &[&str]) = ("drafts", &["session", "text", "count"]);

/// Returns everything in the tables, as text.
pub(crate) fn dump(store: &Store, loud: bool, client_only: bool) -> Result<String, String> {
    let mut tables: Vec<(&str, Vec<&str>)> = SYNCED
        .iter()
        .chain(client_only.then_some(&CLIENT_ONLY))
        .map(|(table, columns)| (*table, columns.to_vec()))
        .collect();
    if loud {
        tables[0].1.push("loud");
    }
    let mut text = String::new();
    for (table, columns) in tables {
        let columns: Vec<_> = columns
            .iter()
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let query = sql(format!(
            "SELECT {}, 0 FROM {table} ORDER BY 1",
            columns.join(" || ',' || ")
        ));
        let rows = store
            .query(&query.rows::<(String, i64)>())
            .map_err(|error| format!("cannot read `{table}`: {error}"))?;
        text.push_str(table);
        text.push('\n');
        for (row, _) in rows {
            text.push_str("  ");
            text.push_str(&row);
            text.push('\n');
        }
    }
    Ok(text)
}

/// Returns how much an event of the log takes from the stock, if it is such an event.
pub(crate) fn count_in(event: &livestore_core::event::EncodedEvent) -> Option<i64> {
    #[derive(Deserialize)]
    struct CountedOut {
        count: i64,
    }
    (*event.name == *StockTaken::NAME)
        .then(|| event.args.decode::<CountedOut>().ok())
        .flatten()
        .map(|event| event.count)
}

/// Whether an event makes its materializer panic, in that version of the app.
pub(crate) fn panics(event: &livestore_core::event::EncodedEvent, loud: bool) -> bool {
    loud && *event.name == *Bomb::NAME
}

/// Returns the slot that an event of the log takes, if it is such an event.
pub(crate) fn slot_in(event: &livestore_core::event::EncodedEvent) -> Option<String> {
    #[derive(Deserialize)]
    struct Slotted {
        slot: String,
    }
    (*event.name == *SlotTaken::NAME)
        .then(|| event.args.decode::<Slotted>().ok())
        .flatten()
        .map(|event| event.slot)
}

/// Returns what is wrong with the app's own rules in a state.
pub(crate) fn broken_rules(store: &Store) -> Result<Vec<String>, String> {
    let names = sql("SELECT name, count(*) FROM names GROUP BY name HAVING count(*) > 1");
    let stock = sql("SELECT item, \"left\" FROM stock WHERE \"left\" < 0");
    let mut broken = Vec::new();
    for (what, query) in [("name claimed twice", names), ("stock below zero", stock)] {
        let rows = store
            .query(&query.rows::<(String, i64)>())
            .map_err(|error| error.to_string())?;
        broken.extend(
            rows.into_iter()
                .map(|(key, count)| format!("{what}: {key}, {count}")),
        );
    }
    Ok(broken)
}

/// Returns the app's schema; the loud one is its next version.
pub(crate) fn schema(loud: bool) -> Schema {
    let builder = if loud {
        Schema::builder().table::<LoudNote>().version(2)
    } else {
        Schema::builder().table::<Note>().version(1)
    };
    builder
        .table::<Tally>()
        .table::<Slot>()
        .table::<Name>()
        .table::<Stock>()
        .table::<Take>()
        .table::<Draft>()
        .on(move |e: &NoteCreated, _| write_note(loud, &e.token, &e.text))
        .on(move |e: &NoteEdited, _| {
            let set = if loud { ", loud = upper(?1)" } else { "" };
            sql(format!(
                "UPDATE notes SET text = ?1, edits = edits + 1{set} WHERE id = ?2"
            ))
            .bind(e.text.clone())
            .bind(e.note.clone())
        })
        .on(|e: &NoteDeleted, _| Note::delete().filter(Note::ID.eq(&e.note)))
        .on(
            move |e: &NoteCopied, ctx| -> Result<Option<RawSql>, MaterializerFailure> {
                let found = sql("SELECT text, edits FROM notes WHERE id = ?1").bind(e.note.clone());
                let found = ctx.query(&found.rows::<(String, i64)>())?;
                Ok(found
                    .into_iter()
                    .next()
                    .map(|(text, edits)| write_note(loud, &e.token, &format!("{text}+{edits}"))))
            },
        )
        .on(|e: &Counted, ctx| -> Result<_, MaterializerFailure> {
            let notes = sql("SELECT count(*), 0 FROM notes").rows::<(i64, i64)>();
            let notes = ctx.query(&notes)?.first().map_or(0, |row| row.0);
            Ok(sql(
                "INSERT INTO tallies (key, total, notes) VALUES (?1, ?2, ?3) \
                    ON CONFLICT (key) DO UPDATE SET total = total * 3 % 1000003 + ?2, notes = ?3",
            )
            .bind(e.key.clone())
            .bind(e.by)
            .bind(notes))
        })
        .on(|e: &SlotTaken, _| {
            Slot::insert()
                .set(Slot::SLOT, &e.slot)
                .set(Slot::TOKEN, &e.token)
        })
        .on(|e: &NameClaimed, _| {
            Name::insert()
                .set(Name::TOKEN, &e.token)
                .set(Name::NAME, &e.name)
        })
        .check(|e: &NameClaimed, ctx| {
            let taken = ctx.query(&Name::query().filter(Name::NAME.eq(&e.name)).exists())?;
            Ok(if taken {
                Verdict::reject("taken")
            } else {
                Verdict::Keep
            })
        })
        .on(|e: &NameDropped, _| Name::delete().filter(Name::NAME.eq(&e.name)))
        .on(|e: &StockAdded, _| {
            sql("INSERT INTO stock (item, \"left\") VALUES (?1, ?2) \
                 ON CONFLICT (item) DO UPDATE SET \"left\" = \"left\" + ?2")
            .bind(e.item.clone())
            .bind(e.count)
        })
        .on(|e: &StockTaken, _| {
            let stock = sql("UPDATE stock SET \"left\" = \"left\" - ?1 WHERE item = ?2");
            let take = sql("INSERT INTO takes (token, count) VALUES (?1, ?2)");
            vec![
                stock.bind(e.count).bind(e.item.clone()),
                take.bind(e.token.clone()).bind(e.count),
            ]
        })
        .check(|e: &StockTaken, ctx| {
            let left = ctx
                .query(&Stock::query().filter(Stock::ITEM.eq(&e.item)).first())?
                .map_or(0, |stock| stock.left);
            if left >= e.count {
                Ok(Verdict::Keep)
            } else if left > 0 {
                let less = StockTaken {
                    count: left,
                    ..e.clone()
                };
                Ok(Verdict::replace(&less)?)
            } else {
                Ok(Verdict::reject("sold out"))
            }
        })
        .on(|e: &Taboo, _| {
            sql(
                "INSERT INTO tallies (key, total, notes) VALUES (?1, 1, -1) \
                 ON CONFLICT (key) DO UPDATE SET total = total + 1",
            )
            .bind(e.key.clone())
        })
        .on(move |e: &Bomb, _| {
            // The app's next version has forgotten about it.
            assert!(!loud, "no idea what a bomb is");
            sql(
                "INSERT INTO tallies (key, total, notes) VALUES (?1, 7, -7) \
                 ON CONFLICT (key) DO UPDATE SET total = total + 7",
            )
            .bind(e.key.clone())
        })
        .on(|e: &Drafted, ctx| {
            sql(
                "INSERT INTO drafts (session, text, count) VALUES (?1, ?2, 1) \
                 ON CONFLICT (session) DO UPDATE SET text = ?2, count = count + 1",
            )
            .bind(ctx.session_id().to_owned())
            .bind(e.text.clone())
        })
        .on(|e: &DraftPinned, ctx| {
            Draft::upsert()
                .set(Draft::SESSION, format!("{} pinned", ctx.session_id()))
                .set(Draft::TEXT, &e.name)
                .set(Draft::COUNT, 0)
        })
        .check(|e: &DraftPinned, ctx| {
            let taken = ctx.query(&Name::query().filter(Name::NAME.eq(&e.name)).exists())?;
            Ok(if taken {
                Verdict::reject("not a draft any more")
            } else {
                Verdict::Keep
            })
        })
        .build()
        .expect("the schema is valid")
}

fn write_note(loud: bool, id: &str, text: &str) -> RawSql {
    let insert = if loud {
        "INSERT INTO notes (id, text, loud) VALUES (?1, ?2, upper(?2))"
    } else {
        "INSERT INTO notes (id, text) VALUES (?1, ?2)"
    };
    sql(insert).bind(id.to_owned()).bind(text.to_owned())
}
