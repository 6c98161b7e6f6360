//! Cases at the desk: every step is one transaction, so of two who claim only one can win.

use super::audit::{self, Entry};
use super::conversation::{self, ConversationError, Message, message};
use super::database::{Database, millis, timestamp};
use super::outbox::{self, EventKind};
use crate::desk::{Act, Case, Closed, Happened, Refused, Stage, Who, Why};
use crate::dialog::State;
use crate::guide::{ItemKey, RegionCode};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use std::collections::HashMap;

/// What can go wrong with a case.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Not from here, or not by him.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// He has as many as he may.
    #[error("已在接待 {0} 个会话，到上限了")]
    Full(u32),
    /// No such conversation, or it is over.
    #[error("no open conversation {0:?}")]
    NoSuch(String),
    /// A name was used before for something else.
    #[error("{0:?} was sent before with another content")]
    SentOtherwise(String),
    /// The file.
    #[error(transparent)]
    Kept(#[from] ConversationError),
}

impl From<sqlx::Error> for DeskError {
    fn from(error: sqlx::Error) -> DeskError {
        DeskError::Kept(error.into())
    }
}

/// A case with what lists show of it.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// The conversation.
    pub conversation: String,
    /// Where it stands.
    pub stage: Stage,
    /// The group that it concerns, or concerned last.
    pub group: String,
    /// The citizen's place, when he asked.
    pub region: Option<RegionCode>,
    /// Skills that it needs: whoever has them comes first.
    pub skills: Vec<String>,
    /// Why a person was asked for.
    pub why: Why,
    /// Account and number of whoever has it, or had it last.
    pub agent: Option<(String, String)>,
    /// When a person was asked for.
    pub asked_at: Timestamp,
    /// When somebody took it.
    pub claimed_at: Option<Timestamp>,
    /// Number of a message that was left.
    pub ticket: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// What the conversation knows.
    pub state: State,
    /// Its last message of a person or the program.
    pub last: Option<Message>,
    /// Messages of the citizen that the agent hasn't seen.
    pub unread: i64,
    /// When it was last written to.
    pub touched_at: Timestamp,
}

/// A step to be taken.
#[derive(Clone, Debug)]
pub struct NewStep<'a> {
    /// The conversation.
    pub conversation: &'a str,
    /// Who does it.
    pub who: Who<'a>,
    /// What is done.
    pub act: Act,
    /// Why a person is asked for.
    pub why: Why,
    /// The citizen's place.
    pub region: Option<&'a RegionCode>,
    /// Skills that are needed beside those that were known.
    pub skills: &'a [String],
    /// Conversations that the agent may have at once.
    pub cap: u32,
    /// The item that it came down to.
    pub item: Option<&'a ItemKey>,
    /// What the conversation knows from now on, where the step changes that.
    pub state: Option<&'a State>,
    /// What the hotline is to work on (12345 工单), for whoever is told of it.
    pub order: Option<&'a Value>,
    /// When.
    pub at: Timestamp,
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct Stepped {
    /// What it did.
    pub happened: Happened,
    /// Where the case stood before.
    pub before: Stage,
    /// Where it stands now.
    pub case: Case,
    /// Number of the conversation's last message.
    pub seq: i64,
}

/// Words that go through while a person is asked.
#[derive(Debug)]
pub struct NewWords<'a> {
    /// The conversation.
    pub conversation: &'a str,
    /// Who speaks; an agent only where the case is his.
    pub who: Who<'a>,
    /// The sender's name for them, and a hash of what was sent.
    pub name: Option<(&'a str, &'a str)>,
    /// `citizen`, `agent` or `event`.
    pub kind: &'static str,
    /// What was said.
    pub body: &'a Value,
    /// Skills that are needed from now on.
    pub skills: &'a [String],
    /// When.
    pub at: Timestamp,
}

