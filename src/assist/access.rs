//! Who gets in: passwords, signing in and out, sessions; accounts are made and changed here, by the server and by the
//! command line alike.

use crate::config::AccessRules;
use crate::desk::Role;
use crate::store::{
    Account, AccountChange, AccountError, Accounts, Attempt, Audit, Database, DatabaseError, Entry, Session,
};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use ulid::Ulid;

/// Why somebody doesn't get in, or an account is not made.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Login and password don't belong together; nothing says which of them is wrong.
    #[error("login or password is wrong")]
    BadLogin,
    /// Failed too often.
    #[error("locked until {0}")]
    Locked(Timestamp),
    /// Somebody showed elsewhere who he is, but has no account here.
    #[error("no account with this login")]
    NoAccount,
    /// The account can't sign in.
    #[error("the account is disabled")]
    Disabled,
    /// Too many sign in at once.
    #[error("too many sign in at once; try again in a few seconds")]
    Busy,
    /// A field can't be used: which one, and how to mend it.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// Nobody takes his own roles or his own way in.
    #[error("nobody changes his own roles or disables himself; ask another administrator")]
    Own,
    /// The store.
    #[error(transparent)]
    Store(#[from] AccountError),
    /// No randomness.
    #[error("no randomness: {0}")]
    Random(String),
    /// A password could not be hashed.
    #[error("can't hash a password: {0}")]
    Hash(String),
}

/// An account to be made.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// The name to sign in by.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 工号
    pub number: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Groups.
    pub groups: Vec<String>,
    /// Divisions.
    pub regions: Vec<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// Conversations at once.
    pub cap: u32,
}

/// Conversations at once, where nothing else is said.
pub const CAP: u32 = 3;

/// Most conversations that one person may have at once.
const MOST_CAP: u32 = 20;

/// Characters of a login, a 工号 and other short texts at most.
const SHORT: usize = 32;

/// Entries of a list at most.
const LIST: usize = 64;

/// Bytes of a password at most: longer ones would only cost time.
const PASSWORD: usize = 512;

/// How long somebody waits for his password to be looked at.
const PATIENCE: Duration = Duration::from_secs(5);

/// A session's last request is written down this often.
const SEEN: SignedDuration = SignedDuration::from_mins(1);

/// Letters of made passwords: none that is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// Who gets in.
pub struct Access {
    store: Accounts,
    audit: Audit,
    rules: AccessRules,
    /// Passwords that are hashed at once: each takes a core and 19 MiB for a while, and citizens go first.
    door: Semaphore,
    /// The hash of a password that nobody knows: an unknown login takes as long as a known one.
    nobody: Arc<tokio::sync::OnceCell<String>>,
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| AccessError::Random(e.to_string()))?;
    Ok(bytes)
}

/// A password of 100 bits.
pub fn made_password() -> Result<String, AccessError> {
    Ok(random::<20>()?.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect())
}

fn hours(n: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(n))
}

fn minutes(n: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(n))
}

impl Access {
    /// That of a file, with its rules.
    pub fn of(database: Database, rules: AccessRules) -> Access {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Access {
            store: Accounts::of(database.clone()),
            audit: Audit::of(database),
            rules,
            door: Semaphore::new((cores / 2).max(1)),
            nobody: Arc::default(),
        }
    }

    /// What is kept of accounts.
    pub fn accounts(&self) -> &Accounts {
        &self.store
    }

