//! Telling other systems what happened (webhooks): signed, tried again until it is taken, in order for each subject.

use super::outside;
use crate::config::{OutboxRules, Webhook};
use crate::store::{
    Algorithm, Database, DatabaseError, EventKind, KeyError, Outbox, Outgoing, Signer, Subscriber,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Url};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often it is looked whether something is to be sent.
const LOOK: Duration = Duration::from_millis(200);

/// Requests to one system at once.
const AT_ONCE: usize = 4;

/// The longest wait between two tries, milliseconds.
const LONGEST: u64 = 3_600_000;

/// How long what was taken stays in the list.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The set-up can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadWebhook {
    /// The key.
    #[error("webhook {0:?}: secret {1}")]
    Key(String, #[source] KeyError),
    /// The address.
    #[error("webhook {0:?}: {1:?} is no address")]
    Url(String, String),
    /// The client.
    #[error("webhooks: {0}")]
    Client(#[from] reqwest::Error),
}

/// A system that is told.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: Url,
    /// What it is told of; empty for everything.
    pub kinds: Vec<EventKind>,
    signer: Signer,
}

impl Receiver {
    /// Scheme, host and path: what an address has beside them may be secret.
    pub fn shown(&self) -> String {
        format!("{}{}", self.url.origin().ascii_serialization(), self.url.path())
    }
}

/// The systems that are told, and what they are to be told.
pub struct Webhooks {
    outbox: Outbox,
    receivers: Vec<Receiver>,
    rules: OutboxRules,
    /// `None` where nobody is told.
    client: Option<Client>,
}

/// How one try ended.
enum Tried {
    Taken(u16),
    Refused(Option<u16>, &'static str),
}

impl Webhooks {
    /// As they are set up, with the keys read. Gives the database that writes for them, too.
    pub fn read(
        database: &Database,
        list: &[Webhook],
        rules: OutboxRules,
    ) -> Result<(Webhooks, Database), BadWebhook> {
        let receiver = |hook: &Webhook| -> Result<Receiver, BadWebhook> {
            let signer = Signer::read(&hook.secret, Algorithm::Sha256)
                .map_err(|error| BadWebhook::Key(hook.name.clone(), error))?;
            let url =
                Url::parse(&hook.url).map_err(|_| BadWebhook::Url(hook.name.clone(), hook.url.clone()))?;
            Ok(Receiver { name: hook.name.clone(), url, kinds: hook.kinds.clone(), signer })
        };
        let receivers: Vec<Receiver> = list.iter().map(receiver).collect::<Result<_, _>>()?;
        let subscriber =
            |receiver: &Receiver| Subscriber { name: receiver.name.clone(), kinds: receiver.kinds.clone() };
        let database = database.told_to(receivers.iter().map(subscriber).collect());
        let client = match receivers.is_empty() {
            true => None,
            // Whoever sets an address up means it: other systems of the house lie in the inner network.
            false => Some(outside::client(Duration::from_millis(rules.timeout_ms), true)?),
        };
        Ok((Webhooks { outbox: Outbox::of(database.clone()), receivers, rules, client }, database))
    }

    /// The systems.
    pub fn receivers(&self) -> &[Receiver] {
        &self.receivers
    }

    /// What is to be sent.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Sends what is to be sent until the service stops. Each system has its own line: a slow one holds up no other.
    pub async fn deliver(&self, stopping: watch::Receiver<bool>) {
        let Some(client) = &self.client else { return };
        let mut lines = JoinSet::new();
        for receiver in &self.receivers {
            let (outbox, client, receiver) = (self.outbox.clone(), client.clone(), receiver.clone());
            lines.spawn(Line { outbox, rules: self.rules, client, receiver }.run(stopping.clone()));
        }
        while let Some(ended) = lines.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "the line to another system ended early");
            }
        }
    }

    /// Deletes what was taken a week ago, and all that is older than words are kept.
    pub async fn sweep(&self, words_days: u32, now: Timestamp) -> Result<u64, DatabaseError> {
        let ago = |span: SignedDuration| now.checked_sub(span).unwrap_or(Timestamp::MIN);
        self.outbox.forget(ago(KEPT), ago(SignedDuration::from_hours(24 * i64::from(words_days)))).await
    }
}

/// All that one system is told.
struct Line {
    outbox: Outbox,
    rules: OutboxRules,
    client: Client,
    receiver: Receiver,
}

