//! What is read aloud on the telephone: short sentences, each from one field of a guide, counts in words.

use super::wording;
use crate::guide::{Card, Citation, Line, MaterialState};

/// A sentence to be spoken, with the field that it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// The sentence.
    pub text: String,
    /// Where it was read.
    pub citation: Citation,
}

/// Fields that are said after the materials, where the guide has them; of those marked the silence is said, too.
const SAID: [(&str, bool); 8] = [
    ("promised_limit", true),
    ("legal_limit", false),
    ("fees", true),
    ("fee_charged", false),
    ("online", false),
    ("places", true),
    ("consult", false),
    ("max_visits", false),
];

/// A card as it is told to a caller.
pub fn spoken(card: &Card) -> Vec<Spoken> {
    let named = Citation { field: "name".into(), sources: card.materials_citation.sources.clone() };
    let mut list =
        vec![Spoken { text: wording::say_item(&card.name, card.business_item.as_deref()), citation: named }];
    list.extend(
        materials(card)
            .into_iter()
            .map(|text| Spoken { text: in_words(&text), citation: card.materials_citation.clone() }),
    );
    let lines: Vec<&Line> = card.limits.iter().chain(&card.channels).collect();
    for (field, even_silent) in SAID {
        // A promise is what counts; the law's limit stands in where none is made.
        if field == "legal_limit" && says(&lines, "promised_limit") {
            continue;
        }
        let of_field = |line: &&&Line| line.citation.field.split('/').next() == Some(field);
        for line in lines.iter().filter(of_field) {
            match &line.value {
                Some(value) => list.push(Spoken {
                    text: in_words(&wording::say_line(line.label, value)),
                    citation: line.citation.clone(),
                }),
                None if even_silent && !(field == "promised_limit" && says(&lines, "legal_limit")) => {
                    list.push(Spoken {
                        text: wording::say_silence(line.label),
                        citation: line.citation.clone(),
                    });
                }
                None => {}
            }
        }
    }
    list
}

fn says(lines: &[&Line], field: &str) -> bool {
    lines.iter().any(|line| line.citation.field == field && line.value.is_some())
}

fn materials(card: &Card) -> Vec<String> {
    let of = |holds: fn(&MaterialState) -> bool| -> Vec<String> {
        let held = card.materials.iter().filter(|m| holds(&m.state));
        held.map(|m| match m.material.quantity() {
            Some(quantity) => format!("{}，{quantity}", m.material.name),
            None => m.material.name.clone(),
        })
        .collect()
    };
    let needed = of(|state| matches!(state, MaterialState::Needed));
    let later = of(|state| matches!(state, MaterialState::Later));
    let waivable = of(|state| matches!(state, MaterialState::Waivable));
    let open = of(|state| matches!(state, MaterialState::Open(_)));
    let mut list = Vec::new();
    if card.materials.is_empty() {
        list.push(wording::say_silence("申请材料"));
    }
    if !needed.is_empty() {
        list.push(wording::say_needed(&needed));
    }
    if !later.is_empty() {
        list.push(wording::say_later(&later));
    }
    if !waivable.is_empty() {
        list.push(wording::say_waivable(&waivable));
    }
    let waited_for = |id: &str| {
        card.materials
            .iter()
            .any(|m| matches!(&m.state, MaterialState::Open(ids) if ids.iter().any(|i| i == id)))
    };
    for question in card.questions.iter().filter(|q| q.chosen.is_empty() && waited_for(&q.id)) {
        let options: Vec<&str> = question.options.iter().map(|(_, label)| label.as_str()).collect();
        list.push(wording::say_ask(&question.question, &options));
    }
    if !open.is_empty() {
        list.push(wording::say_open(&open));
    }
    list
}

/// What follows a count.
const MEASURES: &str = "个份日天年月元次张种样项人寸周岁";

/// Counts as they are spoken: 3个工作日 → 三个工作日. Telephone numbers, times and numbers of papers stay.
pub fn in_words(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let run = chars[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let joined =
            |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || "-.:/〔〕—".contains(*c));
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let measured = chars.get(at + run).is_some_and(|c| MEASURES.contains(*c));
        // A year or a day of the month is no count.
        let dated = matches!(chars.get(at + run), Some('年' | '月' | '日')) && run == 4
            || before == Some(&'年')
            || before == Some(&'月');
        if (1..=4).contains(&run) && measured && !joined(before) && !dated {
            let number: u32 = chars[at..at + run].iter().collect::<String>().parse().unwrap_or(0);
            let pair = number == 2 && chars.get(at + run) != Some(&'月');
            out.push_str(&if pair { "两".to_owned() } else { numeral(number) });
            at += run;
        } else {
            let step = run.max(1);
            out.extend(&chars[at..at + step]);
            at += step;
        }
    }
    out
}

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A number below ten thousand in words.
pub fn numeral(number: u32) -> String {
    let mut out = String::new();
    let mut gap = false;
    for (unit, word) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = (number / unit % 10) as usize;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        // 十五, but 一百一十五.
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push(DIGITS[digit]);
        }
        out.push_str(word);
    }
    if out.is_empty() { DIGITS[0].to_string() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Guide, ITEM, compose};
    use jiff::civil::date;

    #[test]
    fn counts_are_words_and_numbers_of_things_stay() {
        for (text, want) in [
            ("3个工作日", "三个工作日"),
            ("原件2份、复印件12份", "原件两份、复印件十二份"),
            ("20元/证", "二十元/证"),
            ("105元", "一百零五元"),
            ("1010元", "一千零一十元"),
            ("10个月", "十个月"),
            ("2个月", "两个月"),
            ("电话：0470-8223333", "电话：0470-8223333"),
            ("9:00-12:00", "9:00-12:00"),
            ("2026年3月2日", "2026年3月2日"),
            ("国办发〔2022〕12号", "国办发〔2022〕12号"),
            ("A3份", "A3份"),
            ("0次", "零次"),
        ] {
            assert_eq!(in_words(text), want, "{text}");
        }
    }

    #[test]
    fn each_sentence_says_a_field_and_silence_is_said() {
        let guide: Guide = serde_json::from_str(
            r#"{"name":"居民身份证办理","business_items":[{"name":"首次申领"},{"name":"丢失补领"}],
            "materials":[{"name":"居民户口簿","originals":1},{"name":"照片","waivable":true}],
            "promised_limit":{"value":20,"unit":"工作日"},"legal_limit":{"value":60,"unit":"日"},"fee_charged":false}"#,
        )
        .unwrap();
        let card = compose(&guide, &[(ITEM, "丢失补领")].into_iter().collect(), date(2026, 11, 24));
        let said: Vec<(String, String)> =
            spoken(&card).into_iter().map(|s| (s.citation.field, s.text)).collect();
        let field = |field: &str| -> Vec<&str> {
            said.iter().filter(|(f, _)| f == field).map(|(_, text)| text.as_str()).collect()
        };
        assert!(said[0].1.contains("居民身份证办理") && said[0].1.contains("丢失补领"), "{said:?}");
        assert_eq!(field("materials").len(), 2, "{said:?}");
        assert!(field("materials")[0].contains("居民户口簿，原件一份"), "{said:?}");
        assert!(field("promised_limit")[0].contains("二十个工作日"), "{said:?}");
        assert_eq!(field("legal_limit"), [""; 0], "{said:?}");
        assert!(field("fee_charged")[0].contains("不收费"), "{said:?}");
        assert!(field("places")[0].contains("没有写明"), "{said:?}");
    }
}
