//! TodoMVC without a browser: what the page must show after what the user did.

use livestore_tests::todomvc::{Filter, Page, Todo, list};

/// The app's whole state.
#[derive(Debug)]
pub(crate) struct Model {
    todos: Vec<Todo>,
    filter: Filter,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            todos: Vec::new(),
            filter: Filter::All,
        }
    }

    pub(crate) fn add(&mut self, text: &str) {
        self.todos.push(Todo::active(text));
    }

    pub(crate) fn choose(&mut self, filter: Filter) {
        self.filter = filter;
    }

    pub(crate) fn toggle(&mut self, row: usize) {
        let todo = self.behind(row);
        todo.completed = !todo.completed;
    }

    pub(crate) fn rewrite(&mut self, row: usize, text: &str) {
        self.behind(row).text = text.to_owned();
    }

    pub(crate) fn delete(&mut self, row: usize) {
        let index = self.visible()[row];
        self.todos.remove(index);
    }

    pub(crate) fn toggle_all(&mut self) {
        let completed = !self.all_completed();
        for todo in &mut self.todos {
            todo.completed = completed;
        }
    }

    pub(crate) fn clear_completed(&mut self) {
        self.todos.retain(|todo| !todo.completed);
    }

    /// How many rows the list has.
    pub(crate) fn rows(&self) -> usize {
        self.visible().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.todos.is_empty()
    }

    pub(crate) fn any_completed(&self) -> bool {
        self.todos.iter().any(|todo| todo.completed)
    }

    /// Everything that has to be seen, in words.
    pub(crate) fn expected(&self) -> String {
        let Self { todos, filter } = self;
        format!("{filter} of the todos {}", list(todos))
    }

    /// Whether the page shows this state: the list, and all that is derived from it.
    pub(crate) fn is_shown_by(&self, page: &Page) -> bool {
        let rows: Vec<Todo> = self
            .visible()
            .into_iter()
            .map(|index| self.todos[index].clone())
            .collect();
        let list = page.todos() == rows
            && page.marks_agree()
            && page.items.iter().all(|item| !item.editing);
        if self.is_empty() {
            return list && !page.main && !page.footer;
        }
        let left = self.todos.iter().filter(|todo| !todo.completed).count();
        let sentence = format!("{left} item{} left", if left == 1 { "" } else { "s" });
        list && page.main
            && page.footer
            && page.left() == Some(sentence.as_str())
            && page.all_checked() == Some(self.all_completed())
            && page.selected() == [self.filter.to_string()]
            && page.clear_completed.is_some() == self.any_completed()
    }

    fn all_completed(&self) -> bool {
        self.todos.iter().all(|todo| todo.completed)
    }

    /// The todos in the list, by their index among all.
    fn visible(&self) -> Vec<usize> {
        let shown = |todo: &Todo| match self.filter {
            Filter::All => true,
            Filter::Active => !todo.completed,
            Filter::Completed => todo.completed,
        };
        (0..self.todos.len())
            .filter(|index| shown(&self.todos[*index]))
            .collect()
    }

    fn behind(&mut self, row: usize) -> &mut Todo {
        let index = self.visible()[row];
        &mut self.todos[index]
    }
}
