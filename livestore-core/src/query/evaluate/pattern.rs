//! `LIKE` and `GLOB`, character by character as SQLite compares them.

use super::{Truth, value};
use crate::query::{Pattern, ValueRef};

/// A piece of a pattern.
#[derive(Debug)]
enum Token {
    /// Any text, also none.
    Any,
    /// Any character.
    One,
    /// This character.
    Char(char),
    /// One of these, or with `inverted` none of them.
    Set {
        inverted: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    pub(super) fn evaluate(&self, value: ValueRef<'_>) -> Truth {
        let Some(text) = value::text(value) else {
            return Truth::Unknown;
        };
        let Some(text) = text else {
            return Truth::Null;
        };
        let (tokens, ignore_case) = match self {
            // SQLite gives such an escape a meaning of its own.
            Self::Like {
                escape: Some('%' | '_'),
                ..
            } => return Truth::Unknown,
            Self::Like { pattern, .. } | Self::Glob(pattern)
                if is_read_differently(pattern) || is_read_differently(&text) =>
            {
                return Truth::Unknown;
            }
            Self::Like { pattern, escape } => (read_like(pattern, *escape), true),
            Self::Glob(pattern) => (read_glob(pattern), false),
        };
        let Some(tokens) = tokens else {
            return Truth::False;
        };
        let text: Vec<char> = characters(&text).collect();
        Truth::from(matches(&tokens, &text, ignore_case))
    }
}

/// The characters SQLite sees: up to the first NUL.
fn characters(text: &str) -> impl Iterator<Item = char> {
    text.chars().take_while(|&c| c != '\0')
}

/// Some versions of SQLite take the two code points that are never characters for a third one.
fn is_read_differently(text: &str) -> bool {
    text.contains(['\u{fffe}', '\u{ffff}'])
}

/// `None` for a pattern that nothing matches: it ends in an escape.
fn read_like(pattern: &str, escape: Option<char>) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = characters(pattern);
    while let Some(c) = rest.next() {
        tokens.push(match c {
            c if Some(c) == escape => Token::Char(rest.next()?),
            '%' => Token::Any,
            '_' => Token::One,
            c => Token::Char(c),
        });
    }
    Some(tokens)
}

/// `None` for a pattern that nothing matches: it has a set without an end.
fn read_glob(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = characters(pattern).peekable();
    while let Some(c) = rest.next() {
        tokens.push(match c {
            '*' => Token::Any,
            '?' => Token::One,
            '[' => read_set(&mut rest)?,
            c => Token::Char(c),
        });
    }
    Some(tokens)
}

fn read_set(rest: &mut std::iter::Peekable<impl Iterator<Item = char>>) -> Option<Token> {
    let mut ranges = Vec::new();
    let mut c = rest.next()?;
    let inverted = c == '^';
    if inverted {
        c = rest.next()?;
    }
    if c == ']' {
        ranges.push((']', ']'));
        c = rest.next()?;
    }
    let mut before = None;
    while c != ']' {
        match before {
            Some(start) if c == '-' && *rest.peek()? != ']' => {
                ranges.push((start, rest.next()?));
                before = None;
            }
            _ => {
                ranges.push((c, c));
                before = Some(c);
            }
        }
        c = rest.next()?;
    }
    Some(Token::Set { inverted, ranges })
}

/// Matches with one place to come back to: the last `Any` can always take more instead of an earlier one.
fn matches(pattern: &[Token], text: &[char], ignore_case: bool) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut retry = None;
    loop {
        match pattern.get(at_pattern) {
            Some(Token::Any) => {
                at_pattern += 1;
                retry = Some((at_pattern, at_text));
                continue;
            }
            Some(token)
                if text
                    .get(at_text)
                    .is_some_and(|&c| token.takes(c, ignore_case)) =>
            {
                at_pattern += 1;
                at_text += 1;
                continue;
            }
            None if at_text == text.len() => return true,
            _ => {}
        }
        match &mut retry {
            Some((after, start)) if *start < text.len() => {
                *start += 1;
                (at_pattern, at_text) = (*after, *start);
            }
            _ => return false,
        }
    }
}

impl Token {
    fn takes(&self, c: char, ignore_case: bool) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Char(own) => *own == c || (ignore_case && own.eq_ignore_ascii_case(&c)),
            Self::Set { inverted, ranges } => {
                ranges
                    .iter()
                    .any(|(start, end)| (*start..=*end).contains(&c))
                    != *inverted
            }
        }
    }
}
