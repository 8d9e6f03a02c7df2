//! Which dialogs and menus there are, and where they open.

use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};

use crate::{
    schema::{Priority, Status},
    view::Group,
};

/// A dialog or a menu.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    Palette,
    Help,
    NewIssue(Preset),
    /// A menu that changes a property of issues.
    Pick(Picker, Vec<String>, Anchor),
    /// What can be done with the issues that actions are about.
    Context(Anchor),
    Filter(Anchor),
    Display(Anchor),
    Sync(Anchor),
    Seed,
    /// What this browser keeps: to be saved or deleted.
    Data,
    Profile,
    /// The sidebar, where there is no room for it beside the page.
    Sidebar,
}

/// What a new issue has because of where it is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    pub status: Option<Status>,
    pub priority: Option<Priority>,
    /// A user's id; an empty one is nobody's.
    pub assignee: Option<String>,
}

impl From<&Group> for Preset {
    fn from(group: &Group) -> Self {
        let none = Self::default();
        match group {
            Group::Status(status) => Self {
                status: Some(*status),
                ..none
            },
            Group::Priority(priority) => Self {
                priority: Some(*priority),
                ..none
            },
            Group::Assignee(user) => Self {
                assignee: Some(user.as_ref().map_or_else(String::new, |(id, _)| id.clone())),
                ..none
            },
            Group::Everything => none,
        }
    }
}

/// The properties that menus change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picker {
    Status,
    Priority,
    Assignee,
    Labels,
}

/// Where a menu opens.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Anchor {
    /// In the middle, for who uses the keyboard.
    #[default]
    Centre,
    /// At the mouse.
    Point(f64, f64),
    /// Below something: its left, top and bottom.
    Below(f64, f64, f64),
}

impl Anchor {
    /// Below the element that an event is about.
    pub fn below(target: Option<EventTarget>) -> Self {
        let element = target.and_then(|target| target.dyn_into::<Element>().ok());
        match element {
            Some(element) => {
                let rect = element.get_bounding_client_rect();
                Self::Below(rect.left(), rect.top(), rect.bottom())
            }
            None => Self::Centre,
        }
    }
}
