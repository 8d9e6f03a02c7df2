//! Joins, groups and aggregates, held against loops over the rows.

use std::collections::{BTreeMap, BTreeSet};

use livestore_core::prelude::*;

use crate::{
    fixture::{Random, open_with},
    testing::test,
};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "issues")]
pub(super) struct Issue {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) creator: Option<i64>,
    pub(super) status: String,
    pub(super) points: i64,
    pub(super) weight: Option<f64>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "users")]
pub(super) struct User {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) team: Option<i64>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "teams")]
pub(super) struct Team {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) title: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Filled")]
struct Filled {}

#[derive(Clone, Debug)]
struct World {
    issues: Vec<Issue>,
    users: Vec<User>,
    teams: Vec<Team>,
}

impl World {
    fn random(random: &mut Random) -> Self {
        let letter = |random: &mut Random| ["a", "b", "c"][random.below(3) as usize].to_owned();
        let maybe = |random: &mut Random| Some(random.below(5) as i64).filter(|&id| id > 0);
        Self {
            issues: (0..random.below(12) as i64)
                .map(|id| Issue {
                    id,
                    creator: maybe(random),
                    status: letter(random),
                    points: random.below(9) as i64 - 4,
                    weight: maybe(random).map(|weight| weight as f64 / 4.0),
                })
                .collect(),
            users: (1..1 + random.below(5) as i64)
                .map(|id| User {
                    id,
                    name: letter(random),
                    team: maybe(random),
                })
                .collect(),
            teams: (1..1 + random.below(4) as i64)
                .map(|id| Team {
                    id,
                    title: letter(random),
                })
                .collect(),
        }
    }

    fn store(&self) -> Store {
        let world = self.clone();
        let schema = Schema::builder()
            .table::<Issue>()
            .table::<User>()
            .table::<Team>()
            .on(move |_: &Filled, _| {
                (
                    Issue::insert().rows(&world.issues),
                    User::insert().rows(&world.users),
                    Team::insert().rows(&world.teams),
                )
            })
            .build()
            .unwrap();
        let store = open_with(schema);
        store.commit(Filled {}).unwrap();
        store
    }

    fn user(&self, id: Option<i64>) -> Option<User> {
        self.users.iter().find(|user| Some(user.id) == id).cloned()
    }

    fn team(&self, id: Option<i64>) -> Option<Team> {
        self.teams.iter().find(|team| Some(team.id) == id).cloned()
    }
}

fn for_each_world(check: impl Fn(&World, &Store, &str)) {
    for seed in 1..60 {
        let world = World::random(&mut Random::new(seed));
        check(&world, &world.store(), &format!("seed {seed}"));
    }
}

#[test]
fn an_inner_join_gives_the_pairs_of_rows_that_belong_together() {
    for_each_world(|world, store, seed| {
        let query = Issue::query()
            .join(Issue::CREATOR.on(User::ID))
            .filter(User::NAME.ne("b"))
            .filter(Issue::POINTS.gt(-2))
            .order_by(User::NAME.desc())
            .order_by(Issue::ID.asc());
        let mut expected: Vec<_> = world
            .issues
            .iter()
            .filter(|issue| issue.points > -2)
            .filter_map(|issue| Some((issue.clone(), world.user(issue.creator)?)))
            .filter(|(_, user)| user.name != "b")
            .collect();
        expected.sort_by(|left, right| right.1.name.cmp(&left.1.name));
        assert_eq!(store.query(&query).unwrap(), expected, "{seed}");
        let count = store.query(&query.count()).unwrap();
        assert_eq!(count, expected.len() as u64, "{seed}");
    });
}

#[test]
fn a_left_join_gives_rows_without_a_partner_too() {
    for_each_world(|world, store, seed| {
        let query = Issue::query()
            .left_join(Issue::CREATOR.on(User::ID))
            .left_join(User::TEAM.on(Team::ID))
            .order_by(Issue::ID.desc());
        let expected: Vec<_> = world
            .issues
            .iter()
            .rev()
            .map(|issue| {
                let user = world.user(issue.creator);
                let team = world.team(user.as_ref().and_then(|user| user.team));
                (issue.clone(), user, team)
            })
            .collect();
        assert_eq!(store.query(&query).unwrap(), expected, "{seed}");
        let names = query.select((Issue::ID, User::NAME, User::TEAM, Team::TITLE));
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(issue, user, team)| {
                (
                    issue.id,
                    user.as_ref().map(|user| user.name.clone()),
                    user.map(|user| user.team).filter(Option::is_some),
                    team.map(|team| team.title),
                )
            })
            .collect();
        assert_eq!(store.query(&names).unwrap(), expected, "{seed}");
    });
}

