//! What a text comes to in a conversation: read, and searched for where it must be.

use super::converse::{LIMIT, place};
use super::lookup;
use super::seek::{Sought, confidence};
use super::{Ask, AskError, Assist, Timings};
use crate::dialog::{
    Choice, Focus, Hit, Intent, Pending, Press, Route, Said, State, Words, asks, asks_whether, channel,
    compares, despairs, labels, mentions, names_danger, nearest_option, points_back, presents, read,
    shortened, sides, wishes,
};
use crate::guide::{Answers, Audience, CatalogItem, RegionCode};
use crate::search::{Found, Search};
use crate::text::{Query, goes_elsewhere, without_elsewhere};
use jiff::civil::Date;
use std::sync::Arc;

/// A longer text is no mere answer to a question.
const ANSWER: usize = 12;

/// A route of a few words must be this sure to count in the middle of something.
const CERTAIN: f32 = 0.9;

/// Members of a bundle that can be opened with one press.
const MEMBERS: usize = 8;

/// Items named beside each other must each be this sure.
const BESIDE: f32 = 0.8;

/// A longer part is told, not named.
const PART: usize = 14;

/// Parts that a sentence is looked at in.
const PARTS: usize = 4;

/// Ask for all that an event brings with it.
const ALL_OF_IT: [&str; 16] = [
    "哪些手续",
    "什么手续",
    "啥手续",
    "要办啥",
    "要办什么",
    "要办哪些",
    "都办啥",
    "哪些事",
    "跑哪些",
    "哪些证",
    "都要办",
    "一件事",
    "咋整",
    "怎么整",
    "要干啥",
    "都得办",
];

/// Those of them that nobody says who needs help now.
const AFTERWARDS: [&str; 9] =
    ["哪些手续", "什么手续", "啥手续", "要办啥", "要办什么", "要办哪些", "都办啥", "都要办", "都得办"];

/// A bundle may be this much farther from the question than the nearest item.
const NEAR: f32 = 0.03;

