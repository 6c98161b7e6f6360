//! What to ask when several items may be meant: the difference between near twins, or else the property that splits
//! the candidates best. Everything is read from the items themselves.

use super::state::{Choice, Pending};
use super::wording;
use crate::guide::ItemKey;
use std::collections::BTreeMap;

/// At most so many options are put to a person at once.
pub const OPTIONS: usize = 5;

/// Characters of an option at most.
pub const LABEL: usize = 18;

/// What the dialogue knows of an item that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The item.
    pub item: ItemKey,
    /// 事项名称
    pub name: String,
    /// 业务办理项 that the question means, where its words tell.
    pub case: Option<String>,
    /// The everyday name or known question nearest to what was said.
    pub everyday: Option<String>,
    /// Chance that it is the right one, 0 to 1.
    pub confidence: f32,
    /// Private persons may apply, as far as the guides say.
    pub person: bool,
    /// Firms may apply, as far as the guides say.
    pub firm: bool,
    /// 实施主体
    pub department: Option<String>,
}

/// Candidates looked at for a splitting question.
const LOOKED_AT: usize = 10;

/// A question must be worth so many bits to be asked before a plain list.
const WORTH: f32 = 0.8;

/// A list of so few holds nearly everything: it is its own best question.
const SHORT_LIST: usize = 4;

/// Share of the chance that a short list must hold.
const NEARLY_ALL: f32 = 0.9;

/// The question to ask about these candidates, best first.
pub fn which(hits: &[Hit], twins: bool) -> (String, Pending) {
    let looked_at = &hits[..hits.len().min(LOOKED_AT)];
    let all: f32 = looked_at.iter().map(|h| h.confidence).sum();
    let held: f32 = looked_at.iter().take(SHORT_LIST).map(|h| h.confidence).sum();
    if !twins
        && held < NEARLY_ALL * all
        && let Some((text, groups)) = split(looked_at)
    {
        return (text, Pending::Narrow { groups });
    }
    let options = choices(&hits[..hits.len().min(OPTIONS)]);
    let text = match options.as_slice() {
        [only] => wording::is_it(&only.name),
        _ => wording::WHICH_ONE.to_owned(),
    };
    (text, Pending::Which { options })
}

/// Groups with their items.
type Groups = Vec<(String, Vec<Choice>)>;

/// What an item may have in common with others.
type Property<'a> = &'a dyn Fn(&Hit) -> Option<String>;

