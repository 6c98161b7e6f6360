//! What the fusion looks at: each candidate as a row of numbers.

use super::meaning::Meaning;
use crate::guide::{Audience, CatalogItem};
use crate::text::Analyzer;
use std::sync::Arc;

/// How many numbers describe a candidate.
pub const COUNT: usize = 21;

/// Their names, as in the weights file.
///
/// `*_z` are cosines in standard deviations over all items: cosines of unrelated texts lie close together (0.78
/// to 0.91 with E5), so only their spread says something. Where an item has no known question, its name stands in.
pub const NAMES: [&str; COUNT] = [
    "official_z",
    "name_z",
    "case_z",
    "example_z",
    "example_mean_z",
    "centre_z",
    "name_rank",
    "example_rank",
    "words_name",
    "words_name_share",
    "words_asked",
    "words_asked_share",
    "words_body",
    "words_body_share",
    "words_rank",
    "question_covered",
    "name_covered",
    "everyday_name",
    "audience",
    "place",
    "popularity",
];

/// Where each of [`NAMES`] stands.
pub mod at {
    pub const OFFICIAL_Z: usize = 0;
    pub const NAME_Z: usize = 1;
    pub const CASE_Z: usize = 2;
    pub const EXAMPLE_Z: usize = 3;
    pub const EXAMPLE_MEAN_Z: usize = 4;
    pub const CENTRE_Z: usize = 5;
    pub const NAME_RANK: usize = 6;
    pub const EXAMPLE_RANK: usize = 7;
    pub const WORDS_NAME: usize = 8;
    pub const WORDS_NAME_SHARE: usize = 9;
    pub const WORDS_ASKED: usize = 10;
    pub const WORDS_ASKED_SHARE: usize = 11;
    pub const WORDS_BODY: usize = 12;
    pub const WORDS_BODY_SHARE: usize = 13;
    pub const WORDS_RANK: usize = 14;
    pub const QUESTION_COVERED: usize = 15;
    pub const NAME_COVERED: usize = 16;
    pub const EVERYDAY_NAME: usize = 17;
    pub const AUDIENCE: usize = 18;
    pub const PLACE: usize = 19;
    pub const POPULARITY: usize = 20;
}

/// One candidate's numbers.
pub type Features = [f32; COUNT];

/// What is prepared for each item when an index opens.
pub struct Profile {
    /// Folded names: official, everyday, and those of its cases.
    names: Vec<String>,
    pairs: Vec<Vec<(char, char)>>,
    /// The pairs of all names, sorted, each once.
    all_pairs: Vec<(char, char)>,
    /// Whether private persons may apply, whether firms may; both where the guide is silent.
    person: bool,
    firm: bool,
    popularity: f32,
}

impl Profile {
    /// The profile of an item.
    pub fn of(item: &CatalogItem, analyzer: &Analyzer) -> Profile {
        let cases = item.business_items.iter();
        let names: Vec<String> = std::iter::once(&item.name)
            .chain(&item.other_names)
            .chain(&item.common_names)
            .chain(cases.flat_map(|case| &case.common_names))
            .map(|name| analyzer.fold(name))
            .filter(|name| name.chars().count() > 1)
            .collect();
        let known = !item.audience.is_empty();
        let pairs: Vec<_> = names.iter().map(|name| pairs(name)).collect();
        let mut all_pairs = pairs.concat();
        all_pairs.sort_unstable();
        all_pairs.dedup();
        Profile {
            pairs,
            all_pairs,
            names,
            person: !known || item.audience.iter().any(Audience::is_person),
            firm: !known || item.audience.iter().any(|a| !a.is_person()),
            popularity: (item.guides as f32).ln_1p(),
        }
    }

    /// Whether a word, given with its own pairs, stands in any name.
    fn names_hold(&self, word: &str, pairs: &[(char, char)]) -> bool {
        // What stands in a name has all its pairs there: most words are told apart without reading the names.
        pairs.iter().all(|pair| self.all_pairs.binary_search(pair).is_ok())
            && self.names.iter().any(|name| name.contains(word))
    }

    /// Characters of the longest name that stands in a text, given with its sorted pairs; 0 for none.
    fn longest_in(&self, text: &str, sorted: &[(char, char)]) -> usize {
        let names = self.names.iter().zip(&self.pairs);
        let hit = names.filter(|(name, pairs)| {
            pairs.iter().all(|pair| sorted.binary_search(pair).is_ok()) && text.contains(name.as_str())
        });
        hit.map(|(name, _)| name.chars().count()).max().unwrap_or(0)
    }
}