impl Assist {
    /// Reads a text and, where it must be, searches for it.
    pub(super) async fn hear(
        &self,
        search: &Arc<Search>,
        state: &State,
        text: &str,
        today: Date,
    ) -> Result<(Said, Option<Sought>), AskError> {
        let query = search.analyzer().query(text);
        let home = state.place.as_ref().map(|p| p.code.clone());
        let mut places = super::seek::places_of(search, &query, home.as_ref());
        let mentioned: Vec<RegionCode> =
            query.mentions().iter().filter_map(|m| m.places.first().cloned()).collect();
        let without_beyond = without_elsewhere(query.without_places());
        let words = Words {
            folded: query.search_text(),
            without_places: query.without_places(),
            places: &mentioned,
            without_beyond: without_beyond.as_deref(),
        };
        let intent = read(state, words);
        // 不是呼市，是赤峰: the last one named is meant.
        if intent == Intent::Place && places.is_empty() {
            places.extend(mentioned.last().cloned());
        }
        let compares = compares(query.search_text()) && mentioned.len() > 1;
        if intent == Intent::Compare || compares {
            places = mentioned.clone();
        }
        // 从包头迁到赛罕区: where one goes is where it is done.
        if places.is_empty() && mentioned.len() == 2 && goes_to_the_last(query.search_text()) {
            places.extend(mentioned.last().cloned());
        }
        let mut said = Said {
            text: query.masked().text.clone(),
            masked: !query.masked().found.is_empty(),
            points_back: points_back(query.search_text()),
            sides: sides(query.without_places(), false),
            places: places.iter().map(|code| place(search, code)).collect(),
            intent: Some(intent.clone()),
            ..Said::default()
        };
        if intent != Intent::Question {
            return Ok((said, None));
        }
        let chars = query.search_text().chars().filter(|c| c.is_alphanumeric()).count();
        let answers = matches!(state.pending, Some(Pending::Situation { .. })) && chars <= ANSWER;
        let listed = matches!(state.pending, Some(Pending::Several { .. })) && chars <= ANSWER;
        let question = asks(query.search_text());
        if (listed || (answers && !question))
            && said.sides.is_empty()
            && !names_danger(query.search_text())
            && let Some(press) = self.option_meant(search, state, &query).await
        {
            said.intent = Some(Intent::Press(press));
            return Ok((said, None));
        }
        // 我是物业公司: who asks, not what for.
        if let Some(person) = presents(query.search_text()).filter(|_| state.talking()) {
            said.intent = Some(Intent::Applicant(person));
            return Ok((said, None));
        }
        said.compares = compares;
        said.yes_no = asks_whether(query.search_text());
        let ask = Ask {
            text: text.to_owned(),
            region: home,
            person: state.person,
            answers: Answers::default(),
            limit: LIMIT,
            trial: None,
        };
        let mut sought = self.seek(search, &ask, LIMIT).await?;
        let sure = self.thresholds.sure;
        let best = |sought: &Sought| confidence(&sought.hits);
        // An answer in free words to the question that waits: with the first words it says more.
        let settling = matches!(state.pending, Some(Pending::Which { .. } | Pending::Narrow { .. }));
        if settling && best(&sought) < sure && !state.question.is_empty() && !sought.understood.is_danger() {
            let together = Ask { text: format!("{} {text}", state.question), ..ask.clone() };
            let second = self.seek(search, &together, LIMIT).await?;
            if best(&second) > best(&sought) {
                sought = Sought { query: sought.query, vector: sought.vector, ..second };
            }
        }
        said.route = sought.understood.route;
        said.channel = channel(query.search_text(), without_beyond.is_some());
        let (sure_of_it, danger) = (sought.understood.chance >= CERTAIN, names_danger(query.search_text()));
        said.despair = despairs(query.search_text());
        if said.route == Route::OutOfScope && !danger && goes_elsewhere(query.search_text()) {
            said.route = Route::Item;
            said.channel = None;
        }
        // 姥爷昨天咽气了，后面都办啥: what to do afterwards is asked once the worst is over.
        if said.route == Route::Emergency && !danger && AFTERWARDS.iter().any(|word| text.contains(word)) {
            said.route = Route::Item;
        } else if danger && matches!(said.route, Route::Abuse | Route::Chitchat | Route::OutOfScope) {
            said.route = Route::Emergency;
        } else if said.route != Route::Item && state.talking() && chars <= ANSWER && !danger && !sure_of_it {
            // A few words in answer to something look like anything when they stand alone.
            said.route = Route::Item;
            said.unclear = state.pending.is_some() && best(&sought) < sure;
        }
        let first = sought.hits.fused.first();
        let strange = first.is_none_or(|found| !speaks_of(search, found, &query, state.focus.as_ref()));
        // 挖沙那个收钱不: what was talked about before comes back in `step`.
        let before = |found: &Found| {
            search
                .item(found.item)
                .is_some_and(|item| state.before.iter().any(|focus| focus.item == item.key))
        };
        let returns = sought.hits.fused.iter().take(3).any(before);
        let about_it = state.focus.is_some() && chars <= ANSWER && strange && !danger && !returns;
        if about_it && matches!(said.route, Route::Item | Route::OutOfScope) {
            // 当场能拿吗 names no other item: it belongs to the one that is talked about.
            if !said.sides.is_empty() {
                said.intent = Some(Intent::FollowUp(said.sides.clone()));
                return Ok((said, Some(sought)));
            }
            if question && !wishes(query.search_text()) {
                (said.route, said.yes_no) = (Route::Item, true);
            } else if answers && !wishes(query.search_text()) {
                (said.route, said.unclear) = (Route::Item, true);
            }
        }
        if let Some(focus) = &state.focus
            && let Some(item) = search.key(&focus.item)
        {
            let region = state.place.as_ref().map(|p| &p.code);
            let view = lookup::view(search, item, region, &focus.answers, today)?;
            said.mentioned = view.is_some_and(|view| !mentions(&view.card, query.search_words()).is_empty());
        }
        if said.route == Route::Item {
            said.several = self.beside(search, &ask, &query).await?;
            if said.several.is_empty() {
                let bundle = self.bundle_meant(search, &sought);
                said.bundle = bundle.map(|name| {
                    let members = members(search, &name);
                    (name, members)
                });
            }
        }
        said.hits = sought
            .hits
            .fused
            .iter()
            .filter_map(|f| hit(search, f, &sought.query, state.focus.as_ref()))
            .collect();
        Ok((said, Some(sought)))
    }

    /// The option of the waiting question that a few words mean.
    async fn option_meant(&self, search: &Search, state: &State, query: &Query) -> Option<Press> {
        let labels: Vec<String> =
            state.pending.as_ref().map(labels)?.into_iter().map(str::to_owned).collect();
        let mut likeness = Vec::new();
        let mut timings = Timings::default();
        if let Some(said) = self.vector(search, query, &mut timings).await {
            for label in &labels {
                let label = self.vector(search, &search.analyzer().query(label), &mut timings).await?;
                likeness.push(said.as_slice().iter().zip(label.as_slice()).map(|(a, b)| a * b).sum());
            }
        }
        nearest_option(state, query.search_text(), &likeness)
    }

