//! 好差评: one rating for each answer and each service, and a work item for each bad one.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use super::outbox::{self, EventKind};
use crate::desk::{About, FAIR};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use ulid::Ulid;

/// A rating to be kept.
#[derive(Clone, Debug)]
pub struct NewRating<'a> {
    /// The conversation.
    pub conversation: &'a str,
    /// What is rated.
    pub about: About,
    /// Number of the rated message; 0 for a service.
    pub seq: i64,
    /// One to five.
    pub stars: u8,
    /// Ids of reasons.
    pub reasons: &'a [String],
    /// Words, masked.
    pub words: Option<&'a str>,
    /// By when it is to be settled, if it is a bad one.
    pub due_on: Date,
    /// When.
    pub at: Timestamp,
}

/// A rating that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// What is rated.
    pub about: About,
    /// Number of the rated message; 0 for a service.
    pub seq: i64,
    /// One to five.
    pub stars: u8,
    /// Ids of reasons.
    pub reasons: Vec<String>,
    /// Words, masked.
    pub words: Option<String>,
    /// The item that the rated answer showed.
    pub item: Option<String>,
    /// When it was given.
    pub at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// How a work item was settled (处理结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 已整改: something was wrong, and is mended.
    Mended,
    /// 已解释: nothing was wrong; the citizen knows why it is so.
    Explained,
    /// 联系不上: nobody could be reached.
    NotReached,
    /// 重复: settled with another one.
    Duplicate,
    /// 恶意: no rating of a service at all.
    Abuse,
    /// The citizen changed the rating for a better one.
    Raised,
}

impl Outcome {
    const ALL: [Outcome; 6] = [
        Outcome::Mended,
        Outcome::Explained,
        Outcome::NotReached,
        Outcome::Duplicate,
        Outcome::Abuse,
        Outcome::Raised,
    ];

    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Mended => "mended",
            Outcome::Explained => "explained",
            Outcome::NotReached => "not_reached",
            Outcome::Duplicate => "duplicate",
            Outcome::Abuse => "abuse",
            Outcome::Raised => "raised",
        }
    }

    /// The one with this word; not the one that only a citizen brings about.
    pub fn parse(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|o| o.word() == word && *o != Outcome::Raised)
    }
}

/// What a bad rating asks to be settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkItem {
    /// Its id, a ULID.
    pub id: String,
    /// The conversation.
    pub conversation: String,
    /// The rating.
    pub rating: Rating,
    /// By when it is to be settled.
    pub due_on: String,
    /// Since when it is open.
    pub opened_at: Timestamp,
    /// When it was settled.
    pub done_at: Option<Timestamp>,
    /// By whom: a 工号, or `citizen` where he raised the rating.
    pub done_by: Option<String>,
    /// How.
    pub outcome: Option<String>,
    /// What was written beside it.
    pub note: Option<String>,
}

/// A rating is not taken.
#[derive(Debug, thiserror::Error)]
pub enum GiveError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No answer with this number.
    #[error("message {0} is no answer")]
    NoAnswer(i64),
    /// No person has served here.
    #[error("nobody has served in this conversation")]
    NoService,
    /// It was rated, and the conversation is closed.
    #[error("the conversation is closed: its rating stays")]
    Final,
}

/// A work item is not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No such work item.
    #[error("no work item {0:?}")]
    NoSuch(String),
    /// Somebody settled it before.
    #[error("settled already by {0}")]
    Done(String),
}

impl From<sqlx::Error> for GiveError {
    fn from(error: sqlx::Error) -> GiveError {
        GiveError::Database(error.into())
    }
}

impl From<sqlx::Error> for SettleError {
    fn from(error: sqlx::Error) -> SettleError {
        SettleError::Database(error.into())
    }
}

const RATING: &str = "about, rating.seq, stars, reasons, words, item, rating.at, changed_at";
const WORK: &str = "work_item.id, conversation, due_on, opened_at, done_at, done_by, outcome, note";

/// Keeps ratings.
#[derive(Clone, Debug)]
pub struct Ratings {
    database: Database,
}

impl Ratings {
    /// Those of a file.
    pub fn of(database: Database) -> Ratings {
        Ratings { database }
    }

