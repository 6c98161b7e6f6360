//! How the rehearsal speaks with the service: requests that are tried until they are answered, and a little chance.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::time::Duration;

/// Tries of a request while the service is away.
const TRIES: u32 = 240;

/// Pause between tries.
const PAUSE: Duration = Duration::from_millis(500);

/// A number below a bound, by chance.
pub fn random(below: u64) -> u64 {
    let mut bytes = [0u8; 8];
    // Without randomness the rehearsal is a worse one, not a wrong one.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes) % below.max(1)
}

/// The service as those who call it see it.
pub struct Line {
    client: reqwest::Client,
    pub base: String,
    pub host: String,
}

impl Line {
    /// To a port of this machine.
    pub fn to(port: u16) -> Result<Line> {
        // Set already where something else calls out, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(256)
            .pool_idle_timeout(Duration::from_secs(5))
            .no_proxy()
            .build()
            .context("can't make a client")?;
        let host = format!("127.0.0.1:{port}");
        Ok(Line { client, base: format!("http://{host}"), host })
    }

    /// Waits until the service answers.
    pub async fn ready(&self) -> Result<()> {
        for _ in 0..TRIES {
            let answer = self.client.get(format!("{}/readyz", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("the service did not get ready")
    }

    /// A request of a citizen, tried until it is answered; every one may be sent twice.
    pub async fn citizen(&self, method: &str, path: &str, token: &str, body: &Value) -> Result<(u16, Value)> {
        self.call(method, path, &[("authorization", format!("Bearer {token}"))], body).await
    }

    /// A request of a member of staff.
    pub async fn staff(&self, method: &str, path: &str, cookie: &str, body: &Value) -> Result<(u16, Value)> {
        let headers = [("cookie", cookie.to_owned()), ("origin", self.base.clone())];
        self.call(method, path, &headers, body).await
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: &Value,
    ) -> Result<(u16, Value)> {
        for _ in 0..TRIES {
            match self.send(method, path, headers, body).await {
                Ok(response) => {
                    let status = response.status().as_u16();
                    let again = response.headers().get("retry-after");
                    let again = again.and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
                    if let (503, Some(seconds)) = (status, again) {
                        // So that not all who were sent away come back together.
                        let wait = Duration::from_millis(1_000 * seconds + random(1_000));
                        tokio::time::sleep(wait).await;
                        continue;
                    }
                    if let Ok(text) = response.text().await {
                        return Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)));
                    }
                }
                Err(error) if error.is_builder() => return Err(error.into()),
                Err(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
        bail!("{method} {path} was never answered")
    }

    /// One try; the answer may be read as it comes.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: &Value,
    ) -> reqwest::Result<reqwest::Response> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or(reqwest::Method::GET);
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if method != reqwest::Method::GET {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await
    }
}
