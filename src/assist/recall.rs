//! What was asked before: many people ask the same in the same words, and what is found for it is kept for a while.
//!
//! What is kept belongs to a generation and to a state of what was taught and published; when either changes, it is
//! not found any more. Words with personal data are never kept.

use super::Ask;
use super::seek::Sought;
use crate::embed::Vector;
use crate::guide::RegionCode;
use crate::search::Search;
use crate::text::Query;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A longer text is hardly asked twice.
const LONGEST: usize = 64;

/// Questions and vectors that are kept, each up to a bound; the least asked go first.
pub(super) struct Recall {
    /// Counts changes of what was taught or published.
    epoch: AtomicU64,
    kept: Option<Kept>,
}

struct Kept {
    sought: Cache<Asked, Arc<Sought>>,
    /// By the text that the model sees: the model stays the same while the program runs.
    vectors: Cache<String, Vector>,
}

/// All that decides what is found for a question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    generation: String,
    epoch: u64,
    text: String,
    region: Option<RegionCode>,
    person: Option<bool>,
    limit: usize,
}

impl Recall {
    /// Keeps at most so many questions; 0 for none.
    pub fn of(questions: usize) -> Recall {
        let kept = (questions > 0).then(|| Kept {
            sought: Cache::new(questions),
            // A turn may look at the parts of a text, too.
            vectors: Cache::new(2 * questions),
        });
        Recall { epoch: AtomicU64::new(0), kept }
    }

    /// What was taught or published has changed: called after the change, so that what is found before it is never
    /// taken for what is found after.
    pub fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        if let Some(kept) = &self.kept {
            kept.sought.clear();
        }
    }

    /// The name of a question; `None` where it is not to be kept. To be made before the search.
    pub fn name(&self, search: &Search, ask: &Ask, limit: usize) -> Option<Asked> {
        self.kept.as_ref()?;
        let short = ask.text.chars().take(LONGEST + 1).count() <= LONGEST;
        (short && ask.trial.is_none()).then(|| Asked {
            generation: search.manifest().generation.clone(),
            epoch: self.epoch.load(Ordering::SeqCst),
            text: ask.text.clone(),
            region: ask.region.clone(),
            person: ask.person,
            limit,
        })
    }

    /// What was found for it before.
    pub fn sought(&self, name: &Asked) -> Option<Arc<Sought>> {
        let found = self.kept.as_ref()?.sought.get(name);
        count("question", found.is_some());
        found
    }

    /// Keeps what was found, unless it was looked for by words alone for want of time, or holds personal data.
    pub fn keep(&self, name: Asked, sought: &Sought, whole: bool) {
        if let Some(kept) = self.kept.as_ref().filter(|_| whole && sought.query.masked().found.is_empty()) {
            kept.sought.insert(name, Arc::new(sought.clone()));
        }
    }

    /// The vector of a text that the model saw before.
    pub fn vector(&self, text: &str) -> Option<Vector> {
        let found = self.kept.as_ref()?.vectors.get(text);
        count("vector", found.is_some());
        found
    }

    /// Keeps a vector.
    pub fn keep_vector(&self, query: &Query, vector: &Vector) {
        let text = query.meaning_text();
        let short = text.chars().take(LONGEST + 1).count() <= LONGEST;
        if let Some(kept) = self.kept.as_ref().filter(|_| short && query.masked().found.is_empty()) {
            kept.vectors.insert(text.to_owned(), vector.clone());
        }
    }
}

fn count(kind: &'static str, found: bool) {
    let name = if found { "hit" } else { "miss" };
    metrics::counter!("bangban_recall_total", "kind" => kind, "found" => name).increment(1);
}
