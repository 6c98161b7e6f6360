//! Text to vector: a sentence model on one thread behind a bounded queue.
//!
//! A vector has `dimensions` values (384 for the model we ship) and length 1, so the dot product
//! of two vectors is their cosine, between -1 and 1. For the shipped model even unrelated texts
//! reach 0.78 to 0.91: compare candidates with each other, never with a fixed number.
//!
//! Questions and passages carry different prefixes (`query: ` and `passage: `), which the
//! manifest of the model names; [`Embedder::embed_query`] and [`Embedder::embed_passages`] add
//! them. Texts longer than the model takes are read in windows, none is cut off.
//!
//! The forward pass uses the threads that candle asks rayon for: all physical cores, or what the
//! environment variable `RAYON_NUM_THREADS` says when the program starts. On a machine shared
//! with other services set it to 1; one text then costs the same work and disturbs nobody.

mod centre;
mod encoder;
mod int8;
mod manifest;
mod model;
mod worker;

pub use centre::centres;
pub use int8::{Int8Rows, Kernel};
pub use manifest::{Licence, Manifest, Origin, OriginSource, Pooling};
pub use model::Model;
pub use worker::Embedder;

use std::path::PathBuf;

/// A text as a point on the unit sphere.
///
/// Invariant: at least one value, every value finite, length 1 within rounding.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector(Box<[f32]>);

impl Vector {
    /// Scales values to length 1. Refuses what has no direction: nothing, zeros, NaN, infinity.
    pub fn unit(values: Vec<f32>) -> Result<Vector, EmbedError> {
        let length = values.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt();
        if !length.is_finite() || length <= f64::from(f32::MIN_POSITIVE) {
            return Err(EmbedError::Model(format!(
                "{} values of length {length} have no direction",
                values.len()
            )));
        }
        let scaled = values.iter().map(|v| (f64::from(*v) / length) as f32);
        Ok(Vector(scaled.collect()))
    }

    /// The values, for storage.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// How many values.
    pub fn dims(&self) -> usize {
        self.0.len()
    }

    /// Cosine with another vector of the same model.
    ///
    /// Vectors of different models do not compare; the values beyond the shorter one are ignored.
    pub fn dot(&self, other: &Vector) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}

/// Why there is no vector.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// A model directory or one of its files is not there.
    #[error("{path}: not found; {fix}", path = path.display())]
    Missing {
        /// What was looked for.
        path: PathBuf,
        /// What to do.
        fix: &'static str,
    },
    /// A file is there and says something that cannot be used.
    #[error("{path}: {why}; {fix}", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to do.
        fix: &'static str,
    },
    /// A file is not the one the manifest names.
    #[error(
        "{file}: sha256 is {found}, MANIFEST.toml says {expected}; \
         fetch or convert the model again, and rebuild the index if the model was meant to change",
        file = file.display()
    )]
    HashMismatch {
        /// The file.
        file: PathBuf,
        /// Digest in the manifest, lower-case hex.
        expected: String,
        /// Digest of the file, lower-case hex.
        found: String,
    },
    /// The weights give vectors of another length than the manifest says.
    #[error(
        "{path}: the model gives {found} values a text, the manifest says {expected}; \
         correct `dimensions` in MANIFEST.toml or take the weights that belong to it",
        path = path.display()
    )]
    Dimensions {
        /// The file that gives the length.
        path: PathBuf,
        /// Values a text according to the manifest.
        expected: usize,
        /// Values a text according to the model.
        found: usize,
    },
    /// The tokenizer refused a text. The text itself is not repeated: it may be personal.
    #[error("a text of {bytes} bytes could not be cut into tokens: {why}; leave it out or shorten it")]
    Tokenizer {
        /// Length of the text.
        bytes: usize,
        /// What the tokenizer said.
        why: String,
    },
    /// The queue is full.
    #[error("the model has {waiting} requests waiting; answer without it or ask again later")]
    Busy {
        /// Requests in the queue.
        waiting: usize,
    },
    /// The thread of the model is gone, after a panic.
    #[error("the thread of the model has stopped, its last words are in the log; restart the service")]
    Stopped,
    /// The operating system gave no thread.
    #[error("no thread for the model: {0}; raise the limit on threads of this user")]
    Thread(#[source] std::io::Error),
    /// The forward pass failed.
    #[error("the model failed: {0}; try another text, and if every text fails fetch the model again")]
    Model(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_direction_makes_a_vector() {
        for (values, want) in [
            (vec![3.0, 4.0], Some(vec![0.6, 0.8])),
            (vec![-2.0], Some(vec![-1.0])),
            (vec![1e-30, 0.0], Some(vec![1.0, 0.0])),
            (vec![3e38, 3e38], Some(vec![0.707_106_77, 0.707_106_77])),
            (vec![], None),
            (vec![0.0, 0.0], None),
            (vec![f32::NAN, 1.0], None),
            (vec![f32::INFINITY, 1.0], None),
        ] {
            let got = Vector::unit(values.clone()).ok();
            let got = got.as_ref().map(|v| v.as_slice().to_vec());
            match (&got, &want) {
                (Some(got), Some(want)) => {
                    let near = got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6);
                    assert!(near && got.len() == want.len(), "{values:?}: {got:?}");
                }
                _ => assert_eq!(got, want, "{values:?}"),
            }
        }
    }

    #[test]
    fn dot_is_the_cosine() {
        let east = Vector::unit(vec![2.0, 0.0]).unwrap();
        let north = Vector::unit(vec![0.0, 5.0]).unwrap();
        assert_eq!(east.dims(), 2);
        assert!((east.dot(&east) - 1.0).abs() < 1e-6);
        assert!(east.dot(&north).abs() < 1e-6);
    }
}
