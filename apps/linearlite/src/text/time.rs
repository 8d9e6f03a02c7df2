//! Points in time as people read them, in the browser's time zone.

use js_sys::Date;
use leptos::wasm_bindgen::JsValue;
use livestore_core::prelude::DateTime;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn local(at: DateTime) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}

/// The day, as in a list: `28 Nov`, and the year if it is another one.
pub fn day(at: DateTime) -> String {
    let (date, now) = (local(at), local(DateTime::now()));
    let month = MONTHS[date.get_month() as usize % 12];
    if date.get_full_year() == now.get_full_year() {
        format!("{month} {}", date.get_date())
    } else {
        format!("{month} {}, {}", date.get_date(), date.get_full_year())
    }
}

/// Day and time, for a tooltip.
pub fn full(at: DateTime) -> String {
    let date = local(at);
    format!(
        "{} {} {}, {:02}:{:02}",
        date.get_date(),
        MONTHS[date.get_month() as usize % 12],
        date.get_full_year(),
        date.get_hours(),
        date.get_minutes()
    )
}

/// How long ago: `just now`, `5 min ago`, `3 h ago`, `2 d ago`, or the day.
pub fn ago(at: DateTime, now: DateTime) -> String {
    match now.millis() - at.millis() {
        ..MINUTE => "just now".to_owned(),
        past @ MINUTE..HOUR => format!("{} min ago", past / MINUTE),
        past @ HOUR..DAY => format!("{} h ago", past / HOUR),
        past if past < 7 * DAY => format!("{} d ago", past / DAY),
        _ => day(at),
    }
}
