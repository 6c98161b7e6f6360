//! Addresses that stand in guides: whether they answer, and how often somebody went there.

use super::database::{Database, DatabaseError, millis, timestamp};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::HashSet;

/// Checks in a row that must fail before an address counts as dead: a server may be restarted once.
pub const DEAD: u32 = 3;

/// An address with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub url: String,
    /// Its host, with the port where one is named.
    pub host: String,
    /// Code of a guide that has it.
    pub guide: String,
    /// Checks in a row that failed.
    pub failures: u32,
    /// When it was looked at last.
    pub checked_at: Option<Timestamp>,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// What went wrong last, in a word.
    pub failure: Option<String>,
}

impl Link {
    /// Whether it is offered no longer.
    pub fn dead(&self) -> bool {
        self.failures >= DEAD
    }
}

const COLUMNS: &str = "url, host, guide, failures, checked_at, status, failure";

/// Keeps addresses and clicks.
#[derive(Clone, Debug)]
pub struct Links {
    database: Database,
}

impl Links {
    /// Those of a file.
    pub fn of(database: Database) -> Links {
        Links { database }
    }

    /// Takes the addresses that guides have now, as (address, host, code of a guide): new ones are to be looked at,
    /// those that no guide has any more are forgotten.
    pub async fn keep(
        &self,
        found: &[(String, String, String)],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let mut change = self.database.change().await?;
        let known = sqlx::query("SELECT url FROM link").fetch_all(&mut *change).await?;
        let there: HashSet<&str> = found.iter().map(|(url, _, _)| url.as_str()).collect();
        for row in known {
            let url: String = row.try_get(0)?;
            if !there.contains(url.as_str()) {
                sqlx::query("DELETE FROM link WHERE url = $1").bind(url).execute(&mut *change).await?;
            }
        }
        for (url, host, guide) in found {
            sqlx::query(
                "INSERT INTO link (url, host, guide, failures, due_at) VALUES ($1, $2, $3, 0, $4)
                 ON CONFLICT (url) DO UPDATE SET guide = $3",
            )
            .bind(url)
            .bind(host)
            .bind(guide)
            .bind(millis(now))
            .execute(&mut *change)
            .await?;
        }
        Ok(change.commit().await?)
    }

    /// Addresses that are to be looked at now: of each host the one that is due longest.
    pub async fn due(&self, now: Timestamp, limit: i64) -> Result<Vec<Link>, DatabaseError> {
        let query = format!(
            "SELECT {COLUMNS}, MIN(due_at) FROM link WHERE due_at <= $1 GROUP BY host ORDER BY MIN(due_at) LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(millis(now))
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        Ok(rows.iter().map(link).collect::<Result<_, _>>()?)
    }

    /// Writes what a look at an address found; without a failure it answers.
    pub async fn looked(
        &self,
        url: &str,
        (status, failure): (Option<u16>, Option<&str>),
        again: Timestamp,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        sqlx::query(
            "UPDATE link SET failures = CASE WHEN $1 IS NULL THEN 0 ELSE failures + 1 END, failure = $1,
                    status = $2, due_at = $3, checked_at = $4 WHERE url = $5",
        )
        .bind(failure)
        .bind(status.map(i64::from))
        .bind(millis(again))
        .bind(millis(now))
        .bind(url)
        .execute(&self.database.write)
        .await?;
        Ok(())
    }

    /// What is known of an address.
    pub async fn one(&self, url: &str) -> Result<Option<Link>, DatabaseError> {
        let query = format!("SELECT {COLUMNS} FROM link WHERE url = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(url).fetch_optional(&self.database.read).await?;
        Ok(row.as_ref().map(link).transpose()?)
    }

    /// Addresses that are offered no longer.
    pub async fn dead(&self) -> Result<HashSet<String>, DatabaseError> {
        let rows = sqlx::query("SELECT url FROM link WHERE failures >= $1")
            .bind(i64::from(DEAD))
            .fetch_all(&self.database.read)
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// All addresses, those that failed most often first.
    pub async fn list(&self, limit: i64) -> Result<Vec<Link>, DatabaseError> {
        let query = format!("SELECT {COLUMNS} FROM link ORDER BY failures DESC, url LIMIT $1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(limit).fetch_all(&self.database.read).await?;
        Ok(rows.iter().map(link).collect::<Result<_, _>>()?)
    }

    /// Counts one who went on to the online application.
    pub async fn click(&self, item: &str, channel: &str, day: Date) -> Result<(), DatabaseError> {
        sqlx::query(
            "INSERT INTO click (item, channel, day, clicks) VALUES ($1, $2, $3, 1)
             ON CONFLICT (item, channel, day) DO UPDATE SET clicks = clicks + 1",
        )
        .bind(item)
        .bind(channel)
        .bind(day.to_string())
        .execute(&self.database.write)
        .await?;
        Ok(())
    }

    /// How many went on to the online application of an item, on all days.
    pub async fn clicks(&self, item: &str) -> Result<i64, DatabaseError> {
        let row = sqlx::query("SELECT COALESCE(SUM(clicks), 0) FROM click WHERE item = $1")
            .bind(item)
            .fetch_one(&self.database.read)
            .await?;
        Ok(row.try_get(0)?)
    }
}

fn link(row: &SqliteRow) -> Result<Link, sqlx::Error> {
    Ok(Link {
        url: row.try_get(0)?,
        host: row.try_get(1)?,
        guide: row.try_get(2)?,
        failures: u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(u32::MAX),
        checked_at: row.try_get::<Option<i64>, _>(4)?.map(timestamp),
        status: row.try_get::<Option<i64>, _>(5)?.and_then(|status| u16::try_from(status).ok()),
        failure: row.try_get(6)?,
    })
}
