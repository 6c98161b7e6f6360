//! From a question to ranked items: words, meaning, place, and what it may have meant by its sound.

use super::{Ask, AskError, Assist, Timings};
use crate::dialog::{Candidate, Evidence, Judgement, Route, Thresholds, Understood, judge};
use crate::embed::{EmbedError, Vector};
use crate::guide::RegionCode;
use crate::search::{ByWords, Context, Hits, Reading, SAME, Search, SearchError};
use crate::text::Query;
use std::sync::Arc;
use std::time::Instant;

/// What was found for a question, before any judgement.
#[derive(Clone)]
pub(super) struct Sought {
    pub query: Query,
    /// The question as the model sees it.
    pub vector: Option<Vector>,
    pub understood: Understood,
    pub hits: Hits,
    pub heard: Option<String>,
    pub region: Option<RegionCode>,
    pub region_choices: Vec<RegionCode>,
    pub keywords_only: bool,
    pub timings: Timings,
}

/// What a search goes by.
struct Means {
    query: Query,
    /// What its words find, where that was looked up already.
    by_words: Option<ByWords>,
    vector: Option<Vector>,
}

/// Readings by sound that are tried where the question itself finds nothing sure.
const READINGS: usize = 3;

/// Longer texts are not tried by their sound.
const READ_TWICE: usize = 32;

/// What a reading is trusted at least, beside what its sound is worth.
const READING_TRUST: f32 = 0.6;

impl Assist {
    /// Finds items for a question, or gives what was found for it before; at most `limit`.
    pub(super) async fn seek(
        &self,
        search: &Arc<Search>,
        ask: &Ask,
        limit: usize,
    ) -> Result<Sought, AskError> {
        let started = Instant::now();
        let Some(name) = self.recall.name(search, ask, limit) else {
            return self.seek_anew(search, ask, limit).await;
        };
        if let Some(known) = self.recall.sought(&name) {
            let timings = Timings { total: started.elapsed(), ..Timings::default() };
            return Ok(Sought { timings, ..Sought::clone(&known) });
        }
        let sought = self.seek_anew(search, ask, limit).await?;
        self.recall.keep(name, &sought, !sought.keywords_only || self.usable(search).is_none());
        Ok(sought)
    }

    async fn seek_anew(&self, search: &Arc<Search>, ask: &Ask, limit: usize) -> Result<Sought, AskError> {
        let started = Instant::now();
        let query = match &ask.trial {
            Some(trial) => search.analyzer().query_under(&ask.text, trial.everyday.as_deref()),
            None => search.analyzer().query(&ask.text),
        };
        let (named, region_choices) = places(search, &query, ask.region.as_ref());
        let region = named.or_else(|| ask.region.clone());
        let mut timings = Timings { words: started.elapsed(), ..Timings::default() };
        // Words are looked up beside the model: on another core, where one is free.
        let by_words = (!is_code(&query)).then(|| {
            let (search, query) = (search.clone(), query.clone());
            tokio::task::spawn_blocking(move || search.by_words(&query))
        });
        let vector = self.vector(search, &query, &mut timings).await;
        let keywords_only = vector.is_none();
        let understood = self.understand(&query, vector.as_ref());
        let mut sought = Sought {
            hits: Hits::default(),
            heard: None,
            region_choices,
            keywords_only,
            vector: vector.clone(),
            understood,
            region,
            query,
            timings,
        };
        // Nothing may come before the emergency numbers, not even a search, unless it could be a mistake.
        if !sought.understood.is_danger() {
            let by_words = match by_words {
                Some(lookup) => Some(lookup.await??),
                None => None,
            };
            let means = Means { query: sought.query.clone(), by_words, vector };
            sought.hits = self.find(search, means, ask, sought.region.clone(), limit).await?;
            self.listen(search, ask, &mut sought, limit).await?;
            let found = evidence(&sought.hits, &sought.query);
            // A name or a known question, but for a particle: people have said what it is.
            match found.nearest >= SAME || (is_code(&sought.query) && found.confidence > 0.0) {
                true => sought.understood.route = Route::Item,
                false => self.understanding.weigh(&mut sought.understood, found),
            }
        }
        if sought.understood.route == Route::Emergency {
            sought.hits = Hits::default();
            sought.heard = None;
        }
        if let Some(person) = ask.person {
            prefer_audience(search, &mut sought.hits, person);
        }
        sought.timings.total = started.elapsed();
        sought.timings.search = sought.timings.total - sought.timings.words - sought.timings.model;
        Ok(sought)
    }

