//! What there is to see on the TodoMVC page, read in one go.

use std::fmt;

use serde::Deserialize;

/// Collects a [`Page`].
pub(super) const SCRIPT: &str = include_str!("page.js");

/// What the page shows at one moment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Page {
    /// The address bar's fragment, as `#/active`.
    pub address: String,
    /// The focused control: `.new-todo`, `todo 3 .destroy`, `link #/active`, `nothing`.
    pub focus: String,
    /// The field for a new todo.
    pub new_todo: Option<NewTodo>,
    /// Whether `.main` is there and visible.
    pub main: bool,
    /// The checkbox that toggles all todos.
    pub toggle_all: Option<ToggleAll>,
    /// The list, from top to bottom.
    pub items: Vec<Item>,
    /// Whether `.footer` is there and visible.
    pub footer: bool,
    /// The number of todos left.
    pub counter: Option<Counter>,
    /// The links that choose a filter.
    pub filters: Vec<Link>,
    /// The text of the button that clears completed todos, when it is visible.
    pub clear_completed: Option<String>,
}

/// The field for a new todo.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct NewTodo {
    /// What has been typed.
    pub text: String,
    /// What an empty field says.
    pub placeholder: String,
}

/// The checkbox that toggles all todos.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ToggleAll {
    /// Whether it is checked.
    pub checked: bool,
    /// Its id.
    pub id: String,
    /// Whether a `label[for=toggle-all]` is there.
    pub labelled: bool,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Item {
    /// The label's text.
    pub text: String,
    /// Whether the row has the class `completed`.
    pub completed: bool,
    /// Whether its checkbox is checked.
    pub checked: bool,
    /// Whether the row has the class `editing`.
    pub editing: bool,
    /// What stands in `.edit`, when that is visible.
    pub editor: Option<String>,
    /// Which of `.toggle`, `label` and `.destroy` are visible.
    pub controls: Vec<String>,
}

/// The number of todos left.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Counter {
    /// The whole sentence.
    pub text: String,
    /// What is in `strong`.
    pub number: String,
}

/// A link that chooses a filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Link {
    /// Its text.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// Whether it has the class `selected`.
    pub selected: bool,
}

/// A todo as a test expects it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// Its text.
    pub text: String,
    /// Whether it is done.
    pub completed: bool,
}

impl Todo {
    /// A todo that is still to be done.
    pub fn active(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            completed: false,
        }
    }

    /// A todo that is done.
    pub fn completed(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            completed: true,
        }
    }
}

impl Page {
    /// Returns the list as todos: text and class.
    pub fn todos(&self) -> Vec<Todo> {
        self.items
            .iter()
            .map(|item| Todo {
                text: item.text.clone(),
                completed: item.completed,
            })
            .collect()
    }

    /// Returns whether each row's checkbox says the same as its class.
    pub fn marks_agree(&self) -> bool {
        self.items.iter().all(|item| item.checked == item.completed)
    }

    /// Returns the texts of the links with the class `selected`.
    pub fn selected(&self) -> Vec<&str> {
        self.filters
            .iter()
            .filter(|link| link.selected)
            .map(|link| link.text.as_str())
            .collect()
    }

    /// Returns the sentence that says how many todos are left.
    pub fn left(&self) -> Option<&str> {
        self.counter.as_ref().map(|counter| counter.text.as_str())
    }

    /// Returns whether the checkbox for all todos is there and checked.
    pub fn all_checked(&self) -> Option<bool> {
        self.toggle_all
            .as_ref()
            .map(|toggle_all| toggle_all.checked)
    }

    /// Returns what has been typed into the field for a new todo.
    pub fn typed(&self) -> Option<&str> {
        self.new_todo.as_ref().map(|field| field.text.as_str())
    }
}

/// The list in one line, the rest as it is.
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            focus,
            new_todo,
            main,
            toggle_all,
            items,
            footer,
            counter,
            filters,
            clear_completed,
        } = self;
        writeln!(f, "the list {}", list(&self.todos()))?;
        for (row, item) in items.iter().enumerate() {
            if item.editing || item.editor.is_some() || item.checked != item.completed {
                writeln!(f, "  todo {row}: {item:?}")?;
            }
        }
        writeln!(
            f,
            "  address: {address:?}, focus: {focus}, new todo: {new_todo:?}"
        )?;
        writeln!(
            f,
            "  main: {main}, footer: {footer}, toggle all: {toggle_all:?}, clear completed: {clear_completed:?}"
        )?;
        write!(f, "  counter: {counter:?}, filters: {filters:?}")
    }
}

/// Writes todos as people do: `[x] "buy milk", [ ] "drink it"`.
pub fn list(todos: &[Todo]) -> String {
    if todos.is_empty() {
        return "(empty)".to_owned();
    }
    let line = |todo: &Todo| {
        format!(
            "[{}] {:?}",
            if todo.completed { 'x' } else { ' ' },
            todo.text
        )
    };
    todos.iter().map(line).collect::<Vec<_>>().join(", ")
}
