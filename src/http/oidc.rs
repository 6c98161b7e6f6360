//! Signing in by the identity provider of the house: there, and back to a page of ours with a session or with the
//! reason why not.

use super::App;
use super::json::{Json, Params};
use super::problem::{Problem, ProblemShape, Refusal};
use super::who::{cookie, set_cookie};
use super::wire::admin::SignInWaysResponse;
use crate::assist::{AccessError, CALLBACK, Oidc, OidcError, PENDING};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// The cookie of a sign-in under way: a browser sends it along when it comes back from the provider.
const COOKIE: &str = "bangban_oidc";

/// The page that is gone to where none is named.
const DESK: &str = "/desk";

/// Characters of a page's address at most.
const BACK: usize = 200;

/// Tells how one can sign in.
#[utoipa::path(
    get, path = "/api/v1/desk/sign-in", tag = "坐席",
    responses(
        (status = 200, description = "Ways beside login and password", body = SignInWaysResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn ways(State(app): State<Arc<App>>) -> Json<SignInWaysResponse> {
    Json(SignInWaysResponse { oidc: app.oidc.is_some() })
}

/// Goes to the identity provider. A link for browsers, not for scripts.
#[utoipa::path(
    get, path = "/api/v1/desk/oidc/start", tag = "坐席",
    params(("back" = Option<String>, Query, description = "The page afterwards: `/desk`, or `/desk#…`")),
    responses(
        (status = 303, description = "To the provider; or to the desk with `?oidc=down`"),
        (status = "4XX", description = "Refused; 404 where no provider is set up", body = ProblemShape,
            content_type = "application/problem+json"),
    )
)]
pub async fn start(State(app): State<Arc<App>>, params: Params) -> Result<Response, Problem> {
    let oidc = app.oidc.as_ref().ok_or(Problem::NoSuchPath)?;
    let back = params.get("back").unwrap_or(DESK);
    if !own(back) {
        return Err(Problem::BadField("back", "应为 /desk 或 /desk#…，不能是别的地址".into()));
    }
    match oidc.begin(back.to_owned(), Timestamp::now()).await {
        Ok(begun) => Ok(gone(&begun.to, &[set_pending(oidc, &begun.cookie, PENDING.as_secs())?])),
        Err(error) => failed(oidc, error, back),
    }
}

/// Comes back from the identity provider.
#[utoipa::path(
    get, path = "/api/v1/desk/oidc/callback", tag = "坐席",
    params(
        ("state" = Option<String>, Query, description = "As it was sent there"),
        ("code" = Option<String>, Query, description = "What the provider gives for an ID token"),
        ("iss" = Option<String>, Query, description = "The provider's name for itself"),
    ),
    responses(
        (status = 303, description = "Signed in, to the page that was left; or to the desk with the reason why not: \
            `?oidc=` and `state`, `refused`, `unknown`, `disabled` or `down`"),
        (status = "4XX", description = "Refused; 404 where no provider is set up", body = ProblemShape,
            content_type = "application/problem+json"),
    )
)]
pub async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let oidc = app.oidc.as_ref().ok_or(Problem::NoSuchPath)?;
    let now = Timestamp::now();
    let state = params.get("state").unwrap_or_default();
    let Some(pending) = oidc.take(state, cookie(&headers, COOKIE).as_deref(), now) else {
        return refused(oidc, "state", "state", DESK);
    };
    let login = match oidc.login(&pending, params.get("code"), params.get("iss"), now).await {
        Ok(login) => login,
        Err(error) => return failed(oidc, error, &pending.back),
    };
    match app.access.sign_in_by("oidc", &login, now).await {
        Ok((token, session)) => {
            let lasts = session.expires_at.duration_since(now).as_secs();
            let cookies = [set_cookie(oidc.by_tls(), &token, lasts)?, set_pending(oidc, "", 0)?];
            Ok(gone(&pending.back, &cookies))
        }
        // Both are rows of the audit log already.
        Err(AccessError::NoAccount) => told(oidc, "unknown", &pending.back),
        Err(AccessError::Disabled) => told(oidc, "disabled", &pending.back),
        Err(error) => Err(error.into()),
    }
}

/// Whether an address is that of the desk's own page: nothing else is ever gone back to.
fn own(back: &str) -> bool {
    let rest = back.strip_prefix(DESK);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
        && back.len() <= BACK
        && back.bytes().all(|b| b.is_ascii_graphic())
}

/// `Set-Cookie` of a sign-in under way. `Lax`, since the browser comes back from another site.
fn set_pending(oidc: &Oidc, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if oidc.by_tls() { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={value}; Path={CALLBACK}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|e| Problem::Internal(e.into()))
}

/// Leads on, with cookies.
fn gone(to: &str, cookies: &[HeaderValue]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// Back to the page to sign in, which says why in its own words.
fn told(oidc: &Oidc, why: &str, back: &str) -> Result<Response, Problem> {
    let page = back.strip_prefix(DESK).unwrap_or_default();
    Ok(gone(&format!("{DESK}?oidc={why}{page}"), &[set_pending(oidc, "", 0)?]))
}

/// The same, where nobody knows whose account it is about: one place logs and audits all of these.
fn refused(oidc: &Oidc, why: &str, detail: &'static str, back: &str) -> Result<Response, Problem> {
    let mut response = told(oidc, why, back)?;
    let refusal = Refusal { actor: "nobody".to_owned(), action: "refused.oidc", detail };
    response.extensions_mut().insert(refusal);
    Ok(response)
}

fn failed(oidc: &Oidc, error: OidcError, back: &str) -> Result<Response, Problem> {
    match error {
        OidcError::Refused(detail) => refused(oidc, "refused", detail, back),
        OidcError::Down(_) => {
            tracing::warn!(%error, "nobody was signed in by the identity provider");
            told(oidc, "down", back)
        }
        OidcError::Random => Err(Problem::Internal(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_desk_is_gone_back_to() {
        for (back, want) in [
            ("/desk", true),
            ("/desk#hotline", true),
            ("/desk#township/visit?for=%E6%88%91", true),
            ("/desk?oidc=down", false),
            ("/desk/../chat", false),
            ("/deskx", false),
            ("/chat", false),
            ("/", false),
            ("", false),
            ("//evil.example/desk", false),
            ("/\\evil.example", false),
            ("https://evil.example/desk", false),
            ("/desk.evil.example", false),
            ("/desk@evil.example", false),
            ("/desk#a\r\nSet-Cookie: a=b", false),
            ("/desk#表", false),
        ] {
            assert_eq!(own(back), want, "{back:?}");
        }
        assert!(!own(&format!("/desk#{}", "a".repeat(300))));
    }
}
