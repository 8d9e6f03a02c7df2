//! Whether a text matches what somebody typed.

/// How well a text matches: every letter in order, the more of them at the start of a word or next to each other the
/// better. `None` if one is missing.
pub fn matches(text: &str, typed: &str) -> Option<u32> {
    let typed: Vec<char> = typed
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let mut score = 0;
    let mut from = 0;
    let mut last = None;
    for (nth, &letter) in typed.iter().enumerate() {
        let starts_word = |at: usize| at == 0 || !text[at - 1].is_alphanumeric();
        let found = |at: &usize| text[*at] == letter;
        // The one right after the last, else the start of a word, else any.
        let next = last
            .map(|last: usize| last + 1)
            .filter(|at| *at < text.len() && found(at));
        let word = || (from..text.len()).find(|&at| found(&at) && starts_word(at));
        let at = next
            .or_else(word)
            .or_else(|| (from..text.len()).find(found))?;
        score += match (next.is_some(), starts_word(at)) {
            _ if nth == 0 && at == 0 => 8,
            (true, _) => 5,
            (_, true) => 4,
            _ => 1,
        };
        last = Some(at);
        from = at + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_match_in_order_only() {
        assert!(matches("Change status", "chst").is_some());
        assert!(matches("Change status", "tschange").is_none());
        assert!(matches("Anything", "").is_some());
    }

    #[test]
    fn a_word_is_better_than_scattered_letters() {
        assert!(matches("Change status", "status") > matches("Set at us", "status"));
        assert!(matches("Go to the board", "board") > matches("Keyboard shortcuts", "board"));
    }
}
