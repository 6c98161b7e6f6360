//! Shapes of 好差评, of what bad ratings ask for, and of proposals.

use crate::desk::{About, level};
use crate::store::{Proposal, Rating, WorkItem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A citizen rates.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RatingRequest {
    /// `answer` or `service`.
    #[schema(example = "answer")]
    pub about: String,
    /// Number of the rated message; with `answer` only.
    pub seq: Option<i64>,
    /// 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意.
    #[schema(minimum = 1, maximum = 5)]
    pub stars: u8,
    /// Ids of reasons, from `/api/v1/ratings/reasons`.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Words, at most 500; personal data are masked.
    pub text: Option<String>,
}

/// A rating as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingShape {
    /// `answer` or `service`.
    pub about: &'static str,
    /// Number of the rated message.
    pub seq: Option<i64>,
    /// One to five.
    pub stars: u8,
    /// What so many stars are called.
    pub level: &'static str,
    /// Ids of reasons.
    pub reasons: Vec<String>,
    /// Words, masked.
    pub text: Option<String>,
    /// When it was given.
    pub at: String,
    /// When it was last changed.
    pub changed_at: String,
}

/// Reasons to choose from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonsResponse {
    /// For an answer.
    pub answer: Vec<ReasonShape>,
    /// For a service.
    pub service: Vec<ReasonShape>,
}

/// A reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonShape {
    /// Its id.
    pub id: &'static str,
    /// What it says.
    pub label: &'static str,
}

/// What bad ratings ask to be settled.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkItemsResponse {
    /// The most urgent first.
    pub items: Vec<WorkItemShape>,
}

/// What a bad rating asks to be settled.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkItemShape {
    /// Its id.
    pub id: String,
    /// `bad_rating`.
    pub kind: &'static str,
    /// What was rated: `answer` or `service`.
    pub about: &'static str,
    /// The conversation.
    pub conversation: String,
    /// Number of the rated message.
    pub seq: Option<i64>,
    /// Key of the item that was shown.
    pub item_code: Option<String>,
    /// The rating as it stands now.
    pub stars: u8,
    /// Ids of reasons.
    pub reasons: Vec<String>,
    /// Words, masked.
    pub text: Option<String>,
    /// The day by which it is to be settled.
    #[schema(example = "2026-12-16")]
    pub due_on: String,
    /// Since when it is open.
    pub opened_at: String,
    /// When it was settled.
    pub done_at: Option<String>,
    /// By whom: a 工号, or `citizen` where he raised the rating.
    pub done_by: Option<String>,
    /// How: `mended`, `explained`, `not_reached`, `duplicate`, `abuse`, or `raised` by the citizen.
    pub outcome: Option<String>,
    /// What was written beside it.
    pub note: Option<String>,
}

/// Settles a work item.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SettleRequest {
    /// `mended`, `explained`, `not_reached`, `duplicate` or `abuse`.
    #[schema(example = "mended")]
    pub outcome: String,
    /// What was done, at most 500 characters; personal data are masked.
    pub note: Option<String>,
}

/// Proposed corrections.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalsResponse {
    /// The newest first.
    pub proposals: Vec<ProposalShape>,
}

/// A proposed correction.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalShape {
    /// Its id; the accepted correction has the same.
    pub id: String,
    /// The question, personal data taken out.
    pub question: String,
    /// The item.
    pub item: ProposedItemShape,
    /// 业务办理项
    pub business_item: Option<String>,
    /// 工号 of who proposed it.
    pub by: String,
    /// When.
    pub at: String,
    /// `open`, `accepted`, `refused` or `withdrawn`.
    pub state: &'static str,
    /// 工号 of who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<String>,
}

/// An item that is proposed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposedItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
}

/// Proposes that a question means an item.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProposeRequest {
    /// The question; personal data are taken out.
    pub question: String,
    /// Key or code of the item.
    pub item_code: String,
    /// 业务办理项
    pub business_item: Option<String>,
    /// The conversation that it comes from.
    pub conversation: Option<String>,
}

/// A rating.
pub fn rating(rating: Rating) -> RatingShape {
    RatingShape {
        about: rating.about.word(),
        seq: answer_seq(&rating),
        stars: rating.stars,
        level: level(rating.stars).unwrap_or_default(),
        reasons: rating.reasons,
        text: rating.words,
        at: rating.at.to_string(),
        changed_at: rating.changed_at.to_string(),
    }
}

fn answer_seq(rating: &Rating) -> Option<i64> {
    (rating.about == About::Answer).then_some(rating.seq)
}

/// Reasons to choose from.
pub fn reasons() -> ReasonsResponse {
    let list = |about: About| about.reasons().iter().map(|&(id, label)| ReasonShape { id, label }).collect();
    ReasonsResponse { answer: list(About::Answer), service: list(About::Service) }
}

/// A work item.
pub fn work_item(item: WorkItem) -> WorkItemShape {
    let rating = item.rating;
    WorkItemShape {
        id: item.id,
        kind: "bad_rating",
        about: rating.about.word(),
        conversation: item.conversation,
        seq: answer_seq(&rating),
        item_code: rating.item,
        stars: rating.stars,
        reasons: rating.reasons,
        text: rating.words,
        due_on: item.due_on,
        opened_at: item.opened_at.to_string(),
        done_at: item.done_at.map(|at| at.to_string()),
        done_by: item.done_by,
        outcome: item.outcome,
        note: item.note,
    }
}

/// A proposal.
pub fn proposal(proposal: Proposal) -> ProposalShape {
    let made = proposal.made;
    ProposalShape {
        id: made.id,
        question: made.question,
        item: ProposedItemShape { code: made.item, name: made.item_name },
        business_item: made.business_item,
        by: made.number,
        at: made.at.to_string(),
        state: proposal.state.word(),
        decided_by: proposal.decided_by,
        decided_at: proposal.decided_at.map(|at| at.to_string()),
    }
}
