//! The citizen's side of the hand-over: ask for a person, stop waiting, leave a message, take the transcript along.

use super::App;
use super::chat::token;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::wire::desk::{DeskShape, HandoffRequest, LeaveRequest, LeaveResponse, StageShape, desk, stage};
use crate::assist::Handed;
use crate::desk::Why;
use crate::store::Contact;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// Characters of a message that is left at most.
const LEFT: usize = 1000;

/// Characters of a name at most.
const NAME: usize = 30;

/// Whether a person can be asked now.
#[utoipa::path(
    get, path = "/api/v1/service-hours", tag = "转人工",
    params(("region" = Option<String>, Query, description = "Division code of the asker")),
    responses(
        (status = 200, description = "What the desk can do now", body = DeskShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn hours(State(app): State<Arc<App>>, params: Params) -> Result<Json<DeskShape>, Problem> {
    let region = app.region(params.get("region"))?;
    Ok(Json(desk(&app.talks.desk_now(None, region.as_ref(), Timestamp::now()).await?)))
}

/// Asks for a person.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/handoff", tag = "转人工",
    params(("id" = String, Path, description = "The conversation")),
    request_body = HandoffRequest,
    security(("token" = [])),
    responses(
        (status = 202, description = "Waits; asking again changes nothing", body = StageShape),
        (status = 503, description = "Nobody is there; `desk` says what is offered", body = ProblemShape,
            content_type = "application/problem+json"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn request(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<HandoffRequest>,
) -> Result<Response, Problem> {
    let token = token(&headers)?;
    let why = match request.why.as_deref() {
        None => Why::Asked,
        Some(word) => Why::parse(word).ok_or_else(|| {
            Problem::BadField("why", "应为 asked、misses、danger、complaint、progress 之一，或不填".into())
        })?,
    };
    match app.talks.request(&app.assist, &id, token, why, Timestamp::now()).await? {
        Handed::Queued(standing) => Ok((StatusCode::ACCEPTED, Json(stage(&standing))).into_response()),
        Handed::Nobody(now) => {
            let shape = serde_json::to_value(desk(&now)).map_err(|e| Problem::Internal(e.into()))?;
            Err(Problem::NobodyThere(now.text, shape))
        }
    }
}

/// No longer waits.
#[utoipa::path(
    delete, path = "/api/v1/conversations/{id}/handoff", tag = "转人工",
    params(("id" = String, Path, description = "The conversation")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The program answers again", body = StageShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn leave(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<StageShape>, Problem> {
    let standing = app.talks.leave_queue(&id, token(&headers)?, Timestamp::now()).await?;
    Ok(Json(stage(&standing)))
}

/// Leaves a message, to be called back.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/message-left", tag = "转人工",
    params(("id" = String, Path, description = "The conversation")),
    request_body = LeaveRequest,
    security(("token" = [])),
    responses(
        (status = 201, description = "Kept", body = LeaveResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn message(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<LeaveRequest>,
) -> Result<Response, Problem> {
    let token = token(&headers)?;
    let text = within("text", &request.text, LEFT)?;
    let given = request.contact.unwrap_or_default();
    let name = given.name.filter(|name| !name.trim().is_empty());
    let name = name.map(|name| within("contact.name", &name, NAME)).transpose()?;
    let phone = given.phone.filter(|phone| !phone.trim().is_empty()).map(|phone| phone.trim().to_owned());
    if let Some(phone) = &phone {
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        let other = phone.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '+'));
        if other || !(5..=15).contains(&digits) {
            return Err(Problem::BadField("contact.phone", "应为 5 到 15 位数字，可以带空格、+ 和 -".into()));
        }
    }
    let contact = Contact { name, phone };
    let (ticket, promise) =
        app.talks.leave_message(&app.assist, (&id, token), &text, &contact, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(LeaveResponse { ticket, promise })).into_response())
}

/// A text that is not empty and not too long.
pub(super) fn within(field: &'static str, text: &str, most: usize) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::BadField(field, "不能为空".into())),
        n if n > most => Err(Problem::BadField(field, format!("最多 {most} 个字，现在有 {n} 个"))),
        _ => Ok(text.to_owned()),
    }
}

/// Where a conversation stands.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/stage", tag = "转人工",
    params(("id" = String, Path, description = "The conversation")),
    security(("token" = [])),
    responses(
        (status = 200, description = "Where it stands", body = StageShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn standing(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<StageShape>, Problem> {
    let conversation = app.talks.owned(&id, token(&headers)?).await?;
    Ok(Json(stage(&app.talks.standing(&id, &conversation.case.stage, Timestamp::now()).await?)))
}

/// The whole conversation to take along, personal data masked.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/transcript", tag = "转人工",
    params(
        ("id" = String, Path, description = "The conversation"),
        ("format" = Option<String>, Query, description = "`txt` (when absent) or `html`"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The transcript", body = String, content_type = "text/plain"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn transcript(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    app.talks.owned(&id, token(&headers)?).await?;
    let (kind, html) = match params.get("format") {
        None | Some("txt") => ("text/plain; charset=utf-8", false),
        Some("html") => ("text/html; charset=utf-8", true),
        Some(_) => return Err(Problem::BadField("format", "应为 txt 或 html".into())),
    };
    let mut messages = Vec::new();
    loop {
        let after = messages.last().map_or(0, |last: &crate::store::Message| last.seq);
        let page = app.talks.messages(&id, after, 200).await?;
        if page.is_empty() {
            break;
        }
        messages.extend(page);
    }
    let body = match html {
        true => super::take_along::html(&messages),
        false => super::take_along::text(&messages),
    }
    .map_err(Problem::Internal)?;
    let name = if html { "bangban.html" } else { "bangban.txt" };
    let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
    let shown = format!("attachment; filename=\"{name}\"");
    if let Ok(value) = HeaderValue::from_str(&shown) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
