//! The page of an issue, and the parts of an issue that other views show too.

mod activity;
mod comments;
mod description;
mod parts;
mod properties;
mod title;

pub use self::parts::{IssueNumber, LabelChips, provide_confirmed};

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use self::{
    activity::Activity, comments::Composer, description::Description, properties::Properties,
    title::Title,
};
use super::{Icon, IconView, shell::OpenSidebar};
use crate::{schema::Issue, ui::use_ui};

/// The issue that the address names, by its id or as `LIV-123`.
#[component]
pub fn IssuePage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let issue = use_query(move || {
        let name = name.read();
        let number = name
            .strip_prefix("LIV-")
            .and_then(|number| number.parse::<i64>().ok());
        let named = match number {
            Some(number) => Issue::NUMBER.eq(number),
            None => Issue::ID.eq(&*name),
        };
        Issue::query().filter(named).first()
    });
    let id = Memo::new(move |_| issue.read().as_ref().map(|issue| issue.id.clone()));

    move || match id.get() {
        // Another issue is another page: nothing half typed goes along.
        Some(id) => view! { <Open id issue=Signal::derive(move || issue.get()) /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Open(id: String, issue: Signal<Option<Issue>>) -> impl IntoView {
    let ui = use_ui();
    ui.issue.set(Some(id.clone()));
    let own = id.clone();
    on_cleanup(move || {
        if ui
            .issue
            .with_untracked(|shown| shown.as_ref() == Some(&own))
        {
            ui.issue.set(None);
        }
    });
    // There until the page is gone: a deleted issue keeps its row.
    let last = Memo::new(move |last: Option<&Option<Issue>>| {
        issue.get().or_else(|| last.cloned().flatten())
    });
    let Some(first) = last.get_untracked() else {
        return ().into_any();
    };
    let issue = Signal::derive(move || last.get().unwrap_or_else(|| first.clone()));
    let created_seq = issue.read_untracked().created_seq;

    view! {
        <header class="view-header">
            <OpenSidebar />
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=move || ui.address.href("/")>"Issues"</a>
                <IconView icon=Icon::ChevronRight />
                <span aria-current="page">{move || format!("LIV-{}", issue.read().number)}</span>
            </nav>
        </header>
        <div class="issue-scroll" tabindex="-1">
            <div class="issue-page">
                <article class="issue-main">
                    <Deleted issue />
                    <Title issue />
                    <Description issue />
                    <Activity id=id.clone() created_seq />
                    <Composer id=id.clone() />
                </article>
                <Properties issue />
            </div>
        </div>
    }
    .into_any()
}

/// Says that an issue is deleted, and takes that back.
#[component]
fn Deleted(issue: Signal<Issue>) -> impl IntoView {
    let ui = use_ui();
    let restore = move |_| ui.tracker.restore(&[issue.read_untracked().id.clone()]);
    view! {
        <Show when=move || issue.read().deleted_at.is_some()>
            <p class="notice" role="status">
                "This issue is deleted." <button class="button" on:click=restore>"Restore"</button>
            </p>
        </Show>
    }
    .into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    let ui = use_ui();
    view! {
        <header class="view-header"><OpenSidebar /><h1>"Issue"</h1></header>
        <div class="empty">
            <p class="empty-title">"There is no such issue here"</p>
            <p>"If it was made on another device, it will appear as soon as that has synced."</p>
            <a class="button" href=move || ui.address.href("/")>"All issues"</a>
        </div>
    }
    .into_any()
}
