//! On to the application: online with a ticket, or to a counter.

use super::App;
use super::chat::token;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::wire::apply::{ApplyRequest, ApplyResponse, application};
use crate::assist::ApplyError;
use crate::dialog::wording;
use crate::guide::{Answers, Entrance};
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::sync::Arc;

/// Answers in one request at most.
const ANSWERS: usize = 64;

fn entrance(word: Option<&str>) -> Result<Entrance, Problem> {
    let Some(word) = word else { return Ok(Entrance::Computer) };
    Entrance::parse(word).ok_or_else(|| {
        let known = Entrance::ALL.map(Entrance::word).join("、");
        Problem::BadField("channel", format!("应为 {known} 之一，或不填"))
    })
}

fn answers(request: &ApplyRequest) -> Result<Answers, Problem> {
    if request.answers.values().map(Vec::len).sum::<usize>() > ANSWERS {
        return Err(Problem::BadField("answers", format!("最多 {ANSWERS} 个")));
    }
    let mut answers = Answers::default();
    for (id, options) in &request.answers {
        options.iter().for_each(|option| answers.choose(id, option));
    }
    Ok(answers)
}

/// How an item is applied for in a place: the online application, or why there is none, and the way to a counter.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/apply", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("channel" = Option<String>, Query, description = "`pc` (when absent), `app`, `mini_program` or `terminal`"),
    ),
    responses(
        (status = 200, description = "The ways to apply; no ticket is made", body = ApplyResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn look(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Json<ApplyResponse>, Problem> {
    let place = app.region(params.get("region"))?;
    let ways = (entrance(params.get("channel"))?, &Answers::default());
    let at = (Timestamp::now(), (app.today)());
    let found = app.applications.look(&app.assist, (&code, place.as_ref()), ways, at).await?;
    Ok(Json(application(&app.assist, &found, None)))
}

/// Goes on to the online application: makes the ticket, and counts the click. With a conversation, that one's token is
/// needed.
#[utoipa::path(
    post, path = "/api/v1/items/{code}/apply", tag = "事项",
    params(("code" = String, Path, description = "Key or code")),
    request_body = ApplyRequest,
    responses(
        (status = 200, description = "The address with its ticket", body = ApplyResponse),
        (status = "4XX", description = "Refused; 409 where it can't be applied for online", body = ProblemShape,
            content_type = "application/problem+json"),
    )
)]
pub async fn go(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    headers: HeaderMap,
    Json(request): Json<ApplyRequest>,
) -> Result<Json<ApplyResponse>, Problem> {
    let place = app.region(request.region.as_deref())?;
    let entrance = entrance(request.channel.as_deref())?;
    let answers = answers(&request)?;
    if let Some(id) = &request.conversation {
        app.talks.owned(id, token(&headers)?).await?;
    }
    let at = (Timestamp::now(), (app.today)());
    let found = app.applications.look(&app.assist, (&code, place.as_ref()), (entrance, &answers), at).await?;
    if let Err(why) = found.online {
        return Err(Problem::Conflict("/problems/not-online", format!("{}。", wording::not_online(why))));
    }
    let issued = app.applications.go(&found, request.conversation.as_deref(), at).await?;
    metrics::counter!("bangban_applications_total", "channel" => entrance.word()).increment(1);
    Ok(Json(application(&app.assist, &found, Some(&issued))))
}

impl From<ApplyError> for Problem {
    fn from(error: ApplyError) -> Problem {
        match error {
            ApplyError::Ask(error) => error.into(),
            ApplyError::Database(error) => error.into(),
        }
    }
}
