//! Places named in a sentence, with ambiguity kept: 前旗 is several places until something settles it.

use crate::guide::{Region, RegionCode, Regions};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeMap;

/// Finds names of divisions.
#[derive(Clone, Debug)]
pub struct Gazetteer {
    finder: AhoCorasick,
    /// For each pattern, every division it may mean.
    meanings: Vec<Vec<RegionCode>>,
    /// Short names that are ordinary words, too: places where nothing else is said.
    alone: BTreeMap<String, Vec<RegionCode>>,
}

/// A place name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// First byte in the folded text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// Every division that the name may mean here; never empty.
    pub places: Vec<RegionCode>,
}

/// The names can't be made into one automaton.
#[derive(Debug, thiserror::Error)]
#[error("can't index the names of divisions: {0}")]
pub struct BadGazetteer(String);

/// Short names that are also ordinary words or said of many places: not places by themselves.
const ORDINARY: [&str; 14] = [
    "新城",
    "回民",
    "玉泉",
    "东河",
    "青山",
    "海南",
    "红山",
    "松山",
    "九原",
    "蒙",
    "自治区",
    "区本级",
    "青城",
    "鹿城",
];

/// Endings that are left off in speech.
const ENDINGS: [&str; 5] = ["自治旗", "旗", "县", "市", "区"];

impl Gazetteer {
    /// Makes the finder from the divisions; `fold` is the fold of the texts to be searched.
    pub fn new(regions: &Regions, fold: impl Fn(&str) -> String) -> Result<Gazetteer, BadGazetteer> {
        let mut names: BTreeMap<String, Vec<RegionCode>> = BTreeMap::new();
        let mut alone: BTreeMap<String, Vec<RegionCode>> = BTreeMap::new();
        let mut add = |name: &str, code: &RegionCode| {
            let places = names.entry(fold(name)).or_default();
            if !places.contains(code) {
                places.push(code.clone());
            }
        };
        for region in regions.iter() {
            add(&region.name, &region.code);
            for alias in &region.aliases {
                let alias = alias.trim_end_matches('?');
                if !ORDINARY.contains(&alias) {
                    add(alias, &region.code);
                }
            }
            if let Some(short) = spoken(region) {
                if !ORDINARY.contains(&short) {
                    add(short, &region.code);
                } else {
                    alone.entry(fold(short)).or_default().push(region.code.clone());
                }
                if ORDINARY.contains(&short)
                    && let Some(city) = region.code.parent().and_then(|up| regions.get(&up))
                {
                    // 包头青山: the city before it makes the ordinary word a place.
                    if let Some(city) = spoken(city) {
                        add(&format!("{city}{short}"), &region.code);
                        add(&format!("{city}{}", region.name), &region.code);
                    }
                }
            }
        }
        names.remove("");
        let (patterns, meanings): (Vec<String>, Vec<Vec<RegionCode>>) = names.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&patterns)
            .map_err(|e| BadGazetteer(e.to_string()))?;
        Ok(Gazetteer { finder, meanings, alone })
    }

    /// Place names of a folded text in order. What one name leaves open, another in the same text may settle.
    pub fn find(&self, folded: &str) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = self
            .finder
            .find_iter(folded)
            .map(|found| Mention {
                start: found.start(),
                end: found.end(),
                places: self.meanings[found.pattern().as_usize()].clone(),
            })
            .collect();
        let bare = folded.trim();
        if mentions.is_empty()
            && let Some(places) = self.alone.get(bare)
        {
            let start = folded.len() - folded.trim_start().len();
            mentions.push(Mention { start, end: start + bare.len(), places: places.clone() });
        }
        let certain: Vec<RegionCode> =
            mentions.iter().filter(|m| m.places.len() == 1).flat_map(|m| m.places.clone()).collect();
        for mention in mentions.iter_mut().filter(|m| m.places.len() > 1) {
            let inside: Vec<RegionCode> = mention
                .places
                .iter()
                .filter(|p| certain.iter().any(|up| up.level() > 2 && *p != up && p.is_within(up)))
                .cloned()
                .collect();
            if !inside.is_empty() {
                mention.places = inside;
            }
        }
        mentions
    }

    /// The place that a text speaks of: the finest one named, with everything it may mean.
    ///
    /// Two places of which neither lies in the other leave it open which is meant: `None`.
    pub fn finest(mentions: &[Mention]) -> Option<&Mention> {
        let level = |m: &Mention| m.places.iter().map(RegionCode::level).max().unwrap_or(0);
        let finest = mentions.iter().max_by_key(|m| level(m))?;
        let agrees = |other: &Mention| {
            finest.places.iter().any(|p| other.places.iter().any(|q| p.is_within(q) || q.is_within(p)))
        };
        mentions.iter().all(agrees).then_some(finest)
    }
}

/// A division's name without its ending, where two characters or more are left; townships are named in full.
fn spoken(region: &Region) -> Option<&str> {
    if region.code.level() > 4 {
        return None;
    }
    let short = ENDINGS.iter().find_map(|ending| region.name.strip_suffix(ending))?;
    // 乌拉特前旗 without its ending is 乌拉特前, which nobody says.
    let cut_short = ["前", "中", "后", "左", "右"].iter().any(|side| short.ends_with(side));
    (short.chars().count() >= 2 && !cut_short).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::LazyLock;

    const TSV: &str = include_str!("../../corpus/regions.tsv");
    static GAZETTEER: LazyLock<Gazetteer> =
        LazyLock::new(|| Gazetteer::new(&Regions::parse(TSV).unwrap(), str::to_lowercase).unwrap());

    #[test]
    fn the_divisions_are_complete() {
        let regions = Regions::parse(TSV).unwrap();
        let count = |level| regions.iter().filter(|r| r.code.level() == level && r.note.is_empty()).count();
        assert_eq!((count(2), count(3), count(4)), (1, 12, 103));
        assert_eq!(regions.iter().filter(|r| r.code.level() == 5).count(), 1_225);
        for region in regions.iter().filter(|r| r.code.level() > 2) {
            let up = region.code.parent().unwrap();
            assert!(regions.get(&up).is_some(), "{} has no parent", region.name);
        }
    }

    #[test]
    fn places_are_found_and_ambiguity_is_kept() {
        for (text, want) in [
            ("我在海拉尔，身份证丢了", vec!["150702"]),
            ("呼市办护照", vec!["150100"]),
            ("包头青山区", vec!["150204"]),
            ("包头青山办证", vec!["150204"]),
            ("伊盟的户口", vec!["150600"]),
            ("去海南岛玩", vec![]),
            ("新城的房子", vec![]),
            ("科左中旗", vec!["150521"]),
            ("赤峰 左旗", vec!["150400", "150422"]),
            ("没有地名", vec![]),
        ] {
            let got: Vec<String> =
                GAZETTEER.find(text).iter().flat_map(|m| m.places.iter().map(|p| p.to_string())).collect();
            assert_eq!(got, want, "{text}");
        }
        let several = GAZETTEER.find("前旗怎么办低保");
        assert!(several[0].places.len() >= 3, "{several:?}");
    }

    #[test]
    fn the_finest_place_counts_and_two_leave_it_open() {
        for (text, want) in [("呼伦贝尔市海拉尔区", Some("150702")), ("从包头迁到赤峰", None), ("没有", None)]
        {
            let mentions = GAZETTEER.find(text);
            let got = Gazetteer::finest(&mentions).map(|m| m.places[0].as_str());
            assert_eq!(got, want, "{text}");
        }
    }
}
