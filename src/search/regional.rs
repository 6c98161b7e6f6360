//! Full text over every regional guide, for people at the desks: what only one place's guide says is found, too.
//!
//! A list of its own beside the distinct items: the same item stands here once a place, so what is found is brought
//! together by item. Nothing is stored but numbers; a found guide is read from its record.

use super::SearchError;
use super::records::{First, Records};
use super::segments;
use super::tokenizer::{WORDS, Words};
use crate::guide::{Audience, Guide, ItemType, RegionCode, State};
use crate::text::{Analyzer, Query as Utterance, Segmenter, plain};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use tantivy::collector::TopDocs;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, Term};

/// Its folder in a generation.
const FOLDER: &str = "regional";

/// Threads that write it, and the memory of each, bytes.
const WRITERS: usize = 2;
const WRITER_MEMORY: usize = 96 << 20;

/// More terms than any question needs; it bounds the work a hostile text can cause.
const MAX_TERMS: usize = 64;

/// Guides that are looked through for distinct items.
const DEPTH: usize = 1_000;

/// What a match in the item's name, in its organ, and in all the rest is worth.
const WEIGHTS: [f32; 3] = [2.0, 0.5, 1.0];

/// Which guides are looked through.
#[derive(Clone, Debug, Default)]
pub struct Within {
    /// Guides of this division and of all below it.
    pub region: Option<RegionCode>,
    /// Words of the organ's name (实施主体).
    pub organ: Option<String>,
    /// For private persons, or for firms.
    pub person: Option<bool>,
    /// Whether it is done online (是否网办).
    pub online: Option<bool>,
    /// 事项类型
    pub item_type: Option<ItemType>,
}

/// An item some of whose guides were found.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionalHit {
    /// Ordinal of the item.
    pub item: u32,
    /// BM25 of the best guide.
    pub score: f32,
    /// Places of the guides in the records of their generation, best first.
    pub guides: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Fields {
    guide: Field,
    within: Field,
    facts: Field,
    name: Field,
    organ: Field,
    text: Field,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = || {
        let indexing =
            TextFieldIndexing::default().set_tokenizer(WORDS).set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        guide: builder.add_u64_field("guide", FAST),
        within: builder.add_u64_field("within", INDEXED),
        facts: builder.add_text_field("facts", STRING),
        name: builder.add_text_field("name", words()),
        organ: builder.add_text_field("organ", words()),
        text: builder.add_text_field("text", words()),
    };
    (builder.build(), fields)
}

/// How a fact stands in the index.
fn person(person: bool) -> String {
    format!("person:{person}")
}

fn online(online: bool) -> String {
    format!("online:{online}")
}

fn kind(kind: &ItemType) -> String {
    format!("type:{}", kind.word())
}

/// A division as a number; one and its ancestors differ.
fn division(code: &RegionCode) -> u64 {
    super::records::region_number(Some(code))
}

/// Writes the index of all guides of a generation, whose records are there already.
pub fn write(dir: &Path, analyzer: &Analyzer, tell: &mut dyn FnMut(usize, usize)) -> Result<(), SearchError> {
    let folder = dir.join(FOLDER);
    std::fs::create_dir_all(&folder).map_err(|e| SearchError::io(&folder, e))?;
    let fail = |e: tantivy::TantivyError| SearchError::text(&folder, &e);
    let (schema, fields) = schema();
    let index = Index::create_in_dir(&folder, schema).map_err(fail)?;
    register(&index, analyzer.segmenter());
    let mut writer =
        index.writer_with_num_threads::<TantivyDocument>(WRITERS, WRITERS * WRITER_MEMORY).map_err(fail)?;
    let records = Records::open(dir)?;
    let mut first = First::default();
    for (at, entry) in records.entries().iter().enumerate() {
        let guide = records.guide_beside(*entry, &mut first)?;
        if let Some(texts) = guide_texts(&guide, analyzer) {
            writer.add_document(document(records.number(at), &guide, texts, fields)).map_err(fail)?;
        }
        tell(at + 1, records.len());
    }
    writer.commit().map_err(fail)?;
    writer.wait_merging_threads().map_err(fail)
}

