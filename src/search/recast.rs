//! What changes of guides make of the catalog items.
//!
//! Guides of one catalog code (or, without one, of one name) make their items among themselves. So only such families are
//! gathered anew that changes touch; and mostly not even these, since a guide seldom tells its item anything that the
//! item's first guide doesn't.

use super::SearchError;
use super::catalog::{Catalog, adds_nothing, rank};
use super::codes::Codes;
use super::records::{First, Records, level, region_number};
use crate::guide::{CatalogItem, Guide};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A guide as it was and as it will be.
pub(super) struct Change {
    /// `None` for one that is new.
    pub old: Option<Guide>,
    /// `None` for one that goes.
    pub new: Option<Guide>,
}

/// Guides that may come together in one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Code(String),
    Name(String),
}

impl Family {
    fn of(guide: &Guide) -> Family {
        match &guide.catalog_code {
            Some(code) => Family::Code(code.key()),
            None => Family::Name(guide.name.clone()),
        }
    }

    fn holds(&self, guide: &Guide) -> bool {
        *self == Family::of(guide)
    }
}

/// Whether two guides tell an item the same.
fn alike(a: &Guide, b: &Guide) -> bool {
    CatalogItem::from_guide(a) == CatalogItem::from_guide(b)
}

/// Guides of an item that are read to see whether one speaks for it rather than another.
const LOOKED_AT: usize = 4;

/// The items of a generation as changes make them.
pub(super) struct Recast<'a> {
    records: &'a Records,
    codes: &'a Codes,
    changes: &'a BTreeMap<u32, Change>,
    /// Every item by its ordinal. Those before keep theirs; one whose last guide went stays without guides.
    pub items: Vec<CatalogItem>,
    /// The item of every guide that changed or came to another item, by its number.
    pub homes: HashMap<u32, u32>,
    /// Items whose text changes, with the guide that speaks for each; `None` for one that is gone.
    pub texts: BTreeMap<u32, Option<Guide>>,
}

