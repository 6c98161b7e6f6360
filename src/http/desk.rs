//! The desk over HTTP: lists, cases, and what members of staff do with them.

use super::App;
use super::handoff::within;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::who::Staff;
use super::wire::card;
use super::wire::chat::message;
use super::wire::desk::{
    AgentSayRequest, AgentSayResponse, CaseResponse, CasesResponse, CloseCaseRequest, ColleaguesResponse,
    ContactShape, ForwardRequest, GroupShape, Names, NoteRequest, NoteShape, PresenceRequest,
    PresenceResponse, StepResponse, TypingRequest, WallResponse, case, note, row, seat, wall,
};
use crate::assist::{AgentWords, Proposed};
use crate::desk::{Brief, Closed, Permission, Presence, Seat};
use crate::dialog::Place;
use crate::guide::{Answers, ITEM, ItemKey, RegionCode};
use crate::search::Search;
use crate::store::{Account, CaseRow, Listed, Message};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// Characters that an agent may say at once.
const SAID: usize = 3000;

/// Characters of a note.
const NOTED: usize = 1000;

/// Characters of a sender's name for a message.
const NAME: usize = 64;

/// Messages of a case that are shown: the last ones of a long conversation.
const SHOWN: i64 = 500;

/// An account as the queue sees it.
pub(super) fn seat_of(account: &Account) -> Seat {
    let region = |code: &String| RegionCode::try_from(code.clone()).ok();
    Seat {
        id: account.id.clone(),
        login: account.login.clone(),
        number: account.number.clone(),
        name: account.name.clone(),
        supervises: account.may(Permission::Supervise),
        groups: account.groups.clone(),
        regions: account.regions.iter().filter_map(region).collect(),
        skills: account.skills.clone(),
        cap: account.cap,
        presence: Presence::Offline,
        load: 0,
    }
}

/// Names by what is in service.
pub(super) struct Named<'a> {
    pub app: &'a App,
    pub search: Arc<Search>,
}

impl Names for Named<'_> {
    fn group(&self, id: &str) -> String {
        let known = self.app.talks.groups().iter().find(|group| group.id == id);
        known.map_or_else(|| id.to_owned(), |group| group.name.clone())
    }

    fn item(&self, key: &str) -> Option<String> {
        let at = self.search.key(&ItemKey::from_text(key))?;
        self.search.item(at).map(|item| item.name.clone())
    }

    fn place(&self, code: &RegionCode) -> String {
        self.search.regions().full_name(code)
    }
}

impl App {
    pub(super) fn names(&self) -> Named<'_> {
        Named { app: self, search: self.assist.search() }
    }

    /// A member of staff who may do this, as a seat; he counts as heard of.
    pub(super) fn seated(&self, staff: &Staff, permission: Permission) -> Result<Seat, Problem> {
        staff.may(permission)?;
        let seat = seat_of(&staff.account);
        if staff.account.may(Permission::Claim) {
            self.talks.seats().here(&seat, false, Timestamp::now());
        }
        Ok(seat)
    }

    fn stepped(&self, done: &CaseRow) -> Json<StepResponse> {
        Json(StepResponse { row: row(done, &self.names()) })
    }
}

/// Cases of a list.
#[utoipa::path(
    get, path = "/api/v1/desk/cases", tag = "坐席",
    params(
        ("list" = String, Query, description = "`waiting`, `mine`, `callback` or `history`"),
        ("before" = Option<String>, Query, description = "Of the history, only what changed before then"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The cases", body = CasesResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn cases(
    State(app): State<Arc<App>>,
    staff: Staff,
    params: Params,
) -> Result<Json<CasesResponse>, Problem> {
    let seat = app.seated(&staff, Permission::DeskRead)?;
    let before = match params.get("before") {
        None => Timestamp::now(),
        Some(text) => text.parse().map_err(|_| Problem::BadField("before", "应为 RFC 3339 时间".into()))?,
    };
    let list = match params.get("list") {
        Some("waiting") => Listed::Waiting,
        Some("mine") => Listed::Of(&seat.id),
        Some("callback") => Listed::Callback,
        Some("history") => Listed::Over(before),
        _ => return Err(Problem::BadField("list", "应为 waiting、mine、callback、history 之一".into())),
    };
    let rows = app.talks.cases(&seat, list).await?;
    let names = app.names();
    let next_before = match list {
        Listed::Over(_) => rows.last().map(|last| last.touched_at.to_string()),
        _ => None,
    };
    Ok(Json(CasesResponse { cases: rows.iter().map(|r| row(r, &names)).collect(), next_before }))
}

/// One case: what is known in fields, the conversation, notes and steps.
#[utoipa::path(
    get, path = "/api/v1/desk/cases/{id}", tag = "坐席",
    params(
        ("id" = String, Path, description = "The conversation"),
        ("after" = Option<i64>, Query, description = "Only messages with a higher number"),
    ),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The case", body = CaseResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn file(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<CaseResponse>, Problem> {
    let seat = app.seated(&staff, Permission::DeskRead)?;
    let file = app.talks.case_file(&seat, &id).await?;
    let last = file.row.last.as_ref().map_or(0, |last| last.seq);
    let after = params.number("after", 0..=usize::MAX >> 1, 0)? as i64;
    let messages: Vec<Message> = app.talks.messages(&id, after.max(last - SHOWN), SHOWN + 100).await?;
    let brief = Brief::of(&file.row.state, |question| app.question_of(&file.row, question));
    Ok(Json(case(&file, &brief, &messages, &app.names())))
}

