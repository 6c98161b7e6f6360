//! Guides in, a new generation out.
//!
//! Guides stream through to disk; what stays in memory is one item with one representative guide
//! for each distinct name, and 40 bytes a guide.

use super::generation::{self, Draft, FORMAT, Manifest};
use super::keyword;
use super::records::{Entry, RecordsWriter, Spot, region_number};
use super::regional;
use super::vector::{Label, LabelKind, Vectors};
use super::{Search, SearchError};
use crate::embed::{EmbedError, Vector, centres};
use crate::guide::{CatalogItem, Example, Guide, Hall, Regions, Theme};
use crate::text::{Analyzer, plain};
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use tantivy::TantivyDocument;

/// Texts handed to the model in one call.
const EMBED_BATCH: usize = 64;

/// A new generation may hold this share fewer guides than the last before it is refused.
const SHRINK: f64 = 0.05;

/// Known questions of an item that become part of an index, unless the plan says otherwise.
pub const EXAMPLES: usize = 64;

/// Memory for tantivy's writer, bytes.
const WRITER_MEMORY: usize = 64 << 20;

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

/// Data that travels with the guides: a generation carries its own copy, so that question and
/// index are always cut by the same words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Companions {
    /// Divisions, as `corpus/regions.tsv`.
    pub regions: String,
    /// Everyday words, as `corpus/lexicon/*.tsv` joined.
    pub lexicon: String,
    /// Life-event bundles, as `corpus/onething.jsonl`.
    pub themes: String,
    /// Halls, as `corpus/halls.jsonl`.
    pub halls: String,
    /// Words for segmentation, one a line, taken from the guides.
    pub dictionary: String,
    /// Questions whose item is known, as `corpus/questions/train/*.jsonl` joined.
    pub examples: Vec<Example>,
}

/// File of each companion in a generation.
const COMPANION_FILES: [&str; 5] =
    ["regions.tsv", "lexicon.tsv", "onething.jsonl", "halls.jsonl", "dictionary.txt"];

impl Companions {
    /// Reads the copy of a generation.
    pub fn read(dir: &Path) -> Result<Companions, SearchError> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|e| SearchError::io(&path, e))
        };
        let [regions, lexicon, themes, halls, dictionary] = COMPANION_FILES;
        Ok(Companions {
            regions: read(regions)?,
            lexicon: read(lexicon)?,
            themes: read(themes)?,
            halls: read(halls)?,
            dictionary: read(dictionary)?,
            examples: Vec::new(),
        })
    }

    fn write(&self, dir: &Path) -> Result<(), SearchError> {
        let texts = [&self.regions, &self.lexicon, &self.themes, &self.halls, &self.dictionary];
        for (name, text) in COMPANION_FILES.iter().zip(texts) {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(|e| SearchError::io(&path, e))?;
        }
        Ok(())
    }

    /// The analysis that these data make.
    pub fn analyzer(&self) -> Result<Analyzer, SearchError> {
        let words: Vec<&str> = self.dictionary.lines().collect();
        Analyzer::new(&self.regions, &self.lexicon, &words)
            .map_err(|e| SearchError::Broken("regions.tsv or lexicon.tsv".into(), e.to_string()))
    }

    /// The divisions.
    pub fn regions(&self) -> Result<Regions, SearchError> {
        Regions::parse(&self.regions).map_err(|e| SearchError::Broken("regions.tsv".into(), e.to_string()))
    }

    /// The halls.
    pub fn halls(&self) -> Result<Vec<Hall>, SearchError> {
        Hall::parse_all(&self.halls).map_err(|e| SearchError::Broken("halls.jsonl".into(), e.to_string()))
    }

    /// The life-event bundles.
    pub fn themes(&self) -> Result<Vec<Theme>, SearchError> {
        self.themes
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|e| {
                    SearchError::Broken("onething.jsonl".into(), format!("line {}: {e}", at + 1))
                })
            })
            .collect()
    }
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

struct Group {
    item: CatalogItem,
    /// The guide whose text is indexed: with content, of the highest division.
    base: Guide,
    entries: Vec<usize>,
    organs: HashSet<(u64, String)>,
    /// The first guide as it was written: the others are packed beside it.
    first: (Spot, Vec<u8>),
}

struct Row {
    region: u64,
    offset: u64,
    length: u32,
    codes: Vec<String>,
}

