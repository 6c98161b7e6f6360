//! Who asks: people at the desks, by the cookie of their session; and whether a request comes from a page of ours.

use super::App;
use super::problem::{Problem, Refusal};
use crate::assist::AccessError;
use crate::desk::Permission;
use crate::store::{Account, AccountError, Entry};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// The cookie of a session.
const COOKIE: &str = "bangban_desk";

/// Somebody who is signed in, asking from a page of ours.
///
/// Every route of the desks takes it as an argument and then demands what the route needs:
/// `staff.may(Permission::Claim)?`.
pub struct Staff {
    /// The account.
    pub account: Account,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// The cookie's value.
    pub(super) token: String,
}

impl Staff {
    /// Demands a permission. What is refused is logged and audited by [`refusals`].
    pub fn may(&self, permission: Permission) -> Result<(), Problem> {
        match self.account.may(permission) {
            true => Ok(()),
            false => Err(Problem::NotAllowed(self.account.login.clone(), permission.word())),
        }
    }
}

impl FromRequestParts<Arc<App>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Staff, Problem> {
        OwnPage::from_request_parts(parts, app).await?;
        let Some(token) = cookie(&parts.headers, COOKIE) else {
            return Err(Problem::NoSession(false));
        };
        match app.access.enter(&token, Timestamp::now()).await? {
            Some(session) => Ok(Staff { account: session.account, expires_at: session.expires_at, token }),
            None => Err(Problem::NoSession(true)),
        }
    }
}

/// A request that changes nothing, or comes from a page of ours.
pub struct OwnPage;

impl FromRequestParts<Arc<App>> for OwnPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<OwnPage, Problem> {
        let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if reads || own_page(&parts.headers, &parts.uri) { Ok(OwnPage) } else { Err(Problem::ForeignOrigin) }
    }
}

/// Whether `Origin` is the service's own; without one, whether the browser says so. A socket's opening is a GET and
/// has to ask for itself.
pub fn own_page(headers: &HeaderMap, uri: &Uri) -> bool {
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        // Two of them: nobody knows which one counts.
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };
    if !headers.contains_key(header::ORIGIN) {
        return one("sec-fetch-site") == Some("same-origin");
    }
    let host = one("host").or_else(|| uri.authority().map(|authority| authority.as_str()));
    let (Some(origin), Some(host)) = (one("origin"), host) else {
        return false;
    };
    match origin.split_once("://") {
        Some((scheme @ ("http" | "https"), authority)) => {
            let full = |text: &str| {
                let text = text.to_ascii_lowercase();
                let port = if scheme == "https" { 443 } else { 80 };
                let has_port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
                if has_port { text } else { format!("{text}:{port}") }
            };
            full(authority) == full(host)
        }
        _ => false,
    }
}

/// The value of the one cookie with this name, not longer than we make them.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned());
    let value = values.next()?;
    // An empty one is what signing out leaves.
    (values.next().is_none() && !value.is_empty() && value.len() <= 128).then_some(value)
}

/// Whether a request's page came by TLS.
pub(super) fn by_tls(headers: &HeaderMap) -> bool {
    let starts = |name: &str, with: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(with))
    };
    starts("origin", "https://") || starts("x-forwarded-proto", "https")
}

/// `Set-Cookie` of a session for a value that lives so many seconds; 0 takes it away.
pub(super) fn set_cookie(tls: bool, value: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if tls { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={value}; Path=/api/v1; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|e| Problem::Internal(e.into()))
}

/// Rows a minute that refusals of people who are not signed in may write: more are only counted.
const ROWS: u32 = 60;

/// What is left of them this minute: nobody fills the log from outside.
#[derive(Debug, Default)]
pub(super) struct Room {
    minute: AtomicI64,
    written: AtomicU32,
}

impl Room {
    /// Whether another refusal of somebody unknown is written.
    fn take(&self, now: Timestamp) -> bool {
        let minute = now.as_second() / 60;
        if self.minute.swap(minute, Ordering::Relaxed) != minute {
            self.written.store(0, Ordering::Relaxed);
        }
        self.written.fetch_add(1, Ordering::Relaxed) < ROWS
    }
}

