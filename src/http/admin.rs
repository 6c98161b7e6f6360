//! Signing in at the desks, accounts, the audit log.

use super::App;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::{OwnPage, Staff, by_tls, set_cookie};
use super::wire::admin::{
    AccountShape, AccountsResponse, AuditLineShape, AuditResponse, ChangeAccountRequest, MeResponse,
    NewAccountRequest, PasswordRequest, SignInRequest, VerifyResponse, account, audit_entry, audit_line, me,
    verified,
};
use crate::assist::{AccessError, CAP, NewAccount};
use crate::desk::{Permission, Role};
use crate::store::{AccountChange, Audit, DatabaseError, Entry, Wanted};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use std::sync::Arc;

/// Rows of the audit log in one answer at most.
const PAGE: usize = 500;

/// Signs in. The cookie that it sets is the session; every further request that changes something needs an `Origin`
/// that is the service's own, as this one does.
#[utoipa::path(
    post, path = "/api/v1/desk/session", tag = "坐席",
    request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in", body = MeResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    _: OwnPage,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(request): Json<SignInRequest>,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let (token, session) = app.access.sign_in(&request.login, &request.password, now).await?;
    let cookie = set_cookie(by_tls(&headers), &token, session.expires_at.duration_since(now).as_secs())?;
    Ok(([(header::SET_COOKIE, cookie)], Json(me(session.account, session.expires_at))).into_response())
}

/// Tells who is signed in.
#[utoipa::path(
    get, path = "/api/v1/desk/session", tag = "坐席",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Account and permissions", body = MeResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn me_now(staff: Staff) -> Json<MeResponse> {
    Json(me(staff.account, staff.expires_at))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/api/v1/desk/session", tag = "坐席",
    security(("staff" = [])),
    responses(
        (status = 204, description = "Signed out"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out(
    staff: Staff,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.access.sign_out(&staff.token, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(by_tls(&headers), "", 0)?)]).into_response())
}

/// Changes one's own password; one is signed out everywhere.
#[utoipa::path(
    put, path = "/api/v1/desk/session/password", tag = "坐席",
    request_body = PasswordRequest,
    security(("staff" = [])),
    responses(
        (status = 204, description = "Changed; sign in anew"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn change_password(
    staff: Staff,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(request): Json<PasswordRequest>,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    match app.access.change_password(&staff.account, &request.old, &request.new, now).await {
        Err(AccessError::BadLogin) => return Err(Problem::BadField("old", "原密码不对".into())),
        other => other?,
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(by_tls(&headers), "", 0)?)]).into_response())
}

/// Lists accounts.
#[utoipa::path(
    get, path = "/api/v1/admin/accounts", tag = "管理",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Every account, by 工号", body = AccountsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn accounts(staff: Staff, State(app): State<Arc<App>>) -> Result<Json<AccountsResponse>, Problem> {
    staff.may(Permission::AccountsManage)?;
    let list = app.access.accounts().list().await.map_err(AccessError::from)?;
    Ok(Json(AccountsResponse { accounts: list.into_iter().map(account).collect() }))
}

/// Makes an account.
#[utoipa::path(
    post, path = "/api/v1/admin/accounts", tag = "管理",
    request_body = NewAccountRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Made", body = AccountShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn create_account(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<NewAccountRequest>,
) -> Result<Response, Problem> {
    staff.may(Permission::AccountsManage)?;
    let new = NewAccount {
        login: request.login,
        name: request.name,
        number: request.number,
        roles: roles(&request.roles)?,
        groups: request.groups,
        regions: app.regions(&request.regions)?,
        skills: request.skills,
        cap: request.cap.unwrap_or(CAP),
    };
    let made = app.access.create(new, &request.password, &staff.account.login, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(account(made))).into_response())
}

/// Changes an account. A new password, or disabling it, signs it out at once.
#[utoipa::path(
    patch, path = "/api/v1/admin/accounts/{id}", tag = "管理",
    params(("id" = String, Path, description = "The account")),
    request_body = ChangeAccountRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "Changed", body = AccountShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn change_account(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(request): Json<ChangeAccountRequest>,
) -> Result<Json<AccountShape>, Problem> {
    staff.may(Permission::AccountsManage)?;
    let change = AccountChange {
        name: request.name,
        number: request.number,
        password: request.password,
        roles: request.roles.as_deref().map(roles).transpose()?,
        groups: request.groups,
        regions: request.regions.map(|list| app.regions(&list)).transpose()?,
        skills: request.skills,
        cap: request.cap,
        disabled: request.disabled,
    };
    Ok(Json(account(app.access.change(&id, change, Some(&staff.account), Timestamp::now()).await?)))
}

