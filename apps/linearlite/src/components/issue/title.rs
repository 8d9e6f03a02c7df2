//! The title, edited in place.

use leptos::{html, prelude::*};

use crate::{schema::Issue, ui::use_ui};

/// A field that looks like a heading: what is typed is saved when it is left, or with Enter; Escape takes it back.
#[component]
pub fn Title(issue: Signal<Issue>) -> impl IntoView {
    let ui = use_ui();
    let field = NodeRef::<html::Textarea>::new();
    let title = Memo::new(move |_| issue.read().title.clone());
    // What others do to the title is shown, unless it is being written here.
    Effect::new(move |_| {
        let title = title.get();
        if let Some(field) = field.get()
            && document().active_element().as_ref() != Some(field.as_ref())
        {
            field.set_value(&title);
        }
    });
    // What others did to the title while it was only looked at stays.
    let before = StoredValue::new(String::new());
    let save = move |text: String| {
        if before.with_value(|before| *before != text) {
            ui.tracker.set_title(&issue.read_untracked().id, &text);
        }
    };

    view! {
        <h1 class="visually-hidden">{title}</h1>
        <textarea
            node_ref=field
            class="issue-title"
            rows="1"
            aria-label="Title"
            spellcheck="false"
            on:focus:target=move |event| before.set_value(event.target().value())
            on:blur:target=move |event| {
                save(event.target().value());
                event.target().set_value(&title.get_untracked());
            }
            on:keydown:target=move |event| {
                let field = event.target();
                match &*event.key() {
                    "Enter" if !event.is_composing() => {
                        event.prevent_default();
                        _ = field.blur();
                    }
                    "Escape" => {
                        event.stop_propagation();
                        field.set_value(&before.get_value());
                        _ = field.blur();
                    }
                    _ => {}
                }
            }
        ></textarea>
    }
    .into_any()
}
