//! A list to choose from, with a field that narrows it: every menu and the command palette.

mod fuzzy;

pub use self::fuzzy::matches;

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{
    glyph::{Glyph, GlyphView},
    pointer::has_moved,
};

/// Something to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// What is given back when it is chosen.
    pub id: String,
    pub label: String,
    pub glyph: Glyph,
    /// Shown at the end of the line: the key that does the same, or what the choice is about.
    pub hint: Vec<String>,
    /// Whether it holds already; `None` where that makes no sense.
    pub checked: Option<bool>,
    /// The heading above it, where that differs from the one before.
    pub section: Option<String>,
}

impl Choice {
    /// A choice with a glyph and a label.
    pub fn new(id: impl Into<String>, label: impl Into<String>, glyph: Glyph) -> Self {
        Self {
            id: id.into(),
            label: label.into(),
            glyph,
            hint: Vec::new(),
            checked: None,
            section: None,
        }
    }

    /// Says whether it holds already.
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = Some(checked);
        self
    }

    /// Puts it under a heading.
    pub fn in_section(mut self, section: impl Into<String>) -> Self {
        self.section = Some(section.into());
        self
    }

    /// Says which key does the same, or what it is about.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.push(hint.into());
        self
    }
}

/// A field and the choices that match what is typed there.
///
/// The focus stays in the field; the arrow keys go through the choices, Enter takes one, and while nothing is typed a
/// digit takes the one with that hint.
#[component]
pub fn Choices(
    /// What an empty field says.
    placeholder: &'static str,
    /// Makes the choices for what has been typed. They are narrowed to it by the caller: [`matches()`] says how.
    #[prop(into)]
    choices: Callback<String, Vec<Choice>>,
    /// Called with the id of the choice.
    #[prop(into)]
    on_choose: Callback<String>,
    /// What is said when nothing matches.
    #[prop(default = "Nothing found")]
    empty: &'static str,
    /// Whether several can be chosen, one after the other.
    #[prop(optional)]
    multiple: bool,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let shown = Memo::new(move |_| choices.run(typed.get()));
    let current = RwSignal::new(0_usize);
    let list = NodeRef::<html::Ul>::new();
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| request_animation_frame(move || _ = field.focus()));

    let choose = move |at: usize| {
        let id = shown.with_untracked(|shown| shown.get(at).map(|choice| choice.id.clone()));
        if let Some(id) = id {
            on_choose.run(id);
        }
    };
    let go = move |to: usize| {
        current.set(to);
        if let Some(list) = list.get_untracked() {
            show_option(&list, to);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let count = shown.read_untracked().len();
        let at = current.get_untracked();
        match &*event.key() {
            "ArrowDown" if count > 0 => go((at + 1) % count),
            "ArrowUp" if count > 0 => go((at + count - 1) % count),
            "Enter" if !event.is_composing() => choose(at),
            key if typed.read_untracked().is_empty() && is_digit(key) => {
                let with_hint =
                    |choice: &Choice| choice.hint.first().is_some_and(|hint| hint == key);
                match shown.with_untracked(|shown| shown.iter().position(with_hint)) {
                    Some(at) => choose(at),
                    None => return,
                }
            }
            _ => return,
        }
        event.prevent_default();
    };

    view! {
        <div class="choices" class:multiple=multiple>
            <input
                node_ref=field
                class="choices-field"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="choices"
                aria-autocomplete="list"
                aria-activedescendant=move || (!shown.read().is_empty()).then(|| format!("choice-{}", current.get()))
                aria-label=placeholder
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    go(0);
                }
                on:keydown=on_key
            />
            <ul
                node_ref=list
                id="choices"
                class="choices-list"
                role="listbox"
                aria-label=placeholder
                aria-multiselectable=multiple.then_some("true")
            >
                {move || {
                    let mut last = None;
                    shown
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(at, choice)| {
                            let heading = choice.section.clone().filter(|section| last.as_ref() != Some(section));
                            last.clone_from(&choice.section);
                            view! { <Line at choice heading current on_choose=move || choose(at) /> }
                        })
                        .collect_view()
                }}
            </ul>
            <Show when=move || shown.read().is_empty()>
                <p class="choices-empty" role="status">{empty}</p>
            </Show>
        </div>
    }
    .into_any()
}

#[component]
fn Line(
    at: usize,
    choice: Choice,
    heading: Option<String>,
    current: RwSignal<usize>,
    on_choose: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    let checked = choice.checked;
    let keys = choice
        .hint
        .into_iter()
        .map(|hint| view! { <kbd>{hint}</kbd> })
        .collect_view();
    view! {
        {heading.map(|heading| view! { <li class="choices-heading" role="presentation">{heading}</li> })}
        <li
            id=format!("choice-{at}")
            class="choice"
            class:current=move || current.get() == at
            role="option"
            aria-selected=move || {
                let selected = checked.unwrap_or(current.get() == at);
                if selected { "true" } else { "false" }
            }
            on:mousemove=move |event| if has_moved(&event) && current.get_untracked() != at { current.set(at) }
            // Not `click`: the field keeps the focus.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| on_choose()
        >
            {checked.map(|checked| view! { <span class="choice-check" class:on=checked aria-hidden="true"></span> })}
            <GlyphView glyph=choice.glyph />
            <span class="choice-label">{choice.label}</span>
            <span class="choice-hint">{keys}</span>
        </li>
    }
    .into_any()
}

fn is_digit(key: &str) -> bool {
    key.len() == 1 && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn show_option(list: &web_sys::HtmlUListElement, at: usize) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    let option = list.query_selector(&format!("#choice-{at}"));
    if let Ok(Some(option)) = option {
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
