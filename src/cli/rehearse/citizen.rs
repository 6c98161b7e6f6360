//! A citizen of the rehearsal: asks for a person, talks, looks whether everything came once and in order.

use super::Stage;
use super::line::{Line, random};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// An answer that takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(900);

/// One conversation.
pub struct Citizen {
    pub id: String,
    token: String,
}

/// What the stream has told so far.
struct Heard {
    seq: i64,
    closed: bool,
    /// Texts of the agents, in order.
    texts: Vec<String>,
}

impl Citizen {
    /// Begins a conversation.
    pub async fn begin(line: &Line) -> Result<Citizen> {
        let (status, begun) = line.citizen("POST", "/api/v1/conversations", "", &json!({})).await?;
        if status != 201 {
            bail!("a conversation was begun with {status} {begun}");
        }
        let text = |name: &str| begun[name].as_str().map(str::to_owned).context("no id or token");
        Ok(Citizen { id: text("id")?, token: text("token")? })
    }

    /// Sends something.
    pub async fn post(&self, line: &Line, path: &str, body: &Value) -> Result<(u16, Value)> {
        line.citizen("POST", &format!("/api/v1/conversations/{}{path}", self.id), &self.token, body).await
    }

    /// Everything that was said, as the service keeps it.
    async fn history(&self, line: &Line) -> Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last["seq"].as_i64().unwrap_or(0));
            let path = format!("/api/v1/conversations/{}?after={after}&limit=200", self.id);
            let (_, page) = line.citizen("GET", &path, &self.token, &Value::Null).await?;
            let messages = page["messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return Ok(all);
            }
            all.extend(messages);
        }
    }
}

/// Conversations one after the other, until it is over.
pub async fn live(stage: Arc<Stage>, at: usize) {
    while !stage.over.load(Ordering::Relaxed) {
        if let Err(error) = talk(&stage, at).await {
            stage.counts.fault(format!("citizen {at}: {error:#}"));
            return;
        }
        stage.counts.conversations.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(random(5_000))).await;
    }
}

async fn talk(stage: &Stage, at: usize) -> Result<()> {
    let citizen = Citizen::begin(&stage.line).await?;
    let began = Instant::now();
    loop {
        let (status, body) = citizen.post(&stage.line, "/handoff", &json!({})).await?;
        match status {
            202 => break,
            // After a restart the agents need a moment to come back.
            503 if began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_secs(1)).await,
            _ => bail!("a person was asked for: {status} {body}"),
        }
    }
    let mut heard = Heard { seq: 0, closed: false, texts: Vec::new() };
    let words = 2 + random(4) as usize;
    for word in 0..words {
        let last = word + 1 == words;
        let text = if last { format!("再见 {at}-{word}") } else { format!("请问 {at}-{word}") };
        let name = format!("w{word}");
        let sent = json!({ "text": text, "client_msg_id": name });
        let (status, body) = citizen.post(&stage.line, "/messages", &sent).await?;
        if status != 201 {
            bail!("{text} was taken with {status} {body}");
        }
        stage.counts.sent.fetch_add(1, Ordering::Relaxed);
        if random(10) == 0 {
            // Sent twice, as a phone does that did not hear of the first.
            citizen.post(&stage.line, "/messages", &sent).await?;
        }
        let want = format!("答 {text}");
        listen(stage, &citizen, &mut heard, |heard| heard.texts.contains(&want) || heard.closed).await?;
        if heard.closed && !last {
            bail!("closed before {text} was answered");
        }
        stage.counts.answered.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(500 + random(3_000))).await;
    }
    listen(stage, &citizen, &mut heard, |heard| heard.closed).await?;
    let want: Vec<String> = (0..words)
        .map(|word| {
            if word + 1 == words {
                format!("答 再见 {at}-{word}")
            } else {
                format!("答 请问 {at}-{word}")
            }
        })
        .collect();
    if heard.texts != want {
        bail!("{}: heard {:?}, wanted {want:?}", citizen.id, heard.texts);
    }
    let history = citizen.history(&stage.line).await?;
    let numbers: Vec<i64> = history.iter().map(|m| m["seq"].as_i64().unwrap_or(0)).collect();
    if numbers != (1..=numbers.len() as i64).collect::<Vec<_>>() {
        bail!("{}: numbers of its messages: {numbers:?}", citizen.id);
    }
    let said = history.iter().filter(|m| m["kind"] == "citizen").count();
    if said != words {
        bail!("{}: {said} words are kept, {words} were sent", citizen.id);
    }
    Ok(())
}

/// Follows the stream until something was heard; the line breaks now and then.
async fn listen(
    stage: &Stage,
    citizen: &Citizen,
    heard: &mut Heard,
    until: impl Fn(&Heard) -> bool,
) -> Result<()> {
    let began = Instant::now();
    while !until(heard) {
        if began.elapsed() > PATIENCE {
            bail!("{}: nothing for {} s, after number {}", citizen.id, PATIENCE.as_secs(), heard.seq);
        }
        let path = format!("/api/v1/conversations/{}/events", citizen.id);
        let headers = [
            ("authorization", format!("Bearer {}", citizen.token)),
            ("last-event-id", heard.seq.to_string()),
        ];
        let Ok(mut stream) = stage.line.send("GET", &path, &headers, &Value::Null).await else {
            tokio::time::sleep(Duration::from_millis(500)).await;
            continue;
        };
        let breaks = Duration::from_secs(5 + random(60));
        let mut pending = Vec::new();
        // The line breaks by chance, or with the service.
        let broke = timeout(breaks, async {
            while !until(heard) {
                match stream.chunk().await {
                    Ok(Some(bytes)) => take(&mut pending, &bytes, heard, &citizen.id)?,
                    _ => return Ok(()),
                }
            }
            Ok::<(), anyhow::Error>(())
        })
        .await;
        if let Ok(done) = broke {
            done?;
        }
        stage.counts.reconnects.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Reads events as they come; a gap or a double is a fault.
fn take(pending: &mut Vec<u8>, part: &[u8], heard: &mut Heard, id: &str) -> Result<()> {
    pending.extend_from_slice(part);
    while let Some(end) = pending.windows(2).position(|two| two == b"\n\n") {
        let event: Vec<u8> = pending.drain(..end + 2).collect();
        let event = String::from_utf8(event)?;
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let Some(number) = field("id:").and_then(|id| id.parse::<i64>().ok()) else { continue };
        if number != heard.seq + 1 {
            bail!("{id}: number {number} came after {}", heard.seq);
        }
        heard.seq = number;
        let data: Value = serde_json::from_str(field("data:").unwrap_or_default())?;
        let message = &data["message"];
        if message["kind"] == "agent" {
            heard.texts.push(message["text"].as_str().unwrap_or_default().to_owned());
        }
        heard.closed |= message["event"] == "conversation.closed";
    }
    Ok(())
}
