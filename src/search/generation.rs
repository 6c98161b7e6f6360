//! Generations of the index on disk: written aside, flushed, swapped in one rename.
//!
//! `index/<generation>/` is never edited once `index/CURRENT` names it. A writer killed at any
//! moment leaves a `tmp-*` folder that the next writer removes; readers never see it.
//!
//! A generation that was made from another one by changes shares files with it (hard links). So the same holds for a
//! file, whichever generations have it: written once, in the draft that made it, and never again.

use super::SearchError;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Format of the files in a generation.
pub const FORMAT: u32 = 8;

/// The oldest format that is read: its guides are numbered as they lie, and it keeps no known questions.
const OLDEST: u32 = 6;

/// How many generations are kept, the current one included.
const KEEP: usize = 2;

/// What a generation holds and what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of the files.
    pub format: u32,
    /// Name of the generation.
    pub generation: String,
    /// When it was made, UTC.
    pub made_at: jiff::Timestamp,
    /// SHA-256 of all imported guides in order, hexadecimal.
    pub corpus: String,
    /// Newest date found in the guides.
    pub corpus_date: Option<jiff::civil::Date>,
    /// The model whose vectors are inside; `None` where only keywords can be searched.
    pub model: Option<String>,
    /// Length of each vector.
    pub dimensions: usize,
    /// How many vectors.
    pub vectors: usize,
    /// How many catalog items.
    pub items: usize,
    /// How many guides.
    pub guides: usize,
    /// Known questions of each item in the index, at most.
    #[serde(default = "shipped_examples")]
    pub examples: usize,
    /// Batches of changes since all guides were imported.
    #[serde(default)]
    pub batches: usize,
    /// Guides that these batches replaced or took away; something of each is left in the files.
    #[serde(default)]
    pub replaced: usize,
    /// The generation whose divisions, words, bundles and halls these are, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words_of: Option<String>,
    /// The generation whose vectors these are, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vectors_of: Option<String>,
}

fn shipped_examples() -> usize {
    super::EXAMPLES
}

impl Manifest {
    /// The generation that wrote the divisions, words, bundles and halls.
    pub(super) fn words_of(&self) -> &str {
        self.words_of.as_deref().unwrap_or(&self.generation)
    }

    /// The generation that wrote the vectors.
    pub(super) fn vectors_of(&self) -> &str {
        self.vectors_of.as_deref().unwrap_or(&self.generation)
    }
}

/// Exclusive right to write to an index folder, kept until dropped.
pub struct WriteLock {
    _file: File,
}

impl WriteLock {
    /// Takes the lock; another importer at work is an error. The system drops it with the process.
    pub fn take(root: &Path) -> Result<WriteLock, SearchError> {
        fs::create_dir_all(root).map_err(|e| SearchError::io(root, e))?;
        let path = root.join("LOCK");
        let file = File::create(&path).map_err(|e| SearchError::io(&path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(SearchError::Locked(root.to_owned())),
            Err(TryLockError::Error(e)) => Err(SearchError::io(&path, e)),
        }
    }
}

/// A folder in which a generation is being written.
pub struct Draft {
    root: PathBuf,
    /// Where the files go.
    pub dir: PathBuf,
    _lock: WriteLock,
}

impl Draft {
    /// Starts a generation: takes the lock and clears what a killed writer left behind.
    pub fn start(root: &Path) -> Result<Draft, SearchError> {
        let lock = WriteLock::take(root)?;
        for entry in fs::read_dir(root).map_err(|e| SearchError::io(root, e))? {
            let entry = entry.map_err(|e| SearchError::io(root, e))?;
            if entry.file_name().to_string_lossy().starts_with("tmp-") {
                let path = entry.path();
                let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                gone.map_err(|e| SearchError::io(&path, e))?;
            }
        }
        let dir = root.join(format!("tmp-{}", std::process::id()));
        fs::create_dir(&dir).map_err(|e| SearchError::io(&dir, e))?;
        Ok(Draft { root: root.to_owned(), dir, _lock: lock })
    }

    /// Writes the manifest, flushes every file, checks that the whole can be read, and makes this
    /// the current generation.
    pub fn publish(
        self,
        manifest: &Manifest,
        check: impl FnOnce(&Path) -> Result<(), SearchError>,
    ) -> Result<PathBuf, SearchError> {
        let text = toml::to_string_pretty(manifest)
            .map_err(|e| SearchError::Broken(self.dir.clone(), e.to_string()))?;
        write_synced(&self.dir.join("MANIFEST.toml"), text.as_bytes())?;
        sync_tree(&self.dir)?;
        check(&self.dir)?;
        let home = self.root.join(&manifest.generation);
        fs::rename(&self.dir, &home).map_err(|e| SearchError::io(&home, e))?;
        sync_dir(&self.root)?;
        let before = current(&self.root)?;
        point_to(&self.root, &manifest.generation)?;
        forget_old(&self.root, &manifest.generation, before.as_deref());
        Ok(home)
    }

