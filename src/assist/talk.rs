//! Conversations that last: who may take a turn, in which order, and who is told of it.

use super::{AskError, Assist, Incoming, Turn};
use crate::dialog::State;
use crate::store::{Conversation, ConversationError, Conversations, Database, Message, NewTurn, Retention};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use ulid::Ulid;

/// Why a conversation can't go on.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// No such conversation, or not the asker's.
    #[error("no conversation {0:?} with this token")]
    NoSuch(String),
    /// It was closed.
    #[error("conversation {0:?} is closed")]
    Closed(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] ConversationError),
    /// The answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// No randomness for a token.
    #[error("no randomness for a token: {0}")]
    Random(String),
}

/// Conversations with their store.
pub struct Talks {
    store: Conversations,
    retention: Retention,
    /// One turn at a time in each conversation.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Number of the last message, for those who listen.
    feed: Mutex<HashMap<String, watch::Sender<i64>>>,
}

/// What one sends, with the name by which sending twice counts once.
#[derive(Debug)]
pub struct Sent<'a> {
    /// The conversation.
    pub id: &'a str,
    /// Its owner's token.
    pub token: &'a str,
    /// The sender's name for the message.
    pub name: Option<&'a str>,
    /// The message.
    pub incoming: Incoming,
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change under these locks is one insertion or removal: a panic elsewhere leaves them whole.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Conversations closed in one sweep at most; the next sweep takes the rest.
const SWEPT: i64 = 500;

impl Talks {
    /// Those that are kept in a file.
    pub fn of(database: Database, retention: Retention) -> Talks {
        let store = Conversations::of(database);
        Talks { store, retention, turns: Mutex::default(), feed: Mutex::default() }
    }

    /// Begins a conversation; `hello` is its first message. Gives its token, which is kept nowhere.
    pub async fn start(
        &self,
        state: State,
        previous: Option<&str>,
        hello: Value,
        now: Timestamp,
    ) -> Result<(Conversation, String), TalkError> {
        let mut secret = [0u8; 32];
        getrandom::fill(&mut secret).map_err(|e| TalkError::Random(e.to_string()))?;
        let token: String = secret.iter().map(|b| format!("{b:02x}")).collect();
        let id = Ulid::generate().to_string();
        let messages = [("assistant", hello)];
        let begun = self.store.start(&id, &hash(&token), previous, &state, &messages, now).await?;
        Ok((begun, token))
    }

    /// The conversation, if the token is its owner's. Nothing tells an unknown id from a wrong token.
    pub async fn owned(&self, id: &str, token: &str) -> Result<Conversation, TalkError> {
        let found = self.store.load(id).await?;
        // Hashes are compared, so the time it takes says nothing of the token.
        found.filter(|c| c.token == hash(token)).ok_or_else(|| TalkError::NoSuch(id.to_owned()))
    }

    /// Messages after a number.
    pub async fn messages(&self, id: &str, after: i64, limit: i64) -> Result<Vec<Message>, TalkError> {
        Ok(self.store.messages(id, after, limit).await?)
    }

