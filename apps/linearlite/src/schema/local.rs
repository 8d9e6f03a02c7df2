//! What is this browser's own business: events that never leave it, and the tables they write.
//!
//! They are kept and shared by all tabs like everything else.

use livestore_core::{prelude::*, schema::SchemaBuilder};

use super::Theme;

/// The one row of [`Settings`].
const OWN: i64 = 1;

#[derive(Table, Clone, Debug, Default, PartialEq)]
#[table(name = "settings")]
pub struct Settings {
    /// Always the same: there is one row, or none before the first event.
    #[column(primary_key)]
    pub id: i64,
    /// Who uses this browser.
    pub user_id: Option<String>,
    #[column(default = Theme::System)]
    pub theme: Theme,
    /// Whether a corner of the page shows how long an input takes to be seen.
    #[column(default = false)]
    pub show_paint: bool,
}

/// A text that is being written.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "drafts")]
pub struct Draft {
    /// What it is for, such as the comment on an issue.
    #[column(primary_key)]
    pub place: String,
    pub text: String,
}

/// How far a view is scrolled.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "scroll_positions")]
pub struct ScrollPosition {
    #[column(primary_key)]
    pub session_id: String,
    #[column(primary_key)]
    pub view: String,
    pub top: i64,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IdentityChosen", client_only)]
pub struct IdentityChosen {
    pub user_id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.ThemeChosen", client_only)]
pub struct ThemeChosen {
    pub theme: Theme,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.PaintMeterSwitched", client_only)]
pub struct PaintMeterSwitched {
    pub on: bool,
}

/// An empty text ends the draft.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.DraftChanged", client_only)]
pub struct DraftChanged {
    pub place: String,
    pub text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Scrolled", client_only)]
pub struct Scrolled {
    pub view: String,
    pub top: i64,
}

/// This browser's settings; a list of none or one.
pub fn settings() -> livestore_core::query::First<livestore_core::query::AllColumns<Settings>> {
    Settings::query().first()
}

pub(super) fn declare(schema: SchemaBuilder) -> SchemaBuilder {
    let own = || Settings::upsert().set(Settings::ID, OWN);
    schema
        .table::<Settings>()
        .table::<Draft>()
        .table::<ScrollPosition>()
        .on(move |e: &IdentityChosen, _| own().set(Settings::USER_ID, &e.user_id))
        .on(move |e: &ThemeChosen, _| own().set(Settings::THEME, e.theme))
        .on(move |e: &PaintMeterSwitched, _| own().set(Settings::SHOW_PAINT, e.on))
        .on(|e: &DraftChanged, _| match e.text.is_empty() {
            true => (
                Some(Draft::delete().filter(Draft::PLACE.eq(&e.place))),
                None,
            ),
            false => {
                let draft = Draft::upsert()
                    .set(Draft::PLACE, &e.place)
                    .set(Draft::TEXT, &e.text);
                (None, Some(draft))
            }
        })
        .on(|e: &Scrolled, ctx| {
            ScrollPosition::upsert()
                .set(ScrollPosition::SESSION_ID, ctx.session_id())
                .set(ScrollPosition::VIEW, &e.view)
                .set(ScrollPosition::TOP, e.top)
        })
}
