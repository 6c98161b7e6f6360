//! One vector for a class of texts: softmax regression over the vectors of its names and known questions.
//!
//! The mean of a class says what its texts have in common; this says what tells them from those of near twins.

use super::{EmbedError, Vector};
use candle_core::{DType, Device, Tensor};

/// Rounds over all rows.
const ROUNDS: usize = 10;

/// Rows of one step.
const BATCH: usize = 1024;

/// Adam's step at the start; it shrinks to nothing.
const RATE: f32 = 5e-3;

/// Cosines lie close together; the softmax sees them so many times as far apart.
const SCALE: f32 = 20.0;

/// Pull back to the mean that a class starts from.
const FADE: f32 = 1e-4;

/// Learns a vector of length 1 for each of `classes` classes; `None` for a class without a row.
///
/// `rows` are unit vectors one after another, `dimensions` values each; `owners` names the class of each. The same
/// rows give the same vectors.
pub fn centres(
    rows: &[f32],
    dimensions: usize,
    owners: &[u32],
    classes: usize,
) -> Result<Vec<Option<Vector>>, EmbedError> {
    learn(rows, dimensions, owners, classes)
        .map_err(|e| EmbedError::Model(format!("centres of classes: {e}")))
}

fn learn(
    rows: &[f32],
    dimensions: usize,
    owners: &[u32],
    classes: usize,
) -> candle_core::Result<Vec<Option<Vector>>> {
    let count = owners.len();
    if rows.len() != count * dimensions || owners.iter().any(|&owner| owner as usize >= classes) {
        candle_core::bail!(
            "{count} owners of {classes} classes for {} values of {dimensions} a row",
            rows.len()
        );
    }
    let start = means(rows, dimensions, owners, classes);
    let mut weights = start.clone();
    let (mut first, mut second) = (vec![0.0f32; weights.len()], vec![0.0f32; weights.len()]);
    let steps = ROUNDS * count.div_ceil(BATCH);
    let stride = stride(count);
    for step in 0..steps {
        let round = step / count.div_ceil(BATCH);
        let from = step % count.div_ceil(BATCH) * BATCH;
        // A stride that shares no factor with the count visits every row once a round, classes mixed.
        let chosen: Vec<usize> =
            (from..count.min(from + BATCH)).map(|at| (at * stride + round * 7919) % count).collect();
        let mut batch = Vec::with_capacity(chosen.len() * dimensions);
        chosen.iter().for_each(|&at| batch.extend_from_slice(&rows[at * dimensions..(at + 1) * dimensions]));
        let inputs = Tensor::from_vec(batch, (chosen.len(), dimensions), &Device::Cpu)?;
        let now = Tensor::from_slice(&weights, (classes, dimensions), &Device::Cpu)?;
        let mut pull: Vec<Vec<f32>> = inputs.matmul(&now.t()?)?.to_dtype(DType::F32)?.to_vec2()?;
        for (scores, &at) in pull.iter_mut().zip(&chosen) {
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            scores.iter_mut().for_each(|s| *s = (SCALE * (*s - top)).exp());
            let share = SCALE / chosen.len() as f32 / scores.iter().sum::<f32>();
            scores.iter_mut().for_each(|s| *s *= share);
            scores[owners[at] as usize] -= SCALE / chosen.len() as f32;
        }
        let pull = Tensor::from_vec(pull.concat(), (chosen.len(), classes), &Device::Cpu)?;
        let gradient: Vec<f32> = pull.t()?.matmul(&inputs)?.flatten_all()?.to_vec1()?;
        let rate = RATE * (1.0 - step as f32 / steps as f32);
        let (full1, full2) = (1.0 - 0.9f32.powi(step as i32 + 1), 1.0 - 0.999f32.powi(step as i32 + 1));
        for i in 0..weights.len() {
            let gradient = gradient[i] + 2.0 * FADE * (weights[i] - start[i]);
            first[i] = 0.9 * first[i] + 0.1 * gradient;
            second[i] = 0.999 * second[i] + 0.001 * gradient * gradient;
            weights[i] -= rate * (first[i] / full1) / ((second[i] / full2).sqrt() + 1e-8);
        }
    }
    let mut owned = vec![false; classes];
    owners.iter().for_each(|&owner| owned[owner as usize] = true);
    let vectors = weights.chunks(dimensions.max(1)).zip(owned);
    Ok(vectors.map(|(values, owned)| Vector::unit(values.to_vec()).ok().filter(|_| owned)).collect())
}

/// The unit mean of each class, one after another; zeros for a class without a row.
fn means(rows: &[f32], dimensions: usize, owners: &[u32], classes: usize) -> Vec<f32> {
    let mut sums = vec![0.0f32; classes * dimensions];
    for (row, &owner) in rows.chunks(dimensions.max(1)).zip(owners) {
        let sum = &mut sums[owner as usize * dimensions..(owner as usize + 1) * dimensions];
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
    }
    for sum in sums.chunks_mut(dimensions.max(1)) {
        let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|v| *v /= length);
        }
    }
    sums
}

/// A stride of about five eighths of `count` that shares no factor with it.
fn stride(count: usize) -> usize {
    fn common(a: usize, b: usize) -> usize {
        if b == 0 { a } else { common(b, a % b) }
    }
    (count * 5 / 8..).find(|&n| n > 0 && common(n, count.max(1)) == 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two classes that differ in the second value alone, the first one being louder.
    fn twins() -> (Vec<f32>, Vec<u32>) {
        let mut rows = Vec::new();
        let mut owners = Vec::new();
        for n in 0..40u32 {
            let side = if n % 2 == 0 { 0.3 } else { -0.3 };
            let noise = (n as f32 * 0.7).sin() * 0.3;
            let row = Vector::unit(vec![1.0, side, noise]).unwrap();
            rows.extend_from_slice(row.as_slice());
            owners.push(n % 2);
        }
        (rows, owners)
    }

    #[test]
    fn twins_are_further_apart_than_their_means_and_the_same_rows_give_the_same() {
        let (rows, owners) = twins();
        let found = centres(&rows, 3, &owners, 3).unwrap();
        let [Some(a), Some(b), None] = &found[..] else { panic!("{found:?}") };
        let means = means(&rows, 3, &owners, 3);
        let before: f32 = (0..3).map(|i| means[i] * means[3 + i]).sum();
        assert!(a.dot(b) < before - 0.01, "{} {before}", a.dot(b));
        assert_eq!(centres(&rows, 3, &owners, 3).unwrap(), found);
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_nothing_is_nothing() {
        assert!(centres(&[1.0, 0.0], 2, &[3], 2).unwrap_err().to_string().contains("owners"));
        assert!(centres(&[1.0], 2, &[0], 2).is_err());
        assert_eq!(centres(&[], 2, &[], 2).unwrap(), [None, None]);
        assert!(centres(&[], 0, &[], 0).unwrap().is_empty());
    }
}