fn roles(words: &[String]) -> Result<Vec<Role>, Problem> {
    let role = |word: &String| {
        let known = Role::ALL.map(Role::word).join("、");
        Role::parse(word)
            .ok_or_else(|| Problem::BadField("roles", format!("没有角色 {word:?}；应为 {known}")))
    };
    words.iter().map(role).collect()
}

impl App {
    fn regions(&self, codes: &[String]) -> Result<Vec<String>, Problem> {
        let known = |code: &String| match self.assist.region(code) {
            Ok(code) => Ok(code.to_string()),
            Err(_) => {
                Err(Problem::BadField("regions", format!("没有行政区划 {code:?}；请用 /api/v1/regions 查找")))
            }
        };
        codes.iter().map(known).collect()
    }
}

/// Reads the audit log.
#[utoipa::path(
    get, path = "/api/v1/admin/audit", tag = "管理",
    params(
        ("after" = Option<i64>, Query, description = "Only rows with a higher number, the oldest first"),
        ("before" = Option<i64>, Query, description = "Only rows with a lower number, the newest first; goes before `after`. A number above all reads from the end"),
        ("limit" = Option<usize>, Query, description = "1 to 500; 100 when absent", minimum = 1, maximum = 500),
        ("actor" = Option<String>, Query, description = "Only of this login"),
        ("action" = Option<String>, Query, description = "Only this action, or those below it: `account` finds `account.created`"),
        ("subject" = Option<String>, Query, description = "Only about this"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Rows in order", body = AuditResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn audit(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<AuditResponse>, Problem> {
    staff.may(Permission::AuditRead)?;
    let most = usize::MAX >> 1;
    let limit = params.number("limit", 1..=PAGE, 100)?;
    let before = params.get("before").map(|_| params.number("before", 0..=most, 0)).transpose()?;
    let wanted = Wanted {
        after: params.number("after", 0..=most, 0)? as i64,
        before: before.map(|before| before as i64),
        actor: params.get("actor"),
        action: params.get("action"),
        subject: params.get("subject"),
        limit: limit as i64,
    };
    let rows = app.audit.list(&wanted).await.map_err(DatabaseError::from)?;
    let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.seq);
    Ok(Json(AuditResponse { entries: rows.into_iter().map(audit_entry).collect(), next }))
}

/// Exports the audit log, a JSON line a row; whoever has it can verify it without this program.
#[utoipa::path(
    get, path = "/api/v1/admin/audit/export", tag = "管理",
    security(("staff" = [])),
    responses(
        (status = 200, description = "All rows, the oldest first", body = AuditLineShape, content_type = "application/x-ndjson"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn export_audit(staff: Staff, State(app): State<Arc<App>>) -> Result<Response, Problem> {
    staff.may(Permission::AuditRead)?;
    let entry = Entry {
        actor: staff.account.login,
        action: "audit.exported",
        subject: "audit".to_owned(),
        detail: String::new(),
        at: Timestamp::now(),
    };
    // Up to the row that tells of the export itself.
    let last = app.audit.add(&entry).await.map_err(DatabaseError::from)?;
    let pages = stream::try_unfold(0, move |after| {
        let app = app.clone();
        async move { if after < last { page(&app.audit, after, last).await.map(Some) } else { Ok(None) } }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"bangban-audit.ndjson\""),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// Lines after a row, and the row that they end with.
async fn page(audit: &Audit, after: i64, last: i64) -> anyhow::Result<(Bytes, i64)> {
    let wanted = Wanted { after, limit: PAGE as i64, ..Wanted::default() };
    let rows = audit.list(&wanted).await?;
    let end = rows.last().map_or(last, |row| row.seq);
    let mut text = Vec::new();
    for row in rows.into_iter().filter(|row| row.seq <= last) {
        serde_json::to_writer(&mut text, &audit_line(row))?;
        text.push(b'\n');
    }
    Ok((text.into(), end))
}

/// Recomputes the whole audit log.
#[utoipa::path(
    get, path = "/api/v1/admin/audit/verify", tag = "管理",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Whether it is still what was written", body = VerifyResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn verify_audit(
    staff: Staff,
    State(app): State<Arc<App>>,
) -> Result<Json<VerifyResponse>, Problem> {
    staff.may(Permission::AuditRead)?;
    Ok(Json(verified(app.audit.verify().await.map_err(DatabaseError::from)?)))
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Problem {
        Problem::Internal(error.into())
    }
}
