//! 同事不同标: the report of differences, by page and as a workbook.

use super::App;
use super::json::{Json, Params};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::differences::{CountingResponse, DifferencesResponse, difference, fault, sheets};
use crate::assist::{Differences, FaultKind, Progress};
use crate::corpus::{SheetError, workbook};
use crate::desk::Permission;
use crate::guide::{RegionCode, STANDARD_FIELDS};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A small report is waited for: its asker would only ask again.
const PATIENCE: Duration = Duration::from_secs(3);
const GLANCE: Duration = Duration::from_millis(50);

/// Threads that read guides beside the service: one core is left to citizens.
const THREADS: usize = 1;

/// The workbook of a report: all of it, or what touches a place.
pub fn difference_workbook(report: &Differences, within: Option<&RegionCode>) -> Result<Vec<u8>, SheetError> {
    workbook(&sheets(report, within))
}

/// Lists where guides of one item differ between places, or what is wrong with guides; what touches most people
/// first. The first time it is being made.
#[utoipa::path(
    get, path = "/api/v1/differences", tag = "查询台",
    params(
        ("kind" = Option<String>, Query, description = "`differs`, `missing`, `contradiction` or `stale`; `differs` when absent"),
        ("field" = Option<String>, Query, description = "`materials`, `conditions`, `legal_limit`, `promised_limit` or `fees`"),
        ("region" = Option<String>, Query, description = "Only what touches this division"),
        ("q" = Option<String>, Query, description = "Part of the item's name"),
        ("page" = Option<usize>, Query, description = "From 1", minimum = 1),
        ("per_page" = Option<usize>, Query, description = "1 to 100; 20 when absent", minimum = 1, maximum = 100),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "A page of the report", body = DifferencesResponse),
        (status = 202, description = "It is being made; ask again", body = CountingResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn list(staff: Staff, State(app): State<Arc<App>>, params: Params) -> Result<Response, Problem> {
    staff.may(Permission::StatsRead)?;
    let page = params.number("page", 1..=100_000, 1)?;
    let per_page = params.number("per_page", 1..=100, 20)?;
    let field = match params.get("field") {
        None => None,
        Some(field) if STANDARD_FIELDS.contains(&field) => Some(field.to_owned()),
        Some(_) => {
            return Err(Problem::BadField("field", format!("应为 {} 之一", STANDARD_FIELDS.join("、"))));
        }
    };
    let kind = match params.get("kind") {
        None | Some("differs") => None,
        Some(word) => Some(FaultKind::parse(word).ok_or_else(|| {
            Problem::BadField("kind", "应为 differs、missing、contradiction 或 stale".into())
        })?),
    };
    let region = app.region(params.get("region"))?;
    let part = params.get("q").unwrap_or_default().to_owned();
    let report = match app.report_now().await? {
        Ok(report) => report,
        Err(counting) => return Ok((StatusCode::ACCEPTED, Json(counting)).into_response()),
    };
    let named = |name: &str| part.is_empty() || name.contains(&part);
    let touched = |places: &[u32]| region.as_ref().is_none_or(|region| report.touches(places, region));
    let (skip, mut found) = ((page - 1) * per_page, 0);
    let (mut rows, mut fault_rows) = (Vec::new(), Vec::new());
    let mut on_page = || {
        found += 1;
        found > skip && found <= skip + per_page
    };
    match kind {
        None => {
            for row in &report.rows {
                let fits = field.as_ref().is_none_or(|field| row.field == field);
                let touches = row.variants.iter().any(|(_, places)| touched(places));
                if fits && named(&row.name) && touches && on_page() {
                    rows.push(difference(&report, row));
                }
            }
        }
        Some(kind) => {
            for row in &report.faults {
                if row.kind == kind && named(&row.name) && touched(&row.places) && on_page() {
                    fault_rows.push(fault(&report, row));
                }
            }
        }
    }
    Ok(Json(DifferencesResponse {
        guides: report.guides,
        index: report.generation.clone(),
        today: report.today.to_string(),
        deviations: report.rows.len(),
        faults: report.faults.len(),
        found,
        rows,
        fault_rows,
        page,
        more: found > skip + per_page,
    })
    .into_response())
}

/// The same as a workbook (XLSX).
#[utoipa::path(
    get, path = "/api/v1/differences/export", tag = "查询台",
    params(("region" = Option<String>, Query, description = "Only what touches this division")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Two sheets: deviations, faults", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 202, description = "It is being made; ask again", body = CountingResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn export(staff: Staff, State(app): State<Arc<App>>, params: Params) -> Result<Response, Problem> {
    staff.may(Permission::StatsRead)?;
    let region = app.region(params.get("region"))?;
    let report = match app.report_now().await? {
        Ok(report) => report,
        Err(counting) => return Ok((StatusCode::ACCEPTED, Json(counting)).into_response()),
    };
    let made = tokio::task::spawn_blocking(move || difference_workbook(&report, region.as_ref()));
    let bytes =
        made.await.map_err(|e| Problem::Internal(e.into()))?.map_err(|e| Problem::Internal(e.into()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"differences.xlsx\""),
    ];
    Ok((headers, bytes).into_response())
}

impl App {
    /// The report, or how far it is.
    async fn report_now(&self) -> Result<Result<Arc<Differences>, CountingResponse>, Problem> {
        let (search, today, since) = (self.assist.search(), (self.today)(), Instant::now());
        loop {
            match self.differences.look(&search, today, THREADS) {
                Progress::Made(report) => return Ok(Ok(report)),
                Progress::Failed(why) => return Err(Problem::Internal(anyhow::anyhow!(why))),
                Progress::Counting(done, all) if since.elapsed() > PATIENCE => {
                    return Ok(Err(CountingResponse { done, all }));
                }
                Progress::Counting(..) => tokio::time::sleep(GLANCE).await,
            }
        }
    }
}
