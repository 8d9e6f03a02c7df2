//! The frames of an answer, one after the other as its bytes come.

use std::collections::VecDeque;

use crate::sync::BackendError;

/// Cuts a list of JSON objects, or a single one, into them.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// The bytes of an object that has not ended.
    open: Vec<u8>,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Whether the list, or what is none, has begun and has ended.
    begun: bool,
    is_list: bool,
    over: bool,
    whole: VecDeque<Vec<u8>>,
}

impl Pieces {
    /// Takes the bytes that have come.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), BackendError> {
        for &byte in bytes {
            if self.depth > 0 {
                self.inside(byte);
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'[' if !self.begun => (self.begun, self.is_list) = (true, true),
                b'{' if !self.over && (self.is_list || !self.begun) => {
                    self.begun = true;
                    self.inside(byte);
                }
                b',' if self.is_list && !self.over => {}
                b']' if self.is_list && !self.over => self.over = true,
                _ => return Err(BackendError::failed("its answer is no list of frames")),
            }
        }
        Ok(())
    }

    /// Takes a byte of an object.
    fn inside(&mut self, byte: u8) {
        self.open.push(byte);
        match byte {
            _ if std::mem::take(&mut self.escaped) => {}
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            _ if self.in_text => {}
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.whole.push_back(std::mem::take(&mut self.open));
                    self.over |= !self.is_list;
                }
            }
            _ => {}
        }
    }

    /// Returns the next object.
    pub(super) fn next(&mut self) -> Result<Option<String>, BackendError> {
        let whole = self.whole.pop_front();
        let text = whole.map(String::from_utf8).transpose();
        text.map_err(BackendError::failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;
    use crate::testing::test;

    fn cut(text: &str, step: usize) -> Result<Vec<String>, String> {
        let mut pieces = Pieces::default();
        let mut cut = Vec::new();
        for bytes in text.as_bytes().chunks(step) {
            pieces.put(bytes).map_err(|error| error.to_string())?;
            while let Some(piece) = pieces.next().map_err(|error| error.to_string())? {
                cut.push(piece);
            }
        }
        Ok(cut)
    }

    #[test]
    fn frames_come_whole_however_their_bytes_do() {
        let frames = [
            r#"{"a":"}],{[","b":[{"c":[]},{}]}"#,
            r#"{"ü":"\\\"}"}"#,
            "{}",
        ];
        let list = format!(" [{} ,\n{},{}] \n", frames[0], frames[1], frames[2]);
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(cut(&list, step).unwrap(), frames);
            assert_eq!(cut(frames[0], step).unwrap(), [frames[0]]);
            assert!(cut("[]", step).unwrap().is_empty());
        }
    }

    #[test]
    fn what_is_no_list_of_frames_is_refused() {
        for text in ["<html>", "[1]", "{}{}", "[{}]]", "[{}],", "[[]]", "null"] {
            assert!(cut(text, 1).is_err(), "{text}");
        }
    }
}
