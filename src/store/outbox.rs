//! What other systems are to be told (发件箱): written with what it tells of, sent afterwards, until it is taken.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use super::desk::NewStep;
use crate::desk::{Happened, Who};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use ulid::Ulid;

/// What a system can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum EventKind {
    /// A person was asked for.
    HandoffRequested,
    /// Somebody took the conversation.
    HandoffClaimed,
    /// The conversation with a person is over.
    HandoffClosed,
    /// The citizen or an agent said something while a person is asked.
    MessageCreated,
    /// Something was rated, or a rating was changed.
    RatingCreated,
    /// Something for the hotline to work on (12345 工单).
    WorkorderCreated,
}

/// No event has this name.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no event {0:?}; there are: {known}", known = EventKind::ALL.map(EventKind::word).join(", "))]
pub struct BadKind(String);

impl EventKind {
    /// All of them.
    pub const ALL: [EventKind; 6] = [
        EventKind::HandoffRequested,
        EventKind::HandoffClaimed,
        EventKind::HandoffClosed,
        EventKind::MessageCreated,
        EventKind::RatingCreated,
        EventKind::WorkorderCreated,
    ];

    /// The word in settings and in what is sent.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::HandoffRequested => "handoff.requested",
            EventKind::HandoffClaimed => "handoff.claimed",
            EventKind::HandoffClosed => "handoff.closed",
            EventKind::MessageCreated => "message.created",
            EventKind::RatingCreated => "rating.created",
            EventKind::WorkorderCreated => "workorder.created",
        }
    }
}

impl TryFrom<String> for EventKind {
    type Error = BadKind;

    fn try_from(word: String) -> Result<EventKind, BadKind> {
        EventKind::ALL.into_iter().find(|kind| kind.word() == word).ok_or(BadKind(word))
    }
}

impl From<EventKind> for String {
    fn from(kind: EventKind) -> String {
        kind.word().to_owned()
    }
}

/// A system that is told, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Its name.
    pub name: String,
    /// Of what; empty for everything.
    pub kinds: Vec<EventKind>,
}

impl Subscriber {
    pub(super) fn wants(&self, kind: EventKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Where something that is sent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutState {
    /// To be sent, or to be tried again.
    Waiting,
    /// Taken.
    Sent,
    /// Given up (死信).
    Dead,
}

impl OutState {
    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            OutState::Waiting => "waiting",
            OutState::Sent => "sent",
            OutState::Dead => "dead",
        }
    }

    /// The state with this word.
    pub fn parse(word: &str) -> Option<OutState> {
        [OutState::Waiting, OutState::Sent, OutState::Dead].into_iter().find(|state| state.word() == word)
    }
}

/// One thing that one system is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its id, a ULID, the same over all tries.
    pub id: String,
    /// Who is told.
    pub webhook: String,
    /// What it is.
    pub kind: String,
    /// What it is about, such as `conversation:01J…`.
    pub subject: String,
    /// JSON, masked; empty once it was taken.
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
    /// Where it stands.
    pub state: OutState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub due_at: Timestamp,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// What went wrong last, in a word.
    pub failure: Option<String>,
}

/// It is not sent again.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// No such id.
    #[error("nothing with id {0:?} is to be sent")]
    NoSuch(String),
    /// It was not given up.
    #[error("it was not given up")]
    NotDead,
}

impl From<sqlx::Error> for ResendError {
    fn from(error: sqlx::Error) -> ResendError {
        ResendError::Database(error.into())
    }
}

/// Writes what happened for everybody who wants to know, in the transaction of what it tells of.
pub(super) async fn put(
    change: &mut Transaction<'_, Sqlite>,
    database: &Database,
    kind: EventKind,
    subject: &str,
    body: &Value,
    at: Timestamp,
) -> sqlx::Result<()> {
    for subscriber in database.subscribers.iter().filter(|subscriber| subscriber.wants(kind)) {
        sqlx::query(
            "INSERT INTO outbox (seq, id, webhook, kind, subject, body, at, state, tries, due_at)
             VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM outbox), $1, $2, $3, $4, $5, $6, 'waiting', 0, $6)",
        )
        .bind(Ulid::generate().to_string())
        .bind(&subscriber.name)
        .bind(kind.word())
        .bind(subject)
        .bind(body.to_string())
        .bind(millis(at))
        .execute(&mut **change)
        .await?;
    }
    Ok(())
}

