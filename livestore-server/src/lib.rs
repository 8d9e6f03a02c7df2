//! The sync backend of LiveStore: it orders each store's events and passes them on.

#![warn(missing_docs)]

pub mod storage;
