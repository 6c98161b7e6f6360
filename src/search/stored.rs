//! Vectors on the disk: those of the last import of all guides, shared by every generation made from it, and behind
//! them those that changes brought.

use super::generation::share;
use super::vector::{Label, Vectors};
use super::{SearchError, lines};
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Rows of little-endian f32.
const ROWS: &str = "vectors.f32";
/// The same, of what changes brought; counted on from those.
const MORE: &str = "vectors-1.f32";
/// One label a line.
const LABELS: &str = "labels.jsonl";
/// Which row each label has, as u32: there where changes were, else each has the row of its line.
const PLACES: &str = "rows.bin";

/// No generation has so many items.
const MOST_ITEMS: u32 = 1 << 20;

/// The vectors of a generation, a row of which is read when it is asked for.
pub(super) struct Stored {
    /// Label of each row.
    pub labels: Vec<Label>,
    /// Length of each vector.
    pub dimensions: usize,
    dir: PathBuf,
    /// The row of each label, counted through both files; they rise.
    places: Vec<u32>,
    rows: File,
    /// Rows in the first file.
    shared: usize,
    more: Vec<f32>,
}

impl Stored {
    /// Reads all but the rows of the first file, and checks that the files fit each other.
    pub fn open(dir: &Path, dimensions: usize) -> Result<Stored, SearchError> {
        let path = dir.join(LABELS);
        let labels: Vec<Label> = lines::read(&path)?;
        // Whoever knows the items looks closer; this only keeps a broken file from asking for all memory.
        if labels.iter().any(|label| label.item >= MOST_ITEMS) {
            return Err(SearchError::Broken(path, "a label names an item that can't be".into()));
        }
        let path = dir.join(ROWS);
        let rows = File::open(&path).map_err(|e| SearchError::io(&path, e))?;
        let bytes = rows.metadata().map_err(|e| SearchError::io(&path, e))?.len() as usize;
        let (shared, rest) = (bytes / row_bytes(dimensions), bytes % row_bytes(dimensions));
        let more = floats(&there(dir, MORE)?.unwrap_or_default());
        let places: Vec<u32> = match there(dir, PLACES)? {
            Some(bytes) => bytes.as_chunks().0.iter().map(|place| u32::from_le_bytes(*place)).collect(),
            None => (0..shared as u32).collect(),
        };
        let all = shared + more.len() / dimensions.max(1);
        let fit = rest == 0
            && more.len().is_multiple_of(dimensions.max(1))
            && places.len() == labels.len()
            && places.is_sorted_by(|a, b| a < b)
            && places.last().is_none_or(|last| (*last as usize) < all);
        if !fit {
            let what = format!(
                "{} labels, {} places among {all} rows of {dimensions} values each",
                labels.len(),
                places.len()
            );
            return Err(SearchError::Broken(dir.join(LABELS), what));
        }
        Ok(Stored { labels, dir: dir.to_owned(), dimensions, places, rows, shared, more })
    }

    /// The vector of a label.
    pub fn row(&self, at: usize) -> Result<Vec<f32>, SearchError> {
        match self.in_more(at) {
            Some(values) => Ok(self.more[values].to_vec()),
            None => {
                let mut bytes = vec![0; row_bytes(self.dimensions)];
                let start = u64::from(self.places[at]) * bytes.len() as u64;
                self.rows
                    .read_exact_at(&mut bytes, start)
                    .map_err(|e| SearchError::io(&self.dir.join(ROWS), e))?;
                Ok(floats(&bytes))
            }
        }
    }

    /// Where its values lie in the second file, if they do.
    fn in_more(&self, at: usize) -> Option<Range<usize>> {
        let start = (self.places[at] as usize).checked_sub(self.shared)? * self.dimensions;
        Some(start..start + self.dimensions)
    }

