//! The desk's line: WebSocket with numbered events that a broken line takes up again.

use super::App;
use super::desk::seat_of;
use super::json::Json;
use super::problem::{Problem, ProblemShape};
use super::who::{Staff, own_page};
use super::wire::calls::sentence;
use super::wire::chat::message;
use super::wire::desk::{SocketTicketResponse, envelope, row};
use crate::assist::{TalkError, Told};
use crate::desk::{Permission, Presence, Seat};
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

/// The sub-protocol.
const PROTOCOL: &str = "bangban.v1";

/// A ticket is good for so long, and once.
const TICKET: SignedDuration = SignedDuration::from_secs(30);

/// Tickets held at once: one who asks for more than this has others thrown away.
const TICKETS: usize = 10_000;

/// The line is tried so often; two tries without an answer end it.
const PING: Duration = Duration::from_secs(20);

/// The alarm is repeated so often while something waits.
const ALARM: Duration = Duration::from_secs(10);

/// Whoever doesn't take what he is sent within that time is cut off.
const SLOW: Duration = Duration::from_secs(10);

/// Bytes of a message that comes in.
const INCOMING: usize = 16 * 1024;

/// Messages that may come in within a second.
const PACE: u32 = 20;

const UNAUTHORISED: u16 = 4401;
const IDLE: u16 = 4408;
const SLOW_READER: u16 = 4413;
const TOO_FAST: u16 = 4429;
const RESTART: u16 = 1012;

/// Tickets that were given out and not used.
#[derive(Default)]
pub struct Tickets(Mutex<HashMap<String, Held>>);

struct Held {
    who: Caller,
    until: Timestamp,
}

/// Who opens a line.
struct Caller {
    seat: Seat,
    /// His session: when it ends, the line does.
    session: String,
    /// Whether he takes conversations; others only look.
    takes: bool,
    /// Whether he takes calls: what is said in them is told to him alone.
    hears: bool,
}

impl Tickets {
    fn give(&self, who: Caller, now: Timestamp) -> Result<(String, Timestamp), getrandom::Error> {
        let mut secret = [0u8; 24];
        getrandom::fill(&mut secret)?;
        let ticket: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let until = now.saturating_add(TICKET).unwrap_or(Timestamp::MAX);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, held| held.until > now);
        if held.len() >= TICKETS {
            held.clear();
        }
        held.insert(ticket.clone(), Held { who, until });
        Ok((ticket, until))
    }

    fn take(&self, ticket: &str, now: Timestamp) -> Option<Caller> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(ticket)?;
        (held.until > now).then_some(held.who)
    }
}

/// Gives a ticket for the line, good once and for 30 seconds: no secret stands in an address.
#[utoipa::path(
    post, path = "/api/v1/desk/socket-ticket", tag = "坐席",
    security(("staff" = [])),
    responses(
        (status = 200, description = "To be offered as sub-protocol beside `bangban.v1`", body = SocketTicketResponse),
        (status = "4XX", description = "Refused", body = ProblemShape, content_type = "application/problem+json"),
    )
)]
pub async fn ticket(
    State(app): State<Arc<App>>,
    staff: Staff,
) -> Result<Json<SocketTicketResponse>, Problem> {
    staff.may(Permission::DeskRead)?;
    let takes = staff.account.may(Permission::Claim);
    let hears = staff.account.may(Permission::Lookup);
    let who = Caller { seat: seat_of(&staff.account), session: staff.token.clone(), takes, hears };
    let (ticket, until) = app
        .tickets
        .give(who, Timestamp::now())
        .map_err(|e| Problem::Internal(anyhow::anyhow!("no randomness: {e}")))?;
    Ok(Json(SocketTicketResponse { ticket, expires_at: until.to_string() }))
}

/// Opens the line.
pub async fn open(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    if !own_page(&headers, &uri) {
        return Err(Problem::ForeignOrigin);
    }
    let offered =
        headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    let ticket = offered.flat_map(|list| list.split(',')).find_map(|one| one.trim().strip_prefix("ticket."));
    let taken = ticket.and_then(|ticket| app.tickets.take(ticket, Timestamp::now()));
    let caller = taken.ok_or(Problem::NoSession(ticket.is_some()))?;
    Ok(upgrade
        .protocols([PROTOCOL])
        .max_message_size(INCOMING)
        .on_upgrade(move |socket| async move { Line::run(app, caller, socket).await }))
}

