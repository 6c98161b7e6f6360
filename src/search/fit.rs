//! Learns the weights of the fusion from questions whose item is known.
//!
//! Ranking: the chance of a candidate is its share of e^score among all candidates of its question; the weights
//! that make the right ones most likely are found by gradient ascent (a conditional logit). Confidence: a logistic
//! curve over the signs of the ranked list, fitted on the same questions and on copies of some of them from which
//! the right item was taken away: there, nothing is right. Same samples, same weights: no chance is involved.

use super::features::{Candidate, Features};
use super::fusion::{Scored, Signs, Weights, dot, logistic, signs};

/// One question with its candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Each candidate: its item, its features, and whether it is right. None may be right.
    pub candidates: Vec<(u32, Features, bool)>,
    /// Length of the question in characters.
    pub chars: usize,
}

/// What was learned, and how well it does on what it was learned from.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The weights.
    pub weights: Weights,
    /// Share of samples with a right candidate where it comes first.
    pub hit1: f64,
    /// Mean distance between the confidence told and the share that was right, over ten equal parts.
    pub calibration_error: f64,
}

/// Steps of gradient ascent; both problems are convex, and no weight moves by more than 1e-3 after half of these.
const STEPS: usize = 1_500;

/// Weight of the squared weights, per sample: keeps features that nothing speaks for near zero.
const RIDGE: f32 = 1e-4;

/// Of so many samples with a right candidate, one also counts with that candidate taken away.
const TAKEN_AWAY: usize = 8;

/// Learns from samples; without any right candidate among them all weights are zero.
pub fn fit(samples: &[Sample]) -> Fitted {
    let rank = rank_weights(samples);
    let weights = Weights { rank, sure: Signs::default() };
    let mut rows: Vec<(Signs, f32)> = Vec::new();
    let mut first_right = 0;
    let mut answerable = 0;
    for (at, sample) in samples.iter().enumerate() {
        let scored = score(&weights, sample, |_| true);
        let right = |item: u32| sample.candidates.iter().any(|c| c.0 == item && c.2);
        let hit = scored.first().is_some_and(|s| right(s.item));
        rows.push((signs(&scored, sample.chars), f32::from(u8::from(hit))));
        let has_right = sample.candidates.iter().any(|c| c.2);
        answerable += usize::from(has_right);
        first_right += usize::from(hit);
        if has_right && at % TAKEN_AWAY == 0 {
            rows.push((signs(&score(&weights, sample, |right| !right), sample.chars), 0.0));
        }
    }
    let sure = sure_weights(&rows);
    Fitted {
        calibration_error: calibration_error(&rows, &sure),
        weights: Weights { rank, sure },
        hit1: first_right as f64 / answerable.max(1) as f64,
    }
}

fn score(weights: &Weights, sample: &Sample, keep: impl Fn(bool) -> bool) -> Vec<Scored> {
    let candidates = sample
        .candidates
        .iter()
        .filter(|c| keep(c.2))
        .map(|(item, features, _)| Candidate { item: *item, features: *features, keyword: 0.0 })
        .collect();
    weights.score(candidates)
}

/// Adam: plain gradient steps would need a scale for every feature.
struct Adam<const N: usize> {
    first: [f32; N],
    second: [f32; N],
}

impl<const N: usize> Adam<N> {
    fn new() -> Adam<N> {
        Adam { first: [0.0; N], second: [0.0; N] }
    }

    fn step(&mut self, values: &mut [f32; N], gradient: &[f32; N], step: usize) {
        let (fade1, fade2) = (0.9f32, 0.999f32);
        // Smaller steps towards the end settle the last digits.
        let rate = 0.05 * (1.0 - step as f32 / STEPS as f32);
        let (full1, full2) = (1.0 - fade1.powi(step as i32 + 1), 1.0 - fade2.powi(step as i32 + 1));
        for i in 0..N {
            self.first[i] = fade1 * self.first[i] + (1.0 - fade1) * gradient[i];
            self.second[i] = fade2 * self.second[i] + (1.0 - fade2) * gradient[i] * gradient[i];
            values[i] += rate * (self.first[i] / full1) / ((self.second[i] / full2).sqrt() + 1e-8);
        }
    }
}

