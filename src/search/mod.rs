//! The index: written once a generation, read as an immutable snapshot.
//!
//! Matching works on the distinct catalog items (thousands); the guide of the asker's place is a
//! look-up afterwards. No tantivy type leaves this module.

mod build;
mod catalog;
mod codes;
mod companions;
mod delta;
mod error;
mod features;
mod fit;
mod fusion;
mod generation;
mod keyword;
mod labels;
mod lines;
mod meaning;
mod open;
mod place;
mod recast;
mod records;
mod regional;
mod schema;
mod segments;
mod stored;
mod tokenizer;
mod vector;

pub use build::{Builder, EXAMPLES, Embedding, Plan, Stage};
pub use companions::Companions;
pub use delta::{Delta, DeltaPlan, Misfit};
pub use error::SearchError;
pub use features::Features;
pub use fit::{Fitted, Sample, curve, fit};
pub use fusion::{BadFusion, Fusion, Weights};
pub use generation::{Manifest, current, list as generations, manifest, restore};
pub use place::{Fit, Placed};
pub use regional::{RegionalHit, Within, guide_texts};
pub use vector::{Label, LabelKind, Vectors};

use crate::embed::Vector;
use crate::guide::{CatalogItem, Guide, Hall, ItemKey, RegionCode, Regions, Theme};
use crate::text::{Analyzer, Heard, How, Query};
use features::{Asked, Profile};
use jiff::civil::Date;
use keyword::Keywords;
use meaning::Meaning;
use open::{Names, Words, read_items};
use records::{First, Records};
use regional::{Bounds, Regional};
use schema::Group;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

/// One item found for a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Ordinal of the item in this generation.
    pub item: u32,
    /// Fused score.
    pub score: f32,
    /// BM25 score, 0 where no word matched.
    pub keyword: f32,
    /// Cosine of the best name or known question; `None` without a model.
    pub vector: Option<f32>,
    /// The name that was nearest in meaning.
    pub matched: Option<String>,
    /// Name of the business item that the question means, where its names tell it apart.
    pub business_item: Option<String>,
    /// Chance that this item is the right one, 0 to 1.
    pub confidence: f32,
}

/// What both lists and their fusion say of a question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// The fused list, best first.
    pub fused: Vec<Found>,
    /// Items by words alone with their BM25, best first.
    pub keyword: Vec<(u32, f32)>,
    /// Items by meaning alone with their cosine, best first; empty without a model.
    pub vector: Vec<(u32, f32)>,
    /// What the fusion saw of each candidate, best first.
    pub samples: Vec<(u32, Features)>,
}

/// What the words of a question find, by group of fields: items with their BM25, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByWords {
    names: Vec<(u32, f32)>,
    asked: Vec<(u32, f32)>,
    body: Vec<(u32, f32)>,
}

/// What is known beside the question.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    /// The asker's place.
    pub place: Option<&'a RegionCode>,
    /// `true` for a private person, `false` for a firm.
    pub person: Option<bool>,
    /// Questions accepted since the index was made, as further rows of the vectors.
    pub learned: Option<&'a Vectors>,
}

impl Hits {
    /// Items found by their code: the first one is certain if it is the only one.
    pub fn by_code(items: &[u32]) -> Hits {
        let confidence = 1.0 / items.len().max(1) as f32;
        Hits {
            fused: items
                .iter()
                .map(|&item| Found {
                    item,
                    score: 0.0,
                    keyword: 0.0,
                    vector: None,
                    matched: None,
                    business_item: None,
                    confidence,
                })
                .collect(),
            ..Hits::default()
        }
    }
}

/// A question as it may have been meant by its sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The question with the terms that it was taken for.
    pub text: String,
    /// How much the sound speaks for it, 0 to 1.
    pub weight: f32,
    /// Whether it stands in Latin letters: pinyin or initials.
    pub latin: bool,
}

/// From this cosine on, two questions are the same but for a particle.
pub const SAME: f32 = 0.985;

/// Confidence in the item of a question that is known and means that item only.
const SAME_SURE: f32 = 0.95;

/// How deep each list is read.
const DEPTH: usize = 50;

/// Items that each list offers to the fusion.
const CANDIDATES: usize = 20;

/// An open generation.
pub struct Search {
    manifest: Manifest,
    items: Vec<CatalogItem>,
    by_key: HashMap<String, u32>,
    keywords: Keywords,
    regional: Regional,
    vectors: Arc<Vectors>,
    records: Records,
    names: Arc<Names>,
    profiles: Vec<Arc<Profile>>,
    fusion: Fusion,
    has_examples: bool,
    words: Arc<Words>,
    /// Addresses of guides that don't answer.
    dead: RwLock<HashSet<String>>,
}

