//! Proposed corrections (学习建议): what somebody thinks a question means, until another one decides.

use super::audit::{self, Entry};
use super::database::{Database, DatabaseError, millis, timestamp};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalState {
    /// Waits for somebody who decides.
    Open,
    /// Counts.
    Accepted,
    /// Doesn't count.
    Refused,
    /// Taken back: by its author before, or by an editor after it was accepted.
    Withdrawn,
}

impl ProposalState {
    const ALL: [ProposalState; 4] =
        [ProposalState::Open, ProposalState::Accepted, ProposalState::Refused, ProposalState::Withdrawn];

    /// The word in the API and in the file.
    pub fn word(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Accepted => "accepted",
            ProposalState::Refused => "refused",
            ProposalState::Withdrawn => "withdrawn",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<ProposalState> {
        ProposalState::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A proposal to be kept.
#[derive(Clone, Debug)]
pub struct NewProposal {
    /// Its id, a ULID; the accepted correction gets the same.
    pub id: String,
    /// The question, personal data taken out.
    pub question: String,
    /// Key of the item.
    pub item: String,
    /// Its name.
    pub item_name: String,
    /// 业务办理项
    pub business_item: Option<String>,
    /// The conversation that it comes from.
    pub conversation: Option<String>,
    /// Login of who proposes it.
    pub author: String,
    /// His 工号.
    pub number: String,
    /// When.
    pub at: Timestamp,
}

/// A proposal that is kept.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// As it was made.
    pub made: NewProposal,
    /// Where it stands.
    pub state: ProposalState,
    /// 工号 of who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, question, item, item_name, business_item, conversation, author, number, at, state, decided_by, decided_at";

/// Keeps proposals.
#[derive(Clone, Debug)]
pub struct Proposals {
    database: Database,
}

impl Proposals {
    /// Those of a file.
    pub fn of(database: Database) -> Proposals {
        Proposals { database }
    }

    /// Keeps a proposal. Where the same one is open already, that one is returned, with `false`.
    pub async fn make(&self, new: &NewProposal, entry: &Entry) -> Result<(Proposal, bool), DatabaseError> {
        let mut change = self.database.change().await?;
        let query = format!(
            "SELECT {COLUMNS} FROM proposal WHERE state = 'open' AND question = $1 AND item = $2
             AND coalesce(business_item, '') = coalesce($3, '')"
        );
        let same = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(&new.question)
            .bind(&new.item)
            .bind(&new.business_item)
            .fetch_optional(&mut *change)
            .await?;
        if let Some(row) = same {
            return Ok((proposal(&row)?, false));
        }
        sqlx::query(
            "INSERT INTO proposal (id, question, item, item_name, business_item, conversation, author, number, at, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open')",
        )
        .bind(&new.id)
        .bind(&new.question)
        .bind(&new.item)
        .bind(&new.item_name)
        .bind(&new.business_item)
        .bind(&new.conversation)
        .bind(&new.author)
        .bind(&new.number)
        .bind(millis(new.at))
        .execute(&mut *change)
        .await?;
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        let made = NewProposal { at: timestamp(millis(new.at)), ..new.clone() };
        Ok((Proposal { made, state: ProposalState::Open, decided_by: None, decided_at: None }, true))
    }

    /// The proposal with this id.
    pub async fn get(&self, id: &str) -> Result<Option<Proposal>, DatabaseError> {
        let query = format!("SELECT {COLUMNS} FROM proposal WHERE id = $1");
        let row =
            sqlx::query(sqlx::AssertSqlSafe(query)).bind(id).fetch_optional(&self.database.read).await?;
        row.as_ref().map(proposal).transpose()
    }

    /// Proposals, the newest first: in one state, or all.
    pub async fn list(
        &self,
        state: Option<ProposalState>,
        limit: i64,
    ) -> Result<Vec<Proposal>, DatabaseError> {
        let query = format!(
            "SELECT {COLUMNS} FROM proposal WHERE $1 IS NULL OR state = $1 ORDER BY at DESC, id DESC LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(query))
            .bind(state.map(ProposalState::word))
            .bind(limit)
            .fetch_all(&self.database.read)
            .await?;
        rows.iter().map(proposal).collect()
    }

    /// Brings a proposal from one state to another. Tells whether it was in the first.
    pub async fn decide(
        &self,
        id: &str,
        from: ProposalState,
        to: ProposalState,
        number: &str,
        entry: &Entry,
    ) -> Result<bool, DatabaseError> {
        let mut change = self.database.change().await?;
        let done = sqlx::query(
            "UPDATE proposal SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4 AND state = $5",
        )
        .bind(to.word())
        .bind(number)
        .bind(millis(entry.at))
        .bind(id)
        .bind(from.word())
        .execute(&mut *change)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        audit::write(&mut change, entry).await?;
        change.commit().await?;
        Ok(true)
    }
}

fn proposal(row: &SqliteRow) -> Result<Proposal, DatabaseError> {
    let state: String = row.try_get(9)?;
    Ok(Proposal {
        made: NewProposal {
            id: row.try_get(0)?,
            question: row.try_get(1)?,
            item: row.try_get(2)?,
            item_name: row.try_get(3)?,
            business_item: row.try_get(4)?,
            conversation: row.try_get(5)?,
            author: row.try_get(6)?,
            number: row.try_get(7)?,
            at: timestamp(row.try_get(8)?),
        },
        // A state that this program doesn't know can't be decided on.
        state: ProposalState::parse(&state).unwrap_or(ProposalState::Withdrawn),
        decided_by: row.try_get(10)?,
        decided_at: row.try_get::<Option<i64>, _>(11)?.map(timestamp),
    })
}
