//! Which option of a waiting question a text means.

use super::phrases::{asks, bare, list};
use super::state::{Pending, Press, State};

const NUMERALS: [(&str, usize); 12] = [
    ("一", 0),
    ("二", 1),
    ("三", 2),
    ("四", 3),
    ("五", 4),
    ("1", 0),
    ("2", 1),
    ("3", 2),
    ("4", 3),
    ("5", 4),
    ("两", 1),
    ("六", 5),
];

/// What each option of a pending question says.
pub fn labels(pending: &Pending) -> Vec<&str> {
    match pending {
        Pending::Which { options } | Pending::Several { options } => {
            options.iter().map(|o| o.label.as_str()).collect()
        }
        Pending::Narrow { groups } => groups.iter().map(|g| g.0.as_str()).collect(),
        Pending::Situation { options, .. } => options.iter().map(|o| o.1.as_str()).collect(),
        Pending::Place { options } => options.iter().map(|p| p.name.as_str()).collect(),
    }
}

/// An option of a question that was answered or is waiting, after words that correct (不对，是监护人代办).
pub(super) fn corrected(state: &State, text: &str) -> Option<Press> {
    let rest =
        list("correcting").iter().find_map(|head| text.strip_prefix(head)).filter(|rest| !rest.is_empty());
    let focus = state.focus.as_ref()?;
    for (id, options) in &focus.known {
        let plain: Vec<String> = options.iter().map(|o| bare(&o.1)).collect();
        let said = rest.unwrap_or(text);
        let exact = only(&plain, |label| label == said);
        let near = rest.and_then(|rest| {
            only(&plain, |label| label.contains(rest) || (label.chars().count() >= 2 && rest.contains(label)))
        });
        // Said as it stands on a button it counts without the correcting words, too.
        if let Some(at) = exact.or(near) {
            return Some(Press::Set(id.clone(), options[at].0.clone()));
        }
    }
    None
}

/// The option nearest to what was said in other words, if one is much nearer than the rest: by what both share, and
/// by how near their meanings are (`likeness`, one for each option, where there is a model).
pub fn nearest_option(state: &State, folded: &str, likeness: &[f32]) -> Option<Press> {
    let pending = state.pending.as_ref()?;
    let said = bare(folded);
    let labels: Vec<String> = labels(pending).into_iter().map(bare).collect();
    if let Some(years) = age(&said) {
        return only(&labels, |label| spans(label, years)).map(|at| press(pending, at));
    }
    let mut scores: Vec<(usize, f32)> = labels
        .iter()
        .enumerate()
        .map(|(at, label)| {
            let others = labels.iter().enumerate().filter(|(other, _)| *other != at);
            // Only what sets a label apart speaks for it.
            let own = |c: &char| !others.clone().any(|(_, other)| other.contains(*c));
            let telling: Vec<char> = label.chars().filter(|c| !PARTICLES.contains(*c)).filter(own).collect();
            let shared = telling.iter().filter(|c| said.contains(**c)).count();
            let share = shared as f32 / telling.len().clamp(1, 3) as f32;
            (at, share.min(1.0) + LIKENESS * likeness.get(at).copied().unwrap_or(0.0))
        })
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (first, best) = *scores.first()?;
    let second = scores.get(1).map_or(0.0, |s| s.1);
    // 那…呢 turns to something else more often than it chooses.
    let turns = said.starts_with('那')
        && folded.trim_end().ends_with('呢')
        && !matches!(pending, Pending::Several { .. });
    let apart = if turns { 2.0 * APART } else { APART };
    (best - second >= apart).then(|| press(pending, first))
}

/// An age as people say it: 五十三岁, 我四十二了, 16周岁.
fn age(text: &str) -> Option<u32> {
    let core = ["周岁了", "周岁", "岁了", "岁", "了"].iter().find_map(|tail| text.strip_suffix(tail))?;
    let chars: Vec<char> = core.chars().rev().take_while(|c| digit(*c).is_some() || *c == '十').collect();
    let number: String = chars.into_iter().rev().collect();
    let years = match number.split_once('十') {
        Some((tens, ones)) => number_of(tens).unwrap_or(1) * 10 + number_of(ones).unwrap_or(0),
        None => number_of(&number)?,
    };
    // 了 alone follows many a number that is no age.
    (text.contains('岁') || number.contains('十') || years >= 10).then_some(years)
}

fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| "零一二三四五六七八九".chars().position(|known| known == c).map(|at| at as u32))
}

fn number_of(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 3 {
        return None;
    }
    text.chars().try_fold(0, |sum, c| digit(c).map(|digit| sum * 10 + digit))
}

/// Whether an option like 未满18周岁, 已满16岁 or 70周岁以上 holds for an age.
fn spans(label: &str, years: u32) -> bool {
    let Some(at) = label.find(|c: char| c.is_ascii_digit()) else { return false };
    let digits: String = label[at..].chars().take_while(char::is_ascii_digit).collect();
    let (before, after) = (&label[..at], &label[at + digits.len()..]);
    let Ok(bound) = digits.parse::<u32>() else { return false };
    if !after.starts_with('岁') && !after.starts_with("周岁") {
        return false;
    }
    let below = ["未满", "不满", "不到", "没满", "小于"].iter().any(|word| before.ends_with(word));
    let under = after.contains("以下");
    match (under, below) {
        (true, _) => years <= bound,
        (_, true) => years < bound,
        _ => years >= bound,
    }
}

