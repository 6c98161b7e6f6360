//! Candidates by words: BM25 over the distinct items.

use super::SearchError;
use super::build::Stage;
use super::catalog::Known;
use super::schema::{Fields, Group, register, schema};
use super::segments;
use super::tokenizer::{PAIRS, pairs};
use crate::guide::{CatalogItem, Guide};
use crate::text::{Analyzer, Query as Utterance, Segmenter, plain};
use std::collections::HashSet;
use std::path::Path;
use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, Term};

/// Its folder in a generation.
const FOLDER: &str = "text";

/// Memory for tantivy's writer, bytes.
const WRITER_MEMORY: usize = 64 << 20;

/// More terms than any question needs; it bounds the work a hostile text can cause.
const MAX_TERMS: usize = 96;

/// An item as it goes into the index.
pub(super) struct ItemText<'a> {
    /// Its ordinal.
    pub item: u32,
    pub catalog: &'a CatalogItem,
    /// The guide that speaks for it.
    pub base: &'a Guide,
    /// Questions known to mean it.
    pub known: &'a [Known<'a>],
}

/// The open text index of a generation.
pub struct Keywords {
    searcher: Searcher,
    fields: Fields,
    /// The item of each document, by segment.
    items: Vec<Column<u64>>,
}

/// Opens or creates the text index of a generation, with our tokenizers.
fn index(dir: &Path, create: bool, segmenter: &Segmenter) -> Result<(Index, Fields), SearchError> {
    let (schema, fields) = schema();
    let dir = &dir.join(FOLDER);
    let index = if create {
        std::fs::create_dir_all(dir).map_err(|e| SearchError::io(dir, e))?;
        Index::create_in_dir(dir, schema)
    } else {
        Index::open_in_dir(dir)
    };
    let index = index.map_err(|e| SearchError::text(dir, &e))?;
    register(&index, segmenter);
    Ok((index, fields))
}

/// Writes the index of all items of a generation.
pub(super) fn write(
    dir: &Path,
    items: &[ItemText<'_>],
    analyzer: &Analyzer,
    tell: &mut dyn FnMut(Stage),
) -> Result<(), SearchError> {
    let fail = |e: tantivy::TantivyError| SearchError::text(dir, &e);
    let (index, fields) = index(dir, true, analyzer.segmenter())?;
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_MEMORY).map_err(fail)?;
    for (at, text) in items.iter().enumerate() {
        writer.add_document(document(text, &fields, analyzer)).map_err(fail)?;
        tell(Stage::Indexing(at + 1, items.len()));
    }
    writer.commit().map_err(fail)?;
    writer.wait_merging_threads().map_err(fail)
}

/// Shares the index of a generation with one made from it.
pub(super) fn share(from: &Path, to: &Path) -> Result<(), SearchError> {
    segments::share_index(&from.join(FOLDER), &to.join(FOLDER))
}

