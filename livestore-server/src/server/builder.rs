//! Putting a server together.

use std::{fmt, future::Future, sync::Arc};

use tokio::sync::watch;

use super::{State, SyncServer};
use crate::{
    auth::{AuthRequest, Authorizer, Denied, Function, Grant},
    hub::{Hub, HubOptions},
    limits::{Admission, Limits, Rates, Timeouts},
    metrics::Metrics,
    origin::AllowedOrigins,
    storage::{EventStore, StoredEvent},
    validate::{Candidate, EachEvent, Validator},
};

/// Collects what a server is made of; [`build`](Self::build) puts it together.
#[derive(Default)]
#[must_use]
pub struct SyncServerBuilder {
    storage: Option<Arc<dyn EventStore>>,
    authorizer: Option<Arc<dyn Authorizer>>,
    validator: Option<Arc<dyn Validator>>,
    origins: AllowedOrigins,
    limits: Limits,
    timeouts: Timeouts,
    hub: HubOptions,
    behind_proxy: bool,
}

/// A server that can't be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// It has nowhere to keep events.
    #[error("a sync server needs a storage engine")]
    NoStorage,
    /// It was not called on a tokio runtime.
    #[error("a sync server runs on tokio, and no runtime is here")]
    NoRuntime,
}

impl fmt::Debug for SyncServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncServerBuilder")
            .field("storage", &self.storage)
            .field("authorizer", &self.authorizer)
            .field("validator", &self.validator)
            .finish_non_exhaustive()
    }
}

impl SyncServerBuilder {
    /// Says where events are kept.
    pub fn storage(self, storage: impl EventStore) -> Self {
        self.shared_storage(Arc::new(storage))
    }

    /// Says where events are kept, by an engine that others use too.
    pub fn shared_storage(mut self, storage: Arc<dyn EventStore>) -> Self {
        self.storage = Some(storage);
        self
    }

    /// Has a function decide who may do what; without one everybody may do everything.
    ///
    /// ```
    /// # use livestore_server::{SyncServer, auth::{Denied, Grant}};
    /// SyncServer::builder().authorize(async |request| {
    ///     match request.client.payload.as_deref().and_then(|payload| payload["token"].as_str()) {
    ///         Some("secret") => Ok(Grant::lasting()),
    ///         _ => Err(Denied::unauthenticated("the token is wrong")),
    ///     }
    /// });
    /// ```
    pub fn authorize<F, Fut>(self, authorize: F) -> Self
    where
        F: Fn(AuthRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Grant, Denied>> + Send + 'static,
    {
        self.authorizer(Function(authorize))
    }

    /// Has an [`Authorizer`] decide who may do what.
    pub fn authorizer(mut self, authorizer: impl Authorizer) -> Self {
        self.authorizer = Some(Arc::new(authorizer));
        self
    }

    /// Has a function say which events are never taken, and why.
    ///
    /// ```
    /// # use livestore_server::SyncServer;
    /// SyncServer::builder().validate(|_, event| match event.name.starts_with("v1.") {
    ///     true => Ok(()),
    ///     false => Err(format!("event `{}` is not known here", event.name)),
    /// });
    /// ```
    pub fn validate<F>(self, validate: F) -> Self
    where
        F: Fn(&Candidate<'_>, &StoredEvent) -> Result<(), String> + Send + Sync + 'static,
    {
        self.validator(EachEvent(Arc::new(validate)))
    }

    /// Has a [`Validator`] judge pushes.
    pub fn validator(mut self, validator: impl Validator) -> Self {
        self.validator = Some(Arc::new(validator));
        self
    }

    /// Says which web sites' pages may connect; only the server's own by default.
    pub fn origins(mut self, origins: AllowedOrigins) -> Self {
        self.origins = origins;
        self
    }

    /// Says how much the server takes.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says how long the server waits.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Says how the server uses memory and time for stores.
    pub fn hub(mut self, options: HubOptions) -> Self {
        self.hub = options;
        self
    }

    /// Says that all requests come through a proxy of ours, which adds where they come from to
    /// `x-forwarded-for`.
    pub fn behind_proxy(mut self, behind_proxy: bool) -> Self {
        self.behind_proxy = behind_proxy;
        self
    }

    /// Puts the server together, on a tokio runtime.
    ///
    /// # Errors
    /// Without a storage or a runtime.
    pub fn build(self) -> Result<SyncServer, BuildError> {
        let storage = self.storage.ok_or(BuildError::NoStorage)?;
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(BuildError::NoRuntime);
        }
        let metrics = Metrics::default();
        let hub = Hub::new(storage, self.validator, self.hub, metrics.clone());
        Ok(SyncServer {
            state: Arc::new(State {
                hub,
                authorizer: self.authorizer,
                origins: self.origins,
                rates: Rates::new(self.limits.http_requests_per_second),
                limits: self.limits,
                timeouts: self.timeouts,
                metrics,
                admission: Admission::new(),
                closing: watch::Sender::new(false),
                behind_proxy: self.behind_proxy,
            }),
        })
    }
}
