//! The audit log (审计日志): who did what, one row each, only ever added to. Each row holds the hash of the one before
//! it, and a row of its own holds the last hash: what is changed, taken out or cut off is seen.
//!
//! A row's hash is SHA-256, in hexadecimal, over the hash of the row before it (empty for the first) followed by
//! `[seq,"at","actor","action","subject","detail"]` as compact JSON in UTF-8, the time as it is exported. Whoever has
//! the export can recompute it without this program.

use super::database::{Database, millis, timestamp};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

/// What is to be written. No personal data of citizens, no word of a conversation, no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The login of who did it; `citizen`, `system`, `cli` or `nobody`.
    pub actor: String,
    /// What was done, such as `account.created`.
    pub action: &'static str,
    /// What it was done to, such as `account:01J…`.
    pub subject: String,
    /// Further facts, short.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When, to the millisecond.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Further facts.
    pub detail: String,
    /// The hash of the row before.
    pub prev: String,
    /// Its own hash.
    pub hash: String,
}

/// Which rows are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// With higher numbers, the oldest first.
    pub after: i64,
    /// With lower numbers, the newest first; goes before `after`.
    pub before: Option<i64>,
    /// Of this actor.
    pub actor: Option<&'a str>,
    /// With this action, or with one below it: `account` finds `account.created`.
    pub action: Option<&'a str>,
    /// About this.
    pub subject: Option<&'a str>,
    /// So many at most.
    pub limit: i64,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Rows that are there.
    pub entries: i64,
    /// The number at which the log is no longer what was written; `None` where all is whole.
    pub broken_at: Option<i64>,
    /// Number and hash of the last row; noted elsewhere, they show later that all before is still the same.
    pub head: (i64, String),
}

/// Rows that are read at once while verifying.
const PAGE: i64 = 1000;

/// Writes a row in the transaction of what it tells of.
pub(super) async fn write(change: &mut Transaction<'_, Sqlite>, entry: &Entry) -> sqlx::Result<i64> {
    let head = sqlx::query("UPDATE audit_head SET seq = seq + 1 WHERE one = 1 RETURNING seq, hash")
        .fetch_one(&mut **change)
        .await?;
    let (seq, prev): (i64, String) = (head.try_get(0)?, head.try_get(1)?);
    let mut row = Audited {
        seq,
        at: timestamp(millis(entry.at)),
        actor: entry.actor.clone(),
        action: entry.action.to_owned(),
        subject: entry.subject.clone(),
        detail: entry.detail.clone(),
        prev,
        hash: String::new(),
    };
    row.hash = row.digest();
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, action, subject, detail, prev, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.seq)
    .bind(millis(row.at))
    .bind(&row.actor)
    .bind(&row.action)
    .bind(&row.subject)
    .bind(&row.detail)
    .bind(&row.prev)
    .bind(&row.hash)
    .execute(&mut **change)
    .await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE one = 1")
        .bind(&row.hash)
        .execute(&mut **change)
        .await?;
    Ok(seq)
}