/// Changes the index of a generation that is being made: some items go, others come, in the old ones' place or anew.
pub(super) fn change(
    dir: &Path,
    gone: impl Iterator<Item = u32>,
    items: &[ItemText<'_>],
    analyzer: &Analyzer,
) -> Result<(), SearchError> {
    let (index, fields) = index(dir, false, analyzer.segmenter())?;
    let added = items.iter().map(|text| Ok(document(text, &fields, analyzer)));
    segments::change(&index, "item", gone.map(u64::from).collect(), added)
}

fn document(text: &ItemText<'_>, fields: &Fields, analyzer: &Analyzer) -> TantivyDocument {
    let ItemText { item, catalog, base, known } = text;
    let text = SearchText::of(catalog, base, analyzer);
    let mut document = TantivyDocument::default();
    document.add_u64(fields.item, u64::from(*item));
    document.add_text(fields.name, &text.name);
    document.add_text(fields.name_pairs, &text.name);
    document.add_text(fields.alias, &text.alias);
    document.add_text(fields.alias_pairs, &text.alias);
    document.add_text(fields.cases, &text.cases);
    document.add_text(fields.conditions, &text.conditions);
    document.add_text(fields.materials, &text.materials);
    document.add_text(fields.body, &text.body);
    let asked: Vec<&str> = known.iter().map(|(e, _)| e.question.as_str()).collect();
    let asked = analyzer.fold(&asked.join("\n"));
    document.add_text(fields.asked, &asked);
    document.add_text(fields.asked_pairs, &asked);
    document
}

/// The search copy of an item: cleaned and folded; what citizens read is never changed.
struct SearchText {
    name: String,
    alias: String,
    cases: String,
    conditions: String,
    materials: String,
    body: String,
}

fn strings(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

impl SearchText {
    fn of(item: &CatalogItem, base: &Guide, analyzer: &Analyzer) -> SearchText {
        let copy = |texts: Vec<&str>| {
            let text = plain(&texts.join("\n")).into_owned();
            // A line that an export repeats says nothing twice; in the text index it would weigh double.
            let mut seen = HashSet::new();
            let once: Vec<&str> = text.lines().filter(|line| seen.insert(line.trim())).collect();
            analyzer.fold(&analyzer.without_place_lists(&once.join("\n")))
        };
        let mut name = vec![item.name.as_str()];
        name.extend(strings(&item.other_names));
        let mut alias = strings(&item.common_names);
        alias.extend(item.business_items.iter().flat_map(|b| strings(&b.common_names)));
        let mut body = strings(&item.topics);
        body.extend(item.parent_name.as_deref());
        body.extend(item.department.as_deref());
        body.extend(base.sub_name.as_deref());
        body.extend(base.results.iter().map(|r| r.name.as_str()));
        body.extend(base.faq.iter().map(|f| f.question.as_str()));
        body.extend(base.legal_basis.iter().map(|b| b.law.as_str()));
        body.extend(base.flow.iter().map(|s| s.step.as_str()));
        body.extend(base.situations.iter().flat_map(|s| {
            std::iter::once(s.question.as_str()).chain(s.options.iter().map(|o| o.label.as_str()))
        }));
        SearchText {
            name: copy(name),
            alias: copy(alias),
            cases: copy(item.business_items.iter().map(|b| b.name.as_str()).collect()),
            conditions: copy(base.conditions.iter().map(|c| c.text.as_str()).collect()),
            materials: copy(base.materials.iter().map(|m| m.name.as_str()).collect()),
            body: copy(body),
        }
    }
}

impl Keywords {
    /// Opens the text index of a generation.
    pub fn open(dir: &Path, segmenter: &Segmenter) -> Result<Keywords, SearchError> {
        let (index, fields) = index(dir, false, segmenter)?;
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|e: tantivy::TantivyError| SearchError::text(dir, &e))?;
        let searcher = reader.searcher();
        let items = searcher.segment_readers().iter().map(|segment| segment.fast_fields().u64("item"));
        let items = items.collect::<tantivy::Result<_>>().map_err(|e| SearchError::text(dir, &e))?;
        Ok(Keywords { searcher, fields, items })
    }

    /// The best items by words of one group of fields, as (item, score), best first.
    pub fn find(
        &self,
        utterance: &Utterance,
        group: Group,
        limit: usize,
    ) -> Result<Vec<(u32, f32)>, SearchError> {
        let query = self.query(utterance, group);
        let top = TopDocs::with_limit(limit).order_by_score();
        let hits =
            self.searcher.search(&query, &top).map_err(|e| SearchError::text(Path::new("text"), &e))?;
        let mut found = hits
            .into_iter()
            .map(|(score, address)| {
                let column = self.items.get(address.segment_ord as usize);
                let item = column.and_then(|items| items.first(address.doc_id)).ok_or_else(|| {
                    SearchError::Broken("text".into(), "a document without its item".into())
                })?;
                Ok((item as u32, score))
            })
            .collect::<Result<Vec<_>, SearchError>>()?;
        // Of equals the first item: where a document lies depends on when it was written.
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Ok(found)
    }

    fn query(&self, utterance: &Utterance, group: Group) -> BooleanQuery {
        let words = utterance.search_words();
        let folded = utterance.search_text();
        let pairs: Vec<String> =
            pairs(folded).into_iter().map(|(from, to)| folded[from..to].to_owned()).collect();
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for weighted in self.fields.weighted(group) {
            let terms = if weighted.tokenizer == PAIRS { &pairs } else { words };
            let mut seen: Vec<&str> = Vec::new();
            for term in terms.iter().take(MAX_TERMS) {
                if seen.contains(&term.as_str()) {
                    continue;
                }
                seen.push(term);
                let term = Term::from_field_text(weighted.field, term);
                let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(query), weighted.weight))));
            }
        }
        BooleanQuery::new(clauses)
    }
}