impl Search {
    /// Takes the addresses of guides that don't answer: from now on no card offers them.
    pub fn set_dead(&self, dead: HashSet<String>) {
        // One assignment: a panic elsewhere leaves a whole set.
        *self.dead.write().unwrap_or_else(PoisonError::into_inner) = dead;
    }

    /// Whether an address was found not to answer.
    pub fn is_dead(&self, url: &str) -> bool {
        self.dead.read().unwrap_or_else(PoisonError::into_inner).contains(url.trim())
    }

    /// The analysis that this generation was indexed with.
    pub fn analyzer(&self) -> &Analyzer {
        &self.words.analyzer
    }

    /// The divisions.
    pub fn regions(&self) -> &Regions {
        &self.words.regions
    }

    /// The life-event bundles (一件事).
    pub fn themes(&self) -> &[Theme] {
        &self.words.themes
    }

    /// The hall of a place or of its nearest ancestor, where one is known.
    pub fn hall(&self, place: &RegionCode) -> Option<&Hall> {
        Hall::nearest(&self.words.halls, place)
    }

    /// Ordinal of the item with this key.
    pub fn key(&self, key: &ItemKey) -> Option<u32> {
        self.by_key.get(key.as_str()).copied()
    }

    /// Ordinal of the item with exactly this official name.
    pub fn named(&self, name: &str) -> Option<u32> {
        self.all_named(name).first().copied()
    }

    /// Known questions that stand in the index, as the model saw them.
    pub fn known_questions(&self) -> impl Iterator<Item = &str> {
        self.vectors.labels.iter().filter(|l| l.kind == LabelKind::Example).map(|l| l.text.as_str())
    }

    /// What this generation holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All catalog items by ordinal. One whose last guide went keeps its place, without guides.
    pub fn items(&self) -> &[CatalogItem] {
        &self.items
    }

    /// One catalog item.
    pub fn item(&self, item: u32) -> Option<&CatalogItem> {
        self.items.get(item as usize)
    }

    /// Ordinals of every item that bears exactly this official name.
    pub fn all_named(&self, name: &str) -> Vec<u32> {
        let items = self.items.iter().enumerate().filter(|(_, item)| item.guides > 0);
        items
            .filter(|(_, i)| i.name == name || i.other_names.iter().any(|n| n == name))
            .map(|(at, _)| at as u32)
            .collect()
    }

    /// What a question may have meant by its sound: likeliest first, at most `limit` readings.
    pub fn readings(&self, question: &Query, limit: usize) -> Vec<Reading> {
        let folded = question.search_text();
        let ordinary = |word: &str| self.analyzer().segmenter().has_word(word);
        let heard = self.names.sounds.heard(folded, &ordinary);
        let mut readings: Vec<Reading> = Vec::new();
        // The same stretch may stand for several terms; every reading takes another one for its first stretch.
        for lead in heard.iter().take(limit) {
            let mut taken: Vec<&Heard<'_>> = vec![lead];
            for other in &heard {
                if taken.iter().all(|t| other.range.end <= t.range.start || t.range.end <= other.range.start)
                {
                    taken.push(other);
                }
            }
            taken.sort_by_key(|t| t.range.start);
            let mut text = String::with_capacity(folded.len());
            let mut at = 0;
            for term in &taken {
                text.push_str(&folded[at..term.range.start]);
                text.push_str(term.term);
                at = term.range.end;
            }
            text.push_str(&folded[at..]);
            if !readings.iter().any(|known| known.text == text) {
                let latin = matches!(lead.how, How::Initials | How::Pinyin);
                readings.push(Reading { text, weight: lead.weight, latin });
            }
        }
        readings
    }

    /// Ranks by these weights instead of the shipped ones.
    pub fn with_fusion(self, fusion: Fusion) -> Search {
        Search { fusion, ..self }
    }

    /// Finds items for a question: by words, and by meaning where its vector is given.
    ///
    /// The vector must come from the model that the manifest names.
    pub fn find(
        &self,
        question: &Query,
        vector: Option<&Vector>,
        context: &Context<'_>,
        limit: usize,
    ) -> Result<Hits, SearchError> {
        self.rank(question, &self.by_words(question)?, vector, context, limit)
    }

    /// The first half of [`Search::find`], which needs no vector: it can be done while one is made.
    pub fn by_words(&self, question: &Query) -> Result<ByWords, SearchError> {
        let list = |group| self.keywords.find(question, group, DEPTH);
        Ok(ByWords { names: list(Group::Names)?, body: list(Group::Body)?, asked: list(Group::Asked)? })
    }

