//! What staff find wrong: faults of a guide (指南报错), and how calls ended (小结) with the gaps they showed.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportState {
    /// Waits for somebody who settles.
    Open,
    /// The guide was corrected.
    Corrected,
    /// The guide is right.
    Refused,
}

impl ReportState {
    const ALL: [ReportState; 3] = [ReportState::Open, ReportState::Corrected, ReportState::Refused];

    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            ReportState::Open => "open",
            ReportState::Corrected => "corrected",
            ReportState::Refused => "refused",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<ReportState> {
        ReportState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// What a call showed to be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// 没找到: no item fits.
    NotFound,
    /// 指南有误: the guide is wrong.
    Wrong,
    /// 口径冲突: two places or papers contradict each other.
    Contradiction,
}

impl Gap {
    const ALL: [Gap; 3] = [Gap::NotFound, Gap::Wrong, Gap::Contradiction];

    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            Gap::NotFound => "not_found",
            Gap::Wrong => "wrong",
            Gap::Contradiction => "contradiction",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<Gap> {
        Gap::ALL.into_iter().find(|gap| gap.word() == word)
    }
}

/// Who wrote something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its id, a ULID.
    pub id: String,
    /// Login of who wrote it.
    pub author: String,
    /// His 工号.
    pub number: String,
    /// When.
    pub at: Timestamp,
}

/// An item by key, with its name as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedItem {
    /// Its key.
    pub key: String,
    /// 事项名称
    pub name: String,
}

/// 指南报错
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// By whom and when.
    pub written: Written,
    /// The item.
    pub item: NamedItem,
    /// Code of the guide's place.
    pub region: Option<String>,
    /// The guide's field, or `field/entry`.
    pub field: String,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it; personal data masked.
    pub words: String,
    /// Where it stands.
    pub state: ReportState,
    /// What its author is told.
    pub note: Option<String>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
}

/// 小结
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapup {
    /// By whom and when.
    pub written: Written,
    /// The item that it was about.
    pub item: Option<NamedItem>,
    /// The caller's place.
    pub region: Option<String>,
    /// Whether the caller got what he needed.
    pub solved: bool,
    /// What was missing.
    pub gap: Option<Gap>,
    /// The caller's words, personal data masked.
    pub words: Option<String>,
    /// 工号 of who saw to the gap.
    pub settled_by: Option<String>,
}

/// Which wrap-ups are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct WrapupsWanted {
    /// Those that showed a gap.
    pub with_gap: bool,
    /// Those that showed this one.
    pub gap: Option<Gap>,
    /// Those that nobody saw to, or only the others.
    pub open: Option<bool>,
}

/// Which reports are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReportsWanted<'a> {
    /// Of this login.
    pub author: Option<&'a str>,
    /// Open ones, or only settled ones.
    pub open: Option<bool>,
}

/// A report is not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleReportError {
    /// No such report.
    #[error("no report {0:?}")]
    NoSuch(String),
    /// Somebody did before.
    #[error("the report was settled before")]
    Done,
    /// The store.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for SettleReportError {
    fn from(error: sqlx::Error) -> SettleReportError {
        SettleReportError::Database(error.into())
    }
}

const REPORT: &str =
    "id, author, number, at, item, item_name, region, field, value, words, state, note, settled_at";
const WRAPUP: &str = "id, author, number, at, item, item_name, region, solved, gap, words, settled_by";

/// Keeps reports and wrap-ups.
#[derive(Clone, Debug)]
pub struct Faults {
    database: Database,
}

impl Faults {
    /// Those of a file.
    pub fn of(database: Database) -> Faults {
        Faults { database }
    }

