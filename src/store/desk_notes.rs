//! What lies beside a case: notes, how to call back, replies kept ready, and the numbers of a day.

use super::audit::{self, Entry};
use super::conversation::ConversationError;
use super::database::{millis, timestamp};
use super::desk::{DeskError, Desks};
use crate::desk::{Scope, Staffer};
use crate::guide::RegionCode;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A note of staff (内部备注).
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// 工号 of its author.
    pub number: String,
    /// What it says, masked.
    pub text: String,
}

/// How somebody wants to be called back. It leaves the store sealed, and the program to the one who calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// What he wants to be called.
    pub name: Option<String>,
    /// His phone.
    pub phone: Option<String>,
}

/// A reply that is kept ready (快捷回复).
#[derive(Clone, Debug, PartialEq)]
pub struct Canned {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The reply; `{{…}}` stand for facts of the conversation.
    pub text: String,
    /// Which conversations it is for.
    pub scope: Scope,
    /// Account of its author.
    pub owner: String,
    /// His number.
    pub number: String,
}

/// What happened at the desk since a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// How often each thing happened, by its word.
    pub counts: Vec<(String, i64)>,
    /// How often each outcome.
    pub outcomes: Vec<(String, i64)>,
    /// Seconds until each first reply, ascending.
    pub first_replies: Vec<i64>,
    /// Asked and claimed, by hours since then.
    pub hours: Vec<(i64, i64, i64)>,
}

impl Desks {
    /// Adds a note.
    pub async fn note(&self, conversation: &str, staffer: Staffer<'_>, note: &Note) -> Result<(), DeskError> {
        let mut change = self.database.change().await?;
        sqlx::query("INSERT INTO desk_note (id, conversation, at, number, text) VALUES ($1, $2, $3, $4, $5)")
            .bind(&note.id)
            .bind(conversation)
            .bind(millis(note.at))
            .bind(&note.number)
            .bind(&note.text)
            .execute(&mut *change)
            .await?;
        let entry = Entry {
            actor: staffer.login.to_owned(),
            action: "note.added",
            subject: format!("conversation:{conversation}"),
            detail: format!("note={}", note.id),
            at: note.at,
        };
        audit::write(&mut change, &entry).await?;
        Ok(change.commit().await?)
    }

    /// Notes of a conversation, the oldest first.
    pub async fn notes(&self, conversation: &str) -> Result<Vec<Note>, DeskError> {
        let rows =
            sqlx::query("SELECT id, at, number, text FROM desk_note WHERE conversation = $1 ORDER BY at, id")
                .bind(conversation)
                .fetch_all(&self.database.read)
                .await?;
        let note = |row: &SqliteRow| -> Result<Note, sqlx::Error> {
            Ok(Note {
                id: row.try_get(0)?,
                at: timestamp(row.try_get(1)?),
                number: row.try_get(2)?,
                text: row.try_get(3)?,
            })
        };
        Ok(rows.iter().map(note).collect::<Result<_, _>>()?)
    }

