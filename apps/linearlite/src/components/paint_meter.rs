//! How long an input takes to be seen, in the corner of the page, when asked for.

use std::time::Duration;

use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use web_sys::Event;

use crate::ui::use_ui;

/// Keys and clicks that the shown values are of.
const LAST: usize = 50;

/// Measures from the moment the browser got an input to the frame that shows what came of it.
#[component]
pub fn PaintMeter() -> impl IntoView {
    let ui = use_ui();
    view! {
        <Show when=move || ui.tracker.settings().show_paint>
            <Meter />
        </Show>
    }
    .into_any()
}

#[component]
fn Meter() -> impl IntoView {
    let times = RwSignal::new(Vec::<f64>::new());
    let measure = move |event: &Event| {
        let start = event.time_stamp();
        // The frame is drawn right after this; what is put off until then runs when it has been.
        request_animation_frame(move || {
            set_timeout(
                move || {
                    let took = now() - start;
                    let _ = times.try_update(|times| {
                        times.push(took);
                        let excess = times.len().saturating_sub(LAST);
                        times.drain(..excess);
                    });
                },
                Duration::ZERO,
            );
        });
    };
    let keys = window_event_listener(ev::keydown, move |event| measure(event.unchecked_ref()));
    let clicks = window_event_listener(ev::click, move |event| measure(event.unchecked_ref()));
    on_cleanup(move || {
        keys.remove();
        clicks.remove();
    });
    let text = move || {
        let mut times = times.get();
        let Some(last) = times.last().copied() else {
            return "press a key".to_owned();
        };
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        let worst = times[times.len() - 1];
        format!("{last:.0} ms · median {median:.0} · worst {worst:.0}")
    };

    view! {
        <div class="paint-meter">
            <span class="visually-hidden">"Input to paint: "</span>
            {text}
        </div>
    }
    .into_any()
}

fn now() -> f64 {
    window()
        .performance()
        .map(|clock| clock.now())
        .unwrap_or_default()
}
