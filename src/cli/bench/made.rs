//! The guides and the index of a measurement: made by this program's own `synth` and `import`, each in a process of its
//! own, and kept for the next time.

use super::child::{Spent, program, run};
use crate::embed;
use crate::search::{current, manifest};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was made, and what it took; kept as `made.json` beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// Copies that were asked for.
    pub copies: usize,
    /// SHA-256 of the corpus that they were made from, hexadecimal.
    pub corpus: String,
    /// The model whose vectors are in the index.
    pub model: Option<String>,
    /// Version of the program that made it.
    pub version: String,
    /// When that was.
    pub made_at: Timestamp,
    /// Name of the index's generation.
    pub generation: String,
    /// Guides in the index, those of the corpus included.
    pub guides: usize,
    /// Distinct items.
    pub items: usize,
    /// Vectors.
    pub vectors: usize,
    /// Bytes of the copies.
    pub copies_bytes: u64,
    /// Bytes of the index.
    pub index_bytes: u64,
    /// Making the copies.
    pub synth: Spent,
    /// The import into an empty folder: every vector computed.
    pub cold: Spent,
    /// The same once more: every vector known from the generation before.
    pub warm: Spent,
    /// Whether it was there already, and the times are those of then.
    #[serde(default)]
    pub reused: bool,
}

/// What guides are made from, and where.
pub struct Plan<'a> {
    /// Folder of everything that is made.
    pub dir: &'a Path,
    /// The corpus: a folder, or a file of guides.
    pub corpus: &'a Path,
    /// Folder of the model.
    pub model: &'a Path,
    /// Whether to make all anew.
    pub fresh: bool,
}

/// Exit code of an import that lost some rows; the index is whole without them.
const SOME_LOST: i32 = 3;

impl Plan<'_> {
    /// Folder of so many copies.
    fn home(&self, copies: usize) -> PathBuf {
        self.dir.join(copies.to_string())
    }

    /// Folder of their index.
    pub fn index(&self, copies: usize) -> PathBuf {
        self.home(copies).join("index")
    }

    /// Makes so many copies and their index, or takes those that are there and match.
    pub fn make(&self, copies: usize) -> Result<Made> {
        let home = self.home(copies);
        let corpus = fingerprint(self.corpus)?;
        let model = embed::Manifest::read(self.model).ok().map(|model| model.model_id());
        if let Some(made) = self.there(copies, &corpus, model.as_deref()) {
            println!(
                "{}: {} guides made {} are taken as they are",
                home.display(),
                made.guides,
                made.made_at
            );
            return Ok(Made { reused: true, ..made });
        }
        fs::create_dir_all(&home).with_context(|| format!("can't make the folder {}", home.display()))?;
        for old in ["guides", "index"] {
            let old = home.join(old);
            if old.exists() {
                fs::remove_dir_all(&old).with_context(|| format!("can't remove {}", old.display()))?;
            }
        }
        println!("{}: making {copies} copies of {} …", home.display(), self.corpus.display());
        let guides = home.join("guides");
        let mut synth = program(self.model)?;
        synth.args(["synth", "--guides", &copies.to_string(), "--out"]).arg(&guides).arg(self.shipped());
        let synth = self.done(&mut synth, &home)?;
        let import = || -> Result<Spent> {
            let mut import = program(self.model)?;
            import.arg("import").arg(&guides).arg(self.corpus).arg("--out").arg(home.join("index"));
            import.arg("--findings").arg(home.join("findings.jsonl"));
            self.done(&mut import, &home)
        };
        println!("{}: importing them, no vector known …", home.display());
        let cold = import()?;
        println!("{}: importing them, every vector known …", home.display());
        let warm = import()?;
        let index = home.join("index");
        let Some(generation) = current(&index)? else { bail!("{}: no generation", index.display()) };
        let manifest = manifest(&index.join(&generation))?;
        let made = Made {
            copies,
            corpus,
            model: manifest.model,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: Timestamp::now(),
            guides: manifest.guides,
            items: manifest.items,
            vectors: manifest.vectors,
            copies_bytes: size(&guides)?,
            index_bytes: size(&index.join(&generation))?,
            generation,
            synth,
            cold,
            warm,
            reused: false,
        };
        fs::write(home.join("made.json"), serde_json::to_vec_pretty(&made)?)?;
        Ok(made)
    }

    /// What was made before, where it is still what would be made now.
    fn there(&self, copies: usize, corpus: &str, model: Option<&str>) -> Option<Made> {
        let home = self.home(copies);
        let made: Made = serde_json::from_slice(&fs::read(home.join("made.json")).ok()?).ok()?;
        let index = home.join("index");
        let generation = current(&index).ok()??;
        let whole = manifest(&index.join(&generation)).ok()?;
        let same = made.copies == copies && made.corpus == corpus && made.generation == generation;
        (same && !self.fresh && whole.model.as_deref() == model).then_some(made)
    }

    /// The guides of the corpus.
    fn shipped(&self) -> PathBuf {
        let guides = self.corpus.join("guides");
        if guides.is_dir() { guides } else { self.corpus.to_owned() }
    }

    fn done(&self, command: &mut Command, home: &Path) -> Result<Spent> {
        let log = home.join("log");
        let (spent, status) = run(command, &log)?;
        match status.code() {
            Some(0 | SOME_LOST) => Ok(spent),
            _ => bail!("{command:?} ended with {status}; see {}", log.display()),
        }
    }
}

/// Files below a folder, or the one file, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    let wrong = || format!("can't read {}", path.display());
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .with_context(wrong)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .with_context(wrong)?;
    entries.sort();
    let mut list = Vec::new();
    for entry in entries {
        list.extend(files(&entry)?);
    }
    Ok(list)
}

/// Bytes of all files below a folder.
pub fn size(folder: &Path) -> Result<u64> {
    let lengths = files(folder)?.into_iter().map(|file| fs::metadata(file).map(|about| about.len()));
    Ok(lengths.collect::<Result<Vec<_>, _>>()?.into_iter().sum())
}

/// What tells one corpus from another: names and bytes of all its files.
fn fingerprint(corpus: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files(corpus)? {
        let name = file.strip_prefix(corpus).unwrap_or(&file);
        hash.update(name.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(fs::read(&file).with_context(|| format!("can't read {}", file.display()))?);
        hash.update([0]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_corpus_has_another_fingerprint() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("guides");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a.jsonl"), "1").unwrap();
        let first = fingerprint(dir.path()).unwrap();
        assert_eq!(first, fingerprint(dir.path()).unwrap());
        assert_eq!((first.len(), size(dir.path()).unwrap()), (64, 1));
        fs::write(folder.join("a.jsonl"), "2").unwrap();
        let second = fingerprint(dir.path()).unwrap();
        fs::rename(folder.join("a.jsonl"), folder.join("b.jsonl")).unwrap();
        let third = fingerprint(dir.path()).unwrap();
        assert!(first != second && second != third && first != third);
        assert!(fingerprint(Path::new("/nowhere")).is_err());
    }
}
