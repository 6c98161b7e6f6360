//! 公告: what everybody at the desks must know today.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use crate::guide::RegionCode;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A notice that stands at the top of the desks until it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, a ULID.
    pub id: String,
    /// What it says.
    pub words: String,
    /// Where it counts; the whole region where absent.
    pub region: Option<RegionCode>,
    /// When it ends.
    pub until: Timestamp,
    /// Login of who wrote it.
    pub author: String,
    /// When.
    pub at: Timestamp,
}

/// Keeps notices.
#[derive(Clone, Debug)]
pub struct Notices {
    database: Database,
}

impl Notices {
    /// Those of a file.
    pub fn of(database: Database) -> Notices {
        Notices { database }
    }

    /// Keeps a notice.
    pub async fn add(&self, notice: &Notice, entry: &Entry) -> Result<(), DatabaseError> {
        let mut change = self.database.change().await?;
        sqlx::query(
            "INSERT INTO notice (id, words, region, until, author, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&notice.id)
        .bind(&notice.words)
        .bind(notice.region.as_ref().map(ToString::to_string))
        .bind(millis(notice.until))
        .bind(&notice.author)
        .bind(millis(notice.at))
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// Takes a notice away. Tells whether there was one.
    pub async fn drop(&self, id: &str, entry: &Entry) -> Result<bool, DatabaseError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query("DELETE FROM notice WHERE id = $1").bind(id).execute(&mut *change).await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Those that have not ended, the newest first.
    pub async fn standing(&self, now: Timestamp) -> Result<Vec<Notice>, DatabaseError> {
        let rows = sqlx::query(
            "SELECT id, words, region, until, author, at FROM notice WHERE until > $1 ORDER BY at DESC, id DESC",
        )
        .bind(millis(now))
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(notice).collect()
    }
}

fn notice(row: &SqliteRow) -> Result<Notice, DatabaseError> {
    Ok(Notice {
        id: row.try_get(0)?,
        words: row.try_get(1)?,
        region: row.try_get::<Option<String>, _>(2)?.and_then(|code| RegionCode::try_from(code).ok()),
        until: timestamp(row.try_get(3)?),
        author: row.try_get(4)?,
        at: timestamp(row.try_get(5)?),
    })
}
