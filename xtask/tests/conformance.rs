//! The tables in `docs/conformance-*.md` name tests that exist, and leave out none of the behaviours they are about.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

/// A row of a table: what it is about, and the code in its cell of tests.
struct Row {
    place: String,
    ids: BTreeSet<String>,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn rows(document: &Path) -> Vec<Row> {
    let name = document.file_name().unwrap().to_string_lossy().into_owned();
    let text = fs::read_to_string(document).unwrap();
    let rows = text.lines().enumerate().filter_map(|(number, line)| {
        let cells: Vec<_> = line.strip_prefix('|')?.split('|').collect();
        Some(Row {
            place: format!("{name}:{}", number + 1),
            ids: ids(cells[0]),
            tests: code(cells.get(1).unwrap_or(&"")),
        })
    });
    rows.collect()
}

/// The ids of a cell like `SEQ-03, 05`, `HEAD-01..03` or `12.14 item 5`.
fn ids(cell: &str) -> BTreeSet<String> {
    let cell = cell.trim();
    if let Some(item) = cell.strip_prefix("12.14 item ") {
        return BTreeSet::from([format!("item {item}")]);
    }
    let mut ids = BTreeSet::new();
    let mut family = "";
    for part in cell.split(", ") {
        let numbers = part.split_once('-').map_or(part, |(name, numbers)| {
            family = name;
            numbers
        });
        let (first, last) = numbers.split_once("..").unwrap_or((numbers, numbers));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            ids.extend((first..=last).map(|number| format!("{family}-{number:02}")));
        }
    }
    ids
}

/// What stands between backticks.
fn code(cell: &str) -> Vec<String> {
    let pieces = cell.split('`').skip(1).step_by(2);
    pieces.map(str::to_owned).collect()
}

/// Where tests are in files of their own.
const TESTS: [&str; 4] = [
    "livestore-core/tests",
    "livestore-leptos/tests",
    "livestore-server/tests",
    "tests/tests",
];
/// Where they are beside the code.
const SOURCES: [&str; 2] = ["livestore-core/src", "livestore-macros/src"];
/// A crate's name in a cell says whose test is meant.
const CRATES: [&str; 2] = ["livestore-core", "livestore-macros"];

/// Whether a test exists: `path::name` is a function in that file, `path` a file or folder of tests.
fn exists(test: &str) -> bool {
    let (path, name) = match test.rsplit_once("::") {
        Some((path, name)) => (path, Some(name)),
        None => (test.trim_end_matches('/'), None),
    };
    let root = root();
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let interop = path.strip_prefix("interop/").unwrap_or(path);
    let tests = TESTS
        .map(|folder| root.join(folder).join(path))
        .into_iter()
        .chain([root.join("tests/interop/tests").join(interop)]);
    let sources = SOURCES.map(|folder| root.join(folder)).map(|source| {
        [
            source.join(path),
            source.join(path).join("tests"),
            source.join(folder).join("tests").join(file),
        ]
    });
    let mut places = tests.chain(sources.into_iter().flatten());

    places.any(|place| match name {
        None => place.is_dir() || place.with_extension("rs").is_file(),
        Some(name) => defines(&place.with_extension("rs"), name) || defines(&place, name),
    })
}

/// Whether a file, or one in a folder, has a function of that name.
fn defines(place: &Path, name: &str) -> bool {
    if let Ok(entries) = fs::read_dir(place) {
        let mut entries = entries.map(|entry| entry.unwrap().path());
        return entries.any(|entry| defines(&entry, name));
    }
    fs::read_to_string(place).is_ok_and(|text| text.contains(&format!("fn {name}(")))
}

#[test]
fn every_test_that_a_conformance_table_names_exists() {
    let mut missing = Vec::new();
    let mut named = 0;
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let document = entry.unwrap().path();
        let name = document.file_name().unwrap().to_string_lossy();
        if !name.starts_with("conformance-") {
            continue;
        }
        for row in rows(&document) {
            let is_test = |test: &&String| !CRATES.contains(&test.as_str()) && !test.contains(' ');
            let tests = row.tests.iter().filter(is_test);
            named += tests.clone().count();
            let absent = tests.filter(|test| !exists(test));
            missing.extend(absent.map(|test| format!("{}: {test}", row.place)));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 300, "the tables are read: {named}");
}

/// Checks that a document has a row for every number of these families.
fn assert_complete(document: &str, families: &[(&str, &[RangeInclusive<u32>])]) {
    let rows = rows(&root().join("docs").join(document));
    let listed: BTreeSet<_> = rows.into_iter().flat_map(|row| row.ids).collect();
    let wanted = families.iter().flat_map(|(family, ranges)| {
        let numbers = ranges.iter().cloned().flatten();
        numbers.map(move |number| match *family {
            "item" => format!("item {number}"),
            _ => format!("{family}-{number:02}"),
        })
    });
    let missing: Vec<_> = wanted.filter(|id| !listed.contains(id)).collect();
    assert!(missing.is_empty(), "{document} leaves out {missing:?}");
}

#[test]
fn every_behaviour_of_sync_has_a_row() {
    assert_complete(
        "conformance-sync.md",
        &[
            ("MRG", &[1..=26]),
            ("SEQ", &[1..=6]),
            ("EVT", &[1..=2, 10..=11, 20..=21]),
            ("LDR", &[1..=21]),
            ("SES", &[1..=29]),
            ("STR", &[1..=9, 20..=20]),
            ("JRN", &[1..=5]),
            ("HEAD", &[1..=3]),
            ("item", &[1..=22]),
        ],
    );
}

#[test]
fn every_behaviour_of_the_web_adapter_has_a_row() {
    assert_complete("conformance-web.md", &[("WEB", &[1..=13])]);
}

#[test]
fn a_test_that_does_not_exist_is_noticed() {
    assert!(exists(
        "suite/events::str_04_the_event_a_stream_starts_after_is_not_in_it"
    ));
    assert!(!exists(
        "suite/events::str_04_the_event_a_stream_starts_after"
    ));
    assert!(!exists("suite/no_such_file"));
}
