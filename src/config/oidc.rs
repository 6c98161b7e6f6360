//! Signing in by the identity provider of the house: how it is set up.

use super::ConfigError;
use reqwest::Url;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use std::path::PathBuf;

/// The identity provider (统一身份认证) by which staff may sign in beside their passwords.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The provider's name for itself, which is an address, exactly as it writes it.
    pub issuer: String,
    /// The name that this service has there.
    pub client_id: String,
    /// What shows that it is this service.
    pub client_secret: Secret,
    /// Where browsers find this service: `https://host` or `https://host:port`, no path.
    pub public_url: String,
    /// What is asked for; `openid` among it.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that holds the login of an account here.
    #[serde(default = "claim")]
    pub claim: String,
    /// File of certificates (PEM) that vouch for the provider in an inner network, beside those of the system.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// Milliseconds that one request to the provider may take; signing in makes up to three.
    #[serde(default = "timeout_ms")]
    pub timeout_ms: u64,
}

fn scopes() -> Vec<String> {
    vec!["openid".into(), "profile".into()]
}

fn claim() -> String {
    "preferred_username".into()
}

fn timeout_ms() -> u64 {
    3_000
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn of(text: &str) -> Secret {
        Secret(text.to_owned())
    }

    /// The text itself.
    pub fn shown(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read {
            Text(String),
            Other(IgnoredAny),
        }
        match Read::deserialize(from)? {
            Read::Text(text) => Ok(Secret(text)),
            // The usual message would print it; and 007 in a variable is read as 7.
            Read::Other(_) => Err(serde::de::Error::custom(
                "a secret that reads as a number or a list needs quotes of its own, in a variable too: '\"007\"'",
            )),
        }
    }
}

/// Whether nobody on the way can read or change what goes to an address: TLS, or this machine.
pub fn guarded(address: &Url) -> bool {
    let here = matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    address.scheme() == "https" || (address.scheme() == "http" && here)
}

impl Oidc {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |what: String| Err(ConfigError(format!("oidc: {what}")));
        let plain =
            |url: &Url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !Url::parse(&self.issuer).is_ok_and(|url| guarded(&url) && plain(&url)) {
            return wrong(format!(
                "issuer {:?} is not like \"https://id.example.gov.cn/realms/staff\"; http only on this machine",
                self.issuer
            ));
        }
        let whole = |url: Url| {
            let bare = url.path() == "/" && !self.public_url.ends_with('/');
            matches!(url.scheme(), "https" | "http") && plain(&url) && bare
        };
        if !Url::parse(&self.public_url).is_ok_and(whole) {
            return wrong(format!(
                "public_url {:?} is not like \"https://bangban.example.gov.cn\", without a path",
                self.public_url
            ));
        }
        if self.client_id.is_empty() || self.client_secret.0.is_empty() || self.claim.is_empty() {
            return wrong("client_id, client_secret and claim must not be empty".into());
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return wrong("scopes must hold \"openid\"".into());
        }
        if self.scopes.iter().any(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return wrong("scopes is a list of words".into());
        }
        if self.timeout_ms == 0 {
            return wrong("timeout_ms must be at least 1".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        issuer = "https://id.example.gov.cn/realms/staff"
        client_id = "bangban"
        client_secret = "not to be seen"
        public_url = "https://bangban.example.gov.cn"
    "#;

    #[test]
    fn a_section_is_whole_or_refused_with_the_name_of_what_is_wrong() {
        for (from, to, want) in [
            ("", "", ""),
            ("https://id", "http://id", "issuer"),
            ("https://id.example.gov.cn/realms/staff", "http://127.0.0.1:9000", ""),
            ("https://id.example.gov.cn/realms/staff", "id.example.gov.cn", "issuer"),
            ("realms/staff", "realms?a=b", "issuer"),
            ("https://bangban", "http://bangban", ""),
            ("bangban.example.gov.cn", "bangban.example.gov.cn:8443", ""),
            ("bangban.example.gov.cn", "bangban.example.gov.cn/", "public_url"),
            ("bangban.example.gov.cn", "bangban.example.gov.cn/desk", "public_url"),
            ("https://bangban", "ftp://bangban", "public_url"),
            ("client_id = \"bangban\"", "client_id = \"\"", "client_id"),
            ("client_id = \"bangban\"", "", "client_id"),
            ("client_secret = \"not to be seen\"", "", "client_secret"),
            ("\"not to be seen\"", "\"\"", "client_secret"),
            ("\"not to be seen\"", "20261127", "quotes"),
            ("\"not to be seen\"", "\"not to be seen\"\nscopes = [\"profile\"]", "openid"),
            ("\"not to be seen\"", "\"not to be seen\"\nscopes = [\"openid\", \"a b\"]", "words"),
            ("\"not to be seen\"", "\"not to be seen\"\nclaim = \"\"", "claim"),
            ("\"not to be seen\"", "\"not to be seen\"\ntimeout_ms = 0", "timeout_ms"),
            ("\"not to be seen\"", "\"not to be seen\"\nredirect = \"x\"", "redirect"),
        ] {
            let text = GOOD.replace(from, to);
            let read = toml::from_str::<Oidc>(&text).map_err(|e| e.message().to_owned());
            let read = read.and_then(|oidc| oidc.check().map(|()| oidc).map_err(|e| e.to_string()));
            match read {
                Ok(oidc) => {
                    assert_eq!(want, "", "{from} → {to}");
                    assert!(!format!("{oidc:?}").contains("not to be seen"), "{oidc:?}");
                    assert_eq!((oidc.claim.as_str(), oidc.scopes.len()), ("preferred_username", 2));
                }
                Err(error) => {
                    assert!(!want.is_empty() && error.contains(want), "{from} → {to}: {error}");
                    assert!(!error.contains("20261127"), "{error}");
                }
            }
        }
    }
}
