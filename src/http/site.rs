//! Pages of other sites that carry the widget: which ones may speak to the service, and how a browser is told.

use super::App;
use super::problem::Problem;
use super::who::own_page;
use crate::config::Site;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What citizens' pages call. The desks are for pages of our own alone; they look at `Origin` themselves.
const OPEN: [&str; 10] = [
    "/api/v1/conversations",
    "/api/v1/items",
    "/api/v1/match",
    "/api/v1/notices",
    "/api/v1/ratings",
    "/api/v1/regions",
    "/api/v1/search",
    "/api/v1/service-hours",
    "/api/v1/suggest",
    "/api/v1/themes",
];

/// What a page may send.
const METHODS: &str = "GET, POST, DELETE";
const HEADERS: &str = "authorization, content-type, accept-language, idempotency-key, last-event-id";

/// What a page may read beside the body.
const EXPOSED: &str = "location, retry-after, x-trace-id, content-disposition";

/// Seconds that a browser remembers what it was told.
const REMEMBERED: &str = "600";

/// The site that a request comes from, where it is not a page of ours.
#[derive(Clone, Debug)]
pub(super) struct From(pub String);

/// Whether a path is one that pages of other sites may call.
fn open(path: &str) -> bool {
    OPEN.iter()
        .any(|known| path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Answers browsers that ask beforehand what a page of a listed site may send. No route has this method, so this stands
/// around all of them.
pub async fn preflight(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let asks = *request.method() == Method::OPTIONS && open(request.uri().path());
    let Some((_, origin)) = asks.then(|| listed(&app.sites, request.headers())).flatten() else {
        return next.run(request).await;
    };
    let told = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS)),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS)),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED)),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (header::VARY, HeaderValue::from_static("origin")),
    ];
    (StatusCode::NO_CONTENT, HeaderMap::from_iter(told)).into_response()
}

/// Lets pages of listed sites in, and tells their browsers so; pages of other sites are refused.
pub async fn layer(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let foreign = headers.contains_key(header::ORIGIN) && !own_page(headers, request.uri());
    if !foreign || !open(request.uri().path()) {
        return next.run(request).await;
    }
    let Some((site, origin)) = listed(&app.sites, headers) else {
        return Problem::ForeignOrigin.into_response();
    };
    request.extensions_mut().insert(From(site));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// The site with this one `Origin`.
fn listed(sites: &[Site], headers: &HeaderMap) -> Option<(String, HeaderValue)> {
    let mut values = headers.get_all(header::ORIGIN).iter();
    let origin = values.next().filter(|_| values.next().is_none())?;
    let text = origin.to_str().ok()?;
    let site = sites.iter().find(|site| site.origins.iter().any(|o| o.eq_ignore_ascii_case(text)))?;
    Some((site.id.clone(), origin.clone()))
}

impl App {
    /// Refuses a site that the page doesn't belong to. `from` is where the request comes from.
    pub(super) fn site(&self, named: Option<&str>, from: Option<&From>) -> Result<(), Problem> {
        match (named, from) {
            (None, None) => Ok(()),
            // A page of ours may show what a site's visitors see.
            (Some(named), None) if self.sites.iter().any(|site| site.id == named) => Ok(()),
            (Some(named), Some(From(id))) if named == id => Ok(()),
            (_, Some(_)) => Err(Problem::ForeignOrigin),
            (Some(_), None) => Err(Problem::BadField("site", "没有登记这个站点；请联系管理员".into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_origins_are_known_and_only_whole() {
        let sites =
            [Site { id: "hlbe".into(), origins: vec!["https://zwfw.hlbe.gov.cn".into()], region: None }];
        for (origins, want) in [
            (&["https://zwfw.hlbe.gov.cn"][..], Some("hlbe")),
            (&["https://ZWFW.hlbe.gov.cn"], Some("hlbe")),
            (&["http://zwfw.hlbe.gov.cn"], None),
            (&["https://zwfw.hlbe.gov.cn:8443"], None),
            (&["https://zwfw.hlbe.gov.cn.evil.cn"], None),
            (&["null"], None),
            (&["https://zwfw.hlbe.gov.cn", "https://evil.cn"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for origin in origins {
                headers.append(header::ORIGIN, HeaderValue::from_static(origin));
            }
            let got = listed(&sites, &headers).map(|(id, _)| id);
            assert_eq!(got.as_deref(), want, "{origins:?}");
        }
    }
}
