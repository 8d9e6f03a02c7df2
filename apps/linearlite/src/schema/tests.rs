//! What the events do, on a store in memory and on two clients of one backend.

use futures::executor::block_on;
use livestore_core::{adapter::InProcessBackend, prelude::*};

use super::*;
use crate::{order_key, seed};

fn open() -> Store {
    block_on(Store::builder(schema()).adapter(Memory::new()).open("test")).unwrap()
}

fn at(millis: i64) -> DateTime {
    DateTime::from_millis(millis)
}

fn created(id: &str, title: &str) -> IssueCreated {
    IssueCreated {
        id: id.into(),
        title: title.into(),
        description: String::new(),
        status: Status::Todo,
        priority: Priority::None,
        assignee_id: None,
        label_ids: vec!["label-bug".into()],
        sort_order: order_key::newest_first(at(1)),
        by: "me".into(),
        at: at(1),
    }
}

fn issue(store: &Store, id: &str) -> Issue {
    let query = Issue::query().filter(Issue::ID.eq(id)).first_required();
    store.query(&query).unwrap()
}

fn numbers(store: &Store) -> Vec<(String, i64)> {
    let query = Issue::query()
        .order_by(Issue::NUMBER.asc())
        .select((Issue::ID, Issue::NUMBER));
    store.query(&query).unwrap()
}

#[test]
fn issues_are_numbered_in_the_order_they_are_created() {
    let store = open();
    store.commit(created("a", "One")).unwrap();
    store
        .commit(vec![created("b", "Two"), created("c", "Three")])
        .unwrap();
    let numbers = numbers(&store);
    assert_eq!(numbers, [("a".into(), 1), ("b".into(), 2), ("c".into(), 3)]);
}

#[test]
fn the_number_of_a_deleted_issue_is_not_given_again() {
    let store = open();
    store.commit(created("a", "One")).unwrap();
    let deleted = IssueDeleted {
        id: "a".into(),
        by: "me".into(),
        at: at(2),
    };
    store.commit((deleted, created("b", "Two"))).unwrap();
    assert_eq!(issue(&store, "b").number, 2);
    assert_eq!(issue(&store, "a").deleted_at, Some(at(2)));
    let restored = IssueRestored {
        id: "a".into(),
        by: "me".into(),
        at: at(3),
    };
    store.commit(restored).unwrap();
    assert_eq!(issue(&store, "a").deleted_at, None);
}

#[test]
fn two_clients_that_create_issues_while_offline_agree_on_the_numbers() {
    block_on(async {
        let backend = InProcessBackend::new();
        let open = || {
            Store::builder(schema())
                .adapter(Memory::new())
                .sync(backend.clone())
                .open("shared")
        };
        let (one, two) = (open().await.unwrap(), open().await.unwrap());
        let first = one.commit(created("a", "Before")).unwrap();
        first.synced().await.unwrap();
        until(&two, 1).await;

        one.set_online(false);
        two.set_online(false);
        let ours = one.commit(created("b", "Made by one")).unwrap();
        let theirs = two.commit(created("c", "Made by two")).unwrap();
        assert_eq!(issue(&one, "b").number, 2);
        assert_eq!(issue(&two, "c").number, 2);

        two.set_online(true);
        theirs.synced().await.unwrap();
        one.set_online(true);
        ours.synced().await.unwrap();
        until(&one, 3).await;
        until(&two, 3).await;
        let expected = [
            ("a".to_owned(), 1),
            ("c".to_owned(), 2),
            ("b".to_owned(), 3),
        ];
        assert_eq!(numbers(&one), expected);
        assert_eq!(numbers(&two), expected);
        assert_eq!(issue(&one, "b").created_seq, issue(&two, "b").created_seq);
    });
}

/// Waits until a store has so many issues.
async fn until(store: &Store, count: u64) {
    let (tell, told) = futures::channel::oneshot::channel();
    let mut tell = Some(tell);
    let listening = store.subscribe(Issue::query().count(), move |seen| {
        if *seen == count
            && let Some(tell) = tell.take()
        {
            let _ = tell.send(());
        }
    });
    told.await.unwrap();
    drop(listening);
}

#[test]
fn an_event_changes_one_thing_and_the_time() {
    let store = open();
    store.commit(created("a", "One")).unwrap();
    store
        .commit((
            IssueStatusChanged {
                id: "a".into(),
                status: Status::Done,
                by: "me".into(),
                at: at(5),
            },
            IssuePriorityChanged {
                id: "a".into(),
                priority: Priority::Urgent,
                by: "me".into(),
                at: at(6),
            },
            IssueAssigned {
                id: "a".into(),
                assignee_id: Some("ada".into()),
                by: "me".into(),
                at: at(7),
            },
        ))
        .unwrap();
    let changed = issue(&store, "a");
    assert_eq!(changed.status, Status::Done);
    assert_eq!(changed.priority, Priority::Urgent);
    assert_eq!(changed.assignee_id.as_deref(), Some("ada"));
    assert_eq!((changed.created_at, changed.updated_at), (at(1), at(7)));
}

