//! HTTP and JSON live here only: extract, call the inside, wrap.

mod admin;
mod apply;
mod ask;
mod calls;
mod canned;
mod chat;
mod content;
mod desk;
mod differences;
mod figures;
mod handoff;
mod health;
mod items;
mod json;
mod limit;
mod lookup;
mod oidc;
mod outward;
mod page;
mod paper;
mod plain;
mod problem;
mod rating;
mod script;
mod serve;
mod sheet;
mod site;
mod socket;
mod suggest;
mod take_along;
mod trace;
mod who;
pub mod wire;

pub use differences::difference_workbook;
pub use serve::{listen, serve};

use crate::assist::{
    Access, Applications, Assist, Calls, Contents, DeskRules, DifferenceDesk, Faults, FigureDesk, LinkChecks,
    Oidc, Proposals, Ratings, Talks, Webhooks,
};
use crate::config::{Config, Limits, Site};
use crate::store::{Audit, Database, Links, Seal};
use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use jiff::civil::Date;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The key of how to call back, in the data folder.
const CONTACT_KEY: &str = "contact.key";

/// Everything the service owns. Built once in `serve`, or by a test.
pub struct App {
    /// The inside.
    pub assist: Arc<Assist>,
    /// Conversations.
    pub talks: Talks,
    /// Who gets in at the desks.
    pub access: Access,
    /// The identity provider by which they may sign in, too.
    pub oidc: Option<Oidc>,
    /// What is said on the telephone.
    pub calls: Calls,
    /// Who did what.
    pub audit: Audit,
    /// 好差评
    pub ratings: Ratings,
    /// Proposed corrections.
    pub proposals: Proposals,
    /// Notices, wrap-ups, reports of faults.
    pub faults: Faults,
    /// Changes of content.
    pub contents: Arc<Contents>,
    /// Changes that are tried out.
    previews: content::Previews,
    /// The dashboard's figures.
    pub figures: FigureDesk,
    /// The report of differences.
    pub differences: Arc<DifferenceDesk>,
    /// On to the application.
    pub applications: Applications,
    /// Other systems that are told.
    pub webhooks: Webhooks,
    /// Looking at addresses.
    pub link_checks: LinkChecks,
    /// Tickets for the desk's line.
    pub tickets: socket::Tickets,
    /// Sites whose pages carry the widget.
    pub sites: Vec<Site>,
    /// Bounds on callers.
    pub limits: Limits,
    /// Where counters are read from.
    pub metrics: PrometheusHandle,
    /// The day by which guides are in force.
    pub today: fn() -> Date,
    /// Becomes true when the service stops: those who listen are sent away.
    pub stopping: tokio::sync::watch::Receiver<bool>,
    /// Rows that refusals of strangers may still write into the audit log.
    room: who::Room,
}

