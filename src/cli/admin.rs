//! `bangban admin`: the first account, forgotten passwords, the audit log. Works on the file, while the service runs
//! too.

use crate::assist::{Access, CAP, NewAccount, made_password};
use crate::config::Config;
use crate::desk::Role;
use crate::store::{AccountChange, Audit, Database};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use std::io::{BufRead, IsTerminal};
use std::process::{Command, ExitCode, Stdio};

/// What `admin` takes.
#[derive(Debug, clap::Args)]
pub struct AdminArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make an account; its password is read from standard input, an empty line has one made and shown once
    Create(CreateArgs),
    /// Give an account a new password, read as with `create`; unlocks it and signs it out
    Reset {
        /// The name to sign in by
        #[arg(long, value_name = "LOGIN")]
        login: String,
    },
    /// List accounts
    List,
    /// Recompute the audit log; fails where it is no longer what was written
    VerifyAudit {
        /// Number and hash of a row that were noted before, as this command prints them
        #[arg(long, value_name = "SEQ:HASH")]
        noted: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// The name to sign in by: 2 to 32 letters, digits, dots, dashes
    #[arg(long, value_name = "LOGIN")]
    login: String,
    /// The person's name; the login when absent
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 工号, which citizens see; the login when absent
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// agent, editor, supervisor, analyst, auditor, admin; several with commas
    #[arg(long, value_name = "ROLES", value_delimiter = ',', default_value = "admin")]
    roles: Vec<String>,
}

/// Makes, resets, lists, verifies.
pub fn run(config: &Config, args: AdminArgs) -> Result<ExitCode> {
    super::runtime()?.block_on(async {
        let database = super::database(config).await?;
        let access = Access::of(database.clone(), config.access);
        let done = match args.action {
            Action::Create(args) => create(&access, args).await,
            Action::Reset { login } => reset(&access, &login).await,
            Action::List => list(&access).await,
            Action::VerifyAudit { noted } => verify(&database, noted.as_deref()).await,
        };
        database.close().await;
        done
    })
}

async fn create(access: &Access, args: CreateArgs) -> Result<ExitCode> {
    let role = |word: &String| {
        let known = Role::ALL.map(Role::word).join(", ");
        Role::parse(word.trim()).with_context(|| format!("no role {word:?}; there are: {known}"))
    };
    let new = NewAccount {
        name: args.name.unwrap_or_else(|| args.login.clone()),
        number: args.number.unwrap_or_else(|| args.login.clone()),
        roles: args.roles.iter().map(role).collect::<Result<_>>()?,
        login: args.login,
        cap: CAP,
        ..NewAccount::default()
    };
    let login = new.login.trim().to_lowercase();
    if access.accounts().by_login(&login).await?.is_some() {
        bail!("there is an account {login:?} already; give it a new password with `bangban admin reset`");
    }
    let (password, made) = password()?;
    let account = access.create(new, &password, "cli", Timestamp::now()).await?;
    println!("account {} made, 工号 {}", account.login, account.number);
    show(made, &password);
    Ok(ExitCode::SUCCESS)
}

async fn reset(access: &Access, login: &str) -> Result<ExitCode> {
    let login = login.trim().to_lowercase();
    let Some((account, _)) = access.accounts().by_login(&login).await? else {
        bail!("no account {login:?}; `bangban admin list` shows those that there are");
    };
    let (password, made) = password()?;
    let change = AccountChange { password: Some(password.clone()), ..AccountChange::default() };
    access.change(&account.id, change, None, Timestamp::now()).await?;
    println!("account {login} has a new password and is signed out everywhere");
    show(made, &password);
    Ok(ExitCode::SUCCESS)
}

fn show(made: bool, password: &str) {
    if made {
        println!("password, shown only now: {password}");
    }
}

async fn list(access: &Access) -> Result<ExitCode> {
    for account in access.accounts().list().await? {
        let roles: Vec<&str> = account.roles.iter().map(|role| role.word()).collect();
        let state = match (account.disabled, account.locked_until) {
            (true, _) => "  disabled".to_owned(),
            (_, Some(until)) if until > Timestamp::now() => format!("  locked until {until}"),
            _ => String::new(),
        };
        println!("{}  {}  {}  {}{state}", account.number, account.login, account.name, roles.join(","));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(database: &Database, noted: Option<&str>) -> Result<ExitCode> {
    let audit = Audit::of(database.clone());
    let found = audit.verify().await?;
    if let Some(seq) = found.broken_at {
        println!(
            "{} entries; broken at {seq}: it, or one before it, is no longer what was written",
            found.entries
        );
        return Ok(ExitCode::FAILURE);
    }
    if let Some(noted) = noted {
        let parsed = noted.split_once(':').and_then(|(seq, hash)| Some((seq.parse::<i64>().ok()?, hash)));
        let (seq, hash) = parsed.with_context(|| format!("{noted:?} is not SEQ:HASH"))?;
        if audit.hash_of(seq).await?.as_deref() != Some(hash) {
            println!(
                "{} entries, whole in themselves, but {seq} is not the one that was noted",
                found.entries
            );
            return Ok(ExitCode::FAILURE);
        }
    }
    let (seq, hash) = found.head;
    println!("{} entries, whole; note {seq}:{hash}", found.entries);
    Ok(ExitCode::SUCCESS)
}

/// A line of standard input, not shown while it is typed; a made one where it is empty. Tells which.
fn password() -> Result<(String, bool)> {
    let stdin = std::io::stdin();
    let typed = stdin.is_terminal();
    if typed {
        eprintln!("password (an empty line has one made):");
        echo(false);
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if typed {
        echo(true);
    }
    read.context("can't read the password from standard input")?;
    match line.trim_end_matches(['\n', '\r']) {
        "" => Ok((made_password()?, true)),
        line => Ok((line.to_owned(), false)),
    }
}

/// Whether the terminal shows what is typed. Without `stty` it does.
fn echo(shown: bool) {
    let mode = if shown { "echo" } else { "-echo" };
    let done = Command::new("stty").arg(mode).stdin(Stdio::inherit()).status();
    if !done.is_ok_and(|status| status.success()) && !shown {
        eprintln!("bangban: no stty here, what you type is shown");
    }
}
