//! The card in somebody's hand.

use leptos::prelude::*;

use super::drag::Drag;

/// The carried card, under the pointer.
#[component]
pub fn Ghost(drag: Drag) -> impl IntoView {
    let carried = Memo::new(move |_| drag.carried());
    move || {
        carried.get().map(|card| {
            let (width, number, title) = (card.width, card.number, card.title.clone());
            let place = move || {
                let (x, y) = drag.corner(&card);
                format!("translate({x}px, {y}px) rotate(1.5deg)")
            };
            view! {
                <div class="card ghost" style:width=format!("{width}px") style:transform=place aria-hidden="true">
                    <div class="card-top">
                        <span class="issue-number">{format!("LIV-{number}")}</span>
                    </div>
                    <div class="card-title">{title}</div>
                </div>
            }
        })
    }
}
