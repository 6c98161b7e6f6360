//! The content desk: everyday names and words, hours and days, with four eyes and a look at what they would change.

use super::App;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::content::{
    ChangeShape, ContentShape, ContentsResponse, PreviewResponse, TryingResponse, content, parsed,
    preview as shown,
};
use crate::assist::{ContentError, ContentVerdict, Previewed};
use crate::desk::Permission;
use crate::store::{ContentRow, ContentState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Changes in one answer at most.
const PAGE: usize = 500;

/// A short look is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
const GLANCE: Duration = Duration::from_millis(50);

/// Looks that are remembered: who tries one change tries the next one soon.
const REMEMBERED: usize = 8;

/// Lists changes, the newest first.
#[utoipa::path(
    get, path = "/api/v1/content", tag = "查询台",
    params(
        ("state" = Option<String>, Query, description = "`open`, `published`, `refused` or `withdrawn`"),
        ("kind" = Option<String>, Query, description = "`name`, `synonym`, `hours` or `day`"),
        ("limit" = Option<usize>, Query, description = "1 to 500; 200 when absent", minimum = 1, maximum = 500),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Changes", body = ContentsResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    staff: Staff,
    State(app): State<Arc<App>>,
    params: Params,
) -> Result<Json<ContentsResponse>, Problem> {
    staff.may(Permission::ProposalsMake)?;
    let state = match params.get("state") {
        None => None,
        Some(word) => Some(ContentState::parse(word).ok_or_else(|| {
            Problem::BadField("state", "应为 open、published、refused 或 withdrawn".into())
        })?),
    };
    let limit = params.number("limit", 1..=PAGE, 200)? as i64;
    let rows = app.contents.list(state, params.get("kind"), limit).await?;
    Ok(Json(ContentsResponse { changes: rows.iter().map(|row| app.content(row)).collect() }))
}

/// Writes a change; somebody else publishes it.
#[utoipa::path(
    post, path = "/api/v1/content", tag = "查询台",
    request_body = ChangeShape,
    security(("staff" = [])),
    responses(
        (status = 201, description = "It waits", body = ContentShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn make(
    staff: Staff,
    State(app): State<Arc<App>>,
    Json(request): Json<ChangeShape>,
) -> Result<Response, Problem> {
    staff.may(Permission::ProposalsMake)?;
    let made = parsed(request).map_err(|(field, what)| Problem::BadField(field, what))?;
    let row = app.contents.make(&app.assist, made, &staff.account, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(app.content(&row))).into_response())
}

/// Publishes a change of somebody else; it counts at once.
#[utoipa::path(
    post, path = "/api/v1/content/{id}/publish", tag = "查询台",
    params(("id" = String, Path, description = "The change")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Published", body = ContentShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn publish(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ContentShape>, Problem> {
    staff.may(Permission::ProposalsDecide)?;
    app.decided(&staff, &id, ContentVerdict::Publish).await
}

/// Turns a change down.
#[utoipa::path(
    post, path = "/api/v1/content/{id}/refuse", tag = "查询台",
    params(("id" = String, Path, description = "The change")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Turned down", body = ContentShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn refuse(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ContentShape>, Problem> {
    staff.may(Permission::ProposalsDecide)?;
    app.decided(&staff, &id, ContentVerdict::Refuse).await
}

/// Takes a change back: one's own before it is published, any afterwards. All is as it was before.
#[utoipa::path(
    post, path = "/api/v1/content/{id}/withdraw", tag = "查询台",
    params(("id" = String, Path, description = "The change")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Taken back", body = ContentShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<ContentShape>, Problem> {
    staff.may(Permission::ProposalsMake)?;
    app.decided(&staff, &id, ContentVerdict::Withdraw).await
}

/// What a change would change of the last 1,000 questions, or of the hours of the next days. The first time it is
/// tried out.
#[utoipa::path(
    get, path = "/api/v1/content/{id}/preview", tag = "查询台",
    params(("id" = String, Path, description = "The change")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "What would be otherwise", body = PreviewResponse),
        (status = 202, description = "It is being tried out; ask again", body = TryingResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    staff: Staff,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    staff.may(Permission::ProposalsMake)?;
    let look = match app.previews.of(&id) {
        Some(look) => look,
        None => app.begin(&id)?,
    };
    let since = Instant::now();
    loop {
        if let Some(done) = look.ended() {
            // Whoever looks again wants to know what it is like by then.
            app.previews.forget(&id);
            return match done {
                Ok(found) => Ok(Json(shown(&found)).into_response()),
                Err(error) => Err(error.into()),
            };
        }
        if since.elapsed() > PATIENCE {
            let body = TryingResponse { done: look.done.load(Ordering::Relaxed) };
            return Ok((StatusCode::ACCEPTED, Json(body)).into_response());
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// A change that is being tried out.
#[derive(Default)]
struct Look {
    done: AtomicUsize,
    end: Mutex<Option<Result<Previewed, ContentError>>>,
}

impl Look {
    fn ended(&self) -> Option<Result<Previewed, ContentError>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Changes that are tried out, by id, the oldest first.
#[derive(Default)]
pub(super) struct Previews(Mutex<Vec<(String, Arc<Look>)>>);

impl Previews {
    fn of(&self, id: &str) -> Option<Arc<Look>> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().find(|(known, _)| known == id).map(|(_, look)| look.clone())
    }

    fn forget(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != id);
    }

    /// A new one, unless as many are being tried out as are remembered.
    fn add(&self, id: &str) -> Option<Arc<Look>> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() >= REMEMBERED {
            // One that ended and that nobody asked for again.
            let idle = list
                .iter()
                .position(|(_, look)| look.end.lock().unwrap_or_else(PoisonError::into_inner).is_some())?;
            list.remove(idle);
        }
        let look = Arc::new(Look::default());
        list.push((id.to_owned(), look.clone()));
        Some(look)
    }
}

impl App {
    fn content(&self, row: &ContentRow) -> ContentShape {
        content(row, |code| self.assist.named_item(code).ok().map(|named| named.1))
    }

    async fn decided(
        &self,
        staff: &Staff,
        id: &str,
        verdict: ContentVerdict,
    ) -> Result<Json<ContentShape>, Problem> {
        let now = Timestamp::now();
        let login = || staff.account.login.clone();
        let decided = self.contents.decide(&self.assist, id, verdict, &staff.account, now).await;
        let row = decided.map_err(|error| match error {
            ContentError::OwnChange => Problem::FourEyes(login(), "发布"),
            ContentError::NotYours => Problem::NotAllowed(login(), Permission::ProposalsDecide.word()),
            error => error.into(),
        })?;
        Ok(Json(self.content(&row)))
    }

    fn begin(&self, id: &str) -> Result<Arc<Look>, Problem> {
        let look = self.previews.add(id).ok_or(Problem::TooMany(30))?;
        let (contents, assist, today) = (self.contents.clone(), self.assist.clone(), (self.today)());
        let (id, begun) = (id.to_owned(), look.clone());
        tokio::spawn(async move {
            let end = contents.preview(&assist, &id, &begun.done, today).await;
            *begun.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
        });
        Ok(look)
    }
}

impl From<ContentError> for Problem {
    fn from(error: ContentError) -> Problem {
        use crate::assist::TeachError;
        match error {
            ContentError::Field(field, what) => Problem::BadField(field, what),
            ContentError::NoSuch(_) => Problem::NoSuch("内容变更"),
            ContentError::NotNow(state) => {
                let state = match state {
                    "open" => "还没有发布",
                    "published" => "已发布",
                    "refused" => "已退回",
                    _ => "已撤回",
                };
                Problem::Conflict("/problems/decided", format!("这项变更{state}。请刷新列表。"))
            }
            ContentError::Teach(TeachError::NoSuchItem(code)) => Problem::NoSuchItem(code),
            ContentError::Teach(TeachError::NoSuchCase(case)) => {
                Problem::BadField("business_item", format!("这个事项没有办理项 {case:?}"))
            }
            ContentError::Teach(TeachError::Empty) => {
                Problem::BadField("name", "去掉个人信息后没有剩下内容".into())
            }
            ContentError::Words(error) => Problem::BadField("said", error.to_string()),
            ContentError::Ask(error) => error.into(),
            // Whose change it is, `decided` tells with the login.
            error @ (ContentError::Teach(_)
            | ContentError::Open(_)
            | ContentError::Store(_)
            | ContentError::OwnChange
            | ContentError::NotYours) => Problem::Internal(error.into()),
        }
    }
}