    /// Takes a turn and writes it; what is returned is on the disk.
    pub async fn take(
        &self,
        assist: &Assist,
        sent: Sent<'_>,
        render: impl Fn(&Turn) -> Value,
        now: Timestamp,
        today: Date,
    ) -> Result<Vec<Message>, TalkError> {
        let Sent { id, token, name, incoming } = sent;
        let content = match &incoming {
            Incoming::Text(text) => hash(&format!("text {text}")),
            Incoming::Press(press) => hash(&format!("press {press}")),
        };
        let line = self.line(id);
        let messages = {
            let _mine = line.lock().await;
            let before = self.owned(id, token).await?;
            if let Some(name) = name
                && let Some(messages) = self.store.sent(id, name, &content).await?
            {
                return Ok(messages);
            }
            if before.closed.is_some() {
                return Err(TalkError::Closed(id.to_owned()));
            }
            let turn = assist.converse(&before.state, incoming, today).await?;
            let messages =
                [("citizen", json!({ "text": turn.said })), ("assistant", json!({ "reply": render(&turn) }))];
            let trace = json!({
                "route": turn.route.word(),
                "status": turn.reply.status.word(),
                "found": turn.found,
                "place": turn.state.place.as_ref().map(|p| p.code.to_string()),
                "item": turn.state.focus.as_ref().map(|f| f.item.to_string()),
                "ms": {
                    "words": turn.timings.words.as_secs_f64() * 1e3,
                    "model": turn.timings.model.as_secs_f64() * 1e3,
                    "search": turn.timings.search.as_secs_f64() * 1e3,
                    "total": turn.timings.total.as_secs_f64() * 1e3,
                },
            });
            let written = self
                .store
                .append(NewTurn {
                    conversation: &before,
                    name: name.map(|name| (name, content.as_str())),
                    messages: &messages,
                    state: &turn.state,
                    trace: &trace,
                    close: None,
                    at: now,
                })
                .await?;
            self.tell(id, written.seq);
            self.store.messages(id, before.seq, 2).await?
        };
        self.leave(id, line);
        Ok(messages)
    }

    /// Ends a conversation; closing it again changes nothing.
    pub async fn close(&self, id: &str, token: &str, why: &str, now: Timestamp) -> Result<(), TalkError> {
        let line = self.line(id);
        {
            let _mine = line.lock().await;
            let before = self.owned(id, token).await?;
            if before.closed.is_none() {
                self.end(&before, why, now).await?;
            }
        }
        self.leave(id, line);
        Ok(())
    }

    async fn end(&self, before: &Conversation, why: &str, now: Timestamp) -> Result<(), TalkError> {
        let messages = [("event", json!({ "event": "conversation.closed", "text": why }))];
        let written = self
            .store
            .append(NewTurn {
                conversation: before,
                name: None,
                messages: &messages,
                state: &before.state,
                trace: &json!({ "closed": why }),
                close: Some(why),
                at: now,
            })
            .await?;
        self.tell(&before.id, written.seq);
        Ok(())
    }

    /// Closes what is idle and deletes what is too old. Tells how many conversations and traces were deleted.
    pub async fn sweep(&self, now: Timestamp) -> Result<(u64, u64), TalkError> {
        let ago = |minutes: u64| {
            let span = SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60));
            now.checked_sub(span).unwrap_or(Timestamp::MIN)
        };
        let days = |days: u32| ago(u64::from(days) * 24 * 60);
        for idle in self.store.idle(ago(u64::from(self.retention.idle_minutes)), SWEPT).await? {
            match self.end(&idle, "timeout", now).await {
                // A word came in between: not idle after all.
                Err(TalkError::Store(ConversationError::GoneOn(_))) => {}
                other => other?,
            }
        }
        let gone =
            self.store.forget(days(self.retention.words_days), days(self.retention.traces_days)).await?;
        held(&self.feed).retain(|_, sender| sender.receiver_count() > 0);
        Ok(gone)
    }

    /// Changes whenever a message was written here; what was written before is to be read first.
    pub fn listen(&self, id: &str) -> watch::Receiver<i64> {
        held(&self.feed).entry(id.to_owned()).or_insert_with(|| watch::Sender::new(0)).subscribe()
    }

    fn tell(&self, id: &str, seq: i64) {
        if let Some(sender) = held(&self.feed).get(id) {
            sender.send_replace(seq);
        }
    }

    fn line(&self, id: &str) -> Arc<tokio::sync::Mutex<()>> {
        held(&self.turns).entry(id.to_owned()).or_default().clone()
    }

    fn leave(&self, id: &str, line: Arc<tokio::sync::Mutex<()>>) {
        let mut turns = held(&self.turns);
        drop(line);
        if turns.get(id).is_some_and(|line| Arc::strong_count(line) == 1) {
            turns.remove(id);
        }
    }
}
