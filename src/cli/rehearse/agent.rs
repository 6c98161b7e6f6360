//! An agent of the rehearsal: takes what waits, answers every word, ends when the citizen says goodbye.

use super::line::{Line, random};
use super::{PASSWORD, Stage};
use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Signs in; gives the cookie.
pub async fn sign_in(line: &Line, at: usize) -> Result<String> {
    let body = json!({ "login": format!("agent{at}"), "password": PASSWORD });
    for _ in 0..200 {
        let origin = [("origin", line.base.clone())];
        match line.send("POST", "/api/v1/desk/session", &origin, &body).await {
            Ok(answer) if answer.status().is_success() => {
                let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
                let pair = cookie.and_then(|cookie| cookie.split(';').next());
                return Ok(pair.context("no cookie")?.to_owned());
            }
            // Passwords take their time, and only so many are looked at together.
            Ok(answer) if matches!(answer.status().as_u16(), 429 | 503) => {}
            Ok(answer) => bail!("agent{at} can't sign in: {}", answer.status()),
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(200 + random(800))).await;
    }
    bail!("agent{at} could not sign in")
}

/// Works until the rehearsal ends.
pub async fn work(stage: Arc<Stage>, at: usize) {
    let mut agent = match sign_in(&stage.line, at).await {
        Ok(cookie) => Agent { stage: stage.clone(), at, cookie, seq: 0, seen: BTreeMap::new() },
        Err(error) => return stage.counts.fault(format!("agent {at}: {error:#}")),
    };
    loop {
        if let Err(error) = agent.line().await {
            stage.counts.fault(format!("agent {at}: {error:#}"));
            return;
        }
        stage.counts.reconnects.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(200 + random(1_000))).await;
    }
}

struct Agent {
    stage: Arc<Stage>,
    at: usize,
    cookie: String,
    /// The last event of the desk that was heard of.
    seq: i64,
    /// Number of the last message that was answered, by conversation.
    seen: BTreeMap<String, i64>,
}