fn pairs(text: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    chars.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Words that say who asks.
const FIRM_WORDS: [&str; 12] =
    ["公司", "企业", "我们厂", "工厂", "单位", "合作社", "个体户", "法人", "开店", "饭店", "员工", "工地"];
const PERSON_WORDS: [&str; 14] = [
    "我妈", "我爸", "孩子", "娃", "老人", "奶奶", "爷爷", "媳妇", "对象", "本人", "家里", "儿子", "闺女",
    "老伴",
];

/// One question as the features see it.
pub struct Asked<'a> {
    /// The folded question.
    pub folded: &'a str,
    /// Its words, without fillers.
    pub words: &'a [String],
    /// `true` for a private person, `false` for a firm, where the asker said so.
    pub person: Option<bool>,
    /// BM25 by group of fields: names, asked, body; (item, score), best first.
    pub keywords: [&'a [(u32, f32)]; 3],
    /// What the vectors say, by item; `None` without a model.
    pub meanings: Option<&'a [Meaning]>,
    /// Items that a list offers from this rank on are no candidates.
    pub depth: usize,
}

/// A candidate with its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Ordinal of the item.
    pub item: u32,
    /// Its numbers.
    pub features: Features,
    /// BM25 of all groups together.
    pub keyword: f32,
}

/// Both sides of the vectors in standard deviations, by item.
struct Spread {
    official: Vec<f32>,
    name: Vec<f32>,
    case: Vec<f32>,
    example: Vec<f32>,
    example_mean: Vec<f32>,
    centre: Vec<f32>,
}

/// So many items must have known questions for these to have a spread of their own; before, that of the names
/// measures them: the first accepted correction must count.
const SPREADING: usize = 30;

/// How deep a rank still counts.
const RANKED: usize = 50;

/// Every candidate that any list offers among its first [`Asked::depth`], with its numbers, in no order.
///
/// `at_place` says whether an item has a guide for the asker's place or above it.
pub fn candidates(
    asked: &Asked<'_>,
    profiles: &[Arc<Profile>],
    at_place: &dyn Fn(u32) -> bool,
) -> Vec<Candidate> {
    let spread = asked.meanings.map(spread);
    let by_name = spread.as_ref().map(|s| top(&s.case, RANKED)).unwrap_or_default();
    let by_example = spread.as_ref().map(|s| top(&s.example, RANKED)).unwrap_or_default();
    let mut words: Vec<(u32, f32)> = Vec::new();
    for list in asked.keywords {
        for &(item, score) in list {
            match words.iter_mut().find(|(known, _)| *known == item) {
                Some((_, sum)) => *sum += score,
                None => words.push((item, score)),
            }
        }
    }
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));

    let mut offered: Vec<u32> = Vec::new();
    for list in [&by_name, &by_example] {
        offered.extend(list.iter().take(asked.depth));
    }
    offered.extend(words.iter().map(|w| w.0).take(asked.depth));
    for list in asked.keywords {
        offered.extend(list.iter().map(|w| w.0).take(asked.depth));
    }
    offered.sort_unstable();
    offered.dedup();

    let mut spoken = pairs(asked.folded);
    spoken.sort_unstable();
    let asked_words: Vec<Word<'_>> = asked.words.iter().map(|word| Word::of(word)).collect();
    let speaks_as = voice(asked);
    let best = asked.keywords.map(|list| list.first().map_or(0.0, |w| w.1));
    offered
        .into_iter()
        .filter_map(|item| {
            let profile = profiles.get(item as usize)?;
            let mut features = Features::default();
            // An item without a single row has no finite cosine; it keeps the mean.
            let mut put = |at: usize, value: f32| {
                if value.is_finite() {
                    features[at] = value;
                }
            };
            if let Some(spread) = &spread {
                let row = item as usize;
                put(at::OFFICIAL_Z, spread.official[row]);
                put(at::NAME_Z, spread.name[row]);
                put(at::CASE_Z, spread.case[row]);
                put(at::EXAMPLE_Z, spread.example[row]);
                put(at::EXAMPLE_MEAN_Z, spread.example_mean[row]);
                put(at::CENTRE_Z, spread.centre[row]);
                put(at::NAME_RANK, rank(&by_name, item));
                put(at::EXAMPLE_RANK, rank(&by_example, item));
            }
            let score =
                |group: usize| asked.keywords[group].iter().find(|w| w.0 == item).map_or(0.0, |w| w.1);
            for (group, [plain, share]) in [
                [at::WORDS_NAME, at::WORDS_NAME_SHARE],
                [at::WORDS_ASKED, at::WORDS_ASKED_SHARE],
                [at::WORDS_BODY, at::WORDS_BODY_SHARE],
            ]
            .into_iter()
            .enumerate()
            {
                put(plain, score(group).ln_1p());
                put(share, if best[group] > 0.0 { score(group) / best[group] } else { 0.0 });
            }
            let place = words.iter().position(|w| w.0 == item);
            put(at::WORDS_RANK, place.map_or(0.0, |at| 1.0 / (1.0 + at as f32)));
            put(at::QUESTION_COVERED, covered(&asked_words, profile));
            let overlap = profile.pairs.iter().map(|pairs| {
                pairs.iter().filter(|pair| spoken.binary_search(pair).is_ok()).count() as f32
                    / pairs.len().max(1) as f32
            });
            put(at::NAME_COVERED, overlap.fold(0.0, f32::max));
            let longest = profile.longest_in(asked.folded, &spoken);
            put(at::EVERYDAY_NAME, longest.min(8) as f32 / 8.0);
            put(
                at::AUDIENCE,
                match speaks_as {
                    Some(true) if !profile.person => -1.0,
                    Some(false) if !profile.firm => -1.0,
                    Some(true) if !profile.firm => 1.0,
                    Some(false) if !profile.person => 1.0,
                    _ => 0.0,
                },
            );
            put(at::PLACE, if at_place(item) { 0.0 } else { -1.0 });
            put(at::POPULARITY, profile.popularity);
            let keyword = place.map_or(0.0, |at| words[at].1);
            Some(Candidate { item, features, keyword })
        })
        .collect()
}

