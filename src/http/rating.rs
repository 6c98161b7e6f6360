//! 好差评, what bad ratings ask for, and proposals for what is to be learned.

use super::App;
use super::chat::token;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::rating::{
    ProposalShape, ProposalsResponse, ProposeRequest, RatingRequest, RatingShape, ReasonsResponse,
    SettleRequest, WorkItemShape, WorkItemsResponse, proposal, rating, work_item,
};
use crate::assist::{Decision, ProposalError, Proposed, RateError, Rated, SettleFault, TeachError};
use crate::desk::{About, Permission};
use crate::store::{GiveError, ProposalState, SettleError};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// Work items and proposals in one answer at most.
const PAGE: usize = 500;

/// Rates an answer, or the service of a person: once each. It may be changed while the conversation is open; a first
/// rating may still be given when it is closed.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/rating", tag = "评价",
    params(("id" = String, Path, description = "The conversation")),
    request_body = RatingRequest,
    security(("token" = [])),
    responses(
        (status = 200, description = "Kept", body = RatingShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn rate(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<RatingRequest>,
) -> Result<Json<RatingShape>, Problem> {
    let conversation = app.talks.owned(&id, token(&headers)?).await?;
    let about = About::parse(&request.about)
        .ok_or_else(|| Problem::BadField("about", "应为 answer 或 service".into()))?;
    let rated = Rated {
        about,
        seq: request.seq,
        stars: request.stars,
        reasons: request.reasons,
        words: request.text,
    };
    let kept = app.ratings.give(&conversation.id, rated, Timestamp::now(), (app.today)()).await?;
    let stars = kept.stars.to_string();
    metrics::counter!("bangban_ratings_total", "about" => about.word(), "stars" => stars).increment(1);
    Ok(Json(rating(kept)))
}

/// Lists reasons to choose from.
#[utoipa::path(
    get, path = "/api/v1/ratings/reasons", tag = "评价",
    responses((status = 200, description = "Ids with their labels", body = ReasonsResponse))
)]
pub async fn reasons() -> Json<ReasonsResponse> {
    Json(super::wire::rating::reasons())
}

/// Lists what bad ratings ask to be settled, the most urgent first.
#[utoipa::path(
    get, path = "/api/v1/desk/work-items", tag = "坐席",
    params(
        ("open" = Option<bool>, Query, description = "Only open ones, or only settled ones"),
        ("limit" = Option<usize>, Query, description = "1 to 500; 200 when absent", minimum = 1, maximum = 500),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Work items", body = WorkItemsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn work_items(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<WorkItemsResponse>, Problem> {
    staff.may(Permission::WorkItemsRead)?;
    let open = match params.get("open") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => return Err(Problem::BadField("open", "应为 true 或 false".into())),
    };
    let limit = params.number("limit", 1..=PAGE, 200)? as i64;
    let items = app.ratings.work(open, limit).await?;
    Ok(Json(WorkItemsResponse { items: items.into_iter().map(work_item).collect() }))
}

/// Settles a work item.
#[utoipa::path(
    post, path = "/api/v1/desk/work-items/{id}/done", tag = "坐席",
    params(("id" = String, Path, description = "The work item")),
    request_body = SettleRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "Settled", body = WorkItemShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn settle(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(request): Json<SettleRequest>,
) -> Result<Json<WorkItemShape>, Problem> {
    staff.may(Permission::WorkItemsSettle)?;
    let now = Timestamp::now();
    let done = app.ratings.settle(&id, &request.outcome, request.note, &staff.account, now).await?;
    Ok(Json(work_item(done)))
}

/// Lists proposals, the newest first.
#[utoipa::path(
    get, path = "/api/v1/desk/proposals", tag = "坐席",
    params(
        ("state" = Option<String>, Query, description = "Only those that are `open`, `accepted`, `refused` or `withdrawn`"),
        ("limit" = Option<usize>, Query, description = "1 to 500; 200 when absent", minimum = 1, maximum = 500),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Proposals", body = ProposalsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn proposals(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<ProposalsResponse>, Problem> {
    staff.may(Permission::ProposalsMake)?;
    let state = params.get("state").map(|word| {
        let known = "应为 open、accepted、refused 或 withdrawn";
        ProposalState::parse(word).ok_or_else(|| Problem::BadField("state", known.into()))
    });
    let limit = params.number("limit", 1..=PAGE, 200)? as i64;
    let list = app.proposals.list(state.transpose()?, limit).await?;
    Ok(Json(ProposalsResponse { proposals: list.into_iter().map(proposal).collect() }))
}