#[test]
fn conditions_on_several_tables_combine() {
    for_each_world(|world, store, seed| {
        type Both = (Issue, Option<User>);
        let query = Issue::query()
            .left_join(Issue::CREATOR.on(User::ID))
            .filter(
                Issue::STATUS
                    .eq("a")
                    .within::<Both, _>()
                    .or(User::NAME.eq("a").within()),
            )
            .order_by(Issue::ID.asc())
            .select(Issue::ID);
        let named_a = |issue: &Issue| world.user(issue.creator).is_some_and(|u| u.name == "a");
        let expected: Vec<_> = world
            .issues
            .iter()
            .filter(|issue| issue.status == "a" || named_a(issue))
            .map(|issue| issue.id)
            .collect();
        assert_eq!(store.query(&query).unwrap(), expected, "{seed}");
    });
}

#[test]
fn groups_are_counted_added_up_and_chosen() {
    for_each_world(|world, store, seed| {
        let query = Issue::query()
            .group_by(Issue::STATUS)
            .having(Issue::row_count().gt(1))
            .order_by(Issue::STATUS.asc())
            .select((
                Issue::STATUS,
                Issue::row_count(),
                Issue::POINTS.sum(),
                Issue::POINTS.max(),
                Issue::WEIGHT.avg(),
                Issue::CREATOR.count_distinct(),
            ));
        let mut groups = BTreeMap::<_, Vec<&Issue>>::new();
        for issue in &world.issues {
            groups.entry(issue.status.clone()).or_default().push(issue);
        }
        let expected: Vec<_> = groups
            .into_iter()
            .filter(|(_, issues)| issues.len() > 1)
            .map(|(status, issues)| {
                let weights: Vec<_> = issues.iter().filter_map(|issue| issue.weight).collect();
                let mean = weights.iter().sum::<f64>() / weights.len() as f64;
                let mut creators: Vec<_> =
                    issues.iter().filter_map(|issue| issue.creator).collect();
                creators.sort_unstable();
                creators.dedup();
                (
                    status,
                    issues.len() as i64,
                    issues.iter().map(|issue| issue.points).sum::<i64>(),
                    issues.iter().map(|issue| issue.points).max(),
                    (!weights.is_empty()).then_some(mean),
                    creators.len() as i64,
                )
            })
            .collect();
        assert_eq!(store.query(&query).unwrap(), expected, "{seed}");
        let count = store.query(&query.count()).unwrap();
        assert_eq!(count, expected.len() as u64, "the groups, {seed}");
    });
}

#[test]
fn one_value_is_made_of_all_rows_or_of_a_window_of_them() {
    for_each_world(|world, store, seed| {
        let points: Vec<_> = world.issues.iter().map(|issue| issue.points).collect();
        let all = Issue::query;
        assert_eq!(
            store.query(&all().sum(Issue::POINTS)).unwrap(),
            points.iter().sum::<i64>(),
            "{seed}"
        );
        assert_eq!(
            store.query(&all().min(Issue::POINTS)).unwrap(),
            points.iter().min().copied(),
            "{seed}"
        );
        let mean = points.iter().sum::<i64>() as f64 / points.len() as f64;
        assert_eq!(
            store.query(&all().avg(Issue::POINTS)).unwrap(),
            (!points.is_empty()).then_some(mean),
            "{seed}"
        );
        let window = || all().order_by(Issue::ID.asc()).limit(3).offset(1);
        let in_window = &points[1.min(points.len())..4.min(points.len())];
        assert_eq!(
            store.query(&window().sum(Issue::POINTS)).unwrap(),
            in_window.iter().sum::<i64>(),
            "{seed}"
        );
        assert_eq!(
            store.query(&window().max(Issue::POINTS)).unwrap(),
            in_window.iter().max().copied(),
            "{seed}"
        );
        let span = Issue::POINTS.max() - Issue::POINTS.min();
        let expected = in_window.iter().max().zip(in_window.iter().min());
        assert_eq!(
            store.query(&window().aggregate(span)).unwrap(),
            expected.map(|(max, min)| max - min),
            "{seed}"
        );
        let mut different = points.clone();
        different.sort_unstable();
        different.dedup();
        let distinct = all()
            .order_by(Issue::POINTS.asc())
            .select(Issue::POINTS)
            .distinct();
        assert_eq!(store.query(&distinct).unwrap(), different, "{seed}");
        assert_eq!(
            store.query(&distinct.count()).unwrap(),
            different.len() as u64,
            "{seed}"
        );
    });
}

