//! A text of somebody's, rendered.

use leptos::prelude::*;

use crate::text::markdown::to_html;

/// Shows Markdown.
#[component]
pub fn Markdown(#[prop(into)] text: Signal<String>) -> impl IntoView {
    view! { <div class="prose" inner_html=move || text.with(|text| to_html(text))></div> }
        .into_any()
}
