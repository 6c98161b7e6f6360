//! When somebody is there: weekly hours, public holidays, and working days that make up for them (调休).

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Opening hours with one year's days off and make-up days, as data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Hours of a working day, such as `09:00-12:00`, in order.
    pub hours: Vec<Span>,
    /// Days on which nobody works though the week says so.
    #[serde(default)]
    pub days_off: BTreeSet<Date>,
    /// Saturdays and Sundays on which people work (调休上班).
    #[serde(default)]
    pub make_up: BTreeSet<Date>,
}

/// Public holidays by year (节假日安排), as the State Council announces them each autumn for the next year.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// One entry a year.
    #[serde(default)]
    pub year: Vec<HolidayYear>,
}

/// One year's days off and make-up days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayYear {
    /// The year.
    pub year: i16,
    /// Where it was announced.
    pub source: String,
    /// Days off.
    pub days_off: BTreeSet<Date>,
    /// Saturdays and Sundays on which people work.
    pub make_up: BTreeSet<Date>,
}

impl Holidays {
    /// Whether a year was announced; else its days off are not known.
    pub fn know(&self, year: i16) -> bool {
        self.year.iter().any(|known| known.year == year)
    }
}

/// From one time of a day to another; the end is no longer open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: Time,
    to: Time,
}

/// Hours that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no span of hours: write it as 09:00-12:00, the end after the beginning")]
pub struct BadHours(String);

impl TryFrom<String> for Span {
    type Error = BadHours;

    fn try_from(text: String) -> Result<Span, BadHours> {
        let parsed = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        match parsed {
            Some((from, to)) if from < to => Ok(Span { from, to }),
            _ => Err(BadHours(text)),
        }
    }
}

impl Span {
    /// When it begins.
    pub fn from(&self) -> Time {
        self.from
    }

    /// When it is over.
    pub fn to(&self) -> Time {
        self.to
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        let at = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
        format!("{}-{}", at(span.from), at(span.to))
    }
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// The time of China (北京时间): one zone, no summer time.
pub fn china() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Open until then.
    Until(DateTime),
    /// Closed; opens again then.
    From(DateTime),
    /// No opening within the next weeks.
    Unknown,
}

/// Days that are looked ahead: longer than any holiday.
const AHEAD: usize = 21;

impl Calendar {
    /// Hours of working days, with the holidays that are known.
    pub fn of(hours: Vec<Span>, holidays: &Holidays) -> Calendar {
        let all = |days: fn(&HolidayYear) -> &BTreeSet<Date>| {
            holidays.year.iter().flat_map(days).copied().collect()
        };
        Calendar { hours, days_off: all(|year| &year.days_off), make_up: all(|year| &year.make_up) }
    }

    /// Whether people work on a day.
    pub fn works(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.make_up.contains(&day) || (!weekend && !self.days_off.contains(&day))
    }

    /// Whether somebody is there now, and until or from when.
    pub fn at(&self, now: DateTime) -> Opening {
        let mut day = now.date();
        for ahead in 0..AHEAD {
            if self.works(day) {
                for span in &self.hours {
                    let (from, to) = (day.to_datetime(span.from), day.to_datetime(span.to));
                    if ahead == 0 && from <= now && now < to {
                        return Opening::Until(to);
                    }
                    if now < from {
                        return Opening::From(from);
                    }
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        Opening::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar() -> Calendar {
        toml::from_str(
            r#"
            hours = ["09:00-12:00", "14:30-17:30"]
            days_off = ["2027-01-01"]
            make_up = ["2027-01-03"]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn hours_holidays_and_make_up_days_decide() {
        let calendar = calendar();
        let at = |y, m, d, h, min| date(y, m, d).at(h, min, 0, 0);
        for (now, want) in [
            (at(2026, 11, 26, 9, 0), Opening::Until(at(2026, 11, 26, 12, 0))),
            (at(2026, 11, 26, 12, 0), Opening::From(at(2026, 11, 26, 14, 30))),
            (at(2026, 11, 26, 17, 30), Opening::From(at(2026, 11, 27, 9, 0))),
            // Friday evening: Monday.
            (at(2026, 11, 27, 20, 0), Opening::From(at(2026, 11, 30, 9, 0))),
            // New Year's Eve: the first is off, the second a Saturday, the Sunday is worked.
            (at(2026, 12, 31, 18, 0), Opening::From(at(2027, 1, 3, 9, 0))),
            (at(2027, 1, 3, 10, 0), Opening::Until(at(2027, 1, 3, 12, 0))),
        ] {
            assert_eq!(calendar.at(now), want, "{now}");
        }
        assert_eq!(Calendar::default().at(at(2026, 11, 26, 9, 0)), Opening::Unknown);
    }

    #[test]
    fn what_is_no_span_says_so() {
        for text in ["9", "12:00-09:00", "25:00-26:00", "09:00-09:00", ""] {
            assert_eq!(Span::try_from(text.to_owned()), Err(BadHours(text.to_owned())));
        }
    }
}
