//! The kept inputs: one a line, as a JSON text whose characters are the bytes.

/// Reads lines as inputs.
pub(crate) fn inputs(lines: &str) -> Vec<Vec<u8>> {
    lines.lines().map(input).collect()
}

fn input(line: &str) -> Vec<u8> {
    let text: String = serde_json::from_str(line).expect("a line is a JSON text");
    let byte = |c| u8::try_from(c).expect("a character is a byte");
    text.chars().map(byte).collect()
}

/// Returns an input as a line.
pub(crate) fn line(input: &[u8]) -> String {
    let text: String = input.iter().copied().map(char::from).collect();
    serde_json::to_string(&text).expect("a text is JSON")
}
