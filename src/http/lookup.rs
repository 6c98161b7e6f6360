//! The look-up desks: what a hotline agent or a clerk finds, reads aloud, prints, keeps and reports.

use super::App;
use super::items::answers;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::catalog;
use super::wire::lookup::full_text as shapes;
use super::wire::lookup::{
    FullTextResponse, LookupResponse, NoticeRequest, NoticeShape, NoticesResponse, PackResponse,
    ReportRequest, ReportShape, ReportsResponse, ScriptResponse, SettleReportRequest, VisitRequest,
    VisitResponse, WrapupRequest, WrapupResponse, WrapupShape, WrapupsResponse, looked_up, notice, packed,
    report, sentence, visit, wrapup,
};
use super::wire::region as place_shape;
use crate::assist::{Ask, FaultError, Member, NewReport, NewWrapup, PlaceName};
use crate::desk::Permission;
use crate::guide::{Answers, ItemType, RegionCode};
use crate::search::Within;
use crate::store::{Gap, Notice, Report, ReportState, SettleReportError, Wrapup, WrapupsWanted};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// Rows of a page of reports and wrap-ups.
const PAGE: usize = 50;

/// Matters of one visit at most.
const MEMBERS: usize = 20;

/// Characters of what a clerk calls somebody.
const WHO: usize = 20;

/// Finds items while somebody is speaking, with the facts of his place.
#[utoipa::path(
    get, path = "/api/v1/desk/lookup", tag = "查询台",
    params(
        ("q" = String, Query, description = "What the caller says"),
        ("region" = Option<String>, Query, description = "The caller's division code"),
        ("limit" = Option<usize>, Query, description = "1 to 20; 8 when absent", minimum = 1, maximum = 20),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Rows, best first, and what to ask next", body = LookupResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn look_up(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<LookupResponse>, Problem> {
    staff.may(Permission::Lookup)?;
    let text = app.question("q", params.get("q").unwrap_or_default())?;
    let limit = params.number("limit", 1..=20, 8)?;
    let region = app.region(params.get("region"))?;
    let ask = Ask { text, region, limit, ..Ask::default() };
    Ok(Json(looked_up(app.assist.look_up(ask, limit, (app.today)()).await?)))
}

/// Looks through the text of every guide of every place.
#[utoipa::path(
    get, path = "/api/v1/desk/guides", tag = "查询台",
    params(
        ("q" = String, Query, description = "Words of the guide"),
        ("region" = Option<String>, Query, description = "Only guides of this division and of those below it; a place in the text goes first"),
        ("organ" = Option<String>, Query, description = "Only guides of organs (实施主体) with these words in their name"),
        ("audience" = Option<String>, Query, description = "`person` or `firm`"),
        ("online" = Option<bool>, Query, description = "Only what is, or is not, done online"),
        ("type" = Option<String>, Query, description = "事项类型, such as 行政许可"),
        ("limit" = Option<usize>, Query, description = "1 to 50; 10 when absent", minimum = 1, maximum = 50),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The best guide of each item, best first", body = FullTextResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn full_text(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<FullTextResponse>, Problem> {
    staff.may(Permission::Lookup)?;
    let text = app.question("q", params.get("q").unwrap_or_default())?;
    let limit = params.number("limit", 1..=50, 10)?;
    let one_of = |name: &'static str, yes: &str, no: &str| match params.get(name) {
        None => Ok(None),
        Some(word) if word == yes => Ok(Some(true)),
        Some(word) if word == no => Ok(Some(false)),
        Some(_) => Err(Problem::BadField(name, format!("应为 {yes} 或 {no}"))),
    };
    let within = Within {
        region: app.region(params.get("region"))?,
        organ: params.get("organ").map(str::to_owned),
        person: one_of("audience", "person", "firm")?,
        online: one_of("online", "true", "false")?,
        item_type: params.get("type").map(|word| ItemType::from(word.to_owned())),
    };
    let ask = Ask { text, limit, ..Ask::default() };
    Ok(Json(shapes(app.assist.full_text(ask, within, (app.today)()).await?)))
}

