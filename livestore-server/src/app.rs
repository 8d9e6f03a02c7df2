//! Serving a built app, so that one program is all there is to deploy.

use std::path::Path;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tower_http::services::{ServeDir, ServeFile};

/// Returns the routes of a folder with a built app.
///
/// Files that are there compressed beforehand (`.br`, `.gz`) are sent so to browsers that take it. Paths
/// that are no files are the app's own and get its `index.html`. Files with a hash in their name may be
/// kept for ever, all others are asked for again.
pub fn app(folder: impl AsRef<Path>) -> Router {
    let folder = folder.as_ref();
    let index = ServeFile::new(folder.join("index.html"))
        .precompressed_br()
        .precompressed_gzip();
    let files = ServeDir::new(folder)
        .precompressed_br()
        .precompressed_gzip()
        .fallback(index);
    Router::new()
        .fallback_service(files)
        .layer(from_fn(with_headers))
}

async fn with_headers(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let response = next.run(request).await;
    let is_page = is_html(&response);
    if is_page && is_file(&uri) && !uri.path().ends_with(".html") {
        // The app's page in place of a script that is gone would only confuse.
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    }
    let mut response = response;
    let kept = if !is_page && response.status().is_success() && has_hash(uri.path()) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_file(uri: &Uri) -> bool {
    name(uri.path()).contains('.')
}

/// Whether a file's name has a hash in it, as trunk writes it: `app-0123456789abcdef.js`.
fn has_hash(path: &str) -> bool {
    let words = name(path).split(|c: char| !c.is_ascii_alphanumeric());
    let hash = |word: &str| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
    words.skip(1).any(hash)
}

#[cfg(test)]
mod tests {
    use super::has_hash;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for (path, kept) in [
            ("/todomvc-1f9c3b7a2d4e5f60.js", true),
            ("/todomvc-1f9c3b7a2d4e5f60_bg.wasm", true),
            ("/assets/style-0a1b2c3d.css", true),
            ("/snippets/leptos-0123/inline.js", false),
            ("/index.html", false),
            ("/deadbeef.js", false),
            ("/my-facade.js", false),
        ] {
            assert_eq!(has_hash(path), kept, "{path}");
        }
    }
}
