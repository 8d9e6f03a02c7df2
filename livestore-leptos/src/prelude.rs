//! What an app's components usually need; the core's prelude included.

pub use livestore_core::prelude::*;

pub use crate::{
    DocumentSetter, EventFilter, QueryRows, Rows, StoreHandle, StoreProvider, StreamedEvent,
    SuspendingStoreProvider, UseEventStreamOptions, UseEventStreamReturn, UseNetworkStatusReturn,
    try_use_query, try_use_store, try_use_store_by_id, use_client_document, use_client_document_at,
    use_event_stream, use_event_stream_with_options, use_network_status, use_query,
    use_query_local, use_query_rows, use_row, use_store, use_store_by_id, use_store_status,
    use_sync_status,
};
