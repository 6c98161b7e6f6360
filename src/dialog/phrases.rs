//! What people say, by what it comes to; the lists themselves stand in `phrases.txt`.

use crate::guide::Facet;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A side of an item; of time there are three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// A field of the guide.
    Facet(Facet),
    /// How long one waits in a queue: no guide knows.
    Waiting,
    /// How often something may be done, or how long a result is good for.
    Interval,
    /// Lines of the guide that speak of what was asked.
    Mentioned,
}

/// Who answers what no government service of the region does (超范围).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Offices of another province.
    Beyond,
    /// Courts.
    Court,
    /// Procurators (检察机关).
    Procurator,
    /// Supervision of officials (纪检监察).
    Discipline,
    /// Letters and visits (信访).
    Petition,
    /// Embassies and consulates.
    Consular,
    /// The post and its like.
    Parcel,
    /// Railways.
    Rail,
    /// Banks and insurers.
    Bank,
    /// Electricity.
    Power,
    /// Law between private persons.
    Dispute,
}

impl Channel {
    /// Every one, the more telling words first.
    pub const ALL: [Channel; 11] = [
        Channel::Beyond,
        Channel::Procurator,
        Channel::Discipline,
        Channel::Court,
        Channel::Petition,
        Channel::Consular,
        Channel::Parcel,
        Channel::Rail,
        Channel::Dispute,
        Channel::Bank,
        Channel::Power,
    ];

    /// Its list in phrases.txt; places beyond the region have a file of their own.
    fn list(self) -> &'static str {
        match self {
            Channel::Beyond => "",
            Channel::Court => "court",
            Channel::Procurator => "procurator",
            Channel::Discipline => "discipline",
            Channel::Petition => "petition",
            Channel::Consular => "consular",
            Channel::Parcel => "parcel",
            Channel::Rail => "rail",
            Channel::Bank => "bank",
            Channel::Power => "power",
            Channel::Dispute => "dispute",
        }
    }
}

/// The lists of phrases.txt by name, and the sides with what is said for them, in order.
pub(super) struct Phrases {
    lists: HashMap<&'static str, Vec<&'static str>>,
    pub(super) sides: Vec<(Side, Vec<&'static str>)>,
}

pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases { lists: HashMap::new(), sides: Vec::new() };
    for line in include_str!("phrases.txt").lines().filter(|line| !line.starts_with('#')) {
        let Some((name, words)) = line.split_once(": ") else { continue };
        let words: Vec<&str> = words.split_whitespace().collect();
        match name.strip_prefix("side ") {
            None => drop(phrases.lists.insert(name, words)),
            Some("waiting") => phrases.sides.push((Side::Waiting, words)),
            Some("interval") => phrases.sides.push((Side::Interval, words)),
            Some(facet) => {
                phrases.sides.extend(Facet::from_word(facet).map(|facet| (Side::Facet(facet), words)));
            }
        }
    }
    phrases
});

