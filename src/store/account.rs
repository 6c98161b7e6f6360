//! People at the desks: their accounts, who is signed in, whose signing in failed.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use crate::desk::{Permission, Role, may};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use std::collections::HashMap;

/// A person at a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id, a ULID.
    pub id: String,
    /// The name to sign in by; it never changes.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 工号, which citizens see.
    pub number: String,
    /// What the account is there for.
    pub roles: Vec<Role>,
    /// Groups whose conversations it may take.
    pub groups: Vec<String>,
    /// Divisions it answers for; all where empty.
    pub regions: Vec<String>,
    /// What it can do besides, such as a language.
    pub skills: Vec<String>,
    /// Conversations at once.
    pub cap: u32,
    /// Can't sign in.
    pub disabled: bool,
    /// Can't sign in until then: failed too often.
    pub locked_until: Option<Timestamp>,
    /// Since when there is such an account.
    pub created_at: Timestamp,
    /// When it last asked for something.
    pub last_seen_at: Option<Timestamp>,
}

impl Account {
    /// Whether its roles allow this.
    pub fn may(&self, permission: Permission) -> bool {
        may(&self.roles, permission)
    }
}

/// What is to be changed of an account.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// The person's name.
    pub name: Option<String>,
    /// 工号
    pub number: Option<String>,
    /// Hash of a new password; whoever is signed in is signed out.
    pub password: Option<String>,
    /// Roles.
    pub roles: Option<Vec<Role>>,
    /// Groups.
    pub groups: Option<Vec<String>>,
    /// Divisions.
    pub regions: Option<Vec<String>>,
    /// Skills.
    pub skills: Option<Vec<String>>,
    /// Conversations at once.
    pub cap: Option<u32>,
    /// Whether it can't sign in; whoever is signed in is signed out.
    pub disabled: Option<bool>,
}

/// Whether somebody may try to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Go on; if the password is wrong, the login is locked until then where a time is given.
    Go(Option<Timestamp>),
    /// Failed too often; not before then.
    Locked(Timestamp),
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// When it last asked for something.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// An account can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Another account has this login or 工号: the name of the field.
    #[error("another account has this {0}")]
    Taken(&'static str),
    /// No such account.
    #[error("no account {0:?}")]
    NoSuch(String),
}

impl From<sqlx::Error> for AccountError {
    fn from(error: sqlx::Error) -> AccountError {
        AccountError::Database(error.into())
    }
}

/// Days after which a failure is forgotten.
const FORGET: SignedDuration = SignedDuration::from_hours(24);

const COLUMNS: &str =
    "id, login, name, number, roles, in_groups, regions, skills, cap, disabled, created_at, last_seen_at";

/// Keeps accounts and sessions.
#[derive(Clone, Debug)]
pub struct Accounts {
    database: Database,
}

impl Accounts {
    /// Those of a file.
    pub fn of(database: Database) -> Accounts {
        Accounts { database }
    }