/// Whether a person or a firm speaks, where it can be told.
fn voice(asked: &Asked<'_>) -> Option<bool> {
    asked.person.or_else(|| {
        let says = |list: &[&str]| list.iter().any(|word| asked.folded.contains(word));
        match (says(&PERSON_WORDS), says(&FIRM_WORDS)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    })
}

/// A word of the question as it is looked for in names.
struct Word<'a> {
    text: &'a str,
    chars: usize,
    pairs: Vec<(char, char)>,
}

impl Word<'_> {
    fn of(text: &str) -> Word<'_> {
        Word { text, chars: text.chars().count(), pairs: pairs(text) }
    }
}

/// Share of the question's characters, word by word, that stands in any name of the item.
fn covered(words: &[Word<'_>], profile: &Profile) -> f32 {
    let all: usize = words.iter().map(|word| word.chars).sum();
    let found = words.iter().filter(|word| profile.names_hold(word.text, &word.pairs));
    let found: usize = found.map(|word| word.chars).sum();
    if all == 0 { 0.0 } else { found as f32 / all as f32 }
}

fn rank(list: &[u32], item: u32) -> f32 {
    list.iter().position(|known| *known == item).map_or(0.0, |at| 1.0 / (1.0 + at as f32))
}

/// Ordinals of the best values, best first.
fn top(values: &[f32], count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).filter(|&i| values[i as usize].is_finite()).collect();
    let better = |a: &u32, b: &u32| values[*b as usize].total_cmp(&values[*a as usize]).then(a.cmp(b));
    if order.len() > count {
        order.select_nth_unstable_by(count, better);
        order.truncate(count);
    }
    order.sort_unstable_by(better);
    order
}

fn spread(meanings: &[Meaning]) -> Spread {
    let (mean, deviation) = mean_and_deviation(meanings.iter().map(|m| m.best()));
    let z = |value: f32| (value - mean) / deviation;
    let name: Vec<f32> = meanings.iter().map(|m| z(m.name)).collect();
    let case: Vec<f32> = meanings.iter().map(|m| z(m.best())).collect();
    let official = meanings.iter().map(|m| z(m.official)).collect();
    // Three near questions say more than one; each measure has a scale of its own.
    let standing_in = |values: Vec<f32>| -> Vec<f32> {
        let few = values.iter().filter(|v| v.is_finite()).count() < SPREADING;
        let (mean, deviation) =
            if few { (mean, deviation) } else { mean_and_deviation(values.iter().copied()) };
        let scaled = values.iter().zip(&case);
        scaled.map(|(&v, &case)| if v.is_finite() { (v - mean) / deviation } else { case }).collect()
    };
    Spread {
        official,
        name,
        example: standing_in(meanings.iter().map(|m| m.examples[0]).collect()),
        example_mean: standing_in(meanings.iter().map(Meaning::example_mean).collect()),
        centre: standing_in(meanings.iter().map(|m| m.centre).collect()),
        case,
    }
}

fn mean_and_deviation(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let known = values.filter(|v| v.is_finite());
    let n = known.clone().count().max(1) as f32;
    let mean = known.clone().sum::<f32>() / n;
    let variance = known.map(|v| (v - mean).powi(2)).sum::<f32>() / n;
    (mean, variance.sqrt().max(1e-6))
}
