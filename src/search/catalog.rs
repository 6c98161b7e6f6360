//! Guides gathered into catalog items: by code and name first, then names that share a code.
//!
//! Which items there are depends on the guides and on the order in which they came. Guides of different catalog codes
//! never meet, so those of one code alone give the same items as they give among all.

use super::records::region_number;
use crate::guide::{CatalogItem, Example, Guide, ItemKey};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One item with the guides that implement it.
pub(super) struct Group {
    /// The item as its guides have it.
    pub item: CatalogItem,
    /// The guide whose text is indexed: with content, of the highest division.
    pub base: Guide,
    /// Numbers of its guides.
    pub guides: Vec<u32>,
    /// Place and name of every organ that has it.
    organs: HashSet<(u64, String)>,
}

/// Groups as they come to be, one guide after another.
#[derive(Default)]
pub(super) struct Catalog {
    groups: Vec<Group>,
    by_name: HashMap<(Option<String>, String), usize>,
}

fn name_of(guide: &Guide) -> (Option<String>, String) {
    (guide.catalog_code.as_ref().map(|code| code.key()), guide.name.clone())
}

impl Catalog {
    /// The group that a guide belongs to, before groups are joined.
    pub fn group_of(&self, guide: &Guide) -> Option<usize> {
        self.by_name.get(&name_of(guide)).copied()
    }

    /// Adds a guide under its number.
    pub fn add(&mut self, guide: &Guide, number: u32) {
        let organ = (region_number(guide.place_code()), guide.department.clone().unwrap_or_default());
        let name = name_of(guide);
        match self.by_name.get(&name) {
            Some(&at) => {
                let group = &mut self.groups[at];
                group.item.absorb(guide);
                group.guides.push(number);
                group.organs.insert(organ);
                if rank(guide) < rank(&group.base) {
                    group.base = guide.clone();
                }
            }
            None => {
                self.by_name.insert(name, self.groups.len());
                self.groups.push(Group {
                    item: CatalogItem::from_guide(guide),
                    base: guide.clone(),
                    guides: vec![number],
                    organs: HashSet::from([organ]),
                });
            }
        }
    }

    /// Whether a guide with this official name was added.
    pub fn has_name(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.item.name == name)
    }

    /// The items: groups that share a catalog code are one, unless one organ lists them as different items.
    pub fn items(self) -> Vec<Group> {
        let mut merged: Vec<Group> = Vec::new();
        let mut by_code: HashMap<String, Vec<usize>> = HashMap::new();
        for group in self.groups {
            let code = group.base.catalog_code.as_ref().map(|c| c.key());
            let home = code.as_ref().and_then(|code| {
                let known = by_code.get(code)?;
                known.iter().copied().find(|&at| merged[at].organs.is_disjoint(&group.organs))
            });
            match home {
                Some(at) => {
                    let held = &mut merged[at];
                    held.item.join(&group.item);
                    held.guides.extend(group.guides);
                    held.organs.extend(group.organs);
                    if rank(&group.base) < rank(&held.base) {
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
                merged[at].item.key = ItemKey::from_name(&name);
            }
        }
        merged
    }
}

/// How well a guide represents its item, the least best: content first, then the higher division.
pub(super) fn rank(guide: &Guide) -> (bool, u8) {
    (!guide.has_content(), guide.place_code().map_or(0, |code| code.level()))
}

/// Whether a guide tells its item nothing that another one of the same name hasn't told before.
pub(super) fn adds_nothing(guide: &Guide, first: &Guide) -> bool {
    let all_in = |names: &[String], known: &[String]| names.iter().all(|name| known.contains(name));
    guide.name == first.name
        && all_in(&guide.common_names, &first.common_names)
        && guide.business_items.iter().all(|case| {
            let known = first.business_items.iter().rfind(|known| known.name == case.name);
            known.is_some_and(|known| all_in(&case.common_names, &known.common_names))
        })
}

/// Whether the names of an item, by which it is found and has vectors, are the same.
pub(super) fn same_names(a: &CatalogItem, b: &CatalogItem) -> bool {
    (&a.name, &a.other_names, &a.common_names, &a.business_items)
        == (&b.name, &b.other_names, &b.common_names, &b.business_items)
}

/// A known question with the case that it means.
pub(super) type Known<'a> = (&'a Example, Option<usize>);

/// The known questions that become part of the index, by item, with the case each one means.
///
/// Of an item with more than `most`, every case gets its turn; which of a case's questions come first depends on
/// the hash of their text alone, so that an import tomorrow takes the same ones.
pub(super) fn choose<'a>(
    items: &[&CatalogItem],
    examples: &'a [Example],
    most: usize,
) -> Vec<Vec<Known<'a>>> {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    // An item without a guide has gone.
    for (at, item) in items.iter().enumerate().filter(|(_, item)| item.guides > 0) {
        for name in std::iter::once(&item.name).chain(&item.other_names) {
            by_name.entry(name).or_insert(at);
        }
    }
    /// The questions of one item by case, each with the hash of its text.
    type ByCase<'a> = BTreeMap<Option<usize>, Vec<(Vec<u8>, &'a Example)>>;
    let mut by_item: Vec<ByCase<'_>> = vec![BTreeMap::new(); items.len()];
    for example in examples {
        let Some(&at) = by_name.get(example.item.as_str()) else { continue };
        let cases = &items[at].business_items;
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

/// Longest name that segmentation takes as one word; longer ones are cut like any text.
const LONGEST_WORD: usize = 6;

/// Short names of items, cases, materials, licences and organs: words that a general dictionary lacks.
pub(super) fn dictionary(groups: &[Group]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_share_a_code_bring_all_they_gathered() {
        let guides = [
            r#"{"name":"甲","catalog_code":"A1","region_code":"150700","common_names":["办甲"]}"#,
            r#"{"name":"乙","catalog_code":"A1","region_code":"150100","common_names":["办乙"],"materials":[{"name":"表"}]}"#,
            r#"{"name":"乙","catalog_code":"A1","region_code":"150102","common_names":["补乙"],
                "business_items":[{"name":"补领","common_names":["乙丢了"]}]}"#,
        ];
        let mut catalog = Catalog::default();
        for (number, guide) in guides.iter().enumerate() {
            catalog.add(&serde_json::from_str(guide).unwrap(), number as u32);
        }
        let [group] = &catalog.items()[..] else { panic!("one code, one item") };
        assert_eq!((group.item.name.as_str(), group.item.guides), ("甲", 3));
        assert_eq!(group.item.other_names, ["乙"]);
        assert_eq!(group.item.common_names, ["办甲", "办乙", "补乙"]);
        assert_eq!(group.item.business_items[0].common_names, ["乙丢了"]);
        assert_eq!((group.base.name.as_str(), &group.guides[..]), ("乙", &[0, 1, 2][..]));
    }
}