/// Logs and audits every refusal of rights, whichever route it comes from.
pub async fn refusals(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let response = next.run(request).await;
    if let Some(refusal) = response.extensions().get::<Refusal>().cloned() {
        let Refusal { actor, action, detail } = refusal;
        tracing::warn!(actor, action, detail, %method, route, "refused");
        metrics::counter!("bangban_refusals_total", "action" => action).increment(1);
        let now = Timestamp::now();
        if actor != "nobody" || app.room.take(now) {
            let subject = format!("{method} {route}");
            let entry = Entry { actor, action, subject, detail: detail.to_owned(), at: now };
            if let Err(error) = app.audit.add(&entry).await {
                tracing::error!(%error, "can't write a refusal into the audit log");
            }
        }
    }
    response
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Problem {
        match error {
            AccessError::BadLogin | AccessError::NoAccount | AccessError::Disabled => Problem::BadLogin,
            AccessError::Locked(until) => Problem::Locked(until),
            AccessError::Busy => Problem::TooMany(5),
            AccessError::Field(field, what) => Problem::BadField(field, what),
            AccessError::Own => Problem::Conflict(
                "/problems/own-account",
                "不能改自己的角色，也不能停用自己。请由另一位管理员操作。".into(),
            ),
            AccessError::Store(AccountError::NoSuch(_)) => Problem::NoSuch("账号"),
            AccessError::Store(AccountError::Taken(field)) => {
                let what = if field == "login" { "登录名" } else { "工号" };
                Problem::Conflict("/problems/name-taken", format!("这个{what}已有人使用，请换一个。"))
            }
            error @ (AccessError::Store(_) | AccessError::Random(_) | AccessError::Hash(_)) => {
                Problem::Internal(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn only_pages_of_ours_change_anything() {
        for (list, want) in [
            (&[("host", "a.gov.cn"), ("origin", "https://a.gov.cn")][..], true),
            (&[("host", "a.gov.cn:443"), ("origin", "https://a.gov.cn")], true),
            (&[("host", "A.gov.cn"), ("origin", "https://a.gov.cn:443")], true),
            (&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")], true),
            (&[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")], true),
            (&[("host", "[::1]"), ("origin", "http://[::1]")], true),
            (&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8081")], false),
            (&[("host", "a.gov.cn"), ("origin", "https://a.gov.cn.evil.cn")], false),
            (&[("host", "a.gov.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "a.gov.cn"), ("origin", "null")], false),
            (&[("host", "a.gov.cn"), ("origin", "ftp://a.gov.cn")], false),
            (&[("origin", "https://a.gov.cn")], false),
            (&[("host", "a.gov.cn"), ("host", "evil.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "a.gov.cn"), ("origin", "https://a.gov.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "a.gov.cn")], false),
            (&[("host", "a.gov.cn"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "a.gov.cn"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "a.gov.cn"), ("sec-fetch-site", "none")], false),
            // The browser's word doesn't help a foreign origin.
            (
                &[("host", "a.gov.cn"), ("origin", "https://evil.cn"), ("sec-fetch-site", "same-origin")],
                false,
            ),
        ] {
            assert_eq!(own_page(&headers(list), &Uri::from_static("/x")), want, "{list:?}");
        }
    }

    #[test]
    fn one_cookie_is_ours_and_two_are_nobodys() {
        for (list, want) in [
            (&[("cookie", "a=b; bangban_desk=12; c=d")][..], Some("12")),
            (&[("cookie", "bangban_desk=12; bangban_desk=13")], None),
            (&[("cookie", "bangban_desk=12"), ("cookie", "bangban_desk=12")], None),
            (&[("cookie", "bangban_desk=")], None),
            (&[("cookie", "xbangban_desk=12")], None),
            (&[], None),
        ] {
            assert_eq!(cookie(&headers(list), COOKIE).as_deref(), want, "{list:?}");
        }
    }

    #[test]
    fn strangers_write_so_many_rows_a_minute() {
        let room = Room::default();
        let at = |second: i64| Timestamp::from_second(1_790_000_040 + second).unwrap();
        let written = (0..100).filter(|_| room.take(at(0))).count();
        assert_eq!((written, room.take(at(59)), room.take(at(60))), (ROWS as usize, false, true));
    }

    #[test]
    fn the_cookie_is_secure_behind_tls() {
        for (list, secure) in [
            (&[("origin", "https://a.gov.cn")][..], true),
            (&[("origin", "http://a.gov.cn"), ("x-forwarded-proto", "https")], true),
            (&[("origin", "http://127.0.0.1:8080")], false),
        ] {
            let cookie = set_cookie(by_tls(&headers(list)), "x", 5).unwrap();
            let text = cookie.to_str().unwrap();
            assert_eq!(text.ends_with("; Secure"), secure, "{text}");
            assert!(text.contains("HttpOnly; SameSite=Strict"), "{text}");
        }
    }
}
