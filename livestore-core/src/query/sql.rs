//! Pieces of SQL text: quoted names, literals, parameters.

use std::fmt::Write as _;

use super::{ColumnRef, Name, Statement, Value};

/// A statement being written.
#[derive(Debug, Default)]
pub(super) struct SqlText {
    pub(super) sql: String,
    pub(super) binds: Vec<Value>,
    /// Whether columns are named with their table, because there are several.
    pub(super) qualified: bool,
    /// The index of the search in force, which gives marked texts.
    pub(super) search: Option<Name>,
}

impl SqlText {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            sql: String::with_capacity(bytes),
            ..Self::default()
        }
    }

    pub(super) fn push_column(&mut self, column: &ColumnRef) {
        if self.qualified {
            push_quoted(&mut self.sql, &column.table);
            self.sql.push('.');
        }
        push_quoted(&mut self.sql, &column.column);
    }

    pub(super) fn push_value(&mut self, value: &Value) {
        self.binds.push(value.clone());
        push_parameter(&mut self.sql, self.binds.len());
    }

    pub(super) fn push_list<I>(&mut self, items: &[I], mut push: impl FnMut(&mut Self, &I)) {
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.sql.push_str(", ");
            }
            push(self, item);
        }
    }

    pub(super) fn into_statement(self) -> Statement {
        Statement {
            sql: self.sql,
            binds: self.binds,
            named: Vec::new(),
        }
    }
}

/// Returns the name as a quoted SQL identifier.
pub(crate) fn quote(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    push_quoted(&mut out, name);
    out
}

pub(super) fn push_quoted(sql: &mut String, name: &str) {
    sql.push('"');
    if name.contains('"') {
        sql.push_str(&name.replace('"', "\"\""));
    } else {
        sql.push_str(name);
    }
    sql.push('"');
}

pub(super) fn push_parameter(sql: &mut String, number: usize) {
    sql.push('?');
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    sql.extend(digits[at..].iter().map(|&b| char::from(b)));
}

/// Returns the value as SQL text, for places that take no parameters, such as a column's default.
pub(crate) fn quote_literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".into(),
        Value::Integer(v) => v.to_string(),
        // The debug form always has a fraction or an exponent, so SQLite reads it as a real.
        Value::Real(v) if v.is_finite() => format!("{v:?}"),
        Value::Real(v) if v.is_nan() => "NULL".into(),
        Value::Real(v) => if *v > 0.0 { "9e999" } else { "-9e999" }.into(),
        Value::Text(v) => format!("'{}'", v.replace('\'', "''")),
        Value::Blob(v) => {
            let mut out = String::with_capacity(2 * v.len() + 3);
            out.push_str("X'");
            for byte in v {
                let _ = write!(out, "{byte:02X}");
            }
            out.push('\'');
            out
        }
    }
}
