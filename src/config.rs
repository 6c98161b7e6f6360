//! Settings: one strict struct, from `bangban.toml` and `BANGBAN_*` variables, read once at start.

use crate::desk::{Group, Span};
use crate::dialog::Thresholds;
use crate::guide::RegionCode;
use crate::store::{Algorithm, EventKind, Retention};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

mod oidc;

pub use oidc::{Oidc, Secret, guarded};

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Address and port to serve on.
    pub listen: SocketAddr,
    /// Folder of index generations.
    pub index: PathBuf,
    /// Folder of the embedding model.
    pub model: PathBuf,
    /// Folder of weights that `bangban fit` wrote here; those that come with the program when absent.
    pub weights: Option<PathBuf>,
    /// Folder of what the service keeps: conversations.
    pub data: PathBuf,
    /// How long it is kept.
    pub retention: Retention,
    /// When to answer and when to ask.
    pub thresholds: Thresholds,
    /// What a caller may ask of the service.
    pub limits: Limits,
    /// How people at the desks sign in.
    pub access: AccessRules,
    /// 好差评
    pub ratings: RatingRules,
    /// People who answer where the program can't.
    pub desk: Desk,
    /// Sites whose pages carry the widget.
    pub sites: Vec<Site>,
    /// On to the online application.
    pub apply: Apply,
    /// Addresses in guides.
    pub links: LinkRules,
    /// How other systems are told.
    pub outbox: OutboxRules,
    /// Other systems that are told what happens.
    pub webhooks: Vec<Webhook>,
    /// The identity provider by which staff may sign in; none: by password alone.
    pub oidc: Option<Oidc>,
    /// What is said on the telephone.
    pub transcript: Transcript,
}

/// What is said on the telephone (来电转写).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transcript {
    /// File of the key by which the telephone system signs: one line of 32 characters at least. Nothing is taken
    /// without.
    pub key: Option<PathBuf>,
}

/// A site whose pages carry the widget (嵌入站点).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The name in `data-site`.
    pub id: String,
    /// Where its pages are: `https://host` or `https://host:port`, no path.
    pub origins: Vec<String>,
    /// Division code of its visitors, where the page names none.
    #[serde(default)]
    pub region: Option<String>,
}

impl Site {
    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |what: String| Err(ConfigError(format!("sites: {what}")));
        if self.id.is_empty() || self.origins.is_empty() {
            return wrong("each needs an id and at least one of origins".into());
        }
        for origin in &self.origins {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let whole = |host: &str| !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']);
            if !host.is_some_and(whole) {
                return wrong(format!(
                    "{}: origin {origin:?} is not like \"https://www.example.gov.cn\", without a path",
                    self.id
                ));
            }
        }
        let region = self.region.as_deref().map(|code| RegionCode::try_from(code.to_owned()));
        match region {
            Some(Err(error)) => wrong(format!("{}: {error}", self.id)),
            _ => Ok(()),
        }
    }
}

/// On to the online application (在线申请).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Apply {
    /// File of the key that tickets are signed with; `ticket.key` in the data folder, made there, when absent.
    pub key: Option<PathBuf>,
    /// How they are signed.
    pub algorithm: Algorithm,
    /// Minutes that a ticket is good for.
    pub ticket_minutes: u32,
    /// Hosts that may be gone to, with all below them; none: any.
    pub hosts: Vec<String>,
}

/// Addresses in guides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkRules {
    /// Whether they are looked at; a network without a way out has no use for it.
    pub check: bool,
    /// Seconds between two requests to one host.
    pub host_seconds: u32,
    /// Hours between two looks at one address.
    pub every_hours: u32,
    /// Milliseconds that one look may take.
    pub timeout_ms: u64,
    /// Whether addresses of the inner network may be looked at.
    pub private: bool,
}

/// How other systems are told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutboxRules {
    /// Tries before something is given up.
    pub tries: u32,
    /// Milliseconds before the second try; each further wait is twice as long, an hour at most.
    pub retry_ms: u64,
    /// Milliseconds that a system may take to answer.
    pub timeout_ms: u64,
}

/// A system that is told what happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Its name; what waits for it is kept under this name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// File of the key that it is signed with: one line of 32 characters at least.
    pub secret: PathBuf,
    /// What it is told of; everything when absent.
    #[serde(default)]
    pub kinds: Vec<EventKind>,
}

impl Default for Apply {
    fn default() -> Apply {
        Apply { key: None, algorithm: Algorithm::Sha256, ticket_minutes: 10, hosts: Vec::new() }
    }
}

impl Default for LinkRules {
    fn default() -> LinkRules {
        LinkRules { check: false, host_seconds: 10, every_hours: 24, timeout_ms: 10_000, private: false }
    }
}

