//! What staff see of other systems: what is sent, to whom, and which addresses answer.

use super::App;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::outward::{
    LinksResponse, OutboxResponse, OutgoingShape, WebhooksResponse, link, outgoing, webhook,
};
use crate::desk::Permission;
use crate::store::{Entry, OutState, ResendError};
use axum::extract::State;
use jiff::Timestamp;
use std::sync::Arc;

/// Entries of the outbox in one answer at most.
const ENTRIES: i64 = 200;

/// Addresses in one answer at most.
const LINKS: i64 = 500;

/// Lists what is sent to other systems.
#[utoipa::path(
    get, path = "/api/v1/admin/outbox", tag = "管理",
    params(("state" = Option<String>, Query, description = "`waiting`, `sent` or `dead` (when absent)")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "What stands so", body = OutboxResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn outbox(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<OutboxResponse>, Problem> {
    staff.may(Permission::OutboxManage)?;
    let state = match params.get("state") {
        None => OutState::Dead,
        Some(word) => OutState::parse(word)
            .ok_or_else(|| Problem::BadField("state", "应为 waiting、sent 或 dead".into()))?,
    };
    let list = app.webhooks.outbox().list(state, ENTRIES).await?;
    Ok(Json(OutboxResponse { entries: list.into_iter().map(outgoing).collect() }))
}

/// Sends again what was given up, under its old id.
#[utoipa::path(
    post, path = "/api/v1/admin/outbox/{id}/retry", tag = "管理",
    params(("id" = String, Path, description = "The entry")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Waits again", body = OutgoingShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn retry(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<OutgoingShape>, Problem> {
    staff.may(Permission::OutboxManage)?;
    let entry = Entry {
        actor: staff.account.login,
        action: "outbox.retried",
        subject: format!("outbox:{id}"),
        detail: String::new(),
        at: Timestamp::now(),
    };
    match app.webhooks.outbox().resend(&id, &entry).await {
        Ok(kept) => Ok(Json(outgoing(kept))),
        Err(ResendError::NoSuch(_)) => Err(Problem::NoSuch("消息")),
        Err(ResendError::NotDead) => {
            Err(Problem::Conflict("/problems/not-dead", "它还在发送或已经送到，不必重发。".into()))
        }
        Err(ResendError::Database(error)) => Err(error.into()),
    }
}

/// Lists the systems that are told what happens.
#[utoipa::path(
    get, path = "/api/v1/admin/webhooks", tag = "管理",
    security(("staff" = [])),
    responses(
        (status = 200, description = "As they are set up, without keys", body = WebhooksResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn webhooks(staff: Staff, State(app): State<Arc<App>>) -> Result<Json<WebhooksResponse>, Problem> {
    staff.may(Permission::OutboxManage)?;
    let mut list = Vec::new();
    for receiver in app.webhooks.receivers() {
        list.push(webhook(receiver, app.webhooks.outbox().counts(&receiver.name).await?));
    }
    Ok(Json(WebhooksResponse { webhooks: list }))
}

/// Lists the addresses that guides have, with whether they answer.
#[utoipa::path(
    get, path = "/api/v1/admin/links", tag = "管理",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Addresses", body = LinksResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn links(staff: Staff, State(app): State<Arc<App>>) -> Result<Json<LinksResponse>, Problem> {
    staff.may(Permission::OutboxManage)?;
    let list = app.applications.links().list(LINKS).await?;
    Ok(Json(LinksResponse { links: list.into_iter().map(link).collect() }))
}
