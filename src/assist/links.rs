//! Looking at the addresses that guides have: slowly, one host after another, and never into the inner network.

use super::{AskError, Assist, outside};
use crate::config::LinkRules;
use crate::store::{DatabaseError, Link, Links};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method, StatusCode, Url, header};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Hosts that are asked at once.
const HOSTS: i64 = 8;

/// Redirects that are followed.
const HOPS: usize = 4;

/// Between two rounds.
const PACE: Duration = Duration::from_secs(1);

/// Addresses of a new generation are taken in this long after those of another: all guides are read for it, and changes
/// of a few make a generation each.
const TAKE_IN: Duration = Duration::from_secs(3600);

/// After a failure it is looked again so soon, hours: whether it lasts is to be known before the next day.
const AGAIN: i64 = 1;

/// What keeps a round from being made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The index.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The store.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A thread ended early.
    #[error("reading the guides ended early: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

/// Looks at addresses, where that is set.
pub struct LinkChecks {
    links: Links,
    rules: LinkRules,
    /// `None` where nothing is looked at.
    client: Option<Client>,
    turns: Arc<Turns>,
}

/// When each host may be asked again.
#[derive(Debug, Default)]
struct Turns(Mutex<HashMap<String, Instant>>);

impl Turns {
    /// Waits until a host may be asked; whoever comes next waits longer.
    async fn wait(&self, host: &str, between: Duration) {
        let mine = {
            // One insertion: a panic elsewhere leaves the map whole.
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            turns.retain(|_, next| *next > now);
            let mine = turns.get(host).copied().unwrap_or(now);
            turns.insert(host.to_owned(), mine + between);
            mine
        };
        tokio::time::sleep_until(mine).await;
    }
}

impl LinkChecks {
    /// As it was set up.
    pub fn of(links: Links, rules: LinkRules) -> reqwest::Result<LinkChecks> {
        let client = match rules.check {
            true => Some(outside::client(Duration::from_millis(rules.timeout_ms), rules.private)?),
            false => None,
        };
        Ok(LinkChecks { links, rules, client, turns: Arc::default() })
    }

    /// Whether addresses are looked at.
    pub fn on(&self) -> bool {
        self.client.is_some()
    }

    /// Looks at addresses until the service stops.
    pub async fn run(&self, assist: Arc<Assist>, today: fn() -> Date, mut stopping: watch::Receiver<bool>) {
        if self.client.is_none() {
            return;
        }
        let mut known = String::new();
        let mut taken_in: Option<Instant> = None;
        loop {
            let round = async {
                let before = known.clone();
                let waits = taken_in.is_some_and(|at| at.elapsed() < TAKE_IN);
                let mut passed_over = assist.search().manifest().generation.clone();
                let known = if waits { &mut passed_over } else { &mut known };
                if let Err(error) = self.round(&assist, known, today()).await {
                    tracing::error!(%error, "can't look at the addresses of guides");
                }
                if !waits && *known != before {
                    taken_in = Some(Instant::now());
                }
                tokio::time::sleep(PACE).await;
            };
            tokio::select! {
                () = round => {}
                _ = stopping.changed() => if *stopping.borrow() { return },
            }
        }
    }

    /// One round: addresses of a new generation are taken in, then one address of each host is looked at.
    pub async fn round(
        &self,
        assist: &Arc<Assist>,
        known: &mut String,
        today: Date,
    ) -> Result<(), CheckError> {
        let Some(client) = &self.client else { return Ok(()) };
        let generation = assist.search().manifest().generation.clone();
        if *known != generation {
            let reader = assist.clone();
            let found = tokio::task::spawn_blocking(move || reader.links(today)).await??;
            self.links.keep(&found, Timestamp::now()).await?;
            *known = generation;
        }
        // Those known from before the start, and those of the last round; a new generation knows none by itself.
        assist.search().set_dead(self.links.dead().await?);
        let mut looks = JoinSet::new();
        for link in self.links.due(Timestamp::now(), HOSTS).await? {
            let look = Look { client: client.clone(), rules: self.rules, turns: self.turns.clone() };
            looks.spawn(async move {
                let seen = look.at(&link).await;
                (link, seen)
            });
        }
        while let Some(done) = looks.join_next().await {
            let (link, (status, failure)) = done?;
            let every = i64::from(self.rules.every_hours);
            let hours = if failure.is_some() { every.min(AGAIN) } else { every };
            let now = Timestamp::now();
            let again = now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
            self.links.looked(&link.url, (status, failure), again, now).await?;
            let outcome = failure.unwrap_or("works");
            metrics::counter!("bangban_links_total", "outcome" => outcome).increment(1);
        }
        Ok(())
    }
}

/// One look at one address.
struct Look {
    client: Client,
    rules: LinkRules,
    turns: Arc<Turns>,
}

/// HTTP status of the last answer, and what was wrong with it.
type Seen = (Option<u16>, Option<&'static str>);

impl Look {
    async fn at(&self, link: &Link) -> Seen {
        let Ok(mut url) = Url::parse(&link.url) else { return (None, Some("address")) };
        for _ in 0..=HOPS {
            let (status, next) = match self.ask(&url).await {
                Ok(answer) => answer,
                Err(failure) => return (None, Some(failure)),
            };
            match next {
                Some(there) => url = there,
                None => return (Some(status.as_u16()), wrong(status)),
            }
        }
        (None, Some("redirects"))
    }

    /// Asks for the head, and where that is not understood for the page. Gives where it leads on to, too.
    async fn ask(&self, url: &Url) -> Result<(StatusCode, Option<Url>), &'static str> {
        if !matches!(url.scheme(), "http" | "https") || !(self.rules.private || outside::may_go(url)) {
            return Err("not_public");
        }
        let host = url.host_str().unwrap_or_default();
        let mut last = Err("broken");
        for method in [Method::HEAD, Method::GET] {
            self.turns.wait(host, Duration::from_secs(u64::from(self.rules.host_seconds))).await;
            match self.client.request(method, url.clone()).send().await {
                Ok(answer) => {
                    let status = answer.status();
                    let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                    let next = to.filter(|_| status.is_redirection()).and_then(|to| url.join(to).ok());
                    last = Ok((status, next));
                    if wrong(status).is_none() {
                        break;
                    }
                }
                Err(error) => last = Err(outside::failure(&error)),
            }
        }
        last
    }
}

/// What is wrong with an answer: whoever wants to be signed in to, or calls it too often, is there.
fn wrong(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Some("gone"),
        status if status.is_server_error() => Some("server"),
        StatusCode::METHOD_NOT_ALLOWED => Some("method"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_asked_at_its_pace_and_others_beside_it() {
        let turns = Turns::default();
        let (begun, between) = (Instant::now(), Duration::from_millis(200));
        for _ in 0..3 {
            turns.wait("a.cn", between).await;
        }
        let waited = begun.elapsed();
        assert!(waited >= 2 * between, "{waited:?}");
        let begun = Instant::now();
        turns.wait("b.cn", Duration::from_secs(60)).await;
        assert!(begun.elapsed() < Duration::from_secs(30), "another host is asked at once");
    }

    #[test]
    fn only_what_is_gone_or_broken_is_wrong() {
        for (status, want) in
            [(200, None), (401, None), (403, None), (429, None), (404, Some("gone")), (503, Some("server"))]
        {
            assert_eq!(wrong(StatusCode::from_u16(status).unwrap()), want, "{status}");
        }
    }
}