/// An item as it is told on the telephone: short sentences, each from one field.
#[utoipa::path(
    get, path = "/api/v1/items/{code}/script", tag = "事项",
    params(
        ("code" = String, Path, description = "Key or code"),
        ("region" = Option<String>, Query, description = "Division code"),
        ("item" = Option<String>, Query, description = "业务办理项; other 情形 answers are given by their question's id in the same way"),
    ),
    responses(
        (status = 200, description = "Sentences with their sources", body = ScriptResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn script(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    params: Params,
) -> Result<Json<ScriptResponse>, Problem> {
    let region = app.region(params.get("region"))?;
    let (view, lines) = app.assist.script(&code, region.as_ref(), &answers(&params), (app.today)())?;
    Ok(Json(ScriptResponse {
        name: view.card.name.clone(),
        region: view.place.as_ref().map(place_shape),
        notices: view.notices(),
        lines: lines.iter().map(sentence).collect(),
    }))
}

/// Lists notices that stand.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "查询台",
    params(("region" = Option<String>, Query, description = "Only those for this division, those above and below it")),
    responses(
        (status = 200, description = "The newest first", body = NoticesResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn notices(State(app): State<Arc<App>>, params: Params) -> Result<Json<NoticesResponse>, Problem> {
    let region = app.region(params.get("region"))?;
    let list = app.faults.notices(region.as_ref(), Timestamp::now()).await?;
    Ok(Json(NoticesResponse { notices: list.into_iter().map(|n| app.notice(n)).collect() }))
}

/// Pins a notice.
#[utoipa::path(
    post, path = "/api/v1/notices", tag = "查询台",
    request_body = NoticeRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Pinned", body = NoticeShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn pin(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<NoticeRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::NoticesWrite)?;
    let region = app.region(request.region.as_deref())?;
    let kept = app.faults.pin(&request.text, region, request.until, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(app.notice(kept))).into_response())
}

/// Takes a notice away.
#[utoipa::path(
    delete, path = "/api/v1/notices/{id}", tag = "查询台",
    params(("id" = String, Path, description = "The notice")),
    security(("staff" = [])),
    responses(
        (status = 204, description = "Taken away"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn unpin(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    staff.may(Permission::NoticesWrite)?;
    match app.faults.unpin(&id, &staff.account, Timestamp::now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::NoSuch("公告")),
    }
}

/// Takes down how a call ended.
#[utoipa::path(
    post, path = "/api/v1/wrapups", tag = "查询台",
    request_body = WrapupRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Taken down", body = WrapupResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn wrap_up(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<WrapupRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::Lookup)?;
    let new = NewWrapup {
        item: request.item,
        region: app.region(request.region.as_deref())?,
        solved: request.solved,
        gap: gap(request.gap.as_deref())?,
        words: request.words,
    };
    let kept = app.faults.wrap_up(&app.assist, new, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(WrapupResponse { id: kept.written.id })).into_response())
}

/// Lists how calls ended.
#[utoipa::path(
    get, path = "/api/v1/wrapups", tag = "查询台",
    params(
        ("gap" = Option<String>, Query, description = "Only those that showed this: `not_found`, `wrong`, `contradiction` or `any`"),
        ("state" = Option<String>, Query, description = "`open` or `settled`"),
        ("page" = Option<usize>, Query, description = "From 1", minimum = 1),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The newest first, 50 a page", body = WrapupsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn wrapups(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<WrapupsResponse>, Problem> {
    staff.may(Permission::ReportsSettle)?;
    let page = params.number("page", 1..=10_000, 1)?;
    let any = params.get("gap") == Some("any");
    let wanted =
        WrapupsWanted { with_gap: any, gap: gap(params.get("gap").filter(|_| !any))?, open: open(&params)? };
    let (list, more) = app.faults.wrapups(wanted, page, PAGE).await?;
    Ok(Json(WrapupsResponse { wrapups: list.into_iter().map(|w| app.wrapup(w)).collect(), page, more }))
}

/// Notes that somebody saw to the gap that a call showed.
#[utoipa::path(
    post, path = "/api/v1/wrapups/{id}/settle", tag = "查询台",
    params(("id" = String, Path, description = "The wrap-up")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Noted", body = WrapupShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn settle_wrapup(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<WrapupShape>, Problem> {
    staff.may(Permission::ReportsSettle)?;
    let kept = app.faults.settle_wrapup(&id, &staff.account, Timestamp::now()).await?;
    Ok(Json(app.wrapup(kept)))
}

/// Reports a fault of a guide (指南报错).
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "查询台",
    request_body = ReportRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Taken down", body = ReportShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn make_report(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<ReportRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::Lookup)?;
    let new = NewReport {
        item: request.item,
        region: app.region(request.region.as_deref())?,
        field: request.field,
        value: request.value,
        words: request.text,
    };
    let kept = app.faults.report(&app.assist, new, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(app.report(kept))).into_response())
}

/// Lists reported faults: one's own, or all to those who settle them.
#[utoipa::path(
    get, path = "/api/v1/reports", tag = "查询台",
    params(
        ("state" = Option<String>, Query, description = "`open` or `settled`"),
        ("mine" = Option<bool>, Query, description = "Only one's own"),
        ("page" = Option<usize>, Query, description = "From 1", minimum = 1),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The newest first, 50 a page", body = ReportsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn reports(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<ReportsResponse>, Problem> {
    staff.may(Permission::Lookup)?;
    let open = open(&params)?;
    let mine = params.get("mine") == Some("true");
    let page = params.number("page", 1..=10_000, 1)?;
    let (list, more) = app.faults.reports(&staff.account, mine, open, page, PAGE).await?;
    Ok(Json(ReportsResponse { reports: list.into_iter().map(|r| app.report(r)).collect(), page, more }))
}

