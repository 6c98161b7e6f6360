//! Values as sources write them → values as a record holds them.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// Full-width letters, digits and signs in half width: for codes, numbers and dates only.
pub(super) fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .filter(|c| *c != '\u{FEFF}' && *c != '\0')
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Whether a cell says that there is nothing: 无, /, -, null and the like.
pub(super) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || ["/", "\\", "-", "--", "—", "——", "null", "NULL", "None", "none", "N/A", "n/a", "暂无"]
            .contains(&text)
}

/// Lines of a text, without empty ones. HTML line breaks count.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = if text.contains('<') { crate::text::plain(text) } else { text.into() };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Words of an enumeration; marks inside brackets don't separate (镇（乡、街道）级 is one word).
pub(super) fn words(text: &str) -> Vec<String> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        match c {
            '(' | '（' | '[' | '【' | '《' => depth += 1,
            ')' | '）' | ']' | '】' | '》' => depth -= 1,
            _ => {}
        }
        depth <= 0 && matches!(c, '、' | ',' | '，' | ';' | '；' | '|' | '\n' | '\r' | '\t' | '^')
    })
    .map(str::trim)
    .filter(|word| !word.is_empty())
    .map(str::to_owned)
    .collect()
}

/// Yes or no in the words, digits and letters that sources use.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match narrow(text).to_ascii_lowercase().as_str() {
        "是" | "1" | "y" | "yes" | "true" | "t" | "有" | "支持" | "可以" | "需要" | "收费" | "1.0" => {
            Some(true)
        }
        "否" | "0" | "n" | "no" | "false" | "f" | "无" | "不支持" | "不可以" | "不需要" | "不收费"
        | "0.0" => Some(false),
        _ => None,
    }
}

/// A whole number, with or without the word it counts: `1`, `1.0`, `2份`, `最多跑1次`.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = narrow(text);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|d| !d.is_empty()).collect();
    match digits[..] {
        // 1.5 or 3-5 is not one whole number.
        [one] => one.parse().ok(),
        [] => match text {
            "零" | "无" => Some(0),
            "一" | "一次" | "一份" => Some(1),
            "二" | "两次" | "两份" => Some(2),
            _ => None,
        },
        _ => None,
    }
}

/// A day: `2026-03-02`, `2026/3/2`, `20260302`, `2026年3月2日`, with or without a time; also a sheet's day number.
pub(super) fn date(text: &str) -> Option<Date> {
    let text = narrow(text);
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|d| !d.is_empty()).collect();
    let day = |y: &str, m: &str, d: &str| Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok();
    match parts[..] {
        [y, m, d, ..] if y.len() == 4 => day(y, m, d),
        [compact, ..] if compact.len() == 8 || compact.len() == 14 => {
            day(&compact[..4], &compact[4..6], &compact[6..8])
        }
        // Days since 1899-12-30, as spreadsheets count; 20000 is 1954, 80000 is 2119.
        [serial] | [serial, "0"] if serial.len() == 5 => {
            let days: i64 = serial.parse().ok().filter(|n| (20_000..80_000).contains(n))?;
            jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
        }
        _ => None,
    }
}

/// A time limit with its unit: `30(工作日)`, `30个工作日`, `1个月`, `当场办结`; else the text as its note.
pub(super) fn limit(text: &str) -> Option<Map<String, Value>> {
    let text = narrow(text);
    if is_blank(&text) || text == "无" {
        return None;
    }
    let limit = match text.as_str() {
        "即办" | "当场办结" | "即时办结" | "当日办结" | "当场" | "立即办理" | "即来即办" =>
        {
            json!({"value": 0, "note": text})
        }
        _ => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let unit = text[digits..].trim_matches(['个', '(', ')', ' ']);
            match text[..digits].parse::<u32>() {
                Ok(value) if unit.is_empty() => json!({"value": value}),
                Ok(value) => match unit_word(unit) {
                    Some(unit) => json!({"value": value, "unit": unit}),
                    None => json!({"note": text}),
                },
                Err(_) => json!({"note": text}),
            }
        }
    };
    match limit {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn unit_word(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "工作日" | "工作天" => "工作日",
        "自然日" | "日历日" | "天" | "日" => "自然日",
        "月" | "个月" => "月",
        "年" => "年",
        "小时" => "小时",
        _ => return None,
    })
}