/// One list of phrases.txt; a test holds every name used here against the file.
pub(super) fn list(name: &str) -> &'static [&'static str] {
    PHRASES.lists.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a text asks if something is needed: 要照片不, 得体检吗.
pub fn asks_whether(folded: &str) -> bool {
    let text = bare(folded);
    let starts = ["要", "得", "需要", "用", "还要", "还得", "必须", "是不是", "用不用", "要不要", "非得"];
    let ends = ["不", "吗", "么", "不要", "没"];
    text.chars().count() <= 12
        && starts.iter().any(|word| text.starts_with(word))
        && (ends.iter().any(|word| text.ends_with(word))
            || text.starts_with("用不用")
            || text.starts_with("要不要"))
}

/// Who answers a question that is none of ours, where the words tell; the first that fits.
pub fn channel(folded: &str, names_beyond: bool) -> Option<Channel> {
    // Another province's office, whatever is asked of it; 卖到河北 is no office.
    if names_beyond && !list("consular").iter().any(|word| folded.contains(word)) {
        return Some(Channel::Beyond);
    }
    // The list of `Beyond` is empty: names of places stand elsewhere.
    Channel::ALL.into_iter().find(|channel| list(channel.list()).iter().any(|word| folded.contains(word)))
}

/// Whether a text is a question, and so no answer to one.
pub fn asks(folded: &str) -> bool {
    let text = bare(folded);
    let ends = ["吗", "么", "不", "没"];
    list("asking").iter().any(|word| text.contains(word))
        || (text.chars().count() > 3 && ends.iter().any(|word| text.ends_with(word)))
}

/// Whether a text wants something done: then it is about a matter of its own.
pub fn wishes(folded: &str) -> bool {
    list("wish").iter().any(|word| folded.contains(word))
}

/// Whether somebody says that he can't go on living.
pub fn despairs(folded: &str) -> bool {
    list("despair").iter().any(|word| folded.contains(word))
}

/// Who somebody says he is (我是物业公司, 个体户): `true` for a private person.
pub fn presents(folded: &str) -> Option<bool> {
    let text = bare(folded);
    let short = text.chars().count() <= 10;
    let says =
        ["我是", "我们是", "咱是", "俺是"].iter().any(|head| text.starts_with(head)) || text == "个体户";
    let firm = ["公司", "企业", "单位", "合作社", "个体", "学校", "医院", "厂", "店"];
    (short && says && !asks(folded)).then(|| !firm.iter().any(|word| text.contains(word)))
}

/// Whether a text compares.
pub fn compares(folded: &str) -> bool {
    list("comparing").iter().any(|word| folded.contains(word))
}

/// Whether a text points back at what was said: then a weak search must not lead away from it.
pub fn points_back(folded: &str) -> bool {
    let text = bare(folded);
    ["那", "这个", "这事", "刚才", "上面", "它", "还要", "还得", "另外"]
        .iter()
        .any(|word| text.starts_with(word))
        || text.contains("刚才说的")
        || text.contains("那个证")
}

/// The sides that a text asks for, in the order of the table, each once. 怎么办 asks for the steps only where an item
/// is being talked about; in a first question it asks for everything.
pub fn sides(folded: &str, talking: bool) -> Vec<Side> {
    let text = bare(folded);
    let mut found: Vec<Side> = Vec::new();
    for (side, phrases) in &PHRASES.sides {
        if phrases.iter().any(|phrase| text.contains(phrase)) {
            found.push(*side);
        }
    }
    let has = |list: &[&str]| list.iter().any(|word| text.contains(word));
    if has(list("others"))
        && has(list("go"))
        && has(list("may"))
        && !found.contains(&Side::Facet(Facet::Agent))
    {
        found.push(Side::Facet(Facet::Agent));
    }
    // 多久 alone is the time limit; with a queue or a repetition it is not.
    if found.iter().any(|side| matches!(side, Side::Waiting | Side::Interval)) {
        found.retain(|side| *side != Side::Facet(Facet::Time));
    }
    // 怎么办 beside something definite asks for nothing of its own.
    if found.len() > 1 || !talking {
        let vague = ["怎么办理", "怎么办", "咋办", "咋弄", "怎么弄"];
        let definite = ["流程", "步骤", "怎么申请", "咋申请", "怎么操作"];
        if has(&vague) && !has(&definite) {
            found.retain(|side| *side != Side::Facet(Facet::Process));
        }
    }
    found
}

/// A text without what it says of sides: what is left names the matter.
pub fn without_sides(folded: &str) -> String {
    let spoken = PHRASES.sides.iter().flat_map(|(_, list)| list.iter().copied());
    taken_out(folded, spoken.collect())
}

/// A text without punctuation, spaces and what trails off.
pub fn bare(folded: &str) -> String {
    let mut text: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    while text.chars().count() > 1 {
        match text.chars().last() {
            Some('啊' | '呀' | '呢' | '嘛' | '哈' | '哇' | '哦' | '噢' | '呗' | '啦') => text.pop(),
            _ => break,
        };
    }
    text
}

/// How many characters are left once every known phrase is taken out.
pub(super) fn left_over(text: &str, lists: &[&[&str]]) -> usize {
    let text = taken_out(text, lists.iter().flat_map(|list| list.iter().copied()).collect());
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// A text without some phrases, the longest taken out first.
fn taken_out(text: &str, mut phrases: Vec<&str>) -> String {
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
    let mut text = text.to_owned();
    for phrase in phrases {
        // A gap keeps what stood apart from growing together.
        text = text.replace(phrase, " ");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_is_used_is_in_the_file() {
        let source =
            [include_str!("reading.rs"), include_str!("options.rs"), include_str!("phrases.rs")].concat();
        let used = source.split("list(\"").skip(1).filter_map(|rest| rest.split_once("\")"));
        for (name, _) in used.filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
            assert!(!list(name).is_empty(), "{name}");
        }
        for channel in Channel::ALL {
            assert!(channel == Channel::Beyond || !list(channel.list()).is_empty(), "{channel:?}");
        }
        assert_eq!(PHRASES.sides.len(), 14);
    }

    #[test]
    fn a_question_is_no_answer() {
        for (text, want) in [
            ("政策依据是啥", true),
            ("要不要预约", true),
            ("砍下来往外拉要证不", true),
            ("去哪办吧", true),
            ("没有", false),
            ("丢失补领", false),
            ("户口在本地", false),
        ] {
            assert_eq!(asks(text), want, "{text}");
        }
        assert_eq!(presents("我是物业公司"), Some(false));
        assert_eq!(presents("我是牧民"), Some(true));
        assert_eq!(presents("我是不是要去"), None);
    }

    #[test]
    fn a_matter_is_what_is_left_without_its_sides() {
        for (text, want) in
            [("身份证邮寄", "身份证"), ("上班时间", ""), ("户口本申请材料", "户口本"), ("请稍等", "请稍等")]
        {
            assert_eq!(bare(&without_sides(text)), want, "{text}");
        }
    }

    #[test]
    fn what_is_none_of_ours_has_somebody_who_answers() {
        for (text, beyond, want) in [
            ("法院判了他不给钱咋办", false, Some(Channel::Court)),
            ("邻居的树倒我车上谁赔", false, Some(Channel::Dispute)),
            ("沈阳社保局几点开门", true, Some(Channel::Beyond)),
            ("去日本的签证咋办", true, Some(Channel::Consular)),
            ("红烧肉怎么做", false, None),
        ] {
            assert_eq!(channel(text, beyond), want, "{text}");
        }
    }
}