/// Proposes that a question means an item. The same one again is answered with the one that is open.
#[utoipa::path(
    post, path = "/api/v1/desk/proposals", tag = "坐席",
    request_body = ProposeRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Proposed", body = ProposalShape),
        (status = 200, description = "The same one is open already", body = ProposalShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn propose(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<ProposeRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::ProposalsMake)?;
    let conversation = request.conversation.filter(|id| id.len() == ulid::ULID_LEN);
    let proposed = Proposed {
        question: app.question("question", &request.question)?,
        item: request.item_code,
        business_item: request.business_item,
        conversation,
    };
    let (made, new) = app
        .proposals
        .make(&app.assist, proposed, &staff.account, Timestamp::now())
        .await
        .map_err(|error| staff.problem(error))?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(proposal(made))).into_response())
}

/// Accepts a proposal: it counts at once. Whoever made it can't.
#[utoipa::path(
    post, path = "/api/v1/desk/proposals/{id}/accept", tag = "坐席",
    params(("id" = String, Path, description = "The proposal")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Decided", body = ProposalShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn accept(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ProposalShape>, Problem> {
    staff.may(Permission::ProposalsDecide)?;
    app.decide(&staff, &id, Decision::Accept).await
}

/// Refuses a proposal.
#[utoipa::path(
    post, path = "/api/v1/desk/proposals/{id}/refuse", tag = "坐席",
    params(("id" = String, Path, description = "The proposal")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Decided", body = ProposalShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn refuse(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ProposalShape>, Problem> {
    staff.may(Permission::ProposalsDecide)?;
    app.decide(&staff, &id, Decision::Refuse).await
}

/// Takes a proposal back: its author while it is open, an editor once it is accepted; then it no longer counts.
#[utoipa::path(
    post, path = "/api/v1/desk/proposals/{id}/withdraw", tag = "坐席",
    params(("id" = String, Path, description = "The proposal")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Decided", body = ProposalShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ProposalShape>, Problem> {
    staff.may(Permission::ProposalsMake)?;
    app.decide(&staff, &id, Decision::Withdraw).await
}

impl App {
    async fn decide(
        &self,
        staff: &Staff,
        id: &str,
        decision: Decision,
    ) -> Result<Json<ProposalShape>, Problem> {
        let decided =
            self.proposals.decide(&self.assist, id, decision, &staff.account, Timestamp::now()).await;
        Ok(Json(proposal(decided.map_err(|error| staff.problem(error))?)))
    }
}

impl Staff {
    fn problem(&self, error: ProposalError) -> Problem {
        let login = || self.account.login.clone();
        match error {
            ProposalError::NoSuch(_) => Problem::NoSuch("建议"),
            ProposalError::OwnProposal => Problem::FourEyes(login(), "采纳"),
            ProposalError::NotYours => Problem::NotAllowed(login(), Permission::ProposalsDecide.word()),
            ProposalError::NotNow(state) => {
                let state = match state {
                    "open" => "还没有采纳",
                    "accepted" => "已采纳",
                    "refused" => "已退回",
                    _ => "已撤回",
                };
                Problem::Conflict("/problems/decided", format!("这条建议{state}。请刷新列表。"))
            }
            ProposalError::Teach(TeachError::NoSuchItem(code)) => Problem::NoSuchItem(code),
            ProposalError::Teach(TeachError::NoSuchCase(case)) => {
                Problem::BadField("business_item", format!("这个事项没有办理项 {case:?}"))
            }
            ProposalError::Teach(TeachError::Empty) => {
                Problem::BadField("question", "去掉个人信息后没有剩下内容".into())
            }
            error @ (ProposalError::Teach(_) | ProposalError::Store(_)) => Problem::Internal(error.into()),
        }
    }
}

impl From<RateError> for Problem {
    fn from(error: RateError) -> Problem {
        match error {
            RateError::Field(field, what) => Problem::BadField(field, what),
            RateError::Store(GiveError::NoAnswer(_)) => {
                Problem::BadField("seq", "这条消息不是助手的回答，不能评价".into())
            }
            RateError::Store(GiveError::NoService) => {
                Problem::Conflict("/problems/no-service", "还没有人工接待，不能评价人工服务。".into())
            }
            RateError::Store(GiveError::Final) => {
                Problem::Conflict("/problems/rated", "会话已结束，评价不能再改。".into())
            }
            RateError::Store(GiveError::Database(error)) => Problem::Internal(error.into()),
        }
    }
}

impl From<SettleFault> for Problem {
    fn from(error: SettleFault) -> Problem {
        match error {
            SettleFault::Field(field, what) => Problem::BadField(field, what),
            SettleFault::Store(SettleError::NoSuch(_)) => Problem::NoSuch("差评工单"),
            SettleFault::Store(SettleError::Done(by)) if by == "citizen" => {
                Problem::Conflict("/problems/settled", "来访者已改为好评，不用再办。".into())
            }
            SettleFault::Store(SettleError::Done(by)) => {
                Problem::Conflict("/problems/settled", format!("已由 {by} 办结。"))
            }
            SettleFault::Store(SettleError::Database(error)) => Problem::Internal(error.into()),
        }
    }
}