impl App {
    /// A question of the guide in focus, in words.
    fn question_of(&self, row: &CaseRow, id: &str) -> Option<String> {
        let focus = row.state.focus.as_ref()?;
        let place = row.state.place.as_ref().map(|place| &place.code);
        let (_, view) =
            self.assist.item(focus.item.as_str(), place, &Answers::default(), (self.today)()).ok()?;
        view.card.questions.into_iter().find(|question| question.id == id).map(|question| question.question)
    }
}

/// Takes a conversation (接入): of several who try, one gets it.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/claim", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "It is his", body = StepResponse),
        (status = 409, description = "`/problems/taken` by whom, `/problems/kept` for whom, or `/problems/full`",
            body = ProblemShape, content_type = "application/problem+json"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn claim(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<StepResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    Ok(app.stepped(&app.talks.claim(&seat, &id, Timestamp::now()).await?))
}

/// Lets the program answer again (交还).
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/give-back", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "The program answers", body = StepResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn give_back(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<StepResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    Ok(app.stepped(&app.talks.give_back(&seat, &id, Timestamp::now()).await?))
}

/// Gives a conversation on to a group or a colleague (转接).
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/forward", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    request_body = ForwardRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "It waits for them, at its old place in the queue", body = StepResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn forward(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    Json(request): Json<ForwardRequest>,
) -> Result<Json<StepResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    if request.group.is_none() && request.account.is_none() {
        return Err(Problem::BadField("group", "group 和 account 至少填一个".into()));
    }
    let text = request.note.filter(|note| !note.trim().is_empty());
    let text = text.map(|text| within("note", &text, NOTED)).transpose()?;
    let now = Timestamp::now();
    let (group, account) = (request.group.as_deref(), request.account.as_deref());
    let done = app.talks.forward(&seat, &id, group, account, now).await?;
    if let Some(text) = text {
        app.talks.note(&seat, &id, &text, now).await?;
    }
    Ok(app.stepped(&done))
}

/// Ends a case with its outcome.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/close", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    request_body = CloseCaseRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "It is over", body = StepResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn close(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    Json(request): Json<CloseCaseRequest>,
) -> Result<Json<StepResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let why = match request.outcome.as_str() {
        "solved" | "unsolved" | "abuse" | "called_back" | "not_reached" => Closed::parse(&request.outcome),
        _ => None,
    };
    let why = why.ok_or_else(|| {
        Problem::BadField("outcome", "应为 solved、unsolved、abuse、called_back、not_reached 之一".into())
    })?;
    let item = request.item_code.as_deref().map(|code| app.known_item(code)).transpose()?;
    let now = Timestamp::now();
    let done = app.talks.close_case(&seat, &id, why, item.as_ref(), now).await?;
    if let (Some(item), false) = (item, done.state.question.is_empty()) {
        let proposed = Proposed {
            question: done.state.question.clone(),
            item: item.to_string(),
            business_item: request.business_item,
            conversation: Some(id),
        };
        // The case is over whether or not something is learned from it.
        if let Err(error) = app.proposals.make(&app.assist, proposed, &staff.account, now).await {
            tracing::warn!(%error, "the end of a case proposed nothing");
        }
    }
    Ok(app.stepped(&done))
}

impl App {
    /// The key of an item that there is.
    pub(super) fn known_item(&self, code: &str) -> Result<ItemKey, Problem> {
        let (item, _) = self.assist.item(code, None, &Answers::default(), (self.today)())?;
        Ok(item.key)
    }
}

