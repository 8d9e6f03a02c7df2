//! The address bar as the place where a view's state lives.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
    location::Location,
};

use super::{ViewState, trail::Trail};

/// The parameters that every link of the app keeps: which store it is.
const KEPT: [&str; 1] = ["store"];

/// Reads and changes the address; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Address {
    /// What the current view shows.
    pub view: Memo<ViewState>,
    /// The current path.
    pub path: Memo<String>,
    location: StoredValue<Location>,
    navigate: Callback<(String, bool)>,
    trail: Trail,
}

/// Makes the address known to everything below; wants a router around it.
pub fn provide_address() -> Address {
    let location = use_location();
    let navigate = use_navigate();
    let query = location.query;
    let trail = Trail::follow(&location);
    let address = Address {
        view: Memo::new(move |_| {
            query.with(|query| ViewState::from_params(|name| query.get_str(name)))
        }),
        path: location.pathname,
        location: StoredValue::new(location),
        navigate: Callback::new(move |(to, replace): (String, bool)| {
            let options = NavigateOptions {
                replace,
                scroll: false,
                ..Default::default()
            };
            if replace {
                trail.will_replace();
            }
            navigate(&to, options);
        }),
        trail,
    };
    provide_context(address);
    address
}

/// Returns the address.
pub fn use_address() -> Address {
    expect_context()
}

impl Address {
    /// The address of a page of this app, for the same store, with nothing filtered.
    pub fn href(&self, path: &str) -> String {
        self.with_params(path, &[])
    }

    /// The address of a page with parameters.
    pub fn with_params(&self, path: &str, params: &[(&str, String)]) -> String {
        let kept = KEPT
            .iter()
            .filter_map(|name| Some((*name, self.param(name)?)));
        let params = params.iter().cloned();
        let query: Vec<String> = kept
            .chain(params)
            .map(|(name, value)| format!("{name}={}", escape(&value)))
            .collect();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    /// The address of a page that shows what this one does.
    pub fn same_view(&self, path: &str) -> String {
        self.with_params(path, &self.view.get().to_params())
    }

    /// The address of the page that is made now, as long as it is shown; then the last one it had.
    pub fn of_this_page(&self) -> Memo<String> {
        let (address, own) = (*self, self.path.get_untracked());
        Memo::new(move |last: Option<&String>| match last {
            Some(last) if *address.path.read() != own => last.clone(),
            _ => address.same_view(&own),
        })
    }

    /// Whether "back" leads to a page of this app.
    pub fn has_past(&self) -> bool {
        self.trail.has_past()
    }

    /// A parameter of the address.
    pub fn param(&self, name: &str) -> Option<String> {
        self.location
            .with_value(|location| location.query.with(|query| query.get(name)))
    }

    /// Goes to an address of this app.
    pub fn go(&self, to: String) {
        self.navigate.run((to, false));
    }

    /// Goes to a page, keeping the store.
    pub fn open(&self, path: &str) {
        self.go(untrack(|| self.href(path)));
    }

    /// Goes there in place of the current page, which "back" then skips.
    pub fn replace(&self, to: String) {
        self.navigate.run((to, true));
    }

    /// Changes what the current view shows.
    pub fn change(&self, change: impl FnOnce(&mut ViewState)) {
        let mut view = self.view.get_untracked();
        change(&mut view);
        if view != self.view.get_untracked() {
            let to = untrack(|| self.with_params(&self.path.get(), &view.to_params()));
            self.go(to);
        }
    }
}

fn escape(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}
