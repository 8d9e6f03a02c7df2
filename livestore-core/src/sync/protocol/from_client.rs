//! What a client sends.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Call, Method, PullPayload, RequestId, Transport, WireError, frames_of};

/// A frame from a client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientFrame {
    /// Are you there?
    Ping,
    /// Do this.
    Request(Request),
    /// A chunk of this request has come.
    Ack {
        /// The request.
        request_id: RequestId,
    },
    /// The answer of this request is not wanted any more. What a push does is done all the same.
    Interrupt {
        /// The request.
        request_id: RequestId,
    },
    /// Nothing more will come.
    Eof,
    /// A frame that this version does not know.
    Unknown {
        /// Its tag.
        tag: String,
    },
}

/// A call.
#[derive(Clone, Debug)]
pub struct Request {
    /// What its answer is known by.
    pub id: RequestId,
    /// What is called: see [`Method`].
    pub tag: String,
    /// What it is called with, as JSON; [`call`](Self::call) reads it.
    pub payload: Arc<RawValue>,
    /// Of tracing; not always hexadecimal.
    pub trace_id: Option<String>,
    /// Of tracing; not always hexadecimal.
    pub span_id: Option<String>,
    /// Of tracing.
    pub sampled: Option<bool>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// Makes a request.
    pub fn new(id: RequestId, transport: Transport, call: &Call) -> Self {
        Self {
            id,
            tag: call.method().tag(transport).to_owned(),
            payload: call.payload().into(),
            trace_id: None,
            span_id: None,
            sampled: None,
            headers: Vec::new(),
        }
    }

    /// Reads what is called for, and over which transport.
    ///
    /// # Errors
    /// When the tag is not known, or its payload cannot be read.
    pub fn call(&self) -> Result<(Transport, Call), WireError> {
        let (transport, method) =
            Method::from_tag(&self.tag).ok_or_else(|| WireError::UnknownCall {
                tag: self.tag.clone(),
            })?;
        let read = match Call::read(method, self.payload.get()) {
            Ok(Call::Pull(PullPayload { live: None, .. })) if transport == Transport::WebSocket => {
                Err(serde::de::Error::missing_field("live"))
            }
            read => read,
        };
        let call = read.map_err(|source| WireError::Payload {
            tag: self.tag.clone(),
            source,
        })?;
        Ok((transport, call))
    }
}

/// The keys that frames have between them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    #[serde(rename = "_tag", borrow)]
    tag: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<RequestId>,
    #[serde(rename = "tag", borrow, skip_serializing_if = "Option::is_none")]
    call: Option<Cow<'a, str>>,
    #[serde(
        default,
        deserialize_with = "super::present",
        skip_serializing_if = "Option::is_none"
    )]
    payload: Option<Arc<RawValue>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    trace_id: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    span_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sampled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Vec<(String, String)>>,
}

impl<'a> Flat<'a> {
    fn new(tag: &'a str) -> Self {
        Self {
            tag: tag.into(),
            request_id: None,
            id: None,
            call: None,
            payload: None,
            trace_id: None,
            span_id: None,
            sampled: None,
            headers: None,
        }
    }
}

impl ClientFrame {
    /// Reads the frames of a message: one, or as a later version sends them, a list.
    ///
    /// # Errors
    /// When it is not JSON, or a frame lacks what its kind needs.
    pub fn decode(text: &str) -> Result<Vec<Self>, WireError> {
        frames_of(text)?
            .into_iter()
            .map(|frame| {
                serde_json::from_str(frame)
                    .map_err(|source| WireError::Frame { source })
                    .and_then(Self::from_flat)
            })
            .collect()
    }

    fn from_flat(flat: Flat<'_>) -> Result<Self, WireError> {
        let missing = |key| WireError::Incomplete {
            frame: flat.tag.clone().into_owned(),
            key,
        };
        Ok(match &*flat.tag {
            "Ping" => Self::Ping,
            "Eof" => Self::Eof,
            "Ack" => Self::Ack {
                request_id: flat.request_id.ok_or_else(|| missing("requestId"))?,
            },
            "Interrupt" => Self::Interrupt {
                request_id: flat.request_id.ok_or_else(|| missing("requestId"))?,
            },
            "Request" => Self::Request(Request {
                id: flat.id.ok_or_else(|| missing("id"))?,
                tag: flat.call.ok_or_else(|| missing("tag"))?.into_owned(),
                payload: flat.payload.ok_or_else(|| missing("payload"))?,
                trace_id: flat.trace_id.map(Cow::into_owned),
                span_id: flat.span_id.map(Cow::into_owned),
                sampled: flat.sampled,
                headers: flat.headers.unwrap_or_default(),
            }),
            tag => Self::Unknown {
                tag: tag.to_owned(),
            },
        })
    }

    /// Returns the frame as text.
    pub fn encode(&self) -> String {
        let flat = match self {
            Self::Ping => Flat::new("Ping"),
            Self::Eof => Flat::new("Eof"),
            Self::Unknown { tag } => Flat::new(tag),
            Self::Ack { request_id } => Flat {
                request_id: Some(request_id.clone()),
                ..Flat::new("Ack")
            },
            Self::Interrupt { request_id } => Flat {
                request_id: Some(request_id.clone()),
                ..Flat::new("Interrupt")
            },
            Self::Request(request) => Flat {
                id: Some(request.id.clone()),
                call: Some(Cow::Borrowed(&request.tag)),
                payload: Some(Arc::clone(&request.payload)),
                trace_id: request.trace_id.as_deref().map(Cow::Borrowed),
                span_id: request.span_id.as_deref().map(Cow::Borrowed),
                sampled: request.sampled,
                headers: Some(request.headers.clone()),
                ..Flat::new("Request")
            },
        };
        serde_json::to_string(&flat).expect("a frame is made of JSON values")
    }
}
