//! Changes in, a new generation out that shares with the old one what they don't touch.
//!
//! What is written anew: the guides that changed, the look-up files (24 bytes a guide and its codes), the items, small
//! files of both text indexes, and the vectors of names that changed. Readers of the old generation notice nothing.
//!
//! Two things wait for the next import of all guides: a word that is new stays cut into its parts, since whatever holds it
//! would have to be cut again; and the centres of items, which are learned from all of them.

use super::build::{Stage, codes_of, json_of, not_shrunk, write_items};
use super::catalog::{choose, same_names};
use super::codes::Codes;
use super::generation::{self, Draft, FORMAT, Manifest};
use super::keyword::{self, ItemText, Keywords};
use super::labels::{self, Renewed};
use super::recast::{Change, Recast};
use super::records::{Entry, Records, RecordsWriter, Spot, region_number};
use super::regional::{self, Regional};
use super::stored::{self, Stored};
use super::vector::{Label, LabelKind};
use super::{Companions, SearchError, read_items};
use crate::embed::Vector;
use crate::guide::{CatalogItem, Example, Guide, Operation};
use crate::text::Analyzer;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// So many guides may be replaced before it matters how many there are.
const FEW: usize = 10_000;

/// Of so many guides one replaced: all are to be imported anew before long; before half of them, at the latest.
const DUE: usize = 10;
const OVERDUE: usize = 2;

/// Texts to vectors by the model of this identity.
pub type Embed<'a> = dyn Fn(&str, &[String]) -> Result<Vec<Vector>, SearchError> + 'a;

/// Why a change doesn't fit the guides that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The guide that is to come is there already.
    Known,
    /// The guide that is to change or to go isn't there.
    Unknown,
}

/// How a batch of changes is to go.
#[derive(Clone, Debug)]
pub struct DeltaPlan {
    /// The folder of generations.
    pub root: PathBuf,
    /// The time that names the generation.
    pub now: Timestamp,
    /// Publish even with far fewer guides than before.
    pub allow_shrink: bool,
}

/// The generation in service, as far as changes need it.
struct Old {
    /// Its folder.
    dir: PathBuf,
    manifest: Manifest,
    items: Vec<CatalogItem>,
    records: Records,
    codes: Codes,
}

/// A generation being made from the one in service.
pub struct Delta {
    plan: DeltaPlan,
    draft: Draft,
    old: Old,
    /// By the numbers of their guides.
    changes: BTreeMap<u32, Change>,
    /// The number of the next guide that comes.
    next: u32,
    hash: Sha256,
    /// Made on a thread of its own: reading its dictionary takes as long as all the rest.
    analyzer: JoinHandle<Result<Analyzer, SearchError>>,
}

impl Manifest {
    /// Whether so many guides were replaced since all were imported that it is time to do that again.
    pub fn is_due(&self) -> bool {
        self.replaced > FEW.max(self.guides / DUE)
    }
}

impl Old {
    fn read(dir: PathBuf) -> Result<Old, SearchError> {
        let manifest = generation::manifest(&dir)?;
        if manifest.replaced > FEW.max(manifest.guides / OVERDUE) {
            return Err(SearchError::Overdue { replaced: manifest.replaced, guides: manifest.guides });
        }
        let (items, records, codes) = (read_items(&dir)?, Records::open(&dir)?, Codes::read(&dir)?);
        Ok(Old { dir, manifest, items, records, codes })
    }

    fn guide(&self, number: u32) -> Result<Option<Guide>, SearchError> {
        let entry = self.records.place(number).and_then(|place| self.records.entry(place));
        entry.map(|entry| self.records.guide(entry)).transpose()
    }

    /// The guide that a record means: the one of its code, else of its name, place, organ and cases.
    fn find(&self, record: &Guide) -> Result<Option<(u32, Guide)>, SearchError> {
        let numbers: Vec<u32> = match &record.task_code {
            Some(code) => self.codes.numbers(&code.key()).collect(),
            None => {
                let named =
                    |item: &CatalogItem| item.name == record.name || item.other_names.contains(&record.name);
                let items = self.items.iter().enumerate().filter(|(_, item)| named(item));
                let region = region_number(record.place_code());
                let places = items.flat_map(|(item, _)| self.records.places_of(item as u32));
                places
                    .filter(|place| self.records.entries()[*place].region == region)
                    .map(|place| self.records.number(place))
                    .collect()
            }
        };
        let identity = record.identity();
        for number in numbers {
            // A code may be one of another kind.
            if let Some(guide) = self.guide(number)?
                && guide.identity() == identity
            {
                return Ok(Some((number, guide)));
            }
        }
        Ok(None)
    }
}

