//! Full-text search: what to look for, and how a query asks the index.
//!
//! Declaring an index is the schema's business, keeping it in step the state's.

use super::{
    Column, ColumnRef, ColumnType, Condition, Expr, Marked, Name, Predicate, Select, TableRow,
    Term, Value,
    sql::{SqlText, push_quoted},
};

/// A table that has a full-text index; `#[table(fts(…))]` makes it one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no full-text index",
    note = "declare one: #[table(fts(title, body))]"
)]
pub trait FullText: TableRow {
    /// The index's name.
    const INDEX: &'static str;
    /// The columns in it.
    const INDEXED: &'static [&'static str];

    /// The rows that match, as a condition that can be combined with others; without rank.
    fn matches(text: impl Into<SearchText>) -> Predicate<Self> {
        Predicate::new(match Search::new::<Self>(text.into()) {
            Some(search) => Condition::Matches(Box::new(search)),
            None => Condition::And(Vec::new()),
        })
    }
}

/// What to look for.
///
/// A `&str` or `String` is [`words`](Self::words). What a user typed can have any character in it: none
/// has a meaning of its own, unless the text comes by [`expression`](Self::expression).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchText {
    /// In FTS5's language; empty for everything.
    expression: String,
}

impl SearchText {
    /// All of these words, in any order; of none, everything.
    pub fn words(text: &str) -> Self {
        Self {
            expression: quote_words(text),
        }
    }

    /// As [`words`](Self::words), and the last one may go on: for searching while the user types.
    pub fn typing(text: &str) -> Self {
        let mut expression = quote_words(text);
        let ends_in_word = text.chars().next_back().is_some_and(|c| !is_separator(c));
        if ends_in_word {
            expression.push('*');
        }
        Self { expression }
    }

    /// These words next to each other, in this order.
    pub fn phrase(text: &str) -> Self {
        let mut expression = String::new();
        if !text.chars().all(is_separator) {
            push_phrase(&mut expression, text);
        }
        Self { expression }
    }

    /// [FTS5's own language](https://sqlite.org/fts5.html#full_text_query_syntax): `AND`, `OR`, `NEAR`,
    /// columns. A text that is wrong there is an error of the query.
    pub fn expression(text: impl Into<String>) -> Self {
        Self {
            expression: text.into(),
        }
    }
}

impl From<&str> for SearchText {
    fn from(text: &str) -> Self {
        Self::words(text)
    }
}

impl From<String> for SearchText {
    fn from(text: String) -> Self {
        Self::words(&text)
    }
}

impl From<&String> for SearchText {
    fn from(text: &String) -> Self {
        Self::words(text)
    }
}

/// FTS5 reads up to a NUL, so that is a separator too.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == '\0'
}

fn quote_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for word in text.split(is_separator).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        push_phrase(&mut out, word);
    }
    out
}

fn push_phrase(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\0' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A search of a table's index, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    table: Name,
    index: Name,
    expression: String,
}

impl Search {
    /// `None` when everything matches.
    fn new<T: FullText>(text: SearchText) -> Option<Self> {
        (!text.expression.is_empty()).then(|| Self {
            table: T::TABLE.into(),
            index: T::INDEX.into(),
            expression: text.expression,
        })
    }

    /// Returns the table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Returns the index's name.
    pub(super) fn index(&self) -> Name {
        self.index.clone()
    }

    /// Joins the index to its table, for queries that want rank or marks.
    pub(super) fn write_join(&self, out: &mut SqlText) {
        out.sql.push_str(" JOIN ");
        push_quoted(&mut out.sql, &self.index);
        out.sql.push_str(" ON ");
        push_quoted(&mut out.sql, &self.index);
        out.sql.push_str(".rowid = ");
        push_quoted(&mut out.sql, &self.table);
        out.sql.push_str(".rowid");
    }

    pub(super) fn write_match(&self, out: &mut SqlText) {
        push_quoted(&mut out.sql, &self.index);
        out.sql.push_str(" MATCH ");
        out.push_value(&Value::Text(self.expression.clone()));
    }

    /// The best match first.
    pub(super) fn write_order(&self, out: &mut SqlText) {
        out.sql.push_str(" ORDER BY ");
        push_quoted(&mut out.sql, &self.index);
        out.sql.push_str(".rank");
    }

    pub(super) fn write_condition(&self, out: &mut SqlText) {
        push_quoted(&mut out.sql, &self.table);
        out.sql.push_str(".rowid IN (SELECT rowid FROM ");
        push_quoted(&mut out.sql, &self.index);
        out.sql.push_str(" WHERE ");
        self.write_match(out);
        out.sql.push(')');
    }
}

impl<T: FullText, P> Select<T, P> {
    /// Keeps the rows that match, the best first unless another order is asked for.
    ///
    /// An empty text keeps all rows, so a search field can be bound to it as it is.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// #[derive(Table, Clone, Debug, PartialEq)]
    /// #[table(fts(title, body))]
    /// struct Note { #[column(primary_key)] id: String, title: String, body: String }
    ///
    /// let typed = "\"quick brow";
    /// let found = Note::query()
    ///     .matching(SearchText::typing(typed))
    ///     .limit(20)
    ///     .select((Note::ID, Note::TITLE.highlight("<b>", "</b>"), Note::BODY.snippet("<b>", "</b>", 12)));
    /// # let _ = found;
    /// ```
    pub fn matching(self, text: impl Into<SearchText>) -> Self {
        let mut spec = self.into_spec();
        spec.search = Search::new::<T>(text.into()).map(Box::new);
        Self::from_spec(spec)
    }
}

impl<T: FullText, C: ColumnType> Column<T, C> {
    /// In a query that is [`matching`](Select::matching): the whole text, with the words that were found
    /// between `before` and `after`. The text itself is not escaped.
    pub fn highlight(self, before: impl Into<String>, after: impl Into<String>) -> Expr<T, C> {
        self.marked(before.into(), after.into(), None)
    }

    /// In a query that is [`matching`](Select::matching): at most so many words (64 at the most) around
    /// the best place, with what was found between `before` and `after`.
    pub fn snippet(
        self,
        before: impl Into<String>,
        after: impl Into<String>,
        words: u8,
    ) -> Expr<T, C> {
        self.marked(before.into(), after.into(), Some(words.clamp(1, 64)))
    }

    fn marked(self, before: String, after: String, words: Option<u8>) -> Expr<T, C> {
        let place = T::INDEXED.iter().position(|column| *column == self.name());
        Expr::new(match place {
            Some(place) => Term::Marked(Box::new(Marked {
                column: ColumnRef {
                    table: T::TABLE.into(),
                    column: self.name().into(),
                },
                place,
                before,
                after,
                words,
            })),
            // What is not in the index has nothing to mark.
            None => self.into_term(),
        })
    }
}
