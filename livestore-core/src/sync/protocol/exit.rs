//! How a request ends.

use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq};
use serde_json::{Value, json};

use super::{RpcError, failure::words, present};

/// How a request ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Exit {
    /// As asked for; a push answers `{}`, a pull nothing.
    Success(Option<Value>),
    /// Not as asked for.
    Failure(Cause),
}

/// Why a request failed.
///
/// LiveStore 0.4 writes it as a tree, a later version as a list of its leaves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// For a reason that the call foresees.
    Fail(RpcError),
    /// For one that it does not.
    Die(Value),
    /// The client lost interest, or the server is closing.
    Interrupt {
        /// Who interrupted it; without meaning outside the server.
        fiber_id: Value,
    },
    /// For no reason.
    Empty,
    /// For one reason and then another.
    Sequential(Box<Cause>, Box<Cause>),
    /// For two reasons at once.
    Parallel(Box<Cause>, Box<Cause>),
    /// For these reasons, as a later version writes it.
    List(Vec<Cause>),
}

impl Cause {
    /// Says that the request was interrupted.
    pub fn interrupted() -> Self {
        Self::Interrupt {
            fiber_id: json!({ "_tag": "None" }),
        }
    }

    /// Returns its reasons in order.
    pub fn leaves(&self) -> Vec<&Cause> {
        let mut leaves = Vec::new();
        self.add_leaves(&mut leaves);
        leaves
    }

    fn add_leaves<'a>(&'a self, leaves: &mut Vec<&'a Cause>) {
        match self {
            Self::Fail(_) | Self::Die(_) | Self::Interrupt { .. } => leaves.push(self),
            Self::Empty => {}
            Self::Sequential(left, right) | Self::Parallel(left, right) => {
                left.add_leaves(leaves);
                right.add_leaves(leaves);
            }
            Self::List(causes) => causes.iter().for_each(|cause| cause.add_leaves(leaves)),
        }
    }

    /// Returns the error that the call foresees, if there is one among the reasons.
    pub fn error(&self) -> Option<&RpcError> {
        self.leaves().into_iter().find_map(|leaf| match leaf {
            Self::Fail(error) => Some(error),
            _ => None,
        })
    }

    /// Returns what is said to people.
    pub fn message(&self) -> String {
        let leaves = self.leaves();
        let said = leaves.iter().map(|leaf| match leaf {
            Self::Fail(error) => error.message(),
            Self::Die(defect) => words(defect),
            _ => "interrupted".to_owned(),
        });
        match &*said.collect::<Vec<_>>() {
            [] => "it failed without a reason".to_owned(),
            said => said.join("; "),
        }
    }
}

/// The keys that exits have between them.
#[derive(Serialize, Deserialize)]
pub(super) struct FlatExit<C> {
    #[serde(rename = "_tag")]
    tag: String,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<C>,
}

impl Exit {
    pub(super) fn from_flat(flat: FlatExit<Cause>) -> Result<Self, &'static str> {
        match (&*flat.tag, flat.cause) {
            ("Success", _) => Ok(Self::Success(flat.value)),
            ("Failure", Some(cause)) => Ok(Self::Failure(cause)),
            ("Failure", None) => Err("cause"),
            _ => Err("exit"),
        }
    }

    /// Returns the form to write; as a list of leaves for those who read it so.
    pub(super) fn to_flat(&self, as_list: bool) -> FlatExit<Written<'_>> {
        let (tag, value, cause) = match self {
            Self::Success(value) => ("Success", value.clone(), None),
            Self::Failure(cause) => ("Failure", None, Some(Written { cause, as_list })),
        };
        FlatExit {
            tag: tag.to_owned(),
            value,
            cause,
        }
    }
}

/// A cause as it is written for one client or another.
pub(super) struct Written<'a> {
    cause: &'a Cause,
    as_list: bool,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.as_list && !matches!(self.cause, Cause::List(_)) {
            return FlatCause::from(self.cause).serialize(serializer);
        }
        let leaves = self.cause.leaves();
        let mut list = serializer.serialize_seq(Some(leaves.len()))?;
        for leaf in leaves {
            list.serialize_element(&FlatCause::from(leaf))?;
        }
        list.end()
    }
}

/// The keys that causes have between them.
#[derive(Serialize)]
struct FlatCause {
    #[serde(rename = "_tag")]
    tag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RpcError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    defect: Option<Value>,
    #[serde(rename = "fiberId", skip_serializing_if = "Option::is_none")]
    fiber_id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Box<FlatCause>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<Box<FlatCause>>,
}

impl From<&Cause> for FlatCause {
    fn from(cause: &Cause) -> Self {
        let mut flat = FlatCause {
            tag: "",
            error: None,
            defect: None,
            fiber_id: None,
            left: None,
            right: None,
        };
        let mut both = |left: &Cause, right: &Cause| {
            flat.left = Some(Box::new(left.into()));
            flat.right = Some(Box::new(right.into()));
        };
        flat.tag = match cause {
            Cause::Sequential(left, right) => {
                both(left, right);
                "Sequential"
            }
            Cause::Parallel(left, right) => {
                both(left, right);
                "Parallel"
            }
            Cause::Fail(error) => {
                flat.error = Some(error.clone());
                "Fail"
            }
            Cause::Die(defect) => {
                flat.defect = Some(defect.clone());
                "Die"
            }
            Cause::Interrupt { fiber_id } => {
                flat.fiber_id = Some(fiber_id.clone());
                "Interrupt"
            }
            // A list inside a tree is nobody's form; its own is written by `Written`.
            Cause::Empty | Cause::List(_) => "Empty",
        };
        flat
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl From<Value> for Cause {
    fn from(mut value: Value) -> Self {
        if let Value::Array(causes) = value {
            return Self::List(causes.into_iter().map(Self::from).collect());
        }
        let tag = value.get("_tag").and_then(Value::as_str);
        let tag = tag.unwrap_or_default().to_owned();
        let mut part = |key: &str| value.get_mut(key).map(Value::take).unwrap_or_default();
        let mut both = || {
            (
                Box::new(part("left").into()),
                Box::new(part("right").into()),
            )
        };
        match &*tag {
            "Sequential" => {
                let (left, right) = both();
                Self::Sequential(left, right)
            }
            "Parallel" => {
                let (left, right) = both();
                Self::Parallel(left, right)
            }
            "Fail" => Self::Fail(part("error").into()),
            "Interrupt" => Self::Interrupt {
                fiber_id: part("fiberId"),
            },
            "Empty" => Self::Empty,
            "Die" => Self::Die(part("defect")),
            // What a cause can be beside these is not known.
            _ => Self::Die(value),
        }
    }
}