    /// Signs in; gives the cookie's value, which is kept nowhere, with its session.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<(String, Session), AccessError> {
        let login = login.trim().to_lowercase();
        let account = self.check(&login, password, now).await?;
        self.store.right(&account).await?;
        self.open(account, "", now).await
    }

    /// Signs in who showed elsewhere who he is; `how` goes into the audit log. No account is made for it, and the lock
    /// on wrong passwords is none of its business.
    pub async fn sign_in_by(
        &self,
        how: &'static str,
        login: &str,
        now: Timestamp,
    ) -> Result<(String, Session), AccessError> {
        let login = login.trim().to_lowercase();
        match self.store.by_login(&login).await? {
            Some((account, _)) if !account.disabled => self.open(account, how, now).await,
            known => {
                let known = known.map(|(account, _)| account);
                self.refuse(known.as_ref(), "session.refused", how, now).await?;
                Err(known.map_or(AccessError::NoAccount, |_| AccessError::Disabled))
            }
        }
    }

    /// Begins a session.
    async fn open(
        &self,
        account: Account,
        how: &'static str,
        now: Timestamp,
    ) -> Result<(String, Session), AccessError> {
        let token: String = random::<32>()?.iter().map(|b| format!("{b:02x}")).collect();
        let expires_at = now.checked_add(hours(self.rules.session_hours)).unwrap_or(Timestamp::MAX);
        let entry = entry(&account.login, "session.opened", &account, how.to_owned(), now);
        self.store.begin(&account, &digest(&token), expires_at, &entry).await?;
        Ok((token, Session { account, seen_at: now, expires_at }))
    }

    /// Writes down that somebody was not signed in. What was typed as an unknown login may be a password: it is
    /// written nowhere.
    async fn refuse(
        &self,
        known: Option<&Account>,
        action: &'static str,
        how: &'static str,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        let subject = format!("account:{}", known.map_or("?", |account| &account.login));
        tracing::warn!(subject, action, how, "signing in failed");
        let entry = Entry { actor: "nobody".to_owned(), action, subject, detail: how.to_owned(), at: now };
        self.audit.add(&entry).await.map_err(|e| AccountError::from(DatabaseError::from(e)))?;
        Ok(())
    }

    /// The account with this login and password.
    async fn check(&self, login: &str, password: &str, now: Timestamp) -> Result<Account, AccessError> {
        let lock = minutes(self.rules.lock_minutes);
        let locked = match self.store.attempt(login, self.rules.failures, lock, now).await? {
            Attempt::Locked(until) => return Err(AccessError::Locked(until)),
            Attempt::Go(locked) => locked,
        };
        let known = self.store.by_login(login).await?;
        let hash = match &known {
            Some((_, hash)) => hash.clone(),
            None => self.nobody().await?,
        };
        let right = self.verify(password, hash).await?;
        match known {
            Some((account, _)) if right && !account.disabled => Ok(account),
            known => {
                let action = if locked.is_some() { "session.locked" } else { "session.refused" };
                self.refuse(known.as_ref().map(|known| &known.0), action, "", now).await?;
                Err(locked.map_or(AccessError::BadLogin, AccessError::Locked))
            }
        }
    }

    async fn nobody(&self) -> Result<String, AccessError> {
        let made = self.nobody.get_or_try_init(async || self.hash(&made_password()?).await).await?;
        Ok(made.clone())
    }

    /// The hash of a password, in PHC form: Argon2id, 19 MiB, two rounds, one lane.
    async fn hash(&self, password: &str) -> Result<String, AccessError> {
        let password = password.to_owned();
        self.hashing(move || {
            let hash: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|e| AccessError::Hash(e.to_string()))
        })
        .await
    }

    async fn verify(&self, password: &str, hash: String) -> Result<bool, AccessError> {
        // Longer than any that is accepted: hashed all the same, so that it takes the same time.
        let password: Vec<u8> = password.bytes().take(PASSWORD + 1).collect();
        self.hashing(move || {
            let hash = PasswordHash::new(&hash).map_err(|e| AccessError::Hash(e.to_string()))?;
            Ok(Argon2::default().verify_password(&password, &hash).is_ok())
        })
        .await
    }

    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let waited = tokio::time::timeout(PATIENCE, self.door.acquire()).await;
        let _place = waited.map_err(|_| AccessError::Busy)?.map_err(|_| AccessError::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|e| AccessError::Hash(e.to_string()))?
    }

    /// Who holds this cookie value; `None` where nobody does, or it has ended.
    pub async fn enter(&self, token: &str, now: Timestamp) -> Result<Option<Session>, AccessError> {
        let token = digest(token);
        let Some(session) = self.store.session(&token, minutes(self.rules.idle_minutes), now).await? else {
            return Ok(None);
        };
        if now.duration_since(session.seen_at) >= SEEN {
            self.store.seen(&token, &session.account.id, now).await?;
        }
        Ok(Some(session))
    }

    /// Signs out.
    pub async fn sign_out(&self, token: &str, account: &Account, now: Timestamp) -> Result<(), AccessError> {
        let entry = entry(&account.login, "session.closed", account, String::new(), now);
        Ok(self.store.end(&digest(token), &entry).await?)
    }

    /// Somebody changes his own password; he is signed out everywhere. A wrong old one counts as a failure.
    pub async fn change_password(
        &self,
        account: &Account,
        old: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<(), AccessError> {
        self.good_password("new", &account.login, new)?;
        let account = self.check(&account.login, old, now).await?;
        let password = Some(self.hash(new).await?);
        let entry = entry(&account.login, "password.changed", &account, String::new(), now);
        self.store
            .change(&account.id, &AccountChange { password, ..AccountChange::default() }, &entry)
            .await?;
        Ok(())
    }

    /// Makes an account.
    pub async fn create(
        &self,
        new: NewAccount,
        password: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Account, AccessError> {
        let login = new.login.trim().to_lowercase();
        let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if !(2..=SHORT).contains(&login.len()) || !login.chars().all(fits) {
            let mend = format!("应为 2 到 {SHORT} 个英文字母、数字、点、下划线或短横");
            return Err(AccessError::Field("login", mend));
        }
        self.good_password("password", &login, password)?;
        let account = Account {
            id: Ulid::generate().to_string(),
            login,
            name: name(&new.name)?,
            number: number(&new.number)?,
            roles: roles(new.roles)?,
            groups: list("groups", new.groups)?,
            regions: list("regions", new.regions)?,
            skills: list("skills", new.skills)?,
            cap: cap(new.cap)?,
            disabled: false,
            locked_until: None,
            created_at: now,
            last_seen_at: None,
        };
        let hash = self.hash(password).await?;
        let entry = entry(actor, "account.created", &account, facts(&account), now);
        self.store.create(&account, &hash, &entry).await?;
        Ok(account)
    }

    /// Changes an account; `new.password` is the password itself. `by` is who does it, where he has an account.
    pub async fn change(
        &self,
        id: &str,
        mut new: AccountChange,
        by: Option<&Account>,
        now: Timestamp,
    ) -> Result<Account, AccessError> {
        let account = self.store.by_id(id).await?.ok_or_else(|| AccountError::NoSuch(id.to_owned()))?;
        let mut changed = Vec::new();
        if by.is_some_and(|by| by.id == account.id) && (new.roles.is_some() || new.disabled == Some(true)) {
            return Err(AccessError::Own);
        }
        if let Some(text) = &new.name {
            new.name = Some(name(text)?);
            changed.push("name".to_owned());
        }
        if let Some(text) = &new.number {
            let number = number(text)?;
            changed.push(format!("number={number}"));
            new.number = Some(number);
        }
        if let Some(password) = &new.password {
            self.good_password("password", &account.login, password)?;
            new.password = Some(self.hash(password).await?);
            changed.push("password".to_owned());
        }
        if let Some(chosen) = new.roles.take() {
            let chosen = roles(chosen)?;
            changed.push(format!("roles={}>{}", words(&account.roles), words(&chosen)));
            new.roles = Some(chosen);
        }
        for (field, new) in
            [("groups", &mut new.groups), ("regions", &mut new.regions), ("skills", &mut new.skills)]
        {
            if let Some(chosen) = new.take() {
                let chosen = list(field, chosen)?;
                changed.push(format!("{field}={}", chosen.join(",")));
                *new = Some(chosen);
            }
        }
        if let Some(chosen) = new.cap {
            changed.push(format!("cap={}", cap(chosen)?));
        }
        if let Some(disabled) = new.disabled {
            changed.push(format!("disabled={disabled}"));
        }
        let actor = by.map_or("cli", |by| by.login.as_str());
        let entry = entry(actor, "account.changed", &account, changed.join(" "), now);
        Ok(self.store.change(id, &new, &entry).await?)
    }

    fn good_password(&self, field: &'static str, login: &str, password: &str) -> Result<(), AccessError> {
        let least = self.rules.password_chars;
        let wrong = |what: String| Err(AccessError::Field(field, what));
        match password {
            _ if password.chars().count() < least => wrong(format!("密码至少 {least} 个字符")),
            _ if password.len() > PASSWORD => wrong(format!("密码不能超过 {PASSWORD} 个字节")),
            _ if password.trim().to_lowercase() == login => wrong("密码不能和登录名相同".into()),
            _ => Ok(()),
        }
    }

    /// Deletes sessions that have ended. Tells how many.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, AccessError> {
        Ok(self.store.sweep(minutes(self.rules.idle_minutes), now).await?)
    }
}

