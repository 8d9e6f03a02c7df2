//! The small pictures of statuses, priorities, people and labels.

use leptos::prelude::*;

use super::icon::{Icon, IconView};
use crate::{
    schema::{Priority, Status},
    text,
};

/// A small picture beside a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Glyph {
    Icon(Icon),
    Status(Status),
    Priority(Priority),
    /// The letters of a name.
    Avatar(String),
    Nobody,
    /// A dot of a colour.
    Dot(String),
}

/// Shows a glyph; it says nothing to who can't see it, a text or a control's name does.
#[component]
pub fn GlyphView(glyph: Glyph) -> impl IntoView {
    match glyph {
        Glyph::Icon(icon) => view! { <IconView icon /> }.into_any(),
        Glyph::Status(status) => svg("glyph", &status_class(status), status_shapes(status)).into_any(),
        Glyph::Priority(priority) => {
            svg("glyph", &priority_class(priority), priority_shapes(priority)).into_any()
        }
        // The letters are a picture, too: the style sheet draws them.
        Glyph::Avatar(name) => view! {
            <span
                class="avatar"
                aria-hidden="true"
                data-initials=text::initials(&name)
                style:--hue=text::hue(&name).to_string()
            ></span>
        }
        .into_any(),
        Glyph::Nobody => view! {
            <span class="avatar avatar-nobody" aria-hidden="true"><IconView icon=Icon::Person /></span>
        }
        .into_any(),
        Glyph::Dot(color) => {
            view! { <span class="dot" aria-hidden="true" style:background=color></span> }.into_any()
        }
    }
}

fn svg(class: &str, kind: &str, shapes: &'static str) -> impl IntoView + use<> {
    let class = format!("{class} {kind}");
    view! { <svg class=class viewBox="0 0 16 16" aria-hidden="true" inner_html=shapes></svg> }
}

fn status_class(status: Status) -> String {
    format!("status-{}", status.slug())
}

fn priority_class(priority: Priority) -> String {
    format!("priority-{}", priority.slug())
}

fn status_shapes(status: Status) -> &'static str {
    match status {
        Status::Backlog => {
            "<circle cx='8' cy='8' r='6' fill='none' stroke='currentColor' stroke-width='1.75' stroke-dasharray='2 1.77'/>"
        }
        Status::Todo => {
            "<circle cx='8' cy='8' r='6' fill='none' stroke='currentColor' stroke-width='1.75'/>"
        }
        Status::InProgress => {
            "<circle cx='8' cy='8' r='6' fill='none' stroke='currentColor' stroke-width='1.75'/><path d='M8 8V4.5a3.5 3.5 0 0 1 0 7z' fill='currentColor'/>"
        }
        Status::Done => {
            "<circle cx='8' cy='8' r='6.9' fill='currentColor'/><path d='m5 8.2 2.1 2.1L11 6' fill='none' class='mark' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'/>"
        }
        Status::Canceled => {
            "<circle cx='8' cy='8' r='6.9' fill='currentColor'/><path d='m5.75 5.75 4.5 4.5m0-4.5-4.5 4.5' fill='none' class='mark' stroke-width='1.6' stroke-linecap='round'/>"
        }
    }
}

fn priority_shapes(priority: Priority) -> &'static str {
    match priority {
        Priority::None => {
            "<path d='M2.5 8h2m2.5 0h2m2.5 0h2' stroke='currentColor' stroke-width='1.75' stroke-linecap='round'/>"
        }
        Priority::Low => {
            "<g fill='currentColor'><rect x='2' y='9' width='3' height='5' rx='.8'/><g opacity='.35'><rect x='6.5' y='5.5' width='3' height='8.5' rx='.8'/><rect x='11' y='2' width='3' height='12' rx='.8'/></g></g>"
        }
        Priority::Medium => {
            "<g fill='currentColor'><rect x='2' y='9' width='3' height='5' rx='.8'/><rect x='6.5' y='5.5' width='3' height='8.5' rx='.8'/><rect x='11' y='2' width='3' height='12' rx='.8' opacity='.35'/></g>"
        }
        Priority::High => {
            "<g fill='currentColor'><rect x='2' y='9' width='3' height='5' rx='.8'/><rect x='6.5' y='5.5' width='3' height='8.5' rx='.8'/><rect x='11' y='2' width='3' height='12' rx='.8'/></g>"
        }
        Priority::Urgent => {
            "<rect x='1.5' y='1.5' width='13' height='13' rx='3.25' fill='currentColor'/><path d='M8 4.75v3.9' class='mark' fill='none' stroke-width='1.75' stroke-linecap='round'/><circle cx='8' cy='11.15' r='1' class='mark-fill'/>"
        }
    }
}
