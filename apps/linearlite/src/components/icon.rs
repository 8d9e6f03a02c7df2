//! The icons: drawn by hand in a square of 16, in the colour of the text around them.

use leptos::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    Active,
    Backlog,
    Board,
    Check,
    ChevronRight,
    Close,
    Cloud,
    Command,
    Download,
    Edit,
    Filter,
    Help,
    Keyboard,
    Label,
    Link,
    List,
    Menu,
    Monitor,
    Moon,
    Open,
    Person,
    Plus,
    Priority,
    Search,
    Sliders,
    Sparkle,
    Status,
    Sun,
    Timer,
    Trash,
    Undo,
    Redo,
}

impl Icon {
    /// What it is drawn of.
    fn shapes(self) -> &'static str {
        match self {
            Self::Active => "<circle cx='8' cy='8' r='5.75'/><path d='M8 5v3l2 1.5'/>",
            Self::Backlog => "<circle cx='8' cy='8' r='5.75' stroke-dasharray='1.8 1.8'/>",
            Self::Board => {
                "<rect x='2.25' y='2.75' width='4.5' height='10.5' rx='1.25'/><rect x='9.25' y='2.75' width='4.5' height='6.5' rx='1.25'/>"
            }
            Self::Check => "<path d='m3.25 8.5 3.25 3.25 6.25-7'/>",
            Self::ChevronRight => "<path d='M6.5 4.5 10 8l-3.5 3.5'/>",
            Self::Close => "<path d='m4.25 4.25 7.5 7.5m0-7.5-7.5 7.5'/>",
            Self::Cloud => {
                "<path d='M4.75 12.25a2.75 2.75 0 0 1-.3-5.48 3.75 3.75 0 0 1 7.2.6 2.45 2.45 0 0 1-.15 4.88z'/>"
            }
            Self::Command => {
                "<path d='M6 6V4.25A1.75 1.75 0 1 0 4.25 6H6Zm0 0v4m0-4h4M6 10v1.75A1.75 1.75 0 1 1 4.25 10H6Zm0 0h4m0-4V4.25A1.75 1.75 0 1 1 11.75 6H10Zm0 0v4m0 0v1.75A1.75 1.75 0 1 0 11.75 10H10Z'/>"
            }
            Self::Download => "<path d='M8 2.75v7m0 0 2.75-2.75M8 9.75 5.25 7M3 12.75h10'/>",
            Self::Edit => {
                "<path d='M3 13h2.25l7.1-7.1a1.6 1.6 0 0 0-2.25-2.25L3 10.75zM9 4.75 11.25 7'/>"
            }
            Self::Filter => "<path d='M2.5 4.5h11M4.75 8h6.5M7 11.5h2'/>",
            Self::Help => {
                "<circle cx='8' cy='8' r='5.75'/><path d='M6.4 6.4a1.65 1.65 0 1 1 2.4 1.45c-.5.27-.8.6-.8 1.15'/><circle cx='8' cy='11' r='.4' fill='currentColor'/>"
            }
            Self::Keyboard => {
                "<rect x='1.75' y='4' width='12.5' height='8' rx='1.5'/><path d='M4.5 6.75h.01M7 6.75h.01M9.25 6.75h.01M11.5 6.75h.01M5.5 9.5h5'/>"
            }
            Self::Label => {
                "<path d='M2.75 4A1.25 1.25 0 0 1 4 2.75h3.9c.33 0 .65.13.88.37l4.1 4.1a1.25 1.25 0 0 1 0 1.76l-3.9 3.9a1.25 1.25 0 0 1-1.76 0l-4.1-4.1a1.25 1.25 0 0 1-.37-.88z'/><circle cx='5.5' cy='5.5' r='.6' fill='currentColor'/>"
            }
            Self::Link => {
                "<path d='m6.75 9.25 2.5-2.5M7.5 4.75l1-1a2.65 2.65 0 0 1 3.75 3.75l-1 1M8.5 11.25l-1 1A2.65 2.65 0 0 1 3.75 8.5l1-1'/>"
            }
            Self::List => {
                "<path d='M5.75 4h7.5M5.75 8h7.5M5.75 12h7.5M2.75 4h.01M2.75 8h.01M2.75 12h.01'/>"
            }
            Self::Menu => "<path d='M2.5 4.25h11M2.5 8h11M2.5 11.75h11'/>",
            Self::Monitor => {
                "<rect x='2' y='3' width='12' height='8' rx='1.5'/><path d='M6 13.5h4M8 11v2.5'/>"
            }
            Self::Moon => "<path d='M13 9.3A5.4 5.4 0 0 1 6.7 3a5.25 5.25 0 1 0 6.3 6.3z'/>",
            Self::Open => "<path d='M3 8h9.5M9 4.5 12.5 8 9 11.5'/>",
            Self::Person => {
                "<circle cx='8' cy='5.5' r='2.5'/><path d='M3.25 13a4.75 4.75 0 0 1 9.5 0'/>"
            }
            Self::Plus => "<path d='M8 3.25v9.5M3.25 8h9.5'/>",
            Self::Priority => "<path d='M3.5 12.5v-3M8 12.5v-6M12.5 12.5v-9' stroke-width='2.5'/>",
            Self::Search => "<circle cx='7' cy='7' r='4.25'/><path d='m10.25 10.25 3.25 3.25'/>",
            Self::Sliders => {
                "<path d='M2.5 5h5.25m3.5 0h2.25M2.5 11h2.25m3.5 0h5.25'/><circle cx='9.5' cy='5' r='1.75'/><circle cx='6.5' cy='11' r='1.75'/>"
            }
            Self::Sparkle => {
                "<path d='M8 2.5 9.4 6.6 13.5 8 9.4 9.4 8 13.5 6.6 9.4 2.5 8l4.1-1.4z'/>"
            }
            Self::Status => {
                "<circle cx='8' cy='8' r='5.75'/><path d='M8 8V4.75A3.25 3.25 0 0 1 8 11.25z' fill='currentColor' stroke='none'/>"
            }
            Self::Sun => {
                "<circle cx='8' cy='8' r='2.75'/><path d='M8 1.75v1.5m0 9.5v1.5M1.75 8h1.5m9.5 0h1.5M3.6 3.6l1.05 1.05m6.7 6.7 1.05 1.05m0-8.8-1.05 1.05m-6.7 6.7L3.6 12.4'/>"
            }
            Self::Timer => "<circle cx='8' cy='9' r='4.75'/><path d='M8 9V6.5M6.25 2h3.5'/>",
            Self::Trash => {
                "<path d='M3 4.5h10M6.25 4.5V3.25h3.5V4.5M4.25 4.5l.6 8a1 1 0 0 0 1 .9h4.3a1 1 0 0 0 1-.9l.6-8'/>"
            }
            Self::Redo => {
                "<path d='m10.5 3.25 2.75 2.75-2.75 2.75M13 6H7a3.75 3.75 0 0 0 0 7.5h2.5'/>"
            }
            Self::Undo => "<path d='M5.5 3.25 2.75 6 5.5 8.75M3 6h6a3.75 3.75 0 0 1 0 7.5H6.5'/>",
        }
    }
}

/// Shows an icon; it says nothing to who can't see it, the control around it has a name.
#[component]
pub fn IconView(icon: Icon) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" inner_html=icon.shapes()></svg> }
    .into_any()
}
