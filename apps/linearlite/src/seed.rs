//! Sample data: issues that look like a team's, as many as asked for, the same every time.
//!
//! What is generated are events, as if people had made them over the last months. Committing them is the caller's.

mod words;

use livestore_core::{
    event::{EncodeEventError, EventBatch},
    prelude::*,
};

use crate::{
    order_key,
    schema::{CommentAdded, IssueCreated, LabelCreated, Priority, Status, UserJoined},
};

/// How many issues one commit creates: a few frames' worth, so that the page stays alive.
pub const BATCH: usize = 250;

const DAY: i64 = 86_400_000;

/// The labels of a new store; their ids are the same everywhere, so that making them twice makes them once.
pub const LABELS: [(&str, &str, &str); 6] = [
    ("label-bug", "Bug", "#eb5757"),
    ("label-feature", "Feature", "#bb87fc"),
    ("label-improvement", "Improvement", "#4ea7fc"),
    ("label-design", "Design", "#f2a33c"),
    ("label-performance", "Performance", "#4cb782"),
    ("label-docs", "Docs", "#95a2b3"),
];

/// The people of the samples.
pub const PEOPLE: [(&str, &str); 8] = [
    ("user-ada", "Ada Lovelace"),
    ("user-alan", "Alan Turing"),
    ("user-barbara", "Barbara Liskov"),
    ("user-edsger", "Edsger Dijkstra"),
    ("user-grace", "Grace Hopper"),
    ("user-leslie", "Leslie Lamport"),
    ("user-margaret", "Margaret Hamilton"),
    ("user-tony", "Tony Hoare"),
];

/// The events that make labels, for a new store.
pub fn labels() -> Vec<LabelCreated> {
    let label = |(id, name, color): (&str, &str, &str)| LabelCreated {
        id: id.to_owned(),
        name: name.to_owned(),
        color: color.to_owned(),
    };
    LABELS.into_iter().map(label).collect()
}

/// The events that bring the people.
pub fn people() -> Vec<UserJoined> {
    let join = |(id, name): (&str, &str)| UserJoined {
        id: id.to_owned(),
        name: name.to_owned(),
    };
    PEOPLE.into_iter().map(join).collect()
}

/// Generates issues one after the other, the oldest first.
#[derive(Debug)]
pub struct Generator {
    random: Random,
    made: usize,
    count: usize,
    now: DateTime,
    /// Some of the issues are assigned to the one who asked for them.
    me: Option<String>,
}

impl Generator {
    /// Prepares so many issues, the last of them made just now.
    pub fn new(count: usize, now: DateTime, me: Option<String>) -> Self {
        Self {
            random: Random(0x9e37_79b9_7f4a_7c15),
            made: 0,
            count,
            now,
            me,
        }
    }

    /// Returns the events of the next issues, `None` when all are made.
    pub fn next_batch(&mut self) -> Option<Result<EventBatch, EncodeEventError>> {
        let count = BATCH.min(self.count - self.made);
        (count > 0).then(|| {
            let mut batch = EventBatch::default();
            for _ in 0..count {
                self.push_issue(&mut batch)?;
            }
            Ok(batch)
        })
    }

    /// Returns how many issues have been generated.
    pub fn made(&self) -> usize {
        self.made
    }

    fn push_issue(&mut self, batch: &mut EventBatch) -> Result<(), EncodeEventError> {
        let at = self.time();
        self.made += 1;
        let random = &mut self.random;
        let (title, topic) = words::title(random);
        let id = new_id();
        let assignee = match (random.below(10), &self.me) {
            (0..2, _) => None,
            (2, Some(me)) => Some(me.clone()),
            _ => Some(random.pick(&PEOPLE).0.to_owned()),
        };
        batch.push(IssueCreated {
            id: id.clone(),
            description: words::description(random, topic),
            title,
            status: status(random),
            priority: priority(random),
            assignee_id: assignee,
            label_ids: labels_of(random),
            sort_order: order_key::newest_first(at),
            by: random.pick(&PEOPLE).0.to_owned(),
            at,
        })?;
        if self.random.below(12) == 0 {
            self.push_comment(id, at, batch)?;
        }
        Ok(())
    }

    fn push_comment(
        &mut self,
        issue_id: String,
        at: DateTime,
        batch: &mut EventBatch,
    ) -> Result<(), EncodeEventError> {
        batch.push(CommentAdded {
            id: new_id(),
            issue_id,
            body: words::comment(&mut self.random),
            by: self.random.pick(&PEOPLE).0.to_owned(),
            at: DateTime::from_millis((at.millis() + 40 * 60_000).min(self.now.millis())),
        })
    }

    /// Spreads the issues over the last 120 days.
    fn time(&self) -> DateTime {
        let share = (self.made + 1) as f64 / self.count as f64;
        let before = (1.0 - share) * 120.0 * DAY as f64;
        DateTime::from_millis(self.now.millis() - before as i64)
    }
}

fn status(random: &mut Random) -> Status {
    match random.below(100) {
        0..34 => Status::Done,
        34..62 => Status::Backlog,
        62..82 => Status::Todo,
        82..92 => Status::InProgress,
        _ => Status::Canceled,
    }
}

fn priority(random: &mut Random) -> Priority {
    match random.below(100) {
        0..5 => Priority::Urgent,
        5..25 => Priority::High,
        25..55 => Priority::Medium,
        55..75 => Priority::Low,
        _ => Priority::None,
    }
}

fn labels_of(random: &mut Random) -> Vec<String> {
    let count = [0, 1, 1, 1, 2][random.below(5)];
    let mut labels: Vec<String> = (0..count)
        .map(|_| random.pick(&LABELS).0.to_owned())
        .collect();
    labels.dedup();
    labels
}

/// SplitMix64: small, and the same numbers everywhere.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
