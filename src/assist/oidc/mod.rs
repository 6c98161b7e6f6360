//! Signing in by the identity provider of the house (统一身份认证, OpenID Connect): the authorization code flow with
//! PKCE. The provider says who somebody is; what he may is settled here.

mod token;

use super::outside;
use crate::config;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use reqwest::{Certificate, Client, Response, StatusCode, Url, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use token::{Fault, Wanted};

/// Where the provider sends browsers back to.
pub const CALLBACK: &str = "/api/v1/desk/oidc/callback";

/// Whoever went to the provider comes back within that time, and once.
pub const PENDING: SignedDuration = SignedDuration::from_mins(10);

/// Sign-ins under way that are remembered; of more the oldest is forgotten.
const MOST: usize = 10_000;

/// What the provider says of itself is read anew that often.
const KNOWN: SignedDuration = SignedDuration::from_hours(1);

/// A provider that did not answer is left in peace for so long: nobody waits for it in vain meanwhile.
const DOWN: SignedDuration = SignedDuration::from_secs(5);

/// Bytes of an answer of the provider.
const ANSWER: usize = 256 * 1024;

/// The set-up can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadOidc {
    /// The file of certificates.
    #[error("oidc: ca {0}: {1}")]
    Ca(PathBuf, String),
    /// The client.
    #[error("oidc: {0}")]
    Client(#[source] reqwest::Error),
}

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The provider can't be reached, or answers what can't be used: a word.
    #[error("the identity provider is of no use now: {0}")]
    Down(&'static str),
    /// What came back doesn't show who it is: a word.
    #[error("the identity provider's answer is refused: {0}")]
    Refused(&'static str),
    /// No randomness.
    #[error("no randomness")]
    Random,
}

/// What the provider says of itself.
#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    #[serde(deserialize_with = "address")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "address")]
    token_endpoint: Url,
    #[serde(deserialize_with = "address")]
    jwks_uri: Url,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    Url::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
}

/// The provider, and its keys as they were read last.
struct Provider {
    told: Discovered,
    keys: Mutex<Arc<Vec<Jwk>>>,
}

/// What was found when it was looked for.
struct Found {
    at: Timestamp,
    provider: Result<Arc<Provider>, OidcError>,
}

/// A sign-in under way.
#[derive(Debug)]
pub struct Pending {
    /// The page to go back to.
    pub back: String,
    cookie: String,
    nonce: String,
    verifier: String,
    until: Timestamp,
}

/// How a sign-in begins.
#[derive(Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub to: String,
    /// The value of the cookie that it comes back with.
    pub cookie: String,
}

/// Signs in by an identity provider.
pub struct Oidc {
    rules: config::Oidc,
    client: Client,
    found: tokio::sync::Mutex<Option<Found>>,
    pending: Mutex<HashMap<String, Pending>>,
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is one insertion, removal or assignment: a panic elsewhere leaves it whole.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 256 bits that nobody guesses, as text.
fn secret() -> Result<String, OidcError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| OidcError::Random)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn certificates(path: &PathBuf) -> Result<Vec<Certificate>, BadOidc> {
    let bad = |why: String| BadOidc::Ca(path.clone(), why);
    let text = std::fs::read(path).map_err(|e| bad(e.to_string()))?;
    let list = Certificate::from_pem_bundle(&text).map_err(|e| bad(e.to_string()))?;
    if list.is_empty() { Err(bad("no certificate in it; it should be PEM".into())) } else { Ok(list) }
}

impl Oidc {
    /// As it is set up. The provider is not asked before somebody signs in.
    pub fn open(rules: &config::Oidc) -> Result<Oidc, BadOidc> {
        let also = rules.ca.as_ref().map_or_else(|| Ok(Vec::new()), certificates)?;
        // Whoever sets an address up means it: the provider of the house lies in the inner network.
        let client = outside::trusting(Duration::from_millis(rules.timeout_ms), true, &also);
        let client = client.map_err(|error| match &rules.ca {
            Some(path) => BadOidc::Ca(path.clone(), format!("{:#}", anyhow::Error::from(error))),
            None => BadOidc::Client(error),
        })?;
        Ok(Oidc { rules: rules.clone(), client, found: Default::default(), pending: Default::default() })
    }

    /// Whether browsers find this service by TLS.
    pub fn by_tls(&self) -> bool {
        self.rules.public_url.starts_with("https://")
    }

    fn callback(&self) -> String {
        format!("{}{CALLBACK}", self.rules.public_url)
    }

    /// Begins: `back` is the page that is gone to afterwards.
    pub async fn begin(&self, back: String, now: Timestamp) -> Result<Begun, OidcError> {
        let provider = self.provider(now).await?;
        let (cookie, state, nonce, verifier) = (secret()?, secret()?, secret()?, secret()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut to = provider.told.authorization_endpoint.clone();
        to.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.rules.client_id)
            .append_pair("redirect_uri", &self.callback())
            .append_pair("scope", &self.rules.scopes.join(" "))
            .append_pair("state", &state)
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let until = now.checked_add(PENDING).unwrap_or(Timestamp::MAX);
        let mut pending = held(&self.pending);
        pending.retain(|_, one| one.until > now);
        if pending.len() >= MOST {
            let oldest = pending.iter().min_by_key(|(_, one)| one.until).map(|(state, _)| state.clone());
            oldest.and_then(|state| pending.remove(&state));
        }
        pending.insert(state, Pending { back, cookie: cookie.clone(), nonce, verifier, until });
        Ok(Begun { to: to.into(), cookie })
    }

