//! The rows of the scenarios: the same ones at every run.

use std::ops::Range;

use crate::schema::{IssueCreated, TodoCreated};

const STATUSES: [&str; 5] = ["backlog", "todo", "in_progress", "done", "canceled"];

/// Returns the id of a todo by its number.
pub fn todo_id(i: usize) -> String {
    format!("todo-{i:06}")
}

/// Returns todos by their numbers.
pub fn todos(numbers: Range<usize>) -> Vec<TodoCreated> {
    let todo = |i| TodoCreated {
        id: todo_id(i),
        text: format!("Todo number {i}: buy milk and bread"),
    };
    numbers.map(todo).collect()
}

/// Returns issues by their numbers.
pub(crate) fn issues(numbers: Range<usize>) -> Vec<IssueCreated> {
    numbers.map(issue).collect()
}

fn issue(i: usize) -> IssueCreated {
    let number = i as i64;
    let created = 1_700_000_000_000 + 1_000 * number;
    IssueCreated {
        id: number,
        title: format!("Issue {i}: something is broken in module {}", i % 37),
        status: STATUSES[i % STATUSES.len()].to_owned(),
        priority: number % 4,
        creator: format!("user-{}", i % 10),
        created,
        modified: created,
        kanbanorder: format!("a{i:06}"),
    }
}
