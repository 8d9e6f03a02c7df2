//! The feed: what happened to the issue and what was said about it, in the order of time.

use leptos::prelude::*;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use super::comments::CommentView;
use crate::{
    activity::{Happened, What, use_activity},
    components::{Glyph, Icon, glyph::GlyphView},
    queries,
    schema::{Comment, Priority},
    text::time,
    ui::{Ui, use_ui},
};

/// One line of the feed.
#[derive(Clone, Debug, PartialEq)]
enum Entry {
    Happened(Happened),
    Said(Comment),
}

impl Entry {
    fn at(&self) -> DateTime {
        match self {
            Self::Happened(happened) => happened.at,
            Self::Said(comment) => comment.created_at,
        }
    }

    fn key(&self) -> String {
        match self {
            Self::Happened(happened) => format!("{:?}", happened.key),
            Self::Said(comment) => comment.id.clone(),
        }
    }
}

/// The feed of an issue.
#[component]
pub fn Activity(id: String, created_seq: i64) -> impl IntoView {
    let ui = use_ui();
    let happened = use_activity(id.clone(), created_seq);
    let comments = use_query(move || queries::comments(id.clone()));
    let entries = Memo::new(move |_| {
        let happened = without_repeats(happened.get())
            .into_iter()
            .map(Entry::Happened);
        let mut entries: Vec<Entry> = happened
            .chain(comments.get().into_iter().map(Entry::Said))
            .collect();
        entries.sort_by_key(Entry::at);
        entries
    });

    view! {
        <section class="activity" aria-label="Activity">
            <h2>"Activity"</h2>
            <ul class="feed">
                <Rows each=entries key=Entry::key let:entry>
                    {match entry.get_untracked() {
                        Entry::Said(comment) => view! { <CommentView comment /> }.into_any(),
                        Entry::Happened(happened) => view! { <Line ui happened /> }.into_any(),
                    }}
                </Rows>
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Line(ui: Ui, happened: Happened) -> impl IntoView {
    let Happened { by, at, what, .. } = happened;
    let who = move || ui.name_of(&by).unwrap_or_else(|| "Someone".to_owned());
    let glyph = glyph(&what);
    let text = move || text(ui, &what);
    view! {
        <li class="feed-line">
            <span class="feed-glyph"><GlyphView glyph /></span>
            <span class="feed-text">
                <strong>{who}</strong>
                " "
                {text}
            </span>
            <time class="feed-time" title=time::full(at)>{move || time::ago(at, ui.now.get())}</time>
        </li>
    }
    .into_any()
}

/// Leaves out a status that is the one before: a card that was moved inside its column.
fn without_repeats(happened: Vec<Happened>) -> Vec<Happened> {
    let mut status = None;
    let is_news = |happened: &Happened| match happened.what {
        What::Status(new) => status.replace(new) != Some(new),
        _ => true,
    };
    happened.into_iter().filter(is_news).collect()
}

fn glyph(what: &What) -> Glyph {
    match what {
        What::Created => Glyph::Icon(Icon::Plus),
        What::Renamed(_) | What::Described => Glyph::Icon(Icon::Edit),
        What::Status(status) => Glyph::Status(*status),
        What::Priority(priority) => Glyph::Priority(*priority),
        What::Assigned(_) => Glyph::Icon(Icon::Person),
        What::Labelled(_) | What::Unlabelled(_) => Glyph::Icon(Icon::Label),
        What::Deleted => Glyph::Icon(Icon::Trash),
        What::Restored => Glyph::Icon(Icon::Undo),
    }
}

fn text(ui: Ui, what: &What) -> String {
    let label = |id: &str| {
        let labels = ui.labels.read();
        let label = labels.iter().find(|label| label.id == id);
        label.map_or_else(|| "a label".to_owned(), |label| label.name.clone())
    };
    match what {
        What::Created => "created the issue".to_owned(),
        What::Renamed(title) => format!("renamed it to “{title}”"),
        What::Described => "changed the description".to_owned(),
        What::Status(status) => format!("moved it to {}", status.label()),
        What::Priority(Priority::None) => "removed the priority".to_owned(),
        What::Priority(priority) => format!("set the priority to {}", priority.label()),
        What::Assigned(None) => "unassigned it".to_owned(),
        What::Assigned(Some(user)) => {
            let name = ui.name_of(user).unwrap_or_else(|| "someone".to_owned());
            format!("assigned it to {name}")
        }
        What::Labelled(id) => format!("added the label {}", label(id)),
        What::Unlabelled(id) => format!("removed the label {}", label(id)),
        What::Deleted => "deleted the issue".to_owned(),
        What::Restored => "restored the issue".to_owned(),
    }
}
