//! Whether the service lives, is ready, and what it runs.

use super::App;
use super::json::Json;
use super::problem::{Problem, ProblemShape};
use super::wire::VersionResponse;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "运维",
    responses((status = 200, description = "Alive", body = String)))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// An index is in service. Says `ok` with a model, `keywords only` without one.
#[utoipa::path(get, path = "/readyz", tag = "运维",
    responses(
        (status = 200, description = "Ready", body = String),
        (status = 503, description = "Not ready", body = ProblemShape, content_type = "application/problem+json"),
    ))]
pub async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if app.assist.search().items().is_empty() {
        return Err(Problem::Unavailable);
    }
    Ok(if app.assist.has_model() { "ok\n" } else { "keywords only\n" })
}

/// Counters and histograms for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "运维",
    responses((status = 200, description = "Prometheus text format", body = String)))]
pub async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let text = app.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// Program, index and model.
#[utoipa::path(get, path = "/api/v1/version", tag = "运维",
    responses((status = 200, description = "What runs", body = VersionResponse)))]
pub async fn version(State(app): State<Arc<App>>) -> Json<VersionResponse> {
    let search = app.assist.search();
    let manifest = search.manifest();
    Json(VersionResponse {
        version: env!("CARGO_PKG_VERSION"),
        index: manifest.generation.clone(),
        corpus: manifest.corpus.clone(),
        corpus_date: manifest.corpus_date.map(|d| d.to_string()),
        model: manifest.model.clone().filter(|_| app.assist.has_model()),
        items: manifest.items,
        guides: manifest.guides,
    })
}
