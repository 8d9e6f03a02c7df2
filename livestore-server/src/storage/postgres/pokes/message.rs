//! Pokes as the text of notifications, of which PostgreSQL takes 8,000 bytes each.

use livestore_core::event::StoreId;
use serde::{Deserialize, Serialize};

use crate::storage::Poke;

/// How long a text may be.
const LONGEST: usize = 7_900;
/// How many texts are sent at once; beyond that, looking everywhere is less work for those who hear it.
const MOST: usize = 8;
/// What a text takes besides the stores, the name of who sends it included, and a store besides its name.
const FRAME: usize = 100;
const ENTRY: usize = 25;

/// What one text says.
#[derive(Debug)]
pub(super) struct Message {
    /// The process that sends it.
    pub(super) from: String,
    pub(super) pokes: Vec<Poke>,
}

/// Its JSON form; without stores it is about all.
#[derive(Serialize, Deserialize)]
struct Text<'a> {
    from: &'a str,
    #[serde(default, skip_serializing_if = "Option::is_none", borrow)]
    heads: Option<Vec<(&'a str, u64)>>,
}

impl Message {
    /// Reads a text. Of one that can't be read, perhaps of a newer server, it is known that something moved.
    pub(super) fn parse(text: &str) -> Self {
        let unknown = Text {
            from: "",
            heads: None,
        };
        let text: Text<'_> = serde_json::from_str(text).unwrap_or(unknown);
        let pokes = match text.heads {
            None => vec![Poke::All],
            Some(heads) => heads
                .into_iter()
                .map(|(store, head)| match StoreId::new(store) {
                    Ok(store) => Poke::Store { store, head },
                    Err(_) => Poke::All,
                })
                .collect(),
        };
        Self {
            from: text.from.to_owned(),
            pokes,
        }
    }
}

/// The texts that say all this.
pub(super) fn texts(from: &str, pokes: &[Poke]) -> Vec<String> {
    let text = |heads| {
        let text = Text { from, heads };
        serde_json::to_string(&text).expect("texts and numbers have a JSON form")
    };
    let mut texts = Vec::new();
    let mut heads = Vec::new();
    let mut length = FRAME;
    for poke in pokes {
        let Poke::Store { store, head } = poke else {
            return vec![text(None)];
        };
        let entry = store.as_str().len() + ENTRY;
        if length + entry > LONGEST {
            texts.push(text(Some(std::mem::take(&mut heads))));
            length = FRAME;
        }
        length += entry;
        heads.push((store.as_str(), *head));
    }
    if !heads.is_empty() {
        texts.push(text(Some(heads)));
    }
    if texts.len() > MOST {
        return vec![text(None)];
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{MAX_SEQ_NUM, MAX_STORE_ID};

    const FROM: &str = "0192f6b4000070008000000000000000";

    fn moved(count: usize, length: usize) -> Vec<Poke> {
        let name = |n| StoreId::new(&format!("{n:0>length$}")).unwrap();
        let poke = |n| Poke::Store {
            store: name(n),
            head: MAX_SEQ_NUM,
        };
        (0..count).map(poke).collect()
    }

    #[test]
    fn what_is_said_is_heard_in_texts_that_fit() {
        for (count, length) in [(1, 1), (1, MAX_STORE_ID), (200, MAX_STORE_ID), (1_000, 8)] {
            let pokes = moved(count, length);
            let texts = texts(FROM, &pokes);
            assert!(texts.len() <= MOST);
            let heard: Vec<Poke> = texts
                .iter()
                .flat_map(|text| {
                    assert!(text.len() < 8_000, "{} bytes", text.len());
                    let message = Message::parse(text);
                    assert_eq!(message.from, FROM);
                    message.pokes
                })
                .collect();
            assert_eq!(heard, pokes);
        }
    }

    #[test]
    fn too_many_stores_are_all_stores() {
        let pokes = moved(5_000, 36);
        let texts = texts(FROM, &pokes);
        assert_eq!(texts.len(), 1);
        assert_eq!(Message::parse(&texts[0]).pokes, [Poke::All]);
        assert_eq!(Message::parse(&texts[0]).from, FROM);
        let one_is_all = [moved(1, 1), vec![Poke::All]].concat();
        assert_eq!(super::texts(FROM, &one_is_all), texts);
    }

    #[test]
    fn what_cannot_be_read_means_all() {
        for text in [
            "",
            "{}",
            "hello",
            r#"{"from":"x","heads":[["no/store",1]]}"#,
        ] {
            assert_eq!(Message::parse(text).pokes, [Poke::All], "{text}");
        }
    }
}