    /// Items that a sentence names beside each other (身份证和户口本都丢了); empty unless every part is beyond doubt.
    async fn beside(&self, search: &Arc<Search>, ask: &Ask, query: &Query) -> Result<Vec<Hit>, AskError> {
        let parts = parts(query.masked().text.as_str());
        let long = |part: &String| part.chars().count() > PART;
        if !(2..=PARTS).contains(&parts.len()) || parts.iter().any(long) {
            return Ok(Vec::new());
        }
        let mut list: Vec<Hit> = Vec::new();
        for part in parts {
            let ask = Ask { text: part, ..ask.clone() };
            let sought = self.seek(search, &ask, 3).await?;
            let first = sought.hits.fused.first();
            let sure = first.filter(|f| f.confidence >= BESIDE && sought.understood.route == Route::Item);
            let Some(hit) = sure.and_then(|found| hit(search, found, &sought.query, None)) else {
                return Ok(Vec::new());
            };
            if list.iter().any(|known| known.item == hit.item) {
                return Ok(Vec::new());
            }
            list.push(hit);
        }
        Ok(list)
    }

    /// The bundle that a text means: by one of its names, or by meaning where all of an event is asked for.
    fn bundle_meant(&self, search: &Arc<Search>, sought: &Sought) -> Option<String> {
        let bare = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
        let folded = bare(sought.query.without_places());
        let themes = search.themes();
        let named = themes.iter().find(|theme| {
            std::iter::once(&theme.name).chain(&theme.common_names).any(|name| {
                let name = bare(&search.analyzer().fold(name));
                folded == name || (name.chars().count() >= 4 && folded.contains(&name))
            })
        });
        if let Some(theme) = named {
            return Some(theme.name.clone());
        }
        let sure = confidence(&sought.hits) >= self.thresholds.sure;
        // 离婚要啥手续 is one matter, and found.
        let one = |word: &str| sure && ["什么手续", "啥手续"].contains(&word);
        if !ALL_OF_IT.iter().any(|word| folded.contains(word) && !one(word)) {
            return None;
        }
        let lessons = self.lessons();
        let vector = sought.vector.as_ref()?;
        let cosine = |row: &crate::embed::Vector| -> f32 {
            row.as_slice().iter().zip(vector.as_slice()).map(|(a, b)| a * b).sum()
        };
        let rows = lessons.bundles_of(search).iter();
        let nearest = rows.map(|(at, row)| (*at, cosine(row))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        let item = sought.hits.fused.first().and_then(|f| f.vector).unwrap_or(0.0);
        (nearest.1 >= item - NEAR).then(|| themes[nearest.0].name.clone())
    }
}

/// Whether a question has a word of the found item's names that is none of the item talked about.
fn speaks_of(search: &Search, found: &Found, query: &Query, focus: Option<&Focus>) -> bool {
    let Some(item) = search.item(found.item) else { return false };
    if focus.is_some_and(|focus| focus.item == item.key) {
        return true;
    }
    let cases =
        item.business_items.iter().flat_map(|case| std::iter::once(&case.name).chain(&case.common_names));
    let names: Vec<&String> =
        std::iter::once(&item.name).chain(&item.other_names).chain(&item.common_names).chain(cases).collect();
    // 卖烟还要证不: one name that was found says the same two characters.
    let said: Vec<char> = query.search_text().chars().filter(|c| c.is_alphanumeric()).collect();
    let shares = found.matched.as_ref().is_some_and(|name| {
        said.windows(2).any(|two| {
            let two: String = two.iter().collect();
            name.contains(&two)
                && !SAY_NO_CASE.iter().any(|word| word.contains(&two) || two.contains(word))
                && focus.is_none_or(|focus| !focus.name.contains(&two))
        })
    });
    shares
        || query.search_words().iter().any(|word| {
            word.chars().count() > 1
                && focus.is_none_or(|focus| !focus.name.contains(word.as_str()))
                && names.iter().any(|name| name.contains(word.as_str()))
        })
}

/// The parts of a sentence that names things beside each other; empty where it doesn't.
fn parts(text: &str) -> Vec<String> {
    const BETWEEN: [&str; 8] = ["还有", "以及", "顺便", "另外", "、", "和", "跟", "；"];
    let mut marked = text.to_owned();
    for word in BETWEEN {
        marked = marked.replace(word, "\n");
    }
    // A comma divides only where the second half says so: 身份证丢了，户口本也丢了.
    let halves: Vec<&str> =
        text.split(['，', ',', '。', ' ']).filter(|half| !half.trim().is_empty()).collect();
    if !marked.contains('\n')
        && halves.len() > 1
        && halves[1..].iter().all(|h| h.contains(['也', '还', '再']))
    {
        marked = halves.join("\n");
    }
    let parts: Vec<String> =
        marked.split('\n').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let whole = parts.iter().all(|part| part.chars().filter(|c| c.is_alphanumeric()).count() >= 3);
    if parts.len() < 2 || !whole {
        return Vec::new();
    }
    // 身份证和户口本都丢了: what is said of the last is said of all.
    let shared: String = match parts.last().and_then(|last| last.find('都').map(|at| &last[at..])) {
        Some(tail) => tail.to_owned(),
        None => String::new(),
    };
    let last = parts.len() - 1;
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| if at < last { format!("{part}{shared}") } else { part.clone() })
        .collect()
}