/// Shares the index of a generation with one made from it.
pub fn share(from: &Path, to: &Path) -> Result<(), SearchError> {
    segments::share_index(&from.join(FOLDER), &to.join(FOLDER))
}

/// Changes the index of a generation that is being made: guides of these numbers go, others come under theirs.
pub fn change<'a>(
    dir: &Path,
    gone: impl Iterator<Item = u32>,
    added: impl Iterator<Item = (u32, &'a Guide)>,
    analyzer: &Analyzer,
) -> Result<(), SearchError> {
    let folder = dir.join(FOLDER);
    let index = Index::open_in_dir(&folder).map_err(|e| SearchError::text(&folder, &e))?;
    register(&index, analyzer.segmenter());
    let fields = schema().1;
    let added = added.filter_map(|(number, guide)| {
        let texts = guide_texts(guide, analyzer)?;
        Some(Ok(document(number, guide, texts, fields)))
    });
    segments::change(&index, "guide", gone.map(u64::from).collect(), added)
}

fn document(number: u32, guide: &Guide, texts: [String; 3], fields: Fields) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.guide, u64::from(number));
    for code in guide.place_code().into_iter().flat_map(RegionCode::line) {
        document.add_u64(fields.within, division(&code));
    }
    // Whoever is named by none is for both.
    let both = guide.audience.is_empty();
    for (is_person, fits) in [
        (true, guide.audience.iter().any(Audience::is_person)),
        (false, guide.audience.iter().any(|a| !a.is_person())),
    ] {
        if fits || both {
            document.add_text(fields.facts, person(is_person));
        }
    }
    if let Some(is_online) = guide.online {
        document.add_text(fields.facts, online(is_online));
    }
    if let Some(item_type) = &guide.item_type {
        document.add_text(fields.facts, kind(item_type));
    }
    for (field, text) in [fields.name, fields.organ, fields.text].into_iter().zip(texts) {
        document.add_text(field, text);
    }
    document
}

/// A guide's name, its organ, and all the rest of it, each folded, as full text has them. `None` of a guide that is not
/// in use: what was suspended or cancelled comes back with an import only.
pub fn guide_texts(guide: &Guide, analyzer: &Analyzer) -> Option<[String; 3]> {
    if !matches!(guide.state, None | Some(State::InUse)) {
        return None;
    }
    let fold = |texts: &mut dyn Iterator<Item = &str>| {
        let mut seen = HashSet::new();
        let once: Vec<&str> = texts.filter(|text| !text.is_empty() && seen.insert(*text)).collect();
        analyzer.fold(&plain(&once.join("\n")))
    };
    let cases = guide.business_items.iter();
    let mut name = std::iter::once(guide.name.as_str())
        .chain(guide.sub_name.as_deref())
        .chain(guide.common_names.iter().map(String::as_str))
        .chain(
            cases.flat_map(|case| std::iter::once(&case.name).chain(&case.common_names)).map(String::as_str),
        );
    let mut text = guide
        .materials
        .iter()
        .map(|material| material.name.as_str())
        .chain(guide.conditions.iter().map(|condition| condition.text.as_str()))
        .chain(guide.places.iter().flat_map(|p| std::iter::once(p.name.as_str()).chain(p.address.as_deref())))
        .chain(guide.results.iter().map(|result| result.name.as_str()))
        .chain(guide.flow.iter().map(|step| step.step.as_str()))
        .chain(guide.faq.iter().flat_map(|faq| [faq.question.as_str(), faq.answer.as_str()]))
        .chain(guide.legal_basis.iter().map(|basis| basis.law.as_str()));
    Some([fold(&mut name), fold(&mut guide.department.as_deref().into_iter()), fold(&mut text)])
}

fn register(index: &Index, segmenter: &Segmenter) {
    index.tokenizers().register(WORDS, TextAnalyzer::from(Words(segmenter.clone())));
}

/// The open index.
pub struct Regional {
    searcher: Searcher,
    fields: Fields,
}

