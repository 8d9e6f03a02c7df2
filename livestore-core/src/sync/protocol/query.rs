//! The query of the URL that a connection is made with.

use serde_json::Value;

/// How frames travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// A WebSocket, a frame per message.
    WebSocket,
    /// A POST per request, its answer a list of frames.
    Http,
}

/// What a URL's query says of a connection.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectQuery {
    /// The store.
    pub store_id: String,
    /// How frames travel.
    pub transport: Transport,
    /// What the app gives its backend: a token, for instance.
    pub payload: Option<Value>,
    /// The version of our additions that the client knows: see [`EXTENSION`](super::EXTENSION).
    pub extension: Option<u32>,
}

/// A query that no connection can be made with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidQuery {
    /// A parameter is not there.
    #[error("the query has no `{0}`")]
    Missing(&'static str),
    /// A parameter is not what it should be.
    #[error("the query's `{0}` cannot be read")]
    Unreadable(&'static str),
}

impl ConnectQuery {
    /// Reads a query, without its question mark. Other parameters are passed over.
    ///
    /// LiveStore encodes the payload twice; once does as well.
    ///
    /// # Errors
    /// When the store or the transport are not there, or a parameter cannot be read.
    pub fn parse(query: &str) -> Result<Self, InvalidQuery> {
        let (mut store_id, mut transport, mut payload, mut extension) = (None, None, None, None);
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let read = |name| percent_decode(value, true).ok_or(InvalidQuery::Unreadable(name));
            match key {
                "storeId" => store_id = Some(read("storeId")?),
                "transport" => transport = Some(read("transport")?),
                "payload" => payload = Some(read("payload")?),
                "livestore-rs" => extension = read("livestore-rs")?.parse().ok(),
                _ => {}
            }
        }
        let transport = match transport.as_deref() {
            Some("ws") => Transport::WebSocket,
            Some("http") => Transport::Http,
            Some(_) => return Err(InvalidQuery::Unreadable("transport")),
            None => return Err(InvalidQuery::Missing("transport")),
        };
        let unreadable = InvalidQuery::Unreadable("payload");
        let payload = payload
            .map(|text| read_payload(&text).ok_or(unreadable))
            .transpose()?;
        Ok(Self {
            store_id: store_id.ok_or(InvalidQuery::Missing("storeId"))?,
            transport,
            payload,
            extension,
        })
    }

    /// Returns the query, without a question mark.
    pub fn encode(&self) -> String {
        let mut query = String::from("storeId=");
        percent_encode(&self.store_id, b"*-._", true, &mut query);
        if let Some(payload) = &self.payload {
            let mut once = String::new();
            percent_encode(&payload.to_string(), b"-_.!~*'()", false, &mut once);
            query.push_str("&payload=");
            percent_encode(&once, b"*-._", true, &mut query);
        }
        query.push_str(match self.transport {
            Transport::WebSocket => "&transport=ws",
            Transport::Http => "&transport=http",
        });
        if let Some(extension) = self.extension {
            query.push_str(&format!("&livestore-rs={extension}"));
        }
        query
    }
}

/// No JSON is percent-encoded JSON too, but for numbers and words that are the same in both.
fn read_payload(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .ok()
        .or_else(|| serde_json::from_str(&percent_decode(text, false)?).ok())
}

fn percent_encode(text: &str, kept: &[u8], plus: bool, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(byte as char);
        } else if plus && byte == b' ' {
            out.push('+');
        } else {
            out.push('%');
            out.push(HEX[usize::from(byte >> 4)] as char);
            out.push(HEX[usize::from(byte & 15)] as char);
        }
    }
}

fn percent_decode(text: &str, plus: bool) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let mut digit = || (bytes.next()? as char).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            b'+' if plus => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}
