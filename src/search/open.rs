//! Opening a generation: alone, or after another one with which it shares most.

use super::catalog::same_names;
use super::features::Profile;
use super::fusion::Fusion;
use super::generation::{self, current};
use super::keyword::Keywords;
use super::records::Records;
use super::regional::Regional;
use super::stored::Stored;
use super::vector::LabelKind;
use super::{Companions, Search, SearchError, lines};
use crate::guide::{CatalogItem, Hall, Regions, Theme};
use crate::text::{Analyzer, Sounds};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Divisions, words, bundles and halls of a generation, shared with those made from it.
pub(super) struct Words {
    pub analyzer: Analyzer,
    pub regions: Regions,
    pub themes: Vec<Theme>,
    pub halls: Vec<Hall>,
}

/// Names of items as they are looked through, shared with later generations while no name changes.
pub(super) struct Names {
    /// Each folded, with its item.
    pub suggested: Vec<(String, u32)>,
    pub sounds: Sounds,
}

/// The items of a generation by their ordinals, those without guides included.
pub(super) fn read_items(dir: &Path) -> Result<Vec<CatalogItem>, SearchError> {
    lines::read(&dir.join("items.jsonl"))
}

impl Words {
    fn read(dir: &Path) -> Result<Words, SearchError> {
        let companions = Companions::read(dir)?;
        Ok(Words {
            analyzer: companions.analyzer()?,
            regions: companions.regions()?,
            themes: companions.themes()?,
            halls: companions.halls()?,
        })
    }
}

impl Search {
    /// Opens the current generation in a folder.
    pub fn open(root: &Path) -> Result<Search, SearchError> {
        let name = current(root)?.ok_or_else(|| SearchError::Empty(root.to_owned()))?;
        Search::open_generation(&root.join(name))
    }

    /// The same after another one: what both have in common is not read again.
    pub fn open_after(root: &Path, before: &Search) -> Result<Search, SearchError> {
        let name = current(root)?.ok_or_else(|| SearchError::Empty(root.to_owned()))?;
        Search::opened(&root.join(name), Some(before))
    }

    /// Opens one generation by its folder.
    pub fn open_generation(dir: &Path) -> Result<Search, SearchError> {
        Search::opened(dir, None)
    }

    fn opened(dir: &Path, before: Option<&Search>) -> Result<Search, SearchError> {
        let manifest = generation::manifest(dir)?;
        // What takes longest to read, beside everything else.
        let (vectors, read) = std::thread::scope(|scope| {
            let vectors =
                scope.spawn(|| match before.filter(|b| b.manifest.vectors_of() == manifest.vectors_of()) {
                    Some(before) => Ok(before.vectors.clone()),
                    None => Stored::open(dir, manifest.dimensions)
                        .and_then(Stored::read)
                        .map(|vectors| Arc::new(vectors.packed())),
                });
            let read = || {
                let words = match before.filter(|b| b.manifest.words_of() == manifest.words_of()) {
                    Some(before) => before.words.clone(),
                    None => Arc::new(Words::read(dir)?),
                };
                Ok::<_, SearchError>((read_items(dir)?, words, Records::open(dir)?))
            };
            let read = read();
            (vectors.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)), read)
        });
        let (vectors, (items, words, records)) = (vectors?, read?);
        // What was made of names by the same words can stay.
        let before = before.filter(|before| Arc::ptr_eq(&before.words, &words));
        let live = || items.iter().enumerate().filter(|(_, item)| item.guides > 0);
        if live().count() != manifest.items
            || records.len() != manifest.guides
            || vectors.len() != manifest.vectors
            || vectors.labels.iter().any(|l| l.item as usize >= items.len())
            || records.entries().last().is_some_and(|entry| entry.item as usize >= items.len())
        {
            return Err(SearchError::Broken(dir.to_owned(), "counts differ from its manifest".into()));
        }
        let analyzer = &words.analyzer;
        let named = |a: &CatalogItem, b: &CatalogItem| (a.guides > 0) == (b.guides > 0) && same_names(a, b);
        let same = |before: &&Search| {
            before.items.len() == items.len() && before.items.iter().zip(&items).all(|(a, b)| named(a, b))
        };
        let names = match before.filter(same) {
            Some(before) => before.names.clone(),
            None => {
                Arc::new(Names { suggested: suggestions(&items, analyzer), sounds: sounds(&items, analyzer) })
            }
        };
        let profile = |(at, item): (usize, &CatalogItem)| {
            let known = before.filter(|before| before.items.get(at) == Some(item));
            known.map_or_else(|| Arc::new(Profile::of(item, analyzer)), |before| before.profiles[at].clone())
        };
        let dead = before.map(|before| before.dead.read().unwrap_or_else(PoisonError::into_inner).clone());
        Ok(Search {
            profiles: items.iter().enumerate().map(profile).collect(),
            has_examples: vectors.labels.iter().any(|l| l.kind == LabelKind::Example),
            fusion: Fusion::shipped()
                .map_err(|e| SearchError::Broken("fusion.toml".into(), e.to_string()))?,
            keywords: Keywords::open(dir, analyzer.segmenter())?,
            regional: Regional::open(dir, analyzer.segmenter())?,
            by_key: live().map(|(at, item)| (item.key.as_str().to_owned(), at as u32)).collect(),
            dead: RwLock::new(dead.unwrap_or_default()),
            names,
            manifest,
            items,
            vectors,
            records,
            words,
        })
    }
}

/// Terms that may be meant by their sound, the most usual first: everyday words, everyday names, official names.
fn sounds(items: &[CatalogItem], analyzer: &Analyzer) -> Sounds {
    let words = analyzer.everyday_words().map(|word| analyzer.fold(word));
    let items = || items.iter().filter(|item| item.guides > 0);
    let everyday = items().flat_map(|item| {
        let cases = item.business_items.iter().flat_map(|case| &case.common_names);
        item.common_names.iter().chain(cases)
    });
    let names = items().map(|item| &item.name);
    let terms: Vec<String> = words.chain(everyday.chain(names).map(|name| analyzer.fold(name))).collect();
    Sounds::new(terms.iter().map(String::as_str))
}

fn suggestions(items: &[CatalogItem], analyzer: &Analyzer) -> Vec<(String, u32)> {
    let mut names = Vec::new();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| item.guides > 0) {
        let cases = item.business_items.iter().flat_map(|b| &b.common_names);
        for name in
            std::iter::once(&item.name).chain(&item.other_names).chain(&item.common_names).chain(cases)
        {
            names.push((analyzer.fold(name), at as u32));
        }
    }
    names
}
