//! Adapters: where a store's data lives and where its leader runs.
//!
//! An adapter brings store and leader together and carries their messages: [`Memory`] in the thread of
//! whoever calls, [`Native`] in a thread and files of its own. What they share is here too: the desk a
//! leader sits at, and the driver that carries out what it wants of a backend. Platform code is only
//! here.

mod desk;
mod driver;
#[cfg(not(target_arch = "wasm32"))]
mod folder_lock;
mod fork;
mod in_process;
mod memory;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod registry;
#[cfg(feature = "remote")]
mod remote;
mod runtime;
pub mod web;

use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(not(target_arch = "wasm32"))]
pub use folder_lock::{FolderLock, FolderLockError};
pub use in_process::{FaultFactory, InProcessBackend};
pub use memory::Memory;
#[cfg(not(target_arch = "wasm32"))]
pub use native::Native;
pub use registry::{HeldStore, StoreRegistry};
#[cfg(feature = "remote")]
pub use remote::{SyncTransport, WsBackend};
pub use runtime::VirtualTime;
pub use web::WebAdapter;

/// Locks; a panic elsewhere leaves SQLite and the lists whole.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
