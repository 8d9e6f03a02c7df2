//! A piece of the test page with a view mounted in it, and what tests read from it.

use leptos::{
    prelude::*,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys::{
        self, Element, HtmlElement, MessageChannel, MutationObserver, MutationObserverInit,
        MutationRecord, Node, js_sys,
    },
};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen_futures::JsFuture;

/// A view in the page, unmounted when this is dropped.
pub(crate) struct Page {
    host: HtmlElement,
    mounted: Option<Box<dyn Any>>,
}

impl Page {
    /// Mounts a view at the end of the page.
    pub(crate) fn mount<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> Self {
        let host: HtmlElement = document().create_element("main").unwrap().unchecked_into();
        document().body().unwrap().append_child(&host).unwrap();
        let mounted = leptos::mount::mount_to(host.clone(), view);
        Self {
            host,
            mounted: Some(Box::new(mounted)),
        }
    }

    /// Unmounts the view. Its element stays, to be looked at.
    pub(crate) fn unmount(&mut self) {
        self.mounted = None;
    }

    pub(crate) fn host(&self) -> &HtmlElement {
        &self.host
    }

    /// The elements that match a selector, in the order of the document.
    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let list = self.host.query_selector_all(selector).unwrap();
        (0..list.length())
            .map(|index| list.get(index).unwrap().unchecked_into())
            .collect()
    }

    /// The only element that matches a selector.
    pub(crate) fn only(&self, selector: &str) -> Element {
        let mut all = self.all(selector);
        assert_eq!(all.len(), 1, "{selector} in {}", self.html());
        all.remove(0)
    }

    /// The texts of the elements that match a selector.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(text).collect()
    }

    /// The page as HTML.
    pub(crate) fn html(&self) -> String {
        self.host.inner_html()
    }

    /// Records every change below the view's element from now on.
    pub(crate) fn watch(&self) -> Changes {
        let records = Rc::new(RefCell::new(Vec::new()));
        let deliver = Closure::<dyn Fn(js_sys::Array)>::new({
            let records = Rc::clone(&records);
            move |delivered: js_sys::Array| {
                records
                    .borrow_mut()
                    .extend(delivered.iter().map(JsCast::unchecked_into));
            }
        });
        let observer = MutationObserver::new(deliver.as_ref().unchecked_ref()).unwrap();
        let options = MutationObserverInit::new();
        options.set_subtree(true);
        options.set_child_list(true);
        options.set_attributes(true);
        options.set_character_data(true);
        observer.observe_with_options(&self.host, &options).unwrap();
        Changes {
            observer,
            records,
            _deliver: deliver,
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.unmount();
        self.host.remove();
    }
}

/// The DOM changes since [`Page::watch`].
pub(crate) struct Changes {
    observer: MutationObserver,
    records: Rc<RefCell<Vec<MutationRecord>>>,
    _deliver: Closure<dyn Fn(js_sys::Array)>,
}

impl Changes {
    /// The changes since this was last asked, up to when the page last [`settled`].
    pub(crate) fn take(&self) -> Vec<MutationRecord> {
        self.records.take()
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// The text of an element.
pub(crate) fn text(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

/// Whether `node` is `ancestor` or inside of it.
pub(crate) fn is_within(node: &Node, ancestor: &Element) -> bool {
    ancestor.contains(Some(node))
}

/// The element that has the focus.
pub(crate) fn focused() -> Option<Element> {
    document().active_element()
}

/// Waits until the event loop went round: all effects have run, and what they queued too.
pub(crate) async fn settled() {
    // A message, because browsers hold back timers that set timers.
    let channel = MessageChannel::new().unwrap();
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        channel.port2().post_message(&JsValue::NULL).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
    channel.port1().close();
}

/// Counts the warnings written to the browser's console, instead of showing them, until it is dropped.
pub(crate) struct Warnings {
    count: Rc<Cell<usize>>,
    original: JsValue,
    _counter: Closure<dyn Fn(JsValue)>,
}

impl Warnings {
    pub(crate) fn count() -> Self {
        let console: &JsValue = &js_sys::Reflect::get(&window(), &"console".into()).unwrap();
        let original = js_sys::Reflect::get(console, &"warn".into()).unwrap();
        let count = Rc::new(Cell::new(0));
        let counter = Closure::<dyn Fn(JsValue)>::new({
            let count = Rc::clone(&count);
            move |_| count.set(count.get() + 1)
        });
        js_sys::Reflect::set(console, &"warn".into(), counter.as_ref()).unwrap();
        Self {
            count,
            original,
            _counter: counter,
        }
    }

    pub(crate) fn so_far(&self) -> usize {
        self.count.get()
    }
}

impl Drop for Warnings {
    fn drop(&mut self) {
        let console = js_sys::Reflect::get(&window(), &"console".into()).unwrap();
        js_sys::Reflect::set(&console, &"warn".into(), &self.original).unwrap();
    }
}

/// The page's memory in bytes, as far as it is WebAssembly's.
pub(crate) fn wasm_memory() -> u32 {
    let memory: js_sys::WebAssembly::Memory = leptos::wasm_bindgen::memory().unchecked_into();
    let buffer: js_sys::ArrayBuffer = memory.buffer().unchecked_into();
    buffer.byte_length()
}

fn window() -> web_sys::Window {
    web_sys::window().unwrap()
}
