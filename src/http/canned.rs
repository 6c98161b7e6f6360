//! Replies kept ready, over HTTP.

use super::App;
use super::handoff::within;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::canned::{CannedRequest, CannedResponse, CannedShape, all, canned};
use crate::desk::{Permission, Scope};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// Characters of a reply.
const TEXT: usize = 1000;

/// Characters of a title.
const TITLE: usize = 30;

/// Replies kept ready: all of them, or those that hold for a conversation.
#[utoipa::path(
    get, path = "/api/v1/desk/canned", tag = "坐席",
    params(("conversation" = Option<String>, Query,
        description = "Only those that are for its place and group, or for all")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "By title", body = CannedResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn list_canned(
    State(app): State<Arc<App>>,
    staff: Staff,
    params: Params,
) -> Result<Json<CannedResponse>, Problem> {
    // Editors write them, too, and have no part in conversations.
    staff.may(Permission::CannedWrite)?;
    let kept = match params.get("conversation") {
        None => app.talks.all_canned().await?,
        Some(id) => app.talks.canned_for(&app.seated(&staff, Permission::DeskRead)?, id).await?,
    };
    Ok(Json(all(&kept, app.talks.groups(), &staff.account.id, &app.names())))
}

/// Keeps a reply ready.
#[utoipa::path(
    post, path = "/api/v1/desk/canned", tag = "坐席",
    request_body = CannedRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Kept", body = CannedShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn add_canned(
    State(app): State<Arc<App>>,
    staff: Staff,
    Json(request): Json<CannedRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::CannedWrite)?;
    let (title, text) = (within("title", &request.title, TITLE)?, within("text", &request.text, TEXT)?);
    let group = request.group.filter(|group| !group.is_empty());
    let scope = Scope { region: app.region(request.region.as_deref())?, group };
    let kept = app.talks.keep_canned(title, text, scope, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(canned(&kept, &staff.account.id, &app.names()))).into_response())
}

/// Drops a reply kept ready: one's own, or as a supervisor anybody's.
#[utoipa::path(
    delete, path = "/api/v1/desk/canned/{id}", tag = "坐席",
    params(("id" = String, Path, description = "The reply")),
    security(("staff" = [])),
    responses(
        (status = 204, description = "Dropped, or not there"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn drop_canned(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    staff.may(Permission::CannedWrite)?;
    app.talks.drop_canned(&id, &staff.account, Timestamp::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