/// What a hundredth of cosine counts beside shared characters.
const LIKENESS: f32 = 8.0;

/// So far apart two options must be for the nearer one to be taken.
const APART: f32 = 0.5;

/// Characters that tell nothing.
const PARTICLES: &str = "的了是在我你他她它有人和与或者及其个一不为于";

/// The option, or the way around all of them, that a text means.
pub(super) fn chosen(state: &State, labels: &[&str], text: &str) -> Option<Press> {
    let pending = state.pending.as_ref()?;
    let short = text.chars().count() <= 8;
    if let Some(at) = ordinal(text, labels.len()).filter(|_| short) {
        return Some(press(pending, at));
    }
    // One more than there are names the last button.
    if ordinal(text, labels.len() + 1).is_some_and(|at| at == labels.len()) && short && labels.len() > 1 {
        return Some(match pending {
            Pending::Situation { .. } | Pending::Place { .. } => Press::Skip,
            _ => Press::NoneOfThese,
        });
    }
    let plain: Vec<String> = labels.iter().map(|label| bare(label)).collect();
    if let Some(at) = only(&plain, |label| label == text) {
        return Some(press(pending, at));
    }
    let is_situation = matches!(pending, Pending::Situation { .. });
    // 是 and 不是 as answers to a question of two options, of which one says so.
    if is_situation || plain.len() == 1 {
        let starts = |list: &'static [&'static str]| {
            move |label: &str| list.iter().any(|word| label.starts_with(word)) || label == "本人"
        };
        if list("yes").contains(&text) {
            if plain.len() == 1 {
                return Some(press(pending, 0));
            }
            if let Some(at) = only(&plain, starts(&["是", "有", "要", "已", "会"])) {
                return Some(press(pending, at));
            }
        }
        if list("no").contains(&text)
            && let Some(at) =
                only(&plain, |label| ["不", "否", "没", "未", "无"].iter().any(|w| label.starts_with(w)))
        {
            return Some(press(pending, at));
        }
    }
    if list("none").contains(&text) && !is_situation {
        return Some(Press::NoneOfThese);
    }
    if list("unsure").contains(&text) || text.starts_with("不知道") || text.starts_with("不清楚") {
        return Some(Press::Skip);
    }
    if text.chars().count() >= 2 {
        // 是 stands in many a question.
        let question = asks(text);
        let told = |label: &str| text.contains(label) && (!question || label.chars().count() > 2);
        let held: Vec<usize> = (0..plain.len()).filter(|&at| told(&plain[at])).collect();
        match held.as_slice() {
            // An option inside a longer sentence is an answer only where little else is said.
            [only] if text.chars().count() <= plain[*only].chars().count() + 6 => {
                return Some(press(pending, *only));
            }
            [] => {
                if let Some(at) = only(&plain, |label| label.contains(text)) {
                    return Some(press(pending, at));
                }
            }
            _ => {}
        }
    }
    None
}

pub(super) fn press(pending: &Pending, at: usize) -> Press {
    match pending {
        Pending::Situation { options, .. } => Press::Options(vec![options[at].0.clone()]),
        Pending::Place { options } => Press::Place(options[at].code.clone()),
        _ => Press::Pick(at),
    }
}

fn only(labels: &[String], fits: impl Fn(&str) -> bool) -> Option<usize> {
    let mut found = (0..labels.len()).filter(|&at| fits(&labels[at]));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// 第二个, 选2, 2, 最后一个
fn ordinal(text: &str, count: usize) -> Option<usize> {
    if count == 0 {
        return None;
    }
    if ["最后一个", "最后那个", "最下面那个"].contains(&text) {
        return Some(count - 1);
    }
    let core = ["第", "选第", "选择第", "选", "选择", "就第", "要第"]
        .iter()
        .filter_map(|head| text.strip_prefix(head))
        .min_by_key(|rest| rest.chars().count())
        .unwrap_or(text);
    let core = ["个", "项", "条", "种", "件", "个吧", "项吧", "个就行", "件咋办", "件怎么办", "个咋办"]
        .iter()
        .filter_map(|tail| core.strip_suffix(tail))
        .min_by_key(|rest| rest.chars().count())
        .unwrap_or(core);
    let said = core != text || text.bytes().all(|b| b.is_ascii_digit());
    let at = NUMERALS.iter().find(|(word, _)| *word == core)?.1;
    (said && at < count).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::state::{Choice, Focus};
    use super::*;
    use crate::guide::ItemKey;

    #[test]
    fn an_age_chooses_the_option_that_holds_for_it() {
        let options = ["未满16岁", "已满16岁", "说不清"];
        let pending = Pending::Situation {
            id: "age".into(),
            multi: false,
            options: options.iter().map(|o| ((*o).to_owned(), (*o).to_owned())).collect(),
        };
        let state = {
            let item = ItemKey::from_name("甲");
            let choice = Choice { item, name: "甲".into(), case: None, label: "甲".into() };
            State { pending: Some(pending), focus: Some(Focus::on(&choice)), ..State::default() }
        };
        for (text, want) in [
            ("我四十二了", Some("已满16岁")),
            ("15周岁", Some("未满16岁")),
            ("十六岁", Some("已满16岁")),
            ("等了3了", None),
        ] {
            let want = want.map(|o| Press::Options(vec![o.to_owned()]));
            assert_eq!(nearest_option(&state, text, &[]), want, "{text}");
        }
        assert!(spans("63周岁以上", 63) && !spans("60岁以下", 61) && !spans("3个月以上", 5));
    }
}
