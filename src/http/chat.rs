//! Conversations: begin, say, read, listen, end.

use super::App;
use super::json::{Json, Params, Path};
use super::problem::{Problem, ProblemShape};
use super::site;
use super::wire::chat::{
    CloseRequest, HistoryResponse, MessageShape, SayRequest, SayResponse, StartRequest, StartResponse,
    message, place, reply,
};
use super::wire::desk::stage;
use crate::assist::{Incoming, Sent, Signal, Standing, TalkError};
use crate::desk::{Closed, Refused, Stage};
use crate::dialog::{Place, Press, State as Talk, wording};
use crate::store::Message;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Characters of a sender's name for a message at most.
const NAME: usize = 64;

/// Messages in one answer at most.
const PAGE: usize = 200;

/// A listener that has gone is noticed by then, and proxies keep the line open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A listener whose line broke comes back after that.
const RETRY: Duration = Duration::from_secs(3);

/// Begins a conversation.
#[utoipa::path(
    post, path = "/api/v1/conversations", tag = "会话",
    request_body = StartRequest,
    responses(
        (status = 201, description = "Begun", body = StartResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn start(
    State(app): State<Arc<App>>,
    from: Option<Extension<site::From>>,
    Json(request): Json<StartRequest>,
) -> Result<Response, Problem> {
    app.site(request.site.as_deref(), from.as_deref())?;
    let home = app.sites.iter().find(|site| Some(&site.id) == request.site.as_ref());
    let region = app.region(request.region.as_deref().or(home.and_then(|site| site.region.as_deref())))?;
    let names = app.assist.search();
    let place_of = |code| Place { name: names.regions().full_name(&code), code };
    let state = Talk { place: region.map(place_of), ..Talk::default() };
    let previous = request.previous.as_deref().filter(|id| id.len() == ulid::ULID_LEN);
    let hello = json!({ "reply": app.hello() });
    let (begun, token) = app.talks.start(state, previous, hello, Timestamp::now()).await?;
    let messages = app.talks.messages(&begun.id, 0, 1).await?;
    let url = format!("/api/v1/conversations/{}", begun.id);
    let body = StartResponse {
        region: begun.state.place.as_ref().map(place),
        messages: messages.iter().map(message).collect(),
        messages_url: format!("{url}/messages"),
        events_url: format!("{url}/events"),
        id: begun.id,
        token,
    };
    Ok((StatusCode::CREATED, located(&url), Json(body)).into_response())
}

fn located(url: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(url) {
        headers.insert(header::LOCATION, value);
    }
    headers
}

/// The token of `Authorization: Bearer …`.
pub(super) fn token(headers: &HeaderMap) -> Result<&str, Problem> {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim)
        .ok_or(Problem::NoToken)
}

/// Says or presses something; the answer stands in the reply.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/messages", tag = "会话",
    params(("id" = String, Path, description = "The conversation")),
    request_body = SayRequest,
    security(("token" = [])),
    responses(
        (status = 201, description = "Written, with its reply", body = SayResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn say(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<SayRequest>,
) -> Result<Response, Problem> {
    let token = token(&headers)?;
    let named = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let name = request.client_msg_id.as_deref().or(named);
    if name.is_some_and(|name| name.is_empty() || name.chars().count() > NAME) {
        return Err(Problem::BadField("client_msg_id", format!("应为 1 到 {NAME} 个字符")));
    }
    let incoming = match (&request.text, &request.press) {
        (Some(text), None) => Incoming::Text(app.question("text", text)?),
        (None, Some(press)) => Incoming::Press(Press::parse(press).ok_or_else(|| {
            Problem::BadField("press", "没有这样的按钮；请用 ask.options 或 offers 里的 id".into())
        })?),
        _ => return Err(Problem::BadField("text", "text 和 press 二选一，且只能有一个".into())),
    };
    let messages = app.turn(&id, token, name, incoming).await?;
    let body = SayResponse { messages: messages.iter().map(message).collect() };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Reads a conversation, page by page.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}", tag = "会话",
    params(
        ("id" = String, Path, description = "The conversation"),
        ("after" = Option<i64>, Query, description = "Only messages with a higher number"),
        ("before" = Option<i64>, Query, description = "Only messages with a lower number"),
        ("limit" = Option<usize>, Query, description = "1 to 200; 100 when absent", minimum = 1, maximum = 200),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "Messages, the oldest first", body = HistoryResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn history(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<HistoryResponse>, Problem> {
    let conversation = app.talks.owned(&id, token(&headers)?).await?;
    let limit = params.number("limit", 1..=PAGE, 100)? as i64;
    let most = usize::MAX >> 1;
    let after = params.number("after", 0..=most, 0)? as i64;
    let (after, limit) = match params.number("before", 0..=most, 0)? as i64 {
        0 => (after, limit),
        before => {
            let from = (before - 1 - limit).max(after);
            (from, (before - 1 - from).clamp(0, limit))
        }
    };
    let messages = app.talks.messages(&id, after, limit).await?;
    let url = |part: &str, at: i64| format!("/api/v1/conversations/{id}?{part}={at}&limit={limit}");
    let (first, last) = (messages.first().map(|m| m.seq), messages.last().map(|m| m.seq));
    Ok(Json(HistoryResponse {
        turn: conversation.turn,
        seq: conversation.seq,
        closed: conversation.closed,
        region: conversation.state.place.as_ref().map(place),
        stage: stage(&app.talks.standing(&id, &conversation.case.stage, Timestamp::now()).await?),
        earlier_url: first.filter(|&first| first > 1).map(|first| url("before", first)),
        later_url: last.filter(|&last| last < conversation.seq).map(|last| url("after", last)),
        messages: messages.iter().map(message).collect(),
        id: conversation.id,
    }))
}

/// Ends a conversation.
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/close", tag = "会话",
    params(("id" = String, Path, description = "The conversation")),
    request_body = CloseRequest,
    security(("token" = [])),
    responses(
        (status = 204, description = "Closed"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn close(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(request): Json<CloseRequest>,
) -> Result<StatusCode, Problem> {
    let why = match request.reason.as_deref() {
        None => Closed::Left,
        Some("solved") => Closed::Solved,
        Some("unsolved") => Closed::Unsolved,
        Some(_) => return Err(Problem::BadField("reason", "应为 solved、unsolved 或不填".into())),
    };
    app.talks.close(&id, token(&headers)?, why, Timestamp::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells messages as they are written: server-sent events, numbered as the messages are, resumed by `Last-Event-ID`.
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/events", tag = "会话",
    params(
        ("id" = String, Path, description = "The conversation"),
        ("after" = Option<i64>, Query, description = "Only messages with a higher number; `Last-Event-ID` goes first"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "Events: `message.created` and what happened (`agent.joined`, `conversation.closed` …), numbered; \
            `queue.updated`, `typing.on`, `typing.off`, `reset`, `server.closing`, without a number",
            body = MessageShape, content_type = "text/event-stream"),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let conversation = app.talks.owned(&id, token(&headers)?).await?;
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let after = match last {
        Some(last) => last,
        None => params.number("after", 0..=usize::MAX >> 1, 0)? as i64,
    };
    // A number that was never given out: the listener speaks of something else, and must read anew.
    let reset = (after > conversation.seq || after < 0).then(|| Event::default().event("reset").data("{}"));
    let after = if reset.is_some() { conversation.seq } else { after };
    let listener = Listener {
        heard: app.talks.listen(&id),
        desk: app.talks.hear(),
        stopping: app.stopping.clone(),
        stage: conversation.case.stage,
        told: None,
        writes: false,
        waiting: VecDeque::new(),
        ready: reset.into_iter().collect(),
        first: true,
        done: false,
        by_desk: false,
        app,
        id,
        after,
    };
    let events = stream::unfold(listener, Listener::next);
    let mut response =
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("ka")).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Listener {
    app: Arc<App>,
    id: String,
    after: i64,
    heard: watch::Receiver<Signal>,
    /// Changes at the desk: only those who wait are told.
    desk: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    waiting: VecDeque<Message>,
    ready: VecDeque<Event>,
    stage: Stage,
    /// What was last told of the queue.
    told: Option<Standing>,
    writes: bool,
    first: bool,
    done: bool,
    /// Woken by the desk alone: nothing was said.
    by_desk: bool,
}

/// Changes of the queue are told no faster, and slower to those whose turn is far off.
const QUEUE_PACE: Duration = Duration::from_secs(1);
const FAR: usize = 20;
const FAR_PACE: Duration = Duration::from_secs(5);

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Listener)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                let event = if std::mem::take(&mut self.first) { event.retry(RETRY) } else { event };
                return Some((Ok(event), self));
            }
            if self.done {
                return None;
            }
            if let Some(next) = self.waiting.pop_front() {
                self.after = next.seq;
                self.done = next.kind == "event" && next.body["event"] == "conversation.closed";
                self.ready.push_back(told(&self.id, &next));
                continue;
            }
            if *self.stopping.borrow() {
                self.done = true;
                self.ready.push_back(Event::default().event("server.closing").data("{}"));
                continue;
            }
            if let Err(error) = self.look().await {
                tracing::error!(?error, "events broke off");
                return None;
            }
        }
    }

    /// Reads what is new; where nothing is, waits for it.
    async fn look(&mut self) -> Result<(), TalkError> {
        let spoken = self.heard.has_changed().unwrap_or(true);
        let signal = *self.heard.borrow_and_update();
        let messages = match std::mem::take(&mut self.by_desk) && !spoken {
            true => Vec::new(),
            false => self.app.talks.messages(&self.id, self.after, PAGE as i64).await?,
        };
        if !messages.is_empty() {
            self.waiting.extend(messages);
            if let Some(stage) = self.app.talks.stage(&self.id).await? {
                self.stage = stage;
            }
            return Ok(());
        }
        if signal.agent_writes != self.writes {
            self.writes = signal.agent_writes;
            let name = if self.writes { "typing.on" } else { "typing.off" };
            self.ready.push_back(Event::default().event(name).data("{\"who\":\"agent\"}"));
            return Ok(());
        }
        let queued = matches!(self.stage, Stage::Queued { .. });
        if queued {
            self.desk.borrow_and_update();
            let standing = self.app.talks.standing(&self.id, &self.stage, Timestamp::now()).await?;
            if self.told.as_ref() != Some(&standing) {
                // Our own shapes always have a JSON form.
                let data = serde_json::to_string(&stage(&standing)).unwrap_or_default();
                self.ready.push_back(Event::default().event("queue.updated").data(data));
                self.told = Some(standing);
                return Ok(());
            }
        }
        let place = self.told.as_ref().and_then(|told| told.queue.as_ref()).map_or(0, |(place, _)| *place);
        let pace = if place > FAR { FAR_PACE } else { QUEUE_PACE };
        let desk = async {
            let changed = self.desk.changed().await;
            tokio::time::sleep(pace).await;
            changed
        };
        tokio::select! {
            // The other end of each lives as long as the service: an error means it stops.
            changed = self.heard.changed() => self.done = changed.is_err(),
            _ = self.stopping.changed() => {}
            changed = desk, if queued => (self.done, self.by_desk) = (changed.is_err(), true),
        }
        Ok(())
    }
}

fn told(id: &str, message: &Message) -> Event {
    let shape = self::message(message);
    let kind = match shape["event"].as_str() {
        Some(event) => event.to_owned(),
        None => "message.created".to_owned(),
    };
    let data = json!({
        "type": kind,
        "seq": message.seq,
        "ts": message.at.to_string(),
        "conversation": id,
        "message": shape,
    });
    Event::default().id(message.seq.to_string()).event(kind).data(data.to_string())
}

impl App {
    /// Takes one turn of a conversation.
    pub(super) async fn turn(
        &self,
        id: &str,
        token: &str,
        name: Option<&str>,
        incoming: Incoming,
    ) -> Result<Vec<Message>, Problem> {
        let sent = Sent { id, token, name, incoming };
        let render = |turn: &crate::assist::Turn| -> Value {
            metrics::counter!("bangban_answers_total", "status" => turn.reply.status.word()).increment(1);
            metrics::histogram!("bangban_answer_seconds").record(turn.timings.total.as_secs_f64());
            // Our own shapes always have a JSON form.
            serde_json::to_value(reply(turn)).unwrap_or_default()
        };
        Ok(self.talks.take(&self.assist, sent, render, Timestamp::now(), (self.today)()).await?)
    }

    /// The first message of a conversation.
    pub(super) fn hello(&self) -> Value {
        json!({
            "status": "clarify",
            "route": "item",
            "say": [wording::GREETING],
            "heard": null,
            "keywords_only": !self.assist.has_model(),
            "region": null,
            "sides": [],
            "card": null,
            "cards": [],
            "materials": [],
            "bundle": null,
            "compared": null,
            "ask": null,
            "offers": [{ "id": Press::Human.to_string(), "label": wording::HUMAN }],
            "stage": null,
            "desk": null,
        })
    }
}

impl From<TalkError> for Problem {
    fn from(error: TalkError) -> Problem {
        use crate::store::{ConversationError, DeskError};
        let not_now = |why: String| Problem::Conflict("/problems/not-now", why);
        match error {
            TalkError::NoSuch(_) => Problem::NoSuchConversation,
            TalkError::ForeignToken(_) => Problem::ForeignToken,
            TalkError::Closed(_) => Problem::Closed,
            TalkError::Ask(error) => error.into(),
            TalkError::Store(ConversationError::SentOtherwise(_)) => {
                Problem::BadField("client_msg_id", "这个编号已经用来发过别的内容，请换一个".into())
            }
            TalkError::Store(ConversationError::GoneOn(_)) => Problem::GoneOn,
            TalkError::WithPerson => not_now("正在由人工接待或排队，按钮暂时不能用，请直接写。".into()),
            TalkError::Desk(DeskError::Refused(Refused::Taken(number))) => {
                Problem::Conflict("/problems/taken", format!("已由 {number} 接入。"))
            }
            TalkError::Desk(DeskError::Refused(error @ Refused::NotYours(_))) => {
                Problem::NotYours(error.to_string())
            }
            TalkError::Desk(DeskError::Refused(error @ Refused::NotNow(_))) => not_now(format!("{error}。")),
            TalkError::Desk(error @ DeskError::Full(_)) => {
                Problem::Conflict("/problems/full", format!("{error}。"))
            }
            TalkError::Desk(DeskError::NoSuch(_)) => not_now("会话已结束。".into()),
            TalkError::Desk(DeskError::SentOtherwise(_)) => {
                Problem::BadField("client_msg_id", "这个编号已经用来发过别的内容，请换一个".into())
            }
            TalkError::Kept(skills, seconds) => {
                let why = format!("先留给会{skills}的同事；没有人接的话，{seconds} 秒后您也可以接。");
                Problem::Conflict("/problems/kept", why)
            }
            TalkError::NotForYou => Problem::NotYours("会话属于别的组或地区".into()),
            TalkError::NoSuchGroup(group) => Problem::BadField("group", format!("没有 {group} 这个组")),
            TalkError::NotThere => not_now("这位同事现在不在线。".into()),
            error
            @ (TalkError::Store(_) | TalkError::Random(_) | TalkError::Desk(_) | TalkError::Seal(_)) => {
                Problem::Internal(error.into())
            }
        }
    }
}