/// A generation being built.
pub struct Builder {
    plan: Plan,
    draft: Draft,
    records: RecordsWriter,
    groups: Vec<Group>,
    by_name: HashMap<(Option<String>, String), usize>,
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
            groups: Vec::new(),
            by_name: HashMap::new(),
            rows: Vec::new(),
            hash: Sha256::new(),
            newest: None,
        })
    }

    /// Adds one guide.
    pub fn add(&mut self, guide: &Guide) -> Result<(), SearchError> {
        let json = guide
            .to_json()
            .and_then(|value| serde_json::to_vec(&value))
            .map_err(|e| SearchError::Broken("guides.lz4".into(), e.to_string()))?;
        self.hash.update(&json);
        self.hash.update(b"\n");
        let name = (guide.catalog_code.as_ref().map(|c| c.key()), guide.name.clone());
        let first = self.by_name.get(&name).map(|&at| &self.groups[at].first);
        let placed = self.records.append(&json, first.map(|(placed, json)| (*placed, json.as_slice())))?;
        let Spot { offset, length } = placed;
        let region = region_number(guide.place_code());
        self.newest = self.newest.max(guide.updated_at);
        let row = self.rows.len();
        let codes = [
            guide.task_code.as_ref().map(|c| c.key()),
            guide.local_task_code.as_ref().map(|c| c.key()),
            guide.catalog_code.as_ref().map(|c| c.key()),
            guide.local_catalog_code.as_ref().map(|c| c.key()),
        ]
        .into_iter()
        .flatten()
        .chain(guide.business_items.iter().filter_map(|b| b.code.as_ref().map(|c| c.key())))
        .collect();
        self.rows.push(Row { region, offset, length, codes });
        let organ = (region, guide.department.clone().unwrap_or_default());
        match self.by_name.get(&name) {
            Some(&at) => {
                let group = &mut self.groups[at];
                group.item.absorb(guide);
                group.entries.push(row);
                group.organs.insert(organ);
                if better_base(guide, &group.base) {
                    group.base = guide.clone();
                }
            }
            None => {
                self.by_name.insert(name, self.groups.len());
                self.groups.push(Group {
                    item: CatalogItem::from_guide(guide),
                    base: guide.clone(),
                    entries: vec![row],
                    organs: HashSet::from([organ]),
                    first: (placed, json),
                });
            }
        }
        Ok(())
    }

    /// Whether a guide with this official name was added.
    pub fn has_name(&self, name: &str) -> bool {
        self.groups.iter().any(|g| g.item.name == name)
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
            self.draft.discard();
            return Err(SearchError::NothingToIndex);
        }
        let last = last_generation(&self.plan.root);
        if let Some(last) = &last {
            let least = (last.manifest.guides as f64 * (1.0 - SHRINK)).floor() as usize;
            if self.rows.len() < least && !self.plan.allow_shrink {
                let (found, before) = (self.rows.len(), last.manifest.guides);
                self.draft.discard();
                return Err(SearchError::Shrunk { found, before });
            }
        }
        let groups = merge(self.groups);
        let dir = self.draft.dir.clone();
        write_items(&dir, &groups)?;
        companions.dictionary = dictionary(&groups);
        companions.regions()?;
        companions.themes()?;
        companions.halls()?;
        companions.write(&dir)?;
        let analyzer = companions.analyzer()?;

        let mut entries: Vec<(Entry, usize)> = Vec::with_capacity(self.rows.len());
        for (item, group) in groups.iter().enumerate() {
            entries.extend(group.entries.iter().map(|&row| {
                let Row { region, offset, length, .. } = self.rows[row];
                let entry = Entry { item: item as u32, length, region, offset };
                (entry, row)
            }));
        }
        entries.sort_unstable_by_key(|(e, _)| (e.item, e.region, e.offset));
        let codes = entries
            .iter()
            .enumerate()
            .flat_map(|(at, (_, row))| self.rows[*row].codes.iter().map(move |c| (c.clone(), at)))
            .collect();
        let entries: Vec<Entry> = entries.into_iter().map(|(entry, _)| entry).collect();
        self.records.finish(&entries, codes)?;
        regional::write(&dir, &entries, &analyzer, &mut |done| tell(Stage::FullText(done, entries.len())))?;

        let examples = choose(&groups, &companions.examples, self.plan.examples);
        write_text(&dir.join("text"), &groups, &examples, &analyzer, tell)?;
        let dimensions = embedding.map_or(0, |e| e.dimensions);
        let vectors = match embedding {
            Some(embedding) => embed_labels(&groups, &examples, &analyzer, embedding, last.as_ref(), tell)?,
            None => Vectors::new(0),
        };
        vectors.write(&dir)?;

        let corpus: String = self.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let manifest = Manifest {
            format: FORMAT,
            generation: format!("{}-{}", self.plan.now.strftime("%Y%m%dT%H%M%S%3f"), &corpus[..8]),
            made_at: self.plan.now,
            corpus,
            corpus_date: self.newest,
            model: embedding.map(|e| e.model.clone()),
            dimensions,
            vectors: vectors.len(),
            items: groups.len(),
            guides: entries.len(),
        };
        self.draft.publish(&manifest, |dir| Search::open_generation(dir).map(drop))?;
        Ok(manifest)
    }

    /// Throws the work away; the current generation stays.
    pub fn abandon(self) {
        self.draft.discard();
    }
}