/// What comes in.
#[derive(Deserialize)]
struct Incoming {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    seq: Option<i64>,
    #[serde(default)]
    data: Value,
}

/// Why a line ends, with its code.
struct End(u16, &'static str);

struct Line {
    app: Arc<App>,
    seat: Seat,
    session: String,
    socket: WebSocket,
    /// Number of the last event that was looked at; `None` before the line was taken up.
    seen: Option<i64>,
    hears: bool,
    /// How many sentences of calls were told.
    heard: u64,
    unanswered: u8,
    counted: (Instant, u32),
}

impl Line {
    async fn run(app: Arc<App>, caller: Caller, socket: WebSocket) {
        let Caller { seat, session, takes, hears } = caller;
        if takes {
            app.talks.seats().here(&seat, true, Timestamp::now());
            app.talks.wake();
        }
        let id = seat.id.clone();
        let mut line = Line {
            app: app.clone(),
            seat,
            session,
            socket,
            seen: None,
            hears,
            heard: 0,
            unanswered: 0,
            counted: (Instant::now(), 0),
        };
        let end = line.serve().await;
        if let Err(End(code, reason)) = end {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            // Whoever is gone can't be told.
            let _ = timeout(SLOW, line.socket.send(Message::Close(Some(frame)))).await;
        }
        if takes {
            app.talks.seats().gone(&id, Timestamp::now());
            app.talks.wake();
        }
    }

    async fn serve(&mut self) -> Result<(), End> {
        let mut rung = self.app.talks.hear();
        let mut said = self.app.calls.listen(&self.seat.number, Timestamp::now());
        let mut stopping = self.app.stopping.clone();
        let mut ping = interval(PING);
        let mut alarm = interval(ALARM);
        for clock in [&mut ping, &mut alarm] {
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            clock.tick().await;
        }
        loop {
            tokio::select! {
                biased;
                changed = stopping.changed() => {
                    let stops = changed.is_err() || *stopping.borrow();
                    if stops {
                        self.send(envelope("server.closing", None, json!({}), Timestamp::now())).await?;
                        return Err(End(RESTART, "restart"));
                    }
                }
                incoming = self.socket.recv() => match incoming {
                    Some(Ok(incoming)) => {
                        if !self.take(incoming).await? {
                            return Ok(());
                        }
                    }
                    Some(Err(_)) | None => return Ok(()),
                },
                changed = rung.changed(), if self.seen.is_some() => {
                    if changed.is_err() {
                        return Err(End(RESTART, "restart"));
                    }
                    let since = self.seen.unwrap_or_default();
                    self.tell(since).await?;
                }
                changed = said.changed(), if self.hears && self.seen.is_some() => {
                    if changed.is_err() {
                        return Err(End(RESTART, "restart"));
                    }
                    self.tell_said().await?;
                }
                _ = ping.tick() => {
                    if self.unanswered >= 2 {
                        return Err(End(IDLE, "no answer"));
                    }
                    // An error of the store ends nothing: the next try tells.
                    match self.app.access.enter(&self.session, Timestamp::now()).await {
                        Ok(None) => return Err(End(UNAUTHORISED, "signed out")),
                        // Calls of this 工号 are somebody else's from now on.
                        Ok(Some(session)) if session.account.number != self.seat.number => {
                            return Err(End(RESTART, "another number"));
                        }
                        _ => {}
                    }
                    self.unanswered += 1;
                    self.put(Message::Ping(Default::default())).await?;
                }
                _ = alarm.tick() => self.alarm().await?,
            }
        }
    }

    /// Takes what came in; tells whether the line goes on.
    async fn take(&mut self, incoming: Message) -> Result<bool, End> {
        let text = match incoming {
            Message::Text(text) => text,
            Message::Pong(_) => {
                self.unanswered = 0;
                return Ok(true);
            }
            Message::Close(_) => return Ok(false),
            Message::Ping(_) | Message::Binary(_) => return Ok(true),
        };
        if self.counted.0.elapsed() > Duration::from_secs(1) {
            self.counted = (Instant::now(), 0);
        }
        self.counted.1 += 1;
        if self.counted.1 > PACE {
            return Err(End(TOO_FAST, "too fast"));
        }
        let Ok(said) = serde_json::from_str::<Incoming>(&text) else {
            self.reply(
                "error",
                None,
                json!({ "type": "/problems/bad-json", "detail": "应为一个 JSON 对象，带 type" }),
            )
            .await?;
            return Ok(true);
        };
        match said.kind.as_str() {
            "resume" => {
                let seq = said.seq.or(said.data["seq"].as_i64()).filter(|seq| *seq > 0);
                self.resume(seq, said.id).await?;
            }
            "ping" => self.reply("pong", said.id, json!({})).await?,
            other => tracing::debug!(kind = other, "the desk's line got something unknown"),
        }
        Ok(true)
    }

    async fn resume(&mut self, seq: Option<i64>, id: Option<String>) -> Result<(), End> {
        let last = self.app.talks.last_told().await.map_err(broken)?;
        let presence =
            self.app.talks.seats().seat(&self.seat.id).map_or(Presence::Offline, |seat| seat.presence);
        let from = seq.unwrap_or(last);
        let ready = json!({ "seq": last, "presence": presence.word() });
        self.reply("ready", id, ready).await?;
        self.tell(from).await?;
        self.tell_said().await
    }

    /// Tells what was said on the telephone since it was told last; a line that is new, all that is held of the call.
    async fn tell_said(&mut self) -> Result<(), End> {
        if !self.hears {
            return Ok(());
        }
        let (count, said) = self.app.calls.since(&self.seat.number, self.heard);
        self.heard = count;
        for one in said {
            self.send(envelope("call.said", None, sentence(&one), Timestamp::now())).await?;
        }
        Ok(())
    }

    /// Tells what happened after a number.
    async fn tell(&mut self, after: i64) -> Result<(), End> {
        let Some(told) = self.app.talks.told(after).await.map_err(broken)? else {
            let last = self.app.talks.last_told().await.map_err(broken)?;
            self.seen = Some(last);
            return self.send(envelope("reset", None, json!({ "seq": last }), Timestamp::now())).await;
        };
        self.seen = Some(told.last().map_or(after, |last| last.event.seq));
        for one in told {
            if self.concerns(&one) {
                let app = &self.app;
                let text = one.text(|told| wire(app, told)).to_owned();
                self.send(text).await?;
            }
        }
        Ok(())
    }

    /// Whether somebody is told of something: cases that he may see; words that were said while he had it.
    fn concerns(&self, told: &Told) -> bool {
        let Some(case) = &told.row else { return false };
        match told.message {
            Some(_) => told.event.holder.as_deref() == Some(self.seat.id.as_str()),
            None => self.app.talks.sees(&self.seat, case),
        }
    }

    async fn alarm(&mut self) -> Result<(), End> {
        let presence = self.app.talks.seats().seat(&self.seat.id).map(|seat| seat.presence);
        if presence != Some(Presence::Online) {
            return Ok(());
        }
        if let Some((waiting, first)) =
            self.app.talks.alarm(&self.seat, Timestamp::now()).await.map_err(broken)?
        {
            let seconds = Timestamp::now().duration_since(first).as_secs().max(0);
            let data = json!({ "waiting": waiting, "longest_wait_seconds": seconds });
            self.send(envelope("alarm", None, data, Timestamp::now())).await?;
        }
        Ok(())
    }

    async fn reply(&mut self, kind: &str, to: Option<String>, data: Value) -> Result<(), End> {
        let mut envelope: Value =
            json!({ "v": 1, "type": kind, "ts": Timestamp::now().to_string(), "data": data });
        if let Some(to) = to {
            envelope["reply_to"] = to.into();
        }
        self.send(envelope.to_string()).await
    }

    async fn send(&mut self, text: String) -> Result<(), End> {
        self.put(Message::Text(text.into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        match timeout(SLOW, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // The other end is gone: nobody is told.
            Ok(Err(_)) => Err(End(IDLE, "gone")),
            Err(_) => Err(End(SLOW_READER, "reads too slowly")),
        }
    }
}

fn broken(error: TalkError) -> End {
    tracing::error!(%error, "the desk's line broke off");
    End(1011, "internal")
}

fn wire(app: &App, told: &Told) -> String {
    let names = app.names();
    let case = told.row.as_ref().map(|case| row(case, &names));
    let (kind, data) = match &told.message {
        Some(said) => {
            let data =
                json!({ "conversation": told.event.conversation, "message": message(said), "row": case });
            ("message.created", data)
        }
        None => ("case.changed", json!({ "row": case, "what": told.event.what, "who": told.event.who })),
    };
    envelope(kind, Some(told.event.seq), data, told.event.at)
}