#[test]
fn equal_rows_are_taken_once_where_one_value_is_made_of_them() {
    for_each_world(|world, store, seed| {
        let all = || Issue::query().distinct();
        let points: Vec<_> = world.issues.iter().map(|issue| issue.points).collect();
        let total = points.iter().sum::<i64>();
        assert_eq!(
            store.query(&all().sum(Issue::POINTS)).unwrap(),
            total,
            "{seed}"
        );
        let mean = (!points.is_empty()).then(|| total as f64 / points.len() as f64);
        assert_eq!(
            store.query(&all().avg(Issue::POINTS)).unwrap(),
            mean,
            "{seed}"
        );
        let pairs: BTreeSet<_> = world
            .issues
            .iter()
            .map(|issue| (&issue.status, issue.points))
            .collect();
        let different = Issue::query()
            .select((Issue::STATUS, Issue::POINTS))
            .distinct();
        let sum = pairs.iter().map(|(_, points)| points).sum::<i64>();
        assert_eq!(
            store.query(&different.clone().sum(Issue::POINTS)).unwrap(),
            sum,
            "{seed}"
        );
        let rows = different.aggregate(Issue::row_count());
        assert_eq!(store.query(&rows).unwrap(), pairs.len() as i64, "{seed}");
        let values: BTreeSet<_> = points.iter().collect();
        let different = Issue::query().select(Issue::POINTS).distinct();
        let sum = values.into_iter().sum::<i64>();
        assert_eq!(
            store.query(&different.sum(Issue::POINTS)).unwrap(),
            sum,
            "{seed}"
        );
    });
}

#[test]
fn one_value_of_groups_is_made_of_what_their_rows_have_in_common() {
    for_each_world(|world, store, seed| {
        let groups = || Issue::query().group_by((Issue::STATUS, Issue::POINTS));
        let different: BTreeSet<_> = world
            .issues
            .iter()
            .map(|issue| (&issue.status, issue.points))
            .collect();
        let sum = different.iter().map(|(_, points)| points).sum::<i64>();
        assert_eq!(
            store.query(&groups().sum(Issue::POINTS)).unwrap(),
            sum,
            "{seed}"
        );
        let count = groups().aggregate(Issue::row_count());
        assert_eq!(
            store.query(&count).unwrap(),
            different.len() as i64,
            "{seed}"
        );
        let error = store
            .query(&groups().sum(Issue::ID))
            .unwrap_err()
            .to_string();
        assert!(error.contains("group") && error.contains("`id`"), "{error}");
        assert!(store.live(groups().max(Issue::WEIGHT)).is_err());
    });
}

#[test]
fn a_value_is_looked_up_among_those_of_another_query() {
    for_each_world(|world, store, seed| {
        let members = User::query()
            .filter(User::TEAM.is_not_null())
            .select(User::ID);
        let query = Issue::query()
            .filter(Issue::CREATOR.is_in_select(members))
            .order_by(Issue::ID.asc());
        let expected: Vec<_> = world
            .issues
            .iter()
            .filter(|issue| {
                world
                    .user(issue.creator)
                    .is_some_and(|user| user.team.is_some())
            })
            .cloned()
            .collect();
        assert_eq!(store.query(&query).unwrap(), expected, "{seed}");
    });
}