    /// The second half of [`Search::find`].
    pub fn rank(
        &self,
        question: &Query,
        by_words: &ByWords,
        vector: Option<&Vector>,
        context: &Context<'_>,
        limit: usize,
    ) -> Result<Hits, SearchError> {
        let cosines = match vector {
            Some(vector) if !self.vectors.is_empty() => Some(self.vectors.similarities(vector)?),
            _ => None,
        };
        let meanings = match (&cosines, vector) {
            (Some(cosines), Some(vector)) => Some(self.meanings(cosines, vector, context)?),
            _ => None,
        };
        let learned = context.learned.is_some_and(|rows| !rows.is_empty());
        let has_examples = self.has_examples || learned;
        let weights = match &meanings {
            None => &self.fusion.words,
            Some(_) if has_examples => &self.fusion.examples,
            Some(_) => &self.fusion.names,
        };
        let looked_at = Asked {
            folded: question.search_text(),
            words: question.search_words(),
            person: context.person,
            keywords: [&by_words.names, &by_words.asked, &by_words.body],
            meanings: meanings.as_deref(),
            depth: CANDIDATES,
        };
        let line = context.place.map(place::Line::of);
        let at_place = |item| line.as_ref().is_none_or(|line| line.is_covered(&self.records, item));
        let mut scored = weights.score(features::candidates(&looked_at, &self.profiles, &at_place));
        let length = question.search_text().chars().count();
        let mut confidences = weights.confidences(&scored, length);
        // A question that somebody has answered is answered so again, whatever the weights say.
        let same = |s: &fusion::Scored| {
            meanings.as_ref().is_some_and(|list| list[s.item as usize].examples[0] >= SAME)
        };
        let answered = scored.iter().filter(|s| same(s)).count();
        if answered > 0 {
            scored.sort_by_key(|s| !same(s));
            if let Some(first) = confidences.first_mut().filter(|_| answered == 1) {
                *first = first.max(SAME_SURE);
            }
        }
        let nearest = |item: u32| meanings.as_ref().map(|list| list[item as usize]);
        let fused = scored
            .iter()
            .zip(confidences)
            .take(limit)
            .map(|(s, confidence)| Found {
                item: s.item,
                score: s.score,
                keyword: s.keyword,
                vector: nearest(s.item).map(|m| m.best().max(m.examples[0])).filter(|v| v.is_finite()),
                matched: nearest(s.item)
                    .and_then(|m| self.vectors.labels.get(m.row))
                    .map(|label| label.text.clone()),
                business_item: self.business_item(s.item, question, cosines.as_deref()),
                confidence,
            })
            .collect();
        let mut keyword: Vec<(u32, f32)> =
            scored.iter().filter(|s| s.keyword > 0.0).map(|s| (s.item, s.keyword)).collect();
        keyword.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(Hits {
            fused,
            keyword,
            vector: meanings.as_deref().map(by_meaning).unwrap_or_default(),
            samples: scored.into_iter().map(|s| (s.item, s.features)).collect(),
        })
    }

    /// What the vectors say of each item, questions accepted since the index was made included.
    fn meanings(
        &self,
        cosines: &[f32],
        vector: &Vector,
        context: &Context<'_>,
    ) -> Result<Vec<Meaning>, SearchError> {
        let mut list = meaning::by_item(&self.vectors, cosines, self.items.len());
        if let Some(learned) = context.learned {
            meaning::add(&mut list, learned, &learned.similarities(vector)?);
        }
        Ok(list)
    }

    fn business_item(&self, item: u32, question: &Query, similarities: Option<&[f32]>) -> Option<String> {
        let cases = &self.items[item as usize].business_items;
        let case = match cases.len() {
            0 => return None,
            1 => 0,
            _ => {
                let named = meaning::named_case(cases, question.search_text());
                named.or_else(|| {
                    let similarities = similarities?;
                    let text = question.search_text();
                    let told = meaning::business_item(&self.vectors, similarities, item, cases, text);
                    told.map(|case| case as usize)
                })?
            }
        };
        cases.get(case).map(|case| case.name.clone())
    }