/// One thing that happened at the desk.
#[derive(Clone, Debug)]
pub struct DeskEvent {
    /// Its number, from 1 without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// The conversation.
    pub conversation: String,
    /// What: the word of [`Happened`], or `message`.
    pub what: String,
    /// Number of a member of staff, `citizen` or `clock`.
    pub who: String,
    /// The group.
    pub group: String,
    /// The message, where it tells of one.
    pub message_seq: Option<i64>,
    /// Account of who had the case when words were said; `None` for all else, and while nobody had it.
    pub holder: Option<String>,
}

/// One conversation that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The conversation.
    pub conversation: String,
    /// The group.
    pub group: String,
    /// The citizen's place.
    pub region: Option<RegionCode>,
    /// Skills that it needs: whoever has them comes first.
    pub skills: Vec<String>,
    /// When a person was asked for.
    pub asked_at: Timestamp,
    /// Number of the last message after which the citizen was told to wait on.
    pub told: bool,
}

/// Which cases a list shows.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'a> {
    /// 待接入, the oldest first.
    Waiting,
    /// 进行中 of an account.
    Of(&'a str),
    /// 待回访, the oldest first.
    Callback,
    /// 历史, the newest first, changed before then.
    Over(Timestamp),
}

/// Cases of a list at most.
pub const LISTED: i64 = 200;

/// Keeps cases.
#[derive(Clone, Debug)]
pub struct Desks {
    pub(super) database: Database,
}

const ROW: &str = "SELECT d.conversation, d.stage, d.desk_group, d.region, d.skills, d.why, d.agent, d.agent_number,
        d.asked_at, d.claimed_at, d.ticket, d.outcome, c.state, c.touched_at,
        (SELECT COUNT(*) FROM message m WHERE m.conversation = d.conversation AND m.kind = 'citizen' AND m.seq > d.seen_seq),
        l.seq, l.turn, l.kind, l.body, l.at
    FROM desk_case d JOIN conversation c ON c.id = d.conversation
    LEFT JOIN message l ON l.conversation = d.conversation AND l.seq = (
        SELECT MAX(m.seq) FROM message m WHERE m.conversation = d.conversation AND m.kind <> 'event')";

impl Desks {
    /// Those of a file.
    pub fn of(database: Database) -> Desks {
        Desks { database }
    }

    /// Whether another system is told of this.
    pub fn tells(&self, kind: EventKind) -> bool {
        self.database.tells(kind)
    }

