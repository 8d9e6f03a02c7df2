//! Fields that JSON leaves out when there is nothing in them.

use livestore_core::{prelude::*, schema::DocumentSet};
use serde_json::json;

use crate::{fixture::open_with, testing::test};

#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notes {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    all: Vec<String>,
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    count: i64,
    #[serde(skip)]
    selected: i64,
}

fn is_zero(count: &i64) -> bool {
    *count == 0
}

fn some() -> Notes {
    Notes {
        last_note: Some("x".into()),
        all: vec!["x".into()],
        count: 1,
        selected: 0,
    }
}

fn store() -> Store {
    open_with(Schema::builder().document::<Notes>().build().unwrap())
}

fn notes(store: &Store) -> Notes {
    store.query(&store.document::<Notes>()).unwrap()
}

fn value(set: &DocumentSet<Notes>) -> serde_json::Value {
    serde_json::to_value(set).unwrap()["value"].clone()
}

#[test]
fn setting_a_document_clears_fields_that_json_leaves_out() {
    let store = store();
    store.commit(Notes::set(&some())).unwrap();
    assert_eq!(notes(&store), some());
    let less = Notes {
        count: 2,
        ..Notes::default()
    };
    assert_eq!(
        value(&Notes::set(&less)),
        json!({ "lastNote": null, "all": null, "n": 2 })
    );
    store.commit(Notes::set(&less)).unwrap();
    assert_eq!(notes(&store), less);
    store.commit(Notes::set(&Notes::default())).unwrap();
    assert_eq!(notes(&store), Notes::default());
    store.commit(Notes::update().set(Notes::COUNT, 3)).unwrap();
    assert_eq!(
        notes(&store),
        Notes {
            count: 3,
            ..Notes::default()
        }
    );
}

#[test]
fn a_difference_names_the_fields_that_json_leaves_out() {
    let store = store();
    store.commit(Notes::set(&some())).unwrap();
    let less = Notes {
        all: Vec::new(),
        last_note: None,
        ..some()
    };
    let difference = DocumentSet::difference(None, &some(), &less).unwrap();
    assert_eq!(value(&difference), json!({ "lastNote": null, "all": null }));
    store.commit(difference).unwrap();
    assert_eq!(notes(&store), less);
    assert!(DocumentSet::difference(None, &less, &notes(&store)).is_none());
}
