//! What tells the state of one schema from that of another.

use std::collections::HashMap;

use super::{ColumnDef, EventDef, TableDef, evolution::Upcast};
use crate::query::Value;

/// The layout of the engine's own tables; it changes with them.
const SYSTEM_LAYOUT: u32 = 2;

/// Hashes everything the stored state depends on and that can be looked into; materializers can't, so
/// the app numbers them. FNV-1a, 64 bits: the same on every platform and in every version.
pub(super) fn of(
    tables: &[TableDef],
    events: &HashMap<&'static str, EventDef>,
    version: u32,
) -> u64 {
    let mut hash = Fnv::new();
    hash.write(&SYSTEM_LAYOUT.to_le_bytes());
    hash.write(&version.to_le_bytes());
    for table in tables {
        hash.text(&table.name);
        table
            .columns
            .iter()
            .for_each(|column| hash_column(&mut hash, column));
        hash_indexes(&mut hash, table);
    }
    let mut names: Vec<_> = events.keys().copied().collect();
    names.sort_unstable();
    for name in names {
        hash.text(name);
        hash_upcast(&mut hash, events[name].upcast.as_ref());
    }
    hash.0
}

fn hash_column(hash: &mut Fnv, column: &ColumnDef) {
    hash.text(&column.name);
    hash.write(&[
        column.kind as u8,
        u8::from(column.nullable),
        u8::from(column.primary_key),
        u8::from(column.unique),
        u8::from(column.indexed),
    ]);
    match &column.default {
        None => hash.write(&[0]),
        Some(Value::Null) => hash.write(&[1]),
        Some(Value::Integer(value)) => hash.write(&value.to_le_bytes()),
        Some(Value::Real(value)) => hash.write(&value.to_bits().to_le_bytes()),
        Some(Value::Text(value)) => hash.text(value),
        Some(Value::Blob(value)) => hash.write(value),
    }
    if let Some(expression) = &column.default_sql {
        hash.text("default");
        hash.text(expression);
    }
    if column.autoincrement {
        hash.text("autoincrement");
    }
}

/// What most tables don't have leaves no mark, so that theirs stay what they were.
fn hash_indexes(hash: &mut Fnv, table: &TableDef) {
    for index in &table.indexes {
        hash.text(if index.unique { "unique" } else { "index" });
        hash.texts(&index.columns);
    }
    if let Some(index) = &table.full_text {
        hash.text("full text");
        hash.texts(&index.columns);
        hash.text(&index.tokenize);
        hash.write(&index.prefix);
    }
}

/// That there is one, and into what; what it does is in the app's number, as with materializers.
fn hash_upcast(hash: &mut Fnv, upcast: Option<&Upcast>) {
    match upcast {
        None => {}
        Some(Upcast::Args(_)) => hash.text("upcast"),
        Some(Upcast::Event(today, _)) => {
            hash.text("upcast into");
            hash.text(today);
        }
    }
}

struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Hashes bytes and their number, so that neighbours can't trade bytes unnoticed.
    fn write(&mut self, bytes: &[u8]) {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn text(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.write(&(texts.len() as u64).to_le_bytes());
        texts.iter().for_each(|text| self.text(text));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::FullTextDef, *};
    use crate::{
        prelude::*,
        schema::{IndexDef, SchemaBuilder},
        testing::test,
    };

    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.Happened")]
    struct Happened {}

    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v2.Happened")]
    struct HappenedToday {}

    fn of(builder: SchemaBuilder) -> u64 {
        builder.build().unwrap().fingerprint()
    }

    fn table(name: &str) -> TableDef {
        TableDef::new(name).column(ColumnDef::new::<String>("id").primary_key())
    }

    fn with(column: ColumnDef) -> u64 {
        of(Schema::builder().table_def(table("things").column(column)))
    }

    fn number() -> ColumnDef {
        ColumnDef::new::<i64>("n")
    }

    /// Another value here is another build of all states that are out there: it must be meant.
    #[test]
    fn the_fingerprints_of_some_schemas_stay_what_they_are() {
        let things = || table("things").column(number().default::<i64>(0_i64).indexed());
        let schemas = [
            Schema::builder(),
            Schema::builder().table_def(table("things")),
            Schema::builder()
                .table_def(things().index(IndexDef::new(["n", "id"])))
                .on(|_: &Happened, _| ())
                .version(7),
            Schema::builder()
                .table_def(things().full_text(FullTextDef::new(["id"])))
                .on(|_: &HappenedToday, _| ())
                .upcast(|_: Happened| HappenedToday {}),
        ];
        let expected = [
            6_502_587_605_521_501_383,
            10_519_017_862_267_278_318,
            11_354_975_001_906_093_556,
            18_400_747_383_646_344_069,
        ];
        assert_eq!(schemas.map(of), expected);
    }

    #[test]
    fn whatever_the_stored_state_depends_on_changes_the_fingerprint() {
        let on = || Schema::builder().on(|_: &HappenedToday, _| ());
        let all = [
            of(Schema::builder()),
            of(Schema::builder().version(1)),
            of(Schema::builder().table_def(table("things"))),
            of(Schema::builder().table_def(table("others"))),
            with(number()),
            with(number().nullable()),
            with(number().unique()),
            with(number().indexed()),
            with(number().default::<i64>(0_i64)),
            with(number().default::<i64>(1_i64)),
            with(ColumnDef::new::<f64>("n")),
            with(ColumnDef::new::<i64>("m")),
            of(on()),
            of(on().upcast_args::<HappenedToday>(Ok)),
            of(on().on(|_: &Happened, _| ())),
            of(on().upcast(|_: Happened| HappenedToday {})),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "number {at} is as one before");
        }
    }

    #[test]
    fn the_order_of_events_does_not_matter() {
        let one = Schema::builder()
            .on(|_: &Happened, _| ())
            .on(|_: &HappenedToday, _| ());
        let other = Schema::builder()
            .on(|_: &HappenedToday, _| ())
            .on(|_: &Happened, _| ());
        assert_eq!(of(one), of(other));
    }
}
