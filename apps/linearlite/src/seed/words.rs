//! The words that sample issues are made of.

use super::Random;

const FIXES: [&str; 8] = [
    "crashes when",
    "loses its place when",
    "is slow when",
    "shows stale data when",
    "flickers when",
    "ignores the keyboard when",
    "is cut off when",
    "forgets its settings when",
];

const TASKS: [&str; 8] = [
    "Add",
    "Redesign",
    "Speed up",
    "Write tests for",
    "Document",
    "Simplify",
    "Measure",
    "Polish",
];

const TOPICS: [&str; 24] = [
    "the command palette",
    "keyboard navigation in the board",
    "the sync indicator",
    "offline editing",
    "full-text search",
    "the issue list",
    "drag and drop between columns",
    "the label picker",
    "the onboarding tour",
    "CSV import",
    "the API rate limiter",
    "the weekly digest email",
    "notification grouping",
    "the mobile layout",
    "dark mode",
    "the attachment preview",
    "the filter menu",
    "the activity feed",
    "the billing page",
    "single sign-on",
    "the webhook log",
    "the export to Markdown",
    "time zone handling",
    "the undo history",
];

const CONDITIONS: [&str; 10] = [
    "two people edit at once",
    "the connection drops",
    "the list is filtered",
    "the window is narrow",
    "a title is very long",
    "the tab has been in the background",
    "switching workspaces",
    "there are more than 10,000 issues",
    "pasting from a spreadsheet",
    "the system theme changes",
];

const REASONS: [&str; 6] = [
    "Several customers have asked for it this month, and it came up again in the last review.",
    "It was fine before the last release; the change that broke it is probably the new cache.",
    "We see it in the error reports about twice a day, always from the same two versions.",
    "Nobody is blocked, but it makes the product feel unfinished.",
    "Support has a workaround. It takes ten minutes each time and has to be explained on the phone.",
    "It is the last thing that keeps us from switching this on for everybody.",
];

const STEPS: [&str; 6] = [
    "Open the page with a fresh profile",
    "Change two things in quick succession",
    "Go offline, wait a minute, come back",
    "Look at the console",
    "Compare with what another tab shows",
    "Reload and look again",
];

const COMMENTS: [&str; 8] = [
    "I can reproduce this on the current build. Looking into it.",
    "This is the same cause as the one from last week, I think.",
    "Could we get away with *not* doing this? The old behaviour was rarely used.",
    "Fixed on my branch, needs a test.",
    "Design is attached to the other ticket; the spacing there is final.",
    "I measured it: `38 ms` before, `4 ms` after.",
    "Let's take this in the next cycle.",
    "Works for me now. Can somebody with a slower machine confirm?",
];

/// A title, and what it is about.
pub(super) fn title(random: &mut Random) -> (String, &'static str) {
    let topic = *random.pick(&TOPICS);
    let title = match random.below(2) {
        0 => {
            let (fix, when) = (random.pick(&FIXES), random.pick(&CONDITIONS));
            format!("{} {fix} {when}", capitalized(topic))
        }
        _ => format!("{} {topic}", random.pick(&TASKS)),
    };
    (title, topic)
}

/// A description in Markdown.
pub(super) fn description(random: &mut Random, topic: &str) -> String {
    let reason = random.pick(&REASONS);
    match random.below(3) {
        0 => format!("{reason}\n\nThis is about **{topic}**."),
        1 => {
            let steps = [
                random.pick(&STEPS),
                random.pick(&STEPS),
                random.pick(&STEPS),
            ];
            format!(
                "{reason}\n\n### Steps\n\n1. {}\n2. {}\n3. {}\n\nWhat should happen: *{topic}* just works.",
                steps[0], steps[1], steps[2]
            )
        }
        _ => format!(
            "{reason}\n\n- [ ] Find out what {topic} does today\n- [ ] Decide with design\n- [x] Ask support how often it comes up"
        ),
    }
}

/// A comment in Markdown.
pub(super) fn comment(random: &mut Random) -> String {
    (*random.pick(&COMMENTS)).to_owned()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
