//! Conversations: every acknowledged turn is on the disk, once.

use super::database::{Database, millis, timestamp};
use super::desk::read_case;
use crate::desk::Case;
use crate::dialog::State;
use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

/// The conversations can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// The database.
    #[error("conversations: {0}")]
    Database(#[from] sqlx::Error),
    /// A kept state can't be read back.
    #[error("conversation {0}: its state can't be read: {1}")]
    Broken(String, serde_json::Error),
    /// Another turn was written meanwhile.
    #[error("conversation {0} has gone on meanwhile")]
    GoneOn(String),
    /// The same name was sent before with something else.
    #[error("{0:?} was sent before with another content")]
    SentOtherwise(String),
}

/// How long conversations live.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Minutes without a word after which a conversation is closed.
    pub idle_minutes: u32,
    /// Days that the words of a conversation are kept after its last one.
    pub words_days: u32,
    /// Days that it is kept how turns were decided: items and chances, no words.
    pub traces_days: u32,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { idle_minutes: 16, words_days: 30, traces_days: 180 }
    }
}

/// A conversation as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Its id.
    pub id: String,
    /// SHA-256 of its owner's token.
    pub token: String,
    /// What it knows.
    pub state: State,
    /// Turns so far.
    pub turn: i64,
    /// Number of the last message.
    pub seq: i64,
    /// When it was last written to.
    pub touched_at: Timestamp,
    /// Why it was closed, where it was.
    pub closed: Option<String>,
    /// Whether a person was asked for, and how far that is.
    pub case: Case,
}

/// One message as it was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// The turn it belongs to.
    pub turn: i64,
    /// `citizen`, `assistant` or `event`.
    pub kind: String,
    /// What was said or shown.
    pub body: Value,
    /// When.
    pub at: Timestamp,
}

/// One turn to be written.
#[derive(Debug)]
pub struct NewTurn<'a> {
    /// The conversation it belongs to, as it was read.
    pub conversation: &'a Conversation,
    /// The sender's name for it, and a hash of what was sent.
    pub name: Option<(&'a str, &'a str)>,
    /// Kind and body of each message, in order.
    pub messages: &'a [(&'static str, Value)],
    /// What the conversation knows afterwards.
    pub state: &'a State,
    /// How it was decided.
    pub trace: &'a Value,
    /// Why the conversation is closed with it, where it is.
    pub close: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

/// Keeps conversations.
#[derive(Clone, Debug)]
pub struct Conversations {
    database: Database,
}

impl Conversations {
    /// Those of a file.
    pub fn of(database: Database) -> Conversations {
        Conversations { database }
    }

