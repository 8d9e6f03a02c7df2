//! What is this browser's own business: events that never leave it, and the tables they write.
//!
//! They are kept and shared by all tabs like everything else.

use livestore_core::{prelude::*, query::QueryError, schema::SchemaBuilder};

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
    /// None until one is chosen in this store.
    pub theme: Option<Theme>,
    /// Whether a corner of the page shows how long an input takes to be seen.
    #[column(default = false)]
    pub show_paint: bool,
}

/// A text that is being written in one tab.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "drafts", index(place))]
pub struct Draft {
    #[column(primary_key)]
    pub session_id: String,
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

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.DraftChanged", client_only)]
pub struct DraftChanged {
    pub place: String,
    pub text: String,
}

/// The text was sent, or given up.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.DraftEnded", client_only)]
pub struct DraftEnded {
    pub place: String,
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
        .on(|e: &DraftChanged, ctx| {
            Draft::upsert()
                .set(Draft::SESSION_ID, ctx.session_id())
                .set(Draft::PLACE, &e.place)
                .set(Draft::TEXT, &e.text)
        })
        .on(|e: &DraftEnded, ctx| -> Result<_, QueryError> {
            let here = Draft::PLACE.eq(&e.place);
            let own = Draft::SESSION_ID.eq(ctx.session_id());
            let text = ctx.query(
                &Draft::query()
                    .filter(here.clone().and(own.clone()))
                    .select(Draft::TEXT)
                    .first(),
            )?;
            // The same text in another tab is a copy of this one.
            let ended = match text {
                Some(text) => own.or(Draft::TEXT.eq(text)),
                None => own,
            };
            Ok(Draft::delete().filter(here.and(ended)))
        })
        .on(|e: &Scrolled, ctx| {
            ScrollPosition::upsert()
                .set(ScrollPosition::SESSION_ID, ctx.session_id())
                .set(ScrollPosition::VIEW, &e.view)
                .set(ScrollPosition::TOP, e.top)
        })
}