/// Says something, or shows a card.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/messages", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    request_body = AgentSayRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Written; sent twice, it is written once", body = AgentSayResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn say(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    Json(request): Json<AgentSayRequest>,
) -> Result<Response, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let name = request.client_msg_id.as_str();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(Problem::BadField("client_msg_id", format!("应为 1 到 {NAME} 个字符")));
    }
    let text = match request.text.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(text) => within("text", text, SAID)?,
        None if request.item_code.is_some() => String::new(),
        None => return Err(Problem::BadField("text", "text 和 item_code 至少填一个".into())),
    };
    let (mut shown, mut shown_for) = (None, None);
    if let Some(code) = &request.item_code {
        let asked = app.region(request.region.as_deref())?;
        let place = match asked {
            Some(code) => {
                shown_for = Some(Place { name: app.names().place(&code), code: code.clone() });
                Some(code)
            }
            None => app.talks.case(&seat, &id).await?.state.place.map(|place| place.code),
        };
        let mut answers = Answers::default();
        if let Some(business_item) = &request.business_item {
            answers.choose(ITEM, business_item);
        }
        let (_, view) = app.assist.item(code, place.as_ref(), &answers, (app.today)())?;
        shown = Some(serde_json::to_value(card(&view)).map_err(|e| Problem::Internal(e.into()))?);
    }
    let code = request.item_code.as_deref().unwrap_or_default();
    let case = request.business_item.as_deref().unwrap_or_default();
    let content = format!("{text}\u{0}{code}\u{0}{case}");
    let words = AgentWords { name, content: &content, text: &text, card: shown, place: shown_for };
    let said = app.talks.agent_says(&seat, &id, words, Timestamp::now()).await?;
    app.talks.agent_writes(&id, false);
    Ok((StatusCode::CREATED, Json(AgentSayResponse { message: message(&said) })).into_response())
}

/// Adds a note that the citizen never sees.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/notes", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    request_body = NoteRequest,
    security(("staff" = [])),
    responses(
        (status = 201, description = "Kept", body = NoteShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn add_note(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    Json(request): Json<NoteRequest>,
) -> Result<Response, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let text = within("text", &request.text, NOTED)?;
    let kept = app.talks.note(&seat, &id, &text, Timestamp::now()).await?;
    Ok((StatusCode::CREATED, Json(note(&kept))).into_response())
}

/// How to call back who left a message; the look at it is kept in the audit log.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/contact", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    security(("staff" = [])),
    responses(
        (status = 200, description = "Name and phone, as far as given", body = ContactShape),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn contact(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
) -> Result<Json<ContactShape>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let contact = app.talks.contact(&seat, &id, Timestamp::now()).await?;
    Ok(Json(ContactShape { name: contact.name, phone: contact.phone }))
}

/// Tells the citizen that one writes.
#[utoipa::path(
    post, path = "/api/v1/desk/cases/{id}/typing", tag = "坐席",
    params(("id" = String, Path, description = "The conversation")),
    request_body = TypingRequest,
    security(("staff" = [])),
    responses(
        (status = 204, description = "Told"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn typing(
    State(app): State<Arc<App>>,
    staff: Staff,
    Path(id): Path<String>,
    Json(request): Json<TypingRequest>,
) -> Result<StatusCode, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let has = app.talks.case(&seat, &id).await?.agent.is_some_and(|(agent, _)| agent == seat.id);
    if has {
        app.talks.agent_writes(&id, request.on);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Says whether one takes conversations.
#[utoipa::path(
    put, path = "/api/v1/desk/presence", tag = "坐席",
    request_body = PresenceRequest,
    security(("staff" = [])),
    responses(
        (status = 200, description = "Noted", body = PresenceResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn presence(
    State(app): State<Arc<App>>,
    staff: Staff,
    Json(request): Json<PresenceRequest>,
) -> Result<Json<PresenceResponse>, Problem> {
    let seat = app.seated(&staff, Permission::Claim)?;
    let presence = [Presence::Online, Presence::Busy, Presence::Offline]
        .into_iter()
        .find(|presence| presence.word() == request.state)
        .ok_or_else(|| Problem::BadField("state", "应为 online、busy、offline 之一".into()))?;
    app.talks.choose(&seat.id, presence);
    Ok(Json(PresenceResponse { presence: presence.word() }))
}

/// Who else is there, and which groups there are.
#[utoipa::path(
    get, path = "/api/v1/desk/colleagues", tag = "坐席",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Seats and groups", body = ColleaguesResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn colleagues(
    State(app): State<Arc<App>>,
    staff: Staff,
) -> Result<Json<ColleaguesResponse>, Problem> {
    app.seated(&staff, Permission::DeskRead)?;
    let seats = app.talks.seats_now(Timestamp::now()).await?;
    let group = |group: &crate::desk::Group| GroupShape { id: group.id.clone(), name: group.name.clone() };
    Ok(Json(ColleaguesResponse {
        colleagues: seats.iter().map(seat).collect(),
        groups: app.talks.groups().iter().map(group).collect(),
    }))
}

/// The supervisor's wall: who waits, who is there, how the day goes.
#[utoipa::path(
    get, path = "/api/v1/desk/wall", tag = "坐席",
    security(("staff" = [])),
    responses(
        (status = 200, description = "Figures since midnight", body = WallResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn show_wall(State(app): State<Arc<App>>, staff: Staff) -> Result<Json<WallResponse>, Problem> {
    staff.may(Permission::Supervise)?;
    let now = Timestamp::now();
    let (numbers, seats, waiting) = app.talks.wall(now).await?;
    Ok(Json(wall(&numbers, &seats, &waiting, now)))
}