    /// Begins a conversation with its first messages.
    pub async fn start(
        &self,
        id: &str,
        token: &str,
        previous: Option<&str>,
        state: &State,
        messages: &[(&'static str, Value)],
        at: Timestamp,
    ) -> Result<Conversation, ConversationError> {
        let mut change = self.database.write.begin().await?;
        sqlx::query(
            "INSERT INTO conversation (id, token, previous, state, turn, seq, opened_at, touched_at)
             VALUES ($1, $2, $3, $4, 0, $5, $6, $6)",
        )
        .bind(id)
        .bind(token)
        .bind(previous)
        .bind(json(id, state)?)
        .bind(messages.len() as i64)
        .bind(millis(at))
        .execute(&mut *change)
        .await?;
        insert(&mut change, id, 0, 0, messages, at).await?;
        change.commit().await?;
        Ok(Conversation {
            id: id.to_owned(),
            token: token.to_owned(),
            state: state.clone(),
            turn: 0,
            seq: messages.len() as i64,
            touched_at: at,
            closed: None,
            case: Case::default(),
        })
    }

    /// Whether a hash is that of the token of some conversation.
    pub async fn has_token(&self, hash: &str) -> Result<bool, ConversationError> {
        let found = sqlx::query("SELECT 1 FROM conversation WHERE token = $1 LIMIT 1")
            .bind(hash)
            .fetch_optional(&self.database.read)
            .await?;
        Ok(found.is_some())
    }

    /// A conversation as it stands; `None` where there is none, or it was deleted.
    pub async fn load(&self, id: &str) -> Result<Option<Conversation>, ConversationError> {
        let row = sqlx::query(
            "SELECT c.id, c.token, c.state, c.turn, c.seq, c.touched_at, c.closed_why, d.stage
             FROM conversation c LEFT JOIN desk_case d ON d.conversation = c.id WHERE c.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.database.read)
        .await?;
        row.map(|row| conversation(&row)).transpose()
    }

    /// Messages of a conversation with numbers above `after`, the oldest first; at most `limit`.
    pub async fn messages(
        &self,
        id: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Message>, ConversationError> {
        let rows = sqlx::query(
            "SELECT seq, turn, kind, body, at FROM message
             WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
        )
        .bind(id)
        .bind(after)
        .bind(limit)
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(message).collect()
    }

    /// What was written under a sender's name; an error where that had another content.
    pub async fn sent(
        &self,
        id: &str,
        name: &str,
        content: &str,
    ) -> Result<Option<Vec<Message>>, ConversationError> {
        let row = sqlx::query(
            "SELECT content, first_seq, last_seq FROM sent WHERE conversation = $1 AND name = $2",
        )
        .bind(id)
        .bind(name)
        .fetch_optional(&self.database.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<String, _>(0)? != content {
            return Err(ConversationError::SentOtherwise(name.to_owned()));
        }
        let (first, last): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        Ok(Some(self.messages(id, first - 1, last - first + 1).await?))
    }

    /// Writes a turn; refused where another one was written since the conversation was read.
    pub async fn append(&self, new: NewTurn<'_>) -> Result<Conversation, ConversationError> {
        let NewTurn { conversation: before, name, messages, state, trace, close, at } = new;
        let (turn, seq) = (before.turn + 1, before.seq + messages.len() as i64);
        let mut change = self.database.write.begin().await?;
        let written = sqlx::query(
            "UPDATE conversation SET state = $1, turn = $2, seq = $3, touched_at = $4, closed_why = $5,
                    closed_at = CASE WHEN $5 IS NULL THEN NULL ELSE $4 END
             WHERE id = $6 AND turn = $7 AND seq = $8 AND closed_why IS NULL",
        )
        .bind(json(&before.id, state)?)
        .bind(turn)
        .bind(seq)
        .bind(millis(at))
        .bind(close)
        .bind(&before.id)
        .bind(before.turn)
        .bind(before.seq)
        .execute(&mut *change)
        .await?;
        if written.rows_affected() == 0 {
            return Err(ConversationError::GoneOn(before.id.clone()));
        }
        insert(&mut change, &before.id, before.seq, turn, messages, at).await?;
        if let Some((name, content)) = name {
            sqlx::query(
                "INSERT INTO sent (conversation, name, content, first_seq, last_seq, at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&before.id)
            .bind(name)
            .bind(content)
            .bind(before.seq + 1)
            .bind(seq)
            .bind(millis(at))
            .execute(&mut *change)
            .await?;
        }
        sqlx::query("INSERT INTO trace (conversation, turn, at, body) VALUES ($1, $2, $3, $4)")
            .bind(&before.id)
            .bind(turn)
            .bind(millis(at))
            .bind(trace.to_string())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(Conversation {
            state: state.clone(),
            turn,
            seq,
            touched_at: at,
            closed: close.map(str::to_owned),
            ..before.clone()
        })
    }

    /// Conversations that are open, with no person asked for, and were not written to since `then`; at most `limit`.
    pub async fn idle(&self, then: Timestamp, limit: i64) -> Result<Vec<Conversation>, ConversationError> {
        let rows = sqlx::query(
            "SELECT c.id, c.token, c.state, c.turn, c.seq, c.touched_at, c.closed_why, d.stage
             FROM conversation c LEFT JOIN desk_case d ON d.conversation = c.id
             WHERE c.closed_why IS NULL AND c.touched_at < $1 AND COALESCE(d.word, '') NOT IN ('queued', 'assigned')
             ORDER BY c.touched_at LIMIT $2",
        )
        .bind(millis(then))
        .bind(limit)
        .fetch_all(&self.database.read)
        .await?;
        rows.iter().map(conversation).collect()
    }

    /// Deletes conversations with their words that were not written to since `words`, and traces older than
    /// `traces`. Tells how many of each.
    pub async fn forget(&self, words: Timestamp, traces: Timestamp) -> Result<(u64, u64), ConversationError> {
        let mut change = self.database.write.begin().await?;
        // A message that was left is called back, however old it is.
        sqlx::query(
            "UPDATE conversation SET touched_at = $1 WHERE touched_at < $1
                 AND id IN (SELECT conversation FROM desk_case WHERE word = 'callback')",
        )
        .bind(millis(words))
        .execute(&mut *change)
        .await?;
        for table in ["message", "sent", "desk_case", "desk_note", "desk_contact"] {
            let delete = format!(
                "DELETE FROM {table} WHERE conversation IN (SELECT id FROM conversation WHERE touched_at < $1)"
            );
            sqlx::query(sqlx::AssertSqlSafe(delete)).bind(millis(words)).execute(&mut *change).await?;
        }
        // The last number is kept: the next one follows it.
        sqlx::query("DELETE FROM desk_event WHERE at < $1 AND seq < (SELECT MAX(seq) FROM desk_event)")
            .bind(millis(traces))
            .execute(&mut *change)
            .await?;
        let conversations = sqlx::query("DELETE FROM conversation WHERE touched_at < $1")
            .bind(millis(words))
            .execute(&mut *change)
            .await?
            .rows_affected();
        let traces = sqlx::query("DELETE FROM trace WHERE at < $1")
            .bind(millis(traces))
            .execute(&mut *change)
            .await?
            .rows_affected();
        change.commit().await?;
        Ok((conversations, traces))
    }
}

pub(super) fn json(id: &str, state: &State) -> Result<String, ConversationError> {
    serde_json::to_string(state).map_err(|e| ConversationError::Broken(id.to_owned(), e))
}

pub(super) async fn insert(
    change: &mut Transaction<'_, Sqlite>,
    id: &str,
    after: i64,
    turn: i64,
    messages: &[(&'static str, Value)],
    at: Timestamp,
) -> Result<(), ConversationError> {
    for (n, (kind, body)) in messages.iter().enumerate() {
        sqlx::query(
            "INSERT INTO message (conversation, seq, turn, kind, body, at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(after + 1 + n as i64)
        .bind(turn)
        .bind(*kind)
        .bind(body.to_string())
        .bind(millis(at))
        .execute(&mut **change)
        .await?;
    }
    Ok(())
}

fn conversation(row: &SqliteRow) -> Result<Conversation, ConversationError> {
    let id: String = row.try_get(0)?;
    let state: String = row.try_get(2)?;
    Ok(Conversation {
        state: serde_json::from_str(&state).map_err(|e| ConversationError::Broken(id.clone(), e))?,
        token: row.try_get(1)?,
        turn: row.try_get(3)?,
        seq: row.try_get(4)?,
        touched_at: timestamp(row.try_get(5)?),
        closed: row.try_get(6)?,
        case: read_case(&id, row.try_get(7)?)?,
        id,
    })
}

pub(super) fn message(row: &SqliteRow) -> Result<Message, ConversationError> {
    let body: String = row.try_get(3)?;
    Ok(Message {
        seq: row.try_get(0)?,
        turn: row.try_get(1)?,
        kind: row.try_get(2)?,
        body: serde_json::from_str(&body).map_err(|e| ConversationError::Broken("message".to_owned(), e))?,
        at: timestamp(row.try_get(4)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    fn turn<'a>(
        conversation: &'a Conversation,
        name: Option<(&'a str, &'a str)>,
        messages: &'a [(&'static str, Value)],
        state: &'a State,
    ) -> NewTurn<'a> {
        NewTurn { conversation, name, messages, state, trace: &Value::Null, close: None, at: at(5) }
    }

    #[tokio::test]
    async fn a_turn_is_written_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.sqlite");
        let database = Database::open(&file).await.unwrap();
        let store = Conversations::of(database.clone());
        let hello = [("assistant", json!({"say": ["您好"]}))];
        let first = store.start("A", "hash", None, &State::default(), &hello, at(0)).await.unwrap();
        let state = State { question: "办身份证".into(), ..State::default() };
        let messages = [("citizen", json!({"text": "办身份证"})), ("assistant", json!({"say": ["哪种"]}))];
        let second = store.append(turn(&first, Some(("m1", "h1")), &messages, &state)).await.unwrap();
        assert_eq!((second.turn, second.seq), (1, 3));
        // From the same reading again: refused, and nothing of it is left.
        let again = store.append(turn(&first, Some(("m2", "h2")), &messages, &state)).await;
        assert!(matches!(again, Err(ConversationError::GoneOn(_))), "{again:?}");
        assert_eq!(store.sent("A", "m2", "h2").await.unwrap(), None);
        assert_eq!(store.sent("A", "m1", "h1").await.unwrap().unwrap().len(), 2);
        assert!(matches!(
            store.sent("A", "m1", "h9").await,
            Err(ConversationError::SentOtherwise(name)) if name == "m1"
        ));
        database.close().await;

        let database = Database::open(&file).await.unwrap();
        let store = Conversations::of(database.clone());
        let loaded = store.load("A").await.unwrap().unwrap();
        assert_eq!(loaded.state, state);
        let numbers: Vec<i64> = store.messages("A", 0, 100).await.unwrap().iter().map(|m| m.seq).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(store.messages("A", 2, 100).await.unwrap()[0].body["say"][0], "哪种");
        assert_eq!(store.load("B").await.unwrap(), None);
    }

    #[tokio::test]
    async fn closed_ones_take_no_turn_and_old_ones_are_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let store = Conversations::of(Database::open(&dir.path().join("c.sqlite")).await.unwrap());
        let state = State::default();
        let a = store.start("A", "h", None, &state, &[], at(0)).await.unwrap();
        let b = store.start("B", "h", Some("A"), &state, &[], at(100)).await.unwrap();
        assert_eq!(store.idle(at(50), 10).await.unwrap(), std::slice::from_ref(&a));
        let end = [("event", json!({"type": "conversation.closed"}))];
        let closed =
            store.append(NewTurn { close: Some("timeout"), ..turn(&a, None, &end, &state) }).await.unwrap();
        assert_eq!(closed.closed.as_deref(), Some("timeout"));
        assert!(store.append(turn(&closed, None, &end, &state)).await.is_err());
        assert!(store.idle(at(50), 10).await.unwrap().is_empty());
        assert_eq!(store.forget(at(50), at(50)).await.unwrap(), (1, 1));
        assert_eq!(store.load("A").await.unwrap(), None);
        assert!(store.messages("A", 0, 10).await.unwrap().is_empty());
        assert_eq!(store.load("B").await.unwrap(), Some(b));
    }
}
