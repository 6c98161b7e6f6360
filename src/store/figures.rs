//! Figures of what was asked and how it ended: counts, no words and no persons, but for the masked questions that
//! nobody could answer.

use super::database::{Database, DatabaseError, millis};
use crate::guide::RegionCode;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Milliseconds that Inner Mongolia is ahead of UTC: one time zone, no summer time.
const AHEAD: i64 = 8 * 3_600_000;

/// Milliseconds of a day.
const DAY: i64 = 24 * 3_600_000;

/// What is counted: turns of a span of time, of a division and all below it.
#[derive(Clone, Debug)]
pub struct Window {
    /// From then on.
    pub from: Timestamp,
    /// Before then.
    pub to: Timestamp,
    /// Only where this division, or one within it, was known to be meant.
    pub region: Option<RegionCode>,
}

impl Window {
    /// What the codes of a division and of all below it begin with.
    fn prefix(&self) -> Option<String> {
        let code = self.region.as_ref()?.as_str();
        let kept = match code.len() {
            6 => code.strip_suffix("0000").or(code.strip_suffix("00")).unwrap_or(code),
            _ => code,
        };
        Some(format!("{kept}%"))
    }
}

/// Turns by how and where they ended.
pub type Counts = Vec<(String, i64)>;

/// Turns of one day by how they ended: days since 1970, status, count.
pub type DayCounts = Vec<(i64, String, i64)>;

/// How an item was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCount {
    /// Its key.
    pub item: String,
    /// Turns that were about it.
    pub count: i64,
    /// Those that were answered.
    pub answered: i64,
}

/// A question that was not settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsettled {
    /// What was said, masked.
    pub text: String,
    /// How the turn was decided, as JSON.
    pub trace: String,
}

/// Hand-overs and their waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandCounts {
    /// Ended so; without an outcome where they go on.
    pub outcomes: Vec<(Option<String>, i64)>,
    /// A person was asked for.
    pub asked: i64,
    /// Somebody came.
    pub claimed: i64,
    /// Seconds that were waited, ascending.
    pub waits: Vec<i64>,
}

/// What is left to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Reports of faults.
    pub reports: i64,
    /// Work items of bad ratings.
    pub work_items: i64,
    /// Those that are late.
    pub late: i64,
}

const STATUS: &str = "json_extract(body, '$.status')";

/// The turns of a window: `$1` from, `$2` to, `$3` prefix of the place.
const TURNS: &str = "FROM trace WHERE at >= $1 AND at < $2 AND json_extract(body, '$.status') IS NOT NULL
     AND ($3 IS NULL OR json_extract(body, '$.place') LIKE $3)";

/// Reads figures.
#[derive(Clone, Debug)]
pub struct Figures {
    database: Database,
}

impl Figures {
    /// Those of a file.
    pub fn of(database: Database) -> Figures {
        Figures { database }
    }

    async fn rows(&self, query: String, window: &Window) -> Result<Vec<SqliteRow>, DatabaseError> {
        Ok(sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(millis(window.from))
            .bind(millis(window.to))
            .bind(window.prefix())
            .fetch_all(&self.database.read)
            .await?)
    }

