//! What is said on the telephone: taken from the telephone system, which signs it. The desk's line gives it on.

use super::App;
use super::json::{self, Json};
use super::problem::{Problem, ProblemShape};
use super::wire::calls::{SentenceRequest, SentenceResponse};
use crate::assist::{AccessError, Sentence, Speaker};
use crate::desk::Permission;
use crate::store::{Account, Signer};
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use std::sync::Arc;

/// Seconds that the other side's clock may be away.
const AWAY: u64 = 300;

/// Characters of a sentence.
const TEXT: usize = 500;

/// Characters of a call's name.
const CALL: usize = 64;

/// Takes a sentence of a call for the agent who has it. From a telephone system, not from pages: `docs/TRANSCRIPT.md`.
#[utoipa::path(
    post, path = "/api/v1/desk/transcript", tag = "坐席",
    params(("Bangban-Timestamp" = i64, Header, description = "When this try was made, seconds since 1970")),
    request_body = SentenceRequest,
    security(("signature" = [])),
    responses(
        (status = 200, description = "Taken, or known; nothing is kept but in memory", body = SentenceResponse),
        (status = "4XX", description = "Refused; 404 where no key is set up, or nobody has this 工号",
            body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn hear(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SentenceResponse>, Problem> {
    let signer = app.calls.signer().ok_or(Problem::NoSuchPath)?;
    let body = json::read(body, app.limits.body_bytes).await?;
    let now = Timestamp::now();
    signed(signer, &headers, &body, now)?;
    let request: SentenceRequest = json::parse(&body, app.limits.json_depth)?;
    let said = sentence(&request)?;
    let account = app.access.accounts().by_number(request.agent.trim()).await.map_err(AccessError::from)?;
    // Others have no line to be told by.
    let hears = |account: &Account| account.may(Permission::DeskRead) && account.may(Permission::Lookup);
    let account = account.filter(|account| !account.disabled && hears(account));
    let account = account.ok_or(Problem::NoSuch("工号"))?;
    let heard = app.calls.take(&account.number, said, now);
    let outcome = if heard.taken { "taken" } else { "known" };
    metrics::counter!("bangban_call_sentences_total", "outcome" => outcome).increment(1);
    Ok(Json(SentenceResponse { taken: heard.taken, open: heard.open }))
}

/// Demands a signature over time and body, made a short while ago.
fn signed(signer: &Signer, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Problem> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let stamp = header("bangban-timestamp").ok_or(Problem::BadSignature("none"))?;
    let signature = header("bangban-signature").and_then(|text| text.strip_prefix("v1="));
    let signature = signature.ok_or(Problem::BadSignature("none"))?;
    let text = [stamp.as_bytes(), b".", body].concat();
    if !signer.verify_hex(&text, signature) {
        return Err(Problem::BadSignature("signature"));
    }
    match stamp.parse::<i64>() {
        Ok(at) if at.abs_diff(now.as_second()) <= AWAY => Ok(()),
        _ => Err(Problem::BadSignature("time")),
    }
}

fn sentence(request: &SentenceRequest) -> Result<Sentence, Problem> {
    let wrong = |field: &'static str, what: String| Err(Problem::BadField(field, what));
    let call = request.call.trim();
    if call.is_empty() || call.len() > CALL || !call.bytes().all(|b| b.is_ascii_graphic()) {
        return wrong("call", format!("应为 1 到 {CALL} 个字母、数字或符号"));
    }
    let Some(speaker) = Speaker::parse(&request.speaker) else {
        return wrong("speaker", "应为 caller 或 agent".into());
    };
    let text = request.text.trim();
    if text.is_empty() || text.chars().count() > TEXT {
        return wrong("text", format!("应为 1 到 {TEXT} 个字"));
    }
    let Ok(at) = request.at.parse() else {
        return wrong("at", "应为 RFC 3339 时间".into());
    };
    Ok(Sentence { call: call.to_owned(), seq: request.seq, speaker, text: text.to_owned(), at })
}
