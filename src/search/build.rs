//! Guides in, a new generation out.
//!
//! Guides stream through to disk; what stays in memory is one item with one representative guide
//! for each distinct name, and 40 bytes a guide.

use super::catalog::{Catalog, Group, choose, dictionary};
use super::generation::{self, Draft, FORMAT, Manifest};
use super::keyword::{self, ItemText};
use super::labels::{self, last_generation};
use super::records::{Entry, RecordsWriter, Spot, region_number};
use super::vector::Vectors;
use super::{Companions, Search, SearchError, lines, regional, stored};
use crate::embed::{EmbedError, Vector};
use crate::guide::{CatalogItem, Guide};
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A new generation may hold this share fewer guides than the last before it is refused.
const SHRINK: f64 = 0.05;

/// Known questions of an item that become part of an index, unless the plan says otherwise.
pub const EXAMPLES: usize = 64;

/// The model as the builder sees it.
pub struct Embedding<'a> {
    /// Identity of the model; vectors of the last generation are reused only under the same one.
    pub model: String,
    /// Length of each vector.
    pub dimensions: usize,
    /// Texts to vectors, in order.
    #[expect(clippy::type_complexity, reason = "a function from texts to vectors needs no name")]
    pub embed: &'a dyn Fn(&[String]) -> Result<Vec<Vector>, EmbedError>,
}

/// What may be said about a build while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Names turned into vectors so far, of how many; those known from the last generation excluded.
    Embedding(usize, usize),
    /// Items written to the text index so far, of how many.
    Indexing(usize, usize),
    /// Guides written to the full text so far, of how many.
    FullText(usize, usize),
}

/// How a build is to go.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder of generations.
    pub root: PathBuf,
    /// The time that names the generation.
    pub now: Timestamp,
    /// Publish even with far fewer guides than the last generation.
    pub allow_shrink: bool,
    /// Known questions of each item that become part of the index; the rest stay for measuring.
    pub examples: usize,
}

/// A guide that was added; its number is its place among them.
struct Row {
    region: u64,
    placed: Spot,
    codes: Vec<String>,
}

/// A generation being built.
pub struct Builder {
    plan: Plan,
    draft: Draft,
    records: RecordsWriter,
    catalog: Catalog,
    /// The first guide of each group as it was written: the others are packed beside it.
    firsts: Vec<(Spot, Vec<u8>)>,
    rows: Vec<Row>,
    hash: Sha256,
    newest: Option<Date>,
}

impl Builder {
    /// Starts a generation aside of the current one.
    pub fn start(plan: Plan) -> Result<Builder, SearchError> {
        let draft = Draft::start(&plan.root)?;
        Ok(Builder {
            records: RecordsWriter::create(&draft.dir)?,
            draft,
            plan,
            catalog: Catalog::default(),
            firsts: Vec::new(),
            rows: Vec::new(),
            hash: Sha256::new(),
            newest: None,
        })
    }

    /// Adds one guide.
    pub fn add(&mut self, guide: &Guide) -> Result<(), SearchError> {
        let json = json_of(guide)?;
        self.hash.update(&json);
        self.hash.update(b"\n");
        let first = self.catalog.group_of(guide).map(|at| &self.firsts[at]);
        let placed = self.records.append(&json, first.map(|(placed, json)| (*placed, json.as_slice())))?;
        if first.is_none() {
            self.firsts.push((placed, json));
        }
        self.newest = self.newest.max(guide.updated_at);
        self.catalog.add(guide, self.rows.len() as u32);
        self.rows.push(Row { region: region_number(guide.place_code()), placed, codes: codes_of(guide) });
        Ok(())
    }

    /// Whether a guide with this official name was added.
    pub fn has_name(&self, name: &str) -> bool {
        self.catalog.has_name(name)
    }

    /// How many guides were added.
    pub fn guides(&self) -> usize {
        self.rows.len()
    }