    /// What an agent has shown last since the program was silent: the message with the card.
    pub async fn shown_last(&self, conversation: &str) -> Result<Option<Value>, DeskError> {
        let rows = sqlx::query(
            "SELECT body FROM message WHERE conversation = $1 AND kind = 'agent' AND seq > (
                 SELECT COALESCE(MAX(seq), 0) FROM message WHERE conversation = $1 AND kind = 'assistant')
             ORDER BY seq DESC",
        )
        .bind(conversation)
        .fetch_all(&self.database.read)
        .await?;
        for row in rows {
            let body: Value = serde_json::from_str(&row.try_get::<String, _>(0)?)
                .map_err(|e| ConversationError::Broken(conversation.to_owned(), e))?;
            if body["card"].is_object() {
                return Ok(Some(body));
            }
        }
        Ok(None)
    }

    /// The next number of a message left on a day.
    pub async fn next_ticket(&self, day: Date) -> Result<String, DeskError> {
        let row = sqlx::query(
            "INSERT INTO desk_ticket (day, last) VALUES ($1, 1)
             ON CONFLICT (day) DO UPDATE SET last = desk_ticket.last + 1 RETURNING last",
        )
        .bind(day.to_string())
        .fetch_one(&self.database.write)
        .await?;
        Ok(format!("M{}-{:04}", day.strftime("%Y%m%d"), row.try_get::<i64, _>(0)?))
    }

    /// Keeps how to call back, sealed.
    pub async fn keep_contact(
        &self,
        conversation: &str,
        ticket: &str,
        sealed: &str,
        at: Timestamp,
    ) -> Result<(), DeskError> {
        sqlx::query(
            "INSERT INTO desk_contact (conversation, ticket, at, sealed) VALUES ($1, $2, $3, $4)
             ON CONFLICT (conversation) DO UPDATE SET ticket = $2, at = $3, sealed = $4",
        )
        .bind(conversation)
        .bind(ticket)
        .bind(millis(at))
        .bind(sealed)
        .execute(&self.database.write)
        .await?;
        Ok(())
    }

    /// Keeps in the audit log that somebody looks at how to call back.
    pub async fn contact_seen(
        &self,
        conversation: &str,
        staffer: Staffer<'_>,
        at: Timestamp,
    ) -> Result<(), DeskError> {
        let mut change = self.database.change().await?;
        let entry = Entry {
            actor: staffer.login.to_owned(),
            action: "contact.seen",
            subject: format!("conversation:{conversation}"),
            detail: String::new(),
            at,
        };
        audit::write(&mut change, &entry).await?;
        Ok(change.commit().await?)
    }

    /// How to call back, sealed.
    pub async fn contact(&self, conversation: &str) -> Result<Option<String>, DeskError> {
        let row = sqlx::query("SELECT sealed FROM desk_contact WHERE conversation = $1")
            .bind(conversation)
            .fetch_optional(&self.database.read)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Replies kept ready, by title.
    pub async fn canned(&self) -> Result<Vec<Canned>, DeskError> {
        let rows = sqlx::query(
            "SELECT id, title, text, region, desk_group, owner, number FROM desk_canned
             ORDER BY title, id LIMIT 1000",
        )
        .fetch_all(&self.database.read)
        .await?;
        let canned = |row: &SqliteRow| -> Result<Canned, sqlx::Error> {
            let region: Option<String> = row.try_get(3)?;
            Ok(Canned {
                id: row.try_get(0)?,
                title: row.try_get(1)?,
                text: row.try_get(2)?,
                scope: Scope {
                    region: region.and_then(|code| RegionCode::try_from(code).ok()),
                    group: row.try_get(4)?,
                },
                owner: row.try_get(5)?,
                number: row.try_get(6)?,
            })
        };
        Ok(rows.iter().map(canned).collect::<Result<_, _>>()?)
    }

    /// Keeps a reply ready.
    pub async fn add_canned(&self, canned: &Canned, entry: &Entry) -> Result<(), DeskError> {
        let mut change = self.database.change().await?;
        sqlx::query(
            "INSERT INTO desk_canned (id, title, text, region, desk_group, owner, number, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&canned.id)
        .bind(&canned.title)
        .bind(&canned.text)
        .bind(canned.scope.region.as_ref().map(RegionCode::as_str))
        .bind(&canned.scope.group)
        .bind(&canned.owner)
        .bind(&canned.number)
        .bind(millis(entry.at))
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        Ok(change.commit().await?)
    }

    /// Drops a reply; another's only where `any`. Tells whether there was one.
    pub async fn drop_canned(
        &self,
        id: &str,
        owner: &str,
        any: bool,
        entry: &Entry,
    ) -> Result<bool, DeskError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query("DELETE FROM desk_canned WHERE id = $1 AND (owner = $2 OR $3)")
            .bind(id)
            .bind(owner)
            .bind(any)
            .execute(&mut *change)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Seconds that the last conversations with a person of a group took, the newest last.
    pub async fn lasted(&self, group: &str, since: Timestamp) -> Result<Vec<u32>, DeskError> {
        let rows = sqlx::query(
            "SELECT seconds FROM desk_event WHERE at >= $1 AND desk_group = $2 AND seconds IS NOT NULL
                 AND what IN ('closed', 'given_back') ORDER BY seq DESC LIMIT 100",
        )
        .bind(millis(since))
        .bind(group)
        .fetch_all(&self.database.read)
        .await?;
        let seconds = |row: &SqliteRow| Ok(u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0));
        Ok(rows.iter().rev().map(seconds).collect::<Result<_, sqlx::Error>>()?)
    }

    /// What happened since a time.
    pub async fn numbers(&self, since: Timestamp) -> Result<Numbers, DeskError> {
        let read = &self.database.read;
        let from = millis(since);
        let pairs = |rows: Vec<SqliteRow>| -> Result<Vec<(String, i64)>, sqlx::Error> {
            rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
        };
        let counts =
            sqlx::query("SELECT what, COUNT(*) FROM desk_event WHERE at >= $1 GROUP BY what ORDER BY what")
                .bind(from)
                .fetch_all(read)
                .await?;
        let outcomes = sqlx::query(
            "SELECT outcome, COUNT(*) FROM desk_event WHERE at >= $1 AND outcome IS NOT NULL
             GROUP BY outcome ORDER BY outcome",
        )
        .bind(from)
        .fetch_all(read)
        .await?;
        let replies = sqlx::query(
            "SELECT seconds FROM desk_event WHERE at >= $1 AND what = 'message' AND seconds IS NOT NULL
             ORDER BY seconds",
        )
        .bind(from)
        .fetch_all(read)
        .await?;
        let hours = sqlx::query(
            "SELECT (at - $1) / 3600000 AS hour, SUM(CASE WHEN what = 'queued' THEN 1 ELSE 0 END),
                    SUM(CASE WHEN what = 'claimed' THEN 1 ELSE 0 END)
             FROM desk_event WHERE at >= $1 AND what IN ('queued', 'claimed') GROUP BY hour ORDER BY hour",
        )
        .bind(from)
        .fetch_all(read)
        .await?;
        Ok(Numbers {
            counts: pairs(counts)?,
            outcomes: pairs(outcomes)?,
            first_replies: replies.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?,
            hours: hours
                .iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
                .collect::<Result<_, sqlx::Error>>()?,
        })
    }

    /// Where the last question of a conversation belonged: the route of its last turn that was more than a wish for
    /// a person.
    pub async fn last_route(&self, conversation: &str) -> Result<Option<String>, DeskError> {
        let rows = sqlx::query("SELECT body FROM trace WHERE conversation = $1 ORDER BY turn DESC LIMIT 10")
            .bind(conversation)
            .fetch_all(&self.database.read)
            .await?;
        for row in rows {
            let body: String = row.try_get(0)?;
            let trace: Value = serde_json::from_str(&body)
                .map_err(|e| ConversationError::Broken(conversation.to_owned(), e))?;
            if let Some(route) = trace["route"].as_str().filter(|route| *route != "human") {
                return Ok(Some(route.to_owned()));
            }
        }
        Ok(None)
    }

    /// What the last turns of a conversation found, best first.
    pub async fn found(&self, conversation: &str) -> Result<Vec<(String, f32)>, DeskError> {
        let rows = sqlx::query("SELECT body FROM trace WHERE conversation = $1 ORDER BY turn DESC LIMIT 10")
            .bind(conversation)
            .fetch_all(&self.database.read)
            .await?;
        #[derive(Deserialize)]
        struct Trace {
            #[serde(default)]
            found: Vec<(String, f32)>,
        }
        for row in rows {
            let body: String = row.try_get(0)?;
            let trace: Trace = serde_json::from_str(&body)
                .map_err(|e| ConversationError::Broken(conversation.to_owned(), e))?;
            if !trace.found.is_empty() {
                return Ok(trace.found);
            }
        }
        Ok(Vec::new())
    }
}
