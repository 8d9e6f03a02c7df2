//! Texts that PostgreSQL does not take: those with a NUL in them.
//!
//! JSON escapes it, so arguments have none; a client's names may have anything.

use std::borrow::Cow;

/// What to store for a text.
pub(super) fn encode(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\\']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\\', r"\\").replace('\0', r"\0"))
}

/// The text that was stored.
pub(super) fn decode(stored: &str) -> Cow<'_, str> {
    if !stored.contains('\\') {
        return Cow::Borrowed(stored);
    }
    let mut text = String::with_capacity(stored.len());
    let mut rest = stored.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' if rest.next() == Some('0') => text.push('\0'),
            letter => text.push(letter),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_none_is_stored_with_a_nul() {
        for text in [
            "", "v1.X", "\0", r"\", r"\0", r"\\0", "\\\0\\\0", "a\0b\\", "ä🦀\0",
        ] {
            let stored = encode(text);
            assert!(!stored.contains('\0'), "{text:?} as {stored:?}");
            assert_eq!(decode(&stored), text);
        }
    }
}
