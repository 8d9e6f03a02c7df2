//! Which web sites' pages may talk to the server from a browser.
//!
//! A browser lets any page open a WebSocket to any server and sends the server's cookies along; only the
//! server can refuse. Programs outside browsers send no `Origin` and are not held back here.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Uri,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HOST, ORIGIN, VARY,
    },
};

/// The origins whose pages may connect, beside the server's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AllowedOrigins {
    /// None: only pages that come from this server's own host.
    #[default]
    SameOrigin,
    /// These, as a browser writes them: `https://app.example.com`.
    List(Vec<String>),
    /// All. Only for servers that tell their clients apart by something a browser does not send by itself.
    Any,
}

impl AllowedOrigins {
    /// Says whether a request may be served.
    pub(crate) fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else {
            return true;
        };
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        match self {
            Self::Any => true,
            Self::List(list) if list.iter().any(|allowed| allowed == origin) => true,
            Self::List(_) | Self::SameOrigin => is_own(origin, headers),
        }
    }

    /// Returns what tells a browser that the page of this request may read the answer.
    pub(crate) fn cors(&self, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
        let mut cors = vec![(VARY, HeaderValue::from_static("origin"))];
        if let Some(origin) = headers.get(ORIGIN)
            && self.allows(headers)
        {
            cors.extend([
                (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
                // Without it a page does not see when to come again.
                (
                    ACCESS_CONTROL_EXPOSE_HEADERS,
                    HeaderValue::from_static("retry-after"),
                ),
            ]);
        }
        cors
    }

    /// Returns the answer to a browser that asks before it sends a request.
    pub(crate) fn preflight(&self, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
        let mut cors = self.cors(headers);
        if self.allows(headers) {
            let allowed = "authorization, b3, content-type, traceparent, x-livestore-store-id";
            cors.extend([
                (
                    ACCESS_CONTROL_ALLOW_METHODS,
                    HeaderValue::from_static("POST, OPTIONS"),
                ),
                (
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    HeaderValue::from_static(allowed),
                ),
                (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
            ]);
        }
        cors
    }
}

/// Says whether an origin is the host the request was sent to. Behind a proxy that ends TLS the scheme is
/// not known here, so only the host and port count.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else {
        return false;
    };
    let default_port = match origin.scheme_str() {
        Some("https") => 443,
        Some("http") => 80,
        _ => return false,
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let Some(Ok(host)) = host.map(str::parse::<axum::http::uri::Authority>) else {
        return false;
    };
    let origin_port = origin.port_u16().unwrap_or(default_port);
    let host_port = host.port_u16().unwrap_or(default_port);
    origin
        .host()
        .is_some_and(|name| name.eq_ignore_ascii_case(host.host()))
        && origin_port == host_port
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::AllowedOrigins;

    fn headers(host: &'static str, origin: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        headers
    }

    #[test]
    fn a_page_of_the_servers_own_host_may_connect_and_another_may_not() {
        for (host, origin, allowed) in [
            ("app.example.com", "https://app.example.com", true),
            ("app.example.com:443", "https://app.example.com", true),
            ("localhost:8787", "http://localhost:8787", true),
            ("LOCALHOST:8787", "http://localhost:8787", true),
            ("[::1]:8787", "http://[::1]:8787", true),
            ("localhost:8787", "http://localhost:8080", false),
            ("app.example.com", "https://example.com", false),
            ("app.example.com", "https://app.example.com.evil.com", false),
            ("app.example.com", "null", false),
            ("app.example.com", "file://app.example.com", false),
            (
                "app.example.com",
                "chrome-extension://app.example.com",
                false,
            ),
        ] {
            let got = AllowedOrigins::SameOrigin.allows(&headers(host, origin));
            assert_eq!(got, allowed, "{origin} at {host}");
        }
    }

    #[test]
    fn listed_origins_may_connect_beside_the_own_one() {
        let origins = AllowedOrigins::List(vec!["https://app.example.com".into()]);
        assert!(origins.allows(&headers("sync.example.com", "https://app.example.com")));
        assert!(origins.allows(&headers("sync.example.com", "https://sync.example.com")));
        assert!(!origins.allows(&headers("sync.example.com", "http://app.example.com")));
        assert!(AllowedOrigins::SameOrigin.allows(&HeaderMap::new()));
    }
}