impl Default for OutboxRules {
    fn default() -> OutboxRules {
        OutboxRules { tries: 16, retry_ms: 5_000, timeout_ms: 10_000 }
    }
}

/// The desk (人工坐席).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// Hours of working days, such as `09:00-12:00`; without any it is open whenever somebody is there.
    pub hours: Vec<Span>,
    /// Public holidays and make-up days; those that come with the program when absent.
    pub holidays: Option<PathBuf>,
    /// Classes of work orders (诉求分类); those that come with the program when absent.
    pub classes: Option<PathBuf>,
    /// Within what time somebody calls back who left a message, such as `1 个工作日内`; nothing is promised without.
    pub promise: Option<String>,
    /// Who answers what, the most special first.
    pub groups: Vec<Group>,
}

impl Default for Desk {
    fn default() -> Desk {
        let all =
            Group { id: "general".into(), name: "综合".into(), organs: Vec::new(), regions: Vec::new() };
        Desk { hours: Vec::new(), holidays: None, classes: None, promise: None, groups: vec![all] }
    }
}

/// How people at the desks sign in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessRules {
    /// Wrong passwords in a row after which a login is locked.
    pub failures: u32,
    /// Minutes that it stays locked.
    pub lock_minutes: u32,
    /// Hours after which everybody signs in anew.
    pub session_hours: u32,
    /// Minutes without a request after which one is signed out.
    pub idle_minutes: u32,
    /// Characters of a password at least.
    pub password_chars: usize,
}

/// 好差评
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RatingRules {
    /// Working days in which a bad rating is to be settled.
    pub settle_days: u32,
}

impl Default for AccessRules {
    fn default() -> AccessRules {
        AccessRules { failures: 5, lock_minutes: 15, session_hours: 8, idle_minutes: 60, password_chars: 10 }
    }
}

impl Default for RatingRules {
    fn default() -> RatingRules {
        RatingRules { settle_days: 15 }
    }
}

/// Bounds on a caller.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Characters in a question.
    pub question_chars: usize,
    /// Bytes in a request body.
    pub body_bytes: usize,
    /// Levels of nesting in a JSON body.
    pub json_depth: usize,
    /// Milliseconds that reading and answering a request may take together.
    pub request_ms: u64,
    /// Requests a minute from one address; 0 for no limit.
    pub per_minute: u32,
    /// Questions that may wait for the model; more are answered by words alone.
    pub queue: usize,
    /// Questions that are worked on at a time; more are told to come back.
    pub at_once: usize,
    /// Questions whose finds are kept for whoever asks the same; 0 for none.
    pub recall: usize,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            index: "index".into(),
            model: "models/bangban-e5-small".into(),
            weights: None,
            data: "data".into(),
            retention: Retention::default(),
            thresholds: Thresholds::default(),
            limits: Limits::default(),
            desk: Desk::default(),
            access: AccessRules::default(),
            ratings: RatingRules::default(),
            sites: Vec::new(),
            apply: Apply::default(),
            links: LinkRules::default(),
            outbox: OutboxRules::default(),
            webhooks: Vec::new(),
            oidc: None,
            transcript: Transcript::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            question_chars: 500,
            body_bytes: 16 * 1024,
            json_depth: 16,
            request_ms: 10_000,
            per_minute: 600,
            queue: 12,
            at_once: 20,
            recall: 2048,
        }
    }
}

/// The settings can't be used.
#[derive(Debug, thiserror::Error)]
#[error("settings: {0}; see bangban.toml for every name with its default")]
pub struct ConfigError(String);

