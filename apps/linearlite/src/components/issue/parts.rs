//! The parts of an issue that lists, cards and its page show alike.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::schema::IssueSummary;

/// `LIV-123`; marked as long as the number may still change, because the server has not confirmed the issue.
#[component]
pub fn IssueNumber(row: Signal<IssueSummary>) -> impl IntoView {
    let confirmed = use_context::<Confirmed>();
    let provisional = Memo::new(move |_| {
        let confirmed = confirmed.and_then(|Confirmed(head)| head.get());
        confirmed.is_some_and(|head| row.read().created_seq > head)
    });
    view! {
        <span
            class="issue-number"
            class:provisional=provisional
            title=move || provisional.get().then_some("The number is final once the issue is synced")
        >
            {move || format!("LIV-{}", row.read().number)}
        </span>
    }
    .into_any()
}

/// Up to which event the server has confirmed everything; none without a server.
#[derive(Clone, Copy)]
pub struct Confirmed(Memo<Option<i64>>);

/// Makes known which issues have their final number.
pub fn provide_confirmed() {
    let sync = use_sync_status();
    let head = Memo::new(move |_| {
        let head = sync.read().backend_head?;
        Some(head.global.cast_signed())
    });
    provide_context(Confirmed(head));
}

/// Labels: their names and colours.
#[component]
pub fn LabelChips(#[prop(into)] labels: Signal<Vec<(String, String)>>) -> impl IntoView {
    let labels = Memo::new(move |_| labels.get());
    move || {
        let chip = |(name, color): (String, String)| {
            view! {
                <span class="label">
                    <span class="dot" style:background=color></span>
                    {name}
                </span>
            }
        };
        labels.get().into_iter().map(chip).collect_view()
    }
}
