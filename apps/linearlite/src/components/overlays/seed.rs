//! The dialog that fills the workspace with samples.

use leptos::{prelude::*, task::spawn_local};
use livestore_core::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    components::dialog::Dialog,
    seed::{self, Generator},
    text,
    ui::{Ui, use_ui},
};

/// How many there may be.
const SIZES: [usize; 3] = [1_000, 10_000, 50_000];

/// Asks how many, then shows how far it is.
#[component]
pub fn SeedDialog() -> impl IntoView {
    let ui = use_ui();
    // Made so far, and how many there will be.
    let progress = RwSignal::new(None::<(usize, usize)>);
    let start = move |count: usize| {
        progress.set(Some((0, count)));
        spawn_local(fill(ui, count, progress));
    };
    view! {
        <Dialog label="Add sample issues" class="modal">
            <h2>"Add sample issues"</h2>
            <p class="muted">
                "Issues, labels, comments and people as a team would have made them. Each is an event like any other: \
                 it is kept, synced, and can be searched."
            </p>
            <Show
                when=move || progress.get().is_some()
                fallback=move || view! {
                    <div class="seed-sizes">
                        {SIZES.map(|count| view! {
                            <button class="button" on:click=move |_| start(count)>
                                {text::count(count, "issue", "issues")}
                            </button>
                        }).collect_view()}
                    </div>
                }
            >
                <Progress progress />
            </Show>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Progress(progress: RwSignal<Option<(usize, usize)>>) -> impl IntoView {
    let made = move || progress.get().map_or(0, |(made, _)| made);
    let count = move || progress.get().map_or(1, |(_, count)| count);
    view! {
        <progress class="progress" aria-label="Issues added" max=move || count().to_string() prop:value=move || made() as f64></progress>
        <p class="muted" role="status">
            {move || format!("{} of {}", text::number(made()), text::count(count(), "issue", "issues"))}
        </p>
    }
    .into_any()
}

/// Commits batch after batch and lets the page draw in between. It goes on when the dialog is closed.
async fn fill(ui: Ui, count: usize, progress: RwSignal<Option<(usize, usize)>>) {
    let me = untrack(|| ui.tracker.me());
    let store = ui.tracker.store;
    store.commit((seed::people(), seed::labels()));
    let mut samples = Generator::new(count, DateTime::now(), me);
    while let Some(batch) = samples.next_batch() {
        match batch.map(|batch| store.try_commit(batch)) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return ui.toasts.show(error.to_string()),
            Err(error) => return ui.toasts.show(error.to_string()),
        }
        let _ = progress.try_set(Some((samples.made(), count)));
        next_frame().await;
    }
    ui.toasts
        .show(format!("{} added", text::count(count, "issue", "issues")));
    if progress.try_get_untracked().is_some() {
        ui.close();
    }
}

/// Lets the page draw; in a tab that is not in front, where nothing is drawn, only lets others run.
async fn next_frame() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback(&resolve);
    });
    // A timer's promise is not rejected.
    let _ = JsFuture::from(turn).await;
}
