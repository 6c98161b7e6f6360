//! Accepted corrections (问题 → 事项): a journal that is only ever added to, so that who taught what, and who took it
//! back, can always be told.

use crate::guide::Example;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What can go wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A line is no entry.
    #[error("{path}: line {line}: {cause}; correct or remove the line")]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
}

/// One accepted correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Its name in the journal.
    pub id: String,
    /// What was taught, with author and time.
    #[serde(flatten)]
    pub example: Example,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Removed { removed: String, author: String, at: Timestamp },
    Learned(Learned),
}

/// The journal `learned.jsonl` of an index folder.
#[derive(Clone, Debug)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The journal in a folder; it need not exist yet.
    pub fn of(root: &Path) -> Journal {
        Journal { path: root.join("learned.jsonl") }
    }

    /// What is taught and not taken back, oldest first.
    pub fn read(&self) -> Result<Vec<Learned>, StoreError> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(self.io(cause)),
        };
        let mut list: Vec<Learned> = Vec::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            // A writer that was cut off leaves a line without its end; it was never acknowledged.
            if line.trim().is_empty() || !line.ends_with('\n') {
                continue;
            }
            match serde_json::from_str(line) {
                Ok(Entry::Learned(learned)) => list.push(learned),
                Ok(Entry::Removed { removed, .. }) => list.retain(|known| known.id != removed),
                Err(cause) => {
                    return Err(StoreError::Broken { path: self.path.clone(), line: at + 1, cause });
                }
            }
        }
        Ok(list)
    }

    /// Adds one under an id; it is on disk when this returns.
    pub fn add(&self, id: String, example: Example) -> Result<Learned, StoreError> {
        let learned = Learned { id, example };
        self.append(&[Entry::Learned(learned.clone())])?;
        Ok(learned)
    }

    /// Takes some back, in somebody's name.
    pub fn remove(&self, ids: &[String], author: &str, at: Timestamp) -> Result<(), StoreError> {
        let entry = |id: &String| Entry::Removed { removed: id.clone(), author: author.to_owned(), at };
        self.append(&ids.iter().map(entry).collect::<Vec<_>>())
    }

    /// Length in bytes: it only grows, so another length means news.
    pub fn length(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |m| m.len())
    }

    fn append(&self, entries: &[Entry]) -> Result<(), StoreError> {
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry).map_err(|e| self.io(e.into()))?;
            text.push(b'\n');
        }
        let write = || -> std::io::Result<()> {
            let mut file: File = OpenOptions::new().create(true).append(true).read(true).open(&self.path)?;
            // Service and command line may both write; the lock goes with the file.
            file.lock()?;
            if !ends_whole(&file)? {
                file.write_all(b"\n")?;
            }
            file.write_all(&text)?;
            file.sync_data()
        };
        write().map_err(|cause| self.io(cause))
    }

    fn io(&self, cause: std::io::Error) -> StoreError {
        StoreError::Io { path: self.path.clone(), cause }
    }
}

/// Whether a file is empty or ends with the end of a line.
fn ends_whole(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::FileExt;
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_exact_at(&mut last, length - 1)?;
    }
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(question: &str, author: &str) -> Example {
        Example {
            question: question.into(),
            item: "甲".into(),
            business_item: None,
            author: Some(author.into()),
            at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
        }
    }

    #[test]
    fn what_is_taught_can_be_taken_back_and_survives_a_torn_line() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::of(dir.path());
        assert_eq!((journal.read().unwrap(), journal.length()), (vec![], 0));
        let good = journal.add("1".into(), example("房本丢了", "a01")).unwrap();
        let bad = journal.add("2".into(), example("骗人的", "a02")).unwrap();
        journal.remove(std::slice::from_ref(&bad.id), "admin", Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(journal.read().unwrap(), std::slice::from_ref(&good));
        let file = dir.path().join("learned.jsonl");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 3, "nothing is ever erased");
        std::fs::write(&file, format!("{text}{{\"id\":\"x\",\"ques")).unwrap();
        assert_eq!(journal.read().unwrap(), std::slice::from_ref(&good));
        // The torn line is closed before the next one; then it is broken and says so.
        let next = journal.add("3".into(), example("新的", "a01")).unwrap();
        let error = journal.read().unwrap_err().to_string();
        assert!(error.contains("line 4"), "{error} {next:?}");
    }
}
