//! A comment, and the field for a new one.

use leptos::{html, prelude::*};

use crate::{
    components::{Glyph, Icon, IconView, draft::use_draft, glyph::GlyphView, markdown::Markdown},
    schema::Comment,
    text::time,
    ui::use_ui,
};

/// A comment in the feed.
#[component]
pub fn CommentView(comment: Comment) -> impl IntoView {
    let ui = use_ui();
    let author = comment.author_id.clone();
    let name = Memo::new(move |_| ui.name_of(&author).unwrap_or_else(|| "Someone".to_owned()));
    let own = comment.author_id.clone();
    let is_own = move || ui.tracker.me().as_ref() == Some(&own);
    let (at, body) = (comment.created_at, comment.body.clone());
    let comment = StoredValue::new(comment);

    view! {
        <li class="comment">
            <header class="comment-header">
                {move || view! { <GlyphView glyph=Glyph::Avatar(name.get()) /> }}
                <strong>{name}</strong>
                <time class="feed-time" title=time::full(at)>{move || time::ago(at, ui.now.get())}</time>
                <Show when=is_own.clone()>
                    <button
                        class="icon-button"
                        aria-label="Delete comment"
                        on:click=move |_| comment.with_value(|comment| ui.tracker.delete_comment(comment))
                    >
                        <IconView icon=Icon::Trash />
                    </button>
                </Show>
            </header>
            <Markdown text=Signal::stored(body) />
        </li>
    }
    .into_any()
}

/// The field for a comment. What is half written is in the store: it is there after a reload.
#[component]
pub fn Composer(id: String) -> impl IntoView {
    let ui = use_ui();
    let draft = use_draft(format!("comment on {id}"));
    let id = StoredValue::new(id);
    let text = Memo::new(move |_| draft.text().unwrap_or_default());
    let field = NodeRef::<html::Textarea>::new();
    let send = move || {
        let text = text.get_untracked();
        draft.take_up();
        id.with_value(|id| ui.tracker.comment(id, &text, &draft.place()));
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
    };

    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <textarea
                node_ref=field
                class="composer-field"
                rows="2"
                aria-label="Comment"
                placeholder="Leave a comment…"
                prop:value=text
                on:input:target=move |event| draft.write(event.target().value())
                on:keydown:target=move |event| match &*event.key() {
                    "Enter" if event.ctrl_key() || event.meta_key() => {
                        event.prevent_default();
                        send();
                    }
                    "Escape" => {
                        event.stop_propagation();
                        _ = event.target().blur();
                    }
                    _ => {}
                }
            ></textarea>
            <div class="editor-actions">
                <span class="hint"><kbd>"Ctrl"</kbd><kbd>"Enter"</kbd>" sends"</span>
                <button class="button primary" type="submit" disabled=move || text.read().trim().is_empty()>
                    "Comment"
                </button>
            </div>
        </form>
    }
    .into_any()
}