impl App {
    /// The service as it is set up: an index in service, and the file of what is kept.
    pub fn new(
        assist: Arc<Assist>,
        database: &Database,
        config: &Config,
        metrics: PrometheusHandle,
        today: fn() -> Date,
        stopping: tokio::sync::watch::Receiver<bool>,
    ) -> Result<App> {
        let (webhooks, told) = Webhooks::read(database, &config.webhooks, config.outbox)?;
        let database = &told;
        let rules = DeskRules::read(&config.desk)?;
        let seal = Seal::open(&config.data.join(CONTACT_KEY))?;
        let words_days = config.retention.words_days;
        let links = Links::of(database.clone());
        let holidays = rules.holidays.clone();
        let talks = Talks::of(database.clone(), config.retention, rules, seal);
        let calendar = talks.calendar().clone();
        let looked_at = (links.clone(), config.links.check);
        let days = (calendar.clone(), holidays);
        let applications = Applications::open(&config.apply, &config.data, looked_at, days)?;
        Ok(App {
            assist,
            applications,
            webhooks,
            link_checks: LinkChecks::of(links, config.links)?,
            talks,
            access: Access::of(database.clone(), config.access),
            oidc: config.oidc.as_ref().map(Oidc::open).transpose()?,
            calls: Calls::open(&config.transcript).context("transcript: key")?,
            audit: Audit::of(database.clone()),
            ratings: Ratings::of(database.clone(), config.ratings, words_days, calendar.clone()),
            proposals: Proposals::of(database.clone()),
            faults: Faults::of(database.clone(), words_days),
            contents: Arc::new(Contents::of(database.clone(), calendar)),
            previews: content::Previews::default(),
            figures: FigureDesk::of(database.clone()),
            differences: Arc::default(),
            tickets: socket::Tickets::default(),
            sites: config.sites.clone(),
            limits: config.limits,
            metrics,
            today,
            stopping,
            room: who::Room::default(),
        })
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "帮办 API",
        description = "一句话找到要办的事项和要带的材料。答案的每一行都是办事指南的一个字段，带来源和日期；指南没写的，明说没写。请求头 Accept-Language 首选 zh-Hant（zh-TW、zh-HK）时以繁体字回答；按钮的 id 不变。",
    ),
    tags(
        (name = "会话", description = "一问一答直到办成：开始、说话、按钮、历史、事件流、结束"),
        (name = "转人工", description = "是否有人、排队、留言、对话记录"),
        (name = "问答", description = "从一句话到一个事项"),
        (name = "事项", description = "办事指南、材料、地区差异、一件事"),
        (name = "区划", description = "盟市、旗县、苏木乡镇"),
        (name = "评价", description = "好差评：回答和人工服务各评一次；差评限期办结"),
        (name = "查询台", description = "热线台和基层台：边听边查、公告、小结、报错、一次带齐、离线包"),
        (name = "坐席", description = "登录、学习建议、差评办理"),
        (name = "管理", description = "账号、审计日志、外部系统"),
        (name = "运维", description = "健康、指标、版本"),
    ),
    modifiers(&Tokens),
)]
struct Doc;

/// How a conversation's owner shows who he is, and how people at the desks and other systems do.
struct Tokens;

impl utoipa::Modify for Tokens {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("bangban_desk")));
        components.add_security_scheme("staff", cookie);
        let signature = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("Bangban-Signature")));
        components.add_security_scheme("signature", signature);
    }
}

