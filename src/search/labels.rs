//! What of an item gets a vector: its names, its cases, questions known to mean it, and its centre.

use super::SearchError;
use super::build::{Embedding, Stage};
use super::catalog::Known;
use super::generation::{self, Manifest};
use super::stored::Stored;
use super::vector::{Label, LabelKind, Vectors};
use crate::embed::{Vector, centres};
use crate::guide::CatalogItem;
use crate::text::Analyzer;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// Texts handed to the model in one call.
const EMBED_BATCH: usize = 64;

/// Texts to vectors, in order.
type Embed<'a> = dyn Fn(&[String]) -> Result<Vec<Vector>, SearchError> + 'a;

/// The generation in service, for what of it can be used again.
pub(super) struct Last {
    pub manifest: Manifest,
    pub vectors: Option<Vectors>,
}

/// The generation in service, as far as it can be read; a broken one is simply not reused.
pub(super) fn last_generation(root: &Path) -> Option<Last> {
    let name = generation::current(root).ok()??;
    let dir = root.join(name);
    let manifest = generation::manifest(&dir).ok()?;
    let vectors = Stored::open(&dir, manifest.dimensions).and_then(Stored::read).ok();
    Some(Last { manifest, vectors })
}

/// The names of an item that get a vector each.
fn names(item: u32, catalog: &CatalogItem) -> Vec<Label> {
    let label =
        |kind, case: Option<usize>, text: String| Label { item, kind, case: case.map(|c| c as u32), text };
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

/// The known questions of an item, as a question would be: without their places.
fn asked<'a>(item: u32, known: &'a [Known<'a>], analyzer: &'a Analyzer) -> impl Iterator<Item = Label> + 'a {
    known.iter().map(move |(example, case)| Label {
        item,
        kind: LabelKind::Example,
        case: case.map(|c| c as u32),
        text: analyzer.query(&example.question).meaning_text().to_owned(),
    })
}

/// Every label of an item.
pub(super) fn labels(
    item: u32,
    catalog: &CatalogItem,
    known: &[Known<'_>],
    analyzer: &Analyzer,
) -> Vec<Label> {
    let mut list = names(item, catalog);
    list.extend(asked(item, known, analyzer));
    list
}

/// The vectors of a generation made anew; a text that the last one embedded with the same model keeps its vector.
pub(super) fn embed(
    items: &[&CatalogItem],
    examples: &[Vec<Known<'_>>],
    analyzer: &Analyzer,
    embedding: &Embedding<'_>,
    last: Option<&Last>,
    tell: &mut dyn FnMut(Stage),
) -> Result<Vectors, SearchError> {
    let mut labels: Vec<Label> =
        items.iter().enumerate().flat_map(|(item, catalog)| names(item as u32, catalog)).collect();
    for (item, known) in examples.iter().enumerate() {
        labels.extend(asked(item as u32, known, analyzer));
    }
    let last = last.filter(|last| last.manifest.model.as_ref() == Some(&embedding.model));
    let before = last.and_then(|last| last.vectors.as_ref());
    let mut vectors = Vectors::new(embedding.dimensions);
    let embed = |texts: &[String]| (embedding.embed)(texts).map_err(SearchError::Embed);
    let row = |at| Ok(Cow::Borrowed(before.map_or(&[][..], |before| before.row(at))));
    let known = Embedded { labels: before.map_or(&[], |before| &before.labels), row: &row };
    push(&mut vectors, labels, &known, &embed, tell)?;
    if examples.iter().any(|list| !list.is_empty()) {
        add_centres(&mut vectors, items.len(), embedding, before)?;
    }
    Ok(vectors)
}

/// What becomes of the vectors where a generation is made from another one.
pub(super) struct Renewed {
    /// Those that stay, by their places.
    pub kept: Vec<usize>,
    /// Those that come.
    pub new: Vectors,
}

/// The vectors of a generation made from another one: those of the items that are given get these labels, the others
/// keep theirs. A centre stays while its item keeps its name; where an item has none its name stands in.
pub(super) fn renew(
    before: &Stored,
    items: &BTreeMap<u32, Vec<Label>>,
    renamed: &HashSet<u32>,
    embed: &Embed<'_>,
    tell: &mut dyn FnMut(Stage),
) -> Result<Renewed, SearchError> {
    // Two questions of an item may be the same without their places: each has its row.
    let mut wanted: HashMap<&Label, usize> = HashMap::new();
    for label in items.values().flatten() {
        *wanted.entry(label).or_default() += 1;
    }
    let mut stays = |label: &Label| match label.kind {
        _ if !items.contains_key(&label.item) => true,
        LabelKind::Centre => !renamed.contains(&label.item),
        _ => wanted.get_mut(label).is_some_and(taken),
    };
    let kept = before.labels.iter().enumerate().filter(|(_, label)| stays(label)).map(|(at, _)| at).collect();
    let come = items.values().flatten().filter(|label| wanted.get_mut(label).is_some_and(taken)).cloned();
    let mut new = Vectors::new(before.dimensions);
    let known = Embedded { labels: &before.labels, row: &|at| before.row(at).map(Cow::Owned) };
    push(&mut new, come.collect(), &known, embed, tell)?;
    Ok(Renewed { kept, new })
}

/// Takes one, where there is one left.
fn taken(left: &mut usize) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}

/// Texts that have a vector already, and how to get at it.
struct Embedded<'a> {
    labels: &'a [Label],
    row: &'a dyn Fn(usize) -> Result<Cow<'a, [f32]>, SearchError>,
}