    /// Throws the draft away; the current generation stays.
    pub fn discard(self) {
        drop(self);
    }
}

impl Drop for Draft {
    /// What wasn't published goes.
    fn drop(&mut self) {
        // Published, it isn't there; what can't be removed now is removed by the next writer.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Puts a generation that lies in the folder back into service. Gives false where there is none of this name; an import
/// at work is an error, since it would undo this.
pub fn restore(root: &Path, generation: &str) -> Result<bool, SearchError> {
    let _lock = WriteLock::take(root)?;
    let known = list(root).iter().any(|name| name == generation);
    if known {
        point_to(root, generation)?;
    }
    Ok(known)
}

/// Makes a generation that lies in the folder the current one.
pub(super) fn point_to(root: &Path, generation: &str) -> Result<(), SearchError> {
    let aside = root.join("tmp-CURRENT");
    write_synced(&aside, format!("{generation}\n").as_bytes())?;
    let current = root.join("CURRENT");
    fs::rename(&aside, &current).map_err(|e| SearchError::io(&current, e))?;
    sync_dir(root)
}

/// The name of a generation that is made now of guides with this hash.
pub(super) fn name(now: jiff::Timestamp, corpus: &str) -> String {
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%S%3f"), corpus.get(..8).unwrap_or(corpus))
}

/// The name of the current generation, if there is one.
pub fn current(root: &Path) -> Result<Option<String>, SearchError> {
    let path = root.join("CURRENT");
    match fs::read_to_string(&path) {
        Ok(name) => Ok(Some(name.trim().to_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(SearchError::io(&path, e)),
    }
}

/// Reads the manifest of a generation and refuses a format that this program doesn't read.
pub fn manifest(dir: &Path) -> Result<Manifest, SearchError> {
    let path = dir.join("MANIFEST.toml");
    let text = fs::read_to_string(&path).map_err(|e| SearchError::io(&path, e))?;
    let manifest: Manifest =
        toml::from_str(&text).map_err(|e| SearchError::Broken(path.clone(), e.message().to_owned()))?;
    if !(OLDEST..=FORMAT).contains(&manifest.format) {
        return Err(SearchError::Format { path, found: manifest.format, expected: FORMAT });
    }
    Ok(manifest)
}

/// Generations in the folder, newest first.
pub fn list(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("MANIFEST.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("tmp-"))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names
}

/// Shares a file of a generation with one that is made from it; where the file system has no links, a copy is as good.
pub(super) fn share(from: &Path, to: &Path) -> Result<(), SearchError> {
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop)).map_err(|e| SearchError::io(from, e))
}

/// Removes all but the newest generations; the one that was in service before counts as newest, whatever its name says:
/// after a roll-back it isn't.
fn forget_old(root: &Path, current: &str, before: Option<&str>) {
    let mut others = list(root);
    others.retain(|name| name != current);
    others.sort_by_key(|name| before != Some(name.as_str()));
    for name in others.into_iter().skip(KEEP - 1) {
        // A reader may still hold its files open; what stays is tried again next time.
        let _ = fs::remove_dir_all(root.join(name));
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), SearchError> {
    let write = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|e| SearchError::io(path, e))
}

fn sync_dir(dir: &Path) -> Result<(), SearchError> {
    File::open(dir).and_then(|handle| handle.sync_all()).map_err(|e| SearchError::io(dir, e))
}

fn sync_tree(dir: &Path) -> Result<(), SearchError> {
    for entry in fs::read_dir(dir).map_err(|e| SearchError::io(dir, e))? {
        let path = entry.map_err(|e| SearchError::io(dir, e))?.path();
        let about = fs::metadata(&path).map_err(|e| SearchError::io(&path, e))?;
        if about.is_dir() {
            sync_tree(&path)?;
        } else if about.nlink() == 1 {
            // One that another generation has, too, was flushed with that one.
            File::open(&path).and_then(|file| file.sync_all()).map_err(|e| SearchError::io(&path, e))?;
        }
    }
    sync_dir(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(generation: &str) -> Manifest {
        Manifest {
            format: FORMAT,
            generation: generation.into(),
            made_at: jiff::Timestamp::UNIX_EPOCH,
            corpus: "x".into(),
            corpus_date: None,
            model: None,
            dimensions: 0,
            vectors: 0,
            items: 0,
            guides: 0,
            examples: 64,
            batches: 0,
            replaced: 0,
            words_of: None,
            vectors_of: None,
        }
    }

    #[test]
    fn swapped_in_one_step_and_two_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        assert_eq!(current(root).unwrap(), None);
        for name in ["g1", "g2", "g3"] {
            let draft = Draft::start(root).unwrap();
            fs::write(draft.dir.join("x"), name).unwrap();
            draft.publish(&made(name), |_| Ok(())).unwrap();
            assert_eq!(current(root).unwrap().as_deref(), Some(name));
        }
        assert_eq!(list(root), ["g3", "g2"]);
        point_to(root, "g2").unwrap();
        assert_eq!(current(root).unwrap().as_deref(), Some("g2"));
        assert_eq!(manifest(&root.join("g2")).unwrap(), made("g2"));
    }

    #[test]
    fn leftovers_go_and_a_second_writer_waits() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        fs::create_dir(root.join("tmp-999")).unwrap();
        fs::write(root.join("tmp-CURRENT"), "half").unwrap();
        let draft = Draft::start(root).unwrap();
        assert!(!root.join("tmp-999").exists() && !root.join("tmp-CURRENT").exists());
        assert!(matches!(Draft::start(root), Err(SearchError::Locked(_))));
        draft.discard();
        assert!(Draft::start(root).is_ok());
    }

    #[test]
    fn another_format_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path();
        let text = toml::to_string(&Manifest { format: 99, ..made("g") }).unwrap();
        fs::write(dir.join("MANIFEST.toml"), text).unwrap();
        assert!(matches!(manifest(dir), Err(SearchError::Format { found: 99, .. })));
        fs::write(dir.join("MANIFEST.toml"), "nonsense = [").unwrap();
        assert!(matches!(manifest(dir), Err(SearchError::Broken(..))));
    }
}