/// The whole service without a socket; `serve` and the tests call this.
pub fn router(app: Arc<App>) -> Router {
    let load = limit::Load::of(app.limits.at_once, app.limits.body_bytes);
    // What takes a search, a guide or a drawing; people at the desks and what is only kept are never held up.
    let worked_on = OpenApiRouter::new()
        .routes(routes!(chat::start))
        .routes(routes!(chat::say))
        .routes(routes!(ask::match_question))
        .routes(routes!(ask::search))
        .routes(routes!(ask::suggest))
        .routes(routes!(items::item))
        .routes(routes!(items::materials))
        .routes(routes!(items::compare))
        .routes(routes!(sheet::checklist_pdf))
        .routes(routes!(sheet::checklist_png))
        .routes(routes!(sheet::notice_pdf))
        .routes(routes!(sheet::notice_png))
        .routes(routes!(lookup::look_up))
        .routes(routes!(lookup::full_text))
        .routes(routes!(lookup::script))
        .routes(routes!(lookup::plan_visit))
        .routes(routes!(suggest::suggestions))
        .layer(from_fn_with_state(load.clone(), limit::load));
    let (routes, document) = OpenApiRouter::with_openapi(Doc::openapi())
        .merge(worked_on)
        .routes(routes!(chat::history))
        .routes(routes!(chat::events))
        .routes(routes!(chat::close))
        .routes(routes!(handoff::hours))
        .routes(routes!(handoff::request, handoff::leave))
        .routes(routes!(handoff::message))
        .routes(routes!(handoff::standing))
        .routes(routes!(handoff::transcript))
        .routes(routes!(desk::cases))
        .routes(routes!(desk::file))
        .routes(routes!(desk::claim))
        .routes(routes!(desk::give_back))
        .routes(routes!(desk::forward))
        .routes(routes!(desk::close))
        .routes(routes!(desk::say))
        .routes(routes!(desk::add_note))
        .routes(routes!(desk::contact))
        .routes(routes!(desk::typing))
        .routes(routes!(desk::presence))
        .routes(routes!(desk::colleagues))
        .routes(routes!(canned::list_canned, canned::add_canned))
        .routes(routes!(canned::drop_canned))
        .routes(routes!(desk::show_wall))
        .routes(routes!(socket::ticket))
        .route("/api/v1/desk/socket", axum::routing::get(socket::open))
        .routes(routes!(apply::look, apply::go))
        .routes(routes!(items::regions))
        .routes(routes!(items::themes))
        .routes(routes!(health::version))
        .routes(routes!(admin::sign_in, admin::me_now, admin::sign_out))
        .routes(routes!(admin::change_password))
        .routes(routes!(oidc::ways))
        .routes(routes!(oidc::start))
        .routes(routes!(oidc::callback))
        .routes(routes!(admin::accounts, admin::create_account))
        .routes(routes!(admin::change_account))
        .routes(routes!(admin::audit))
        .routes(routes!(admin::export_audit))
        .routes(routes!(admin::verify_audit))
        .routes(routes!(outward::outbox))
        .routes(routes!(outward::retry))
        .routes(routes!(outward::webhooks))
        .routes(routes!(outward::links))
        .routes(routes!(rating::rate))
        .routes(routes!(rating::reasons))
        .routes(routes!(rating::work_items))
        .routes(routes!(rating::settle))
        .routes(routes!(rating::proposals, rating::propose))
        .routes(routes!(rating::accept))
        .routes(routes!(rating::refuse))
        .routes(routes!(rating::withdraw))
        .routes(routes!(lookup::notices, lookup::pin))
        .routes(routes!(lookup::unpin))
        .routes(routes!(lookup::wrapups, lookup::wrap_up))
        .routes(routes!(lookup::settle_wrapup))
        .routes(routes!(lookup::reports, lookup::make_report))
        .routes(routes!(lookup::settle_report))
        .routes(routes!(lookup::pack))
        .routes(routes!(differences::list))
        .routes(routes!(differences::export))
        .routes(routes!(figures::figures))
        .routes(routes!(figures::questions))
        .routes(routes!(figures::export))
        .routes(routes!(content::list, content::make))
        .routes(routes!(content::publish))
        .routes(routes!(content::refuse))
        .routes(routes!(content::withdraw))
        .routes(routes!(content::preview))
        .split_for_parts();
    let rate = limit::Rate::per_minute(app.limits.per_minute);
    let script = || axum::middleware::from_fn(script::layer);
    let limited = routes
        .layer(from_fn_with_state(app.clone(), site::layer))
        .layer(from_fn_with_state(app.clone(), who::refusals))
        .layer(from_fn_with_state(rate.clone(), limit::rate))
        .layer(script());
    let plain = Router::new()
        .route("/chat", axum::routing::get(plain::page).post(plain::post))
        .layer(from_fn_with_state(load, limit::load))
        .layer(from_fn_with_state(rate, limit::rate))
        .layer(script());
    // A telephone system speaks for all agents from one address, and shows who it is by its signature.
    let (signed, calls) = OpenApiRouter::<Arc<App>>::new().routes(routes!(calls::hear)).split_for_parts();
    let signed = signed.layer(from_fn_with_state(app.clone(), who::refusals));
    // Probes and scrapes must get through when callers are held back.
    let (open, probes) = OpenApiRouter::<Arc<App>>::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .split_for_parts();
    let mut document = document;
    document.merge(probes);
    document.merge(calls);
    let document: Arc<str> = match document.to_json() {
        Ok(text) => text.into(),
        // Only a fault in our own shapes leads here; the tests read the document.
        Err(error) => format!("{{\"error\":\"{error}\"}}").into(),
    };
    let openapi = axum::routing::get(move || {
        let document = document.to_string();
        async move { ([(header::CONTENT_TYPE, "application/json")], document) }
    });
    Router::new()
        .merge(limited)
        .merge(plain)
        .merge(signed)
        .merge(open)
        .route("/openapi.json", openapi)
        .fallback(page::page)
        .method_not_allowed_fallback(|| async { problem::Problem::NoSuchMethod })
        .layer(CompressionLayer::new())
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("x-content-type-options"),
            HeaderValue::from_static("nosniff"),
        ))
        .layer(from_fn_with_state(Duration::from_millis(app.limits.request_ms), limit::time))
        .layer(from_fn_with_state(app.clone(), site::preflight))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            problem::Problem::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(axum::middleware::from_fn(trace::layer))
        .with_state(app)
}
