//! What a user does.

use std::{panic::Location, time::Duration};

use serde_json::json;
use thirtyfour::{By, Key, prelude::ElementQueryable};

use super::{Linearlite, Page};
use crate::Failure;

impl Linearlite {
    /// Presses keys one after the other, as the app's own help spells them: `c`, `g b`, `mod+k`, `alt+arrowup`.
    pub async fn press(&self, keys: &str) -> Result<(), Failure> {
        self.show().await?;
        for chord in keys.split(' ') {
            let mut actions = self
                .driver()
                .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
            let mut parts: Vec<&str> = chord.split('+').filter(|part| !part.is_empty()).collect();
            let last = parts.pop().unwrap_or("+");
            for modifier in &parts {
                actions = actions.key_down(named(modifier));
            }
            actions = match named_key(last) {
                Some(key) => actions.key_down(key.clone()).key_up(key),
                None => actions.send_keys(last),
            };
            for modifier in parts.iter().rev() {
                actions = actions.key_up(named(modifier));
            }
            actions.perform().await?;
        }
        Ok(())
    }

    /// Types a text where the focus is.
    pub async fn type_text(&self, text: &str) -> Result<(), Failure> {
        self.show().await?;
        let actions = self
            .driver()
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        Ok(actions.send_keys(text).perform().await?)
    }

    /// Clicks the first element that a selector finds.
    #[track_caller]
    pub fn click(&self, selector: &str) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        let selector = selector.to_owned();
        async move {
            self.show().await?;
            let clicked = async {
                let element = self.driver().query(By::Css(&*selector)).first().await?;
                element.click().await
            };
            clicked.await.map_err(|source| Failure::Action {
                at,
                action: format!("click `{selector}`"),
                source,
            })
        }
    }

    /// Clicks a button by its name.
    #[track_caller]
    pub fn click_button(&self, name: &str) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        let name = name.to_owned();
        async move {
            const FIND: &str = "const named = (b) => (b.getAttribute('aria-label') ?? b.textContent).trim().startsWith(arguments[0]); \
                const open = document.querySelector('dialog[open]') ?? document; \
                return [...open.querySelectorAll('button')].find((b) => named(b) && b.checkVisibility()) ?? null;";
            self.show().await?;
            let clicked = async {
                let found = self.driver().execute(FIND, vec![json!(name)]).await?;
                found.element()?.click().await
            };
            clicked.await.map_err(|source| Failure::Action {
                at,
                action: format!("click the button `{name}`"),
                source,
            })
        }
    }

    /// Creates an issue with the keyboard, and waits until the dialog is gone.
    #[track_caller]
    pub fn create(&self, title: &str) -> impl Future<Output = Result<(), Failure>> {
        let opened = self.until("the dialog for a new issue", |page| {
            page.dialog.as_deref() == Some("New issue") && page.focus == "Title"
        });
        let closed = self.until("the dialog to close", |page| page.dialog.is_none());
        let title = title.to_owned();
        async move {
            self.press("c").await?;
            opened.await?;
            self.type_text(&title).await?;
            self.press("enter").await?;
            closed.await?;
            Ok(())
        }
    }

    /// Creates issues one after the other, and waits until the list has just these, the last on top.
    #[track_caller]
    pub fn create_all(
        &self,
        titles: &'static [&'static str],
    ) -> impl Future<Output = Result<(), Failure>> {
        let listed = self.until("all that were created", move |page| {
            page.titles().iter().rev().eq(titles)
        });
        async move {
            for title in titles {
                self.create(title).await?;
            }
            listed.await?;
            Ok(())
        }
    }

    /// Opens a menu by its key, types, and takes the choice on top.
    #[track_caller]
    pub fn choose(&self, key: &str, typed: &str) -> impl Future<Output = Result<(), Failure>> {
        let opened = self.until("a menu", |page| {
            page.dialog.is_some() && page.choice.is_some() && page.focus.ends_with('…')
        });
        let (key, wanted) = (key.to_owned(), typed.to_owned());
        let found = {
            let wanted = wanted.clone();
            self.until(format!("the choice {wanted:?}"), move |page| {
                page.choice
                    .as_ref()
                    .is_some_and(|choice| choice.contains(&wanted))
            })
        };
        async move {
            self.press(&key).await?;
            opened.await?;
            self.type_text(&wanted).await?;
            found.await?;
            self.press("enter").await
        }
    }

    /// Runs a command of the palette.
    #[track_caller]
    pub fn command(&self, title: &str) -> impl Future<Output = Result<(), Failure>> {
        self.choose("mod+k", title)
    }

    /// Fills the store with samples, and waits until they are there.
    pub async fn seed(&self, size: &str) -> Result<Page, Failure> {
        self.command("Add sample issues").await?;
        self.until("the dialog for samples", |page| {
            page.dialog.as_deref() == Some("Add sample issues")
        })
        .await?;
        self.click_button(size).await?;
        self.until_at_last("the samples", |page| {
            page.dialog.is_none() && page.toasts.iter().any(|toast| toast.contains("added"))
        })
        .await
    }

    /// Takes a card into the hand and keeps it there.
    pub async fn hold_card(&self, card: &str) -> Result<(), Failure> {
        const FIND: &str = "return [...document.querySelectorAll('.card')].find((card) => card.textContent.includes(arguments[0]));";
        self.show().await?;
        let card = self.driver().execute(FIND, vec![json!(card)]).await?;
        let actions = self
            .driver()
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::from_millis(20)));
        let actions = actions.move_to_element_center(&card.element()?);
        let held = actions.click_and_hold().move_by_offset(20, 20);
        Ok(held.move_by_offset(20, 20).perform().await?)
    }

    /// Drags the card with one title on top of the one with another.
    pub async fn drag_card(&self, card: &str, onto: &str) -> Result<(), Failure> {
        const FIND: &str = "return [...document.querySelectorAll('.card')].find((card) => card.textContent.includes(arguments[0]));";
        self.show().await?;
        let from = self
            .driver()
            .execute(FIND, vec![json!(card)])
            .await?
            .element()?;
        let to = self
            .driver()
            .execute(FIND, vec![json!(onto)])
            .await?
            .element()?;
        let target = to.rect().await?;
        // A little above the middle: before that card.
        let (x, y) = (
            target.x + target.width / 2.0,
            target.y + target.height / 4.0,
        );
        let actions = self
            .driver()
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::from_millis(20)));
        actions
            .move_to_element_center(&from)
            .click_and_hold()
            .move_by_offset(10, 10)
            .move_to(x as i64, y as i64)
            .release()
            .perform()
            .await?;
        Ok(())
    }
}

fn named(modifier: &str) -> Key {
    match modifier {
        "mod" => Key::Control,
        "alt" => Key::Alt,
        _ => Key::Shift,
    }
}

fn named_key(key: &str) -> Option<Key> {
    Some(match key {
        "enter" => Key::Enter,
        "escape" => Key::Escape,
        "tab" => Key::Tab,
        "backspace" => Key::Backspace,
        "delete" => Key::Delete,
        "home" => Key::Home,
        "end" => Key::End,
        "arrowup" => Key::Up,
        "arrowdown" => Key::Down,
        "arrowleft" => Key::Left,
        "arrowright" => Key::Right,
        _ => return None,
    })
}
