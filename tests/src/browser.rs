//! Headless Chromium and its driver, from start to the last process gone.
//!
//! The programs are `chromedriver` and `chromium` (or `chromium-browser`, `google-chrome`) from `PATH`; the environment
//! variables `CHROMEDRIVER` and `CHROMIUM` name others. What a page shows or a user does is not in here.

mod driver;
mod own;
mod pool;
mod session;

pub use driver::Driver;
pub use own::OwnBrowser;
pub use pool::{Turn, take_turn};
pub use session::Session;
