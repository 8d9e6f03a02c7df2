//! The dialog that fills the workspace with samples.

use leptos::{prelude::*, task::spawn_local};
use livestore_core::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    components::dialog::Dialog,
    seed::{self, Generator},
    text,
    ui::{Overlay, Ui, use_ui},
};

/// How many there may be.
const SIZES: [usize; 3] = [1_000, 10_000, 50_000];

/// Asks how many, then shows how far it is; closed and opened again, too.
#[component]
pub fn SeedDialog() -> impl IntoView {
    let ui = use_ui();
    let progress = ui.seeding;
    let start = move |count: usize| {
        // Twice at once would only make the same ones twice.
        if progress.get_untracked().is_none() {
            progress.set(Some((0, count)));
            spawn_local(fill(ui, count));
        }
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
async fn fill(ui: Ui, count: usize) {
    let text = match add(ui, count).await {
        Ok(()) => format!("{} added", text::count(count, "issue", "issues")),
        Err(error) => error,
    };
    ui.seeding.set(None);
    ui.toasts.show(text);
    if ui
        .overlay
        .with_untracked(|open| *open == Some(Overlay::Seed))
    {
        ui.close();
    }
}

async fn add(ui: Ui, count: usize) -> Result<(), String> {
    let me = untrack(|| ui.tracker.me());
    let store = ui.tracker.store;
    store.commit((seed::people(), seed::labels()));
    let mut samples = Generator::new(count, DateTime::now(), me);
    while let Some(batch) = samples.next_batch() {
        let batch = batch.map_err(|error| error.to_string())?;
        store.try_commit(batch).map_err(|error| error.to_string())?;
        ui.seeding.set(Some((samples.made(), count)));
        next_frame().await;
    }
    Ok(())
}

/// Lets the page draw; in a tab that is not in front, where nothing is drawn, only lets others run.
async fn next_frame() {
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback(&resolve);
    });
    // A timer's promise is not rejected.
    let _ = JsFuture::from(turn).await;
}
