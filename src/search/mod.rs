//! The index: written once a generation, read as an immutable snapshot.
//!
//! Matching works on the distinct catalog items (thousands); the guide of the asker's place is a
//! look-up afterwards. No tantivy type leaves this module.

mod build;
mod fuse;
mod generation;
mod keyword;
mod place;
mod records;
mod schema;
mod tokenizer;
mod vector;

pub use build::{Builder, Companions, Embedding, Plan, Stage};
pub use generation::{Manifest, current, list as generations, point_to};
pub use place::{Fit, Placed};
pub use vector::LabelKind;

use crate::embed::{EmbedError, Vector};
use crate::guide::{CatalogItem, Guide, Hall, ItemKey, RegionCode, Regions, Theme};
use crate::text::{Analyzer, Query};
use jiff::civil::Date;
use keyword::Keywords;
use records::Records;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use vector::Vectors;

/// What can go wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A file could not be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file holds something it should not.
    #[error("{0}: broken: {1}; import the guides again or go back to the last generation")]
    Broken(PathBuf, String),
    /// The text index failed.
    #[error("text index {0}: {1}; import the guides again")]
    Text(PathBuf, String),
    /// The files are of another format.
    #[error("{path}: format {found}, this program reads {expected}; import the guides again")]
    Format {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format expected.
        expected: u32,
    },
    /// There is no index yet.
    #[error("{0}: no index here; run `bangban import PATH --out {0}` first")]
    Empty(PathBuf),
    /// Another importer writes to the folder.
    #[error("{0}: another import is at work here; wait for it to end")]
    Locked(PathBuf),
    /// No guide was read.
    #[error("no guide could be read: nothing to index; the old index stays in service")]
    NothingToIndex,
    /// The new generation is much smaller than the last.
    #[error(
        "only {found} guides where the last index has {before}: the old index stays in service; \
         if this is right, import again with --allow-shrink"
    )]
    Shrunk {
        /// Guides now.
        found: usize,
        /// Guides before.
        before: usize,
    },
    /// A vector of the wrong length.
    #[error("a vector has {found} values where the index has {expected}; import again with this model")]
    Dimensions {
        /// Length in the index.
        expected: usize,
        /// Length given.
        found: usize,
    },
    /// The model failed while the index was built.
    #[error(transparent)]
    Embed(EmbedError),
}

impl SearchError {
    fn io(path: &Path, cause: std::io::Error) -> SearchError {
        SearchError::Io { path: path.to_owned(), cause }
    }

    fn text(path: &Path, cause: &tantivy::TantivyError) -> SearchError {
        SearchError::Text(path.to_owned(), cause.to_string())
    }
}

/// One item found for a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Ordinal of the item in this generation.
    pub item: u32,
    /// Fused score, in standard deviations of the vector list; BM25 without a model.
    pub score: f32,
    /// BM25 score, 0 where no word matched.
    pub keyword: f32,
    /// Cosine of the best name; `None` without a model.
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

/// Items that each list offers to the fusion.
const CANDIDATES: usize = 50;

/// An open generation.
pub struct Search {
    manifest: Manifest,
    items: Vec<CatalogItem>,
    by_key: HashMap<String, u32>,
    keywords: Keywords,
    vectors: Vectors,
    records: Records,
    names: Vec<(String, u32)>,
    analyzer: Analyzer,
    regions: Regions,
    themes: Vec<Theme>,
    halls: Vec<Hall>,
}

impl Search {
    /// Opens the current generation in a folder.
    pub fn open(root: &Path) -> Result<Search, SearchError> {
        let name = current(root)?.ok_or_else(|| SearchError::Empty(root.to_owned()))?;
        Search::open_generation(&root.join(name))
    }

    /// Opens one generation by its folder.
    pub fn open_generation(dir: &Path) -> Result<Search, SearchError> {
        let dir = dir.to_owned();
        let manifest = generation::manifest(&dir)?;
        let path = dir.join("items.jsonl");
        let text = std::fs::read_to_string(&path).map_err(|e| SearchError::io(&path, e))?;
        let items = text
            .lines()
            .map(|line| {
                serde_json::from_str(line).map_err(|e| SearchError::Broken(path.clone(), e.to_string()))
            })
            .collect::<Result<Vec<CatalogItem>, _>>()?;
        let vectors = Vectors::read(&dir, manifest.dimensions)?;
        let records = Records::open(&dir)?;
        if items.len() != manifest.items
            || records.len() != manifest.guides
            || vectors.len() != manifest.vectors
            || vectors.labels.iter().any(|l| l.item as usize >= items.len())
        {
            return Err(SearchError::Broken(dir, "counts differ from its manifest".into()));
        }
        let by_key =
            items.iter().enumerate().map(|(at, item)| (item.key.as_str().to_owned(), at as u32)).collect();
        let companions = Companions::read(&dir)?;
        let analyzer = companions.analyzer()?;
        let names = suggestions(&items, &analyzer);
        Ok(Search {
            regions: companions.regions()?,
            themes: companions.themes()?,
            halls: companions.halls()?,
            keywords: Keywords::open(&dir.join("text"), analyzer.segmenter())?,
            manifest,
            by_key,
            items,
            vectors,
            records,
            names,
            analyzer,
        })
    }

