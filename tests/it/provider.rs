//! An identity provider on this machine, for tests. Keys and certificates in `tests/fixtures/inner-network` were made for
//! them alone, and are good until 2126.

use crate::house::root;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bangban::config::{self, Secret};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use reqwest::Url;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What the provider knows the service by.
pub const SECRET: &str = "s3cret of the tests/:";

/// Where browsers find the service.
pub const PUBLIC: &str = "http://desk.test:8080";

/// A key of the provider with its name.
pub enum Key {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    pub fn ec() -> Key {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
        Key::Ec(pair.unwrap())
    }

    pub fn rsa() -> Key {
        let der = std::fs::read(root().join("tests/fixtures/inner-network/provider.rsa")).unwrap();
        Key::Rsa(RsaKeyPair::from_pkcs8(&der).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Key::Ec(_) => "ES256",
            Key::Rsa(_) => "RS256",
        }
    }

    fn sign(&self, text: &str) -> String {
        let random = SystemRandom::new();
        let signature = match self {
            Key::Ec(pair) => pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
                signature
            }
        };
        URL_SAFE_NO_PAD.encode(signature)
    }

    fn public(&self, name: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Key::Ec(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                json!({"kty":"EC","crv":"P-256","kid":name,"use":"sig","x":text(&point[..32]),"y":text(&point[32..])})
            }
            Key::Rsa(pair) => {
                let RsaPublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
                json!({"kty":"RSA","kid":name,"alg":"RS256","n":text(&n),"e":text(&e)})
            }
        }
    }

    /// A token with these claims, as the key's owner writes it.
    pub fn token(&self, name: Option<&str>, claims: &Value) -> String {
        let mut head = json!({"typ":"JWT","alg":self.algorithm()});
        if let Some(name) = name {
            head["kid"] = name.into();
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&head), part(claims));
        format!("{text}.{}", self.sign(&text))
    }
}

/// What the provider holds for a code: the challenge, and the token that it gives.
pub struct Grant {
    challenge: String,
    /// The token.
    pub token: String,
}

/// The provider.
pub struct Provider {
    pub issuer: String,
    pub key: Mutex<(String, Key)>,
    pub grants: Mutex<HashMap<String, Grant>>,
    /// Whether it takes the secret in the form.
    in_form: bool,
    /// Paths it was asked for.
    asked: Mutex<Vec<&'static str>>,
}

impl Provider {
    pub async fn open(key: Key, in_form: bool) -> Arc<Provider> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/realms/staff", listener.local_addr().unwrap());
        let provider = Arc::new(Provider {
            issuer,
            key: Mutex::new(("first".into(), key)),
            grants: Mutex::default(),
            in_form,
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/realms/staff/.well-known/openid-configuration", get(describe))
            .route("/realms/staff/keys", get(keys))
            .route("/realms/staff/token", post(exchange))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn rules(&self) -> config::Oidc {
        rules(&self.issuer)
    }

    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == path).count()
    }

    /// Somebody signs in there; gives the code. `change` makes something of the claims.
    pub fn consent(&self, to: &Asked, login: &str, change: impl FnOnce(&mut Value)) -> String {
        let now = Timestamp::now().as_second();
        let mut claims = json!({
            "iss": self.issuer, "aud": "bangban", "sub": "f3a1", "preferred_username": login,
            "iat": now, "exp": now + 300, "nonce": to["nonce"],
        });
        change(&mut claims);
        let key = self.key.lock().unwrap();
        self.grant(to, key.1.token(Some(&key.0), &claims))
    }

    pub fn grant(&self, to: &Asked, token: String) -> String {
        let mut grants = self.grants.lock().unwrap();
        let code = format!("code-{}-of-the-provider", grants.len());
        grants.insert(code.clone(), Grant { challenge: to["code_challenge"].clone(), token });
        code
    }
}

/// How the service is set up for a provider.
pub fn rules(issuer: &str) -> config::Oidc {
    config::Oidc {
        issuer: issuer.into(),
        client_id: "bangban".into(),
        client_secret: Secret::of(SECRET),
        public_url: PUBLIC.into(),
        scopes: vec!["openid".into(), "profile".into()],
        claim: "preferred_username".into(),
        ca: None,
        timeout_ms: 2_000,
    }
}

async fn describe(State(provider): State<Arc<Provider>>) -> String {
    provider.asked.lock().unwrap().push("configuration");
    let issuer = &provider.issuer;
    let ways = if provider.in_form { ["client_secret_post"] } else { ["client_secret_basic"] };
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?kc_locale=zh"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "token_endpoint_auth_methods_supported": ways,
        "response_types_supported": ["code"],
    })
    .to_string()
}

async fn keys(State(provider): State<Arc<Provider>>) -> String {
    provider.asked.lock().unwrap().push("keys");
    let key = provider.key.lock().unwrap();
    // Keys for other things stand beside it.
    let others = [
        json!({"kty":"oct","kid":"first","k":"AAAA"}),
        json!({"kty":"RSA","use":"enc","alg":"RSA-OAEP","kid":"e","n":"AQAB","e":"AQAB"}),
        json!({"kty":"OKP","crv":"of another world","kid":"o","x":"AA"}),
    ];
    let all: Vec<Value> = others.into_iter().chain([key.1.public(&key.0)]).collect();
    json!({"keys": all}).to_string()
}

async fn exchange(State(provider): State<Arc<Provider>>, headers: HeaderMap, body: String) -> Response {
    provider.asked.lock().unwrap().push("token");
    let form: HashMap<String, String> = pairs(&Url::parse(&format!("x:/?{body}")).unwrap());
    let value = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let known = if provider.in_form {
        (value("client_id"), value("client_secret")) == ("bangban", SECRET)
    } else {
        let basic = STANDARD.encode("bangban:s3cret%20of%20the%20tests%2F%3A");
        headers.get(header::AUTHORIZATION).is_some_and(|got| got == format!("Basic {basic}").as_str())
            && !body.contains("client_secret")
    };
    if !known {
        return (StatusCode::UNAUTHORIZED, r#"{"error":"invalid_client"}"#).into_response();
    }
    let grant = provider.grants.lock().unwrap().remove(value("code"));
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier")));
    let callback = format!("{PUBLIC}/api/v1/desk/oidc/callback");
    match grant {
        Some(grant)
            if grant.challenge == proof
                && value("redirect_uri") == callback
                && value("grant_type") == "authorization_code" =>
        {
            let token = json!({"access_token":"opaque","token_type":"Bearer","id_token":grant.token});
            token.to_string().into_response()
        }
        _ => (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response(),
    }
}

/// What the provider is asked by the browser.
pub type Asked = HashMap<String, String>;

/// The parameters of an address.
pub fn pairs(url: &Url) -> Asked {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Says one thing to whoever comes by TLS, with the certificate of the inner network.
pub fn say_by_tls(listener: std::net::TcpListener, body: String) {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use std::io::{Read, Write};
    let at = |name: &str| root().join("tests/fixtures/inner-network").join(name);
    let certificate = CertificateDer::from_pem_file(at("provider.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(at("provider.key")).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
    let config = versions.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::Stream::new(&mut line, &mut stream);
            // Whoever doesn't trust the certificate hangs up.
            if tls.read(&mut [0; 4096]).is_ok() {
                let length = body.len();
                let _ = write!(
                    tls,
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
                );
            }
        }
    });
}
