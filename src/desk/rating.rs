//! 好差评: five levels with reasons, and by when a bad one is to be settled.

use super::Calendar;
use jiff::civil::Date;

/// What is rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// One answer of the program.
    Answer,
    /// The service of a person.
    Service,
}

/// Stars from which on a rating is no bad one (差评: 不满意 and 非常不满意).
pub const FAIR: u8 = 3;

/// Reasons with their labels, by what is rated.
const ANSWER: [(&str, &str); 5] = [
    ("wrong", "内容不对"),
    ("outdated", "内容过时"),
    ("not_found", "找不到要办的事"),
    ("unclear", "看不懂"),
    ("dead_link", "链接打不开"),
];
const SERVICE: [(&str, &str); 3] = [("speed", "服务效率"), ("skill", "服务水平"), ("manner", "服务态度")];

impl About {
    /// The word in the API and in the store.
    pub fn word(self) -> &'static str {
        match self {
            About::Answer => "answer",
            About::Service => "service",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<About> {
        [About::Answer, About::Service].into_iter().find(|about| about.word() == word)
    }

    /// Reasons to choose from: id and label.
    pub fn reasons(self) -> &'static [(&'static str, &'static str)] {
        match self {
            About::Answer => &ANSWER,
            About::Service => &SERVICE,
        }
    }
}

/// What so many stars are called; `None` for anything but one to five.
pub fn level(stars: u8) -> Option<&'static str> {
    Some(match stars {
        5 => "非常满意",
        4 => "满意",
        3 => "基本满意",
        2 => "不满意",
        1 => "非常不满意",
        _ => return None,
    })
}

/// Days that are looked ahead at most: a calendar without working days must not keep us for ever.
const AHEAD: u32 = 3660;

/// The day that is so many working days after another one.
pub fn due(calendar: &Calendar, from: Date, working_days: u32) -> Date {
    let (mut day, mut left) = (from, working_days);
    for _ in 0..AHEAD {
        if left == 0 {
            break;
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        left -= u32::from(calendar.works(day));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_due_day_counts_working_days_only() {
        let holidays: Calendar = toml::from_str(
            "hours = []\ndays_off = [\"2026-10-01\", \"2026-10-02\", \"2026-10-05\", \"2026-10-06\", \"2026-10-07\"]\nmake_up = [\"2026-10-10\"]",
        )
        .unwrap();
        for (calendar, from, days, want) in [
            (&Calendar::default(), date(2026, 11, 25), 15, date(2026, 12, 16)),
            // Friday: the next working day is Monday.
            (&Calendar::default(), date(2026, 11, 27), 1, date(2026, 11, 30)),
            (&Calendar::default(), date(2026, 11, 28), 1, date(2026, 11, 30)),
            (&Calendar::default(), date(2026, 11, 25), 0, date(2026, 11, 25)),
            // The eighth is the next one, then the ninth, then the Saturday that makes up.
            (&holidays, date(2026, 9, 30), 1, date(2026, 10, 8)),
            (&holidays, date(2026, 9, 30), 3, date(2026, 10, 10)),
        ] {
            assert_eq!(due(calendar, from, days), want, "{from} + {days}");
        }
    }

    #[test]
    fn reasons_have_names_of_their_own() {
        for about in [About::Answer, About::Service] {
            assert_eq!(About::parse(about.word()), Some(about));
            let mut ids: Vec<&str> = about.reasons().iter().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), about.reasons().len());
        }
        assert_eq!(
            (level(5), level(1), level(0), level(6)),
            (Some("非常满意"), Some("非常不满意"), None, None)
        );
    }
}
