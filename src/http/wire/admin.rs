//! Shapes of accounts, sessions and the audit log.

use crate::desk::{Permission, Role};
use crate::store::{Account, Audited, Verified};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Signs in.
#[derive(Deserialize, ToSchema)]
pub struct SignInRequest {
    /// The name to sign in by.
    #[schema(example = "wang01")]
    pub login: String,
    /// The password.
    #[schema(format = Password)]
    pub password: String,
}

/// How one can sign in here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInWaysResponse {
    /// Whether the identity provider of the house is asked, beside login and password.
    pub oidc: bool,
}

/// Changes one's own password.
#[derive(Deserialize, ToSchema)]
pub struct PasswordRequest {
    /// The one in use.
    #[schema(format = Password)]
    pub old: String,
    /// The new one: at least 10 characters, not the login.
    #[schema(format = Password)]
    pub new: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeResponse {
    /// The account.
    pub account: SelfShape,
    /// What it may: `desk.claim` and so on.
    pub permissions: Vec<&'static str>,
    /// When the session ends at the latest; sooner after an hour without a request.
    pub expires_at: String,
}

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
pub struct SelfShape {
    /// Its id.
    pub id: String,
    /// The name to sign in by.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 工号, which citizens see.
    pub number: String,
    /// `agent`, `editor`, `supervisor`, `analyst`, `auditor`, `admin`.
    pub roles: Vec<&'static str>,
    /// Groups whose conversations it may take.
    pub groups: Vec<String>,
    /// Divisions it answers for; all where empty.
    pub regions: Vec<String>,
    /// What it can do besides.
    pub skills: Vec<String>,
    /// Conversations at once.
    pub cap: u32,
}

/// An account as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountShape {
    /// Its id.
    pub id: String,
    /// The name to sign in by.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 工号, which citizens see.
    pub number: String,
    /// `agent`, `editor`, `supervisor`, `analyst`, `auditor`, `admin`.
    pub roles: Vec<&'static str>,
    /// Groups whose conversations it may take.
    pub groups: Vec<String>,
    /// Divisions it answers for; all where empty.
    pub regions: Vec<String>,
    /// What it can do besides.
    pub skills: Vec<String>,
    /// Conversations at once.
    pub cap: u32,
    /// Can't sign in.
    pub disabled: bool,
    /// Can't sign in until then: failed too often.
    pub locked_until: Option<String>,
    /// Since when there is such an account.
    pub created_at: String,
    /// When it last asked for something.
    pub last_seen_at: Option<String>,
}

/// Every account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountsResponse {
    /// By 工号.
    pub accounts: Vec<AccountShape>,
}

/// Makes an account.
#[derive(Deserialize, ToSchema)]
pub struct NewAccountRequest {
    /// The name to sign in by: 2 to 32 letters, digits, dots, dashes; never changed.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// 工号
    pub number: String,
    /// At least 10 characters, not the login.
    #[schema(format = Password)]
    pub password: String,
    /// One or several roles.
    pub roles: Vec<String>,
    /// Groups whose conversations it may take.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Division codes it answers for; all where empty.
    #[serde(default)]
    pub regions: Vec<String>,
    /// What it can do besides.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Conversations at once, 1 to 20; 3 when absent.
    pub cap: Option<u32>,
}

/// Changes an account: what is absent stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ChangeAccountRequest {
    /// The person's name.
    pub name: Option<String>,
    /// 工号
    pub number: Option<String>,
    /// A new password; whoever is signed in is signed out.
    #[schema(format = Password)]
    pub password: Option<String>,
    /// Roles.
    pub roles: Option<Vec<String>>,
    /// Groups.
    pub groups: Option<Vec<String>>,
    /// Division codes.
    pub regions: Option<Vec<String>>,
    /// Skills.
    pub skills: Option<Vec<String>>,
    /// Conversations at once.
    pub cap: Option<u32>,
    /// Whether it can't sign in; whoever is signed in is signed out.
    pub disabled: Option<bool>,
}

/// A part of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditResponse {
    /// The rows.
    pub entries: Vec<AuditEntryShape>,
    /// `after` of the next page, or `before` where that was asked for; `null` at the end.
    pub next: Option<i64>,
}

/// A row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryShape {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: String,
    /// The login of who did it; `citizen`, `system`, `cli` or `nobody`.
    pub actor: String,
    /// What was done.
    #[schema(example = "account.created")]
    pub action: String,
    /// To what.
    #[schema(example = "account:wang01")]
    pub subject: String,
    /// Further facts.
    pub detail: String,
    /// Its hash.
    pub hash: String,
}

/// A line of the export. `hash` is SHA-256 in hexadecimal over `prev` followed by
/// `[seq,"at","actor","action","subject","detail"]` as compact JSON in UTF-8.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLineShape {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Further facts.
    pub detail: String,
    /// The hash of the row before; empty for the first.
    pub prev: String,
    /// Its hash.
    pub hash: String,
}

/// What verifying the audit log found.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyResponse {
    /// Nothing was changed, taken out or cut off.
    pub ok: bool,
    /// Rows that are there.
    pub entries: i64,
    /// The number at which the log is no longer what was written.
    pub broken_at: Option<i64>,
    /// The hash of the last row that is whole; noted elsewhere, it shows later that all before is still the same.
    pub head: String,
}

fn words(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.word()).collect()
}

/// Who is signed in.
pub fn me(account: Account, expires_at: Timestamp) -> MeResponse {
    MeResponse {
        permissions: Permission::ALL.into_iter().filter(|p| account.may(*p)).map(Permission::word).collect(),
        expires_at: expires_at.to_string(),
        account: SelfShape {
            id: account.id,
            login: account.login,
            name: account.name,
            number: account.number,
            roles: words(&account.roles),
            groups: account.groups,
            regions: account.regions,
            skills: account.skills,
            cap: account.cap,
        },
    }
}

/// An account as administrators see it.
pub fn account(account: Account) -> AccountShape {
    AccountShape {
        roles: words(&account.roles),
        id: account.id,
        login: account.login,
        name: account.name,
        number: account.number,
        groups: account.groups,
        regions: account.regions,
        skills: account.skills,
        cap: account.cap,
        disabled: account.disabled,
        locked_until: account.locked_until.map(|at| at.to_string()),
        created_at: account.created_at.to_string(),
        last_seen_at: account.last_seen_at.map(|at| at.to_string()),
    }
}

/// A row of the audit log.
pub fn audit_entry(row: Audited) -> AuditEntryShape {
    AuditEntryShape {
        seq: row.seq,
        at: row.at.to_string(),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
        hash: row.hash,
    }
}

/// A line of the export.
pub fn audit_line(row: Audited) -> AuditLineShape {
    AuditLineShape {
        seq: row.seq,
        at: row.at.to_string(),
        actor: row.actor,
        action: row.action,
        subject: row.subject,
        detail: row.detail,
        prev: row.prev,
        hash: row.hash,
    }
}

/// What verifying found.
pub fn verified(found: Verified) -> VerifyResponse {
    VerifyResponse {
        ok: found.broken_at.is_none(),
        entries: found.entries,
        broken_at: found.broken_at,
        head: found.head.1,
    }
}