fn entry(actor: &str, action: &'static str, account: &Account, detail: String, at: Timestamp) -> Entry {
    Entry { actor: actor.to_owned(), action, subject: format!("account:{}", account.login), detail, at }
}

fn words(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",")
}

fn facts(account: &Account) -> String {
    format!("number={} roles={}", account.number, words(&account.roles))
}

fn name(text: &str) -> Result<String, AccessError> {
    let text = text.trim();
    match text.chars().count() {
        1..=SHORT if !text.chars().any(char::is_control) => Ok(text.to_owned()),
        _ => Err(AccessError::Field("name", format!("应为 1 到 {SHORT} 个字"))),
    }
}

fn number(text: &str) -> Result<String, AccessError> {
    let text = text.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match text.len() {
        1..=SHORT if text.chars().all(fits) => Ok(text.to_owned()),
        _ => Err(AccessError::Field("number", format!("工号应为 1 到 {SHORT} 个字母、数字或短横"))),
    }
}

fn roles(mut roles: Vec<Role>) -> Result<Vec<Role>, AccessError> {
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(AccessError::Field("roles", "至少要有一个角色".into()));
    }
    Ok(roles)
}

fn list(field: &'static str, list: Vec<String>) -> Result<Vec<String>, AccessError> {
    let mut clean: Vec<String> = list.iter().map(|text| text.trim().to_owned()).collect();
    clean.sort_unstable();
    clean.dedup();
    let fits = |text: &String| {
        (1..=SHORT).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() || c == ',')
    };
    if clean.len() > LIST || !clean.iter().all(fits) {
        let mend = format!("最多 {LIST} 个，每个 1 到 {SHORT} 个字，不含逗号");
        return Err(AccessError::Field(field, mend));
    }
    Ok(clean)
}

fn cap(cap: u32) -> Result<u32, AccessError> {
    match cap {
        1..=MOST_CAP => Ok(cap),
        _ => Err(AccessError::Field("cap", format!("同时接待数应为 1 到 {MOST_CAP}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_cleaned_or_refused() {
        assert_eq!(list("groups", vec![" b ".into(), "a".into(), "b".into()]).unwrap(), ["a", "b"]);
        assert!(list("groups", vec!["a,b".into()]).is_err());
        assert!(list("groups", vec![String::new()]).is_err());
        assert_eq!(roles(vec![Role::Admin, Role::Agent, Role::Admin]).unwrap(), [Role::Agent, Role::Admin]);
        assert!(roles(Vec::new()).is_err());
        assert!(cap(0).is_err() && cap(21).is_err());
        for (text, good) in [("0123", true), ("A-7", true), ("工号", false), ("", false), ("a b", false)] {
            assert_eq!(number(text).is_ok(), good, "{text}");
        }
        let (a, b) = (made_password().unwrap(), made_password().unwrap());
        assert!(a != b && a.len() == 20);
    }
}
