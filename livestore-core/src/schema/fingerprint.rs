//! What tells the state of one schema from that of another.

use super::{ColumnDef, TableDef};
use crate::query::Value;

/// The layout of the engine's own tables; it changes with them.
const SYSTEM_LAYOUT: u32 = 2;

/// Hashes everything the stored state depends on and that can be looked into; materializers can't, so
/// the app numbers them. FNV-1a, 64 bits: the same on every platform and in every version.
pub(super) fn of<'a>(
    tables: &[TableDef],
    events: impl Iterator<Item = &'a str>,
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
    let mut events: Vec<_> = events.collect();
    events.sort_unstable();
    events.into_iter().for_each(|event| hash.text(event));
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