/// Whether a guide represents its item better than the one held: content first, then the higher division.
fn better_base(new: &Guide, held: &Guide) -> bool {
    let rank = |g: &Guide| (!g.has_content(), g.place_code().map_or(0, |c| c.level()));
    rank(new) < rank(held)
}

/// Joins groups that share a catalog code, unless one organ lists them as different items.
fn merge(groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    let mut by_code: HashMap<String, Vec<usize>> = HashMap::new();
    for group in groups {
        let code = group.base.catalog_code.as_ref().map(|c| c.key());
        let home = code.as_ref().and_then(|code| {
            let known = by_code.get(code)?;
            known.iter().copied().find(|&at| merged[at].organs.is_disjoint(&group.organs))
        });
        match home {
            Some(at) => {
                let held = &mut merged[at];
                let guides = held.item.guides + group.item.guides;
                held.item.absorb(&group.base);
                held.item.guides = guides;
                held.entries.extend(group.entries);
                held.organs.extend(group.organs);
                if better_base(&group.base, &held.base) {
                    held.base = group.base;
                }
            }
            None => {
                if let Some(code) = code {
                    by_code.entry(code).or_default().push(merged.len());
                }
                merged.push(group);
            }
        }
    }
    // Items that share a code yet stay apart need keys of their own.
    for list in by_code.values().filter(|list| list.len() > 1) {
        for &at in list {
            let name = merged[at].item.name.clone();
            merged[at].item.key = crate::guide::ItemKey::from_name(&name);
        }
    }
    merged
}

fn write_items(dir: &Path, groups: &[Group]) -> Result<(), SearchError> {
    let path = dir.join("items.jsonl");
    let mut text = Vec::new();
    for group in groups {
        serde_json::to_writer(&mut text, &group.item)
            .map_err(|e| SearchError::Broken(path.clone(), e.to_string()))?;
        text.push(b'\n');
    }
    std::fs::write(&path, text).map_err(|e| SearchError::io(&path, e))
}

