//! What a user does with TodoMVC.

use std::{fmt, panic::Location, time::Instant};

use serde_json::json;
use thirtyfour::{
    By, Key, TypingData, WebElement,
    error::{WebDriverError, WebDriverErrorInner, WebDriverResult},
};

use super::{Page, TodoMvc};
use crate::{Failure, wait};

type At = &'static Location<'static>;

/// Which todos the list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those still to be done.
    Active,
    /// Those that are done.
    Completed,
}

impl Filter {
    /// Every filter, in the order of the specification.
    pub const EACH: [Self; 3] = [Self::All, Self::Active, Self::Completed];

    /// Where its link leads.
    pub fn href(self) -> &'static str {
        match self {
            Self::All => "#/",
            Self::Active => "#/active",
            Self::Completed => "#/completed",
        }
    }
}

/// The text of its link.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl TodoMvc {
    /// Clicks into the field for a new todo.
    #[track_caller]
    pub fn focus_new_todo(&self) -> impl Future<Output = Result<(), Failure>> {
        self.click(
            Location::caller(),
            "click into the field for a new todo",
            ".new-todo",
        )
    }

    /// Types into the field for a new todo, without Enter.
    #[track_caller]
    pub fn type_new(
        &self,
        text: impl Into<TypingData>,
    ) -> impl Future<Output = Result<(), Failure>> {
        self.keys(
            Location::caller(),
            "type a new todo",
            ".new-todo",
            text.into(),
        )
    }

    /// Adds a todo the way a user does; what becomes of the text is up to the app.
    #[track_caller]
    pub fn add(&self, text: &str) -> impl Future<Output = Result<(), Failure>> {
        self.type_new(text + Key::Enter)
    }

    /// Adds several todos.
    #[track_caller]
    pub fn add_all(
        &self,
        texts: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> impl Future<Output = Result<(), Failure>> {
        let mut lines = String::new();
        for text in texts {
            lines.push_str(text.as_ref());
            lines.push(Key::Enter.value());
        }
        self.type_new(lines)
    }

    /// Puts text in at the cursor as an emoji picker or an input method does, in one go.
    ///
    /// The driver's own keys stop at the characters of Unicode's first plane.
    pub async fn insert(&self, text: &str) -> Result<(), Failure> {
        self.driver
            .cdp()
            .send_raw("Input.insertText", json!({ "text": text }))
            .await?;
        Ok(())
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Result<(), Failure> {
        Ok(self.driver.action_chain().send_keys(keys).perform().await?)
    }

    /// Clicks a todo's checkbox.
    #[track_caller]
    pub fn toggle(&self, todo: usize) -> impl Future<Output = Result<(), Failure>> {
        self.click(
            Location::caller(),
            format!("toggle todo {todo}"),
            row(todo, " .toggle"),
        )
    }

    /// Clicks the label of the checkbox that toggles all.
    #[track_caller]
    pub fn toggle_all(&self) -> impl Future<Output = Result<(), Failure>> {
        self.click(Location::caller(), "toggle all", "label[for=toggle-all]")
    }

    /// Moves the mouse over a todo, where its button to delete it is, and clicks that.
    #[track_caller]
    pub fn destroy(&self, todo: usize) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        async move {
            let action = format!("delete todo {todo}");
            self.act(at, action.clone(), row(todo, ""), async |li| {
                self.driver
                    .action_chain()
                    .move_to_element_center(&li)
                    .perform()
                    .await
            })
            .await?;
            self.click(at, action, row(todo, " .destroy")).await
        }
    }

    /// Double-clicks a todo's text and waits until it can be edited.
    #[track_caller]
    pub fn start_edit(&self, todo: usize) -> impl Future<Output = Result<Page, Failure>> {
        let at = Location::caller();
        async move {
            self.act(
                at,
                format!("double-click todo {todo}"),
                row(todo, " label"),
                async |label| {
                    self.driver
                        .action_chain()
                        .double_click_element(&label)
                        .perform()
                        .await
                },
            )
            .await?;
            let holds = |page: &Page| {
                let editing = page
                    .items
                    .get(todo)
                    .is_some_and(|item| item.editing && item.editor.is_some());
                editing && page.focus == format!("todo {todo} .edit")
            };
            let expected = format!("todo {todo} to be edited, with the focus in its field");
            wait::until(
                at,
                wait::PATIENCE,
                &expected,
                async || self.page().await,
                holds,
            )
            .await
        }
    }

    /// Replaces the text in the todo that is being edited, without Enter; `""` empties it.
    #[track_caller]
    pub fn rewrite(&self, text: &str) -> impl Future<Output = Result<(), Failure>> {
        let keys = if text.is_empty() {
            TypingData::from(Key::Backspace)
        } else {
            TypingData::from(text)
        };
        let at = Location::caller();
        async move {
            let editor = ".todo-list li.editing .edit";
            // The keys that select everything differ from system to system.
            let select = format!("document.querySelector('{editor}')?.select(); return null;");
            self.script::<()>(&select, vec![]).await?;
            self.keys(at, "rewrite the todo", editor, keys).await
        }
    }

    /// Clicks the link of a filter.
    #[track_caller]
    pub fn choose(&self, filter: Filter) -> impl Future<Output = Result<(), Failure>> {
        let link = format!(".filters a[href='{}']", filter.href());
        self.click(
            Location::caller(),
            format!("choose the filter {filter}"),
            link,
        )
    }

    /// Clicks the button that removes the completed todos.
    #[track_caller]
    pub fn clear_completed(&self) -> impl Future<Output = Result<(), Failure>> {
        self.click(
            Location::caller(),
            "clear completed todos",
            ".clear-completed",
        )
    }

    async fn click(
        &self,
        at: At,
        action: impl Into<String>,
        selector: impl Into<String>,
    ) -> Result<(), Failure> {
        self.act(at, action, selector, async |element| element.click().await)
            .await
    }

    async fn keys(
        &self,
        at: At,
        action: impl Into<String>,
        selector: impl Into<String>,
        keys: TypingData,
    ) -> Result<(), Failure> {
        self.act(at, action, selector, async |element| {
            element.send_keys(keys).await
        })
        .await
    }

    /// Finds the first element that matches, once it is there, and does something with it.
    async fn act(
        &self,
        at: At,
        action: impl Into<String>,
        selector: impl Into<String>,
        act: impl AsyncFnOnce(WebElement) -> WebDriverResult<()>,
    ) -> Result<(), Failure> {
        let outcome = match self.find(&selector.into()).await {
            Ok(element) => act(element).await,
            Err(error) => Err(error),
        };
        let action = action.into();
        outcome.map_err(|source| Failure::Action { at, action, source })
    }

    async fn find(&self, selector: &str) -> WebDriverResult<WebElement> {
        let start = Instant::now();
        loop {
            match self.driver.find(By::Css(selector)).await {
                Err(error) if is_missing(&error) && start.elapsed() < wait::PATIENCE => {
                    tokio::time::sleep(wait::PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }
}

fn is_missing(error: &WebDriverError) -> bool {
    matches!(error.as_inner(), WebDriverErrorInner::NoSuchElement(_))
}

/// A row of the list, or something in it.
fn row(todo: usize, within: &str) -> String {
    format!(".todo-list li:nth-of-type({}){within}", todo + 1)
}
