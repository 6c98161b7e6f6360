//! Hours of a window as a guide words them (办理时间), read where they can be read without a doubt.

use super::hours::{Calendar, Holidays, Opening, Span};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// Hours by weekday, Monday first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    days: [Vec<Span>; 7],
}

/// Days that are looked ahead: longer than any holiday.
const AHEAD: i32 = 21;

const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// Said of every office, and not read: closed on public holidays is what is taken for granted.
const SURE: [&str; 9] = [
    "（法定节假日除外）",
    "（节假日除外）",
    "（国家法定节假日除外）",
    "法定节假日除外",
    "节假日除外",
    "法定节假日休息",
    "（法定节假日休息）",
    "办公时间",
    "工作时间",
];

/// Words between days and times that say nothing.
const BETWEEN: [&str; 12] = ["：", ":", "，", "。", "；", "、", "和", "及", " ", "上午", "早上", "中午"];

impl Week {
    /// Reads hours such as `周一至周五 9:00-12:00 14:30-17:30`. `None` where any of it is not understood: seasons,
    /// appointments, exceptions.
    pub fn parse(text: &str) -> Option<Week> {
        let mut text = fold(text);
        for words in SURE {
            text = text.replace(words, " ");
        }
        let mut rest = text.as_str();
        let mut week = Week::default();
        let mut days: Vec<usize> = Vec::new();
        let mut timed = false;
        while !rest.is_empty() {
            if let Some(left) = BETWEEN.iter().find_map(|word| rest.strip_prefix(word)) {
                rest = left;
            } else if let Some((found, left)) = days_of(rest) {
                // 周一、周三 9:00-12:00: days before any times belong together.
                if std::mem::take(&mut timed) {
                    days.clear();
                }
                days.extend(found);
                rest = left;
            } else {
                let (late, at) = match rest.strip_prefix("下午").or(rest.strip_prefix("晚上")) {
                    Some(left) => (true, left),
                    None => (false, rest),
                };
                let (span, left) = span_of(at, late)?;
                if days.is_empty() {
                    // Hours alone: those of working days.
                    days.extend(0..5);
                }
                days.iter().for_each(|&day| week.days[day].push(span));
                (timed, rest) = (true, left);
            }
        }
        for day in &mut week.days {
            day.sort_by_key(|span| span.from());
            if day.windows(2).any(|pair| pair[0].to() > pair[1].from()) {
                return None;
            }
        }
        timed.then_some(week)
    }

    /// The hours of a day; `None` where nobody can tell: a holiday that the text doesn't speak of, or a day that the
    /// calendar doesn't name in a year whose holidays aren't known.
    fn on(&self, day: Date, calendar: &Calendar, holidays: &Holidays) -> Option<&[Span]> {
        let named = calendar.days_off.contains(&day) || calendar.make_up.contains(&day);
        if !named && !holidays.know(day.year()) {
            return None;
        }
        let at = day.weekday().to_monday_zero_offset() as usize;
        let weekend = !self.days[5].is_empty() || !self.days[6].is_empty();
        if calendar.make_up.contains(&day) && self.days[at].is_empty() {
            return Some(&self.days[0]);
        }
        match calendar.days_off.contains(&day) {
            // Whoever works on Sundays may work on a holiday too.
            true if weekend => None,
            true => Some(&[]),
            false => Some(&self.days[at]),
        }
    }

    /// Whether the window is open, and until or from when.
    pub fn at(&self, now: DateTime, calendar: &Calendar, holidays: &Holidays) -> Opening {
        let mut day = now.date();
        for _ in 0..AHEAD {
            let Some(hours) = self.on(day, calendar, holidays) else { break };
            for span in hours {
                let (from, to) = (day.to_datetime(span.from()), day.to_datetime(span.to()));
                if from <= now && now < to {
                    return Opening::Until(to);
                }
                if now < from {
                    return Opening::From(from);
                }
            }
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        Opening::Unknown
    }
}

/// One way of writing each sign.
fn fold(text: &str) -> String {
    let sign = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
        '：' => ':',
        '—' | '–' | '－' | '~' | '～' | '至' | '到' | '﹣' | '−' => '-',
        '(' => '（',
        ')' => '）',
        ',' => '，',
        ';' | '/' | '|' => '；',
        '\n' | '\t' | '\u{3000}' => ' ',
        c => c,
    };
    let text: String = text.chars().map(sign).collect();
    let text = text.replace("星期", "周").replace("礼拜", "周").replace("周天", "周日").replace("--", "-");
    text.replace("工作日", "周一-周五").replace("每天", "周一-周日").replace("每日", "周一-周日")
}

/// `周一-周五`, `周一-五` or `周六`, as places in the week, and what follows.
fn days_of(text: &str) -> Option<(Vec<usize>, &str)> {
    let one = |text: &str| DAYS.iter().position(|day| text.starts_with(day));
    let rest = text.strip_prefix("法定").unwrap_or(text).strip_prefix("周")?;
    let from = one(rest)?;
    let rest = &rest[DAYS[from].len()..];
    let Some(after) = rest.strip_prefix('-') else {
        return Some((vec![from], rest));
    };
    let after = after.strip_prefix("周").unwrap_or(after);
    let to = one(after).filter(|&to| to > from)?;
    Some(((from..=to).collect(), &after[DAYS[to].len()..]))
}