impl Delta {
    /// Starts on the generation in service; where there is none, or one of another format, nothing is written.
    pub fn start(plan: DeltaPlan) -> Result<Delta, SearchError> {
        let current = |root: &Path| {
            let name = generation::current(root)?;
            name.map(|name| root.join(name)).ok_or_else(|| SearchError::Empty(root.to_owned()))
        };
        current(&plan.root)?;
        let draft = Draft::start(&plan.root)?;
        // Looked at again, now that nobody else writes.
        let dir = current(&plan.root)?;
        let words = dir.clone();
        let analyzer = std::thread::spawn(move || Companions::read(&words)?.analyzer());
        let old = Old::read(dir)?;
        Ok(Delta {
            plan,
            draft,
            changes: BTreeMap::new(),
            next: old.records.next(),
            hash: Sha256::new_with_prefix(&old.manifest.corpus),
            old,
            analyzer,
        })
    }

    /// Whether the model will be needed for one of these names: where no item has it yet.
    pub fn needs_model<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        let items = self.old.items.iter().filter(|item| item.guides > 0);
        let known: HashSet<&str> = items
            .flat_map(|item| std::iter::once(&item.name).chain(&item.other_names))
            .map(String::as_str)
            .collect();
        self.old.manifest.model.is_some() && names.any(|name| !known.contains(name))
    }

    /// Takes one change in. Gives what it does, or why it doesn't fit; a guide may be named once.
    pub fn add(
        &mut self,
        operation: Operation,
        guide: Guide,
    ) -> Result<Result<Operation, Misfit>, SearchError> {
        let found = self.old.find(&guide)?;
        let done = match (operation, &found) {
            (Operation::Insert, Some(_)) => return Ok(Err(Misfit::Known)),
            (Operation::Update | Operation::Delete, None) => return Ok(Err(Misfit::Unknown)),
            (Operation::Delete, _) => Operation::Delete,
            (_, Some(_)) => Operation::Update,
            (_, None) => Operation::Insert,
        };
        let json = json_of(&guide)?;
        self.hash.update([done as u8]);
        self.hash.update(&json);
        self.hash.update(b"\n");
        // What is kept, not what was read: a field that says nothing is not written.
        let kept = || {
            serde_json::from_slice(&json)
                .map_err(|e| SearchError::Broken(self.draft.dir.clone(), e.to_string()))
        };
        let new = (done != Operation::Delete).then(kept).transpose()?;
        let (number, old) = match found {
            Some((number, old)) => (number, Some(old)),
            None => {
                self.next += 1;
                (self.next - 1, None)
            }
        };
        self.changes.insert(number, Change { old, new });
        Ok(Ok(done))
    }

    /// Writes what changed, checks that it can be read, and makes the generation current.
    pub fn finish(self, embed: &Embed<'_>, tell: &mut dyn FnMut(Stage)) -> Result<Manifest, SearchError> {
        let Delta { plan, draft, old, changes, hash, analyzer, .. } = self;
        let come = changes.values().filter(|change| change.old.is_none()).count();
        let gone = changes.values().filter(|change| change.new.is_none()).count();
        let guides = old.records.len() + come - gone;
        match guides {
            _ if changes.is_empty() => return Err(SearchError::NothingToChange),
            0 => return Err(SearchError::NothingToIndex),
            _ if plan.allow_shrink => {}
            guides => not_shrunk(guides, old.manifest.guides)?,
        }
        let dir = draft.dir.clone();
        let recast = Recast::of(&old.items, &old.records, &old.codes, &changes)?;
        Companions::share(&old.dir, &dir)?;
        regional::share(&old.dir, &dir)?;
        keyword::share(&old.dir, &dir)?;
        write_items(&dir, recast.items.iter())?;
        write_records(&old, &dir, &changes, &recast)?;
        // A panic there is a panic here.
        let analyzer = analyzer.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))?;
        let vectors = std::thread::scope(|scope| {
            let full_text = scope.spawn(|| {
                let gone = changes.iter().filter(|(_, change)| change.old.is_some());
                let come =
                    changes.iter().filter_map(|(number, change)| Some((*number, change.new.as_ref()?)));
                regional::change(&dir, gone.map(|(number, _)| *number), come, &analyzer)
            });
            let vectors = write_texts(&old, &dir, &recast, &analyzer, embed, tell);
            full_text.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause))?;
            vectors
        })?;
        tell(Stage::FullText(changes.len(), changes.len()));
        let corpus: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let newest = changes.values().filter_map(|change| change.new.as_ref()?.updated_at).max();
        let before = old.manifest;
        let manifest = Manifest {
            format: FORMAT,
            generation: generation::name(plan.now, &corpus),
            made_at: plan.now,
            corpus,
            // The newest of all was looked for when all were read.
            corpus_date: before.corpus_date.max(newest),
            vectors: vectors.unwrap_or(before.vectors),
            items: recast.items.iter().filter(|item| item.guides > 0).count(),
            guides,
            batches: before.batches + 1,
            replaced: before.replaced + changes.len() - come,
            words_of: Some(before.words_of().to_owned()),
            vectors_of: vectors.is_none().then(|| before.vectors_of().to_owned()),
            ..before
        };
        draft.publish(&manifest, |dir| readable(dir, &changes, &analyzer, vectors.is_some()))?;
        Ok(manifest)
    }

    /// Throws the work away; the generation in service stays.
    pub fn abandon(self) {
        self.draft.discard();
    }
}