/// 设定依据 as one text → law, article and wording, where they can be told apart.
pub(super) fn basis(text: &str) -> Map<String, Value> {
    let text = text.trim().trim_start_matches(|c: char| c.is_ascii_digit() || "．.、（）() ".contains(c));
    let mut entry = Map::new();
    let law = text.starts_with('《').then(|| text.find('》')).flatten().map(|end| end + '》'.len_utf8());
    let Some(end) = law else {
        entry.insert("law".into(), text.into());
        return entry;
    };
    entry.insert("law".into(), text[..end].into());
    let rest = text[end..].trim();
    let article = rest.starts_with('第').then(|| rest.find('条')).flatten().map(|at| at + '条'.len_utf8());
    let rest = match article.filter(|end| *end <= 60) {
        Some(end) => {
            entry.insert("article".into(), rest[..end].into());
            &rest[end..]
        }
        None => rest,
    };
    let rest = rest.trim_start_matches(['：', ':', '，', ',', '。', ' ', '\n']);
    if !rest.is_empty() {
        entry.insert("text".into(), rest.into());
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_in_the_forms_that_sources_use() {
        for (text, want) in [
            ("2026-03-02", Some("2026-03-02")),
            ("2026/3/2 00:00:00", Some("2026-03-02")),
            ("20260302", Some("2026-03-02")),
            ("２０２６年３月２日", Some("2026-03-02")),
            ("46083", Some("2026-03-02")),
            ("2026-13-02", None),
            ("长期", None),
            ("99", None),
        ] {
            assert_eq!(date(text).map(|d| d.to_string()).as_deref(), want, "{text}");
        }
        for (text, want) in [
            ("1", Some(1)),
            ("２份", Some(2)),
            ("1.0", Some(1)),
            ("最多跑1次", Some(1)),
            ("1.5", None),
            ("多次", None),
            ("无", Some(0)),
        ] {
            assert_eq!(number(text), want, "{text}");
        }
        for (text, want) in [("是", Some(true)), ("０", Some(false)), ("支持", Some(true)), ("看情况", None)]
        {
            assert_eq!(yes_no(text), want, "{text}");
        }
    }

    #[test]
    fn limits_keep_the_word_of_their_unit() {
        for (text, want) in [
            ("30(工作日)", json!({"value":30,"unit":"工作日"})),
            ("15个工作日", json!({"value":15,"unit":"工作日"})),
            ("1个月", json!({"value":1,"unit":"月"})),
            ("7（自然日）", json!({"value":7,"unit":"自然日"})),
            ("20", json!({"value":20})),
            ("当场办结", json!({"value":0,"note":"当场办结"})),
            ("受理后一个月内", json!({"note":"受理后一个月内"})),
            ("30(W)", json!({"note":"30(W)"})),
        ] {
            assert_eq!(limit(text).map(Value::Object), Some(want), "{text}");
        }
        assert_eq!(limit(" / "), None);
    }

    #[test]
    fn enumerations_split_outside_brackets_only() {
        assert_eq!(words("自然人、企业法人;其他组织"), ["自然人", "企业法人", "其他组织"]);
        assert_eq!(words("镇（乡、街道）级"), ["镇（乡、街道）级"]);
        assert_eq!(lines("一<br>二\n\n 三 "), ["一", "二", "三"]);
    }

    #[test]
    fn a_basis_is_taken_apart_where_it_can_be() {
        let entry = basis("1.《居民身份证法》第二十条：领取身份证，应当缴纳工本费。");
        assert_eq!(entry["law"], "《居民身份证法》");
        assert_eq!(entry["article"], "第二十条");
        assert_eq!(entry["text"], "领取身份证，应当缴纳工本费。");
        assert_eq!(basis("国务院令第412号")["law"], "国务院令第412号");
    }
}