/// `9:00-12:00`, `9时-12时`, `14:30-17:30`, and what follows; `late` where 下午 stands before it.
fn span_of(text: &str, late: bool) -> Option<(Span, &str)> {
    let (from, rest) = time_of(text)?;
    let rest = rest.trim_start().strip_prefix('-')?.trim_start();
    let (late, rest) = match rest.strip_prefix("下午") {
        Some(left) => (late, left),
        None => (late, rest),
    };
    let (to, rest) = time_of(rest)?;
    let hour =
        |(hour, minute): (u8, u8)| if late && hour < 12 { (hour + 12, minute) } else { (hour, minute) };
    let (from, to) = (hour(from), hour(to));
    let text = format!("{:02}:{:02}-{:02}:{:02}", from.0, from.1, to.0, to.1);
    Some((Span::try_from(text).ok()?, rest))
}

fn time_of(text: &str) -> Option<((u8, u8), &str)> {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    let many = digits(text);
    if many == 0 || many > 2 {
        return None;
    }
    let (hour, rest) = text.split_at(many);
    let hour: u8 = hour.parse().ok()?;
    if let Some(rest) = rest.strip_prefix(':') {
        let minutes = rest.get(..2).filter(|_| digits(rest) == 2)?;
        return Some(((hour, minutes.parse().ok()?), &rest[2..]));
    }
    let rest = rest.strip_prefix('点').or(rest.strip_prefix('时'))?;
    match (rest.strip_prefix('半'), digits(rest)) {
        (Some(rest), _) => Some(((hour, 30), rest)),
        (None, 2) => {
            Some(((hour, rest[..2].parse().ok()?), rest[2..].strip_prefix('分').unwrap_or(&rest[2..])))
        }
        (None, 0) => Some(((hour, 0), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn in_words(week: &Week) -> String {
        let day =
            |spans: &Vec<Span>| spans.iter().map(|&span| String::from(span)).collect::<Vec<_>>().join(" ");
        week.days.iter().map(day).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn hours_are_read_where_they_leave_no_doubt() {
        let working = "09:00-12:00 14:30-17:30|09:00-12:00 14:30-17:30|09:00-12:00 14:30-17:30|09:00-12:00 14:30-17:30|09:00-12:00 14:30-17:30||";
        for text in [
            "周一至周五 9:00-12:00 14:30-17:30",
            "星期一至星期五：上午9:00—12:00，下午14:30—17:30（法定节假日除外）",
            "工作日9：00－12：00；14：30－17：30",
            "周一到周五 上午9点-12点，下午2点半-5点半",
            "法定工作日 9:00-12:00，下午2:30-5:30",
            "9:00-12:00，14:30-17:30",
            "周一、周二、周三至周五 9:00-12:00、14:30-17:30",
        ] {
            let read = Week::parse(text);
            assert_eq!(read.as_ref().map(in_words).as_deref(), Some(working), "{text}");
        }
        let saturday = Week::parse("周一-周五 9:00-17:00；周六 9:00-12:00").unwrap();
        assert!(in_words(&saturday).ends_with("|09:00-17:00|09:00-12:00|"), "{}", in_words(&saturday));
        for text in [
            "",
            "周一至周五",
            "以窗口公示为准",
            "夏季（5月-9月）周一至周五 9:00-12:00",
            "周末和节假日预约办理：9:00–12:00，15:00–17:00（周一9:00至周五12:00预约）",
            "周一至周五 9:00-12:00，9:30-17:30",
            "周五至周一 9:00-12:00",
            "周一至周五 9:00-25:00",
            "周一至周五 17:00-9:00",
            "周一至周五 8:30-12:00 13:30-17:00 周二下午不对外办公",
            "周一至周五 9:000-12:00",
        ] {
            assert_eq!(Week::parse(text), None, "{text}");
        }
    }

    #[test]
    fn holidays_and_make_up_days_decide_and_what_is_not_known_is_not_said() {
        let holidays: Holidays = toml::from_str(
            "[[year]]\nyear = 2026\nsource = \"x\"\ndays_off = [\"2026-10-01\", \"2026-10-02\", \"2026-10-03\"]\nmake_up = [\"2026-10-10\"]",
        )
        .unwrap();
        let calendar = Calendar::of(Vec::new(), &holidays);
        let week = Week::parse("周一至周五 9:00-12:00 14:30-17:30").unwrap();
        let daily = Week::parse("每天 9:00-17:00").unwrap();
        let at = |m, d, h, min| date(2026, m, d).at(h, min, 0, 0);
        for (week, now, want) in [
            (&week, at(11, 26, 9, 0), Opening::Until(at(11, 26, 12, 0))),
            (&week, at(11, 26, 12, 0), Opening::From(at(11, 26, 14, 30))),
            (&week, at(11, 27, 20, 0), Opening::From(at(11, 30, 9, 0))),
            // The first to the third are off, the fourth is a Sunday.
            (&week, at(9, 30, 18, 0), Opening::From(at(10, 5, 9, 0))),
            (&week, at(10, 10, 10, 0), Opening::Until(at(10, 10, 12, 0))),
            (&daily, at(11, 28, 10, 0), Opening::Until(at(11, 28, 17, 0))),
            // Whether those who work every day work on a holiday, the text doesn't say.
            (&daily, at(9, 30, 18, 0), Opening::Unknown),
            // The holidays of the next year aren't known yet.
            (&week, at(12, 31, 18, 0), Opening::Unknown),
        ] {
            assert_eq!(week.at(now, &calendar, &holidays), want, "{now}");
        }
        // A day that staff have published is known, whether or not its year is.
        let mut published = calendar.clone();
        let day = date(2027, 1, 2);
        published.days_off.insert(date(2027, 1, 1));
        published.make_up.insert(day);
        let eve = date(2026, 12, 31).at(18, 0, 0, 0);
        assert_eq!(week.at(eve, &published, &holidays), Opening::From(day.at(9, 0, 0, 0)));
        assert_eq!(week.at(day.at(18, 0, 0, 0), &published, &holidays), Opening::Unknown);
    }
}
