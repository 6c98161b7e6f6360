//! The one SQLite file of what the service keeps: opened, brought up to date, written by one connection.

use super::outbox::{EventKind, Subscriber};
use jiff::Timestamp;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, Transaction};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The schema, one step a version. A step that has been in use is never changed: another one is added.
const STEPS: [&str; 8] = [
    include_str!("schema.sql"),
    include_str!("desk.sql"),
    include_str!("account.sql"),
    include_str!("rating.sql"),
    include_str!("outward.sql"),
    include_str!("lookup.sql"),
    include_str!("holder.sql"),
    include_str!("canned.sql"),
];

/// How long a writer waits for another program that writes the same file.
const BUSY: Duration = Duration::from_secs(5);

/// Connections that read beside the one that writes.
const READERS: u32 = 4;

/// The file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The engine.
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// The file was written by a later version of this program.
    #[error("{path}: schema {found} is newer than {known}; use the program that wrote it, or another file")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest one known here.
        known: usize,
    },
    /// A row can't be read back.
    #[error("{what} can't be read back: {cause}")]
    Broken {
        /// Which row.
        what: String,
        /// What is wrong with it.
        #[source]
        cause: serde_json::Error,
    },
}

/// The open file, shared by everything that keeps something.
#[derive(Clone, Debug)]
pub struct Database {
    /// One connection: what it commits is in one order.
    pub(super) write: SqlitePool,
    /// Those that only read.
    pub(super) read: SqlitePool,
    /// Systems that are told what happens.
    pub(super) subscribers: Arc<[Subscriber]>,
}

impl Database {
    /// Opens the file, and makes or mends its schema.
    pub async fn open(path: &Path) -> Result<Database, DatabaseError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was acknowledged survives a loss of power, not only of the process.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let found: i64 = sqlx::query("PRAGMA user_version").fetch_one(&write).await?.try_get(0)?;
        let done = usize::try_from(found).unwrap_or(0);
        if done > STEPS.len() {
            return Err(DatabaseError::Newer { path: path.to_owned(), found, known: STEPS.len() });
        }
        for (at, step) in STEPS.iter().enumerate().skip(done) {
            let mut change = write.begin().await?;
            sqlx::raw_sql(*step).execute(&mut *change).await?;
            let version = format!("PRAGMA user_version = {}", at + 1);
            sqlx::raw_sql(sqlx::AssertSqlSafe(version)).execute(&mut *change).await?;
            change.commit().await?;
        }
        let read = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
        Ok(Database { write, read, subscribers: Arc::new([]) })
    }

    /// The same file; what is written to it from here on, these systems are told.
    pub fn told_to(&self, subscribers: Vec<Subscriber>) -> Database {
        Database { subscribers: subscribers.into(), ..self.clone() }
    }

    /// Whether anybody is told of this.
    pub fn tells(&self, kind: EventKind) -> bool {
        self.subscribers.iter().any(|subscriber| subscriber.wants(kind))
    }

    /// Begins a change that holds the file from its first line on: what it reads is still so when it writes, though
    /// the command line may write the same file.
    pub(super) async fn change(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// Lets every connection go; what was acknowledged is on the disk already.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Milliseconds since 1970, as times are kept.
pub(super) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The time that was kept.
pub(super) fn timestamp(millis: i64) -> Timestamp {
    // What is out of range was not written by us.
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::super::desk::Desks;
    use super::*;
    use crate::desk::Scope;
    use crate::guide::RegionCode;

    #[tokio::test]
    async fn replies_from_before_they_had_a_group_are_for_all() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.sqlite");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let old = SqlitePool::connect_with(options).await.unwrap();
        for step in &STEPS[..7] {
            sqlx::raw_sql(*step).execute(&old).await.unwrap();
        }
        let kept = "INSERT INTO desk_canned VALUES ('1', '问候', '您好', '150700', 'a', '01', 0), ('2', '稍等', '请稍等', NULL, 'a', '01', 0);
                    PRAGMA user_version = 7";
        sqlx::raw_sql(kept).execute(&old).await.unwrap();
        old.close().await;
        let database = Database::open(&file).await.unwrap();
        let kept = Desks::of(database).canned().await.unwrap();
        let scopes: Vec<_> = kept.iter().map(|one| (one.id.as_str(), one.scope.clone())).collect();
        let league = RegionCode::try_from("150700".to_owned()).unwrap();
        let bound = Scope { region: Some(league), group: None };
        assert_eq!(scopes, [("2", Scope::default()), ("1", bound)]);
    }

    #[tokio::test]
    async fn a_file_of_a_later_version_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.sqlite");
        let database = Database::open(&file).await.unwrap();
        sqlx::raw_sql("PRAGMA user_version = 99").execute(&database.write).await.unwrap();
        database.close().await;
        let error = Database::open(&file).await.unwrap_err().to_string();
        assert!(error.contains("schema 99"), "{error}");
    }
}
