//! Learning with four eyes: one proposes that a question means an item, another one decides. What is accepted goes to
//! the journal of corrections and counts at once; what is withdrawn is taken back from it.

use super::{Assist, TeachError};
use crate::desk::Permission;
use crate::store::{Account, Database, DatabaseError, Entry, NewProposal, Proposal, ProposalState};
use crate::store::{Proposals as Store, StoreError};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::Mutex;
use ulid::Ulid;

/// A proposal is not made, or not decided.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// No such proposal.
    #[error("no proposal {0:?}")]
    NoSuch(String),
    /// It can't be decided so from where it stands.
    #[error("the proposal is {0}")]
    NotNow(&'static str),
    /// Whoever proposed it doesn't accept it.
    #[error("whoever proposed it doesn't accept it")]
    OwnProposal,
    /// Neither its author nor somebody who decides.
    #[error("neither its author nor somebody who decides")]
    NotYours,
    /// The correction itself.
    #[error(transparent)]
    Teach(#[from] TeachError),
    /// The store.
    #[error(transparent)]
    Store(#[from] DatabaseError),
}

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The question.
    pub question: String,
    /// Key or code of the item.
    pub item: String,
    /// 业务办理项
    pub business_item: Option<String>,
    /// The conversation that it comes from.
    pub conversation: Option<String>,
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It counts from now on.
    Accept,
    /// It doesn't.
    Refuse,
    /// It no longer does.
    Withdraw,
}

/// Proposals with their journal.
pub struct Proposals {
    store: Store,
    /// One decision at a time: the file of the journal and the row in the store belong together.
    deciding: Mutex<()>,
}

impl Proposals {
    /// Those of a file.
    pub fn of(database: Database) -> Proposals {
        Proposals { store: Store::of(database), deciding: Mutex::default() }
    }

    /// Makes a proposal; personal data are taken out of the question. `false` where the same one is open already.
    pub async fn make(
        &self,
        assist: &Assist,
        proposed: Proposed,
        by: &Account,
        now: Timestamp,
    ) -> Result<(Proposal, bool), ProposalError> {
        let lesson = assist.lesson(&proposed.question, &proposed.item, proposed.business_item.as_deref())?;
        let new = NewProposal {
            id: Ulid::generate().to_string(),
            question: lesson.question,
            item: lesson.item.to_string(),
            item_name: lesson.name,
            business_item: proposed.business_item,
            conversation: proposed.conversation,
            author: by.login.clone(),
            number: by.number.clone(),
            at: now,
        };
        let entry = entry(by, "proposal.made", &new.id, format!("item={}", new.item), now);
        Ok(self.store.make(&new, &entry).await?)
    }

    /// Proposals, the newest first: in one state, or all.
    pub async fn list(
        &self,
        state: Option<ProposalState>,
        limit: i64,
    ) -> Result<Vec<Proposal>, DatabaseError> {
        self.store.list(state, limit).await
    }

    /// Decides on a proposal.
    pub async fn decide(
        &self,
        assist: &Arc<Assist>,
        id: &str,
        decision: Decision,
        by: &Account,
        now: Timestamp,
    ) -> Result<Proposal, ProposalError> {
        let _one = self.deciding.lock().await;
        let no_such = || ProposalError::NoSuch(id.to_owned());
        let proposal = self.store.get(id).await?.ok_or_else(no_such)?;
        let own = proposal.made.author == by.login;
        let decides = by.may(Permission::ProposalsDecide);
        let (to, action) = match (proposal.state, decision) {
            (ProposalState::Open, Decision::Accept) if own => return Err(ProposalError::OwnProposal),
            (ProposalState::Open, Decision::Withdraw) if own => {
                (ProposalState::Withdrawn, "proposal.withdrawn")
            }
            _ if !decides => return Err(ProposalError::NotYours),
            (ProposalState::Open, Decision::Accept) => (ProposalState::Accepted, "proposal.accepted"),
            (ProposalState::Open, Decision::Refuse) => (ProposalState::Refused, "proposal.refused"),
            (ProposalState::Accepted, Decision::Withdraw) => (ProposalState::Withdrawn, "proposal.withdrawn"),
            (state, _) => return Err(ProposalError::NotNow(state.word())),
        };
        // The journal first: cut off in between, the proposal is still open, and deciding again finds the journal as
        // it is. The correction has the proposal's id, so it is never there twice.
        let made = &proposal.made;
        let taught = assist.taught().map_err(TeachError::from)?.iter().any(|lesson| lesson.id == made.id);
        match (to == ProposalState::Accepted, taught) {
            (true, false) => {
                let lesson = assist.lesson(&made.question, &made.item, made.business_item.as_deref())?;
                assist.take_lesson(made.id.clone(), lesson, &made.number, now).await?;
            }
            (false, true) => assist.forget(std::slice::from_ref(&made.id), &by.number, now).await?,
            _ => {}
        }
        let entry = entry(by, action, id, format!("item={}", made.item), now);
        if !self.store.decide(id, proposal.state, to, &by.number, &entry).await? {
            return Err(ProposalError::NotNow(proposal.state.word()));
        }
        self.store.get(id).await?.ok_or_else(no_such)
    }
}

impl From<StoreError> for ProposalError {
    fn from(error: StoreError) -> ProposalError {
        ProposalError::Teach(error.into())
    }
}

fn entry(by: &Account, action: &'static str, id: &str, detail: String, at: Timestamp) -> Entry {
    Entry { actor: by.login.clone(), action, subject: format!("proposal:{id}"), detail, at }
}