    /// Where the question finds nothing sure, tries what it may have meant by its sound.
    async fn listen(
        &self,
        search: &Arc<Search>,
        ask: &Ask,
        sought: &mut Sought,
        limit: usize,
    ) -> Result<(), AskError> {
        let best = confidence(&sought.hits);
        let sure = best >= self.thresholds.sure;
        let trust = |reading: &Reading| READING_TRUST + (1.0 - READING_TRUST) * reading.weight;
        let mut readings = search.readings(&sought.query, READINGS);
        // Latin letters that spell a term are no words of the question: what was found was found without them.
        // In a long story one slip counts for little, and reading it twice takes longest.
        let short = sought.query.search_text().chars().count() <= READ_TWICE;
        readings.retain(|reading| reading.latin || (!sure && short));
        if readings.len() > 1 {
            // The model would take longer for all of them than the asker waits: words choose one.
            let mut worth = Vec::with_capacity(readings.len());
            for reading in readings {
                let query = search.analyzer().query(&reading.text);
                let means = Means { query, by_words: None, vector: None };
                let hits = self.find(search, means, ask, sought.region.clone(), 1).await?;
                worth.push((confidence(&hits) * trust(&reading), reading));
            }
            // The first of equals: it sounds nearest.
            let first = worth.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
            readings = first.into_iter().map(|(_, reading)| reading).collect();
        }
        for reading in readings {
            let query = search.analyzer().query(&reading.text);
            let vector = self.vector(search, &query, &mut sought.timings).await;
            let understood = self.understand(&query, vector.as_ref());
            let means = Means { query, by_words: None, vector };
            let mut hits = self.find(search, means, ask, sought.region.clone(), limit).await?;
            hits.fused.iter_mut().for_each(|f| f.confidence *= trust(&reading));
            if confidence(&hits) > best || (reading.latin && sought.heard.is_none()) {
                sought.hits = hits;
                sought.heard = Some(reading.text);
                sought.understood = understood;
            }
        }
        Ok(())
    }

    fn understand(&self, query: &Query, vector: Option<&Vector>) -> Understood {
        let model = self.embedder.as_ref().map_or("", |e| e.model_id());
        self.understanding.understand(query.meaning_text(), vector.map(|v| (model, v.as_slice())))
    }

    async fn find(
        &self,
        search: &Arc<Search>,
        means: Means,
        ask: &Ask,
        region: Option<RegionCode>,
        limit: usize,
    ) -> Result<Hits, AskError> {
        let lessons = ask.trial.as_ref().and_then(|trial| trial.lessons.clone());
        let (search, lessons, person) =
            (search.clone(), lessons.unwrap_or_else(|| self.lessons()), ask.person);
        let hits = tokio::task::spawn_blocking(move || -> Result<Hits, SearchError> {
            let Means { query, by_words, vector } = means;
            if let Some(hits) = direct(&search, &query)? {
                return Ok(hits);
            }
            let learned = lessons.rows_for(&search);
            let context = Context { place: region.as_ref(), person, learned };
            let by_words = by_words.map_or_else(|| search.by_words(&query), Ok)?;
            search.rank(&query, &by_words, vector.as_ref(), &context, limit)
        })
        .await??;
        Ok(hits)
    }

    /// Texts as the model sees questions; `None` without a model.
    pub(super) async fn meanings(&self, texts: Vec<String>) -> Result<Option<Vec<Vector>>, AskError> {
        let search = self.search();
        let Some(embedder) = self.usable(&search).cloned() else { return Ok(None) };
        let read = move || -> Result<Vec<Vector>, EmbedError> {
            let texts: Vec<String> =
                texts.iter().map(|text| search.analyzer().query(text).meaning_text().to_owned()).collect();
            embedder.embed_queries(&texts)
        };
        match tokio::task::spawn_blocking(read).await? {
            Ok(vectors) => Ok(Some(vectors)),
            Err(error) => {
                tracing::warn!(%error, "the model failed; grouping by words alone");
                Ok(None)
            }
        }
    }

    pub(super) async fn vector(
        &self,
        search: &Search,
        query: &Query,
        timings: &mut Timings,
    ) -> Option<Vector> {
        let started = Instant::now();
        let embedder = self.usable(search)?;
        if let Some(known) = self.recall.vector(query.meaning_text()) {
            return Some(known);
        }
        metrics::counter!("bangban_model_questions_total").increment(1);
        let vector = match embedder.embed_query(query.meaning_text()).await {
            Ok(vector) => {
                self.recall.keep_vector(query, &vector);
                Some(vector)
            }
            Err(EmbedError::Busy { .. }) => {
                metrics::counter!("bangban_model_busy_total").increment(1);
                None
            }
            Err(error) => {
                tracing::error!(%error, "the model failed; searching by words alone");
                None
            }
        };
        timings.model += started.elapsed();
        vector
    }
}

/// How sure the first one found is; nothing found is not sure at all.
pub(super) fn confidence(hits: &Hits) -> f32 {
    hits.fused.first().map_or(0.0, |found| found.confidence)
}

/// What comes of what was found: sure, twins, unclear or nothing.
pub(super) fn judged(hits: &Hits, thresholds: &Thresholds) -> Judgement {
    let candidates: Vec<Candidate> =
        hits.fused.iter().map(|found| Candidate { confidence: found.confidence }).collect();
    judge(&candidates, thresholds)
}

/// What the search says of the question itself.
pub fn evidence(hits: &Hits, query: &Query) -> Evidence {
    let first = hits.fused.first();
    Evidence {
        confidence: confidence(hits),
        nearest: first.and_then(|f| f.vector).unwrap_or(0.0),
        length: (query.search_text().chars().count() as f32).ln_1p(),
    }
}

/// Whether a question is nothing but a code.
fn is_code(query: &Query) -> bool {
    let text = query.search_text();
    text.len() >= 8
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// A question that is nothing but a code finds the item with that code.
fn direct(search: &Search, query: &Query) -> Result<Option<Hits>, SearchError> {
    if !is_code(query) {
        return Ok(None);
    }
    let text = query.search_text();
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

/// Every place that a text may name: one where it is plain, several where a name fits several.
pub(super) fn places_of(search: &Search, query: &Query, asked_from: Option<&RegionCode>) -> Vec<RegionCode> {
    match places(search, query, asked_from) {
        (Some(place), _) => vec![place],
        (None, several) => several,
    }
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
