//! TodoMVC in a real browser: the public app specification, behaviour by behaviour, and what a good app does beyond it.

mod adding;
mod clearing;
mod counting;
mod editing;
mod filtering;
mod keyboard;
mod model;
mod persistence;
mod random;
mod start;
mod syncing;
mod text;
mod theme;
mod toggling;
mod updates;