    /// All of them in memory, in the order of their labels.
    pub fn read(self) -> Result<Vectors, SearchError> {
        let (path, width) = (self.dir.join(ROWS), self.dimensions);
        let mut rows = vec![0.0f32; self.shared * width + self.more.len()];
        let (first, behind) = rows.split_at_mut(self.shared * width);
        self.rows.read_exact_at(bytemuck::cast_slice_mut(first), 0).map_err(|e| SearchError::io(&path, e))?;
        // Nothing, where the machine's own order is that of the file.
        first.iter_mut().for_each(|v| *v = f32::from_bits(u32::from_le(v.to_bits())));
        behind.copy_from_slice(&self.more);
        // Places rise: a row never moves over one that is still to move. Those that lie side by side move together.
        let mut filled = 0;
        for run in self.places.chunk_by(|a, b| a + 1 == *b) {
            let start = run[0] as usize * width;
            if filled != start {
                rows.copy_within(start..start + run.len() * width, filled);
            }
            filled += run.len() * width;
        }
        rows.truncate(filled);
        Ok(Vectors::of(self.labels, rows, width))
    }

    /// Writes what is left of these, by the places of its labels, and `new` behind it; the first file is shared.
    pub fn write_changed(&self, dir: &Path, kept: &[usize], new: &Vectors) -> Result<(), SearchError> {
        share(&self.dir.join(ROWS), &dir.join(ROWS))?;
        let width = self.dimensions.max(1);
        let mut more: Vec<f32> = Vec::new();
        let mut places: Vec<u8> = Vec::with_capacity((kept.len() + new.len()) * size_of::<u32>());
        let mut place = |place: u32| places.extend(place.to_le_bytes());
        for &at in kept {
            match self.in_more(at) {
                None => place(self.places[at]),
                Some(values) => {
                    place((self.shared + more.len() / width) as u32);
                    more.extend_from_slice(&self.more[values]);
                }
            }
        }
        let first = self.shared + more.len() / width;
        (first..first + new.len()).for_each(|at| place(at as u32));
        more.extend_from_slice(new.rows());
        write_floats(&dir.join(MORE), &more)?;
        let path = dir.join(PLACES);
        fs::write(&path, &places).map_err(|e| SearchError::io(&path, e))?;
        lines::write(&dir.join(LABELS), kept.iter().map(|at| &self.labels[*at]).chain(&new.labels))
    }
}

/// Writes the vectors of a generation that is made from no other one.
pub(super) fn write(dir: &Path, vectors: &Vectors) -> Result<(), SearchError> {
    write_floats(&dir.join(ROWS), vectors.rows())?;
    lines::write(&dir.join(LABELS), &vectors.labels)
}

/// Shares the files with a generation made from this one, which has the same vectors.
pub(super) fn share_all(from: &Path, to: &Path) -> Result<(), SearchError> {
    for name in [ROWS, MORE, LABELS, PLACES] {
        if from.join(name).exists() {
            share(&from.join(name), &to.join(name))?;
        }
    }
    Ok(())
}

/// Whether a generation made by changes has so many rows and labels, by the lengths of its files alone.
pub(super) fn are_whole(dir: &Path, count: usize, dimensions: usize) -> Result<bool, SearchError> {
    let length = |name: &str| {
        let path = dir.join(name);
        fs::metadata(&path).map(|file| file.len() as usize).map_err(|e| SearchError::io(&path, e))
    };
    let width = row_bytes(dimensions);
    let shared = length(ROWS)? / width;
    let places = there(dir, PLACES)?.unwrap_or_default();
    let (places, rest) = places.as_chunks();
    let behind = places.iter().filter(|place| u32::from_le_bytes(**place) as usize >= shared).count();
    let labels = there(dir, LABELS)?.unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
    let found = (places.len(), labels, length(MORE)?, rest.len());
    Ok(found == (count, count, behind * width, 0))
}

fn row_bytes(dimensions: usize) -> usize {
    (dimensions * size_of::<f32>()).max(1)
}

/// The bytes of a file, if it is there.
fn there(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, SearchError> {
    let path = dir.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(SearchError::io(&path, e)),
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|value| f32::from_le_bytes(*value)).collect()
}

fn write_floats(path: &Path, values: &[f32]) -> Result<(), SearchError> {
    let write = || {
        let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        match cfg!(target_endian = "little") {
            true => file.write_all(bytemuck::cast_slice(values))?,
            false => values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))?,
        }
        file.flush()
    };
    write().map_err(|e| SearchError::io(path, e))
}

#[cfg(test)]
mod tests {
    use super::super::vector::LabelKind;
    use super::*;

    fn vectors(rows: &[(&str, f32)]) -> Vectors {
        let mut vectors = Vectors::new(3);
        for (text, value) in rows {
            let label = Label { item: 1, kind: LabelKind::Case, case: Some(1), text: (*text).into() };
            vectors.push(label, &[*value; 3]).unwrap();
        }
        vectors
    }