/// Whether a text leads from its first place to its last.
fn goes_to_the_last(folded: &str) -> bool {
    folded.contains('从')
        && ["到", "往", "回", "去", "迁", "转", "搬"].iter().any(|word| folded.contains(word))
}

/// Members of a bundle that have a guide, the first ones.
fn members(search: &Search, bundle: &str) -> Vec<Choice> {
    let theme = search.themes().iter().find(|theme| theme.name == bundle);
    let members = theme.into_iter().flat_map(|theme| &theme.members).filter_map(|member| {
        let item = search.item(search.named(member.item.as_deref()?)?)?;
        Some(Choice {
            item: item.key.clone(),
            name: item.name.clone(),
            case: member.business_item.clone(),
            label: shortened(&member.title),
        })
    });
    members.take(MEMBERS).collect()
}

/// Words that say nothing of which case of an item is meant.
pub(super) const SAY_NO_CASE: [&str; 34] = [
    "请问",
    "怎么办理",
    "怎么办",
    "怎么弄",
    "咋办",
    "咋弄",
    "办理",
    "申请",
    "需要",
    "什么",
    "哪些",
    "材料",
    "手续",
    "流程",
    "在哪",
    "去哪",
    "哪里",
    "多少钱",
    "几天",
    "我想",
    "我要",
    "想要",
    "一个",
    "一下",
    "办",
    "弄",
    "搞",
    "想",
    "要",
    "个",
    "带",
    "啥",
    "吗",
    "的",
];

/// Whether a question names an item and nothing that could tell its cases apart (办身份证).
fn names_no_case(item: &CatalogItem, folded: &str) -> bool {
    let mut words = SAY_NO_CASE;
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut object: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    for word in words {
        object = object.replace(word, "");
    }
    let held = std::iter::once(&item.name).chain(&item.other_names).any(|name| name.contains(&object));
    let cases = item.business_items.iter().filter(|case| {
        std::iter::once(&case.name).chain(&case.common_names).any(|name| name.contains(&object))
    });
    item.business_items.len() > 1 && (object.is_empty() || held || cases.count() > 1)
}

/// The business item (业务办理项) that a question tells of the item found; none where it has to be asked.
pub fn case_told(search: &Search, found: &Found, query: &Query) -> Option<String> {
    hit(search, found, query, None)?.case
}

pub(super) fn hit(search: &Search, found: &Found, query: &Query, focus: Option<&Focus>) -> Option<Hit> {
    let item = search.item(found.item)?;
    let unknown = item.audience.is_empty();
    // What an item's case is, is asked unless the words tell; once answered, only words that name another change it.
    let named = item.business_items.iter().any(|case| {
        found.business_item.as_ref() == Some(&case.name)
            && std::iter::once(&case.name)
                .chain(&case.common_names)
                .any(|n| query.search_text().contains(n.as_str()))
    });
    let answered = focus.is_some_and(|focus| focus.item == item.key && focus.answers.item().is_some());
    let told = !names_no_case(item, query.without_places()) && (named || !answered);
    Some(Hit {
        item: item.key.clone(),
        name: item.name.clone(),
        case: found.business_item.clone().filter(|_| told),
        everyday: found.matched.clone(),
        confidence: found.confidence,
        person: unknown || item.audience.iter().any(Audience::is_person),
        firm: unknown || item.audience.iter().any(|a| !a.is_person()),
        department: item.department.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_divided_only_where_things_stand_beside_each_other() {
        for (text, want) in [
            ("身份证和户口本都丢了", vec!["身份证都丢了", "户口本都丢了"]),
            ("补身份证、办护照", vec!["补身份证", "办护照"]),
            ("身份证丢了，户口本也丢了", vec!["身份证丢了", "户口本也丢了"]),
            ("我妈七十了，想领高龄津贴", vec![]),
            ("和他离婚", vec![]),
            ("办护照", vec![]),
        ] {
            assert_eq!(parts(text), want, "{text}");
        }
    }
}
