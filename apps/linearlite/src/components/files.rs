//! Saving files.

use std::time::Duration;

use js_sys::{Array, Uint8Array};
use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// How long a file that is being saved is kept for the browser.
const KEPT: Duration = Duration::from_secs(60);

/// Has the browser save bytes under a name, as it saves what people download.
pub fn save_file(name: &str, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let link = document().create_element("a").ok();
    let link = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    let url = Blob::new_with_u8_array_sequence(&parts)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    // None of it fails in a page that runs.
    if let (Some(link), Ok(url)) = (link, url) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // Not at once: some browsers begin to read it later.
        set_timeout(move || _ = Url::revoke_object_url(&url), KEPT);
    }
}