impl Regional {
    /// Opens the index of a generation.
    pub fn open(dir: &Path, segmenter: &Segmenter) -> Result<Regional, SearchError> {
        let folder = dir.join(FOLDER);
        let fail = |e: tantivy::TantivyError| SearchError::text(&folder, &e);
        let index = Index::open_in_dir(&folder).map_err(fail)?;
        register(&index, segmenter);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(fail)?;
        Ok(Regional { searcher: reader.searcher(), fields: schema().1 })
    }

    /// Items whose guides hold words of a text, best first; without words all that the bounds let through.
    pub fn find(
        &self,
        text: &Utterance,
        bounds: &Bounds,
        records: &Records,
        limit: usize,
    ) -> Result<Vec<RegionalHit>, SearchError> {
        let fail = |e: tantivy::TantivyError| SearchError::text(Path::new(FOLDER), &e);
        let top = TopDocs::with_limit(DEPTH).order_by_score();
        let mut found = Vec::new();
        for (score, address) in self.searcher.search(&self.query(text, bounds), &top).map_err(fail)? {
            let column = self.searcher.segment_reader(address.segment_ord).fast_fields();
            let number = column.u64("guide").map_err(fail)?.first(address.doc_id).unwrap_or(u64::MAX);
            let Some(place) = u32::try_from(number).ok().and_then(|number| records.place(number)) else {
                let what = format!("guide {number} is none of this index");
                return Err(SearchError::Broken(FOLDER.into(), what));
            };
            found.push((score, place));
        }
        // Of equals the first in the records: where a document lies depends on which thread wrote it.
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut hits: Vec<RegionalHit> = Vec::new();
        let mut places: HashMap<u32, usize> = HashMap::new();
        for (score, guide) in found {
            let Some(entry) = records.entry(guide) else { continue };
            match places.get(&entry.item) {
                Some(&at) => hits[at].guides.push(guide as u32),
                None if hits.len() < limit => {
                    places.insert(entry.item, hits.len());
                    hits.push(RegionalHit { item: entry.item, score, guides: vec![guide as u32] });
                }
                None => {}
            }
        }
        Ok(hits)
    }

    fn query(&self, text: &Utterance, bounds: &Bounds) -> BooleanQuery {
        let fields = self.fields;
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let basic = |term| -> Box<dyn Query> { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) };
        let must = bounds
            .facts
            .iter()
            .map(|fact| Term::from_field_text(fields.facts, fact))
            .chain(bounds.region.map(|number| Term::from_field_u64(fields.within, number)))
            .chain(bounds.organ.iter().map(|word| Term::from_field_text(fields.organ, word)));
        for term in must {
            // Who and where bounds, but ranks nothing.
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(basic(term), 0.0))));
        }
        let mut wanted: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut seen = HashSet::new();
        for word in text.search_words().iter().take(MAX_TERMS).filter(|word| seen.insert(word.as_str())) {
            for (field, weight) in [fields.name, fields.organ, fields.text].into_iter().zip(WEIGHTS) {
                let term = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
                wanted.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), weight))));
            }
        }
        let words: Box<dyn Query> = match wanted.is_empty() {
            true => Box::new(AllQuery),
            false => Box::new(BooleanQuery::new(wanted)),
        };
        clauses.push((Occur::Must, words));
        BooleanQuery::new(clauses)
    }
}

/// [`Within`] as the index has it.
pub struct Bounds {
    region: Option<u64>,
    facts: Vec<String>,
    organ: Vec<String>,
}

impl Bounds {
    /// The terms that every found guide must have.
    pub fn of(within: &Within, analyzer: &Analyzer) -> Bounds {
        let facts =
            [within.person.map(person), within.online.map(online), within.item_type.as_ref().map(kind)];
        let organ = within.organ.as_deref().map(|organ| analyzer.fold(organ)).unwrap_or_default();
        Bounds {
            region: within.region.as_ref().map(division),
            facts: facts.into_iter().flatten().collect(),
            organ: analyzer.segmenter().cut_search(&organ).into_iter().map(|word| word.text).collect(),
        }
    }
}
