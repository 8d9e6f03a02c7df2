//! What a server sends.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

use super::{
    Cause, EXTENSION, Exit, PullResponse, RequestId, RpcError, WireError,
    exit::{FlatExit, Written},
    failure::error_value,
    frames_of,
};

/// A frame from a server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ServerFrame {
    /// I am here.
    Pong {
        /// The version of our additions, told to clients that know them: see [`EXTENSION`].
        extension: Option<u32>,
    },
    /// A piece of a request's answer.
    Chunk {
        /// The request.
        request_id: RequestId,
        /// The pages; at least one.
        values: ChunkValues,
    },
    /// A request has ended.
    Exit {
        /// The request.
        request_id: RequestId,
        /// How.
        exit: Exit,
    },
    /// All requests of the connection have failed.
    Defect {
        /// Why: `{"name":"Error","message":"…"}`, or a text.
        defect: Value,
    },
    /// The payload will soon not do any more: send another one
    /// ([`Method::UpdatePayload`](super::Method::UpdatePayload)). An addition of ours, see [`EXTENSION`].
    RefreshPayload,
    /// A frame that this version does not know.
    Unknown {
        /// Its tag.
        tag: String,
    },
}

/// The pages of a chunk, as JSON until they are wanted: what comes for a request that is over need not be
/// readable.
#[derive(Clone, Debug)]
pub struct ChunkValues(Arc<RawValue>);

impl ChunkValues {
    /// Encodes pages.
    pub fn new(pages: &[PullResponse]) -> Self {
        let raw = serde_json::value::to_raw_value(pages).expect("a page is made of JSON values");
        Self(raw.into())
    }

    /// Reads the pages.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn decode(&self) -> Result<Vec<PullResponse>, WireError> {
        serde_json::from_str(self.0.get()).map_err(|source| WireError::Frame { source })
    }
}

impl ServerFrame {
    /// Answers a ping, of a client that knows our additions or does not.
    pub fn pong(extended: bool) -> Self {
        Self::Pong {
            extension: extended.then_some(EXTENSION),
        }
    }

    /// Ends a pull.
    pub fn ended(request_id: RequestId) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Success(None),
        }
    }

    /// Says that a push is taken.
    pub fn accepted(request_id: RequestId) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Success(Some(json!({}))),
        }
    }

    /// Answers the ping that is a call, of a client without a connection.
    pub fn answered(request_id: RequestId) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Success(Some(json!({ "_tag": "SyncMessage.Pong" }))),
        }
    }

    /// Says that a request failed.
    pub fn failed(request_id: RequestId, error: impl Into<RpcError>) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Failure(Cause::Fail(error.into())),
        }
    }

    /// Says that a request failed for a reason that its call does not foresee.
    pub fn died(request_id: RequestId, defect: impl Into<String>) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Failure(Cause::Die(Value::String(defect.into()))),
        }
    }

    /// Answers an interrupt.
    pub fn interrupted(request_id: RequestId) -> Self {
        Self::Exit {
            request_id,
            exit: Exit::Failure(Cause::interrupted()),
        }
    }

    /// Says that nothing of this connection can go on.
    pub fn defect(message: impl Into<String>) -> Self {
        Self::Defect {
            defect: error_value(message.into()),
        }
    }
}

/// The keys that frames have between them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<'a> {
    #[serde(rename = "_tag", borrow)]
    tag: Cow<'a, str>,
    request_id: Option<RequestId>,
    values: Option<Arc<RawValue>>,
    exit: Option<FlatExit<Cause>>,
    #[serde(default, deserialize_with = "super::present")]
    defect: Option<Value>,
    livestore_rs: Option<u32>,
}

/// A frame as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FlatWritten<'a> {
    #[serde(rename = "_tag")]
    tag: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<FlatExit<Written<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    defect: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    livestore_rs: Option<u32>,
}

impl ServerFrame {
    /// Reads the frames of a message: one, or a list, which is the answer to an HTTP request.
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
            "Pong" => Self::Pong {
                extension: flat.livestore_rs,
            },
            "Chunk" => Self::Chunk {
                request_id: flat.request_id.ok_or_else(|| missing("requestId"))?,
                values: ChunkValues(flat.values.ok_or_else(|| missing("values"))?),
            },
            "Exit" => {
                let exit = flat.exit.ok_or_else(|| missing("exit"))?;
                let tag = &flat.tag;
                Self::Exit {
                    request_id: flat.request_id.ok_or_else(|| missing("requestId"))?,
                    exit: Exit::from_flat(exit).map_err(|key| WireError::Incomplete {
                        frame: tag.clone().into_owned(),
                        key,
                    })?,
                }
            }
            "Defect" => Self::Defect {
                defect: flat.defect.unwrap_or_default(),
            },
            "RefreshPayload" => Self::RefreshPayload,
            tag => Self::Unknown {
                tag: tag.to_owned(),
            },
        })
    }

    /// Returns the frame as text, in the form that the request's client reads.
    pub fn encode(&self) -> String {
        let empty = FlatWritten {
            tag: "",
            request_id: None,
            values: None,
            exit: None,
            defect: None,
            livestore_rs: None,
        };
        let written = match self {
            Self::Pong { extension } => FlatWritten {
                tag: "Pong",
                livestore_rs: *extension,
                ..empty
            },
            Self::Chunk { request_id, values } => FlatWritten {
                tag: "Chunk",
                request_id: Some(request_id),
                values: Some(&values.0),
                ..empty
            },
            Self::Exit { request_id, exit } => FlatWritten {
                tag: "Exit",
                exit: Some(exit.to_flat(request_id.is_number())),
                request_id: Some(request_id),
                ..empty
            },
            Self::Defect { defect } => FlatWritten {
                tag: "Defect",
                defect: Some(defect),
                ..empty
            },
            Self::RefreshPayload => FlatWritten {
                tag: "RefreshPayload",
                ..empty
            },
            Self::Unknown { tag } => FlatWritten { tag, ..empty },
        };
        serde_json::to_string(&written).expect("a frame is made of JSON values")
    }

    /// Returns frames as one text, the answer to an HTTP request.
    pub fn encode_all(frames: &[Self]) -> String {
        let frames: Vec<_> = frames.iter().map(Self::encode).collect();
        format!("[{}]", frames.join(","))
    }
}

/// Returns a [`ServerFrame::Chunk`] as text, of values that are encoded already
/// ([`PullResponse::encode`]): what goes to many clients is encoded once.
pub fn encode_chunk(request_id: &RequestId, values: &[impl AsRef<str>]) -> String {
    let size: usize = values.iter().map(|value| value.as_ref().len() + 1).sum();
    let mut text = String::with_capacity(size + 64);
    text.push_str(r#"{"_tag":"Chunk","requestId":"#);
    text.push_str(request_id.as_json());
    text.push_str(r#","values":["#);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(value.as_ref());
    }
    text.push_str("]}");
    text
}