impl Line {
    async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut flying: JoinSet<(Outgoing, Tried)> = JoinSet::new();
        let mut subjects: HashSet<String> = HashSet::new();
        loop {
            if let Err(error) = self.launch(&mut flying, &mut subjects).await {
                tracing::error!(%error, webhook = self.receiver.name, "can't read what is to be sent");
            }
            tokio::select! {
                _ = stopping.changed() => {
                    // What is on its way counts as not sent: it is sent again under the same id.
                    if *stopping.borrow() { return; }
                }
                Some(landed) = flying.join_next() => match landed {
                    Ok((sent, tried)) => {
                        if let Err(error) = self.landed(&sent, tried).await {
                            tracing::error!(%error, webhook = self.receiver.name, "can't write what became of it");
                        }
                        subjects.remove(&sent.subject);
                    }
                    Err(error) => {
                        tracing::error!(%error, webhook = self.receiver.name, "a try ended early");
                        subjects.clear();
                        flying.abort_all();
                    }
                },
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Starts what is due, one a subject.
    async fn launch(
        &self,
        flying: &mut JoinSet<(Outgoing, Tried)>,
        subjects: &mut HashSet<String>,
    ) -> Result<(), DatabaseError> {
        if flying.len() >= AT_ONCE {
            return Ok(());
        }
        // Those that fly are due as well.
        let limit = (2 * AT_ONCE) as i64;
        for outgoing in self.outbox.due(&self.receiver.name, Timestamp::now(), limit).await? {
            if flying.len() >= AT_ONCE {
                break;
            }
            if subjects.insert(outgoing.subject.clone()) {
                let (client, receiver) = (self.client.clone(), self.receiver.clone());
                flying.spawn(async move {
                    let tried = send(&client, &receiver, &outgoing).await;
                    (outgoing, tried)
                });
            }
        }
        Ok(())
    }

    async fn landed(&self, sent: &Outgoing, tried: Tried) -> Result<(), DatabaseError> {
        let now = Timestamp::now();
        let (outcome, done) = match tried {
            Tried::Taken(status) => ("taken", self.outbox.taken(&sent.id, status, now).await),
            Tried::Refused(status, failure) => {
                let tries = sent.tries + 1;
                let again = (tries < self.rules.tries).then(|| now + self.wait(tries));
                let outcome = if again.is_some() { "refused" } else { "dead" };
                if again.is_none() {
                    tracing::warn!(id = sent.id, webhook = sent.webhook, failure, "given up");
                }
                (outcome, self.outbox.refused(&sent.id, (status, failure), again, now).await)
            }
        };
        metrics::counter!("bangban_webhooks_total", "outcome" => outcome).increment(1);
        done
    }

    /// How long to wait after so many tries: twice as long each time, an hour at most, give or take a fifth, so that
    /// not all come back at once.
    fn wait(&self, tries: u32) -> SignedDuration {
        let mut byte = [0u8];
        // Without chance they all come back at once, and are taken all the same.
        let _ = getrandom::fill(&mut byte);
        SignedDuration::from_millis(wait(self.rules.retry_ms, tries, byte[0]))
    }
}

fn wait(first: u64, tries: u32, chance: u8) -> i64 {
    let doubled = first.saturating_mul(1u64.checked_shl(tries.saturating_sub(1).min(32)).unwrap_or(u64::MAX));
    let whole = doubled.min(LONGEST);
    let least = whole - whole / 5;
    let wait = least + (whole * 2 / 5) * u64::from(chance) / 255;
    i64::try_from(wait).unwrap_or(i64::MAX)
}

/// What is sent of it.
fn body(outgoing: &Outgoing) -> String {
    let data: Value = serde_json::from_str(&outgoing.body).unwrap_or_default();
    json!({
        "v": 1,
        "id": outgoing.id,
        "kind": outgoing.kind,
        "subject": outgoing.subject,
        "at": outgoing.at.to_string(),
        "data": data,
    })
    .to_string()
}

async fn send(client: &Client, receiver: &Receiver, outgoing: &Outgoing) -> Tried {
    let body = body(outgoing);
    // The time of this try: whoever gets it refuses what is older than five minutes.
    let timestamp = Timestamp::now().as_second();
    let signature = receiver.signer.sign_hex(format!("{timestamp}.{body}").as_bytes());
    let answer = client
        .post(receiver.url.clone())
        .header("content-type", "application/json")
        .header("bangban-id", &outgoing.id)
        .header("bangban-kind", &outgoing.kind)
        .header("bangban-timestamp", timestamp.to_string())
        .header("bangban-signature", format!("v1={signature}"))
        .body(body)
        .send()
        .await;
    match answer {
        Ok(answer) if answer.status().is_success() => Tried::Taken(answer.status().as_u16()),
        Ok(answer) => Tried::Refused(Some(answer.status().as_u16()), "status"),
        Err(error) => Tried::Refused(None, outside::failure(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour_and_differ() {
        for (tries, least, most) in
            [(1, 4_000, 6_000), (2, 8_000, 12_000), (5, 64_000, 96_000), (16, 2_880_000, 4_320_000)]
        {
            assert_eq!((wait(5_000, tries, 0), wait(5_000, tries, 255)), (least, most), "{tries}");
        }
        assert!(wait(u64::MAX, 99, 255) <= 4_320_000);
    }
}
