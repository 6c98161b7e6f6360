//! Where it meets: a question goes in, an answer of guide fields comes out.
//!
//! One path serves the API, the command line and the evaluation.

mod answer;
mod import;
mod lookup;

pub use answer::{Answer, CandidateItem, ItemView, PlaceName, Timings};
pub use import::{ImportError, Sources, Step, import};
pub use lookup::{CompareColumn, Compared, ThemeView};

use crate::dialog::{Candidate, Status, Thresholds, Verdict, judge};
use crate::embed::{EmbedError, Embedder, Vector};
use crate::guide::{Answers, ITEM, RegionCode};
use crate::search::{Hits, Search, SearchError};
use crate::text::Query;
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

/// What can go wrong on the way to an answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No item has this code.
    #[error("no item with code {0:?}")]
    NoSuchItem(String),
    /// The divisions file has no such place.
    #[error("no division with code {0:?}")]
    NoSuchRegion(String),
    /// Every guide of the item is suspended, cancelled or out of date.
    #[error("item {0:?} has no guide in force")]
    NotInForce(String),
    /// A worker thread ended early.
    #[error("a search thread ended early: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// A question with what is known of the asker.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The question in the asker's words.
    pub text: String,
    /// The asker's place; a place named in the question goes first.
    pub region: Option<RegionCode>,
    /// `true` for a private person, `false` for a firm.
    pub person: Option<bool>,
    /// Answers to 情形 questions.
    pub answers: Answers,
    /// How many candidates at most.
    pub limit: usize,
}

/// Owns the index in service and the model.
pub struct Assist {
    root: PathBuf,
    live: RwLock<Arc<Search>>,
    embedder: Option<Embedder>,
    thresholds: Thresholds,
}

impl Assist {
    /// Opens the current generation. Without a model, or with one that the index was not made with,
    /// search goes by words alone, and says so.
    pub fn open(
        root: &Path,
        embedder: Option<Embedder>,
        thresholds: Thresholds,
    ) -> Result<Assist, SearchError> {
        let search = Search::open(root)?;
        Ok(Assist { root: root.to_owned(), live: RwLock::new(Arc::new(search)), embedder, thresholds })
    }

