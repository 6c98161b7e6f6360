//! Learning from use: an accepted correction counts at once, and can be taken back.

use super::{Assist, OpenError};
use crate::embed::{EmbedError, Vector};
use crate::guide::{Example, ItemKey};
use crate::search::{Label, LabelKind, Search, Vectors};
use crate::store::{Learned, StoreError};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

/// Why something could not be taught.
#[derive(Debug, thiserror::Error)]
pub enum TeachError {
    /// No item has this key.
    #[error("no item with code {0:?}")]
    NoSuchItem(String),
    /// The item has no such case.
    #[error("the item has no business item {0:?}")]
    NoSuchCase(String),
    /// Nothing to learn from.
    #[error("the question is empty")]
    Empty,
    /// The journal.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Taking it into service.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A question that means an item, ready to be taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The question without personal data.
    pub question: String,
    /// The item.
    pub item: ItemKey,
    /// Its official name.
    pub name: String,
    /// 业务办理项
    pub business_item: Option<String>,
}

/// Accepted corrections as rows beside those of a generation.
#[derive(Default)]
pub(super) struct Lessons {
    generation: String,
    /// Length of the journal when it was read.
    length: u64,
    rows: Option<Vectors>,
    /// Vectors by the text that the model saw, kept when the journal is read anew.
    known: HashMap<String, Vec<f32>>,
    /// Names of the generation's bundles, beside the bundle's place in its list.
    bundles: Arc<Bundles>,
}

/// Names of bundles as the model saw them.
#[derive(Default)]
struct Bundles {
    texts: Vec<String>,
    vectors: Vec<(usize, Vector)>,
}

impl Lessons {
    /// The rows, if they were made for this generation.
    pub fn rows_for(&self, search: &Search) -> Option<&Vectors> {
        self.rows.as_ref().filter(|_| self.generation == search.manifest().generation)
    }

    /// The bundles' names, if they are of this generation.
    pub fn bundles_of(&self, search: &Search) -> &[(usize, Vector)] {
        if self.generation == search.manifest().generation { &self.bundles.vectors } else { &[] }
    }
}