fn write_text(
    dir: &Path,
    groups: &[Group],
    examples: &[Vec<(&Example, Option<usize>)>],
    analyzer: &Analyzer,
    tell: &mut dyn FnMut(Stage),
) -> Result<(), SearchError> {
    let fail = |e: tantivy::TantivyError| SearchError::text(dir, &e);
    let (index, fields) = keyword::index(dir, true, analyzer.segmenter())?;
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER_MEMORY).map_err(fail)?;
    for (ordinal, group) in groups.iter().enumerate() {
        let text = SearchText::of(group, analyzer);
        let mut document = TantivyDocument::default();
        document.add_u64(fields.item, ordinal as u64);
        document.add_text(fields.name, &text.name);
        document.add_text(fields.name_pairs, &text.name);
        document.add_text(fields.alias, &text.alias);
        document.add_text(fields.alias_pairs, &text.alias);
        document.add_text(fields.cases, &text.cases);
        document.add_text(fields.conditions, &text.conditions);
        document.add_text(fields.materials, &text.materials);
        document.add_text(fields.body, &text.body);
        let asked: Vec<&str> = examples[ordinal].iter().map(|(e, _)| e.question.as_str()).collect();
        let asked = analyzer.fold(&asked.join("\n"));
        document.add_text(fields.asked, &asked);
        document.add_text(fields.asked_pairs, &asked);
        writer.add_document(document).map_err(fail)?;
        tell(Stage::Indexing(ordinal + 1, groups.len()));
    }
    writer.commit().map_err(fail)?;
    writer.wait_merging_threads().map_err(fail)
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
    fn of(group: &Group, analyzer: &Analyzer) -> SearchText {
        let (item, base) = (&group.item, &group.base);
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

struct Last {
    manifest: Manifest,
    vectors: Option<Vectors>,
}

/// The generation in service, as far as it can be read; a broken one is simply not reused.
fn last_generation(root: &Path) -> Option<Last> {
    let name = generation::current(root).ok()??;
    let dir = root.join(name);
    let manifest = generation::manifest(&dir).ok()?;
    let vectors = Vectors::read(&dir, manifest.dimensions).ok();
    Some(Last { manifest, vectors })
}

/// The names of an item that get a vector each.
fn labels(item: u32, group: &Group) -> Vec<Label> {
    let label =
        |kind, case: Option<usize>, text: String| Label { item, kind, case: case.map(|c| c as u32), text };
    let catalog = &group.item;
    let mut list = vec![label(LabelKind::Name, None, catalog.name.clone())];
    let others = catalog.other_names.iter().take(8);
    list.extend(others.map(|n| label(LabelKind::Name, None, n.clone())));
    list.extend(catalog.common_names.iter().map(|n| label(LabelKind::Alias, None, n.clone())));
    for (at, case) in catalog.business_items.iter().enumerate() {
        let text = if case.name.contains(&catalog.name) {
            case.name.clone()
        } else {
            format!("{} {}", catalog.name, case.name)
        };
        list.push(label(LabelKind::Case, Some(at), text));
        let names = case.common_names.iter();
        list.extend(names.map(|n| label(LabelKind::Alias, Some(at), n.clone())));
    }
    let mut seen = HashSet::new();
    list.retain(|l| !l.text.trim().is_empty() && seen.insert((l.text.clone(), l.case)));
    list
}

/// The known questions that become part of the index, by item, with the case each one means.
///
/// Of an item with more than `most`, every case gets its turn; which of a case's questions come first depends on
/// the hash of their text alone, so that an import tomorrow takes the same ones.
fn choose<'a>(
    groups: &[Group],
    examples: &'a [Example],
    most: usize,
) -> Vec<Vec<(&'a Example, Option<usize>)>> {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for name in std::iter::once(&group.item.name).chain(&group.item.other_names) {
            by_name.entry(name).or_insert(at);
        }
    }
    /// The questions of one item by case, each with the hash of its text.
    type ByCase<'a> = BTreeMap<Option<usize>, Vec<(Vec<u8>, &'a Example)>>;
    let mut by_item: Vec<ByCase<'_>> = vec![BTreeMap::new(); groups.len()];
    for example in examples {
        let Some(&at) = by_name.get(example.item.as_str()) else { continue };
        let cases = &groups[at].item.business_items;
        let case = example.business_item.as_ref().and_then(|name| cases.iter().position(|c| c.name == *name));
        let order = Sha256::digest(example.question.as_bytes()).to_vec();
        by_item[at].entry(case).or_default().push((order, example));
    }
    by_item
        .into_iter()
        .map(|mut cases| {
            for list in cases.values_mut() {
                // Taken from the end: what was accepted in use, the newest first, then the corpus's own.
                list.sort_by(|a, b| a.1.at.cmp(&b.1.at).then(b.0.cmp(&a.0)));
            }
            let mut chosen = Vec::new();
            while chosen.len() < most {
                let before = chosen.len();
                for (case, list) in &mut cases {
                    if chosen.len() < most
                        && let Some((hash, example)) = list.pop()
                    {
                        list.retain(|(other, _)| *other != hash);
                        chosen.push((example, *case));
                    }
                }
                if chosen.len() == before {
                    break;
                }
            }
            chosen
        })
        .collect()
}

