//! Changes of content, each with who wrote and who published it.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use super::fault::Written;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentState {
    /// Waits for somebody who publishes.
    Open,
    /// Counts.
    Published,
    /// Doesn't count.
    Refused,
    /// Taken back, before or after it was published.
    Withdrawn,
}

impl ContentState {
    const ALL: [ContentState; 4] =
        [ContentState::Open, ContentState::Published, ContentState::Refused, ContentState::Withdrawn];

    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            ContentState::Open => "open",
            ContentState::Published => "published",
            ContentState::Refused => "refused",
            ContentState::Withdrawn => "withdrawn",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<ContentState> {
        ContentState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A change that is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentRow {
    /// By whom and when.
    pub written: Written,
    /// `name`, `synonym`, `hours` or `day`.
    pub kind: String,
    /// JSON by kind.
    pub body: String,
    /// Where it stands.
    pub state: ContentState,
    /// 工号 of who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, author, number, at, kind, body, state, decided_by, decided_at";

/// Keeps changes of content.
#[derive(Clone, Debug)]
pub struct Contents {
    database: Database,
}

impl Contents {
    /// Those of a file.
    pub fn of(database: Database) -> Contents {
        Contents { database }
    }

    /// Keeps a change.
    pub async fn add(&self, row: &ContentRow, entry: &Entry) -> Result<(), DatabaseError> {
        let mut change = self.database.change().await?;
        sqlx::query(
            "INSERT INTO content (id, author, number, at, kind, body, state) VALUES ($1, $2, $3, $4, $5, $6, 'open')",
        )
        .bind(&row.written.id)
        .bind(&row.written.author)
        .bind(&row.written.number)
        .bind(millis(row.written.at))
        .bind(&row.kind)
        .bind(&row.body)
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// The change with this id.
    pub async fn get(&self, id: &str) -> Result<Option<ContentRow>, DatabaseError> {
        let query = format!("SELECT {COLUMNS} FROM content WHERE id = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&self.database.read).await?;
        row.as_ref().map(read).transpose()
    }

    /// Changes, the newest first: in one state, of one kind, or all.
    pub async fn list(
        &self,
        state: Option<ContentState>,
        kind: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ContentRow>, DatabaseError> {
        let query = format!(
            "SELECT {COLUMNS} FROM content WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR kind = $2)
             ORDER BY at DESC, id DESC LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(state.map(ContentState::word))
            .bind(kind)
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Everything that counts, in the order in which it was published.
    pub async fn published(&self) -> Result<Vec<ContentRow>, DatabaseError> {
        let query =
            format!("SELECT {COLUMNS} FROM content WHERE state = 'published' ORDER BY decided_at, id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&self.database.read).await?;
        rows.iter().map(read).collect()
    }

    /// Brings a change from one state to another. Tells whether it was in the first.
    pub async fn decide(
        &self,
        id: &str,
        from: ContentState,
        to: ContentState,
        number: &str,
        entry: &Entry,
    ) -> Result<bool, DatabaseError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE content SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4 AND state = $5",
        )
        .bind(to.word())
        .bind(number)
        .bind(millis(entry.at))
        .bind(id)
        .bind(from.word())
        .execute(&mut *change)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(true)
    }

    /// The last questions that citizens asked, masked, the newest first.
    pub async fn questions(&self, limit: i64) -> Result<Vec<String>, DatabaseError> {
        let rows = sqlx::query(
            "SELECT json_extract(body, '$.text') FROM message WHERE kind = 'citizen'
             AND json_extract(body, '$.text') IS NOT NULL ORDER BY at DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}

fn read(row: &SqliteRow) -> Result<ContentRow, DatabaseError> {
    let state: String = row.try_get(6)?;
    Ok(ContentRow {
        written: Written {
            id: row.try_get(0)?,
            author: row.try_get(1)?,
            number: row.try_get(2)?,
            at: timestamp(row.try_get(3)?),
        },
        kind: row.try_get(4)?,
        body: row.try_get(5)?,
        // A state that this program doesn't know can't be decided on.
        state: ContentState::parse(&state).unwrap_or(ContentState::Withdrawn),
        decided_by: row.try_get(7)?,
        decided_at: row.try_get::<Option<i64>, _>(8)?.map(timestamp),
    })
}
