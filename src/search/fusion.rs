//! Both lists made one: a learned weight for each feature, and a learned curve of confidence.
//!
//! The weights are fitted by `bangban fit` and lie in `models/fusion.toml`; nothing here is tuned by hand.

use super::features::{self, Candidate, Features, at};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the confidence looks at.
pub const SIGNS: [&str; 9] = [
    "constant",
    "score",
    "lead",
    "lead_over_fifth",
    "name_z",
    "example_z",
    "lists_agree",
    "question_covered",
    "length",
];

/// One question's signs.
pub type Signs = [f32; SIGNS.len()];

/// Weights for one kind of index.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// One a feature.
    pub rank: Features,
    /// One a sign.
    pub sure: Signs,
}

/// The weights of all three kinds of index.
#[derive(Clone, Debug, PartialEq)]
pub struct Fusion {
    /// Words alone: no model.
    pub words: Weights,
    /// Words and vectors of names.
    pub names: Weights,
    /// Words and vectors of names and known questions.
    pub examples: Weights,
}

/// The weights file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("fusion weights: {0}; write the file anew with `bangban fit`")]
pub struct BadFusion(String);

/// One item with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Ordinal of the item.
    pub item: u32,
    /// Weighted sum of its features.
    pub score: f32,
    /// The features.
    pub features: Features,
    /// BM25 of all groups together, 0 where no word matched.
    pub keyword: f32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightsFile {
    rank: BTreeMap<String, f32>,
    sure: BTreeMap<String, f32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FusionFile {
    words: WeightsFile,
    names: WeightsFile,
    examples: WeightsFile,
}

impl Fusion {
    /// The weights that come with the program.
    pub fn shipped() -> Result<Fusion, BadFusion> {
        Fusion::parse(include_str!("../../models/fusion.toml"))
    }

    /// Reads a weights file; a missing or unknown name is an error.
    pub fn parse(text: &str) -> Result<Fusion, BadFusion> {
        let file: FusionFile = toml::from_str(text).map_err(|e| BadFusion(e.to_string()))?;
        Ok(Fusion {
            words: Weights::named(&file.words)?,
            names: Weights::named(&file.names)?,
            examples: Weights::named(&file.examples)?,
        })
    }

    /// The file's text.
    pub fn to_toml(&self) -> String {
        let sections = [("words", &self.words), ("names", &self.names), ("examples", &self.examples)].map(
            |(title, w)| {
                let lines = |names: &[&str], values: &[f32]| {
                    let line = |(name, value): (&&str, &f32)| format!("{name} = {value:.4}\n");
                    names.iter().zip(values).map(line).collect::<String>()
                };
                let rank = lines(&features::NAMES, &w.rank);
                let sure = lines(&SIGNS, &w.sure);
                format!("[{title}.rank]\n{rank}\n[{title}.sure]\n{sure}")
            },
        );
        sections.join("\n")
    }
}

impl Weights {
    fn named(file: &WeightsFile) -> Result<Weights, BadFusion> {
        fn take<const N: usize>(
            names: [&str; N],
            values: &BTreeMap<String, f32>,
        ) -> Result<[f32; N], BadFusion> {
            if let Some(unknown) = values.keys().find(|key| !names.contains(&key.as_str())) {
                return Err(BadFusion(format!("{unknown} is no name of a feature")));
            }
            let mut list = [0.0; N];
            for (slot, name) in list.iter_mut().zip(names) {
                let value = values.get(name).ok_or_else(|| BadFusion(format!("{name} is missing")))?;
                *slot = *value;
            }
            match list.iter().position(|v| !v.is_finite()) {
                Some(at) => Err(BadFusion(format!("{} is not a number", names[at]))),
                None => Ok(list),
            }
        }
        Ok(Weights { rank: take(features::NAMES, &file.rank)?, sure: take(SIGNS, &file.sure)? })
    }

    /// Scores candidates, best first.
    pub fn score(&self, candidates: Vec<Candidate>) -> Vec<Scored> {
        let mut list: Vec<Scored> = candidates
            .into_iter()
            .map(|c| Scored {
                item: c.item,
                score: self.rank.iter().zip(&c.features).map(|(w, f)| w * f).sum(),
                features: c.features,
                keyword: c.keyword,
            })
            .collect();
        list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        list
    }

    /// Chance of being right for each scored item: the first by the logistic curve, the others share the rest
    /// by their distance from it, and none is surer than the first.
    pub fn confidences(&self, scored: &[Scored], question_chars: usize) -> Vec<f32> {
        let Some(first) = scored.first() else {
            return Vec::new();
        };
        let best = logistic(dot(&self.sure, &signs(scored, question_chars)));
        let weights: Vec<f32> = scored.iter().skip(1).map(|s| (s.score - first.score).exp()).collect();
        let total: f32 = weights.iter().sum::<f32>().max(f32::EPSILON);
        std::iter::once(best).chain(weights.iter().map(|w| ((1.0 - best) * w / total).min(best))).collect()
    }
}

/// What speaks for the first of a ranked list.
pub fn signs(scored: &[Scored], question_chars: usize) -> Signs {
    let Some(first) = scored.first() else {
        return Signs::default();
    };
    // Against a lone candidate stands one that nothing speaks for.
    let lead = |rank: usize| first.score - scored.get(rank).map_or(0.0, |s| s.score);
    let heads = [at::NAME_RANK, at::EXAMPLE_RANK, at::WORDS_RANK];
    let agree = heads.iter().filter(|&&rank| first.features[rank] == 1.0).count() as f32;
    [
        1.0,
        first.score,
        lead(1),
        lead(4),
        first.features[at::NAME_Z],
        first.features[at::EXAMPLE_Z],
        agree,
        first.features[at::QUESTION_COVERED],
        (question_chars as f32).ln_1p(),
    ]
}

/// Sum of products.
pub fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// 1 / (1 + e^-x).
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Weights {
        let mut rank = Features::default();
        rank[1] = 1.0;
        let mut sure = Signs::default();
        sure[2] = 1.0;
        Weights { rank, sure }
    }

    fn candidate(item: u32, name_z: f32) -> Candidate {
        let mut features = Features::default();
        features[1] = name_z;
        Candidate { item, features, keyword: 0.0 }
    }

    #[test]
    fn the_shipped_weights_read_and_write_back() {
        let shipped = Fusion::shipped().unwrap();
        assert_eq!(Fusion::parse(&shipped.to_toml()).unwrap(), shipped);
        assert!(shipped.examples.rank.iter().any(|w| *w != 0.0));
    }

    #[test]
    fn a_wrong_weights_file_says_which_name() {
        let good = Fusion { words: some(), names: some(), examples: some() }.to_toml();
        for (from, to, word) in [
            ("name_z = 1.0000", "name_zz = 1.0", "name_zz"),
            ("lead = 1.0000\n", "", "lead is missing"),
            ("lead = 1.0000", "lead = nan", "lead is not a number"),
            ("[words.sure]", "[words.surely]", "surely"),
        ] {
            let error = Fusion::parse(&good.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.contains(word) && error.contains("bangban fit"), "{error}");
        }
    }

    #[test]
    fn the_best_comes_first_and_a_clear_lead_is_surer() {
        let weights = some();
        let near = weights.score(vec![candidate(1, 2.0), candidate(2, 2.1), candidate(3, 0.0)]);
        assert_eq!(near.iter().map(|s| s.item).collect::<Vec<_>>(), [2, 1, 3]);
        let clear = weights.score(vec![candidate(1, 2.0), candidate(2, 8.0)]);
        let (near, clear) = (weights.confidences(&near, 9), weights.confidences(&clear, 9));
        assert!(near[0] < 0.6 && clear[0] > 0.9, "{near:?} {clear:?}");
        assert!(near[1] <= near[0] && near[2] < near[1], "{near:?}");
        assert!(near.iter().chain(&clear).all(|c| (0.0..=1.0).contains(c)));
        assert!(weights.confidences(&[], 9).is_empty());
    }
}
