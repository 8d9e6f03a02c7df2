//! The keyboard shortcuts, as the actions say them.

use leptos::prelude::*;

use crate::{
    actions::{self, Action, Section},
    components::{Icon, IconView, dialog::Dialog},
    ui::use_ui,
};

/// Every action that has keys, by section.
#[component]
pub fn Help() -> impl IntoView {
    let ui = use_ui();
    view! {
        <Dialog label="Keyboard shortcuts" class="modal help">
            <header class="modal-header">
                <h2>"Keyboard shortcuts"</h2>
                <button class="icon-button" aria-label="Close" autofocus on:click=move |_| ui.close()>
                    <IconView icon=Icon::Close />
                </button>
            </header>
            <div class="help-sections" tabindex="0" role="group" aria-label="Shortcuts">
                {Section::EVERY
                    .map(|section| {
                        let lines = actions::all()
                            .filter(|action| action.section == section && !action.keys.is_empty())
                            .map(|action| view! { <Line action /> })
                            .collect_view();
                        view! {
                            <section>
                                <h3>{section.label()}</h3>
                                <dl>{lines}</dl>
                            </section>
                        }
                    })
                    .collect_view()}
            </div>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Line(action: &'static Action) -> impl IntoView {
    let keys = action
        .keys
        .iter()
        .map(|keys| {
            let keys = spoken(keys)
                .into_iter()
                .map(|key| view! { <kbd>{key}</kbd> });
            view! { <span class="keys">{keys.collect_view()}</span> }
        })
        .collect_view();
    view! {
        <div class="help-line">
            <dt>{action.title}</dt>
            <dd>{keys}</dd>
        </div>
    }
    .into_any()
}

/// Keys as people read them: one piece for every key.
pub(super) fn spoken(keys: &str) -> Vec<String> {
    spoken_on(keys, is_mac())
}

/// Whether the keyboard is a Mac's.
fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    platform.starts_with("Mac")
}

fn spoken_on(keys: &str, is_mac: bool) -> Vec<String> {
    let key = |key: &str| match key {
        "mod" if is_mac => "⌘".to_owned(),
        "alt" if is_mac => "⌥".to_owned(),
        "mod" => "Ctrl".to_owned(),
        "arrowup" => "↑".to_owned(),
        "arrowdown" => "↓".to_owned(),
        "arrowleft" => "←".to_owned(),
        "arrowright" => "→".to_owned(),
        "escape" => "Esc".to_owned(),
        "backspace" => "⌫".to_owned(),
        "delete" => "Del".to_owned(),
        key => {
            let mut letters = key.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect()
        }
    };
    keys.split(['+', ' '])
        .filter(|part| !part.is_empty())
        .map(key)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_piece_each() {
        let spoken = |keys| spoken_on(keys, false);
        assert_eq!(spoken("mod+shift+,"), ["Ctrl", "Shift", ","]);
        assert_eq!(spoken("g b"), ["G", "B"]);
        assert_eq!(spoken("alt+arrowup"), ["Alt", "↑"]);
    }

    #[test]
    fn a_mac_has_keys_of_its_own() {
        assert_eq!(spoken_on("mod+k", true), ["⌘", "K"]);
        assert_eq!(spoken_on("alt+arrowup", true), ["⌥", "↑"]);
    }
}