    fn all(dir: &Path) -> Vec<(String, f32)> {
        let vectors = Stored::open(dir, 3).unwrap().read().unwrap();
        let rows = vectors.labels.iter().enumerate();
        rows.map(|(at, label)| (label.text.clone(), vectors.row(at)[2])).collect()
    }

    #[test]
    fn what_changes_brought_lies_behind_what_stays() {
        let root = tempfile::tempdir().unwrap();
        let dirs: Vec<PathBuf> = ["a", "b", "c", "d"].iter().map(|name| root.path().join(name)).collect();
        dirs.iter().for_each(|dir| fs::create_dir(dir).unwrap());
        write(&dirs[0], &vectors(&[("甲", 1.0), ("乙", 2.0), ("丙", 3.0), ("丁", 4.0)])).unwrap();
        let change = |from: usize, kept: &[usize], new: &[(&str, f32)]| {
            let stored = Stored::open(&dirs[from], 3).unwrap();
            stored.write_changed(&dirs[from + 1], kept, &vectors(new)).unwrap();
            assert!(are_whole(&dirs[from + 1], kept.len() + new.len(), 3).unwrap());
            assert!(!are_whole(&dirs[from + 1], kept.len() + new.len() + 1, 3).unwrap());
        };
        change(0, &[0, 2, 3], &[("戊", 5.0), ("己", 6.0)]);
        // One of either file goes, one comes; then all that came goes again.
        change(1, &[1, 2, 4], &[("庚", 7.0)]);
        change(2, &[0], &[]);
        let named =
            |rows: &[(&str, f32)]| rows.iter().map(|(t, v)| ((*t).to_owned(), *v)).collect::<Vec<_>>();
        assert_eq!(all(&dirs[0]), named(&[("甲", 1.0), ("乙", 2.0), ("丙", 3.0), ("丁", 4.0)]));
        assert_eq!(all(&dirs[1]), named(&[("甲", 1.0), ("丙", 3.0), ("丁", 4.0), ("戊", 5.0), ("己", 6.0)]));
        assert_eq!(all(&dirs[2]), named(&[("丙", 3.0), ("丁", 4.0), ("己", 6.0), ("庚", 7.0)]));
        assert_eq!(all(&dirs[3]), named(&[("丙", 3.0)]));
        let stored = Stored::open(&dirs[2], 3).unwrap();
        let rows: Vec<f32> = (0..4).map(|at| stored.row(at).unwrap()[0]).collect();
        assert_eq!(rows, [3.0, 4.0, 6.0, 7.0]);
        // The second file holds what is in use and no more.
        assert_eq!(fs::metadata(dirs[2].join(MORE)).unwrap().len(), 2 * 3 * 4);
    }

    #[test]
    fn files_that_do_not_fit_are_broken() {
        let root = tempfile::tempdir().unwrap();
        let (from, dir) = (root.path().join("a"), root.path().join("b"));
        for dir in [&from, &dir] {
            fs::create_dir(dir).unwrap();
        }
        write(&from, &vectors(&[("甲", 1.0), ("乙", 2.0)])).unwrap();
        assert!(matches!(Stored::open(&from, 2), Err(SearchError::Broken(..))));
        Stored::open(&from, 3).unwrap().write_changed(&dir, &[1], &vectors(&[("丙", 3.0)])).unwrap();
        for (file, bytes) in [
            (PLACES, &[0, 0, 0, 0][..]),
            (PLACES, &[2, 0, 0, 0, 1, 0, 0, 0]),
            (PLACES, &[1, 0, 0, 0, 9, 0, 0, 0]),
            (MORE, &[0; 8]),
            (ROWS, &[0; 13]),
            (LABELS, b"{}\n"),
        ] {
            let whole = fs::read(dir.join(file)).unwrap();
            fs::remove_file(dir.join(file)).unwrap();
            fs::write(dir.join(file), bytes).unwrap();
            assert!(matches!(Stored::open(&dir, 3), Err(SearchError::Broken(..))), "{file} {bytes:?}");
            fs::remove_file(dir.join(file)).unwrap();
            fs::write(dir.join(file), whole).unwrap();
        }
    }
}