    /// Writes the indexes, checks that they can be read, and makes the generation current.
    pub fn finish(
        self,
        mut companions: Companions,
        embedding: Option<&Embedding<'_>>,
        tell: &mut dyn FnMut(Stage),
    ) -> Result<Manifest, SearchError> {
        if self.rows.is_empty() {
            return Err(SearchError::NothingToIndex);
        }
        let last = last_generation(&self.plan.root);
        if let Some(last) = last.as_ref().filter(|_| !self.plan.allow_shrink) {
            not_shrunk(self.rows.len(), last.manifest.guides)?;
        }
        let groups = self.catalog.items();
        let dir = self.draft.dir.clone();
        let items: Vec<&CatalogItem> = groups.iter().map(|group| &group.item).collect();
        write_items(&dir, items.iter().copied())?;
        companions.dictionary = dictionary(&groups);
        companions.regions()?;
        companions.themes()?;
        companions.halls()?;
        companions.write(&dir)?;
        let analyzer = companions.analyzer()?;

        let mut entries: Vec<(Entry, u32)> = Vec::with_capacity(self.rows.len());
        for (item, group) in groups.iter().enumerate() {
            entries.extend(group.guides.iter().map(|&number| {
                let Row { region, placed: Spot { offset, length }, .. } = self.rows[number as usize];
                (Entry { item: item as u32, length, region, offset }, number)
            }));
        }
        entries.sort_unstable_by_key(|(e, number)| (e.item, e.region, *number));
        let codes = self.rows.iter().enumerate().flat_map(|(number, row)| {
            row.codes.iter().map(move |code| (Cow::Borrowed(code.as_str()), number as u32))
        });
        self.records.finish(&entries, codes.collect())?;
        regional::write(&dir, &analyzer, &mut |done, all| tell(Stage::FullText(done, all)))?;

        let examples = choose(&items, &companions.examples, self.plan.examples);
        let texts: Vec<ItemText<'_>> = groups
            .iter()
            .zip(&examples)
            .enumerate()
            .map(|(at, (Group { item, base, .. }, known))| ItemText {
                item: at as u32,
                catalog: item,
                base,
                known,
            })
            .collect();
        keyword::write(&dir, &texts, &analyzer, tell)?;
        let vectors = match embedding {
            Some(embedding) => labels::embed(&items, &examples, &analyzer, embedding, last.as_ref(), tell)?,
            None => Vectors::new(0),
        };
        stored::write(&dir, &vectors)?;

        let corpus: String = self.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let manifest = Manifest {
            format: FORMAT,
            generation: generation::name(self.plan.now, &corpus),
            made_at: self.plan.now,
            corpus,
            corpus_date: self.newest,
            model: embedding.map(|e| e.model.clone()),
            dimensions: embedding.map_or(0, |e| e.dimensions),
            vectors: vectors.len(),
            items: groups.len(),
            guides: entries.len(),
            examples: self.plan.examples,
            batches: 0,
            replaced: 0,
            words_of: None,
            vectors_of: None,
        };
        self.draft.publish(&manifest, |dir| Search::open_generation(dir).map(drop))?;
        Ok(manifest)
    }

    /// Throws the work away; the current generation stays.
    pub fn abandon(self) {
        self.draft.discard();
    }
}

/// A guide as it is kept.
pub(super) fn json_of(guide: &Guide) -> Result<Vec<u8>, SearchError> {
    let json = guide.to_json().and_then(|value| serde_json::to_vec(&value));
    json.map_err(|e| SearchError::Broken("guides.lz4".into(), e.to_string()))
}

/// Every code by which a guide is found.
pub(super) fn codes_of(guide: &Guide) -> Vec<String> {
    [
        guide.task_code.as_ref().map(|c| c.key()),
        guide.local_task_code.as_ref().map(|c| c.key()),
        guide.catalog_code.as_ref().map(|c| c.key()),
        guide.local_catalog_code.as_ref().map(|c| c.key()),
    ]
    .into_iter()
    .flatten()
    .chain(guide.business_items.iter().filter_map(|b| b.code.as_ref().map(|c| c.key())))
    .collect()
}

/// Refuses a generation that holds far fewer guides than the last one.
pub(super) fn not_shrunk(found: usize, before: usize) -> Result<(), SearchError> {
    let least = (before as f64 * (1.0 - SHRINK)).floor() as usize;
    if found < least { Err(SearchError::Shrunk { found, before }) } else { Ok(()) }
}

/// Writes the items by their ordinals.
pub(super) fn write_items<'a>(
    dir: &Path,
    items: impl Iterator<Item = &'a CatalogItem>,
) -> Result<(), SearchError> {
    lines::write(&dir.join("items.jsonl"), items)
}
