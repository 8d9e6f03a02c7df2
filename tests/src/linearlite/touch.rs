//! What fingers do.
//!
//! The driver's own actions forget a finger that stays on the page from one command to the next, so these are the
//! browser's: they go the same way as those of a touch screen, through its scrolling and its taps.

use std::time::Duration;

use serde_json::{Value, json};

use super::Linearlite;
use crate::Failure;

/// How long a finger takes from one point to the next.
const STEP: Duration = Duration::from_millis(16);

impl Linearlite {
    /// Puts a finger on the middle of a card, waits so long, and leaves it there. Returns where that is.
    pub async fn touch_card(&self, card: &str, rest: Duration) -> Result<(i64, i64), Failure> {
        let middle = self.place_on_card(card, 0.5).await?;
        self.touch("touchStart", &[middle]).await?;
        tokio::time::sleep(rest).await;
        Ok(middle)
    }

    /// Moves the finger that is on the page in steps.
    pub async fn move_finger(&self, from: (i64, i64), to: (i64, i64)) -> Result<(), Failure> {
        const STEPS: i64 = 8;
        let between = |from: i64, to: i64, step: i64| from + (to - from) * step / STEPS;
        for step in 1..=STEPS {
            let place = (between(from.0, to.0, step), between(from.1, to.1, step));
            self.touch("touchMove", &[place]).await?;
            tokio::time::sleep(STEP).await;
        }
        Ok(())
    }

    /// Puts a second finger beside the one on the page, and takes it away.
    pub async fn tap_with_another(
        &self,
        first: (i64, i64),
        second: (i64, i64),
    ) -> Result<(), Failure> {
        self.touch("touchStart", &[first, second]).await?;
        self.touch("touchEnd", &[first]).await
    }

    /// Takes the finger off the page.
    pub async fn lift_finger(&self) -> Result<(), Failure> {
        self.touch("touchEnd", &[]).await
    }

    /// Has the browser take the touch away, as it does when the system wants it.
    pub async fn lose_finger(&self) -> Result<(), Failure> {
        self.touch("touchCancel", &[]).await
    }

    /// Returns a place on a card, so far down.
    pub async fn place_on_card(&self, card: &str, down: f64) -> Result<(i64, i64), Failure> {
        const FIND: &str = "const card = [...document.querySelectorAll('.card')].find((card) => card.textContent.includes(arguments[0])); \
            const { left, top, width, height } = card.getBoundingClientRect(); \
            return [Math.round(left + width / 2), Math.round(top + height * arguments[1])];";
        self.script(FIND, vec![json!(card), json!(down)]).await
    }

    /// Tells the browser where fingers are by now.
    async fn touch(&self, kind: &str, fingers: &[(i64, i64)]) -> Result<(), Failure> {
        let points: Vec<Value> = (0..)
            .zip(fingers)
            .map(|(id, (x, y))| json!({ "id": id, "x": x, "y": y }))
            .collect();
        let event = json!({ "type": kind, "touchPoints": points });
        self.show().await?;
        self.driver()
            .cdp()
            .send_raw("Input.dispatchTouchEvent", event)
            .await?;
        Ok(())
    }
}
