//! What an app's components usually need; the core's prelude included.

pub use livestore_core::prelude::*;

pub use crate::{
    Rows, StoreHandle, StoreProvider, try_use_query, try_use_store, use_query, use_store,
    use_store_status, use_sync_status,
};
