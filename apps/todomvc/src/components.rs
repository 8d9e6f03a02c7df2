//! The parts of the page, one component per file.

mod footer;
mod new_todo;
mod notice;
mod sync_state;
mod todo_edit;
mod todo_item;
mod todo_list;

pub use footer::Footer;
pub use new_todo::NewTodo;
pub use notice::Notice;
pub use sync_state::SyncState;
pub use todo_list::TodoList;