/// Adds labels with their vectors: known ones as they are, the others from the model.
fn push(
    vectors: &mut Vectors,
    labels: Vec<Label>,
    before: &Embedded<'_>,
    embed: &Embed<'_>,
    tell: &mut dyn FnMut(Stage),
) -> Result<(), SearchError> {
    let texts = before.labels.iter().enumerate().filter(|(_, label)| label.kind != LabelKind::Centre);
    let known: HashMap<&str, usize> = texts.map(|(at, label)| (label.text.as_str(), at)).collect();
    let mut unseen: Vec<String> =
        labels.iter().filter(|l| !known.contains_key(l.text.as_str())).map(|l| l.text.clone()).collect();
    unseen.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
    unseen.dedup();
    let mut fresh: HashMap<&str, Vector> = HashMap::new();
    for batch in unseen.chunks(EMBED_BATCH) {
        fresh.extend(batch.iter().map(String::as_str).zip(embed(batch)?));
        tell(Stage::Embedding(fresh.len(), unseen.len()));
    }
    for label in labels {
        let row = match (known.get(label.text.as_str()), fresh.get(label.text.as_str())) {
            (Some(at), _) => (before.row)(*at)?,
            (None, Some(vector)) => Cow::Borrowed(vector.as_slice()),
            (None, None) => {
                return Err(SearchError::Broken(
                    "labels.jsonl".into(),
                    format!("the model gave no vector for {:?}", label.text),
                ));
            }
        };
        vectors.push(label, &row)?;
    }
    Ok(())
}

/// Adds a row for each item: what tells its names and known questions from those of others.
fn add_centres(
    vectors: &mut Vectors,
    items: usize,
    embedding: &Embedding<'_>,
    before: Option<&Vectors>,
) -> Result<(), SearchError> {
    let mut hash = Sha256::new();
    for label in &vectors.labels {
        hash.update(format!("{} {}\n", label.item, label.text));
    }
    let source: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    let mut rows: Vec<(u32, Vec<f32>)> = Vec::new();
    // Learned from the same texts under the same model before: nothing to learn anew.
    if let Some(before) = before {
        let same = |label: &Label| label.kind == LabelKind::Centre && label.text == source;
        let labels = before.labels.iter().enumerate().filter(|(_, label)| same(label));
        rows.extend(labels.map(|(at, label)| (label.item, before.row(at).to_vec())));
    }
    let owners: Vec<u32> = vectors.labels.iter().map(|label| label.item).collect();
    // Changes since may have taken the centre of an item that has come back.
    if rows.len() < owners.iter().collect::<HashSet<_>>().len() {
        rows.clear();
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