impl Assist {
    pub(super) fn lessons(&self) -> Arc<Lessons> {
        self.lessons.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the journal if it or the generation has changed. Corrections of items that are gone wait in the journal.
    pub(super) fn learn(&self) -> Result<(), OpenError> {
        self.learn_for(&self.search())
    }

    /// The same for a generation that is to go into service.
    pub(super) fn learn_for(&self, search: &Search) -> Result<(), OpenError> {
        let before = self.lessons();
        let length = self.journal.length();
        let generation = search.manifest().generation.clone();
        if before.generation == generation && before.length == length {
            return Ok(());
        }
        let bundles = match before.generation == generation {
            true => before.bundles.clone(),
            false => self.bundles(search, &before.bundles)?,
        };
        let mut fresh = Lessons { generation, length, bundles, ..Lessons::default() };
        let learned = self.journal.read()?;
        let examples: Vec<&Example> = learned.iter().map(|l| &l.example).collect();
        self.fill(search, &mut fresh, &before, &examples)?;
        let mut held = self.lessons.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have read a longer journal meanwhile.
        if held.generation != fresh.generation || held.length <= fresh.length {
            *held = Arc::new(fresh);
        }
        drop(held);
        self.recall.forget();
        Ok(())
    }

    /// The corrections in use with one more: to see what it would change.
    pub(super) fn lessons_with(&self, search: &Search, one: &Example) -> Result<Arc<Lessons>, OpenError> {
        let before = self.lessons();
        let learned = self.journal.read()?;
        let mut examples: Vec<&Example> = learned.iter().map(|l| &l.example).collect();
        examples.push(one);
        let mut tried = Lessons {
            generation: search.manifest().generation.clone(),
            length: before.length,
            bundles: before.bundles.clone(),
            ..Lessons::default()
        };
        self.fill(search, &mut tried, &before, &examples)?;
        Ok(Arc::new(tried))
    }

    /// Makes the rows of these examples; what was known before is not read by the model again.
    fn fill(
        &self,
        search: &Search,
        fresh: &mut Lessons,
        before: &Lessons,
        examples: &[&Example],
    ) -> Result<(), OpenError> {
        let Some(embedder) = self.usable(search) else { return Ok(()) };
        let texts: Vec<String> = examples
            .iter()
            .map(|example| search.analyzer().query(&example.question).meaning_text().to_owned())
            .collect();
        let new: Vec<String> = texts.iter().filter(|t| !before.known.contains_key(*t)).cloned().collect();
        let vectors = if new.is_empty() { Vec::new() } else { embedder.embed_queries(&new)? };
        let made: HashMap<&String, Vec<f32>> =
            new.iter().zip(vectors.iter().map(|v| v.as_slice().to_vec())).collect();
        let mut rows = Vectors::new(search.manifest().dimensions);
        for (example, text) in examples.iter().zip(&texts) {
            let Some(item) = search.named(&example.item) else { continue };
            let Some(vector) = before.known.get(text).or_else(|| made.get(text)) else { continue };
            let cases = search.item(item).map_or(&[][..], |i| &i.business_items);
            let case = example
                .business_item
                .as_ref()
                .and_then(|name| cases.iter().position(|case| case.name == *name).map(|at| at as u32));
            let label = Label { item, kind: LabelKind::Example, case, text: text.clone() };
            rows.push(label, vector)?;
            fresh.known.insert(text.clone(), vector.clone());
        }
        fresh.rows = Some(rows);
        Ok(())
    }

    /// What bundles are called, as vectors; the same as before where the names are.
    fn bundles(&self, search: &Search, before: &Arc<Bundles>) -> Result<Arc<Bundles>, OpenError> {
        let Some(embedder) = self.usable(search) else {
            return Ok(Arc::default());
        };
        let (mut owners, mut texts) = (Vec::new(), Vec::new());
        for (at, theme) in search.themes().iter().enumerate() {
            for name in std::iter::once(&theme.name).chain(&theme.common_names) {
                owners.push(at);
                texts.push(search.analyzer().query(name).meaning_text().to_owned());
            }
        }
        let same = before.texts == texts && before.vectors.iter().map(|(at, _)| at).eq(&owners);
        if same {
            return Ok(before.clone());
        }
        let vectors = owners.into_iter().zip(embedder.embed_queries(&texts)?).collect();
        Ok(Arc::new(Bundles { texts, vectors }))
    }

    /// A question that means an item, ready to be taught: the item is there, personal data are taken out. `item` is a
    /// key or a code.
    pub fn lesson(
        &self,
        question: &str,
        item: &str,
        business_item: Option<&str>,
    ) -> Result<Lesson, TeachError> {
        let search = self.search();
        let found = search
            .key(&ItemKey::from_text(item))
            .or_else(|| search.by_code(item, true, 1).ok()?.first().copied())
            .and_then(|at| search.item(at))
            .ok_or_else(|| TeachError::NoSuchItem(item.to_owned()))?;
        if let Some(case) = business_item.filter(|case| !found.business_items.iter().any(|b| b.name == *case))
        {
            return Err(TeachError::NoSuchCase(case.to_owned()));
        }
        // Blanked, not starred: what is left of a number would be learned as a word of the question.
        let blanked = search.analyzer().query(question).masked().blanked(question);
        let question = blanked.split_whitespace().collect::<Vec<_>>().join(" ");
        if question.is_empty() {
            return Err(TeachError::Empty);
        }
        Ok(Lesson {
            question,
            item: found.key.clone(),
            name: found.name.clone(),
            business_item: business_item.map(str::to_owned),
        })
    }

    /// Takes a question in as meaning an item; it counts from now on. Personal data are masked first.
    pub async fn teach(
        self: &Arc<Assist>,
        question: &str,
        item: &ItemKey,
        business_item: Option<String>,
        author: &str,
        at: Timestamp,
    ) -> Result<Learned, TeachError> {
        let lesson = self.lesson(question, item.as_str(), business_item.as_deref())?;
        self.take_lesson(ulid::Ulid::generate().to_string(), lesson, author, at).await
    }

    /// Takes a lesson in under an id.
    pub(super) async fn take_lesson(
        self: &Arc<Assist>,
        id: String,
        lesson: Lesson,
        author: &str,
        at: Timestamp,
    ) -> Result<Learned, TeachError> {
        let example = Example {
            question: lesson.question,
            item: lesson.name,
            business_item: lesson.business_item,
            author: Some(author.to_owned()),
            at: Some(at),
        };
        let learned = self.journal.add(id, example)?;
        self.take_in().await?;
        Ok(learned)
    }

    /// Everything taught and not taken back, oldest first.
    pub fn taught(&self) -> Result<Vec<Learned>, StoreError> {
        self.journal.read()
    }

    /// Takes corrections back; they stop counting at once.
    pub async fn forget(
        self: &Arc<Assist>,
        ids: &[String],
        author: &str,
        at: Timestamp,
    ) -> Result<(), TeachError> {
        self.journal.remove(ids, author, at)?;
        self.take_in().await
    }

    async fn take_in(self: &Arc<Assist>) -> Result<(), TeachError> {
        let assist = self.clone();
        let learned = tokio::task::spawn_blocking(move || assist.learn()).await;
        learned.map_err(|_| OpenError::from(EmbedError::Stopped))??;
        Ok(())
    }
}