fn embed_labels(
    groups: &[Group],
    examples: &[Vec<(&Example, Option<usize>)>],
    analyzer: &Analyzer,
    embedding: &Embedding<'_>,
    last: Option<&Last>,
    tell: &mut dyn FnMut(Stage),
) -> Result<Vectors, SearchError> {
    let mut labels: Vec<Label> =
        groups.iter().enumerate().flat_map(|(item, group)| labels(item as u32, group)).collect();
    for (item, list) in examples.iter().enumerate() {
        labels.extend(list.iter().map(|(example, case)| Label {
            item: item as u32,
            kind: LabelKind::Example,
            case: case.map(|c| c as u32),
            // As a question would be: without its places.
            text: analyzer.query(&example.question).meaning_text().to_owned(),
        }));
    }
    // A text that the last generation embedded with the same model keeps its vector.
    let mut known: HashMap<&str, &[f32]> = HashMap::new();
    if let Some(last) = last.filter(|l| l.manifest.model.as_ref() == Some(&embedding.model))
        && let Some(vectors) = &last.vectors
    {
        let rows = vectors.labels.iter().enumerate();
        let texts = rows.filter(|(_, label)| label.kind != LabelKind::Centre);
        known.extend(texts.map(|(at, label)| (label.text.as_str(), vectors.row(at))));
    }
    let mut unseen: Vec<String> =
        labels.iter().filter(|l| !known.contains_key(l.text.as_str())).map(|l| l.text.clone()).collect();
    unseen.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
    unseen.dedup();
    let mut fresh: HashMap<&str, Vector> = HashMap::new();
    for batch in unseen.chunks(EMBED_BATCH) {
        let vectors = (embedding.embed)(batch).map_err(SearchError::Embed)?;
        fresh.extend(batch.iter().map(String::as_str).zip(vectors));
        tell(Stage::Embedding(fresh.len(), unseen.len()));
    }
    let mut vectors = Vectors::new(embedding.dimensions);
    for label in labels {
        let row = match (known.get(label.text.as_str()), fresh.get(label.text.as_str())) {
            (Some(row), _) => row.to_vec(),
            (None, Some(vector)) => vector.as_slice().to_vec(),
            (None, None) => {
                return Err(SearchError::Broken(
                    "labels.jsonl".into(),
                    format!("the model gave no vector for {:?}", label.text),
                ));
            }
        };
        vectors.push(label, &row)?;
    }
    if examples.iter().any(|list| !list.is_empty()) {
        add_centres(&mut vectors, groups.len(), embedding, last)?;
    }
    Ok(vectors)
}

/// Adds a row for each item: what tells its names and known questions from those of others.
fn add_centres(
    vectors: &mut Vectors,
    items: usize,
    embedding: &Embedding<'_>,
    last: Option<&Last>,
) -> Result<(), SearchError> {
    let mut hash = Sha256::new();
    for label in &vectors.labels {
        hash.update(format!("{} {}\n", label.item, label.text));
    }
    let source: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    let mut rows: Vec<(u32, Vec<f32>)> = Vec::new();
    // Learned from the same texts under the same model before: nothing to learn anew.
    if let Some(last) = last.filter(|l| l.manifest.model.as_ref() == Some(&embedding.model))
        && let Some(before) = &last.vectors
    {
        let same = |label: &Label| label.kind == LabelKind::Centre && label.text == source;
        let labels = before.labels.iter().enumerate().filter(|(_, label)| same(label));
        rows.extend(labels.map(|(at, label)| (label.item, before.row(at).to_vec())));
    }
    if rows.is_empty() {
        let owners: Vec<u32> = vectors.labels.iter().map(|label| label.item).collect();
        let found =
            centres(vectors.rows(), embedding.dimensions, &owners, items).map_err(SearchError::Embed)?;
        let found = found.into_iter().enumerate();
        rows.extend(found.filter_map(|(item, vector)| Some((item as u32, vector?.as_slice().to_vec()))));
    }
    for (item, row) in rows {
        vectors.push(Label { item, kind: LabelKind::Centre, case: None, text: source.clone() }, &row)?;
    }
    Ok(())
}

/// Longest name that segmentation takes as one word; longer ones are cut like any text.
const LONGEST_WORD: usize = 6;

/// Short names of items, cases, materials, licences and organs: words that a general dictionary lacks.
fn dictionary(groups: &[Group]) -> String {
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for Group { item, base, .. } in groups {
        let cases = item.business_items.iter();
        let names = std::iter::once(&item.name)
            .chain(&item.common_names)
            .chain(cases.flat_map(|b| std::iter::once(&b.name).chain(&b.common_names)))
            .chain(base.materials.iter().map(|m| &m.name))
            .chain(base.materials.iter().filter_map(|m| m.license_name.as_ref()))
            .chain(base.results.iter().map(|r| &r.name))
            .chain(&base.department);
        words.extend(names.map(|n| n.trim()).filter(|name| {
            let length = name.chars().count();
            (2..=LONGEST_WORD).contains(&length) && name.chars().all(char::is_alphanumeric)
        }));
    }
    words.into_iter().collect::<Vec<_>>().join("\n")
}
