//! What is asked: questions of people, some with slips, some with a place, some over and over.

use super::chance::{Chance, Zipf};
use crate::guide::{RegionCode, Regions};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;

/// Share of the questions that come with a division.
const PLACED: f64 = 0.3;

/// Share of the questions that are not typed as they were meant.
const NOISY: f64 = 0.5;

/// Of the divisions that questions come with, the share of leagues and cities; the rest are banners.
const LEAGUES: f64 = 0.2;

/// Different questions among which some are asked over and over.
pub const DIFFERENT: usize = 20_000;

/// How much more often the first of them is asked than the rest (齐普夫指数).
const EXPONENT: f64 = 1.0;

const FILLERS: [&str; 8] = ["那个", "嗯", "就是", "你好", "请问一下", "我想问问", "这个", "哎"];

/// One question as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The words.
    pub text: String,
    /// The asker's division.
    pub region: Option<RegionCode>,
}

#[derive(Deserialize)]
struct Row {
    question: String,
}

/// The questions of JSON Lines with `question`: a file, or the files of a folder.
pub fn questions(path: &Path) -> Result<Vec<String>> {
    let text = match path.is_file() {
        true => std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?,
        false => super::super::import::joined(path, "jsonl")?,
    };
    let rows: Vec<Row> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .with_context(|| format!("{}: not lines of JSON with `question`", path.display()))?;
    if rows.is_empty() {
        bail!("no question to ask in {}", path.display());
    }
    Ok(rows.into_iter().map(|row| row.question).collect())
}

/// Where askers are.
pub struct Places {
    leagues: Vec<RegionCode>,
    banners: Vec<RegionCode>,
}

impl Places {
    /// Leagues and banners of a division file.
    pub fn of(regions: &Regions) -> Places {
        let level = |level: u8| {
            let mut codes: Vec<RegionCode> = regions
                .iter()
                .map(|region| region.code.clone())
                .filter(|code| code.level() == level)
                .collect();
            codes.sort();
            codes
        };
        Places { leagues: level(3), banners: level(4) }
    }

    /// One of them.
    pub fn one(&self, chance: &mut Chance) -> Option<RegionCode> {
        let list = if chance.happens(LEAGUES) { &self.leagues } else { &self.banners };
        chance.one(list).cloned()
    }
}

/// So many questions, each drawn anew.
pub fn fresh(questions: &[String], places: &Places, count: usize, chance: &mut Chance) -> Vec<Asked> {
    let ask = |_| {
        let words = chance.one(questions).cloned().unwrap_or_default();
        let text = if chance.happens(NOISY) { noisy(&words, chance) } else { words };
        let region = if chance.happens(PLACED) { places.one(chance) } else { None };
        Asked { text, region }
    };
    (0..count).map(ask).collect()
}

/// So many of these questions, the first of them often and most of them hardly ever; none of none.
pub fn repeated(different: &[Asked], count: usize, chance: &mut Chance) -> Vec<Asked> {
    let zipf = Zipf::of(different.len(), EXPONENT);
    (0..count).filter_map(|_| different.get(zipf.draw(chance)).cloned()).collect()
}

/// The same question with one slip: two characters change places, one is missing, a filler slips in, or all
/// punctuation is gone. Where nothing sayable would be left, it stays as it is.
pub fn noisy(text: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let kind = if letters.len() < 4 { 2 } else { chance.below(4) };
    match kind {
        0 => {
            let at = chance.below(letters.len() - 1);
            letters.swap(at, at + 1);
        }
        1 => {
            letters.remove(chance.below(letters.len()));
        }
        2 => {
            let at = chance.below(letters.len() + 1);
            let filler = chance.one(&FILLERS).copied().unwrap_or_default();
            letters.splice(at..at, filler.chars());
        }
        _ => letters.retain(|letter| !"，。？！、；：,.?!;:".contains(*letter)),
    }
    match letters.iter().any(|letter| letter.is_alphanumeric()) {
        true => letters.into_iter().collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn places() -> Places {
        Places::of(&Regions::parse(include_str!("../../../corpus/regions.tsv")).unwrap())
    }

    fn held() -> Vec<String> {
        (0..50).map(|n| format!("第{n}个问题，身份证丢了咋补？")).collect()
    }

    #[test]
    fn a_slip_leaves_something_to_ask_and_is_the_same_each_time() {
        for text in ["身份证丢了，咋补？", "护照", "？？？甲", "a", "甲，乙"] {
            let slips = |seed| {
                let mut chance = Chance::of(seed);
                (0..200).map(|_| noisy(text, &mut chance)).collect::<Vec<_>>()
            };
            assert_eq!(slips(5), slips(5));
            assert!(slips(5).iter().all(|slip| slip.chars().any(char::is_alphanumeric)), "{text:?}");
            assert!(slips(5).iter().any(|slip| slip != text), "{text:?} never changes");
        }
        let mut chance = Chance::of(1);
        let lengths: Vec<usize> =
            (0..400).map(|_| noisy("身份证丢了，咋补？", &mut chance).chars().count()).collect();
        for length in [7, 8, 9] {
            assert!(lengths.contains(&length), "{length}");
        }
        assert!(lengths.iter().any(|length| *length > 9), "no filler ever");
    }

    #[test]
    fn three_of_ten_questions_have_a_place_and_half_have_a_slip() {
        let held = held();
        let asked = fresh(&held, &places(), 10_000, &mut Chance::of(1));
        let share = |count: usize| count as f64 / asked.len() as f64;
        assert!((share(asked.iter().filter(|a| a.region.is_some()).count()) - 0.3).abs() < 0.02);
        assert!((share(asked.iter().filter(|a| !held.contains(&a.text)).count()) - 0.5).abs() < 0.03);
        let leagues = asked.iter().filter_map(|a| a.region.as_ref()).filter(|code| code.level() == 3).count();
        assert!(leagues > 300 && leagues < 1_000, "{leagues}");
        assert_eq!(asked, fresh(&held, &places(), 10_000, &mut Chance::of(1)));
    }

    #[test]
    fn some_questions_are_asked_over_and_over() {
        let different = fresh(&held(), &places(), DIFFERENT, &mut Chance::of(1));
        let asked = repeated(&different, 5_000, &mut Chance::of(2));
        assert_eq!(asked.len(), 5_000);
        assert!(repeated(&[], 5, &mut Chance::of(1)).is_empty());
        let mut counts: HashMap<String, usize> = HashMap::new();
        for one in &asked {
            *counts.entry(format!("{one:?}")).or_default() += 1;
        }
        // 1 of 10.48, the harmonic number of 20,000.
        let most = counts.values().max().copied().unwrap_or_default();
        assert!(most > 400, "{most}");
        assert!(counts.values().filter(|count| **count == 1).count() > 200);
    }
}
