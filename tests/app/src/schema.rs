//! One table that counts how often each token was added, so that an event that is lost or doubled shows.

use livestore_core::{
    prelude::*,
    query::{Insert, QueryError},
};

/// A token, and how many events added it.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "entries")]
pub(crate) struct Entry {
    #[column(primary_key)]
    pub(crate) token: String,
    pub(crate) times: i64,
    #[cfg(feature = "v2")]
    pub(crate) note: Option<String>,
}

/// A token was added.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.EntryAdded")]
pub(crate) struct EntryAdded {
    pub(crate) token: String,
}

/// Declares the table and what the event does to it.
pub(crate) fn schema() -> Schema {
    let builder = Schema::builder().table::<Entry>().on(count);
    #[cfg(feature = "v2")]
    let builder = builder.version(2);
    builder.build().expect("the schema is valid")
}

fn count(
    added: &EntryAdded,
    context: &MaterializerContext<'_>,
) -> Result<Insert<Entry>, QueryError> {
    let before = context.query(
        &Entry::query()
            .filter(Entry::TOKEN.eq(&added.token))
            .select(Entry::TIMES)
            .first(),
    )?;
    let entry = Entry {
        token: added.token.clone(),
        times: before.unwrap_or(0) + 1,
        #[cfg(feature = "v2")]
        note: Some(format!("{} by v2", added.token)),
    };
    Ok(Entry::insert().row(&entry).or_replace())
}
