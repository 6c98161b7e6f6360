//! The built pages of `web/`, served from inside the binary.

use super::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Pages;

/// Nothing but our own files; no inline code, no foreign host, no frame around us.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// The reader of the API document sets styles on its elements.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                           img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
                           frame-ancestors 'none'";

/// Shown where the program was built without its pages.
const UNBUILT: &str = "<!doctype html><html lang=\"zh-Hans\"><meta charset=\"utf-8\"><title>帮办</title>\
                       <p>页面尚未构建：请运行 <code>make web</code> 后重新编译。接口可用，说明见 \
                       <a href=\"/openapi.json\">/openapi.json</a>。</p></html>";

/// Serves a page or one of its files; everything else is a refusal.
pub async fn page(request: Request) -> Response {
    let path = request.uri().path();
    let name = match path {
        "/" => "index.html",
        "/desk" | "/desk/" => "desk.html",
        "/docs" | "/docs/" => "docs.html",
        other => other.trim_start_matches('/'),
    };
    if !matches!(*request.method(), axum::http::Method::GET | axum::http::Method::HEAD) {
        return Problem::NoSuchMethod.into_response();
    }
    match Pages::get(name) {
        Some(file) => {
            let tag: String =
                file.metadata.sha256_hash().iter().take(12).map(|b| format!("{b:02x}")).collect();
            let tag = format!("\"{tag}\"");
            let mut headers = headers(name);
            if let Ok(value) = HeaderValue::from_str(&tag) {
                headers.insert(header::ETAG, value);
            }
            let known = request
                .headers()
                .get(header::IF_NONE_MATCH)
                .is_some_and(|value| value.as_bytes() == tag.as_bytes());
            if known {
                return (StatusCode::NOT_MODIFIED, headers).into_response();
            }
            let kind = mime_guess::from_path(name).first_or_octet_stream();
            if let Ok(value) = HeaderValue::from_str(kind.as_ref()) {
                headers.insert(header::CONTENT_TYPE, value);
            }
            (headers, file.data).into_response()
        }
        None if name == "index.html" || name == "docs.html" => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (headers(name), kind, UNBUILT).into_response()
        }
        None => Problem::NoSuchPath.into_response(),
    }
}

fn headers(name: &str) -> HeaderMap {
    let policy = if name.starts_with("docs") { DOCS_POLICY } else { POLICY };
    // Files under assets/ carry a hash of their content in their name.
    let hashed = name.starts_with("assets/") || name.starts_with("widget/v1/assets/");
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers: HeaderMap = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, cache),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ]
    .into_iter()
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
    .collect();
    if name.starts_with("widget/") {
        // Any page may load the widget; which one may speak to the service, the service decides.
        let any = HeaderValue::from_static("*");
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        let across = HeaderValue::from_static("cross-origin");
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), across);
    }
    headers
}