/// Settles a report.
#[utoipa::path(
    post, path = "/api/v1/reports/{id}/settle", tag = "查询台",
    params(("id" = String, Path, description = "The report")),
    request_body = SettleReportRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "Settled", body = ReportShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn settle_report(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(request): Json<SettleReportRequest>,
) -> Result<Json<ReportShape>, Problem> {
    staff.may(Permission::ReportsSettle)?;
    let state = ReportState::parse(&request.state)
        .ok_or_else(|| Problem::BadField("state", "应为 corrected 或 refused".into()))?;
    let note = request.note.as_deref();
    let kept = app.faults.settle(&id, state, note, &staff.account, Timestamp::now()).await?;
    Ok(Json(app.report(kept)))
}

/// Merges the materials of several matters of one visit; nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/desk/visit", tag = "查询台",
    request_body = VisitRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "One list", body = VisitResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn plan_visit(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<VisitRequest>,
) -> Result<Json<VisitResponse>, Problem> {
    staff.may(Permission::Lookup)?;
    if !(1..=MEMBERS).contains(&request.members.len()) {
        return Err(Problem::BadField("members", format!("请给出 1 到 {MEMBERS} 件事")));
    }
    if request.members.iter().any(|member| member.who.chars().count() > WHO) {
        return Err(Problem::BadField("who", format!("称呼不能超过 {WHO} 个字")));
    }
    let region = app.region(request.region.as_deref())?;
    let members: Vec<Member> = request
        .members
        .into_iter()
        .map(|member| {
            let pairs = member
                .answers
                .iter()
                .flat_map(|(id, options)| options.iter().map(move |option| (id.as_str(), option.as_str())));
            let answers: Answers = pairs.collect();
            Member { who: member.who, item: member.item, answers }
        })
        .collect();
    Ok(Json(visit(&app.assist.visit(&members, region.as_ref(), (app.today)())?)))
}

/// What a desk keeps for when the line is down: the place's items with their cards.
#[utoipa::path(
    get, path = "/api/v1/desk/pack", tag = "查询台",
    params(("region" = String, Query, description = "Division code")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "At most 200 items", body = PackResponse),
        (status = 304, description = "As it was"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn pack(
    staff: Staff,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    staff.may(Permission::Lookup)?;
    let Some(region) = app.region(params.get("region"))? else {
        return Err(Problem::BadField("region", "请给出区划代码".into()));
    };
    let today = (app.today)();
    let tag = format!("\"{}-{region}-{today}\"", app.assist.search().manifest().generation);
    let mut own = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, value);
    }
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    if known {
        return Ok((StatusCode::NOT_MODIFIED, own).into_response());
    }
    let assist = app.assist.clone();
    let answer = tokio::task::spawn_blocking(move || -> Result<PackResponse, Problem> {
        let list = assist.pack(&region, today)?;
        let search = assist.search();
        let manifest = search.manifest();
        Ok(PackResponse {
            region: place_shape(&assist.place(&region)),
            index: manifest.generation.clone(),
            corpus_date: manifest.corpus_date.map(|day| day.to_string()),
            made_at: Timestamp::now().to_string(),
            items: list
                .iter()
                .map(|(item, view)| {
                    let (places, themes) = assist.around(item);
                    packed(catalog(item, &places, themes), view)
                })
                .collect(),
        })
    })
    .await
    .map_err(|error| Problem::Internal(error.into()))??;
    Ok((own, Json(answer)).into_response())
}

fn open(params: &Params) -> Result<Option<bool>, Problem> {
    match params.get("state") {
        None => Ok(None),
        Some("open") => Ok(Some(true)),
        Some("settled") => Ok(Some(false)),
        Some(_) => Err(Problem::BadField("state", "应为 open 或 settled".into())),
    }
}

fn gap(word: Option<&str>) -> Result<Option<Gap>, Problem> {
    let wrong = || Problem::BadField("gap", "应为 not_found、wrong 或 contradiction".into());
    word.map(|word| Gap::parse(word).ok_or_else(wrong)).transpose()
}

impl App {
    fn notice(&self, kept: Notice) -> NoticeShape {
        let place = kept.region.as_ref().map(|code| self.assist.place(code));
        notice(kept, place.as_ref())
    }

    fn named_place(&self, code: Option<&String>) -> Option<PlaceName> {
        let code = code.cloned().and_then(|code| RegionCode::try_from(code).ok())?;
        Some(self.assist.place(&code))
    }

    fn report(&self, kept: Report) -> ReportShape {
        let place = self.named_place(kept.region.as_ref());
        report(kept, place.as_ref())
    }

    fn wrapup(&self, kept: Wrapup) -> WrapupShape {
        let place = self.named_place(kept.region.as_ref());
        wrapup(kept, place.as_ref())
    }
}

impl From<FaultError> for Problem {
    fn from(error: FaultError) -> Problem {
        match error {
            FaultError::Field(field, what) => Problem::BadField(field, what),
            FaultError::Item(error) => error.into(),
            FaultError::Settle(SettleReportError::NoSuch(_)) => Problem::NoSuch("报错或小结"),
            FaultError::Settle(SettleReportError::Done) => {
                Problem::Conflict("/problems/settled", "已经办结。请刷新列表。".into())
            }
            error @ (FaultError::Settle(_) | FaultError::Store(_)) => Problem::Internal(error.into()),
        }
    }
}