    /// Makes an account; refused where its login or 工号 is taken.
    pub async fn create(&self, account: &Account, password: &str, entry: &Entry) -> Result<(), AccountError> {
        let mut change = self.database.change().await?;
        free(&mut change, "login", &account.login, "").await?;
        free(&mut change, "number", &account.number, "").await?;
        sqlx::query(
            "INSERT INTO account (id, login, name, number, password, roles, in_groups, regions, skills, cap,
                    disabled, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&account.id)
        .bind(&account.login)
        .bind(&account.name)
        .bind(&account.number)
        .bind(password)
        .bind(roles_text(&account.roles))
        .bind(list_text(&account.groups))
        .bind(list_text(&account.regions))
        .bind(list_text(&account.skills))
        .bind(i64::from(account.cap))
        .bind(i64::from(account.disabled))
        .bind(millis(account.created_at))
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// Changes an account, and signs it out where its password or its right to be here changed.
    pub async fn change(
        &self,
        id: &str,
        new: &AccountChange,
        entry: &Entry,
    ) -> Result<Account, AccountError> {
        let mut change = self.database.change().await?;
        let query = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&mut *change).await?;
        let mut account = account(&row.ok_or_else(|| AccountError::NoSuch(id.to_owned()))?)?;
        if let Some(number) = &new.number {
            free(&mut change, "number", number, id).await?;
            account.number.clone_from(number);
        }
        let set = |list: &mut Vec<String>, new: &Option<Vec<String>>| {
            if let Some(new) = new {
                list.clone_from(new);
            }
        };
        set(&mut account.groups, &new.groups);
        set(&mut account.regions, &new.regions);
        set(&mut account.skills, &new.skills);
        account.name = new.name.clone().unwrap_or(account.name);
        account.roles = new.roles.clone().unwrap_or(account.roles);
        account.cap = new.cap.unwrap_or(account.cap);
        account.disabled = new.disabled.unwrap_or(account.disabled);
        sqlx::query(
            "UPDATE account SET name = $1, number = $2, roles = $3, in_groups = $4, regions = $5, skills = $6,
                    cap = $7, disabled = $8, password = coalesce($9, password)
             WHERE id = $10",
        )
        .bind(&account.name)
        .bind(&account.number)
        .bind(roles_text(&account.roles))
        .bind(list_text(&account.groups))
        .bind(list_text(&account.regions))
        .bind(list_text(&account.skills))
        .bind(i64::from(account.cap))
        .bind(i64::from(account.disabled))
        .bind(new.password.as_deref())
        .bind(id)
        .execute(&mut *change)
        .await?;
        if new.password.is_some() || new.disabled == Some(true) {
            sqlx::query("DELETE FROM staff_session WHERE account = $1")
                .bind(id)
                .execute(&mut *change)
                .await?;
        }
        if new.password.is_some() || new.disabled == Some(false) {
            clear(&mut change, &account.login).await?;
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(account)
    }

    /// Every account, by 工号.
    pub async fn list(&self) -> Result<Vec<Account>, AccountError> {
        let query = format!("SELECT {COLUMNS} FROM account ORDER BY number");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&self.database.read).await?;
        let locks =
            sqlx::query("SELECT login, locked_until FROM sign_in_failure WHERE locked_until IS NOT NULL")
                .fetch_all(&self.database.read)
                .await?;
        let locks: HashMap<String, i64> =
            locks.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>()?;
        let mut list: Vec<Account> = rows.iter().map(account).collect::<Result<_, _>>()?;
        for account in &mut list {
            account.locked_until = locks.get(&digest(&account.login)).map(|&until| timestamp(until));
        }
        Ok(list)
    }

