//! Points in time, as columns and in events.
//!
//! One small type instead of a date library: eight bytes, no time zone data in the download. Libraries
//! for calendars are one conversion away ([`DateTime::from_millis`], [`DateTime::millis`]).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use web_time::{Duration, SystemTime};

use super::{ColumnKind, ColumnType, StoredAs, Value, ValueError, ValueRef};

const DAY: i64 = 86_400_000;

/// A point in time, to the millisecond, from year 0 to 9999.
///
/// In JSON and in a column it is ISO 8601 text in UTC, written as JavaScript writes it, so that sorting
/// the text sorts by time: `2024-02-29T12:30:00.000Z`. `#[column(as = EpochMillis)]` stores a number.
///
/// A materializer must not ask for the time: let the event carry it.
///
/// ```
/// # use livestore_core::prelude::*;
/// #[derive(Table)]
/// struct Meeting {
///     #[column(primary_key)] id: String,
///     starts: DateTime,
///     #[column(as = EpochMillis)] ends: DateTime,
/// }
/// let noon: DateTime = "2024-02-29T12:00:00Z".parse()?;
/// let later = Meeting::query().filter(Meeting::STARTS.ge(noon).and(Meeting::ENDS.gt(noon)));
/// # let _ = later;
/// # Ok::<(), ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DateTime(i64);

/// A [`DateTime`] stored as milliseconds since 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EpochMillis(pub DateTime);

impl DateTime {
    /// The first point in time there is: the start of year 0.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// The last: the end of year 9999.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// Returns the time it is. Not for materializers.
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// Takes milliseconds since the start of 1970 in UTC; what is out of range becomes its end.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Returns the milliseconds since the start of 1970 in UTC.
    pub fn millis(self) -> i64 {
        self.0
    }
}

impl From<SystemTime> for DateTime {
    fn from(time: SystemTime) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY));
        let time = self.0.rem_euclid(DAY);
        let (seconds, millis) = (time / 1000, time % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

impl FromStr for DateTime {
    type Err = ValueError;

    /// Reads `2024-02-29`, `2024-02-29T12:30Z` and what is more precise, with `Z` or an offset as in
    /// `+01:00`. A date alone is its start in UTC; digits beyond milliseconds are dropped.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        parse(text).ok_or_else(|| {
            ValueError::new(format!(
                "`{text}` is no ISO 8601 time of the years 0 to 9999"
            ))
        })
    }
}

fn parse(text: &str) -> Option<DateTime> {
    let mut rest = text.as_bytes();
    let year = digits(&mut rest, 4)?;
    take(&mut rest, b'-')?;
    let month = digits(&mut rest, 2)?;
    take(&mut rest, b'-')?;
    let day = digits(&mut rest, 2)?;
    let days = days(year, month, day);
    // What is no day of the calendar comes back as another one.
    if civil(days) != (year, month, day) {
        return None;
    }
    let mut millis = days * DAY;
    if !rest.is_empty() {
        take(&mut rest, b'T')?;
        millis += time_of_day(&mut rest)? - offset(&mut rest)?;
    }
    let time = DateTime::from_millis(millis);
    (rest.is_empty() && time.0 == millis).then_some(time)
}

fn time_of_day(rest: &mut &[u8]) -> Option<i64> {
    let hour = digits(rest, 2)?;
    take(rest, b':')?;
    let minute = digits(rest, 2)?;
    let (mut second, mut millis) = (0, 0);
    if take(rest, b':').is_some() {
        second = digits(rest, 2)?;
        if take(rest, b'.').is_some() {
            let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let (fraction, after) = rest.split_at_checked(length).filter(|_| length > 0)?;
            *rest = after;
            for place in 0..3 {
                millis = 10 * millis + i64::from(fraction.get(place).map_or(0, |b| b - b'0'));
            }
        }
    }
    (hour < 24 && minute < 60 && second < 60)
        .then_some(((hour * 60 + minute) * 60 + second) * 1000 + millis)
}

fn offset(rest: &mut &[u8]) -> Option<i64> {
    if take(rest, b'Z').is_some() {
        return Some(0);
    }
    let sign = match take(rest, b'+') {
        Some(()) => 1,
        None => {
            take(rest, b'-')?;
            -1
        }
    };
    let hours = digits(rest, 2)?;
    take(rest, b':')?;
    let minutes = digits(rest, 2)?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn take(rest: &mut &[u8], expected: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[expected])?;
    Some(())
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    digits.iter().try_fold(0, |number, b| {
        b.is_ascii_digit()
            .then(|| 10 * number + i64::from(b - b'0'))
    })
}

/// The day since 1970 of a date of the Gregorian calendar; years start in March, so that a leap day is last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a day since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl ColumnType for DateTime {
    const KIND: ColumnKind = ColumnKind::Text;

    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Text(text) => text.parse(),
            other => Err(ValueError::expected("an ISO 8601 time as text", other)),
        }
    }
}

impl ColumnType for EpochMillis {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn to_value(&self) -> Value {
        Value::Integer(self.0.0)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Integer(millis) => Ok(Self(DateTime::from_millis(millis))),
            other => Err(ValueError::expected("milliseconds since 1970", other)),
        }
    }
}

impl StoredAs<DateTime> for EpochMillis {
    fn encode(value: &DateTime) -> Value {
        Self(*value).to_value()
    }

    fn decode(value: ValueRef<'_>) -> Result<DateTime, ValueError> {
        Self::from_value(value).map(|Self(time)| time)
    }
}

#[cfg(test)]
mod tests;