    /// Takes a step; what is told of it goes into the conversation with it.
    pub async fn step(
        &self,
        new: NewStep<'_>,
        tell: impl FnOnce(&Case, Happened) -> Vec<(&'static str, Value)>,
    ) -> Result<Stepped, DeskError> {
        let id = new.conversation;
        let mut change = self.database.change().await?;
        let mut case = case(&mut change, id).await?;
        let before = case.stage.clone();
        let happened = case.step(new.who, new.act.clone(), new.at.as_second())?;
        if happened == Happened::HadIt {
            return Ok(Stepped { happened, before, case, seq: 0 });
        }
        if let (Happened::Claimed, Who::Agent(agent)) = (happened, new.who) {
            let load: i64 =
                sqlx::query("SELECT COUNT(*) FROM desk_case WHERE agent = $1 AND word = 'assigned'")
                    .bind(agent.id)
                    .fetch_one(&mut *change)
                    .await?
                    .try_get(0)?;
            if load >= i64::from(new.cap) {
                return Err(DeskError::Full(new.cap));
            }
        }
        let kept = keep(&mut change, &new, &before, &case, happened).await?;
        need(&mut change, id, new.skills).await?;
        if let Some(state) = new.state {
            sqlx::query("UPDATE conversation SET state = $1 WHERE id = $2")
                .bind(conversation::json(id, state)?)
                .bind(id)
                .execute(&mut *change)
                .await?;
        }
        // A message that was left outlives the conversation, and its end doesn't end that.
        let close = match (&case.stage, &before) {
            (Stage::Closed(_), Stage::Callback { .. }) => None,
            (Stage::Closed(why), _) => Some(why.word()),
            _ => None,
        };
        let messages = tell(&case, happened);
        let seq = match (close, messages.is_empty()) {
            (None, true) => 0,
            _ => put(&mut change, id, &messages, close, new.at).await?.1,
        };
        event(&mut change, (id, new.who, new.at), &kept, happened.word(), None).await?;
        let detail = match kept.outcome {
            Some(outcome) => format!("group={} outcome={outcome}", kept.group),
            None => format!("group={}", kept.group),
        };
        let entry = Entry {
            actor: login(new.who).to_owned(),
            action: happened.audited(),
            subject: format!("conversation:{id}"),
            detail,
            at: new.at,
        };
        audit::write(&mut change, &entry).await?;
        let told = (kept.group.as_str(), kept.seconds, kept.outcome);
        let words = (messages.as_slice(), seq);
        outbox::put_step(&mut change, &self.database, &new, happened, told, words).await?;
        change.commit().await?;
        Ok(Stepped { happened, before, case, seq })
    }

    /// Writes words; what was sent before under the same name is given back as it was.
    pub async fn say(&self, new: NewWords<'_>) -> Result<Message, DeskError> {
        let NewWords { conversation: id, who, name, kind, body, skills, at } = new;
        let mut change = self.database.change().await?;
        if let Some((name, content)) = name {
            let sent =
                sqlx::query("SELECT content, first_seq FROM sent WHERE conversation = $1 AND name = $2")
                    .bind(id)
                    .bind(name)
                    .fetch_optional(&mut *change)
                    .await?;
            if let Some(row) = sent {
                if row.try_get::<String, _>(0)? != content {
                    return Err(DeskError::SentOtherwise(name.to_owned()));
                }
                let seq: i64 = row.try_get(1)?;
                let row = sqlx::query(
                    "SELECT seq, turn, kind, body, at FROM message WHERE conversation = $1 AND seq = $2",
                )
                .bind(id)
                .bind(seq)
                .fetch_one(&mut *change)
                .await?;
                return Ok(message(&row)?);
            }
        }
        let case = case(&mut change, id).await?;
        if let Who::Agent(agent) = who {
            match &case.stage {
                Stage::Assigned { agent: his, .. } if his == agent.id => {}
                Stage::Assigned { number, .. } => return Err(Refused::NotYours(number.clone()).into()),
                _ => return Err(Refused::NotNow("不在您手里").into()),
            }
        }
        let (turn, seq) = put(&mut change, id, &[(kind, body.clone())], None, at).await?;
        if let Some((name, content)) = name {
            sqlx::query(
                "INSERT INTO sent (conversation, name, content, first_seq, last_seq, at)
                 VALUES ($1, $2, $3, $4, $4, $5)",
            )
            .bind(id)
            .bind(name)
            .bind(content)
            .bind(seq)
            .bind(millis(at))
            .execute(&mut *change)
            .await?;
        }
        need(&mut change, id, skills).await?;
        let mut first: Option<i64> = None;
        if let Who::Agent(_) = who {
            let row = sqlx::query(
                "UPDATE desk_case SET seen_seq = $1, replied_at = COALESCE(replied_at, $2)
                 WHERE conversation = $3 RETURNING replied_at, claimed_at",
            )
            .bind(seq)
            .bind(millis(at))
            .bind(id)
            .fetch_one(&mut *change)
            .await?;
            let (replied, claimed): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
            first = claimed.filter(|_| replied == millis(at)).map(|claimed| (replied - claimed) / 1000);
        }
        let kept =
            Kept { group: case.stage.group().unwrap_or_default().to_owned(), seconds: first, outcome: None };
        event(&mut change, (id, who, at), &kept, "message", Some((seq, case.holder()))).await?;
        outbox::put_words(&mut change, &self.database, id, seq, kind, body, at).await?;
        change.commit().await?;
        // As it is read back: times are kept to the millisecond.
        let at = timestamp(millis(at));
        Ok(Message { seq, turn, kind: kind.to_owned(), body: body.clone(), at })
    }

    /// A case with what lists show of it; `None` where no person was ever asked for.
    pub async fn row(&self, id: &str) -> Result<Option<CaseRow>, DeskError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{ROW} WHERE d.conversation = $1")))
            .bind(id)
            .fetch_optional(&self.database.read)
            .await?;
        Ok(row.as_ref().map(case_row).transpose()?)
    }

