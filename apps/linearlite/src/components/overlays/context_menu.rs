//! What can be done with an issue, at the mouse.

use leptos::prelude::*;

use super::{help::spoken, picker::narrowed};
use crate::{
    actions,
    components::{
        Glyph,
        choices::{Choice, Choices},
        dialog::Dialog,
    },
    text,
    ui::{Anchor, Overlay, use_ui},
};

/// The actions on issues. Those that open a menu of their own open it here.
#[component]
pub fn ContextMenu(anchor: Anchor) -> impl IntoView {
    let ui = use_ui();
    let label = match untrack(|| ui.targets()).len() {
        1 => "Issue".to_owned(),
        many => text::count(many, "issue", "issues"),
    };
    let choices = |typed: String| {
        let choice = |action: &actions::Action| {
            let choice = Choice::new(action.title, action.title, Glyph::Icon(action.icon));
            let keys = action
                .keys
                .first()
                .map(|keys| spoken(keys))
                .unwrap_or_default();
            keys.into_iter().fold(choice, Choice::hint)
        };
        narrowed(actions::of_issues().map(choice).collect(), &typed)
    };
    let choose = move |title: String| {
        ui.close();
        if let Some(action) = actions::of_issues().find(|action| action.title == title) {
            (action.run)(ui);
        }
        // Where the mouse is, not in the middle.
        ui.overlay.update(|overlay| {
            if let Some(Overlay::Pick(.., at)) = overlay {
                *at = anchor;
            }
        });
    };
    view! {
        <Dialog label class="menu" anchor>
            <Choices placeholder="What to do…" choices on_choose=choose />
        </Dialog>
    }
    .into_any()
}