    /// The account with this id.
    pub async fn by_id(&self, id: &str) -> Result<Option<Account>, AccountError> {
        let query = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&self.database.read).await?;
        row.as_ref().map(account).transpose()
    }

    /// The account with this 工号.
    pub async fn by_number(&self, number: &str) -> Result<Option<Account>, AccountError> {
        let query = format!("SELECT {COLUMNS} FROM account WHERE number = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(number).fetch_optional(&self.database.read).await?;
        row.as_ref().map(account).transpose()
    }

    /// The account with this login, and the hash of its password.
    pub async fn by_login(&self, login: &str) -> Result<Option<(Account, String)>, AccountError> {
        let query = format!("SELECT {COLUMNS}, password FROM account WHERE login = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(login).fetch_optional(&self.database.read).await?;
        row.map(|row| Ok((account(&row)?, row.try_get(12)?))).transpose()
    }

    /// Counts an attempt before the password is looked at, so that many at once are not more than so many in a row.
    pub async fn attempt(
        &self,
        login: &str,
        most: u32,
        lock: SignedDuration,
        now: Timestamp,
    ) -> Result<Attempt, AccountError> {
        let login = digest(login);
        let mut change = self.database.change().await?;
        sqlx::query("DELETE FROM sign_in_failure WHERE at < $1 AND coalesce(locked_until, 0) < $2")
            .bind(millis(now.checked_sub(FORGET).unwrap_or(Timestamp::MIN)))
            .bind(millis(now))
            .execute(&mut *change)
            .await?;
        let row = sqlx::query("SELECT failures, locked_until FROM sign_in_failure WHERE login = $1")
            .bind(&login)
            .fetch_optional(&mut *change)
            .await?;
        let (failures, locked): (i64, Option<i64>) = match row {
            Some(row) => (row.try_get(0)?, row.try_get(1)?),
            None => (0, None),
        };
        let failures = match locked.map(timestamp) {
            Some(until) if now < until => return Ok(Attempt::Locked(until)),
            Some(_) => 1,
            None => failures + 1,
        };
        let until = (failures >= i64::from(most)).then(|| now.checked_add(lock).unwrap_or(Timestamp::MAX));
        sqlx::query(
            "INSERT INTO sign_in_failure (login, failures, locked_until, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (login) DO UPDATE SET failures = $2, locked_until = $3, at = $4",
        )
        .bind(&login)
        .bind(failures)
        .bind(until.map(millis))
        .bind(millis(now))
        .execute(&mut *change)
        .await?;
        change.commit().await?;
        Ok(Attempt::Go(until))
    }

    /// The password was right: forgets failures.
    pub async fn right(&self, account: &Account) -> Result<(), AccountError> {
        let mut change = self.database.change().await?;
        clear(&mut change, &account.login).await?;
        change.commit().await?;
        Ok(())
    }

    /// Begins a session; `token` is the hash of its token.
    pub async fn begin(
        &self,
        account: &Account,
        token: &str,
        expires_at: Timestamp,
        entry: &Entry,
    ) -> Result<(), AccountError> {
        let now = millis(entry.at);
        let mut change = self.database.change().await?;
        sqlx::query(
            "INSERT INTO staff_session (token, account, opened_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(token)
        .bind(&account.id)
        .bind(now)
        .bind(millis(expires_at))
        .execute(&mut *change)
        .await?;
        sqlx::query("UPDATE account SET last_seen_at = $1 WHERE id = $2")
            .bind(now)
            .bind(&account.id)
            .execute(&mut *change)
            .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// The session with this token's hash, if it has not ended; of an account that may sign in.
    pub async fn session(
        &self,
        token: &str,
        idle: SignedDuration,
        now: Timestamp,
    ) -> Result<Option<Session>, AccountError> {
        let query = format!(
            "SELECT {COLUMNS}, seen_at, expires_at FROM staff_session JOIN account ON id = account
             WHERE token = $1 AND disabled = 0 AND expires_at > $2 AND seen_at > $3"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(token)
            .bind(millis(now))
            .bind(millis(now.checked_sub(idle).unwrap_or(Timestamp::MIN)))
            .fetch_optional(&self.database.read)
            .await?;
        row.map(|row| {
            Ok(Session {
                account: account(&row)?,
                seen_at: timestamp(row.try_get(12)?),
                expires_at: timestamp(row.try_get(13)?),
            })
        })
        .transpose()
    }

    /// Somebody who is signed in asked for something.
    pub async fn seen(&self, token: &str, account: &str, now: Timestamp) -> Result<(), AccountError> {
        let mut change = self.database.change().await?;
        sqlx::query("UPDATE staff_session SET seen_at = $1 WHERE token = $2")
            .bind(millis(now))
            .bind(token)
            .execute(&mut *change)
            .await?;
        sqlx::query("UPDATE account SET last_seen_at = $1 WHERE id = $2")
            .bind(millis(now))
            .bind(account)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(())
    }

    /// Signs out.
    pub async fn end(&self, token: &str, entry: &Entry) -> Result<(), AccountError> {
        let mut change = self.database.change().await?;
        sqlx::query("DELETE FROM staff_session WHERE token = $1").bind(token).execute(&mut *change).await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(())
    }

    /// Deletes sessions that have ended. Tells how many.
    pub async fn sweep(&self, idle: SignedDuration, now: Timestamp) -> Result<u64, AccountError> {
        let done = sqlx::query("DELETE FROM staff_session WHERE expires_at <= $1 OR seen_at <= $2")
            .bind(millis(now))
            .bind(millis(now.checked_sub(idle).unwrap_or(Timestamp::MIN)))
            .execute(&self.database.write)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Refuses what another account has.
async fn free(
    change: &mut Transaction<'_, Sqlite>,
    field: &'static str,
    value: &str,
    own: &str,
) -> Result<(), AccountError> {
    let query = match field {
        "login" => "SELECT 1 FROM account WHERE login = $1 AND id <> $2",
        _ => "SELECT 1 FROM account WHERE number = $1 AND id <> $2",
    };
    match sqlx::query(query).bind(value).bind(own).fetch_optional(&mut **change).await? {
        Some(_) => Err(AccountError::Taken(field)),
        None => Ok(()),
    }
}

async fn clear(change: &mut Transaction<'_, Sqlite>, login: &str) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM sign_in_failure WHERE login = $1")
        .bind(digest(login))
        .execute(&mut **change)
        .await?;
    Ok(())
}

fn digest(login: &str) -> String {
    Sha256::digest(login.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn list_text(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

fn roles_text(roles: &[Role]) -> String {
    serde_json::Value::from(roles.iter().map(|role| role.word()).collect::<Vec<_>>()).to_string()
}

fn account(row: &SqliteRow) -> Result<Account, AccountError> {
    let login: String = row.try_get(1)?;
    let list = |column: usize| -> Result<Vec<String>, AccountError> {
        let text: String = row.try_get(column)?;
        let read = serde_json::from_str(&text);
        Ok(read.map_err(|cause| DatabaseError::Broken { what: format!("account {login}"), cause })?)
    };
    Ok(Account {
        id: row.try_get(0)?,
        name: row.try_get(2)?,
        number: row.try_get(3)?,
        // A role that this program doesn't know gives no right.
        roles: list(4)?.iter().filter_map(|word| Role::parse(word)).collect(),
        groups: list(5)?,
        regions: list(6)?,
        skills: list(7)?,
        cap: u32::try_from(row.try_get::<i64, _>(8)?).unwrap_or(1),
        disabled: row.try_get::<i64, _>(9)? != 0,
        locked_until: None,
        created_at: timestamp(row.try_get(10)?),
        last_seen_at: row.try_get::<Option<i64>, _>(11)?.map(timestamp),
        login,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    #[tokio::test]
    async fn attempts_are_counted_before_and_locked_alike_for_known_and_unknown() {
        let dir = tempfile::tempdir().unwrap();
        let accounts = Accounts::of(Database::open(&dir.path().join("c.sqlite")).await.unwrap());
        let minute = SignedDuration::from_mins(1);
        let attempt = async |login: &str, now| accounts.attempt(login, 3, minute, now).await.unwrap();
        for login in ["known", "unknown"] {
            assert_eq!(attempt(login, at(0)).await, Attempt::Go(None));
            assert_eq!(attempt(login, at(1)).await, Attempt::Go(None));
            assert_eq!(attempt(login, at(2)).await, Attempt::Go(Some(at(62))));
            assert_eq!(attempt(login, at(3)).await, Attempt::Locked(at(62)));
            assert_eq!(attempt(login, at(61)).await, Attempt::Locked(at(62)));
            // It counts anew.
            assert_eq!(attempt(login, at(62)).await, Attempt::Go(None));
        }
        // A day later nothing is left of it.
        attempt("other", at(90_000)).await;
        let left: i64 = sqlx::query("SELECT count(*) FROM sign_in_failure")
            .fetch_one(&accounts.database.read)
            .await
            .unwrap()
            .try_get(0)
            .unwrap();
        assert_eq!(left, 1);
    }
}