    /// Keeps a report.
    pub async fn report(&self, report: &Report, entry: &Entry) -> Result<(), DatabaseError> {
        let mut change = self.database.change().await?;
        sqlx::query(
            "INSERT INTO fault_report (id, author, number, at, item, item_name, region, field, value, words, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')",
        )
        .bind(&report.written.id)
        .bind(&report.written.author)
        .bind(&report.written.number)
        .bind(millis(report.written.at))
        .bind(&report.item.key)
        .bind(&report.item.name)
        .bind(&report.region)
        .bind(&report.field)
        .bind(&report.value)
        .bind(&report.words)
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// Reports, the newest first, from a row on.
    pub async fn reports(
        &self,
        wanted: ReportsWanted<'_>,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Report>, DatabaseError> {
        let query = format!(
            "SELECT {REPORT} FROM fault_report WHERE ($1 IS NULL OR author = $1)
             AND ($2 IS NULL OR (state = 'open') = $2) ORDER BY at DESC, id DESC LIMIT $3 OFFSET $4"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(wanted.author)
            .bind(wanted.open.map(i64::from))
            .bind(limit)
            .bind(skip)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(report).collect()
    }

    /// Settles a report, once.
    pub async fn settle(
        &self,
        id: &str,
        state: ReportState,
        note: Option<&str>,
        by: &str,
        entry: &Entry,
    ) -> Result<Report, SettleReportError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE fault_report SET state = $1, note = $2, settled_by = $3, settled_at = $4
             WHERE id = $5 AND state = 'open'",
        )
        .bind(state.word())
        .bind(note)
        .bind(by)
        .bind(millis(entry.at))
        .bind(id)
        .execute(&mut *change)
        .await?;
        let query = format!("SELECT {REPORT} FROM fault_report WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&mut *change).await?;
        let Some(row) = row else { return Err(SettleReportError::NoSuch(id.to_owned())) };
        if done.rows_affected() == 0 {
            return Err(SettleReportError::Done);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(report(&row)?)
    }

    /// Keeps a wrap-up.
    pub async fn wrap_up(&self, wrapup: &Wrapup, entry: &Entry) -> Result<(), DatabaseError> {
        let mut change = self.database.change().await?;
        let item = wrapup.item.as_ref();
        sqlx::query(
            "INSERT INTO wrapup (id, author, number, at, item, item_name, region, solved, gap, words)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&wrapup.written.id)
        .bind(&wrapup.written.author)
        .bind(&wrapup.written.number)
        .bind(millis(wrapup.written.at))
        .bind(item.map(|item| &item.key))
        .bind(item.map(|item| &item.name))
        .bind(&wrapup.region)
        .bind(i64::from(wrapup.solved))
        .bind(wrapup.gap.map(Gap::word))
        .bind(&wrapup.words)
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// Wrap-ups, the newest first, from a row on.
    pub async fn wrapups(
        &self,
        wanted: WrapupsWanted,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Wrapup>, DatabaseError> {
        let query = format!(
            "SELECT {WRAPUP} FROM wrapup WHERE ($1 IS NULL OR gap = $1) AND (NOT $2 OR gap IS NOT NULL)
             AND ($3 IS NULL OR (settled_at IS NULL) = $3) ORDER BY at DESC, id DESC LIMIT $4 OFFSET $5"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(wanted.gap.map(Gap::word))
            .bind(i64::from(wanted.with_gap))
            .bind(wanted.open.map(i64::from))
            .bind(limit)
            .bind(skip)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(wrapup).collect()
    }

    /// Notes that somebody saw to the gap of a call, once.
    pub async fn settle_wrapup(
        &self,
        id: &str,
        by: &str,
        entry: &Entry,
    ) -> Result<Wrapup, SettleReportError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE wrapup SET settled_by = $1, settled_at = $2 WHERE id = $3 AND settled_at IS NULL",
        )
        .bind(by)
        .bind(millis(entry.at))
        .bind(id)
        .execute(&mut *change)
        .await?;
        let query = format!("SELECT {WRAPUP} FROM wrapup WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&mut *change).await?;
        let Some(row) = row else { return Err(SettleReportError::NoSuch(id.to_owned())) };
        if done.rows_affected() == 0 {
            return Err(SettleReportError::Done);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(wrapup(&row)?)
    }

    /// Deletes the words of callers that are older. Tells of how many.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, DatabaseError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query("UPDATE wrapup SET words = NULL WHERE at < $1 AND words IS NOT NULL")
            .bind(millis(before))
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(done.rows_affected())
    }
}

fn written(row: &SqliteRow) -> Result<Written, DatabaseError> {
    Ok(Written {
        id: row.try_get(0)?,
        author: row.try_get(1)?,
        number: row.try_get(2)?,
        at: timestamp(row.try_get(3)?),
    })
}

fn report(row: &SqliteRow) -> Result<Report, DatabaseError> {
    let state: String = row.try_get(10)?;
    Ok(Report {
        written: written(row)?,
        item: NamedItem { key: row.try_get(4)?, name: row.try_get(5)? },
        region: row.try_get(6)?,
        field: row.try_get(7)?,
        value: row.try_get(8)?,
        words: row.try_get(9)?,
        // A state that this program doesn't know is not to be settled again.
        state: ReportState::parse(&state).unwrap_or(ReportState::Refused),
        note: row.try_get(11)?,
        settled_at: row.try_get::<Option<i64>, _>(12)?.map(timestamp),
    })
}

fn wrapup(row: &SqliteRow) -> Result<Wrapup, DatabaseError> {
    let item = row.try_get::<Option<String>, _>(4)?.zip(row.try_get::<Option<String>, _>(5)?);
    let gap: Option<String> = row.try_get(8)?;
    Ok(Wrapup {
        written: written(row)?,
        item: item.map(|(key, name)| NamedItem { key, name }),
        region: row.try_get(6)?,
        solved: row.try_get::<i64, _>(7)? != 0,
        gap: gap.as_deref().and_then(Gap::parse),
        words: row.try_get(9)?,
        settled_by: row.try_get(10)?,
    })
}