    /// The cases of a list.
    pub async fn list(&self, list: Listed<'_>) -> Result<Vec<CaseRow>, DeskError> {
        let (filter, order) = match list {
            Listed::Waiting => ("d.word = 'queued' AND $1 = ''", "d.asked_at, d.conversation"),
            Listed::Of(_) => ("d.word = 'assigned' AND d.agent = $1", "d.claimed_at, d.conversation"),
            Listed::Callback => ("d.word = 'callback' AND $1 = ''", "d.asked_at, d.conversation"),
            Listed::Over(_) => {
                ("d.word IN ('closed', 'bot') AND d.changed_at < CAST($1 AS BIGINT)", "d.changed_at DESC")
            }
        };
        let value = match list {
            Listed::Of(account) => account.to_owned(),
            Listed::Over(before) => millis(before).to_string(),
            Listed::Waiting | Listed::Callback => String::new(),
        };
        let query = format!("{ROW} WHERE {filter} ORDER BY {order} LIMIT {LISTED}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(query)).bind(value).fetch_all(&self.database.read).await?;
        Ok(rows.iter().map(case_row).collect::<Result<_, _>>()?)
    }

    /// All that wait, the first to come first.
    pub async fn waiting(&self) -> Result<Vec<Waiting>, DeskError> {
        let rows = sqlx::query(
            "SELECT conversation, desk_group, region, skills, asked_at, asked_seq FROM desk_case
             WHERE word = 'queued' ORDER BY asked_at, conversation",
        )
        .fetch_all(&self.database.read)
        .await?;
        let waiting = |row: &SqliteRow| -> Result<Waiting, ConversationError> {
            let conversation: String = row.try_get(0)?;
            Ok(Waiting {
                group: row.try_get(1)?,
                region: region(row.try_get(2)?),
                skills: list(&conversation, &row.try_get::<String, _>(3)?)?,
                asked_at: timestamp(row.try_get(4)?),
                told: row.try_get::<i64, _>(5)? > 0,
                conversation,
            })
        };
        Ok(rows.iter().map(waiting).collect::<Result<_, _>>()?)
    }

    /// How many conversations each account has.
    pub async fn loads(&self) -> Result<HashMap<String, u32>, DeskError> {
        let rows = sqlx::query(
            "SELECT agent, COUNT(*) FROM desk_case WHERE word = 'assigned' AND agent IS NOT NULL GROUP BY agent",
        )
        .fetch_all(&self.database.read)
        .await?;
        let load = |row: &SqliteRow| -> Result<(String, u32), sqlx::Error> {
            Ok((row.try_get(0)?, u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or(u32::MAX)))
        };
        Ok(rows.iter().map(load).collect::<Result<_, _>>()?)
    }

    /// Conversations of accounts, the longest held first.
    pub async fn held_by(&self, account: &str) -> Result<Vec<String>, DeskError> {
        let rows = sqlx::query(
            "SELECT conversation FROM desk_case WHERE word = 'assigned' AND agent = $1 ORDER BY claimed_at",
        )
        .bind(account)
        .fetch_all(&self.database.read)
        .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Conversations with a person in which nothing was said since `then`, and whether the citizen was asked since.
    pub async fn silent(&self, then: Timestamp) -> Result<Vec<(String, bool)>, DeskError> {
        let rows = sqlx::query(
            "SELECT d.conversation, d.asked_seq >= c.seq FROM desk_case d JOIN conversation c ON c.id = d.conversation
             WHERE d.word = 'assigned' AND c.touched_at < $1",
        )
        .bind(millis(then))
        .fetch_all(&self.database.read)
        .await?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()?)
    }

    /// Remembers that the citizen was asked whether he is still there, or told to wait on.
    pub async fn asked(&self, id: &str, seq: i64) -> Result<(), DeskError> {
        self.set("asked_seq", id, seq).await
    }

    /// Remembers what the agent has seen.
    pub async fn seen(&self, id: &str, seq: i64) -> Result<(), DeskError> {
        self.set("seen_seq", id, seq).await
    }

    async fn set(&self, column: &str, id: &str, seq: i64) -> Result<(), DeskError> {
        let query = format!("UPDATE desk_case SET {column} = $1 WHERE conversation = $2 AND {column} < $1");
        sqlx::query(sqlx::AssertSqlSafe(query)).bind(seq).bind(id).execute(&self.database.write).await?;
        Ok(())
    }

    /// Things that happened after a number, in order.
    pub async fn events(&self, after: i64, limit: i64) -> Result<Vec<DeskEvent>, DeskError> {
        let rows = sqlx::query(
            "SELECT seq, at, conversation, what, who, desk_group, message_seq, holder FROM desk_event
             WHERE seq > $1 ORDER BY seq LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.database.read)
        .await?;
        Ok(rows.iter().map(told).collect::<Result<_, _>>()?)
    }

    /// Number of the last thing that happened.
    pub async fn last_event(&self) -> Result<i64, DeskError> {
        let row = sqlx::query("SELECT COALESCE(MAX(seq), 0) FROM desk_event")
            .fetch_one(&self.database.read)
            .await?;
        Ok(row.try_get(0)?)
    }

    /// The steps of one case, the oldest first.
    pub async fn log(&self, id: &str) -> Result<Vec<DeskEvent>, DeskError> {
        let rows = sqlx::query(
            "SELECT seq, at, conversation, what, who, desk_group, message_seq, holder FROM desk_event
             WHERE conversation = $1 AND message_seq IS NULL ORDER BY seq LIMIT 500",
        )
        .bind(id)
        .fetch_all(&self.database.read)
        .await?;
        Ok(rows.iter().map(told).collect::<Result<_, _>>()?)
    }
}

/// Who did something, as the audit log names him.
fn login(who: Who<'_>) -> &str {
    match who {
        Who::Citizen => "citizen",
        Who::Clock => "system",
        Who::Agent(agent) => agent.login,
    }
}

/// What a step tells of the case besides its words.
struct Kept {
    group: String,
    seconds: Option<i64>,
    outcome: Option<&'static str>,
}

async fn case(change: &mut Transaction<'_, Sqlite>, id: &str) -> Result<Case, DeskError> {
    let row = sqlx::query(
        "SELECT d.stage FROM conversation c LEFT JOIN desk_case d ON d.conversation = c.id WHERE c.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut **change)
    .await?
    .ok_or_else(|| DeskError::NoSuch(id.to_owned()))?;
    Ok(read_case(id, row.try_get(0)?)?)
}

/// A case from its kept stage; where none is kept, nobody was asked for.
pub(super) fn read_case(id: &str, stage: Option<String>) -> Result<Case, ConversationError> {
    let read = |stage: String| serde_json::from_str(&stage).map(|stage| Case { stage });
    stage.map_or(Ok(Case::default()), read).map_err(|e| ConversationError::Broken(id.to_owned(), e))
}

/// Writes where a case stands now.
async fn keep(
    change: &mut Transaction<'_, Sqlite>,
    new: &NewStep<'_>,
    before: &Stage,
    case: &Case,
    happened: Happened,
) -> Result<Kept, DeskError> {
    let id = new.conversation;
    let at = millis(new.at);
    let stage =
        serde_json::to_string(&case.stage).map_err(|e| ConversationError::Broken(id.to_owned(), e))?;
    let group = case.stage.group().or(before.group()).unwrap_or_default().to_owned();
    let outcome = match &case.stage {
        Stage::Closed(why) => Some(why.word()),
        _ => None,
    };
    if *before == Stage::Bot {
        // A new request: what an earlier one left behind is over.
        sqlx::query(
            "INSERT INTO desk_case (conversation, stage, word, desk_group, region, skills, why, asked_at, changed_at,
                                    seen_seq, asked_seq)
             VALUES ($1, $2, $3, $4, $5, '[]', $6, $7, $7, 0, 0)
             ON CONFLICT (conversation) DO UPDATE SET stage = $2, word = $3, desk_group = $4, region = $5, why = $6,
                 asked_at = $7, changed_at = $7, agent = NULL, agent_number = NULL, claimed_at = NULL,
                 replied_at = NULL, ended_at = NULL, ticket = NULL, outcome = NULL, asked_seq = 0",
        )
        .bind(id)
        .bind(&stage)
        .bind(case.stage.word())
        .bind(&group)
        .bind(new.region.map(RegionCode::as_str))
        .bind(new.why.word())
        .bind(at)
        .execute(&mut **change)
        .await?;
    }
    let (agent, number) = match &case.stage {
        Stage::Assigned { agent, number, .. } => (Some(agent.as_str()), Some(number.as_str())),
        _ => (None, None),
    };
    let ticket = match &case.stage {
        Stage::Callback { ticket, .. } => Some(ticket.as_str()),
        _ => None,
    };
    let claimed = (happened == Happened::Claimed).then_some(at);
    let ends = matches!(case.stage, Stage::Closed(_) | Stage::Bot).then_some(at);
    let row = sqlx::query(
        "UPDATE desk_case SET stage = $1, word = $2, desk_group = $3, changed_at = $4,
             agent = COALESCE($5, agent), agent_number = COALESCE($6, agent_number),
             ticket = COALESCE($7, ticket), claimed_at = COALESCE($8, claimed_at), ended_at = $9,
             outcome = $10, item = COALESCE($11, item)
         WHERE conversation = $12 RETURNING asked_at, claimed_at",
    )
    .bind(&stage)
    .bind(case.stage.word())
    .bind(&group)
    .bind(at)
    .bind(agent)
    .bind(number)
    .bind(ticket)
    .bind(claimed)
    .bind(ends)
    .bind(outcome)
    .bind(new.item.map(ItemKey::as_str))
    .bind(id)
    .fetch_one(&mut **change)
    .await?;
    let (asked, claimed): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    let seconds = match happened {
        Happened::Claimed => Some((at - asked) / 1000),
        Happened::Closed | Happened::GivenBack => claimed.map(|claimed| (at - claimed) / 1000),
        _ => None,
    };
    if matches!(case.stage, Stage::Closed(Closed::CalledBack | Closed::NotReached)) {
        sqlx::query("DELETE FROM desk_contact WHERE conversation = $1")
            .bind(id)
            .execute(&mut **change)
            .await?;
    }
    Ok(Kept { group, seconds, outcome })
}

/// Adds to what whoever takes a case must be able to do: words that were said stay said, so nothing is taken away.
async fn need(change: &mut Transaction<'_, Sqlite>, id: &str, skills: &[String]) -> Result<(), DeskError> {
    if skills.is_empty() {
        return Ok(());
    }
    let row = sqlx::query("SELECT skills FROM desk_case WHERE conversation = $1")
        .bind(id)
        .fetch_optional(&mut **change)
        .await?;
    let Some(row) = row else { return Ok(()) };
    let mut needed = list(id, &row.try_get::<String, _>(0)?)?;
    needed.extend(skills.iter().cloned());
    needed.sort_unstable();
    needed.dedup();
    let text = serde_json::to_string(&needed).map_err(|e| ConversationError::Broken(id.to_owned(), e))?;
    sqlx::query("UPDATE desk_case SET skills = $1 WHERE conversation = $2")
        .bind(text)
        .bind(id)
        .execute(&mut **change)
        .await?;
    Ok(())
}

/// Adds messages to an open conversation, and ends it where a reason is given. Gives its turn and last number.
async fn put(
    change: &mut Transaction<'_, Sqlite>,
    id: &str,
    messages: &[(&'static str, Value)],
    close: Option<&str>,
    at: Timestamp,
) -> Result<(i64, i64), DeskError> {
    let row = sqlx::query(
        "UPDATE conversation SET seq = seq + $1, touched_at = $2, closed_why = $3,
                closed_at = CASE WHEN $3 IS NULL THEN NULL ELSE $2 END
         WHERE id = $4 AND closed_why IS NULL RETURNING turn, seq",
    )
    .bind(messages.len() as i64)
    .bind(millis(at))
    .bind(close)
    .bind(id)
    .fetch_optional(&mut **change)
    .await?
    .ok_or_else(|| DeskError::NoSuch(id.to_owned()))?;
    let (turn, seq): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    conversation::insert(change, id, seq - messages.len() as i64, turn, messages, at).await?;
    Ok((turn, seq))
}

async fn event(
    change: &mut Transaction<'_, Sqlite>,
    (conversation, who, at): (&str, Who<'_>, Timestamp),
    kept: &Kept,
    what: &str,
    message: Option<(i64, Option<&str>)>,
) -> Result<(), DeskError> {
    let (message, holder) = message.map_or((None, None), |(seq, holder)| (Some(seq), holder));
    let who = match who {
        Who::Citizen => "citizen",
        Who::Clock => "clock",
        Who::Agent(agent) => agent.number,
    };
    sqlx::query(
        "INSERT INTO desk_event (seq, at, conversation, what, who, desk_group, message_seq, seconds, outcome,
                                 holder)
         VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM desk_event), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(millis(at))
    .bind(conversation)
    .bind(what)
    .bind(who)
    .bind(&kept.group)
    .bind(message)
    .bind(kept.seconds)
    .bind(kept.outcome)
    .bind(holder)
    .execute(&mut **change)
    .await?;
    Ok(())
}

fn region(code: Option<String>) -> Option<RegionCode> {
    // What is no code was not written by us.
    code.and_then(|code| RegionCode::try_from(code).ok())
}

fn list(id: &str, text: &str) -> Result<Vec<String>, ConversationError> {
    serde_json::from_str(text).map_err(|e| ConversationError::Broken(id.to_owned(), e))
}

fn case_row(row: &SqliteRow) -> Result<CaseRow, ConversationError> {
    let id: String = row.try_get(0)?;
    let agent: Option<String> = row.try_get(6)?;
    let number: Option<String> = row.try_get(7)?;
    let last = match row.try_get::<Option<i64>, _>(15)? {
        None => None,
        Some(seq) => {
            let body: String = row.try_get(18)?;
            Some(Message {
                seq,
                turn: row.try_get(16)?,
                kind: row.try_get(17)?,
                body: serde_json::from_str(&body).map_err(|e| ConversationError::Broken(id.clone(), e))?,
                at: timestamp(row.try_get(19)?),
            })
        }
    };
    let state: String = row.try_get(12)?;
    Ok(CaseRow {
        stage: read_case(&id, row.try_get(1)?)?.stage,
        group: row.try_get(2)?,
        region: region(row.try_get(3)?),
        skills: list(&id, &row.try_get::<String, _>(4)?)?,
        why: Why::parse(&row.try_get::<String, _>(5)?).unwrap_or_default(),
        agent: agent.zip(number),
        asked_at: timestamp(row.try_get(8)?),
        claimed_at: row.try_get::<Option<i64>, _>(9)?.map(timestamp),
        ticket: row.try_get(10)?,
        outcome: row.try_get(11)?,
        state: serde_json::from_str(&state).map_err(|e| ConversationError::Broken(id.clone(), e))?,
        touched_at: timestamp(row.try_get(13)?),
        unread: row.try_get(14)?,
        last,
        conversation: id,
    })
}

fn told(row: &SqliteRow) -> Result<DeskEvent, sqlx::Error> {
    Ok(DeskEvent {
        seq: row.try_get(0)?,
        at: timestamp(row.try_get(1)?),
        conversation: row.try_get(2)?,
        what: row.try_get(3)?,
        who: row.try_get(4)?,
        group: row.try_get(5)?,
        message_seq: row.try_get(6)?,
        holder: row.try_get(7)?,
    })
}