    async fn counts(&self, what: &str, most: usize, window: &Window) -> Result<Counts, DatabaseError> {
        let query = format!(
            "SELECT {what} AS word, COUNT(*) AS n {TURNS} AND {what} IS NOT NULL GROUP BY word ORDER BY n DESC, word LIMIT {most}"
        );
        let rows = self.rows(query, window).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Turns, and conversations that had one.
    pub async fn size(&self, window: &Window) -> Result<(i64, i64), DatabaseError> {
        let query = format!("SELECT COUNT(*), COUNT(DISTINCT conversation) {TURNS}");
        let rows = self.rows(query, window).await?;
        let row = &rows[0];
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// Turns by status.
    pub async fn by_status(&self, window: &Window) -> Result<Counts, DatabaseError> {
        self.counts(STATUS, 20, window).await
    }

    /// Turns by route.
    pub async fn by_route(&self, window: &Window) -> Result<Counts, DatabaseError> {
        self.counts("json_extract(body, '$.route')", 20, window).await
    }

    /// Turns by place.
    pub async fn by_place(&self, most: usize, window: &Window) -> Result<Counts, DatabaseError> {
        self.counts("json_extract(body, '$.place')", most, window).await
    }

    /// Turns by item, those first that were asked for most.
    pub async fn by_item(&self, most: usize, window: &Window) -> Result<Vec<ItemCount>, DatabaseError> {
        let item = "json_extract(body, '$.item')";
        let query = format!(
            "SELECT {item} AS item, COUNT(*) AS n, SUM({STATUS} = 'answered') {TURNS} AND {item} IS NOT NULL
             GROUP BY item ORDER BY n DESC, item LIMIT {most}"
        );
        let rows = self.rows(query, window).await?;
        rows.iter()
            .map(|row| {
                Ok(ItemCount { item: row.try_get(0)?, count: row.try_get(1)?, answered: row.try_get(2)? })
            })
            .collect()
    }

    /// How often somebody went on to the online application of an item, by item, on these days.
    pub async fn clicks(
        &self,
        from: jiff::civil::Date,
        to: jiff::civil::Date,
    ) -> Result<Counts, DatabaseError> {
        let rows = sqlx::query(
            "SELECT item, SUM(clicks) FROM click WHERE day >= $1 AND day <= $2 GROUP BY item ORDER BY item",
        )
        .bind(from.to_string())
        .bind(to.to_string())
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// Turns by day in Inner Mongolia and status.
    pub async fn by_day(&self, window: &Window) -> Result<DayCounts, DatabaseError> {
        let query = format!(
            "SELECT (at + {AHEAD}) / {DAY} AS day, {STATUS} AS word, COUNT(*) {TURNS} GROUP BY day, word ORDER BY day"
        );
        let rows = self.rows(query, window).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
    }

    /// Turns by weekday (Monday is 1) and hour in Inner Mongolia.
    pub async fn by_hour(&self, window: &Window) -> Result<Vec<(i64, i64, i64)>, DatabaseError> {
        // 1970-01-01 was a Thursday.
        let query = format!(
            "SELECT ((at + {AHEAD}) / {DAY} + 3) % 7 + 1 AS weekday, (at + {AHEAD}) % {DAY} / 3600000 AS hour, COUNT(*)
             {TURNS} GROUP BY weekday, hour ORDER BY weekday, hour"
        );
        let rows = self.rows(query, window).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
    }

    /// Milliseconds that answering took, at these shares of all turns; none without turns.
    pub async fn answer_times(&self, shares: &[f64], window: &Window) -> Result<Vec<f64>, DatabaseError> {
        let (turns, _) = self.size(window).await?;
        let mut times = Vec::with_capacity(shares.len());
        for share in shares.iter().filter(|_| turns > 0) {
            let skip = ((turns - 1) as f64 * share) as i64;
            let query = format!(
                "SELECT CAST(json_extract(body, '$.ms.total') AS REAL) AS ms {TURNS} ORDER BY ms LIMIT 1 OFFSET {skip}"
            );
            let rows = self.rows(query, window).await?;
            if let Some(row) = rows.first() {
                times.push(row.try_get::<Option<f64>, _>(0)?.unwrap_or(0.0));
            }
        }
        Ok(times)
    }

    /// Questions whose turn ended with one of these statuses, the newest first.
    pub async fn unsettled(
        &self,
        statuses: &[&str],
        most: usize,
        window: &Window,
    ) -> Result<Vec<Unsettled>, DatabaseError> {
        let listed = serde_json::to_string(statuses).unwrap_or_default();
        let query = format!(
            "SELECT json_extract(m.body, '$.text'), t.body FROM trace t
             JOIN message m ON m.conversation = t.conversation AND m.turn = t.turn AND m.kind = 'citizen'
             WHERE t.at >= $1 AND t.at < $2 AND ($3 IS NULL OR json_extract(t.body, '$.place') LIKE $3)
             AND json_extract(t.body, '$.status') IN (SELECT value FROM json_each($4))
             AND json_extract(t.body, '$.route') = 'item'
             ORDER BY t.at DESC LIMIT {most}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(millis(window.from))
            .bind(millis(window.to))
            .bind(window.prefix())
            .bind(listed)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter()
            .map(|row| {
                let text: Option<String> = row.try_get(0)?;
                Ok(Unsettled { text: text.unwrap_or_default(), trace: row.try_get(1)? })
            })
            .collect()
    }

    /// Ratings by what was rated and stars.
    pub async fn ratings(&self, window: &Window) -> Result<Vec<(String, i64, i64)>, DatabaseError> {
        let rows = sqlx::query(
            "SELECT about, stars, COUNT(*) FROM rating WHERE at >= $1 AND at < $2
             AND ($3 IS NULL OR conversation IN
                  (SELECT conversation FROM trace WHERE json_extract(body, '$.place') LIKE $3))
             GROUP BY about, stars ORDER BY about, stars",
        )
        .bind(millis(window.from))
        .bind(millis(window.to))
        .bind(window.prefix())
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
    }

    /// Hand-overs that were asked for in the window.
    pub async fn handovers(&self, window: &Window) -> Result<HandCounts, DatabaseError> {
        let of_window =
            "FROM desk_case WHERE asked_at >= $1 AND asked_at < $2 AND ($3 IS NULL OR region LIKE $3)";
        let query = format!("SELECT outcome, COUNT(*) {of_window} GROUP BY outcome ORDER BY 2 DESC, 1");
        let mut counts = HandCounts::default();
        for row in self.rows(query, window).await? {
            let count: i64 = row.try_get(1)?;
            counts.asked += count;
            counts.outcomes.push((row.try_get(0)?, count));
        }
        let query = format!(
            "SELECT (claimed_at - asked_at) / 1000 AS wait {of_window} AND claimed_at IS NOT NULL ORDER BY wait"
        );
        for row in self.rows(query, window).await? {
            counts.waits.push(row.try_get(0)?);
        }
        counts.claimed = counts.waits.len() as i64;
        Ok(counts)
    }

    /// Calls by the gap that they showed.
    pub async fn gaps(&self, window: &Window) -> Result<Counts, DatabaseError> {
        let query =
            "SELECT gap, COUNT(*) FROM wrapup WHERE at >= $1 AND at < $2 AND ($3 IS NULL OR region LIKE $3)
             AND gap IS NOT NULL GROUP BY gap ORDER BY 2 DESC, 1";
        let rows = self.rows(query.to_owned(), window).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// What is left to be done by a day.
    pub async fn open(&self, today: jiff::civil::Date) -> Result<Open, DatabaseError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM fault_report WHERE state = 'open'),
                    (SELECT COUNT(*) FROM work_item WHERE done_at IS NULL),
                    (SELECT COUNT(*) FROM work_item WHERE done_at IS NULL AND due_on < $1)",
        )
        .bind(today.to_string())
        .fetch_one(&self.database.read)
        .await?;
        Ok(Open { reports: row.try_get(0)?, work_items: row.try_get(1)?, late: row.try_get(2)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_stands_for_all_below_it() {
        let prefix = |code: &str| {
            let region = Some(RegionCode::try_from(code.to_owned()).unwrap());
            Window { from: Timestamp::UNIX_EPOCH, to: Timestamp::UNIX_EPOCH, region }.prefix().unwrap()
        };
        for (code, want) in
            [("150000", "15%"), ("150700", "1507%"), ("150702", "150702%"), ("150702001", "150702001%")]
        {
            assert_eq!(prefix(code), want);
        }
    }
}