/// Writes the guides that came or changed behind the others, and the look-up files over all.
fn write_records(
    old: &Old,
    dir: &Path,
    changes: &BTreeMap<u32, Change>,
    recast: &Recast<'_>,
) -> Result<(), SearchError> {
    let mut writer = RecordsWriter::after(&old.dir, dir)?;
    let records = &old.records;
    // Looked at once for each guide there is: a list is quicker than a map.
    let highest = recast.homes.keys().chain(changes.keys()).max().map_or(0, |highest| *highest as usize + 1);
    let mut homes: Vec<Option<u32>> = vec![None; highest];
    recast.homes.iter().for_each(|(number, item)| homes[*number as usize] = Some(*item));
    let mut entries: Vec<(Entry, u32)> = Vec::with_capacity(records.len() + changes.len());
    for (place, entry) in records.entries().iter().enumerate() {
        let number = records.number(place);
        let home = homes.get(number as usize).copied().flatten();
        entries.push((Entry { item: home.unwrap_or(entry.item), ..*entry }, number));
    }
    entries.retain(|(_, number)| (*number as usize) >= highest || !changes.contains_key(number));
    let mut firsts: HashMap<u32, (Spot, Vec<u8>)> = HashMap::new();
    let mut fresh: Vec<(Cow<'_, str>, u32)> = Vec::new();
    for (number, change) in changes {
        let (Some(guide), Some(&item)) = (&change.new, recast.homes.get(number)) else { continue };
        let json = json_of(guide)?;
        if let (None, Some(place)) = (firsts.get(&item), records.places_of(item).next()) {
            firsts.insert(item, records.dictionary(records.entries()[place])?);
        }
        let first = firsts.get(&item).map(|(spot, json)| (*spot, json.as_slice()));
        let placed = writer.append(&json, first)?;
        let Spot { offset, length } = placed;
        entries.push((Entry { item, length, region: region_number(guide.place_code()), offset }, *number));
        fresh.extend(codes_of(guide).into_iter().map(|code| (Cow::Owned(code), *number)));
        firsts.entry(item).or_insert((placed, json));
    }
    entries.sort_by_key(|(entry, number)| (entry.item, entry.region, *number));
    let touched: HashSet<u32> = changes.keys().copied().collect();
    fresh.extend(old.codes.of_others(&touched));
    writer.finish(&entries, fresh)
}

/// Writes the text and the vectors of items that changed; gives how many vectors there are, if any is new or gone.
fn write_texts(
    old: &Old,
    dir: &Path,
    recast: &Recast<'_>,
    analyzer: &Analyzer,
    embed: &Embed<'_>,
    tell: &mut dyn FnMut(Stage),
) -> Result<Option<usize>, SearchError> {
    let manifest = &old.manifest;
    if recast.texts.is_empty() {
        stored::share_all(&old.dir, dir)?;
        return Ok(None);
    }
    let before = || Stored::open(&old.dir, manifest.dimensions);
    let examples = match Companions::known_questions(&old.dir)? {
        Some(examples) => examples,
        None => known_by_vectors(&before()?.labels, &old.items),
    };
    let items: Vec<&CatalogItem> = recast.items.iter().collect();
    let known = choose(&items, &examples, manifest.examples);
    let was = |item: u32| old.items.get(item as usize).filter(|was| was.guides > 0);
    let renamed = |item: u32| was(item).is_none_or(|was| !same_names(was, items[item as usize]));
    let mut names: BTreeSet<u32> = recast
        .texts
        .iter()
        .filter(|(item, base)| base.is_none() || renamed(**item))
        .map(|(item, _)| *item)
        .collect();
    // Where a name came or went, its known questions may have gone over to an item that no change touches.
    let mut heirs: BTreeMap<u32, Guide> = BTreeMap::new();
    if !names.is_empty() {
        let then = choose(&old.items.iter().collect::<Vec<_>>(), &examples, manifest.examples);
        for (at, (now, then)) in known.iter().zip(&then).enumerate() {
            let item = at as u32;
            if now != then && !recast.texts.contains_key(&item) {
                let base = recast.speaker(item, None)?.map(|number| old.guide(number)).transpose()?.flatten();
                heirs.extend(base.map(|base| (item, base)));
            }
        }
    }
    names.extend(heirs.keys());
    let touched = recast.texts.iter().filter_map(|(item, base)| Some((*item, base.as_ref()?)));
    let texts: Vec<ItemText<'_>> = touched
        .chain(heirs.iter().map(|(item, base)| (*item, base)))
        .map(|(item, base)| {
            let (catalog, known) = (items[item as usize], known[item as usize].as_slice());
            ItemText { item, catalog, base, known }
        })
        .collect();
    keyword::change(dir, recast.texts.keys().chain(heirs.keys()).copied(), &texts, analyzer)?;
    tell(Stage::Indexing(texts.len(), texts.len()));

    let Some(model) = manifest.model.as_ref().filter(|_| !names.is_empty()) else {
        stored::share_all(&old.dir, dir)?;
        return Ok(None);
    };
    let labelled = |&item: &u32| {
        let catalog = items[item as usize];
        let list = match catalog.guides {
            0 => Vec::new(),
            _ => labels::labels(item, catalog, &known[item as usize], analyzer),
        };
        (item, list)
    };
    let labelled: BTreeMap<u32, _> = names.iter().map(labelled).collect();
    let other = |item: &u32| was(*item).is_none_or(|was| was.name != items[*item as usize].name);
    let other: HashSet<u32> =
        names.iter().copied().filter(|item| items[*item as usize].guides == 0 || other(item)).collect();
    let embed = |texts: &[String]| embed(model, texts);
    let before = before()?;
    let Renewed { kept, new } = labels::renew(&before, &labelled, &other, &embed, tell)?;
    before.write_changed(dir, &kept, &new)?;
    Ok(Some(kept.len() + new.len()))
}

/// The known questions of a generation that doesn't keep them: as the model saw them, which is without their places.
fn known_by_vectors(labels: &[Label], items: &[CatalogItem]) -> Vec<Example> {
    let labels = labels.iter().filter(|label| label.kind == LabelKind::Example);
    labels
        .filter_map(|label| {
            let item = items.get(label.item as usize)?;
            let case = label.case.and_then(|case| item.business_items.get(case as usize));
            Some(Example {
                question: label.text.clone(),
                item: item.name.clone(),
                business_item: case.map(|case| case.name.clone()),
                author: None,
                at: None,
            })
        })
        .collect()
}

/// Opens what was written anew, and reads every guide that changed.
fn readable(
    dir: &Path,
    changes: &BTreeMap<u32, Change>,
    analyzer: &Analyzer,
    vectors: bool,
) -> Result<(), SearchError> {
    let manifest = generation::manifest(dir)?;
    let broken = |what: &str| SearchError::Broken(dir.to_owned(), what.to_owned());
    let records = Records::open(dir)?;
    let items = read_items(dir)?;
    if records.len() != manifest.guides
        || records.entries().iter().any(|entry| entry.item as usize >= items.len())
    {
        return Err(broken("counts differ from its manifest"));
    }
    for (number, change) in changes {
        let entry = records.place(*number).and_then(|place| records.entry(place));
        let found = entry.map(|entry| records.guide(entry)).transpose()?;
        let same = match (&found, &change.new) {
            (Some(found), Some(new)) => json_of(found)? == json_of(new)?,
            (found, new) => found.is_none() && new.is_none(),
        };
        if !same {
            return Err(broken("a guide that was changed reads otherwise"));
        }
    }
    Keywords::open(dir, analyzer.segmenter())?;
    Regional::open(dir, analyzer.segmenter())?;
    // They were written a moment ago from what lies in memory: to read them again would cost as much once more.
    if vectors && !stored::are_whole(dir, manifest.vectors, manifest.dimensions)? {
        return Err(broken("counts differ from its manifest"));
    }
    Ok(())
}
