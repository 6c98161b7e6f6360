//! Exact search by meaning: one short vector a name or known question, ten thousands in all.

use super::SearchError;
use crate::embed::{Int8Rows, Vector};
use serde::{Deserialize, Serialize};

/// What kind of name a vector stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelKind {
    /// An official name.
    Name,
    /// An everyday name.
    Alias,
    /// An item together with one of its business items.
    Case,
    /// A question known to mean the item.
    Example,
    /// No text, but what tells the item's names and questions from those of others; see [`crate::embed::centres`].
    Centre,
}

/// The name behind one vector.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Label {
    /// Ordinal of the catalog item.
    pub item: u32,
    /// What the text is.
    pub kind: LabelKind,
    /// Ordinal of the business item that the text belongs to, if it belongs to one.
    pub case: Option<u32>,
    /// The text that was embedded; for a centre, what it was learned from, as a hash.
    pub text: String,
}

/// All vectors of a generation with their labels.
#[derive(Default)]
pub struct Vectors {
    /// Label of each row.
    pub labels: Vec<Label>,
    /// Item and kind of each row once more, close together for the pass over all of them.
    tags: Vec<(u32, LabelKind)>,
    rows: Vec<f32>,
    dimensions: usize,
    /// Long lists once more, packed for the scan.
    packed: Option<Int8Rows>,
    /// Rows of each item.
    of_item: Vec<Vec<u32>>,
}

/// Shorter lists are scanned as they are.
const PACKED_FROM: usize = 4_096;

/// Rows whose cosine is computed exactly after a scan of packed ones; no answer looks at more of them.
const EXACT: usize = 256;

impl Vectors {
    /// Vectors of one length, to be filled.
    pub fn new(dimensions: usize) -> Vectors {
        Vectors { dimensions, ..Vectors::default() }
    }

    /// Adds one row. Rows of another length are a fault of the caller and are refused.
    pub fn push(&mut self, label: Label, values: &[f32]) -> Result<(), SearchError> {
        if values.len() != self.dimensions {
            return Err(SearchError::Dimensions { expected: self.dimensions, found: values.len() });
        }
        self.name(label);
        self.rows.extend_from_slice(values);
        Ok(())
    }

    fn name(&mut self, label: Label) {
        let item = label.item as usize;
        if self.of_item.len() <= item {
            self.of_item.resize_with(item + 1, Vec::new);
        }
        // A generation has far fewer rows than that.
        self.of_item[item].push(self.labels.len() as u32);
        self.tags.push((label.item, label.kind));
        self.labels.push(label);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Item and kind of each row.
    pub fn tags(&self) -> &[(u32, LabelKind)] {
        &self.tags
    }

    /// One row.
    pub fn row(&self, at: usize) -> &[f32] {
        &self.rows[at * self.dimensions..(at + 1) * self.dimensions]
    }

    /// All rows, one after another.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// The rows of one item.
    pub fn of_item(&self, item: u32) -> &[u32] {
        self.of_item.get(item as usize).map_or(&[], Vec::as_slice)
    }

    /// Cosine of the question with every row; rows and question have length 1.
    ///
    /// The highest are exact, the others within some thousandths.
    pub fn similarities(&self, question: &Vector) -> Result<Vec<f32>, SearchError> {
        let question = question.as_slice();
        if question.len() != self.dimensions {
            return Err(SearchError::Dimensions { expected: self.dimensions, found: question.len() });
        }
        let Some(mut cosines) = self.packed.as_ref().and_then(|packed| packed.products(question)) else {
            return Ok(self
                .rows
                .chunks_exact(self.dimensions.max(1))
                .map(|row| dot(row, question))
                .collect());
        };
        if cosines.len() > EXACT {
            let mut ranked = cosines.clone();
            let (_, &mut least, _) = ranked.select_nth_unstable_by(EXACT - 1, |a, b| b.total_cmp(a));
            for (at, cosine) in cosines.iter_mut().enumerate().filter(|(_, cosine)| **cosine >= least) {
                *cosine = dot(self.row(at), question);
            }
        }
        Ok(cosines)
    }

    /// Rows read from the disk, without what a scan needs.
    pub(super) fn of(labels: Vec<Label>, rows: Vec<f32>, dimensions: usize) -> Vectors {
        let mut vectors = Vectors { rows, dimensions, ..Vectors::default() };
        labels.into_iter().for_each(|label| vectors.name(label));
        vectors
    }

    /// Packs long lists for the scan.
    pub(super) fn packed(mut self) -> Vectors {
        self.packed =
            (self.len() >= PACKED_FROM).then(|| Int8Rows::pack(&self.rows, self.dimensions)).flatten();
        self
    }
}

/// Sixteen partial sums let the compiler use vector registers without reordering a single sum.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let (a_blocks, a_rest) = a.as_chunks::<16>();
    let (b_blocks, b_rest) = b.as_chunks::<16>();
    for (x, y) in a_blocks.iter().zip(b_blocks) {
        for i in 0..16 {
            sums[i] += x[i] * y[i];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lengths_are_refused_and_products_are_whole() {
        let label = |text: &str| Label { item: 1, kind: LabelKind::Case, case: Some(1), text: text.into() };
        let mut vectors = Vectors::new(20);
        let row: Vec<f32> = (0..20).map(|i| i as f32).collect();
        vectors.push(label("甲"), &row).unwrap();
        assert!(matches!(
            vectors.push(label("乙"), &[1.0; 3]),
            Err(SearchError::Dimensions { expected: 20, found: 3 })
        ));
        assert_eq!((vectors.len(), vectors.of_item(1)), (1, &[0][..]));
        assert!((dot(vectors.row(0), &[1.0; 20]) - 190.0).abs() < 1e-3);
    }
}