    /// Items whose key or any code starts with a text, or equals it; at most `limit`, without repeats.
    pub fn by_code(&self, text: &str, exact: bool, limit: usize) -> Result<Vec<u32>, SearchError> {
        let text = text.trim().to_uppercase();
        let mut found: Vec<u32> = self.by_key.get(&text).copied().into_iter().collect();
        // One item may stand behind many codes, so look further than the limit.
        for at in self.records.by_code(&text, exact, limit.saturating_mul(64))? {
            if let Some(entry) = self.records.entry(at)
                && !found.contains(&entry.item)
            {
                found.push(entry.item);
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The guide with exactly this code (实施编码 and the like), if one has it.
    pub fn guide_by_code(&self, code: &str) -> Result<Option<(u32, Guide)>, SearchError> {
        let found = self.records.by_code(&code.trim().to_uppercase(), true, 1)?;
        match found.first().and_then(|&at| self.records.entry(at)) {
            Some(entry) => Ok(Some((entry.item, self.records.guide(entry)?))),
            None => Ok(None),
        }
    }

    /// Full text over every regional guide: items whose guides hold words of it, best first.
    pub fn full_text(
        &self,
        text: &Query,
        within: &Within,
        limit: usize,
    ) -> Result<Vec<RegionalHit>, SearchError> {
        self.regional.find(text, &Bounds::of(within, self.analyzer()), &self.records, limit)
    }

    /// Reads a guide by its place in the records.
    pub fn guide_at(&self, guide: u32) -> Result<Option<Guide>, SearchError> {
        self.records.entry(guide as usize).map(|entry| self.records.guide(entry)).transpose()
    }

    /// Codes of every guide of an item, for telling whether a found item is the expected one.
    pub fn codes_of(&self, item: u32) -> Result<Vec<String>, SearchError> {
        let mut codes = Vec::new();
        for entry in self.records.of_item(item) {
            let guide = self.records.guide(*entry)?;
            codes.extend(guide.task_code.map(String::from));
            codes.extend(guide.catalog_code.map(String::from));
        }
        Ok(codes)
    }

    /// The guide of an item that answers for a place on a day.
    pub fn place(
        &self,
        item: u32,
        place: Option<&RegionCode>,
        today: Date,
    ) -> Result<Option<Placed>, SearchError> {
        place::choose(&self.records, item, place, today)
    }

    /// Every guide of an item, those of the highest divisions first.
    pub fn guides(&self, item: u32) -> Result<Vec<Guide>, SearchError> {
        let mut entries = self.records.of_item(item).to_vec();
        entries.sort_by_key(|e| (records::level(e.region), e.region));
        let mut first = First::default();
        entries.into_iter().map(|entry| self.records.guide_beside(entry, &mut first)).collect()
    }

    /// Reads every guide once, in no order that matters: for work in the background.
    pub fn each_guide(&self, see: &mut dyn FnMut(&Guide)) -> Result<(), SearchError> {
        let mut first = First::default();
        for entry in self.records.entries() {
            see(&self.records.guide_beside(*entry, &mut first)?);
        }
        Ok(())
    }

    /// Places that have a guide of this item, each once.
    pub fn places_of(&self, item: u32) -> Vec<RegionCode> {
        let mut list: Vec<RegionCode> =
            self.records.of_item(item).iter().filter_map(|e| records::region_code(e.region)).collect();
        list.dedup();
        list
    }

    /// Names that begin with or contain a text, shortest first, with their items, each item once.
    pub fn suggest(&self, folded: &str, limit: usize) -> Vec<(String, u32)> {
        if folded.is_empty() {
            return Vec::new();
        }
        let mut hits: Vec<(bool, usize, &str, u32)> = self
            .names
            .suggested
            .iter()
            .filter_map(|(name, item)| {
                let at = name.find(folded)?;
                Some((at > 0, name.len(), name.as_str(), *item))
            })
            .collect();
        hits.sort_unstable();
        let mut list: Vec<(String, u32)> = Vec::new();
        for (_, _, name, item) in hits {
            if list.len() == limit {
                break;
            }
            if !list.iter().any(|(_, known)| *known == item) {
                list.push((name.to_owned(), item));
            }
        }
        list
    }
}

/// Items by the vectors alone: best name, and where there are known questions those too, best first.
fn by_meaning(meanings: &[Meaning]) -> Vec<(u32, f32)> {
    let worth = |m: &Meaning| m.best().max(m.examples[0]);
    let items = meanings.iter().enumerate().map(|(item, m)| (item as u32, worth(m)));
    let mut list: Vec<(u32, f32)> = items.filter(|(_, cosine)| cosine.is_finite()).collect();
    let nearer = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if list.len() > DEPTH {
        list.select_nth_unstable_by(DEPTH, nearer);
        list.truncate(DEPTH);
    }
    list.sort_unstable_by(nearer);
    list
}
