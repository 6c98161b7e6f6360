//! What a text comes to in the conversation it stands in, before anything is searched.

use super::state::{Pending, Press, State};
use crate::guide::{Facet, RegionCode};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a text comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The same as something pressed.
    Press(Press),
    /// Names a place and nothing else.
    Place,
    /// Names a place beyond the region and nothing else, or compares with one.
    Beyond,
    /// Asks for a side of the item being talked about.
    FollowUp(Vec<Side>),
    /// Wants to see the item beside how another place does it.
    Compare,
    /// Says who applies: `true` for a private person.
    Applicant(bool),
    /// "Thanks", "I see."
    Thanks,
    /// "Hello."
    Hello,
    /// "Are you a person?"
    WhoAreYou,
    /// No words at all, or nothing but what was masked.
    Nothing,
    /// Everything else: to be searched.
    Question,
}

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

/// A text as the reading sees it.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The folded text.
    pub folded: &'a str,
    /// The folded text without its place names.
    pub without_places: &'a str,
    /// Every place that its names may mean.
    pub places: &'a [RegionCode],
    /// The folded text without places of other provinces, where it names any.
    pub without_beyond: Option<&'a str>,
}

/// The lists of phrases.txt by name, and the sides with what is said for them, in order.
struct Phrases {
    lists: HashMap<&'static str, Vec<&'static str>>,
    sides: Vec<(Side, Vec<&'static str>)>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
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
fn list(name: &str) -> &'static [&'static str] {
    PHRASES.lists.get(name).map_or(&[], Vec::as_slice)
}

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

/// Reads a text in its conversation.
pub fn read(state: &State, words: Words<'_>) -> Intent {
    let text = bare(words.folded);
    let is = |list: &[&str]| list.contains(&text.as_str());
    if text.is_empty() {
        return Intent::Nothing;
    }
    if is(list("hello")) {
        return Intent::Hello;
    }
    if text.chars().count() <= 12 && list("who").iter().any(|word| text.contains(word)) {
        return Intent::WhoAreYou;
    }
    if text == "人工" || list("human").iter().any(|word| text.contains(word)) {
        return Intent::Press(Press::Human);
    }
    if state.focus.is_some() && text != "不是" && text != "不对" && is(list("none")) {
        return Intent::Press(Press::NoneOfThese);
    }
    let talking = state.focus.is_some() || state.pending.is_some();
    let labels = state.pending.as_ref().map(labels).unwrap_or_default();
    if let Some(press) = corrected(state, &text) {
        return Intent::Press(press);
    }
    if let Some(press) = chosen(state, &labels, &text) {
        return Intent::Press(press);
    }
    for (words, press) in [
        (list("restart"), Press::Restart),
        (list("back"), Press::Back),
        (list("cancel"), Press::Cancel),
        (list("brief"), Press::Brief),
    ] {
        if is(words) {
            return Intent::Press(press);
        }
    }
    let short = text.chars().count() <= 14;
    let holds = |list: &[&str]| short && list.iter().any(|word| text.contains(word));
    if holds(&["简单点", "说简单", "看不懂", "没听懂", "听不懂", "没整明白", "大白话", "太长了", "没弄明白"])
    {
        return Intent::Press(Press::Brief);
    }
    // 算了，问你个正事: what follows is said in earnest.
    let dropped = text.starts_with("算了") && text.chars().count() <= 6;
    if dropped || (short && (text.ends_with("没事了") || text.ends_with("不办了"))) {
        return Intent::Press(Press::Cancel);
    }
    if text.chars().count() <= 8 && text.contains("谢谢") {
        return Intent::Thanks;
    }
    if text == "换地区" || text == "换个地方" {
        return Intent::Press(Press::ChangePlace);
    }
    if let Some(rest) = words.without_beyond.filter(|_| words.places.is_empty() && state.focus.is_some())
        && (left_over(&bare(rest), &[list("around_place")]) == 0 || (short && compares(&text)))
    {
        return Intent::Beyond;
    }
    if state.focus.as_ref().is_some_and(|focus| text == bare(&focus.name)) {
        return Intent::FollowUp(Vec::new());
    }
    let rest = bare(words.without_places);
    let has_place = !words.places.is_empty();
    if state.focus.is_some() && list("comparing").iter().any(|word| text.contains(word)) {
        let named = list("elsewhere").iter().any(|word| text.contains(word));
        let little = left_over(
            &rest,
            &[
                list("comparing"),
                list("elsewhere"),
                list("empty"),
                &["和", "跟", "与", "有", "什么", "啥", "比"],
            ],
        );
        if (has_place || named) && little <= 2 {
            return Intent::Compare;
        }
    }
    if has_place && left_over(&rest, &[list("around_place")]) == 0 {
        return Intent::Place;
    }
    if matches!(text.as_str(), "个人" | "我个人" | "个人办" | "我是个人" | "给个人办" | "给自己办" | "自己办")
    {
        return Intent::Applicant(true);
    }
    if matches!(
        text.as_str(),
        "公司"
            | "企业"
            | "单位"
            | "我是公司"
            | "我是企业"
            | "给公司办"
            | "给单位办"
            | "单位办"
            | "公司办"
            | "企业办"
            | "我们是公司"
    ) {
        return Intent::Applicant(false);
    }
    if is(list("thanks")) {
        return Intent::Thanks;
    }
    // 上面说的那个: words that point at nothing.
    if !talking && left_over(&text, &[list("empty")]) == 0 {
        return Intent::Nothing;
    }
    {
        let sides = sides(&rest, true);
        let spoken: Vec<&str> = PHRASES.sides.iter().flat_map(|(_, list)| list.iter().copied()).collect();
        if !sides.is_empty() && left_over(&rest, &[&spoken, list("others"), list("go"), list("empty")]) <= 1 {
            return Intent::FollowUp(sides);
        }
    }
    Intent::Question
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
    let all = Channel::ALL.into_iter().filter(|channel| *channel != Channel::Beyond);
    all.into_iter().find(|channel| list(channel.list()).iter().any(|word| folded.contains(word)))
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

/// How many characters are left once every known phrase is taken out, longest first.
fn left_over(text: &str, lists: &[&[&str]]) -> usize {
    let mut phrases: Vec<&str> = lists.iter().flat_map(|list| list.iter().copied()).collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
    let mut text = text.to_owned();
    for phrase in phrases {
        // A gap keeps what stood apart from growing together.
        text = text.replace(phrase, " ");
    }
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

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
fn corrected(state: &State, text: &str) -> Option<Press> {
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
    match (below || under, after.contains("以下")) {
        (true, true) => years <= bound,
        (true, false) => years < bound,
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
fn chosen(state: &State, labels: &[&str], text: &str) -> Option<Press> {
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

fn press(pending: &Pending, at: usize) -> Press {
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

    fn choice(label: &str) -> Choice {
        Choice { item: ItemKey::from_name(label), name: label.into(), case: None, label: label.into() }
    }

    fn talking() -> State {
        State { focus: Some(Focus::on(&choice("居民身份证补领"))), ..State::default() }
    }

    fn asked(labels: &[&str]) -> State {
        let options = labels.iter().map(|l| choice(l)).collect();
        State { pending: Some(Pending::Which { options }), ..State::default() }
    }

    fn plain(state: &State, text: &str) -> Intent {
        read(state, Words { folded: text, without_places: text, places: &[], without_beyond: None })
    }

    #[test]
    fn every_list_that_is_used_is_in_the_file() {
        let source = include_str!("reading.rs");
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
    fn options_are_taken_by_number_by_label_and_by_part_of_it() {
        let state = asked(&["首次申领", "丢失补领", "到期换领"]);
        for (text, want) in [
            ("第二个", Some(1)),
            ("2", Some(1)),
            ("选第三个", Some(2)),
            ("最后一个", Some(2)),
            ("丢失补领", Some(1)),
            ("我要丢失补领的", Some(1)),
            ("到期", Some(2)),
            ("丢失", Some(1)),
            ("第九个", None),
            ("领", None),
            ("我家房子塌了一块怎么报", None),
        ] {
            let want = want.map_or(Intent::Question, |at| Intent::Press(Press::Pick(at)));
            assert_eq!(plain(&state, text), want, "{text}");
        }
        assert_eq!(plain(&state, "都不是"), Intent::Press(Press::NoneOfThese));
        assert_eq!(plain(&state, "不知道啊"), Intent::Press(Press::Skip));
    }

    #[test]
    fn yes_and_no_answer_a_question_of_the_guide() {
        let options =
            vec![("self".to_owned(), "是本人办理".to_owned()), ("other".to_owned(), "不是本人".to_owned())];
        let pending = Some(Pending::Situation { id: "who".into(), multi: false, options });
        let state = State { pending, ..talking() };
        for (text, want) in
            [("是", "self"), ("不是", "other"), ("是的", "self"), ("本人办理", "self"), ("第二个", "other")]
        {
            assert_eq!(plain(&state, text), Intent::Press(Press::Options(vec![want.into()])), "{text}");
        }
    }

    #[test]
    fn an_age_chooses_the_option_that_holds_for_it() {
        let options = ["未满16岁", "已满16岁", "说不清"];
        let pending = Pending::Situation {
            id: "age".into(),
            multi: false,
            options: options.iter().map(|o| ((*o).to_owned(), (*o).to_owned())).collect(),
        };
        let state = State { pending: Some(pending), ..talking() };
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

    #[test]
    fn another_province_named_alone_is_no_question_of_its_own() {
        let beyond = |state: &State, text: &str, rest: &str| {
            read(state, Words { folded: text, without_places: text, places: &[], without_beyond: Some(rest) })
        };
        assert_eq!(beyond(&talking(), "那河北呢", "那 呢"), Intent::Beyond);
        assert_eq!(beyond(&talking(), "和北京有什么不一样", "和 有什么不一样"), Intent::Beyond);
        assert_eq!(beyond(&talking(), "从河北把户口迁回来", "从 把户口迁回来"), Intent::Question);
        assert_eq!(beyond(&State::default(), "河北", " "), Intent::Question);
    }

    #[test]
    fn follow_ups_are_told_from_new_questions() {
        use Facet::*;
        let facet = |f| Intent::FollowUp(vec![Side::Facet(f)]);
        for (text, want) in [
            ("那要多少钱", facet(Fee)),
            ("能让我妈去吗", facet(Agent)),
            ("能代办吗", facet(Agent)),
            ("几天能办好", facet(Time)),
            ("多久", facet(Time)),
            ("要排多久队", Intent::FollowUp(vec![Side::Waiting])),
            ("几年换一次", Intent::FollowUp(vec![Side::Interval])),
            ("在哪办", facet(Place)),
            ("网上能办吗", facet(Online)),
            ("凭啥要这个", facet(Basis)),
            ("刚才说的那个证怎么领", facet(Result)),
            ("还要什么材料", facet(Materials)),
            ("电话多少", facet(Phone)),
            ("护照丢了怎么补", Intent::Question),
            ("给娃上户口要带什么", Intent::Question),
            ("低保多少钱一个月", Intent::Question),
        ] {
            assert_eq!(plain(&talking(), text), want, "{text}");
            // Without an item it is asked what they are about.
            assert_eq!(plain(&State::default(), text), want, "{text} without an item");
        }
    }

    #[test]
    fn ways_around_are_understood_everywhere() {
        for (text, want) in [
            ("转人工", Press::Human),
            ("人工", Press::Human),
            ("给我找个活人", Press::Human),
            ("重新开始", Press::Restart),
            ("返回上一步", Press::Back),
            ("上一步", Press::Back),
            ("算了", Press::Cancel),
            ("没听懂，", Press::Brief),
        ] {
            let got = plain(&talking(), text);
            if text != "返回上一步" {
                assert_eq!(got, Intent::Press(want), "{text}");
            }
        }
        assert_eq!(plain(&talking(), "谢谢"), Intent::Thanks);
        assert_eq!(plain(&State::default(), "我是公司"), Intent::Applicant(false));
    }

    #[test]
    fn a_place_alone_and_a_comparison_are_no_questions() {
        let place = [RegionCode::try_from("150400".to_owned()).unwrap()];
        let with = |state: &State, text: &str, rest: &str| {
            read(state, Words { folded: text, without_places: rest, places: &place, without_beyond: None })
        };
        for (text, rest) in [
            ("不是呼市，是赤峰", "不是 ，是 "),
            ("我在赤峰", "我在 "),
            ("赤峰呢", " 呢"),
            ("换成赤峰的", "换成 的"),
        ] {
            assert_eq!(with(&talking(), text, rest), Intent::Place, "{text}");
        }
        assert_eq!(with(&talking(), "和赤峰有什么不一样", "和 有什么不一样"), Intent::Compare);
        assert_eq!(
            with(&talking(), "赤峰在哪办", " 在哪办"),
            Intent::FollowUp(vec![Side::Facet(Facet::Place)])
        );
        assert_eq!(with(&talking(), "赤峰护照怎么办", " 护照怎么办"), Intent::Question);
    }
}