    /// The sign-in that a browser comes back from. It is forgotten whether or not the cookie is the one that was set.
    pub fn take(&self, state: &str, cookie: Option<&str>, now: Timestamp) -> Option<Pending> {
        let pending = held(&self.pending).remove(state)?;
        (pending.until > now && cookie == Some(pending.cookie.as_str())).then_some(pending)
    }

    /// The login of who comes back with this code; `issuer` where the provider names itself (RFC 9207).
    pub async fn login(
        &self,
        pending: &Pending,
        code: Option<&str>,
        issuer: Option<&str>,
        now: Timestamp,
    ) -> Result<String, OidcError> {
        if issuer.is_some_and(|issuer| issuer != self.rules.issuer) {
            return Err(OidcError::Refused("issuer"));
        }
        // Without a code the provider says that it signed nobody in.
        let code = code.ok_or(OidcError::Refused("denied"))?;
        let provider = self.provider(now).await?;
        let token = self.exchange(&provider.told, code, &pending.verifier).await?;
        let Oidc { rules, .. } = self;
        let wanted = Wanted {
            issuer: &rules.issuer,
            client: &rules.client_id,
            nonce: &pending.nonce,
            claim: &rules.claim,
        };
        let known = held(&provider.keys).clone();
        let read = match token::read(&token, &known, &wanted) {
            // Keys are changed from time to time.
            Err(Fault::NoKey) => token::read(&token, &self.keys(&provider).await?, &wanted),
            read => read,
        };
        read.map_err(|fault| match fault {
            Fault::NoKey => OidcError::Refused("key"),
            Fault::Bad(word) => OidcError::Refused(word),
        })
    }

    /// The provider as it describes itself. One looks, the others wait for what he finds.
    async fn provider(&self, now: Timestamp) -> Result<Arc<Provider>, OidcError> {
        let mut found = self.found.lock().await;
        if let Some(found) = &*found {
            let lasts = if found.provider.is_ok() { KNOWN } else { DOWN };
            if now.duration_since(found.at) < lasts {
                return found.provider.clone();
            }
        }
        let provider = self.discover().await;
        if let Err(error) = &provider {
            tracing::warn!(%error, "signing in by the identity provider is not possible now");
        }
        *found = Some(Found { at: now, provider: provider.clone() });
        provider
    }

    async fn discover(&self) -> Result<Arc<Provider>, OidcError> {
        let issuer = self.rules.issuer.trim_end_matches('/');
        let told: Discovered = self.get(&format!("{issuer}/.well-known/openid-configuration")).await?;
        if told.issuer != self.rules.issuer {
            return Err(OidcError::Down("it names another issuer"));
        }
        let ways = [&told.authorization_endpoint, &told.token_endpoint, &told.jwks_uri];
        if !ways.into_iter().all(config::guarded) {
            return Err(OidcError::Down("an address of it is without TLS"));
        }
        Ok(Arc::new(Provider { told, keys: Mutex::default() }))
    }

    /// Reads the provider's keys anew.
    async fn keys(&self, provider: &Provider) -> Result<Arc<Vec<Jwk>>, OidcError> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Value>,
        }
        let read: Keys = self.get(provider.told.jwks_uri.as_str()).await?;
        // Keys of a kind that nobody here knows are for others.
        let keys = read.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let keys: Arc<Vec<Jwk>> = Arc::new(keys);
        *held(&provider.keys) = keys.clone();
        Ok(keys)
    }

    /// Gives the code for an ID token.
    async fn exchange(&self, told: &Discovered, code: &str, verifier: &str) -> Result<String, OidcError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let (id, secret) = (self.rules.client_id.as_str(), self.rules.client_secret.shown());
        let callback = self.callback();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &callback),
            ("code_verifier", verifier),
        ];
        let request = self.client.post(told.token_endpoint.clone());
        let in_form = told.token_endpoint_auth_methods_supported.iter().any(|m| m == "client_secret_post");
        let request = if in_form {
            form.extend([("client_id", id), ("client_secret", secret)]);
            request
        } else {
            let pair = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
            request.header(header::AUTHORIZATION, format!("Basic {pair}"))
        };
        let answer = request.form(&form).send().await.map_err(|e| OidcError::Down(outside::failure(&e)))?;
        match answer.status() {
            status if status.is_success() => Ok(json::<Tokens>(answer).await?.id_token),
            StatusCode::UNAUTHORIZED => Err(OidcError::Down("it refuses client_id and client_secret")),
            status if status.is_client_error() => Err(OidcError::Refused("code")),
            _ => Err(OidcError::Down("status")),
        }
    }

    async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let answer =
            self.client.get(address).send().await.map_err(|e| OidcError::Down(outside::failure(&e)))?;
        if answer.status().is_success() { json(answer).await } else { Err(OidcError::Down("status")) }
    }
}

async fn json<T: DeserializeOwned>(answer: Response) -> Result<T, OidcError> {
    let body = outside::body(answer, ANSWER).await.map_err(|e| OidcError::Down(outside::failure(&e)))?;
    let body = body.ok_or(OidcError::Down("its answer is too long"))?;
    serde_json::from_slice(&body).map_err(|_| OidcError::Down("its answer can't be read"))
}

/// As name and secret stand in a header (RFC 6749, 2.3.1).
fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
