//! What a view shows: which issues, in which groups, in which order. It lives in the address bar.
//!
//! So a reload, a bookmark, a link to a colleague and the back button all bring the same view. Here is the plain data
//! and its form in an address; [`address`] ties it to the router.

mod address;
mod group;
mod trail;

pub use self::{
    address::{Address, provide_address, use_address},
    group::{Group, Grouping},
};

use livestore_core::{prelude::*, query::Order};

use crate::schema::{Issue, IssueLabel, Priority, Status};

/// Which issues are shown; an empty list lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub status: Vec<Status>,
    pub priority: Vec<Priority>,
    /// Users' ids; `None` is "nobody".
    pub assignee: Vec<Option<String>>,
    /// Labels' ids.
    pub label: Vec<String>,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    #[default]
    Priority,
    /// How far the work is.
    Status,
    Created,
    Updated,
    /// The order of the board.
    Manual,
}

/// What a view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewState {
    pub filters: Filters,
    pub grouping: Grouping,
    pub sort: SortBy,
    /// The other way round: the oldest, the least urgent first.
    pub reversed: bool,
}

/// Stands for "nobody" in the address bar.
const NOBODY: &str = "nobody";

impl SortBy {
    /// Every order.
    pub const EVERY: [Self; 5] = [
        Self::Priority,
        Self::Status,
        Self::Created,
        Self::Updated,
        Self::Manual,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Priority => "Priority",
            Self::Status => "Status",
            Self::Created => "Created",
            Self::Updated => "Updated",
            Self::Manual => "Manual",
        }
    }

    /// What stands in the address bar.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Priority => "priority",
            Self::Status => "status",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Manual => "manual",
        }
    }

    /// Reads what [`slug`](Self::slug) wrote.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|sort| sort.slug() == slug)
    }

    /// The orders to ask the store for. Each is one of the issues' indexes, read forwards or backwards, so that a page
    /// is read without sorting the rest.
    pub fn orders(self, reversed: bool) -> Vec<Order<Issue>> {
        // Newest and most urgent first, but the board's order as it is.
        let descending = reversed == (self == Self::Manual);
        macro_rules! orders {
            ($($column:ident),+) => {
                vec![$(if descending { Issue::$column.desc() } else { Issue::$column.asc() }),+]
            };
        }
        match self {
            Self::Priority => orders!(PRIORITY, CREATED_AT, ID),
            Self::Status => {
                // As the work goes, and the newest first where it is equally far.
                let mut orders = orders!(CREATED_AT, ID);
                let status = Issue::STATUS;
                orders.insert(
                    0,
                    if reversed {
                        status.desc()
                    } else {
                        status.asc()
                    },
                );
                orders
            }
            Self::Created => orders!(CREATED_AT, ID),
            Self::Updated => orders!(UPDATED_AT, ID),
            Self::Manual => orders!(SORT_ORDER, ID),
        }
    }
}

impl Filters {
    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The condition on the issues.
    pub fn predicate(&self) -> Predicate<Issue> {
        let mut all = vec![Issue::DELETED_AT.is_null()];
        if !self.status.is_empty() {
            all.push(Issue::STATUS.is_in(self.status.iter().copied()));
        }
        if !self.priority.is_empty() {
            all.push(Issue::PRIORITY.is_in(self.priority.iter().copied()));
        }
        if !self.assignee.is_empty() {
            let of = |user: &Option<String>| Issue::ASSIGNEE_ID.eq(user.clone());
            all.push(Predicate::any(self.assignee.iter().map(of)));
        }
        if !self.label.is_empty() {
            let labelled = IssueLabel::query()
                .filter(IssueLabel::LABEL_ID.is_in(self.label.iter().cloned()))
                .select(IssueLabel::ISSUE_ID);
            all.push(Issue::ID.is_in_select(labelled));
        }
        Predicate::all(all)
    }
}

impl ViewState {
    /// Reads the parameters of an address; what makes no sense is left out.
    pub fn from_params<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let list = |name: &str| {
            let values = get(name).unwrap_or_default().split(',');
            values.filter(|value| !value.is_empty()).collect::<Vec<_>>()
        };
        Self {
            filters: Filters {
                status: list("status")
                    .into_iter()
                    .filter_map(Status::from_slug)
                    .collect(),
                priority: list("priority")
                    .into_iter()
                    .filter_map(Priority::from_slug)
                    .collect(),
                assignee: list("assignee")
                    .into_iter()
                    .map(|id| (id != NOBODY).then(|| id.to_owned()))
                    .collect(),
                label: list("label").into_iter().map(str::to_owned).collect(),
            },
            grouping: get("group")
                .and_then(Grouping::from_slug)
                .unwrap_or_default(),
            sort: get("sort").and_then(SortBy::from_slug).unwrap_or_default(),
            reversed: get("order") == Some("reversed"),
        }
    }

    /// Writes the parameters of an address; what is as usual is left out.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let Self {
            filters,
            grouping,
            sort,
            reversed,
        } = self;
        let join = |values: Vec<&str>| values.join(",");
        let all = [
            (
                "status",
                join(filters.status.iter().map(|s| s.slug()).collect()),
            ),
            (
                "priority",
                join(filters.priority.iter().map(|p| p.slug()).collect()),
            ),
            (
                "assignee",
                join(
                    filters
                        .assignee
                        .iter()
                        .map(|user| user.as_deref().unwrap_or(NOBODY))
                        .collect(),
                ),
            ),
            ("label", filters.label.join(",")),
            ("group", unless_default(*grouping, Grouping::slug)),
            ("sort", unless_default(*sort, SortBy::slug)),
            (
                "order",
                if *reversed {
                    "reversed".to_owned()
                } else {
                    String::new()
                },
            ),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }
}

fn unless_default<T: Copy + Default + PartialEq>(value: T, slug: fn(T) -> &'static str) -> String {
    if value == T::default() {
        String::new()
    } else {
        slug(value).to_owned()
    }
}

/// Puts a value in or takes it out.
pub fn toggle<T: PartialEq>(values: &mut Vec<T>, value: T) {
    match values.iter().position(|other| *other == value) {
        Some(at) => {
            values.remove(at);
        }
        None => values.push(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(params: &[(&'static str, String)]) -> ViewState {
        ViewState::from_params(|name| {
            params
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| &**value)
        })
    }

    #[test]
    fn a_view_is_the_same_after_a_trip_through_the_address_bar() {
        let view = ViewState {
            filters: Filters {
                status: vec![Status::InProgress, Status::Todo],
                priority: vec![Priority::None],
                assignee: vec![None, Some("user-ada".into())],
                label: vec!["label-bug".into()],
            },
            grouping: Grouping::Assignee,
            sort: SortBy::Updated,
            reversed: true,
        };
        assert_eq!(read(&view.to_params()), view);
        assert!(ViewState::default().to_params().is_empty());
    }

    #[test]
    fn nonsense_in_the_address_shows_everything() {
        let params = [("status", "x,,y".to_owned()), ("sort", "z".to_owned())];
        assert_eq!(read(&params), ViewState::default());
    }
}
