//! Authorization: who may connect to a store, read it, and push to it.
//!
//! What an event says is judged elsewhere, in `validate`.

#[cfg(feature = "jwt")]
mod jwt;

use std::{fmt, future::Future, net::IpAddr, pin::Pin, sync::Arc, time::SystemTime};

use axum::http::HeaderMap;
use livestore_core::event::StoreId;
use serde_json::Value;

#[cfg(feature = "jwt")]
pub use jwt::{Jwt, JwtKeyError};

/// The answer of an [`Authorizer`].
pub type Authorization = Pin<Box<dyn Future<Output = Result<Grant, Denied>> + Send>>;

/// Decides who may do what.
///
/// It is asked when somebody connects, and again at each pull and push, with the payload that comes with it.
pub trait Authorizer: fmt::Debug + Send + Sync + 'static {
    /// Decides.
    fn authorize(&self, request: AuthRequest) -> Authorization;
}

/// Somebody on the other end.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Client {
    /// What the app gives its backend (`syncPayload`): a token, for instance. It comes from outside.
    pub payload: Option<Arc<Value>>,
    /// The headers of the request that the connection was made with; cookies are among them.
    pub headers: Arc<HeaderMap>,
    /// Where it comes from, if the server was told.
    pub address: Option<IpAddr>,
}

/// What somebody wants to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthRequest {
    /// What.
    pub action: Action,
    /// In which store.
    pub store: StoreId,
    /// Who.
    pub client: Client,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Make a connection, or keep it with another payload.
    Connect,
    /// Read a store.
    Pull,
    /// Append to a store.
    Push,
}

/// A yes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// Until when it holds; then the connection is closed, unless the client has sent another payload.
    pub expires_at: Option<SystemTime>,
}

impl Grant {
    /// A yes that holds as long as the connection.
    pub fn lasting() -> Self {
        Self::default()
    }

    /// Returns a yes that holds as long as this and another one do.
    pub(crate) fn and(self, other: Option<&Self>) -> Self {
        let ends = [self.expires_at, other.and_then(|other| other.expires_at)];
        Self {
            expires_at: ends.into_iter().flatten().min(),
        }
    }

    /// A yes that holds until then.
    pub fn until(expires_at: SystemTime) -> Self {
        Self {
            expires_at: Some(expires_at),
        }
    }
}

/// A no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// It is not known who asks: a token is missing, wrong or too old.
    #[error("{reason}")]
    Unauthenticated {
        /// Why; the client is told.
        reason: Arc<str>,
    },
    /// It is known who asks, and the answer is no.
    #[error("{reason}")]
    Forbidden {
        /// Why; the client is told.
        reason: Arc<str>,
    },
    /// It could not be found out; the client comes again.
    #[error("{reason}")]
    Unavailable {
        /// Why; the client is not told.
        reason: Arc<str>,
    },
}

impl Denied {
    /// It is not known who asks.
    pub fn unauthenticated(reason: impl Into<Arc<str>>) -> Self {
        Self::Unauthenticated {
            reason: reason.into(),
        }
    }

    /// It is known who asks, and the answer is no.
    pub fn forbidden(reason: impl Into<Arc<str>>) -> Self {
        Self::Forbidden {
            reason: reason.into(),
        }
    }
}

/// An [`Authorizer`] made of an async function.
pub(crate) struct Function<F>(pub(crate) F);

impl<F> fmt::Debug for Function<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function")
    }
}

impl<F, Fut> Authorizer for Function<F>
where
    F: Fn(AuthRequest) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Grant, Denied>> + Send + 'static,
{
    fn authorize(&self, request: AuthRequest) -> Authorization {
        Box::pin((self.0)(request))
    }
}
