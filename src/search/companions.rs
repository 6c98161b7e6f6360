//! What travels with the guides of a generation: divisions, words, bundles, halls, known questions.

use super::generation::share;
use super::{SearchError, lines};
use crate::guide::{Example, Hall, Regions, Theme};
use crate::text::Analyzer;
use std::path::Path;

/// Data that travels with the guides: a generation carries its own copy, so that question and
/// index are always cut by the same words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Companions {
    /// Divisions, as `corpus/regions.tsv`.
    pub regions: String,
    /// Everyday words, as `corpus/lexicon/*.tsv` joined.
    pub lexicon: String,
    /// Life-event bundles, as `corpus/onething.jsonl`.
    pub themes: String,
    /// Halls, as `corpus/halls.jsonl`.
    pub halls: String,
    /// Words for segmentation, one a line, taken from the guides.
    pub dictionary: String,
    /// Questions whose item is known, as `corpus/questions/train/*.jsonl` joined.
    pub examples: Vec<Example>,
}

/// File of each companion in a generation.
const FILES: [&str; 5] = ["regions.tsv", "lexicon.tsv", "onething.jsonl", "halls.jsonl", "dictionary.txt"];

/// Known questions in a generation, those of items that it lacks included.
const EXAMPLES: &str = "examples.jsonl";

impl Companions {
    /// Reads the copy of a generation, without its known questions.
    pub fn read(dir: &Path) -> Result<Companions, SearchError> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|e| SearchError::io(&path, e))
        };
        let [regions, lexicon, themes, halls, dictionary] = FILES;
        Ok(Companions {
            regions: read(regions)?,
            lexicon: read(lexicon)?,
            themes: read(themes)?,
            halls: read(halls)?,
            dictionary: read(dictionary)?,
            examples: Vec::new(),
        })
    }

    pub(super) fn write(&self, dir: &Path) -> Result<(), SearchError> {
        let texts = [&self.regions, &self.lexicon, &self.themes, &self.halls, &self.dictionary];
        for (name, text) in FILES.iter().zip(texts) {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(|e| SearchError::io(&path, e))?;
        }
        lines::write(&dir.join(EXAMPLES), &self.examples)
    }

    /// Shares a generation's copy with the one made from it.
    pub(super) fn share(from: &Path, to: &Path) -> Result<(), SearchError> {
        for name in FILES {
            share(&from.join(name), &to.join(name))?;
        }
        let examples = from.join(EXAMPLES);
        // Generations of format 6 have none.
        if examples.exists() { share(&examples, &to.join(EXAMPLES)) } else { Ok(()) }
    }

    /// The known questions of a generation; `None` where it was made before they were kept.
    pub(super) fn known_questions(dir: &Path) -> Result<Option<Vec<Example>>, SearchError> {
        let path = dir.join(EXAMPLES);
        match std::fs::read_to_string(&path) {
            Ok(text) => match Example::parse_all(&text) {
                Ok(list) => Ok(Some(list)),
                Err(error) => Err(SearchError::Broken(path, error.to_string())),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SearchError::io(&path, error)),
        }
    }

    /// The analysis that these data make.
    pub fn analyzer(&self) -> Result<Analyzer, SearchError> {
        let words: Vec<&str> = self.dictionary.lines().collect();
        Analyzer::new(&self.regions, &self.lexicon, &words)
            .map_err(|e| SearchError::Broken("regions.tsv or lexicon.tsv".into(), e.to_string()))
    }

    /// The divisions.
    pub fn regions(&self) -> Result<Regions, SearchError> {
        Regions::parse(&self.regions).map_err(|e| SearchError::Broken("regions.tsv".into(), e.to_string()))
    }

    /// The halls.
    pub fn halls(&self) -> Result<Vec<Hall>, SearchError> {
        Hall::parse_all(&self.halls).map_err(|e| SearchError::Broken("halls.jsonl".into(), e.to_string()))
    }

    /// The life-event bundles.
    pub fn themes(&self) -> Result<Vec<Theme>, SearchError> {
        self.themes
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|e| {
                    SearchError::Broken("onething.jsonl".into(), format!("line {}: {e}", at + 1))
                })
            })
            .collect()
    }
}
