//! What an agent may answer next, over HTTP: asked for by the console, and never said by itself.

use super::App;
use super::json::{Json, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::suggest::{SuggestedRepliesResponse, suggestions as shown};
use crate::desk::Permission;
use axum::extract::State;
use std::sync::Arc;

/// What may be answered to the citizen's last words in a conversation that one has: lines and cards of guides for his
/// place, replies kept ready that hold for it.
#[utoipa::path(
    get, path = "/api/v1/desk/cases/{id}/suggestions", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Up to three; nothing is said by asking", body = SuggestedRepliesResponse),
        (status = "4XX", description = "Refused; 403 where somebody else has it, 409 where nobody does",
            body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn suggestions(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<SuggestedRepliesResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let found = app.talks.suggest(&app.assist, &seat, &id, (app.today)()).await?;
    Ok(Json(shown(&found, &seat.id, &app.names())))
}
