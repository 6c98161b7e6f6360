//! A name for every request: in its log line, its answer and its refusal.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

tokio::task_local! {
    static TRACE: String;
}

/// The name of the request being answered; a fresh one outside of any.
pub fn id() -> String {
    TRACE.try_with(Clone::clone).unwrap_or_else(|_| ulid::Ulid::generate().to_string())
}

const HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Names the request, counts it, logs one line without its content.
pub async fn layer(request: Request, next: Next) -> Response {
    let trace_id = ulid::Ulid::generate().to_string();
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let mut response = TRACE.scope(trace_id.clone(), next.run(request)).await;
    let status = response.status().as_u16();
    let took = started.elapsed();
    metrics::counter!("bangban_http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("bangban_http_seconds", "route" => route.clone()).record(took.as_secs_f64());
    tracing::info!(%trace_id, %method, route, status, ms = took.as_millis() as u64, "request");
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
