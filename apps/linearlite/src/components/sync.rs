//! The sync, made visible: an indicator, and what is behind it.

mod details;
mod indicator;
mod state;

pub use self::{
    details::SyncDetails,
    indicator::{SyncDot, SyncIndicator},
};
