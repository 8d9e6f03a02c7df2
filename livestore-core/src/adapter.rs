//! Adapters: where a store's data lives and where its leader runs.
//!
//! An adapter brings store and leader together and carries their messages. Platform code is only
//! here.

mod memory;

pub use memory::Memory;