fn rank_weights(samples: &[Sample]) -> Features {
    let useful: Vec<&Sample> = samples
        .iter()
        .filter(|s| s.candidates.iter().any(|c| c.2) && s.candidates.iter().any(|c| !c.2))
        .collect();
    let mut weights = Features::default();
    if useful.is_empty() {
        return weights;
    }
    let mut adam = Adam::new();
    let share = 1.0 / useful.len() as f32;
    for step in 0..STEPS {
        let mut gradient = weights.map(|w| -2.0 * RIDGE * w);
        for sample in &useful {
            let scores: Vec<f32> = sample.candidates.iter().map(|c| dot(&weights, &c.1)).collect();
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let masses: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
            let all: f32 = masses.iter().sum();
            let right: f32 = masses.iter().zip(&sample.candidates).filter(|(_, c)| c.2).map(|(m, _)| m).sum();
            for (mass, (_, features, is_right)) in masses.iter().zip(&sample.candidates) {
                let wanted = if *is_right { mass / right.max(f32::MIN_POSITIVE) } else { 0.0 };
                let pull = share * (wanted - mass / all);
                gradient.iter_mut().zip(features).for_each(|(g, f)| *g += pull * f);
            }
        }
        adam.step(&mut weights, &gradient, step);
    }
    weights
}

fn sure_weights(rows: &[(Signs, f32)]) -> Signs {
    let rows: Vec<(Signs, f32, f32)> = rows.iter().map(|&(signs, right)| (signs, right, 1.0)).collect();
    curve(&rows)
}

/// Learns a logistic curve from rows of (values, 1 where true or else 0, what the row counts).
pub fn curve<const N: usize>(rows: &[([f32; N], f32, f32)]) -> [f32; N] {
    let mut weights = [0.0; N];
    let mut adam = Adam::<N>::new();
    let all: f32 = rows.iter().map(|row| row.2).sum();
    let share = 1.0 / all.max(1.0);
    for step in 0..STEPS {
        let mut gradient = weights.map(|w| -2.0 * RIDGE * w);
        for (values, right, counts) in rows {
            let pull = share * counts * (right - logistic(dot(&weights, values)));
            gradient.iter_mut().zip(values).for_each(|(g, s)| *g += pull * s);
        }
        adam.step(&mut weights, &gradient, step);
    }
    weights
}

fn calibration_error(rows: &[(Signs, f32)], sure: &Signs) -> f64 {
    let mut told: Vec<(f32, f32)> = rows.iter().map(|(s, right)| (logistic(dot(sure, s)), *right)).collect();
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let parts: Vec<f64> = told
        .chunks(told.len().div_ceil(10).max(1))
        .map(|part| {
            let n = part.len() as f64;
            let sum = |pick: fn(&(f32, f32)) -> f32| part.iter().map(|p| f64::from(pick(p))).sum::<f64>();
            (sum(|p| p.0) - sum(|p| p.1)).abs() / n
        })
        .collect();
    parts.iter().sum::<f64>() / parts.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The right one has the higher second feature, whatever the first says; now and then none is right.
    fn samples() -> Vec<Sample> {
        (0..200u32)
            .map(|n| {
                let noise = |salt: u32| {
                    let mixed = (n * 64 + salt + 1).wrapping_mul(2_654_435_761);
                    f32::from((mixed >> 24) as u8) / 256.0
                };
                let candidate = |item: u32, second: f32, right: bool| {
                    let mut features = Features::default();
                    (features[0], features[1]) = (noise(item), second);
                    (item, features, right)
                };
                let candidates = vec![
                    candidate(1, noise(9), false),
                    candidate(2, 1.0 + noise(8), n % 10 != 0),
                    candidate(3, noise(7), false),
                ];
                Sample { candidates, chars: 8 }
            })
            .collect()
    }

    #[test]
    fn the_telling_feature_gets_the_weight() {
        let fitted = fit(&samples());
        let [first, second, ..] = fitted.weights.rank;
        assert!(second > 3.0 * first.abs(), "{:?}", fitted.weights.rank);
        assert!(fitted.hit1 > 0.95 && fitted.calibration_error < 0.1, "{fitted:?}");
        assert_eq!(fit(&samples()), fitted);
    }

    #[test]
    fn nothing_to_learn_from_gives_zeros() {
        let fitted = fit(&[]);
        assert_eq!((fitted.weights.rank, fitted.hit1), (Features::default(), 0.0));
        let hopeless = Sample { candidates: vec![(1, [1.0; _], false)], chars: 3 };
        assert!(fit(&[hopeless]).weights.rank.iter().all(|w| *w == 0.0));
    }
}