impl Agent {
    async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        self.stage.line.staff("POST", path, &self.cookie, body).await
    }

    /// One line, until it breaks.
    async fn line(&mut self) -> Result<()> {
        let (status, ticket) = self.post("/api/v1/desk/socket-ticket", &json!({})).await?;
        if status == 401 {
            self.cookie = sign_in(&self.stage.line, self.at).await?;
            return Ok(());
        }
        let ticket = ticket["ticket"].as_str().context("no ticket")?.to_owned();
        let mut request =
            format!("ws://{}/api/v1/desk/socket", self.stage.line.host).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(&self.stage.line.base)?);
        headers.insert(
            "sec-websocket-protocol",
            HeaderValue::from_str(&format!("bangban.v1, ticket.{ticket}"))?,
        );
        let Ok((mut socket, _)) = tokio_tungstenite::connect_async(request).await else { return Ok(()) };
        let resume = json!({ "v": 1, "type": "resume", "id": "r", "seq": self.seq });
        if socket.send(Message::text(resume.to_string())).await.is_err() {
            return Ok(());
        }
        // What happened while nobody listened is read from the lists.
        self.catch_up().await?;
        let breaks = Instant::now() + Duration::from_secs(20 + random(100));
        let mut looked = Instant::now();
        while Instant::now() < breaks {
            if looked.elapsed() > Duration::from_secs(3) {
                looked = Instant::now();
                self.take_waiting().await?;
            }
            match timeout(Duration::from_secs(1), socket.next()).await {
                Err(_) => {}
                Ok(Some(Ok(Message::Text(text)))) => {
                    let told: Value = serde_json::from_str(&text)?;
                    self.told(&told).await?;
                }
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return Ok(()),
                Ok(Some(Ok(_))) => {}
            }
        }
        Ok(())
    }

    async fn told(&mut self, told: &Value) -> Result<()> {
        match told["type"].as_str() {
            Some("ready" | "reset") => {
                let seq = told["data"]["seq"].as_i64().unwrap_or(0);
                if self.seq == 0 || told["type"] == "reset" {
                    self.seq = seq;
                    self.catch_up().await?;
                }
                return Ok(());
            }
            Some("message.created") => {
                self.number(told)?;
                let id = told["data"]["conversation"].as_str().unwrap_or_default().to_owned();
                self.answer(&id, &told["data"]["message"]).await?;
            }
            Some("case.changed") => self.number(told)?,
            _ => {}
        }
        Ok(())
    }

    fn number(&mut self, told: &Value) -> Result<()> {
        let seq = told["seq"].as_i64().context("an event without its number")?;
        if seq <= self.seq {
            bail!("event {seq} came after {}", self.seq);
        }
        self.seq = seq;
        Ok(())
    }

    /// Takes what waits, as much as he may.
    async fn take_waiting(&mut self) -> Result<()> {
        let path = "/api/v1/desk/cases?list=waiting";
        let (_, list) = self.stage.line.staff("GET", path, &self.cookie, &Value::Null).await?;
        let waiting: Vec<String> = list["cases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|case| case["id"].as_str().map(str::to_owned))
            .take(20)
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let id = &waiting[random(waiting.len() as u64) as usize];
        match self.post(&format!("/api/v1/desk/cases/{id}/claim"), &json!({})).await? {
            (200, _) => {
                self.stage.counts.claims.fetch_add(1, Ordering::Relaxed);
                self.read(id).await
            }
            (409 | 404, _) => Ok(()),
            (401, _) => Ok(()),
            (status, body) => bail!("a claim was answered with {status} {body}"),
        }
    }

    /// Reads all that he has.
    async fn catch_up(&mut self) -> Result<()> {
        let path = "/api/v1/desk/cases?list=mine";
        let (_, list) = self.stage.line.staff("GET", path, &self.cookie, &Value::Null).await?;
        let mine: BTreeSet<String> = list["cases"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|case| case["id"].as_str().map(str::to_owned))
            .collect();
        self.seen.retain(|id, _| mine.contains(id));
        for id in mine {
            self.read(&id).await?;
        }
        Ok(())
    }

    /// Answers what was said in a conversation and not answered.
    async fn read(&mut self, id: &str) -> Result<()> {
        let path = format!("/api/v1/desk/cases/{id}");
        let (status, file) = self.stage.line.staff("GET", &path, &self.cookie, &Value::Null).await?;
        if status != 200 {
            return Ok(());
        }
        let messages = file["messages"].as_array().cloned().unwrap_or_default();
        for message in &messages {
            self.answer(id, message).await?;
        }
        Ok(())
    }

    async fn answer(&mut self, id: &str, message: &Value) -> Result<()> {
        let seq = message["seq"].as_i64().unwrap_or(0);
        let seen = self.seen.entry(id.to_owned()).or_insert(0);
        if message["kind"] != "citizen" || seq <= *seen {
            return Ok(());
        }
        *seen = seq;
        let text = message["text"].as_str().unwrap_or_default();
        // The name is made of what is answered, not of who answers: whoever takes over answers nothing twice.
        let body = json!({ "text": format!("答 {text}"), "client_msg_id": format!("re{seq}") });
        let path = format!("/api/v1/desk/cases/{id}");
        match self.post(&format!("{path}/messages"), &body).await? {
            (201, _) => {}
            // Lost meanwhile to somebody else, or answered by whoever had it before.
            (403 | 409 | 422, _) => return Ok(()),
            (status, body) => bail!("an answer was taken with {status} {body}"),
        }
        if text.starts_with("再见") {
            match self.post(&format!("{path}/close"), &json!({ "outcome": "solved" })).await? {
                (200 | 403 | 409, _) => {}
                (status, body) => bail!("an end was taken with {status} {body}"),
            }
            self.seen.remove(id);
        }
        Ok(())
    }
}