    /// The analysis that this generation was indexed with.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The divisions.
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// The life-event bundles (一件事).
    pub fn themes(&self) -> &[Theme] {
        &self.themes
    }

    /// The hall of a place or of its nearest ancestor, where one is known.
    pub fn hall(&self, place: &RegionCode) -> Option<&Hall> {
        Hall::nearest(&self.halls, place)
    }

    /// Ordinal of the item with this key.
    pub fn key(&self, key: &ItemKey) -> Option<u32> {
        self.by_key.get(key.as_str()).copied()
    }

    /// Ordinal of the item with exactly this official name.
    pub fn named(&self, name: &str) -> Option<u32> {
        let at = self.items.iter().position(|i| i.name == name || i.other_names.iter().any(|n| n == name))?;
        u32::try_from(at).ok()
    }

    /// What this generation holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All catalog items by ordinal.
    pub fn items(&self) -> &[CatalogItem] {
        &self.items
    }

    /// One catalog item.
    pub fn item(&self, item: u32) -> Option<&CatalogItem> {
        self.items.get(item as usize)
    }

    /// Ordinals of every item that bears exactly this official name.
    pub fn all_named(&self, name: &str) -> Vec<u32> {
        let items = self.items.iter().enumerate();
        items
            .filter(|(_, i)| i.name == name || i.other_names.iter().any(|n| n == name))
            .map(|(at, _)| at as u32)
            .collect()
    }

    /// Finds items for a question: by words, and by meaning where its vector is given.
    ///
    /// The vector must come from the model that the manifest names.
    pub fn find(&self, question: &Query, vector: Option<&Vector>, limit: usize) -> Result<Hits, SearchError> {
        let keyword = self.keywords.find(question, CANDIDATES)?;
        let similarities = match vector {
            Some(vector) if self.vectors.len() > 0 => Some(self.vectors.similarities(vector)?),
            _ => None,
        };
        let meanings = similarities.as_ref().map(|s| fuse::by_item(&self.vectors, s, self.items.len()));
        let scored = fuse::fuse(&keyword, meanings.as_deref(), limit.max(2));
        let confidences = fuse::confidences(&scored);
        let fused = scored
            .iter()
            .zip(confidences)
            .take(limit)
            .map(|(s, confidence)| Found {
                item: s.item,
                score: s.score,
                keyword: s.keyword,
                vector: s.vector,
                matched: s.row.map(|row| self.vectors.labels[row].text.clone()),
                business_item: self.business_item(s.item, question, similarities.as_deref()),
                confidence,
            })
            .collect();
        let mut vector: Vec<(u32, f32)> = meanings
            .iter()
            .flatten()
            .enumerate()
            .filter(|(_, m)| m.best.is_finite())
            .map(|(item, m)| (item as u32, m.best))
            .collect();
        vector.sort_by(|a, b| b.1.total_cmp(&a.1));
        vector.truncate(CANDIDATES);
        Ok(Hits { fused, keyword, vector })
    }

    fn business_item(&self, item: u32, question: &Query, similarities: Option<&[f32]>) -> Option<String> {
        let cases = &self.items[item as usize].business_items;
        let case = match cases.len() {
            0 => return None,
            1 => 0,
            _ => {
                let named = fuse::named_case(cases, question.search_text());
                named.or_else(|| {
                    let similarities = similarities?;
                    fuse::business_item(&self.vectors, similarities, item).map(|case| case as usize)
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

fn suggestions(items: &[CatalogItem], analyzer: &Analyzer) -> Vec<(String, u32)> {
    let mut names = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let cases = item.business_items.iter().flat_map(|b| &b.common_names);
        for name in
            std::iter::once(&item.name).chain(&item.other_names).chain(&item.common_names).chain(cases)
        {
            names.push((analyzer.fold(name), at as u32));
        }
    }
    names
}
