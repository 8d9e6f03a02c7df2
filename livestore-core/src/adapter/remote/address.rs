//! A server's URL, for one transport or the other.

use crate::sync::{
    BackendError,
    protocol::{ConnectQuery, Transport},
};

/// An absolute URL without its scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    secure: bool,
    /// Everything behind `://`, with a path.
    place: String,
}

impl Address {
    pub(super) fn of(url: &str) -> Result<Self, BackendError> {
        let (url, _) = url.split_once('#').unwrap_or((url, ""));
        let (scheme, place) = url.split_once("://").unwrap_or((url, ""));
        let secure = match &*scheme.to_ascii_lowercase() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return Err(invalid(url)),
        };
        if place.is_empty() || place.starts_with(['/', '?']) {
            return Err(invalid(url));
        }
        // Without a path there would be none in the request either, which servers refuse.
        let end = place.find(['/', '?']).unwrap_or(place.len());
        let (host, rest) = place.split_at(end);
        let slash = if rest.starts_with('/') { "" } else { "/" };
        Ok(Self {
            secure,
            place: format!("{host}{slash}{rest}"),
        })
    }

    /// Returns the URL of a connection.
    pub(super) fn url(&self, query: &ConnectQuery) -> String {
        let scheme = match (query.transport, self.secure) {
            (Transport::WebSocket, false) => "ws",
            (Transport::WebSocket, true) => "wss",
            (Transport::Http, false) => "http",
            (Transport::Http, true) => "https",
        };
        let join = if self.place.contains('?') { '&' } else { '?' };
        format!("{scheme}://{}{join}{}", self.place, query.encode())
    }
}

fn invalid(url: &str) -> BackendError {
    BackendError::failed(format_args!(
        "`{url}` is no URL of a sync server, as `wss://example.com/sync` is one"
    ))
}

#[cfg(test)]
mod tests {
    use super::Address;
    use crate::{
        sync::protocol::{ConnectQuery, Transport},
        testing::test,
    };

    #[test]
    fn a_url_does_for_both_transports() {
        for (url, transport, wanted) in [
            ("ws://a/sync", Transport::WebSocket, "ws://a/sync?"),
            ("ws://a/sync", Transport::Http, "http://a/sync?"),
            ("https://a:1", Transport::WebSocket, "wss://a:1/?"),
            ("ws://a?x=/y", Transport::WebSocket, "ws://a/?x=/y&"),
            ("HTTPS://a/?x=1#y", Transport::Http, "https://a/?x=1&"),
        ] {
            let query = ConnectQuery {
                store_id: "s".to_owned(),
                transport,
                payload: None,
                extension: None,
            };
            let full = Address::of(url).unwrap().url(&query);
            assert!(
                full.starts_with(&format!("{wanted}storeId=s&transport=")),
                "{full}"
            );
        }
    }

    #[test]
    fn what_is_no_url_of_a_server_is_refused() {
        for url in [
            "",
            "/sync",
            "sync",
            "ftp://a",
            "ws://",
            "ws:///sync",
            "ws://?x",
            "blob:http://a/b",
        ] {
            let error = Address::of(url).unwrap_err().to_string();
            assert!(error.contains(&format!("`{url}`")), "{error}");
        }
    }
}
