//! Which part of something long is in sight: the heart of the virtual lists.
//!
//! A list of 50,000 rows is a box of that height with a few pages of rows in it. A page is [`PAGE`] rows that come and
//! go together: one query, one piece of DOM.

use std::ops::Range;

use leptos::{html, prelude::*, wasm_bindgen::prelude::Closure};
use web_sys::{HtmlElement, ResizeObserver};

/// How many rows a page has.
pub const PAGE: usize = 16;

/// How far beyond the edge pages are there already, in pixels.
const BEYOND: f64 = 480.0;

/// A box that scrolls.
#[derive(Clone, Copy)]
pub struct Viewport {
    node: NodeRef<html::Div>,
    top: RwSignal<f64>,
    height: RwSignal<f64>,
}

impl Viewport {
    /// Follows the box; give it [`on_scroll`](Self::on_scroll).
    pub fn new(node: NodeRef<html::Div>) -> Self {
        let viewport = Self {
            node,
            top: RwSignal::new(0.0),
            // Until it is measured: a page, not everything.
            height: RwSignal::new(600.0),
        };
        viewport.follow_size();
        viewport
    }

    /// To be called when the box has been scrolled.
    pub fn on_scroll(&self) {
        if let Some(node) = self.node.get_untracked() {
            self.top.set(f64::from(node.scroll_top()));
        }
    }

    /// The pages of `count` rows that are in sight, if the rows start at `start` and each is `height` tall.
    pub fn pages(&self, start: f64, count: usize, height: f64) -> Range<usize> {
        let from = self.top.get() - start - BEYOND;
        let to = self.top.get() + self.height.get() - start + BEYOND;
        let pages = count.div_ceil(PAGE);
        let page_at = |y: f64| (y / (height * PAGE as f64)).max(0.0);
        let first = (page_at(from).floor() as usize).min(pages);
        let last = (page_at(to).ceil() as usize).min(pages);
        first..last
    }

    /// Scrolls so that what stands from `top` to `bottom` is in sight, below the first `covered` pixels.
    pub fn reveal(&self, top: f64, bottom: f64, covered: f64) {
        let Some(node) = self.node.get_untracked() else {
            return;
        };
        let (from, height) = (
            f64::from(node.scroll_top()),
            f64::from(node.client_height()),
        );
        if top < from + covered {
            node.set_scroll_top((top - covered) as i32);
        } else if bottom > from + height {
            node.set_scroll_top((bottom - height).ceil() as i32);
        }
    }

    fn follow_size(self) {
        let observer = StoredValue::new_local(None);
        self.node.on_load(move |node| {
            let element: HtmlElement = node.into();
            let measured = element.clone();
            let measure = Closure::<dyn FnMut()>::new(move || {
                // The component may be gone by now.
                let _ = self.height.try_set(f64::from(measured.client_height()));
            });
            use leptos::wasm_bindgen::JsCast;
            if let Ok(made) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
                made.observe(&element);
                observer.set_value(Some((made, measure)));
            }
        });
        on_cleanup(move || {
            if let Some(Some((made, _))) = observer.try_update_value(Option::take) {
                made.disconnect();
            }
        });
    }
}
