//! Which guide of an item answers for a place: its own, or that of the nearest division above.

use super::SearchError;
use super::records::{Entry, Records, level, region_number};
use crate::guide::{Guide, RegionCode};
use jiff::civil::Date;

/// How the guide's place stands to the place asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The guide is for the very place.
    Own,
    /// The place has no guide of its own; this one is of a division above it.
    Above,
    /// No place was asked for; this is the guide of the highest division.
    Highest,
    /// Neither the place nor any division above it has a guide; this one shows what the item is.
    Elsewhere,
}

/// The guide chosen for a place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The guide.
    pub guide: Guide,
    /// How it stands to the place asked for.
    pub fit: Fit,
}

/// A place with the divisions above it, as entries name them, the place itself first.
pub struct Line(Vec<u64>);

impl Line {
    /// The line of a place.
    pub fn of(place: &RegionCode) -> Line {
        Line(place.line().map(|code| region_number(Some(&code))).collect())
    }

    /// Whether an item has a guide for one of them, or one that names no place.
    pub fn is_covered(&self, records: &Records, item: u32) -> bool {
        let entries = records.of_item(item);
        std::iter::once(&0).chain(&self.0).any(|&region| !of_region(entries, region).is_empty())
    }
}

/// The entries of one division among those of one item, which are sorted by region.
fn of_region(entries: &[Entry], region: u64) -> &[Entry] {
    let from = entries.partition_point(|e| e.region < region);
    let to = from + entries[from..].partition_point(|e| e.region == region);
    &entries[from..to]
}

/// Candidate entries for a place, best first, each with its fit. Those of other places are put in order only when the
/// reader comes to them.
fn order<'a>(
    entries: &'a [Entry],
    place: Option<&RegionCode>,
) -> impl Iterator<Item = (Entry, Fit)> + use<'a> {
    let line = place.map(|place| Line::of(place).0).unwrap_or_default();
    let near: Vec<(Entry, Fit)> = match place {
        Some(_) => {
            let own = |depth: usize| if depth == 0 { Fit::Own } else { Fit::Above };
            // A guide without any place is valid wherever the source is.
            let regions = line.iter().enumerate().map(|(depth, &region)| (region, own(depth)));
            regions
                .chain([(0, Fit::Above)])
                .flat_map(|(region, fit)| of_region(entries, region).iter().map(move |e| (*e, fit)))
                .collect()
        }
        None => Vec::new(),
    };
    let (asked, fit) = match place {
        Some(_) => (true, Fit::Elsewhere),
        None => (false, Fit::Highest),
    };
    let rest = std::iter::once_with(move || {
        let far = |e: &&Entry| !asked || (e.region != 0 && !line.contains(&e.region));
        let mut rest: Vec<Entry> = entries.iter().filter(far).copied().collect();
        rest.sort_by_key(|e| (level(e.region), e.region));
        rest.into_iter().map(move |e| (e, fit))
    });
    near.into_iter().chain(rest.flatten())
}

/// The best guide in force for a place; `None` where the item has none in force anywhere.
pub fn choose(
    records: &Records,
    item: u32,
    place: Option<&RegionCode>,
    today: Date,
) -> Result<Option<Placed>, SearchError> {
    for (entry, fit) in order(records.of_item(item), place) {
        let guide = records.guide(entry)?;
        if guide.in_force(today).is_ok() {
            return Ok(Some(Placed { guide, fit }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn own_then_nearest_above_then_highest() {
        let made = |regions: &[&str]| -> Vec<Entry> {
            let entry = |(at, region): (usize, &&str)| Entry {
                item: 0,
                length: 0,
                region: region_number(Some(&code(region))),
                offset: at as u64,
            };
            regions.iter().enumerate().map(entry).collect()
        };
        let all = made(&["150000", "150202", "150700", "150702"]);
        let cities = made(&["150202", "150700", "150702"]);
        let banners = made(&["150202", "150702"]);
        for (entries, place, want, fit) in [
            (&all, Some("150702"), "150702", Fit::Own),
            (&all, Some("150702001"), "150702", Fit::Above),
            (&all, Some("150703"), "150700", Fit::Above),
            (&all, Some("150400"), "150000", Fit::Above),
            (&all, None, "150000", Fit::Highest),
            (&cities, None, "150700", Fit::Highest),
            (&banners, Some("150400"), "150202", Fit::Elsewhere),
        ] {
            let place = place.map(code);
            let (entry, got) = order(entries, place.as_ref()).next().unwrap();
            assert_eq!(
                (super::super::records::region_code(entry.region).unwrap().as_str(), got),
                (want, fit),
                "{place:?}"
            );
        }
    }
}