    /// The generation in service.
    pub fn search(&self) -> Arc<Search> {
        // A poisoned lock still holds a whole snapshot: the swap is one assignment.
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the generation that `CURRENT` names now, if it is another one; readers finish on the old one.
    pub fn refresh(&self) -> Result<bool, SearchError> {
        let served = self.search().manifest().generation.clone();
        if crate::search::current(&self.root)?.as_deref() == Some(served.as_str()) {
            return Ok(false);
        }
        let fresh = Arc::new(Search::open(&self.root)?);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }

    /// Whether questions are understood by meaning, not by words alone.
    pub fn has_model(&self) -> bool {
        self.usable(&self.search()).is_some()
    }

    fn usable(&self, search: &Search) -> Option<&Embedder> {
        self.embedder.as_ref().filter(|e| search.manifest().model.as_deref() == Some(e.model_id()))
    }

    /// Answers a question.
    pub async fn ask(&self, ask: Ask, today: Date) -> Result<Answer, AskError> {
        let started = Instant::now();
        let search = self.search();
        let query = search.analyzer().query(&ask.text);
        let mut timings = Timings { words: started.elapsed(), ..Timings::default() };
        let vector = self.vector(&search, &query, &mut timings).await;
        let thresholds = self.thresholds;
        let answer = tokio::task::spawn_blocking(move || {
            answer(&search, &ask, query, vector, thresholds, timings, today)
        })
        .await??;
        Ok(answer)
    }

    async fn vector(&self, search: &Search, query: &Query, timings: &mut Timings) -> Option<Vector> {
        let started = Instant::now();
        let vector = match self.usable(search)?.embed_query(query.meaning_text()).await {
            Ok(vector) => Some(vector),
            Err(EmbedError::Busy { .. }) => {
                metrics::counter!("bangban_model_busy_total").increment(1);
                None
            }
            Err(error) => {
                tracing::error!(%error, "the model failed; searching by words alone");
                None
            }
        };
        timings.model = started.elapsed();
        vector
    }
}

/// Everything after the model: search, judgement, place, card.
fn answer(
    search: &Search,
    ask: &Ask,
    query: Query,
    vector: Option<Vector>,
    thresholds: Thresholds,
    mut timings: Timings,
    today: Date,
) -> Result<Answer, AskError> {
    let started = Instant::now();
    let limit = ask.limit.clamp(1, 20);
    let mut hits = match direct(search, &query)? {
        Some(hits) => hits,
        None => search.find(&query, vector.as_ref(), limit + 5)?,
    };
    if let Some(person) = ask.person {
        prefer_audience(search, &mut hits, person);
    }
    timings.search = started.elapsed();

    let (named, choices) = places(search, &query, ask.region.as_ref());
    let region = named.or_else(|| ask.region.clone());
    let candidates: Vec<Candidate> =
        hits.fused.iter().map(|f| Candidate { confidence: f.confidence }).collect();
    let judgement = judge(&candidates, &thresholds);
    let view = match (judgement.verdict, hits.fused.first()) {
        (Verdict::Sure, Some(first)) => {
            let mut answers = ask.answers.clone();
            if let (None, Some(case)) = (answers.get(ITEM), &first.business_item) {
                answers.choose(ITEM, case);
            }
            lookup::view(search, first.item, region.as_ref(), &answers, today)?
        }
        _ => None,
    };
    // An item whose guides are all out of force can be named, not answered from.
    let status = match judgement.status {
        Status::Answered if view.is_none() => Status::Candidates,
        status => status,
    };
    let shown = match judgement.verdict {
        Verdict::Twins(n) => n,
        Verdict::Nothing => 0,
        _ => limit,
    };
    let skip = usize::from(view.is_some());
    let listed = hits
        .fused
        .iter()
        .skip(skip)
        .take(shown)
        .filter_map(|found| lookup::candidate(search, found))
        .collect();
    timings.total = started.elapsed() + timings.words + timings.model;
    Ok(Answer {
        status,
        confidence: candidates.first().map_or(0.0, |c| c.confidence),
        region: region.map(|code| lookup::place_name(search, &code)),
        region_choices: choices.iter().map(|code| lookup::place_name(search, code)).collect(),
        view,
        candidates: listed,
        keywords_only: vector.is_none(),
        query,
        hits,
        timings,
    })
}

/// A question that is nothing but a code finds the item with that code.
fn direct(search: &Search, query: &Query) -> Result<Option<Hits>, SearchError> {
    let text = query.search_text();
    let like_a_code = text.len() >= 8
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !like_a_code {
        return Ok(None);
    }
    let exact = search.by_code(text, true, 5)?;
    let found = if exact.is_empty() { search.by_code(text, false, 5)? } else { exact };
    Ok((!found.is_empty()).then(|| Hits::by_code(&found)))
}

/// Items for the other kind of applicant step back; none is dropped.
fn prefer_audience(search: &Search, hits: &mut Hits, person: bool) {
    for found in &mut hits.fused {
        let audience = search.item(found.item).map_or(&[][..], |i| &i.audience);
        if !audience.is_empty() && !audience.iter().any(|a| a.is_person() == person) {
            found.confidence *= 0.5;
        }
    }
    hits.fused.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}

/// The place named in the question, or the places that the name may mean.
fn places(
    search: &Search,
    query: &Query,
    asked_from: Option<&RegionCode>,
) -> (Option<RegionCode>, Vec<RegionCode>) {
    let Some(candidates) = query.finest_place() else {
        return (None, Vec::new());
    };
    let known: Vec<RegionCode> =
        candidates.iter().filter(|code| search.regions().get(code).is_some()).cloned().collect();
    if let [only] = known.as_slice() {
        return (Some(only.clone()), Vec::new());
    }
    // The asker's own league settles which 前旗 is meant.
    if let Some(home) = asked_from {
        let near: Vec<&RegionCode> =
            known.iter().filter(|code| home.line().any(|up| up.level() > 2 && code.is_within(&up))).collect();
        if let [only] = near.as_slice() {
            return (Some((*only).clone()), Vec::new());
        }
    }
    (None, known)
}