/// Writes what a step of a case tells: the step, words of people that came with it, and the work order.
pub(super) async fn put_step(
    change: &mut Transaction<'_, Sqlite>,
    database: &Database,
    new: &NewStep<'_>,
    happened: Happened,
    kept: (&str, Option<i64>, Option<&str>),
    messages: (&[(&'static str, Value)], i64),
) -> sqlx::Result<()> {
    if database.subscribers.is_empty() {
        return Ok(());
    }
    let (group, seconds, outcome) = kept;
    let id = new.conversation;
    let subject = format!("conversation:{id}");
    let number = match new.who {
        Who::Agent(agent) => Some(agent.number),
        Who::Citizen | Who::Clock => None,
    };
    let told = match happened {
        Happened::Queued => Some((
            EventKind::HandoffRequested,
            json!({ "conversation": id, "group": group, "why": new.why.word(),
                    "region": new.region.map(|code| code.as_str()) }),
        )),
        Happened::Claimed => Some((
            EventKind::HandoffClaimed,
            json!({ "conversation": id, "group": group, "agent": number, "waited_seconds": seconds }),
        )),
        Happened::Closed | Happened::GivenBack => Some((
            EventKind::HandoffClosed,
            json!({ "conversation": id, "group": group, "agent": number, "lasted_seconds": seconds,
                    "outcome": outcome.unwrap_or(happened.word()),
                    "item": new.item.map(|key| key.as_str()) }),
        )),
        Happened::HadIt | Happened::Forwarded | Happened::Requeued | Happened::MessageLeft => None,
    };
    if let Some((kind, body)) = told {
        put(change, database, kind, &subject, &body, new.at).await?;
    }
    let (messages, last) = messages;
    for (back, (kind, body)) in messages.iter().rev().enumerate().rev() {
        put_words(change, database, id, last - back as i64, kind, body, new.at).await?;
    }
    if let Some(order) = new.order {
        put(change, database, EventKind::WorkorderCreated, &subject, order, new.at).await?;
    }
    Ok(())
}

/// Writes what a person said; what the program says is told to nobody.
pub(super) async fn put_words(
    change: &mut Transaction<'_, Sqlite>,
    database: &Database,
    conversation: &str,
    seq: i64,
    kind: &str,
    body: &Value,
    at: Timestamp,
) -> sqlx::Result<()> {
    if database.subscribers.is_empty() || !matches!(kind, "citizen" | "agent") {
        return Ok(());
    }
    let told = json!({
        "conversation": conversation,
        "seq": seq,
        "from": kind,
        "agent": body["agent"]["number"],
        "text": body["text"],
        "item": body["card"]["item"],
    });
    let subject = format!("conversation:{conversation}");
    put(change, database, EventKind::MessageCreated, &subject, &told, at).await
}

const COLUMNS: &str = "id, webhook, kind, subject, body, at, state, tries, due_at, tried_at, status, failure";

/// Keeps what is to be sent.
#[derive(Clone, Debug)]
pub struct Outbox {
    database: Database,
}

impl Outbox {
    /// That of a file.
    pub fn of(database: Database) -> Outbox {
        Outbox { database }
    }

    /// What a system is to be told now: of each subject the first that it has not been told, as long as that is due.
    pub async fn due(
        &self,
        webhook: &str,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Outgoing>, DatabaseError> {
        let query = format!(
            "SELECT {COLUMNS} FROM outbox o WHERE webhook = $1 AND state = 'waiting' AND due_at <= $2
             AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.webhook = $1 AND e.state = 'waiting'
                             AND e.subject = o.subject AND e.seq < o.seq)
             ORDER BY seq LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(webhook)
            .bind(millis(now))
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        Ok(rows.iter().map(outgoing).collect::<Result<_, _>>()?)
    }

    /// It was taken: its words are needed no longer.
    pub async fn taken(&self, id: &str, status: u16, at: Timestamp) -> Result<(), DatabaseError> {
        sqlx::query(
            "UPDATE outbox SET state = 'sent', body = '', tries = tries + 1, tried_at = $1, status = $2,
                    failure = NULL WHERE id = $3",
        )
        .bind(millis(at))
        .bind(i64::from(status))
        .bind(id)
        .execute(&self.database.write)
        .await?;
        Ok(())
    }

    /// It was not taken: tried again then, or given up.
    pub async fn refused(
        &self,
        id: &str,
        (status, failure): (Option<u16>, &str),
        again: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), DatabaseError> {
        let state = if again.is_some() { OutState::Waiting } else { OutState::Dead };
        sqlx::query(
            "UPDATE outbox SET state = $1, due_at = COALESCE($2, due_at), tries = tries + 1, tried_at = $3,
                    status = $4, failure = $5 WHERE id = $6",
        )
        .bind(state.word())
        .bind(again.map(millis))
        .bind(millis(at))
        .bind(status.map(i64::from))
        .bind(failure)
        .bind(id)
        .execute(&self.database.write)
        .await?;
        Ok(())
    }

    /// What stands so: what waits in its order, what is over the newest first.
    pub async fn list(&self, state: OutState, limit: i64) -> Result<Vec<Outgoing>, DatabaseError> {
        let order = if state == OutState::Waiting { "ASC" } else { "DESC" };
        let query = format!("SELECT {COLUMNS} FROM outbox WHERE state = $1 ORDER BY seq {order} LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(state.word())
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        Ok(rows.iter().map(outgoing).collect::<Result<_, _>>()?)
    }

    /// How many wait for a system and how many it was not told.
    pub async fn counts(&self, webhook: &str) -> Result<(i64, i64), DatabaseError> {
        let row = sqlx::query(
            "SELECT COUNT(*) FILTER (WHERE state = 'waiting'), COUNT(*) FILTER (WHERE state = 'dead')
             FROM outbox WHERE webhook = $1",
        )
        .bind(webhook)
        .fetch_one(&self.database.read)
        .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// Sends again what was given up, under its old id, with all its tries.
    pub async fn resend(&self, id: &str, entry: &Entry) -> Result<Outgoing, ResendError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE outbox SET state = 'waiting', tries = 0, due_at = $1 WHERE id = $2 AND state = 'dead'",
        )
        .bind(millis(entry.at))
        .bind(id)
        .execute(&mut *change)
        .await?;
        let query = format!("SELECT {COLUMNS} FROM outbox WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&mut *change).await?;
        let row = row.ok_or_else(|| ResendError::NoSuch(id.to_owned()))?;
        if done.rows_affected() == 0 {
            return Err(ResendError::NotDead);
        }
        let kept = outgoing(&row)?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(kept)
    }

    /// Deletes what was taken and happened before one time, and all that happened before another. Tells how many.
    pub async fn forget(&self, sent: Timestamp, all: Timestamp) -> Result<u64, DatabaseError> {
        let done = sqlx::query("DELETE FROM outbox WHERE (state = 'sent' AND at < $1) OR at < $2")
            .bind(millis(sent))
            .bind(millis(all))
            .execute(&self.database.write)
            .await?;
        Ok(done.rows_affected())
    }
}

fn outgoing(row: &SqliteRow) -> Result<Outgoing, sqlx::Error> {
    let state: String = row.try_get(6)?;
    Ok(Outgoing {
        id: row.try_get(0)?,
        webhook: row.try_get(1)?,
        kind: row.try_get(2)?,
        subject: row.try_get(3)?,
        body: row.try_get(4)?,
        at: timestamp(row.try_get(5)?),
        state: OutState::parse(&state).unwrap_or(OutState::Dead),
        tries: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or(u32::MAX),
        due_at: timestamp(row.try_get(8)?),
        tried_at: row.try_get::<Option<i64>, _>(9)?.map(timestamp),
        status: row.try_get::<Option<i64>, _>(10)?.and_then(|status| u16::try_from(status).ok()),
        failure: row.try_get(11)?,
    })
}
