//! Which pages of this app lie behind the one that is shown.
//!
//! The browser's history also has pages of others, and doesn't say which.

use leptos::{ev, prelude::*};
use leptos_router::location::Location;

/// The addresses on the way here; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Trail {
    addresses: StoredValue<Vec<String>>,
    next: StoredValue<Next>,
}

/// How the next address comes about.
#[derive(Clone, Copy, Default, PartialEq)]
enum Next {
    #[default]
    Pushed,
    Replaced,
    /// By the browser's "back" or "forward".
    Travelled,
}

impl Trail {
    /// Follows the address, as long as the component that calls this is there.
    pub fn follow(location: &Location) -> Self {
        let trail = Self {
            addresses: StoredValue::new(Vec::new()),
            next: StoredValue::new(Next::Pushed),
        };
        let travelled = window_event_listener(ev::popstate, move |_| {
            trail.next.set_value(Next::Travelled);
        });
        on_cleanup(move || travelled.remove());
        let (path, search) = (location.pathname, location.search);
        let here = Memo::new(move |_| format!("{}?{}", path.read(), search.read()));
        Effect::new(move |_| {
            let here = here.get();
            let next = trail.next.get_value();
            trail.next.set_value(Next::Pushed);
            trail
                .addresses
                .update_value(|addresses| add(addresses, here, next));
        });
        trail
    }

    /// The next address takes the place of this one.
    pub fn will_replace(&self) {
        self.next.set_value(Next::Replaced);
    }

    /// Whether a page of this app lies behind.
    pub fn has_past(&self) -> bool {
        self.addresses.with_value(|addresses| addresses.len() > 1)
    }
}

fn add(addresses: &mut Vec<String>, here: String, next: Next) {
    match next {
        Next::Travelled => match addresses.iter().rposition(|address| *address == here) {
            Some(at) => addresses.truncate(at + 1),
            // Forward, or before the page was loaded anew: what is behind that is not known.
            None => *addresses = vec![here],
        },
        Next::Replaced => {
            addresses.pop();
            addresses.push(here);
        }
        Next::Pushed => addresses.push(here),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(steps: &[(&str, Next)]) -> Vec<String> {
        let mut addresses = Vec::new();
        for (address, next) in steps {
            add(&mut addresses, (*address).to_owned(), *next);
        }
        addresses
    }

    #[test]
    fn what_lies_behind_are_the_pages_one_came_by() {
        use Next::{Pushed, Replaced, Travelled};
        let way = [
            ("/", Pushed),
            ("/search", Pushed),
            ("/search?q=a", Replaced),
        ];
        assert_eq!(walked(&way), ["/", "/search?q=a"]);
        let back = [("/", Pushed), ("/my", Pushed), ("/", Travelled)];
        assert_eq!(walked(&back), ["/"]);
        let unknown = [("/", Pushed), ("/my", Pushed), ("/board", Travelled)];
        assert_eq!(walked(&unknown), ["/board"]);
    }
}
