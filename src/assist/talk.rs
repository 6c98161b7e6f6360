//! Conversations that last: who may take a turn, in which order, and who is told of it.

use super::SharedCalendar;
use super::bell::Bell;
use super::handover::{DeskRules, ended};
use super::seats::Seats;
use super::{AskError, Assist, Incoming, Turn};
use crate::desk::{Closed, Group, Stage, Who};
use crate::dialog::{State, wording};
use crate::store::{
    Conversation, ConversationError, Conversations, Database, DeskError, Desks, Message, NewTurn, Retention,
    Seal, SealError,
};
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
    /// The token of another conversation was shown.
    #[error("the token is that of another conversation than {0:?}")]
    ForeignToken(String),
    /// It was closed.
    #[error("conversation {0:?} is closed")]
    Closed(String),
    /// A button was pressed while a person is asked.
    #[error("a person is asked; buttons of the program can't be pressed")]
    WithPerson,
    /// The store.
    #[error(transparent)]
    Store(#[from] ConversationError),
    /// The answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The key of what is sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A case of another group or place.
    #[error("the case belongs to another group or place")]
    NotForYou,
    /// A waiting case is kept for colleagues with these skills, for so many seconds more.
    #[error("the case is kept for {0} for {1} s")]
    Kept(String, i64),
    /// No group has this name.
    #[error("no group {0:?}")]
    NoSuchGroup(String),
    /// The colleague takes no conversations now.
    #[error("the colleague is not online")]
    NotThere,
    /// No randomness for a token.
    #[error("no randomness for a token: {0}")]
    Random(String),
}

/// Conversations with their store.
pub struct Talks {
    store: Conversations,
    pub(super) retention: Retention,
    /// One turn at a time in each conversation.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// What is new, for those who listen.
    feed: Mutex<HashMap<String, watch::Sender<Signal>>>,
    pub(super) desks: Desks,
    pub(super) seats: Seats,
    pub(super) rules: DeskRules,
    pub(super) calendar: SharedCalendar,
    pub(super) seal: Seal,
    pub(super) bell: Bell,
}

/// What those who listen to a conversation are woken by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signal {
    /// Number of the last message.
    pub seq: i64,
    /// The agent writes.
    pub agent_writes: bool,
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

pub(super) fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// Conversations closed in one sweep at most; the next sweep takes the rest.
const SWEPT: i64 = 500;

impl Talks {
    /// Those that are kept in a file.
    pub fn of(database: Database, retention: Retention, rules: DeskRules, seal: Seal) -> Talks {
        Talks {
            store: Conversations::of(database.clone()),
            retention,
            turns: Mutex::default(),
            feed: Mutex::default(),
            desks: Desks::of(database),
            seats: Seats::default(),
            calendar: SharedCalendar::of(rules.calendar.clone()),
            rules,
            seal,
            bell: Bell::default(),
        }
    }

    /// When somebody is there.
    pub fn calendar(&self) -> &SharedCalendar {
        &self.calendar
    }

    /// Groups of the desk.
    pub fn groups(&self) -> &[Group] {
        &self.rules.groups
    }

    /// An error where no group has this name.
    pub(super) fn known_group(&self, id: &str) -> Result<(), TalkError> {
        match self.rules.groups.iter().any(|known| known.id == id) {
            true => Ok(()),
            false => Err(TalkError::NoSuchGroup(id.to_owned())),
        }
    }

    /// Who is there.
    pub fn seats(&self) -> &Seats {
        &self.seats
    }

    /// Cases as they are kept.
    pub fn desks(&self) -> &Desks {
        &self.desks
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
        let shown = hash(token);
        if let Some(own) = found.filter(|c| c.token == shown) {
            return Ok(own);
        }
        // Told to nobody outside, but written down: a token that is good elsewhere was stolen, or is tried around.
        match self.store.has_token(&shown).await? {
            true => Err(TalkError::ForeignToken(id.to_owned())),
            false => Err(TalkError::NoSuch(id.to_owned())),
        }
    }

    /// Where a conversation stands; `None` where it is gone.
    pub async fn stage(&self, id: &str) -> Result<Option<Stage>, TalkError> {
        Ok(self.store.load(id).await?.map(|found| found.case.stage))
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
        self.in_turn(id, async {
            let before = self.owned(id, token).await?;
            if let Some(name) = name
                && let Some(messages) = self.store.sent(id, name, &content).await?
            {
                return Ok(messages);
            }
            if before.closed.is_some() {
                return Err(TalkError::Closed(id.to_owned()));
            }
            if !before.case.program_answers() {
                let text = match &incoming {
                    Incoming::Text(text) => text.clone(),
                    // Buttons belong to the program; pressed while a person is asked, they change nothing.
                    Incoming::Press(_) => return Err(TalkError::WithPerson),
                };
                let sent = Sent { id, token, name, incoming };
                return Ok(vec![self.pass_on(&sent, &content, &text, now).await?]);
            }
            let mut turn = assist.converse(&before.state, incoming, today).await?;
            self.hand_turn(assist, &before, &mut turn, now).await?;
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
            Ok(self.store.messages(id, before.seq, 2).await?)
        })
        .await
    }

    /// Does something in a conversation while nobody else does.
    pub(super) async fn in_turn<T>(&self, id: &str, work: impl Future<Output = T>) -> T {
        let line = self.line(id);
        let done = {
            let _mine = line.lock().await;
            work.await
        };
        self.leave(id, line);
        done
    }

    /// The conversation, if the token is its owner's and it is not over.
    pub(super) async fn open_one(&self, id: &str, token: &str) -> Result<Conversation, TalkError> {
        let found = self.owned(id, token).await?;
        match found.closed {
            Some(_) => Err(TalkError::Closed(id.to_owned())),
            None => Ok(found),
        }
    }

    /// Ends a conversation; closing it again changes nothing.
    pub async fn close(&self, id: &str, token: &str, why: Closed, now: Timestamp) -> Result<(), TalkError> {
        self.in_turn(id, async {
            let before = self.owned(id, token).await?;
            if before.closed.is_some() {
                return Ok(());
            }
            match before.case.program_answers() {
                true => self.end(&before, why, now).await,
                false => self.end_case(id, Who::Citizen, why, now).await,
            }
        })
        .await
    }

    async fn end(&self, before: &Conversation, why: Closed, now: Timestamp) -> Result<(), TalkError> {
        let text = if why == Closed::Timeout { wording::ENDED_IDLE } else { wording::ENDED };
        let messages = [ended(why, text)];
        let written = self
            .store
            .append(NewTurn {
                conversation: before,
                name: None,
                messages: &messages,
                state: &before.state,
                trace: &json!({ "closed": why.word() }),
                close: Some(why.word()),
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
            match self.end(&idle, Closed::Timeout, now).await {
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
    pub fn listen(&self, id: &str) -> watch::Receiver<Signal> {
        held(&self.feed).entry(id.to_owned()).or_default().subscribe()
    }

    pub(super) fn tell(&self, id: &str, seq: i64) {
        if let Some(sender) = held(&self.feed).get(id) {
            // Two who write at once may come here in either order.
            sender.send_modify(|signal| signal.seq = signal.seq.max(seq));
        }
    }

    /// The agent begins or ends to write.
    pub fn agent_writes(&self, id: &str, writes: bool) {
        if let Some(sender) = held(&self.feed).get(id) {
            sender.send_if_modified(|signal| std::mem::replace(&mut signal.agent_writes, writes) != writes);
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