impl<'a> Recast<'a> {
    /// Works out what changes make of these items.
    pub fn of(
        items: &[CatalogItem],
        records: &'a Records,
        codes: &'a Codes,
        changes: &'a BTreeMap<u32, Change>,
    ) -> Result<Recast<'a>, SearchError> {
        let items = items.to_vec();
        let mut recast =
            Recast { records, codes, changes, items, homes: HashMap::new(), texts: BTreeMap::new() };
        let mut families: BTreeMap<Family, BTreeSet<u32>> = BTreeMap::new();
        for (number, Change { old, new }) in changes {
            for guide in [old, new].into_iter().flatten() {
                families.entry(Family::of(guide)).or_default().insert(*number);
            }
        }
        let mut families: Vec<_> = families.into_iter().collect();
        // So that new items come in the order of their guides.
        families.sort_by_key(|(_, numbers)| numbers.first().copied());
        for (family, numbers) in &families {
            if recast.unmoved(family, numbers)? {
                continue;
            }
            let members = recast.members(family)?;
            let done = match members[..] {
                [item] => recast.lightly(item, family, numbers)?,
                _ => false,
            };
            if !done {
                recast.anew(&members, family, numbers)?;
            }
        }
        Ok(recast)
    }

    /// Passes over changes that tell the items of a family nothing: of guides that stay where they were, say the same of
    /// their items, and don't speak for them. Tells whether all are such.
    fn unmoved(&mut self, family: &Family, numbers: &BTreeSet<u32>) -> Result<bool, SearchError> {
        let mut homes = Vec::new();
        for &number in numbers {
            let old = self.changes[&number].old.as_ref().filter(|guide| family.holds(guide));
            let place = self.records.place(number);
            let (Some(old), Some(new), Some(place)) = (old, self.new_of(number, family), place) else {
                return Ok(false);
            };
            let organ = |guide: &Guide| (region_number(guide.place_code()), guide.department.clone());
            if !alike(old, new) || organ(old) != organ(new) || rank(old) != rank(new) {
                return Ok(false);
            }
            let item = self.records.entries()[place].item;
            if !self.is_outranked(item, new)? {
                return Ok(false);
            }
            homes.push((number, item));
        }
        self.homes.extend(homes);
        Ok(true)
    }

    /// Whether a guide that doesn't change represents an item better than this one: as far as it is quickly told.
    fn is_outranked(&self, item: u32, guide: &Guide) -> Result<bool, SearchError> {
        let mut order: Vec<(u8, usize)> = self
            .records
            .places_of(item)
            .filter(|place| !self.changes.contains_key(&self.records.number(*place)))
            .map(|place| (level(self.records.entries()[place].region), place))
            .collect();
        order.sort_unstable();
        for (_, place) in order.into_iter().take(LOOKED_AT) {
            if rank(&self.before(place)?) < rank(guide) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Items before the changes that hold guides of a family.
    fn members(&self, family: &Family) -> Result<Vec<u32>, SearchError> {
        let candidates: BTreeSet<u32> = match family {
            Family::Code(code) => {
                let places = self.codes.numbers(code).filter_map(|number| self.records.place(number));
                places.filter_map(|place| self.records.entry(place)).map(|entry| entry.item).collect()
            }
            Family::Name(name) => {
                let items = self.items.iter().enumerate().filter(|(_, item)| item.name == *name);
                items.map(|(at, _)| at as u32).collect()
            }
        };
        let mut members = Vec::new();
        for item in candidates {
            // A code may be one of another kind, a name that of an item with a code: any guide of the item tells.
            if let Some(place) = self.records.places_of(item).next()
                && family.holds(&self.before(place)?)
            {
                members.push(item);
            }
        }
        Ok(members)
    }

    fn before(&self, place: usize) -> Result<Guide, SearchError> {
        self.records.guide(self.records.entries()[place])
    }

    /// A guide of a family after the changes.
    fn after(&self, number: u32, family: &Family) -> Result<Option<Guide>, SearchError> {
        match self.changes.get(&number) {
            Some(_) => Ok(self.new_of(number, family).cloned()),
            None => self.records.place(number).map(|place| self.before(place)).transpose(),
        }
    }

    fn new_of(&self, number: u32, family: &Family) -> Option<&'a Guide> {
        self.changes.get(&number)?.new.as_ref().filter(|guide| family.holds(guide))
    }

    /// Takes changes into the only item of a family without reading its other guides; `false` where these may matter.
    fn lightly(&mut self, item: u32, family: &Family, numbers: &BTreeSet<u32>) -> Result<bool, SearchError> {
        let held = &self.items[item as usize];
        let places = self.records.places_of(item);
        let Some(first_place) = places.min_by_key(|place| self.records.number(*place)) else {
            return Ok(false);
        };
        let first_number = self.records.number(first_place);
        let first = self.before(first_place)?;
        let mut next = held.clone();
        // With other names, or with a new one, it is to be seen again what belongs together.
        if !held.other_names.is_empty() {
            return Ok(false);
        }
        for &number in numbers {
            let old = self.changes[&number].old.as_ref().filter(|guide| family.holds(guide));
            let new = self.new_of(number, family);
            if new.is_some_and(|new| new.name != held.name) {
                return Ok(false);
            }
            if let (Some(old), Some(new)) = (old, new)
                && alike(old, new)
            {
                continue;
            }
            if let Some(old) = old {
                if number == first_number || !adds_nothing(old, &first) {
                    return Ok(false);
                }
                next.guides -= 1;
            }
            match new {
                Some(new) if number >= self.records.next() => next.absorb(new),
                Some(new) if number > first_number && adds_nothing(new, &first) => next.guides += 1,
                Some(_) => return Ok(false),
                None => {}
            }
        }
        let speaker = self.speaker(item, None)?;
        let then = self.speaker(item, Some((family, numbers)))?;
        let same = speaker == then && !then.is_some_and(|number| numbers.contains(&number));
        if !same || (CatalogItem { guides: held.guides, ..next.clone() }) != *held {
            let base = then.map(|number| self.after(number, family)).transpose()?.flatten();
            self.texts.insert(item, base);
        }
        for &number in numbers {
            if self.new_of(number, family).is_some() {
                self.homes.insert(number, item);
            }
        }
        self.items[item as usize] = next;
        Ok(true)
    }

    /// Number of the guide that speaks for an item of one name: before the changes, or after those of these numbers of
    /// its family.
    pub fn speaker(
        &self,
        item: u32,
        changed: Option<(&Family, &BTreeSet<u32>)>,
    ) -> Result<Option<u32>, SearchError> {
        let mut order: Vec<(u8, u32)> = Vec::new();
        for place in self.records.places_of(item) {
            let number = self.records.number(place);
            if !changed.is_some_and(|(_, changed)| changed.contains(&number)) {
                order.push((level(self.records.entries()[place].region), number));
            }
        }
        if let Some((family, changed)) = changed {
            for &number in changed {
                order.extend(self.new_of(number, family).map(|guide| (rank(guide).1, number)));
            }
        }
        order.sort_unstable();
        for &(_, number) in &order {
            let guide = match changed {
                Some((family, _)) => self.after(number, family)?,
                None => self.records.place(number).map(|place| self.before(place)).transpose()?,
            };
            if guide.is_some_and(|guide| guide.has_content()) {
                return Ok(Some(number));
            }
        }
        Ok(order.first().map(|(_, number)| *number))
    }

    /// Gathers a family from all its guides, as an import of all guides would.
    fn anew(&mut self, members: &[u32], family: &Family, numbers: &BTreeSet<u32>) -> Result<(), SearchError> {
        let places = members.iter().flat_map(|item| self.records.places_of(*item));
        let mut all: BTreeSet<u32> = places.map(|place| self.records.number(place)).collect();
        all.extend(numbers);
        let mut catalog = Catalog::default();
        let mut first = First::default();
        for number in all {
            if self.changes.contains_key(&number) {
                self.new_of(number, family).into_iter().for_each(|guide| catalog.add(guide, number));
            } else if let Some(entry) = self.records.place(number).and_then(|at| self.records.entry(at)) {
                catalog.add(&self.records.guide_beside(entry, &mut first)?, number);
            }
        }
        let groups = catalog.items();
        let mut free = members.to_vec();
        let named: Vec<Option<u32>> = groups
            .iter()
            .map(|group| {
                let at = free.iter().position(|item| self.items[*item as usize].name == group.item.name)?;
                Some(free.remove(at))
            })
            .collect();
        for (group, named) in groups.into_iter().zip(named) {
            let home = named.or_else(|| (!free.is_empty()).then(|| free.remove(0)));
            let item = home.unwrap_or_else(|| self.ordinal(&group.item));
            self.homes.extend(group.guides.iter().map(|number| (*number, item)));
            self.items[item as usize] = group.item;
            self.texts.insert(item, Some(group.base));
        }
        for item in free {
            self.items[item as usize].guides = 0;
            self.texts.insert(item, None);
        }
        Ok(())
    }

    /// An ordinal for one more item: that of one that went under the same name, else a new one.
    fn ordinal(&mut self, item: &CatalogItem) -> u32 {
        let gone = self.items.iter().position(|known| known.guides == 0 && known.name == item.name);
        gone.unwrap_or_else(|| {
            self.items.push(item.clone());
            self.items.len() - 1
        }) as u32
    }
}
