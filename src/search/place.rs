//! Which guide of an item answers for a place: its own, or that of the nearest division above.

use super::SearchError;
use super::records::{Entry, Records, region_code, region_number};
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

/// Candidate entries for a place, best first, each with its fit.
fn order(entries: &[Entry], place: Option<&RegionCode>) -> Vec<(Entry, Fit)> {
    let mut list: Vec<(Entry, Fit)> = Vec::new();
    if let Some(place) = place {
        for (depth, code) in place.line().enumerate() {
            let number = region_number(Some(&code));
            let fit = if depth == 0 { Fit::Own } else { Fit::Above };
            list.extend(entries.iter().filter(|e| e.region == number).map(|e| (*e, fit)));
        }
        // A guide without any place is valid wherever the source is.
        list.extend(entries.iter().filter(|e| e.region == 0).map(|e| (*e, Fit::Above)));
    }
    let fit = if place.is_some() { Fit::Elsewhere } else { Fit::Highest };
    let mut rest: Vec<Entry> =
        entries.iter().filter(|e| !list.iter().any(|(known, _)| known == *e)).copied().collect();
    rest.sort_by_key(|e| (region_code(e.region).map_or(0, |c| c.level()), e.region));
    list.extend(rest.into_iter().map(|e| (e, fit)));
    list
}

/// Whether an item has a guide for a place or for a division above it; always, where no place is given.
pub fn covers(records: &Records, item: u32, place: Option<&RegionCode>) -> bool {
    let Some(place) = place else { return true };
    let line: Vec<u64> = place.line().map(|code| region_number(Some(&code))).collect();
    records.of_item(item).iter().any(|entry| entry.region == 0 || line.contains(&entry.region))
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
        let entries: Vec<Entry> = ["150000", "150700", "150702", "150202"]
            .iter()
            .enumerate()
            .map(|(i, region)| Entry {
                item: 0,
                length: 0,
                region: region_number(Some(&code(region))),
                offset: i as u64,
            })
            .collect();
        for (entries, place, want, fit) in [
            (&entries[..], Some("150702"), "150702", Fit::Own),
            (&entries[..], Some("150702001"), "150702", Fit::Above),
            (&entries[..], Some("150703"), "150700", Fit::Above),
            (&entries[..], Some("150400"), "150000", Fit::Above),
            (&entries[..], None, "150000", Fit::Highest),
            (&entries[1..], None, "150700", Fit::Highest),
            (&entries[2..], Some("150400"), "150202", Fit::Elsewhere),
        ] {
            let place = place.map(code);
            let (entry, got) = order(entries, place.as_ref())[0];
            assert_eq!((region_code(entry.region).unwrap().as_str(), got), (want, fit), "{place:?}");
        }
    }
}