    /// Keeps a rating, or changes the one that was given before while the conversation is open. A bad one opens its
    /// work item in the same step; one that is raised settles it.
    pub async fn give(&self, new: &NewRating<'_>) -> Result<Rating, GiveError> {
        let mut change = self.database.change().await?;
        let item = rated_item(&mut change, new).await?;
        let found = sqlx::query("SELECT id FROM rating WHERE conversation = $1 AND about = $2 AND seq = $3")
            .bind(new.conversation)
            .bind(new.about.word())
            .bind(new.seq)
            .fetch_optional(&mut *change)
            .await?;
        let before: Option<String> = found.map(|row| row.try_get(0)).transpose()?;
        let closed = sqlx::query("SELECT 1 FROM conversation WHERE id = $1 AND closed_why IS NOT NULL")
            .bind(new.conversation)
            .fetch_optional(&mut *change)
            .await?;
        if before.is_some() && closed.is_some() {
            return Err(GiveError::Final);
        }
        let changed = before.is_some();
        let id = before.unwrap_or_else(|| Ulid::generate().to_string());
        sqlx::query(
            "INSERT INTO rating (id, conversation, about, seq, stars, reasons, words, item, at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
             ON CONFLICT (conversation, about, seq)
             DO UPDATE SET stars = $5, reasons = $6, words = $7, changed_at = $9",
        )
        .bind(&id)
        .bind(new.conversation)
        .bind(new.about.word())
        .bind(new.seq)
        .bind(i64::from(new.stars))
        .bind(serde_json::Value::from(new.reasons).to_string())
        .bind(new.words)
        .bind(&item)
        .bind(millis(new.at))
        .execute(&mut *change)
        .await?;
        if new.stars < FAIR {
            // Opened once; one that the citizen had taken back by raising is open again.
            sqlx::query(
                "INSERT INTO work_item (id, rating, due_on, opened_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (rating) DO UPDATE
                 SET done_at = NULL, done_by = NULL, outcome = NULL WHERE work_item.outcome = $5",
            )
            .bind(Ulid::generate().to_string())
            .bind(&id)
            .bind(new.due_on.to_string())
            .bind(millis(new.at))
            .bind(Outcome::Raised.word())
            .execute(&mut *change)
            .await?;
        } else {
            sqlx::query(
                "UPDATE work_item SET done_at = $1, done_by = 'citizen', outcome = $2
                 WHERE rating = $3 AND done_at IS NULL",
            )
            .bind(millis(new.at))
            .bind(Outcome::Raised.word())
            .bind(&id)
            .execute(&mut *change)
            .await?;
        }
        let query = format!("SELECT {RATING} FROM rating WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(&id).fetch_one(&mut *change).await?;
        let kept = rating(&row, 0)?;
        let told = serde_json::json!({
            "conversation": new.conversation, "about": kept.about.word(), "seq": kept.seq, "stars": kept.stars,
            "reasons": kept.reasons, "words": kept.words, "item": kept.item, "changed": changed,
        });
        let subject = format!("conversation:{}", new.conversation);
        let kind = EventKind::RatingCreated;
        outbox::put(&mut change, &self.database, kind, &subject, &told, new.at).await?;
        change.commit().await?;
        Ok(kept)
    }

    /// The ratings of a conversation, as they were given.
    pub async fn of_conversation(&self, id: &str) -> Result<Vec<Rating>, DatabaseError> {
        let query = format!("SELECT {RATING} FROM rating WHERE conversation = $1 ORDER BY at, seq");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_all(&self.database.read).await?;
        rows.iter().map(|row| rating(row, 0)).collect()
    }

    /// How many ratings of this kind were given since then, and the sum of their stars.
    pub async fn sum(&self, about: About, since: Timestamp) -> Result<(i64, i64), DatabaseError> {
        let row =
            sqlx::query("SELECT count(*), coalesce(sum(stars), 0) FROM rating WHERE about = $1 AND at >= $2")
                .bind(about.word())
                .bind(millis(since))
                .fetch_one(&self.database.read)
                .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// Work items, the most urgent first: open ones, settled ones, or all.
    pub async fn work(&self, open: Option<bool>, limit: i64) -> Result<Vec<WorkItem>, DatabaseError> {
        let query = format!(
            "SELECT {WORK}, {RATING} FROM work_item JOIN rating ON rating.id = rating
             WHERE $1 IS NULL OR ($1 = 1) = (done_at IS NULL) ORDER BY due_on, opened_at LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(open.map(i64::from))
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(work_item).collect()
    }

    /// Settles a work item; the second one is told who was faster.
    pub async fn settle(
        &self,
        id: &str,
        outcome: Outcome,
        note: Option<&str>,
        number: &str,
        entry: &Entry,
    ) -> Result<WorkItem, SettleError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE work_item SET done_at = $1, done_by = $2, outcome = $3, note = $4
             WHERE id = $5 AND done_at IS NULL",
        )
        .bind(millis(entry.at))
        .bind(number)
        .bind(outcome.word())
        .bind(note)
        .bind(id)
        .execute(&mut *change)
        .await?;
        let query = format!(
            "SELECT {WORK}, {RATING} FROM work_item JOIN rating ON rating.id = rating WHERE work_item.id = $1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&mut *change).await?;
        let item = work_item(&row.ok_or_else(|| SettleError::NoSuch(id.to_owned()))?)?;
        if done.rows_affected() == 0 {
            return Err(SettleError::Done(item.done_by.unwrap_or_default()));
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(item)
    }

    /// Deletes the words of ratings that were last changed before then and have no open work item; stars and reasons
    /// stay. Tells how many.
    pub async fn forget(&self, words: Timestamp) -> Result<u64, DatabaseError> {
        let done = sqlx::query(
            "UPDATE rating SET words = NULL WHERE changed_at < $1 AND words IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM work_item WHERE rating = rating.id AND done_at IS NULL)",
        )
        .bind(millis(words))
        .execute(&self.database.write)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Whether there is what is rated; the item that a rated answer showed.
async fn rated_item(
    change: &mut Transaction<'_, Sqlite>,
    new: &NewRating<'_>,
) -> Result<Option<String>, GiveError> {
    match new.about {
        About::Service => {
            let served = sqlx::query(
                "SELECT 1 FROM message WHERE conversation = $1 AND (kind = 'agent' OR
                        (kind = 'event' AND body LIKE '%\"agent.joined\"%')) LIMIT 1",
            )
            .bind(new.conversation)
            .fetch_optional(&mut **change)
            .await?;
            served.map(|_| None).ok_or(GiveError::NoService)
        }
        About::Answer => {
            let row = sqlx::query(
                "SELECT message.body, trace.body FROM message LEFT JOIN trace
                    ON trace.conversation = message.conversation AND trace.turn = message.turn
                 WHERE message.conversation = $1 AND seq = $2 AND kind = 'assistant'",
            )
            .bind(new.conversation)
            .bind(new.seq)
            .fetch_optional(&mut **change)
            .await?;
            let row = row.ok_or(GiveError::NoAnswer(new.seq))?;
            let (body, trace): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
            let (body, trace) = (read(&body), read(&trace.unwrap_or_default()));
            // A card that was shown before is not shown again: then the turn says what it spoke of.
            let item = body["reply"]["card"]["item"].as_str().or_else(|| trace["item"].as_str());
            Ok(item.map(str::to_owned))
        }
    }
}

fn rating(row: &SqliteRow, from: usize) -> Result<Rating, DatabaseError> {
    let about: String = row.try_get(from)?;
    let reasons: String = row.try_get(from + 3)?;
    let broken = |cause| DatabaseError::Broken { what: "rating".to_owned(), cause };
    Ok(Rating {
        about: About::parse(&about).unwrap_or(About::Answer),
        seq: row.try_get(from + 1)?,
        stars: u8::try_from(row.try_get::<i64, _>(from + 2)?).unwrap_or(0),
        reasons: serde_json::from_str(&reasons).map_err(broken)?,
        words: row.try_get(from + 4)?,
        item: row.try_get(from + 5)?,
        at: timestamp(row.try_get(from + 6)?),
        changed_at: timestamp(row.try_get(from + 7)?),
    })
}

fn work_item(row: &SqliteRow) -> Result<WorkItem, DatabaseError> {
    Ok(WorkItem {
        id: row.try_get(0)?,
        conversation: row.try_get(1)?,
        due_on: row.try_get(2)?,
        opened_at: timestamp(row.try_get(3)?),
        done_at: row.try_get::<Option<i64>, _>(4)?.map(timestamp),
        done_by: row.try_get(5)?,
        outcome: row.try_get(6)?,
        note: row.try_get(7)?,
        rating: rating(row, 8)?,
    })
}