#[test]
fn a_label_is_on_an_issue_once() {
    let store = open();
    store.commit(seed::labels()).unwrap();
    store.commit(created("a", "One")).unwrap();
    let add = |label: &str| IssueLabelAdded {
        id: "a".into(),
        label_id: label.into(),
        by: "me".into(),
        at: at(2),
    };
    store.commit((add("label-bug"), add("label-docs"))).unwrap();
    let names = Label::query()
        .join(Label::ID.on(IssueLabel::LABEL_ID))
        .filter(IssueLabel::ISSUE_ID.eq("a"))
        .order_by(Label::NAME.asc())
        .select(Label::NAME);
    assert_eq!(store.query(&names).unwrap(), ["Bug", "Docs"]);
    let removed = IssueLabelRemoved {
        id: "a".into(),
        label_id: "label-bug".into(),
        by: "me".into(),
        at: at(3),
    };
    store.commit(removed).unwrap();
    assert_eq!(store.query(&names).unwrap(), ["Docs"]);
}

#[test]
fn search_finds_titles_and_descriptions_while_a_word_is_typed() {
    let store = open();
    let mut described = created("b", "Second");
    described.description = "The flame is too hot".into();
    store
        .commit((created("a", "Flammable paint"), described))
        .unwrap();
    let found = |text: &str| {
        let query = Issue::query()
            .matching(SearchText::typing(text))
            .order_by(Issue::ID.asc())
            .select(Issue::ID);
        store.query(&query).unwrap().concat()
    };
    assert_eq!(found("fla"), "ab");
    assert_eq!(found("flame"), "b");
    assert_eq!(found("hot fla"), "b");
}

#[test]
fn a_draft_stays_on_this_client_until_it_ends() {
    let store = open();
    let place = || "new".to_owned();
    let draft = |text: &str| DraftChanged {
        place: place(),
        text: text.into(),
    };
    store.commit(draft("half a sen")).unwrap();
    let drafts = Draft::query().select(Draft::TEXT);
    assert_eq!(store.query(&drafts).unwrap(), ["half a sen"]);
    assert_eq!(store.head().global, 0);
    store.commit(draft("")).unwrap();
    assert_eq!(store.query(&drafts).unwrap(), [""]);
    store.commit(DraftEnded { place: place() }).unwrap();
    assert!(store.query(&drafts).unwrap().is_empty());
}

#[test]
fn a_deleted_comment_is_restored() {
    let store = open();
    let [id, issue_id, by] = ["c", "a", "me"].map(str::to_owned);
    store.commit(created("a", "One")).unwrap();
    let comments = crate::queries::comments("a".into());
    let added = CommentAdded {
        id: id.clone(),
        issue_id: issue_id.clone(),
        body: "Yes".into(),
        by: by.clone(),
        at: at(2),
    };
    let deleted = CommentDeleted {
        id: id.clone(),
        issue_id: issue_id.clone(),
        by: by.clone(),
        at: at(3),
    };
    store.commit((added, deleted)).unwrap();
    assert!(store.query(&comments).unwrap().is_empty());
    let restored = CommentRestored {
        id,
        issue_id,
        by,
        at: at(4),
    };
    store.commit(restored).unwrap();
    assert_eq!(store.query(&comments).unwrap().len(), 1);
}

/// SQLite takes 32,766 values in a statement.
#[test]
fn labels_are_read_of_more_issues_than_fit_into_a_statement() {
    let store = open();
    store.commit(seed::labels()).unwrap();
    store.commit(created("39999", "One")).unwrap();
    let ids: Vec<String> = (0..40_000).map(|id| id.to_string()).collect();
    let labelled = crate::queries::of_many(
        &ids,
        |ids| crate::queries::labelled(ids, "label-bug"),
        |query| store.query(query),
    );
    assert_eq!(labelled.unwrap(), ["39999"]);
    let labels = crate::queries::of_many(&ids, crate::queries::label_ids_of, |query| {
        store.query(query)
    });
    assert_eq!(labels.unwrap(), ["label-bug"]);
}

#[test]
fn samples_are_as_many_as_asked_for_and_make_sense() {
    let store = open();
    store.commit((seed::people(), seed::labels())).unwrap();
    let mut samples = seed::Generator::new(600, at(1_764_000_000_000), Some("me".into()));
    while let Some(batch) = samples.next_batch() {
        store.commit(batch.unwrap()).unwrap();
    }
    assert_eq!(store.query(&Issue::query().count()).unwrap(), 600);
    for status in Status::EVERY {
        let some = Issue::query().filter(Issue::STATUS.eq(status)).exists();
        assert!(store.query(&some).unwrap(), "{status:?}");
    }
    let unknown = IssueLabel::query()
        .filter(!IssueLabel::LABEL_ID.is_in_select(Label::query().select(Label::ID)))
        .exists();
    assert!(!store.query(&unknown).unwrap());
    // The newest is on top of its column.
    let order = Issue::query()
        .order_by(Issue::SORT_ORDER.asc())
        .select(Issue::NUMBER);
    assert_eq!(store.query(&order).unwrap()[0], 600);
}

/// The lists are read page by page: SQLite must find a page without sorting the group.
#[test]
fn the_pages_of_a_list_are_read_from_an_index() {
    let store = open();
    for order in ["priority", "created_at", "updated_at", "sort_order"] {
        let plan = sql(format!(
            "EXPLAIN QUERY PLAN SELECT title FROM issues WHERE deleted_at IS NULL AND status = 1 \
             ORDER BY {order} DESC{} , id DESC LIMIT 32 OFFSET 64",
            if order == "priority" {
                ", created_at DESC"
            } else {
                ""
            }
        ))
        .rows::<(i64, i64, i64, String)>();
        let steps = store.query(&plan).unwrap();
        assert!(
            steps.iter().all(|(.., step)| !step.contains("TEMP B-TREE")),
            "{order}: {steps:?}"
        );
    }
}
