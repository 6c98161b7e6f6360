//! 内容: everyday names, everyday words, hours and days as editors change them. One writes, another one publishes; what
//! is published counts at once, and can be taken back. Before that it can be tried on what citizens asked last.

use super::lessons::Lessons;
use super::seek::{confidence, judged};
use super::{Ask, AskError, Assist, OpenError, TeachError};
use crate::desk::{Calendar, Permission, Span};
use crate::dialog::Status;
use crate::guide::Example;
use crate::search::Search;
use crate::store::{
    Account, ContentRow, ContentState, Contents as Store, Database, DatabaseError, Entry, StoreError, Written,
};
use crate::text::{Lexicon, mask};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Mutex;
use ulid::Ulid;

/// Questions on which a change is tried.
const QUESTIONS: i64 = 1000;

/// Characters of a name or a word at most.
const NAME: usize = 60;

/// What is changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// An everyday name (日常用语) of an item.
    Name {
        /// Key of the item.
        item: String,
        /// 业务办理项
        business_item: Option<String>,
        /// What people call it.
        name: String,
    },
    /// An everyday word with the official ones that it stands for.
    Synonym {
        /// What people say.
        said: String,
        /// What guides say.
        means: Vec<String>,
    },
    /// Hours of working days.
    Hours {
        /// In order; none: open whenever somebody is there.
        spans: Vec<Span>,
    },
    /// A day that is otherwise than the week says.
    Day {
        /// The day.
        day: Date,
        /// Whether people work.
        worked: bool,
        /// Why.
        note: String,
    },
}

impl Change {
    /// The word in the API and in the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Change::Name { .. } => "name",
            Change::Synonym { .. } => "synonym",
            Change::Hours { .. } => "hours",
            Change::Day { .. } => "day",
        }
    }
}

/// A change that is tried out for one question.
pub struct Trial {
    /// Corrections in place of those in use.
    pub(super) lessons: Option<Arc<Lessons>>,
    /// Everyday words in place of the published ones.
    pub(super) everyday: Option<Arc<Lexicon>>,
}

impl std::fmt::Debug for Trial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trial")
    }
}

/// How a question ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// Its status.
    pub status: Status,
    /// Key and name of the item that comes first.
    pub item: Option<(String, String)>,
    /// Chance that it is the right one.
    pub confidence: f32,
}

/// What a change would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Previewed {
    /// Different questions that were tried.
    pub questions: usize,
    /// Those that would end otherwise: the question, how often it was asked, how it ends now, how it would.
    pub changed: Vec<(String, usize, Settled, Settled)>,
    /// Days that would have other hours: the day, its hours now, its hours then; none: closed.
    pub days: Vec<(Date, Vec<Span>, Vec<Span>)>,
}

/// Days that are looked ahead for other hours.
const DAYS_AHEAD: usize = 60;

/// Hours of a day; none where nobody works.
fn hours_on(calendar: &Calendar, day: Date) -> Vec<Span> {
    if calendar.works(day) { calendar.hours.clone() } else { Vec::new() }
}

/// Days that one calendar has otherwise than another.
fn other_days(now: &Calendar, then: &Calendar, from: Date) -> Vec<(Date, Vec<Span>, Vec<Span>)> {
    let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take(DAYS_AHEAD);
    days.map(|day| (day, hours_on(now, day), hours_on(then, day)))
        .filter(|(_, now, then)| now != then)
        .collect()
}

/// What is decided on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts from now on.
    Publish,
    /// It doesn't.
    Refuse,
    /// It no longer does.
    Withdraw,
}