impl Audited {
    fn digest(&self) -> String {
        let line = serde_json::json!([
            self.seq,
            self.at.to_string(),
            self.actor,
            self.action,
            self.subject,
            self.detail
        ]);
        let digest = Sha256::new().chain_update(&self.prev).chain_update(line.to_string()).finalize();
        digest.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Keeps the log.
#[derive(Clone, Debug)]
pub struct Audit {
    database: Database,
}

impl Audit {
    /// That of a file.
    pub fn of(database: Database) -> Audit {
        Audit { database }
    }

    /// Writes a row that tells of nothing else in this file.
    pub async fn add(&self, entry: &Entry) -> sqlx::Result<i64> {
        let mut change = self.database.change().await?;
        let seq = write(&mut change, entry).await?;
        change.commit().await?;
        Ok(seq)
    }

    /// Rows in order.
    pub async fn list(&self, wanted: &Wanted<'_>) -> sqlx::Result<Vec<Audited>> {
        let order = if wanted.before.is_some() { "DESC" } else { "ASC" };
        let query = format!(
            "SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit
             WHERE seq > $1 AND ($2 IS NULL OR seq < $2) AND ($3 IS NULL OR actor = $3)
               AND ($4 IS NULL OR action = $4 OR substr(action, 1, length($4) + 1) = $4 || '.')
               AND ($5 IS NULL OR subject = $5)
             ORDER BY seq {order} LIMIT $6"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(if wanted.before.is_some() { 0 } else { wanted.after })
            .bind(wanted.before)
            .bind(wanted.actor)
            .bind(wanted.action)
            .bind(wanted.subject)
            .bind(wanted.limit)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(audited).collect()
    }

    /// Reads everything and recomputes it.
    pub async fn verify(&self) -> sqlx::Result<Verified> {
        // One snapshot: rows and head belong together.
        let mut snapshot = self.database.read.begin().await?;
        let head = sqlx::query("SELECT seq, hash FROM audit_head WHERE one = 1")
            .fetch_optional(&mut *snapshot)
            .await?;
        let head = match head {
            Some(row) => Some((row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?)),
            None => None,
        };
        let entries: i64 =
            sqlx::query("SELECT count(*) FROM audit").fetch_one(&mut *snapshot).await?.try_get(0)?;
        let mut last = (0, String::new());
        loop {
            let rows = sqlx::query(
                "SELECT seq, at, actor, action, subject, detail, prev, hash FROM audit
                 WHERE seq > $1 ORDER BY seq LIMIT $2",
            )
            .bind(last.0)
            .bind(PAGE)
            .fetch_all(&mut *snapshot)
            .await?;
            for row in &rows {
                let row = audited(row)?;
                if row.seq != last.0 + 1 || row.prev != last.1 || row.hash != row.digest() {
                    return Ok(Verified { entries, broken_at: Some(last.0 + 1), head: last });
                }
                last = (row.seq, row.hash);
            }
            if rows.len() < PAGE as usize {
                break;
            }
        }
        // Numbers below 1 were never given out.
        let whole = entries == last.0 && head.as_ref() == Some(&last);
        Ok(Verified { entries, broken_at: (!whole).then_some(last.0 + 1), head: last })
    }

    /// The hash of a row, to be compared with one that was noted elsewhere.
    pub async fn hash_of(&self, seq: i64) -> sqlx::Result<Option<String>> {
        let row = sqlx::query("SELECT hash FROM audit WHERE seq = $1")
            .bind(seq)
            .fetch_optional(&self.database.read)
            .await?;
        row.map(|row| row.try_get(0)).transpose()
    }
}

fn audited(row: &SqliteRow) -> sqlx::Result<Audited> {
    Ok(Audited {
        seq: row.try_get(0)?,
        at: timestamp(row.try_get(1)?),
        actor: row.try_get(2)?,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        detail: row.try_get(5)?,
        prev: row.try_get(6)?,
        hash: row.try_get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn log(rows: i64) -> (tempfile::TempDir, Database, Audit) {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(&dir.path().join("c.sqlite")).await.unwrap();
        let audit = Audit::of(database.clone());
        for n in 1..=rows {
            let entry = Entry {
                actor: format!("a{}", n % 2),
                action: if n % 2 == 0 { "account.created" } else { "accounts" },
                subject: format!("account:{n}"),
                detail: "角色=agent".to_owned(),
                at: Timestamp::from_microsecond(1_790_000_000_123_456 + n).unwrap(),
            };
            assert_eq!(audit.add(&entry).await.unwrap(), n);
        }
        (dir, database, audit)
    }

    #[tokio::test]
    async fn a_change_a_gap_and_a_cut_are_seen_where_they_are() {
        for (sql, broken_at) in [
            ("SELECT 1", None),
            ("UPDATE audit SET detail = '角色=admin' WHERE seq = 3", Some(3)),
            ("UPDATE audit SET at = at + 1 WHERE seq = 1", Some(1)),
            ("DELETE FROM audit WHERE seq = 2", Some(2)),
            ("DELETE FROM audit WHERE seq = 1", Some(1)),
            ("DELETE FROM audit WHERE seq >= 5", Some(5)),
            ("DELETE FROM audit", Some(1)),
            ("DELETE FROM audit_head", Some(7)),
            ("UPDATE audit SET seq = 0 WHERE seq = 6", Some(6)),
            (
                "INSERT INTO audit SELECT 0, at, actor, action, subject, detail, prev, hash FROM audit WHERE seq = 6",
                Some(7),
            ),
            // Two rows that change places.
            (
                "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99",
                Some(2),
            ),
        ] {
            let (_dir, database, audit) = log(6).await;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&database.write).await.unwrap();
            assert_eq!(audit.verify().await.unwrap().broken_at, broken_at, "{sql}");
        }
    }

    #[tokio::test]
    async fn a_row_that_is_forged_with_its_hash_breaks_the_next() {
        let (_dir, database, audit) = log(4).await;
        let rows = audit.list(&Wanted { limit: 10, ..Wanted::default() }).await.unwrap();
        let forged = Audited { detail: "角色=admin".into(), ..rows[1].clone() };
        sqlx::query("UPDATE audit SET detail = $1, hash = $2 WHERE seq = 2")
            .bind(&forged.detail)
            .bind(forged.digest())
            .execute(&database.write)
            .await
            .unwrap();
        assert_eq!(audit.verify().await.unwrap().broken_at, Some(3));
    }

    #[tokio::test]
    async fn rows_are_found_by_who_and_what_from_either_end() {
        let (_dir, _database, audit) = log(6).await;
        for (wanted, seqs) in [
            (Wanted { after: 4, limit: 10, ..Wanted::default() }, vec![5, 6]),
            (Wanted { before: Some(4), limit: 2, ..Wanted::default() }, vec![3, 2]),
            (Wanted { actor: Some("a0"), limit: 2, ..Wanted::default() }, vec![2, 4]),
            (Wanted { action: Some("account"), limit: 9, ..Wanted::default() }, vec![2, 4, 6]),
            (Wanted { action: Some("account.created"), limit: 1, ..Wanted::default() }, vec![2]),
            (Wanted { subject: Some("account:3"), limit: 9, ..Wanted::default() }, vec![3]),
        ] {
            let got: Vec<i64> = audit.list(&wanted).await.unwrap().iter().map(|row| row.seq).collect();
            assert_eq!(got, seqs, "{wanted:?}");
        }
        let verified = audit.verify().await.unwrap();
        assert_eq!((verified.entries, verified.broken_at, verified.head.0), (6, None, 6));
        assert_eq!(audit.hash_of(6).await.unwrap(), Some(verified.head.1));
    }

    #[tokio::test]
    async fn a_change_that_is_undone_leaves_no_row() {
        let (_dir, database, audit) = log(1).await;
        let mut change = database.change().await.unwrap();
        let entry = Entry {
            actor: "a".into(),
            action: "undone",
            subject: String::new(),
            detail: String::new(),
            at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(write(&mut change, &entry).await.unwrap(), 2);
        change.rollback().await.unwrap();
        let verified = audit.verify().await.unwrap();
        assert_eq!((verified.entries, verified.broken_at), (1, None));
    }
}
