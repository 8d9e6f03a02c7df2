use super::{DateTime, civil, days};
use crate::{
    query::{ColumnType, EpochMillis, Value, ValueRef},
    testing::test,
};

fn time(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn times_are_read_and_written_as_javascript_writes_them() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (-2_203_977_600_000, "1900-02-28T00:00:00.000Z"),
        (DateTime::MIN.millis(), "0000-01-01T00:00:00.000Z"),
        (DateTime::MAX.millis(), "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(DateTime::from_millis(millis).to_string(), text);
        assert_eq!(time(text).millis(), millis, "{text}");
    }
}

#[test]
fn less_precise_times_and_offsets_are_read() {
    for (text, same) in [
        ("2024-02-29", "2024-02-29T00:00:00.000Z"),
        ("2024-02-29T12:34Z", "2024-02-29T12:34:00.000Z"),
        ("2024-02-29T12:34:56Z", "2024-02-29T12:34:56.000Z"),
        ("2024-02-29T12:34:56.7Z", "2024-02-29T12:34:56.700Z"),
        ("2024-02-29T12:34:56.123999Z", "2024-02-29T12:34:56.123Z"),
        ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00.000Z"),
        ("2024-02-28T23:30:00-01:00", "2024-02-29T00:30:00.000Z"),
    ] {
        assert_eq!(time(text), time(same), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "now",
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-1-01",
        "2024-02-29T",
        "2024-02-29T24:00Z",
        "2024-02-29T12:60Z",
        "2024-02-29T12:34:60Z",
        "2024-02-29T12:34:56.Z",
        "2024-02-29T12:34:56",
        "2024-02-29T12:34:56Zx",
        "2024-02-29 12:34Z",
        "0000-01-01T00:00+01:00",
        "2024-02-29T12:34:56+25:00",
        "２024-02-29",
    ] {
        assert!(text.parse::<DateTime>().is_err(), "{text}");
    }
}

#[test]
fn every_day_is_the_day_after_the_one_before() {
    let first = days(0, 1, 1);
    let mut before = civil(first);
    for day in first + 1..=days(9999, 12, 31) {
        let date = civil(day);
        assert_eq!(days(date.0, date.1, date.2), day);
        let next = if before.1 == 12 && before.2 == 31 {
            (before.0 + 1, 1, 1)
        } else if date.2 == 1 {
            (before.0, before.1 + 1, 1)
        } else {
            (before.0, before.1, before.2 + 1)
        };
        assert_eq!(date, next);
        before = date;
    }
}

#[test]
fn a_time_is_stored_as_text_or_as_a_number_and_sorts_alike() {
    let (early, late) = (time("1969-12-31"), time("2024-02-29T12:00:00.5Z"));
    assert_eq!(
        late.to_value(),
        Value::Text("2024-02-29T12:00:00.500Z".into())
    );
    assert_eq!(
        EpochMillis(late).to_value(),
        Value::Integer(1_709_208_000_500)
    );
    assert!(early < late && early.to_string() < late.to_string());
    assert!(DateTime::from_value(ValueRef::Text("yesterday")).is_err());
    assert!(DateTime::from_value(ValueRef::Integer(0)).is_err());
    assert!(EpochMillis::from_value(ValueRef::Text("1970-01-01")).is_err());
}

#[test]
fn a_time_travels_in_json_as_text_and_an_invalid_one_does_not() {
    let noon = time("2024-02-29T12:00:00Z");
    let json = serde_json::to_string(&noon).unwrap();
    assert_eq!(json, r#""2024-02-29T12:00:00.000Z""#);
    assert_eq!(serde_json::from_str::<DateTime>(&json).unwrap(), noon);
    assert!(serde_json::from_str::<DateTime>(r#""Invalid Date""#).is_err());
}
