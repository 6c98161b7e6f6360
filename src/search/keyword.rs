//! Candidates by words: BM25 over the distinct items.

use super::SearchError;
use super::schema::{Fields, Group, register, schema};
use super::tokenizer::{PAIRS, pairs};
use crate::text::{Query as Utterance, Segmenter};
use std::path::Path;
use tantivy::collector::TopDocs;
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, ReloadPolicy, Searcher, Term};

/// More terms than any question needs; it bounds the work a hostile text can cause.
const MAX_TERMS: usize = 96;

/// The open text index of a generation.
pub struct Keywords {
    searcher: Searcher,
    fields: Fields,
    /// The item of each document, by segment.
    items: Vec<Column<u64>>,
}

/// Opens or creates the text index in a folder, with our tokenizers.
pub fn index(dir: &Path, create: bool, segmenter: &Segmenter) -> Result<(Index, Fields), SearchError> {
    let (schema, fields) = schema();
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
        hits.into_iter()
            .map(|(score, address)| {
                let column = self.items.get(address.segment_ord as usize);
                let item = column.and_then(|items| items.first(address.doc_id)).ok_or_else(|| {
                    SearchError::Broken("text".into(), "a document without its item".into())
                })?;
                Ok((item as u32, score))
            })
            .collect()
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
