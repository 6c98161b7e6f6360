//! 好差评 as the house takes them: checked, masked, kept; a bad one is settled by somebody, by a day.

use super::{SharedCalendar, words};
use crate::config::RatingRules;
use crate::desk::{About, due, level};
use crate::store::{
    Account, Database, DatabaseError, Entry, GiveError, NewRating, Outcome, Rating, Ratings as Store,
    SettleError, WorkItem,
};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// What a citizen rates.
#[derive(Clone, Debug)]
pub struct Rated {
    /// An answer or a service.
    pub about: About,
    /// Number of the rated message, for an answer.
    pub seq: Option<i64>,
    /// One to five.
    pub stars: u8,
    /// Ids of reasons.
    pub reasons: Vec<String>,
    /// Words.
    pub words: Option<String>,
}

/// A rating is not taken.
#[derive(Debug, thiserror::Error)]
pub enum RateError {
    /// A field can't be used: which one, and how to mend it.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// The store.
    #[error(transparent)]
    Store(#[from] GiveError),
}

/// A work item is not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleFault {
    /// A field can't be used: which one, and how to mend it.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// The store.
    #[error(transparent)]
    Store(#[from] SettleError),
}

/// Ratings with their rules.
pub struct Ratings {
    store: Store,
    rules: RatingRules,
    /// Days that words are kept.
    words_days: u32,
    calendar: SharedCalendar,
}

impl Ratings {
    /// Those of a file. The calendar says which days are worked.
    pub fn of(database: Database, rules: RatingRules, words_days: u32, calendar: SharedCalendar) -> Ratings {
        Ratings { store: Store::of(database), rules, words_days, calendar }
    }

    /// Deletes the words of ratings as old as those of conversations, once nothing is left to be settled. Tells how
    /// many.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, DatabaseError> {
        let kept = SignedDuration::from_hours(24 * i64::from(self.words_days));
        self.store.forget(now.checked_sub(kept).unwrap_or(Timestamp::MIN)).await
    }

    /// What is kept of ratings.
    pub fn kept(&self) -> &Store {
        &self.store
    }

    /// Takes a rating of a conversation whose owner has been told from others before.
    pub async fn give(
        &self,
        conversation: &str,
        rated: Rated,
        now: Timestamp,
        today: Date,
    ) -> Result<Rating, RateError> {
        let Rated { about, seq, stars, mut reasons, words } = rated;
        let wrong = |field, what: &str| Err(RateError::Field(field, what.to_owned()));
        if level(stars).is_none() {
            return wrong("stars", "应为 1 到 5 的整数");
        }
        let seq = match (about, seq) {
            (About::Answer, Some(seq)) => seq,
            (About::Service, None) => 0,
            (About::Answer, None) => return wrong("seq", "评价回答时请填这条回答的 seq"),
            (About::Service, Some(_)) => return wrong("seq", "评价人工服务时不填 seq"),
        };
        reasons.sort_unstable();
        reasons.dedup();
        if reasons.iter().any(|id| !about.reasons().iter().any(|(known, _)| known == id)) {
            return wrong("reasons", "没有这样的原因；请用 /api/v1/ratings/reasons 里的 id");
        }
        let words = words::kept(words.as_deref()).map_err(|what| RateError::Field("text", what))?;
        let new = NewRating {
            conversation,
            about,
            seq,
            stars,
            reasons: &reasons,
            words: words.as_deref(),
            due_on: due(&self.calendar.now(), today, self.rules.settle_days),
            at: now,
        };
        Ok(self.store.give(&new).await?)
    }

    /// Settles a work item.
    pub async fn settle(
        &self,
        id: &str,
        outcome: &str,
        note: Option<String>,
        by: &Account,
        now: Timestamp,
    ) -> Result<WorkItem, SettleFault> {
        let Some(outcome) = Outcome::parse(outcome) else {
            let mend = "应为 mended、explained、not_reached、duplicate 或 abuse".to_owned();
            return Err(SettleFault::Field("outcome", mend));
        };
        let note = words::kept(note.as_deref()).map_err(|what| SettleFault::Field("note", what))?;
        let entry = Entry {
            actor: by.login.clone(),
            action: "work_item.settled",
            subject: format!("work_item:{id}"),
            detail: format!("outcome={}", outcome.word()),
            at: now,
        };
        Ok(self.store.settle(id, outcome, note.as_deref(), &by.number, &entry).await?)
    }

    /// Work items, the most urgent first.
    pub async fn work(&self, open: Option<bool>, limit: i64) -> Result<Vec<WorkItem>, DatabaseError> {
        self.store.work(open, limit).await
    }
}