/// The property whose answer tells most.
fn split(hits: &[Hit]) -> Option<(String, Groups)> {
    let applicant = |hit: &Hit| match (hit.person, hit.firm) {
        (true, false) => Some(wording::FOR_PERSON.to_owned()),
        (false, true) => Some(wording::FOR_FIRM.to_owned()),
        _ => None,
    };
    let department = |hit: &Hit| hit.department.as_deref().map(short_department);
    let case = |hit: &Hit| hit.case.clone().filter(|case| case.chars().count() <= LABEL);
    let questions: [(&str, Property<'_>); 3] = [
        (wording::WHO_APPLIES, &applicant),
        (wording::WHICH_CASE, &case),
        (wording::WHICH_DEPARTMENT, &department),
    ];
    let best = questions
        .into_iter()
        .filter_map(|(text, property)| {
            let worth = bits(hits, property)?;
            Some((text, property, worth))
        })
        .max_by(|a, b| a.2.total_cmp(&b.2))
        .filter(|best| best.2 >= WORTH)?;
    let mut groups: Groups = Vec::new();
    for hit in hits {
        let choice = choice(hit, &hit.name);
        match best.1(hit) {
            Some(label) => match groups.iter_mut().find(|g| g.0 == label) {
                Some(group) => group.1.push(choice),
                None => groups.push((label, vec![choice])),
            },
            // What has no such property could be in any group.
            None => groups.iter_mut().for_each(|group| group.1.push(choice.clone())),
        }
    }
    Some((best.0.to_owned(), groups))
}

/// What an answer tells, in bits; `None` where it can't be asked: one group, too many, or too many items without one.
fn bits(hits: &[Hit], property: Property<'_>) -> Option<f32> {
    let mut shares: BTreeMap<String, f32> = BTreeMap::new();
    let (mut known, mut all) = (0.0, 0.0);
    for hit in hits {
        all += hit.confidence;
        if let Some(value) = property(hit) {
            known += hit.confidence;
            *shares.entry(value).or_default() += hit.confidence;
        }
    }
    if !(2..=OPTIONS).contains(&shares.len()) || known < 0.8 * all {
        return None;
    }
    let entropy: f32 = shares.values().map(|share| share / known).map(|p| -p * p.max(1e-6).log2()).sum();
    Some(entropy * known / all)
}

/// 呼和浩特市公安局 → 公安: what people call an organ.
fn short_department(name: &str) -> String {
    // 市场 is no city.
    let kept = name.replace("市场", "\u{0}场");
    let core = kept
        .rsplit(['市', '区', '旗', '县'])
        .next()
        .filter(|rest| rest.chars().count() >= 2)
        .unwrap_or(&kept);
    let core = &core.replace('\u{0}', "市");
    let core = core.split(['、', '，', '（', '(', ' ']).next().unwrap_or(core);
    let core = core.strip_prefix("自治区").unwrap_or(core);
    shortened(core)
}

/// Options that name the difference.
pub fn choices(hits: &[Hit]) -> Vec<Choice> {
    let labels = differences(hits);
    hits.iter().zip(labels).map(|(hit, label)| choice(hit, &label)).collect()
}

fn choice(hit: &Hit, label: &str) -> Choice {
    Choice { item: hit.item.clone(), name: hit.name.clone(), case: hit.case.clone(), label: shortened(label) }
}

/// What tells each apart from the others: the case where all are one item, else the name less what all share.
fn differences(hits: &[Hit]) -> Vec<String> {
    let names: Vec<String> = hits
        .iter()
        .map(|hit| match &hit.case {
            Some(case) if hits.iter().any(|other| other.item == hit.item && other.case != hit.case) => {
                case.clone()
            }
            _ => hit.name.clone(),
        })
        .collect();
    if names.len() < 2 {
        return names;
    }
    let chars: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
    let shortest = chars.iter().map(Vec::len).min().unwrap_or(0);
    let same = |at: usize, from_end: bool| {
        let pick = |name: &Vec<char>| if from_end { name[name.len() - 1 - at] } else { name[at] };
        chars.iter().all(|name| pick(name) == pick(&chars[0]))
    };
    let head = (0..shortest).take_while(|&at| same(at, false)).count();
    let tail = (0..shortest - head).take_while(|&at| same(at, true)).count();
    let middles: Vec<String> =
        chars.iter().map(|name| name[head..name.len() - tail].iter().collect()).collect();
    // A lone character or nothing says less than the name.
    let telling =
        middles.iter().all(|m: &String| m.chars().count() >= 2 && !m.starts_with(['）', ')', '（', '(']));
    let needed = names.iter().any(|name| name.chars().count() > LABEL);
    if telling && needed { middles } else { names }
}

/// At most [`LABEL`] characters; what is cut is marked.
pub fn shortened(text: &str) -> String {
    let trimmed = text.trim_matches(|c: char| !c.is_alphanumeric() && !"（）()《》“”".contains(c));
    if trimmed.chars().count() <= LABEL {
        return trimmed.to_owned();
    }
    // What stands in brackets explains; the rest names.
    let outside: String = {
        let mut depth = 0;
        trimmed
            .chars()
            .filter(|c| {
                match c {
                    '（' | '(' => depth += 1,
                    '）' | ')' => {
                        depth -= 1;
                        return false;
                    }
                    _ => {}
                }
                depth == 0
            })
            .collect()
    };
    if (4..=LABEL).contains(&outside.chars().count()) {
        return outside;
    }
    trimmed.chars().take(LABEL - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(name: &str, confidence: f32) -> Hit {
        Hit {
            item: ItemKey::from_name(name),
            name: name.into(),
            case: None,
            everyday: None,
            confidence,
            person: true,
            firm: true,
            department: None,
        }
    }

    #[test]
    fn twins_are_told_apart_by_what_differs() {
        let long =
            ["内蒙古自治区城乡居民养老保险待遇申领（首次）", "内蒙古自治区城乡居民养老保险注销登记（首次）"];
        let hits: Vec<Hit> = long.iter().map(|n| hit(n, 0.4)).collect();
        let labels: Vec<String> = choices(&hits).into_iter().map(|c| c.label).collect();
        assert_eq!(labels, ["待遇申领", "注销登记"]);
        let hits = [hit("居民身份证补领", 0.4), hit("临时居民身份证", 0.4)];
        assert_eq!(choices(&hits)[0].label, "居民身份证补领");
        let mut cases = [hit("居民身份证办理", 0.4), hit("居民身份证办理", 0.3)];
        (cases[0].case, cases[1].case) = (Some("首次申领".into()), Some("丢失补领".into()));
        let labels: Vec<String> = choices(&cases).into_iter().map(|c| c.label).collect();
        assert_eq!(labels, ["首次申领", "丢失补领"]);
    }

    #[test]
    fn labels_fit_a_button() {
        for name in
            ["对在保护范围内进行爆破钻探挖掘等作业的许可（省级以下、含跨盟市的情形）的备案", "甲", "（）", ""]
        {
            assert!(shortened(name).chars().count() <= LABEL, "{name}");
        }
        assert_eq!(short_department("呼和浩特市市场监督管理局"), "市场监督管理局");
        assert_eq!(short_department("市场监督管理部门"), "市场监督管理部门");
        assert_eq!(shortened("出生登记（新生儿国内出生户口登记在本地）"), "出生登记");
    }

    #[test]
    fn many_even_candidates_are_split_by_who_applies() {
        let mut hits: Vec<Hit> = (0..8).map(|n| hit(&format!("事项{n}"), 0.12)).collect();
        for (n, hit) in hits.iter_mut().enumerate() {
            (hit.person, hit.firm) = (n % 2 == 0, n % 2 == 1);
        }
        let (text, pending) = which(&hits, false);
        let Pending::Narrow { groups } = pending else { panic!("{text}") };
        assert_eq!((groups.len(), groups[0].1.len()), (2, 4));
        // Twins are shown as they are.
        assert!(matches!(which(&hits[..3], true).1, Pending::Which { options } if options.len() == 3));
        // Nothing splits these: a list.
        let plain: Vec<Hit> = (0..8).map(|n| hit(&format!("事项{n}"), 0.12)).collect();
        assert!(matches!(which(&plain, false).1, Pending::Which { options } if options.len() == OPTIONS));
    }
}
