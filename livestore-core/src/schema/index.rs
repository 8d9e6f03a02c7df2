//! What an index is, for look-ups and for full-text search.

use crate::query::{Value, quote_literal};

/// The description of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexDef {
    /// The names of its columns, in order.
    pub columns: Vec<String>,
    /// Whether no two rows may have the same values in all of them.
    pub unique: bool,
}

impl IndexDef {
    /// Describes an index on columns.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            columns: columns.into_iter().map(C::into).collect(),
            unique: false,
        }
    }

    /// Forbids the same values in two rows.
    pub fn unique(self) -> Self {
        Self {
            unique: true,
            ..self
        }
    }
}

/// The description of a full-text index.
///
/// It wants SQLite's FTS5, which is there unless a workspace leaves it out of its apps
/// (`-USQLITE_ENABLE_FTS5` in `SQLITE_WASM_RS_FLAGS`); building the schema then fails and says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FullTextDef {
    /// The names of its columns, which hold text.
    pub columns: Vec<String>,
    /// How [FTS5](https://sqlite.org/fts5.html#tokenizers) finds words.
    pub tokenize: String,
    /// Lengths of prefixes that are indexed too, so that searching while the user types is fast in large
    /// tables.
    pub prefix: Vec<u8>,
}

impl FullTextDef {
    /// Describes an index of columns: words are what Unicode takes for letters and digits, without
    /// regard to case and accents.
    pub fn new<C: Into<String>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            columns: columns.into_iter().map(C::into).collect(),
            tokenize: "unicode61 remove_diacritics 2".into(),
            prefix: Vec::new(),
        }
    }

    /// Sets how words are found, in FTS5's words: `porter`, `trigram`, …
    pub fn tokenize(self, tokenize: impl Into<String>) -> Self {
        Self {
            tokenize: tokenize.into(),
            ..self
        }
    }

    /// Indexes prefixes of these lengths too.
    pub fn prefix(self, lengths: impl IntoIterator<Item = u8>) -> Self {
        Self {
            prefix: lengths.into_iter().collect(),
            ..self
        }
    }

    /// What is said of it to FTS5 besides its columns.
    pub(crate) fn options(&self) -> String {
        let mut options = format!(", tokenize = {}", quote_text(&self.tokenize));
        if !self.prefix.is_empty() {
            let lengths: Vec<_> = self.prefix.iter().map(u8::to_string).collect();
            options.push_str(&format!(", prefix = {}", quote_text(&lengths.join(" "))));
        }
        options
    }
}

fn quote_text(text: &str) -> String {
    quote_literal(&Value::Text(text.to_owned()))
}
