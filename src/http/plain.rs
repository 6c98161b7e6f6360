//! The conversation without scripts: a page of forms at `/chat`.

use super::App;
use super::json::Params;
use super::problem::Problem;
use super::take_along::{Shown, shown as shown_messages};
use crate::assist::{Incoming, TalkError};
use crate::desk::Stage;
use crate::dialog::{Press, State as Talk, wording};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

/// The cookie that names the conversation and its token; no script can read it, no other site can send it.
const COOKIE: &str = "bangban_talk";

/// Messages on the page: the last ones of a long conversation.
const SHOWN: i64 = 60;

#[derive(Template)]
#[template(path = "chat.html")]
struct Page {
    messages: Vec<Shown>,
    place: Option<String>,
    fault: Option<String>,
    draft: String,
    most: usize,
    silent: &'static str,
    /// Where it stands with a person; empty while the program answers.
    standing: String,
    /// Something may come without being asked for.
    waits: bool,
}

/// The id and token of the cookie.
fn held(headers: &HeaderMap) -> Option<(String, String)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let (id, token) = value.split_once('.')?;
    Some((id.to_owned(), token.to_owned()))
}

/// Shows the conversation, and begins one where there is none.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    match held(&headers) {
        Some((id, token)) => match app.talks.owned(&id, &token).await {
            Ok(_) => shown(&app, &id, &token, None, String::new()).await,
            // Deleted or forged: a new one.
            Err(TalkError::NoSuch(_) | TalkError::ForeignToken(_)) => begin(&app).await,
            Err(error) => Err(error.into()),
        },
        None => begin(&app).await,
    }
}

/// Takes what a form sends, and leads back to the page: reloading it sends nothing twice.
pub async fn post(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let form = form(body, app.limits.body_bytes).await?;
    let Some((id, token)) = held(&headers).filter(|_| form.get("fresh").is_none()) else {
        return begin(&app).await;
    };
    let options: Vec<&str> = form.all("option").filter_map(|id| id.strip_prefix("option:")).collect();
    let text = form.get("text").unwrap_or_default().to_owned();
    let press = match (form.get("press"), options.is_empty()) {
        (Some(press), _) => Some(press.to_owned()),
        (None, false) => Some(format!("option:{}", options.join("|"))),
        (None, true) => None,
    };
    let incoming = match press {
        Some(press) => Press::parse(&press).map(Incoming::Press).ok_or("没有这样的按钮".to_owned()),
        None => app.question("text", &text).map(Incoming::Text).map_err(|problem| match problem {
            Problem::BadField(_, what) => what,
            _ => wording::SAY_WHAT.to_owned(),
        }),
    };
    let incoming = match incoming {
        Ok(incoming) => incoming,
        Err(fault) => return shown(&app, &id, &token, Some(fault), text).await,
    };
    match app.turn(&id, &token, None, incoming).await {
        Ok(_) => Ok(back()),
        Err(Problem::NoSuchConversation | Problem::ForeignToken | Problem::Closed) => begin(&app).await,
        Err(problem) => Err(problem),
    }
}

/// Begins a conversation, sets its cookie, and leads to the page.
async fn begin(app: &App) -> Result<Response, Problem> {
    let hello = json!({ "reply": app.hello() });
    let (begun, token) = app.talks.start(Talk::default(), None, hello, Timestamp::now()).await?;
    let cookie = format!("{COOKIE}={}.{token}; Path=/chat; HttpOnly; SameSite=Strict", begun.id);
    let mut response = back();
    let value = HeaderValue::from_str(&cookie).map_err(|e| Problem::Internal(e.into()))?;
    response.headers_mut().insert(header::SET_COOKIE, value);
    Ok(response)
}

fn back() -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, "/chat#last")]).into_response()
}

async fn shown(
    app: &App,
    id: &str,
    token: &str,
    fault: Option<String>,
    draft: String,
) -> Result<Response, Problem> {
    let conversation = app.talks.owned(id, token).await?;
    let kept = app.talks.messages(id, (conversation.seq - SHOWN).max(0), SHOWN).await?;
    let stage = &conversation.case.stage;
    let standing = app.talks.standing(id, stage, Timestamp::now()).await?;
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        messages: shown_messages(&kept).map_err(|e| Problem::Internal(e.into()))?,
        waits: matches!(stage, Stage::Queued { .. } | Stage::Assigned { .. }),
        standing: standing.text,
        place: conversation.state.place.map(|place| place.name),
        fault,
        draft,
        most: app.limits.question_chars,
        silent: wording::NOT_STATED,
    };
    let html = page.render().map_err(|e| Problem::Internal(e.into()))?;
    let policy = (header::CONTENT_SECURITY_POLICY, super::page::POLICY);
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    Ok((status, [policy, kind, (header::REFERRER_POLICY, "no-referrer")], html).into_response())
}

async fn form(body: Body, most: usize) -> Result<Params, Problem> {
    let bytes = match Limited::new(body, most).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => return Err(Problem::TooLarge(most)),
        Err(error) => return Err(Problem::BadAddress(format!("没有收到完整的表单（{error}）"))),
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| Problem::BadAddress("表单不是 UTF-8 编码".into()))?;
    Params::parse(text)
}
