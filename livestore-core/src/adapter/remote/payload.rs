//! What an app gives its backend, and where it comes from.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

use crate::sync::BackendError;

type Answer = Pin<Box<dyn Future<Output = Result<Value, String>>>>;

/// Where a payload comes from.
#[derive(Clone)]
pub(in crate::adapter) enum PayloadSource {
    /// There is none.
    None,
    /// It is always the same.
    Fixed(Value),
    /// It is asked for whenever it is needed.
    Asked(Arc<dyn Fn() -> Answer + Send + Sync>),
}

impl PayloadSource {
    pub(in crate::adapter) fn asked<E: fmt::Display>(
        payload: impl AsyncFn() -> Result<Value, E> + Send + Sync + 'static,
    ) -> Self {
        let payload = Arc::new(payload);
        Self::Asked(Arc::new(move || {
            let payload = Arc::clone(&payload);
            Box::pin(async move { payload().await.map_err(|error| error.to_string()) })
        }))
    }

    /// Whether asking once more may give another one.
    pub(super) fn can_change(&self) -> bool {
        matches!(self, Self::Asked(_))
    }

    pub(in crate::adapter) async fn get(&self) -> Result<Option<Value>, BackendError> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(payload) => Ok(Some(payload.clone())),
            Self::Asked(ask) => match ask().await {
                Ok(payload) => Ok(Some(payload)),
                Err(reason) => Err(BackendError::failed(format_args!(
                    "there is no payload for it: {reason}"
                ))),
            },
        }
    }
}