/// A change is not taken, or not decided.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A field can't be used: which one, and how to mend it.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// No such change.
    #[error("no change {0:?}")]
    NoSuch(String),
    /// It can't be decided so from where it stands.
    #[error("the change is {0}")]
    NotNow(&'static str),
    /// Whoever wrote it doesn't publish it.
    #[error("whoever wrote it doesn't publish it")]
    OwnChange,
    /// Neither its author nor somebody who publishes.
    #[error("neither its author nor somebody who publishes")]
    NotYours,
    /// An everyday name.
    #[error(transparent)]
    Teach(#[from] TeachError),
    /// Everyday words.
    #[error(transparent)]
    Words(#[from] crate::text::BadLexicon),
    /// Trying it.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// Trying it.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store.
    #[error(transparent)]
    Store(#[from] DatabaseError),
}

impl From<StoreError> for ContentError {
    fn from(error: StoreError) -> ContentError {
        ContentError::Teach(error.into())
    }
}

/// The calendar in use, shared by all who ask whether somebody is there.
#[derive(Clone, Debug, Default)]
pub struct SharedCalendar(Arc<RwLock<Arc<Calendar>>>);

impl SharedCalendar {
    /// One that begins so.
    pub fn of(calendar: Calendar) -> SharedCalendar {
        SharedCalendar(Arc::new(RwLock::new(Arc::new(calendar))))
    }

    /// As it is now.
    pub fn now(&self) -> Arc<Calendar> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, calendar: Calendar) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(calendar);
    }
}

/// Changes of content with their effects.
pub struct Contents {
    store: Store,
    /// As the settings have it, before any change.
    base: Calendar,
    calendar: SharedCalendar,
    /// One decision at a time: the row and its effect belong together.
    deciding: Mutex<()>,
}

impl Contents {
    /// Those of a file, with the calendar that they change.
    pub fn of(database: Database, calendar: SharedCalendar) -> Contents {
        let base = (*calendar.now()).clone();
        Contents { store: Store::of(database), base, calendar, deciding: Mutex::default() }
    }

    /// Puts into use what is published: at start, and after each decision.
    pub async fn apply(&self, assist: &Assist) -> Result<(), ContentError> {
        let mut calendar = self.base.clone();
        let mut words = String::new();
        for row in self.store.published().await? {
            match change(&row) {
                Some(Change::Synonym { said, means }) => {
                    words.push_str(&format!("{said}\t{}\n", means.join("、")));
                }
                Some(made) => alter(&mut calendar, made),
                None => {}
            }
        }
        assist.set_everyday(words)?;
        self.calendar.set(calendar);
        Ok(())
    }

    /// Takes a change in; it waits for somebody else to publish it.
    pub async fn make(
        &self,
        assist: &Assist,
        made: Change,
        by: &Account,
        now: Timestamp,
    ) -> Result<ContentRow, ContentError> {
        let made = checked(assist, made)?;
        let row = ContentRow {
            written: Written {
                id: Ulid::generate().to_string(),
                author: by.login.clone(),
                number: by.number.clone(),
                at: now,
            },
            kind: made.kind().to_owned(),
            body: serde_json::to_string(&made).unwrap_or_default(),
            state: ContentState::Open,
            decided_by: None,
            decided_at: None,
        };
        let entry = entry(by, "content.made", &row.written.id, made.kind(), now);
        self.store.add(&row, &entry).await?;
        Ok(row)
    }

    /// Changes, the newest first: in one state, of one kind, or all.
    pub async fn list(
        &self,
        state: Option<ContentState>,
        kind: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ContentRow>, DatabaseError> {
        self.store.list(state, kind, limit).await
    }

    /// Decides on a change.
    pub async fn decide(
        &self,
        assist: &Arc<Assist>,
        id: &str,
        verdict: Verdict,
        by: &Account,
        now: Timestamp,
    ) -> Result<ContentRow, ContentError> {
        let _one = self.deciding.lock().await;
        let no_such = || ContentError::NoSuch(id.to_owned());
        let row = self.store.get(id).await?.ok_or_else(no_such)?;
        let own = row.written.author == by.login;
        let publishes = by.may(Permission::ProposalsDecide);
        let (to, action) = match (row.state, verdict) {
            (ContentState::Open, Verdict::Publish) if own => return Err(ContentError::OwnChange),
            (ContentState::Open, Verdict::Withdraw) if own => (ContentState::Withdrawn, "content.withdrawn"),
            _ if !publishes => return Err(ContentError::NotYours),
            (ContentState::Open, Verdict::Publish) => (ContentState::Published, "content.published"),
            (ContentState::Open, Verdict::Refuse) => (ContentState::Refused, "content.refused"),
            (ContentState::Published, Verdict::Withdraw) => (ContentState::Withdrawn, "content.withdrawn"),
            (state, _) => return Err(ContentError::NotNow(state.word())),
        };
        // The journal first: cut off in between, the change is still as it was, and deciding again finds the journal
        // as it is.
        if let Some(Change::Name { item, business_item, name }) = change(&row) {
            let taught = assist.taught()?.iter().any(|lesson| lesson.id == id);
            match (to == ContentState::Published, taught) {
                (true, false) => {
                    let lesson = assist.lesson(&name, &item, business_item.as_deref())?;
                    assist.take_lesson(id.to_owned(), lesson, &row.written.number, now).await?;
                }
                (false, true) => assist.forget(&[id.to_owned()], &by.number, now).await?,
                _ => {}
            }
        }
        let entry = entry(by, action, id, &row.kind, now);
        if !self.store.decide(id, row.state, to, &by.number, &entry).await? {
            return Err(ContentError::NotNow(row.state.word()));
        }
        self.apply(assist).await?;
        self.store.get(id).await?.ok_or_else(no_such)
    }

    /// What a change would change of the last questions, or of the hours of the next days; `done` counts questions
    /// that were tried.
    pub async fn preview(
        &self,
        assist: &Arc<Assist>,
        id: &str,
        done: &AtomicUsize,
        today: Date,
    ) -> Result<Previewed, ContentError> {
        let row = self.store.get(id).await?.ok_or_else(|| ContentError::NoSuch(id.to_owned()))?;
        let trial = match change(&row) {
            Some(made @ (Change::Name { .. } | Change::Synonym { .. })) => {
                let words = self.words_with(&made).await?;
                let assist = assist.clone();
                let made = tokio::task::spawn_blocking(move || assist.trial(&made, &words)).await;
                Arc::new(made.map_err(AskError::from)??)
            }
            Some(made) => {
                let now = self.calendar.now();
                let mut then = (*now).clone();
                alter(&mut then, made);
                let days = other_days(&now, &then, today);
                return Ok(Previewed { questions: 0, changed: Vec::new(), days });
            }
            None => return Err(ContentError::NoSuch(id.to_owned())),
        };
        let mut counted: HashMap<String, usize> = HashMap::new();
        let mut order = Vec::new();
        for question in self.store.questions(QUESTIONS).await? {
            let count = counted.entry(question.clone()).or_default();
            *count += 1;
            if *count == 1 {
                order.push(question);
            }
        }
        let mut changed = Vec::new();
        for question in &order {
            let before = assist.settled(question, None).await?;
            let after = assist.settled(question, Some(trial.clone())).await?;
            if (&before.status, &before.item) != (&after.status, &after.item) {
                changed.push((question.clone(), counted[question], before, after));
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
        changed.sort_by_key(|(_, count, ..)| std::cmp::Reverse(*count));
        Ok(Previewed { questions: order.len(), changed, days: Vec::new() })
    }

    /// Published everyday words with one change more, as lines.
    async fn words_with(&self, made: &Change) -> Result<String, DatabaseError> {
        let mut lines = String::new();
        let published = self.store.published().await?;
        for one in published.iter().filter_map(change).chain([made.clone()]) {
            if let Change::Synonym { said, means } = one {
                lines.push_str(&format!("{said}\t{}\n", means.join("、")));
            }
        }
        Ok(lines)
    }
}

/// What a row says; `None` where this program doesn't know such changes.
pub fn change(row: &ContentRow) -> Option<Change> {
    serde_json::from_str(&row.body).ok()
}

/// What a change makes of a calendar.
fn alter(calendar: &mut Calendar, made: Change) {
    match made {
        Change::Hours { spans } => calendar.hours = spans,
        Change::Day { day, worked, .. } => {
            let (into, out_of) = match worked {
                true => (&mut calendar.make_up, &mut calendar.days_off),
                false => (&mut calendar.days_off, &mut calendar.make_up),
            };
            out_of.remove(&day);
            into.insert(day);
        }
        // Names stand in the journal of corrections, words in the analysis.
        Change::Name { .. } | Change::Synonym { .. } => {}
    }
}

/// A change that can be taken: what it names is there, personal data are out.
fn checked(assist: &Assist, made: Change) -> Result<Change, ContentError> {
    let short = |field: &'static str, text: &str| {
        let text = mask(text.trim()).text;
        match text.chars().count() {
            1..=NAME if !text.contains(['\t', '\n', '、']) => Ok(text),
            _ => Err(ContentError::Field(field, format!("应为 1 到 {NAME} 个字，不含顿号和换行"))),
        }
    };
    Ok(match made {
        Change::Name { item, business_item, name } => {
            let lesson = assist.lesson(&short("name", &name)?, &item, business_item.as_deref())?;
            Change::Name { item: lesson.item.to_string(), business_item, name: lesson.question }
        }
        Change::Synonym { said, means } => {
            if means.is_empty() || means.len() > 8 {
                return Err(ContentError::Field("means", "请给出 1 到 8 个规范词".into()));
            }
            let means = means.iter().map(|word| short("means", word)).collect::<Result<_, _>>()?;
            Change::Synonym { said: short("said", &said)?, means }
        }
        hours @ Change::Hours { .. } => hours,
        Change::Day { day, worked, note } => Change::Day { day, worked, note: short("note", &note)? },
    })
}

fn entry(by: &Account, action: &'static str, id: &str, kind: &str, at: Timestamp) -> Entry {
    let detail = format!("kind={kind}");
    Entry { actor: by.login.clone(), action, subject: format!("content:{id}"), detail, at }
}

fn dress(search: &Search, lines: &str) {
    match search.analyzer().everyday(lines) {
        Ok(words) => search.analyzer().publish(words),
        Err(error) => tracing::error!(%error, "published everyday words can't be used"),
    }
}

impl Assist {
    /// Puts published everyday words into use, `everyday<TAB>official` a line.
    fn set_everyday(&self, lines: String) -> Result<(), ContentError> {
        // Held to the end: a generation that comes into service now must have them, too.
        let mut published = self.everyday.write().unwrap_or_else(PoisonError::into_inner);
        let search = self.search();
        search.analyzer().publish(search.analyzer().everyday(&lines)?);
        *published = lines;
        self.recall.forget();
        Ok(())
    }

    /// Brings a generation into service with the everyday words that are published, and with what was taught.
    pub(super) fn put_in_service(&self, fresh: Arc<Search>) -> Result<(), OpenError> {
        let words = self.everyday.read().unwrap_or_else(PoisonError::into_inner).clone();
        dress(&fresh, &words);
        // What was taught is ready before the first question is asked of the new generation.
        self.learn_for(&fresh)?;
        let now = self.everyday.read().unwrap_or_else(PoisonError::into_inner);
        if *now != words {
            dress(&fresh, &now);
        }
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        drop(now);
        self.recall.forget();
        Ok(())
    }

    /// A change, ready to be tried out.
    fn trial(&self, made: &Change, words: &str) -> Result<Trial, ContentError> {
        let search = self.search();
        let lessons = match made {
            Change::Name { item, business_item, name } => {
                let lesson = self.lesson(name, item, business_item.as_deref())?;
                let example = Example {
                    question: lesson.question,
                    item: lesson.name,
                    business_item: lesson.business_item,
                    author: None,
                    at: None,
                };
                Some(self.lessons_with(&search, &example)?)
            }
            _ => None,
        };
        Ok(Trial { lessons, everyday: search.analyzer().everyday(words)? })
    }

    /// How a question ends, with a change that is tried out or without.
    async fn settled(&self, question: &str, trial: Option<Arc<Trial>>) -> Result<Settled, AskError> {
        let search = self.search();
        let ask = Ask { text: question.to_owned(), trial, ..Ask::default() };
        let sought = self.seek(&search, &ask, 5).await?;
        let judged = judged(&sought.hits, &self.thresholds);
        let first = sought.hits.fused.first().and_then(|found| search.item(found.item));
        Ok(Settled {
            status: super::status(&sought.understood, judged.status, true),
            item: first.map(|item| (item.key.to_string(), item.name.clone())),
            confidence: confidence(&sought.hits),
        })
    }
}
