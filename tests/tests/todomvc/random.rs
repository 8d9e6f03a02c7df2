//! Users do anything in any order: random steps, and after each the page must show what the model says.
//!
//! `LIVESTORE_E2E_SEED` runs another seed than the usual ones.

use std::env;

use fastrand::Rng;
use livestore_tests::{
    Failure,
    todomvc::{self, Filter, TodoMvc},
};
use thirtyfour::Key;

use crate::model::Model;

const STEPS: usize = 60;

#[test]
fn the_page_shows_the_model_after_any_steps() {
    todomvc::run(async |app| take_steps(app, seed_from_environment().unwrap_or(1)).await);
}

#[test]
fn the_page_shows_the_model_after_other_steps() {
    let seed = seed_from_environment().map_or(2, |seed| seed.wrapping_add(1));
    todomvc::run(async |app| take_steps(app, seed).await);
}

fn seed_from_environment() -> Option<u64> {
    let seed = env::var("LIVESTORE_E2E_SEED").ok()?;
    Some(seed.parse().expect("LIVESTORE_E2E_SEED is a number"))
}

/// One thing a user does; rows are those of the list as it is shown.
#[derive(Clone, Debug)]
enum Step {
    Add(String),
    Toggle(usize),
    ToggleAll,
    Edit { row: usize, text: String, end: End },
    Delete(usize),
    ClearCompleted,
    Choose(Filter),
}

/// How the user stops to edit.
#[derive(Clone, Copy, Debug)]
enum End {
    Enter,
    LeaveField,
    Escape,
}

async fn take_steps(app: &TodoMvc, seed: u64) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(seed);
    let mut model = Model::new();
    let mut history = Vec::new();
    while history.len() < STEPS {
        let step = choose_step(&mut rng, &model);
        history.push(step.clone());
        if let Err(failure) = take(app, &mut model, &step).await {
            let steps: Vec<String> = history.iter().map(|step| format!("{step:?}")).collect();
            panic!(
                "seed {seed}, step {} of these:\n{}\n{failure}",
                steps.len(),
                steps.join("\n")
            );
        }
    }
    Ok(())
}

/// Chooses something that can be done now. The list grows to about a dozen todos and stays there.
fn choose_step(rng: &mut Rng, model: &Model) -> Step {
    let rows = model.rows();
    loop {
        let step = match rng.u32(0..100) {
            0..30 if rows < 12 => Step::Add(text(rng)),
            30..52 if rows > 0 => Step::Toggle(rng.usize(0..rows)),
            52..72 if rows > 0 => edit(rng, rows),
            72..80 if rows > 3 => Step::Delete(rng.usize(0..rows)),
            80..83 if !model.is_empty() => Step::ToggleAll,
            83..86 if model.any_completed() => Step::ClearCompleted,
            86.. if !model.is_empty() => Step::Choose(Filter::EACH[rng.usize(0..3)]),
            _ => continue,
        };
        return step;
    }
}

fn edit(rng: &mut Rng, rows: usize) -> Step {
    let text = if rng.u32(0..8) == 0 {
        String::new()
    } else {
        text(rng)
    };
    let end = [End::Enter, End::LeaveField, End::Escape][rng.usize(0..3)];
    Step::Edit {
        row: rng.usize(0..rows),
        text,
        end,
    }
}

/// Few different texts, so that equal ones meet.
fn text(rng: &mut Rng) -> String {
    format!(
        "{} {}",
        ["buy", "drink", "return"][rng.usize(0..3)],
        ["milk", "tea", "cocoa"][rng.usize(0..3)]
    )
}

/// Takes the step in the browser and in the model, and compares.
async fn take(app: &TodoMvc, model: &mut Model, step: &Step) -> Result<(), Failure> {
    match step {
        Step::Add(text) => {
            app.add(text).await?;
            model.add(text);
        }
        Step::Toggle(row) => {
            app.toggle(*row).await?;
            model.toggle(*row);
        }
        Step::ToggleAll => {
            app.toggle_all().await?;
            model.toggle_all();
        }
        Step::Edit { row, text, end } => {
            app.start_edit(*row).await?;
            app.rewrite(text).await?;
            match end {
                End::Enter => app.press(Key::Enter).await?,
                End::LeaveField => app.focus_new_todo().await?,
                End::Escape => app.press(Key::Escape).await?,
            }
            match end {
                End::Escape => {}
                _ if text.is_empty() => model.delete(*row),
                _ => model.rewrite(*row, text),
            }
        }
        Step::Delete(row) => {
            app.destroy(*row).await?;
            model.delete(*row);
        }
        Step::ClearCompleted => {
            app.clear_completed().await?;
            model.clear_completed();
        }
        Step::Choose(filter) => {
            app.choose(*filter).await?;
            model.choose(*filter);
        }
    }
    app.until(model.expected(), |page| model.is_shown_by(page))
        .await?;
    Ok(())
}