impl Config {
    /// Reads defaults, then the file, then `BANGBAN_*` variables (`BANGBAN_LIMITS__PER_MINUTE=0`).
    ///
    /// A named file must exist; without one `bangban.toml` is read where it exists.
    pub fn read(file: Option<&Path>) -> Result<Config, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Config::default()));
        figment = match file {
            Some(file) if !file.is_file() => {
                return Err(ConfigError(format!("{}: no such file", file.display())));
            }
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment.merge(Toml::file("bangban.toml")),
        };
        let config: Config = figment
            .merge(Env::prefixed("BANGBAN_").split("__"))
            .extract()
            .map_err(|e| ConfigError(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let Thresholds { sure, nothing, margin } = self.thresholds;
        let shares = [sure, nothing, margin];
        if shares.iter().any(|s| !(0.0..=1.0).contains(s)) || nothing > sure {
            return Err(ConfigError(format!(
                "thresholds: 0 <= nothing ({nothing}) <= sure ({sure}) <= 1 and 0 <= margin ({margin}) <= 1 must hold"
            )));
        }
        if self.retention.idle_minutes == 0 || self.retention.words_days == 0 {
            return Err(ConfigError("retention: idle_minutes and words_days must be at least 1".into()));
        }
        let Limits { question_chars, body_bytes, queue, at_once, .. } = self.limits;
        if [question_chars, body_bytes, queue, at_once].contains(&0) {
            return Err(ConfigError(
                "limits: question_chars, body_bytes, queue and at_once must be at least 1".into(),
            ));
        }
        let ids: BTreeSet<&str> = self.desk.groups.iter().map(|group| group.id.as_str()).collect();
        if ids.is_empty() || ids.len() != self.desk.groups.len() || ids.contains("") {
            return Err(ConfigError("desk.groups: at least one, each with an id of its own".into()));
        }
        let names: BTreeSet<&str> = self.sites.iter().map(|site| site.id.as_str()).collect();
        if names.len() != self.sites.len() {
            return Err(ConfigError("sites: each needs an id of its own".into()));
        }
        self.sites.iter().try_for_each(Site::check)?;
        let AccessRules { failures, lock_minutes, session_hours, idle_minutes, password_chars } = self.access;
        if failures == 0 || lock_minutes == 0 || session_hours == 0 || idle_minutes == 0 || password_chars < 8
        {
            return Err(ConfigError(
                "access: failures, lock_minutes, session_hours and idle_minutes must be at least 1, password_chars at least 8".into(),
            ));
        }
        self.oidc.as_ref().map_or(Ok(()), Oidc::check)?;
        self.check_outward()
    }

    fn check_outward(&self) -> Result<(), ConfigError> {
        if self.apply.ticket_minutes == 0 || self.links.host_seconds == 0 || self.links.every_hours == 0 {
            return Err(ConfigError(
                "apply.ticket_minutes, links.host_seconds and links.every_hours must be at least 1".into(),
            ));
        }
        if self.outbox.tries == 0 || self.outbox.timeout_ms == 0 || self.links.timeout_ms == 0 {
            return Err(ConfigError(
                "outbox.tries, outbox.timeout_ms and links.timeout_ms must be at least 1".into(),
            ));
        }
        let names: BTreeSet<&str> = self.webhooks.iter().map(|hook| hook.name.as_str()).collect();
        let web = |hook: &Webhook| ["https://", "http://"].iter().any(|scheme| hook.url.starts_with(scheme));
        if names.len() != self.webhooks.len() || names.contains("") || !self.webhooks.iter().all(web) {
            return Err(ConfigError(
                "webhooks: each with a name of its own and an address that begins with https:// or http://"
                    .into(),
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_strictly() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("b.toml");
        for (text, want) in [
            ("", Ok(600)),
            ("[limits]\nper_minute = 5", Ok(5)),
            ("[limits]\nper_minut = 5", Err("per_minut")),
            ("[thresholds]\nsure = 7", Err("thresholds")),
            ("listen = \"nowhere\"", Err("listen")),
            ("[desk]\nhours = [\"9 to 5\"]", Err("09:00-12:00")),
            ("[desk]\ngroups = []", Err("desk.groups")),
            ("[[sites]]\nid = \"a\"\norigins = [\"https://a.gov.cn\"]", Ok(600)),
            ("[[sites]]\nid = \"a\"\norigins = [\"https://a.gov.cn/x\"]", Err("without a path")),
            ("[[sites]]\nid = \"a\"\norigins = [\"*\"]", Err("without a path")),
            ("[[sites]]\nid = \"a\"\norigins = []", Err("origins")),
            ("[apply]\nalgorithm = \"sm3\"", Ok(600)),
            ("[apply]\nalgorithm = \"md5\"", Err("md5")),
            ("[links]\nhost_seconds = 0", Err("host_seconds")),
            ("[[webhooks]]\nname = \"a\"\nurl = \"ftp://a\"\nsecret = \"a.key\"", Err("webhooks")),
            (
                "[[webhooks]]\nname = \"a\"\nurl = \"https://a\"\nsecret = \"a.key\"\nkinds = [\"x\"]",
                Err("rating.created"),
            ),
            ("[oidc]\nissuer = \"https://id.example\"", Err("client_id")),
        ] {
            std::fs::write(&file, text).unwrap();
            match (Config::read(Some(&file)), want) {
                (Ok(config), Ok(per_minute)) => assert_eq!(config.limits.per_minute, per_minute),
                (Err(e), Err(word)) => assert!(e.to_string().contains(word), "{e}"),
                (got, want) => panic!("{text:?}: {got:?}, wanted {want:?}"),
            }
        }
        assert!(Config::read(Some(Path::new("/nowhere.toml"))).is_err());
    }

    #[test]
    fn the_shipped_file_holds_the_defaults() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("bangban.toml");
        assert_eq!(Config::read(Some(&file)).unwrap(), Config::default());
    }
}
