//! Shapes of the hand-over and of the desk.

use super::RegionShape;
use super::chat::{message, place};
use crate::assist::{CaseFile, DeskNow, Handed, Standing};
use crate::desk::{Brief, Offer, Seat, Stage};
use crate::guide::RegionCode;
use crate::store::{CaseRow, DeskEvent, Note, Numbers};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Where a conversation stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stage)]
pub struct StageShape {
    /// `bot`, `queued`, `assigned`, `callback` or `closed`.
    #[schema(example = "queued")]
    pub stage: &'static str,
    /// The place in the queue.
    pub queue: Option<QueueShape>,
    /// Who answers.
    pub agent: Option<AgentShape>,
    /// Number of a message that was left.
    pub ticket: Option<String>,
    /// All of it in a sentence; empty while the program answers.
    pub text: String,
}

/// A place in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct QueueShape {
    /// 1 is next.
    pub position: usize,
    /// Hardly sooner, minutes; absent while too little is known.
    pub wait_minutes_low: Option<u32>,
    /// Hardly later, minutes.
    pub wait_minutes_high: Option<u32>,
}

/// A member of staff as a citizen sees him.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentShape {
    /// 工号
    pub number: String,
}

/// What the desk can do now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Desk)]
pub struct DeskShape {
    /// `open`: somebody is free; `busy`: all are at their limit; `unstaffed`: it is open, but nobody is there; `closed`.
    #[schema(example = "unstaffed")]
    pub state: &'static str,
    /// In a sentence.
    pub text: String,
    /// Seats that take conversations.
    pub seats_online: usize,
    /// Conversations that wait.
    pub waiting: usize,
    /// When it opens again, local time without zone (UTC+8).
    pub next_opening: Option<String>,
}

/// Asks for a person.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandoffRequest {
    /// `asked`, `misses`, `danger`, `complaint` or `progress`.
    pub why: Option<String>,
}

/// Leaves a message.
#[derive(Debug, Deserialize, ToSchema)]
pub struct LeaveRequest {
    /// What it is about, at most 1,000 characters; numbers of documents and phones in it are masked.
    pub text: String,
    /// How to call back; kept sealed, and deleted with the call.
    pub contact: Option<ContactShape>,
}

/// How somebody wants to be called back.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ContactShape {
    /// What he wants to be called, at most 30 characters.
    pub name: Option<String>,
    /// His phone: digits, spaces, `+` and `-`.
    pub phone: Option<String>,
}

/// A message was left.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeaveResponse {
    /// Its number.
    #[schema(example = "M20261126-0001")]
    pub ticket: String,
    /// What is promised, in a sentence.
    pub promise: String,
}

/// Where a conversation stands.
pub fn stage(standing: &Standing) -> StageShape {
    let (agent, ticket) = match &standing.stage {
        Stage::Assigned { number, .. } => (Some(AgentShape { number: number.clone() }), None),
        Stage::Callback { ticket, .. } => (None, Some(ticket.clone())),
        _ => (None, None),
    };
    StageShape {
        stage: standing.stage.word(),
        queue: standing.queue.map(|(position, wait)| QueueShape {
            position,
            wait_minutes_low: wait.map(|wait| wait.from),
            wait_minutes_high: wait.map(|wait| wait.to),
        }),
        agent,
        ticket,
        text: standing.text.clone(),
    }
}

/// What the desk can do.
pub fn desk(now: &DeskNow) -> DeskShape {
    DeskShape {
        state: now.offer.word(),
        text: now.text.clone(),
        seats_online: now.seats_online,
        waiting: now.waiting,
        next_opening: match now.offer {
            Offer::Closed(next) => next.map(|next| next.to_string()),
            _ => None,
        },
    }
}

/// What came of a wish for a person.
pub fn handed(handed: &Option<Handed>) -> (Option<StageShape>, Option<DeskShape>) {
    match handed {
        None => (None, None),
        Some(Handed::Queued(standing)) => (Some(stage(standing)), None),
        Some(Handed::Nobody(now)) => (None, Some(desk(now))),
    }
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowShape {
    /// The conversation.
    pub id: String,
    /// `bot` (given back), `queued`, `assigned`, `callback` or `closed`.
    pub stage: &'static str,
    /// The group.
    pub group: String,
    /// What it is called.
    pub group_name: String,
    /// The citizen's place.
    pub region: Option<RegionShape>,
    /// The item that was talked about, or found last.
    pub item: Option<RowItemShape>,
    /// Why a person was asked for.
    pub why: &'static str,
    /// The same in words.
    pub why_text: &'static str,
    /// What the citizen is called: nothing personal.
    #[schema(example = "来访者 0F3K")]
    pub alias: String,
    /// Since when it waits.
    pub waiting_since: Option<String>,
    /// When somebody took it.
    pub claimed_at: Option<String>,
    /// Who has it, or had it last.
    pub agent: Option<RowAgentShape>,
    /// The colleague it was forwarded to, by account.
    pub forwarded_to: Option<String>,
    /// Number of a message that was left.
    pub ticket: Option<String>,
    /// The last message.
    pub last: Option<LastShape>,
    /// Messages that the agent hasn't seen.
    pub unread: i64,
    /// Skills that it needs: for a while it is kept for seats with them.
    pub skills: Vec<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// When anything was last written.
    pub touched_at: String,
}

/// An item in a list of cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
}

/// Who has a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowAgentShape {
    /// The account.
    pub id: String,
    /// 工号
    pub number: String,
}

/// The last message of a conversation, in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastShape {
    /// Its number.
    pub seq: i64,
    /// `citizen`, `assistant` or `agent`.
    pub kind: String,
    /// Its words.
    pub text: String,
    /// When.
    pub at: String,
}

/// Cases of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CasesResponse {
    /// The cases.
    pub cases: Vec<RowShape>,
    /// For the next page of the history.
    pub next_before: Option<String>,
}

/// A case with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseResponse {
    /// What lists show.
    pub row: RowShape,
    /// What is known, in fields.
    pub brief: BriefShape,
    /// The conversation, masked.
    #[schema(value_type = Vec<super::chat::MessageShape>)]
    pub messages: Vec<Value>,
    /// Notes of staff.
    pub notes: Vec<NoteShape>,
    /// Its steps.
    pub log: Vec<LogShape>,
    /// Whether a way to call back was left.
    pub contact: bool,
}

/// What is known of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct BriefShape {
    /// The question that is being settled.
    pub question: String,
    /// Why a person was asked for.
    pub why_text: &'static str,
    /// The citizen's place.
    pub region: Option<RegionShape>,
    /// `true` for a private person, `false` for a firm, where it was said.
    pub person: Option<bool>,
    /// Items that were found, best first.
    pub candidates: Vec<BriefCandidateShape>,
    /// The item that was being talked about.
    pub item: Option<BriefItemShape>,
    /// Questions of the guide with what was answered.
    pub answers: Vec<BriefAnswerShape>,
    /// What the citizen was asked, in order.
    pub asked: Vec<String>,
    /// Questions of the guide that are open.
    pub missing: Vec<String>,
    /// What the citizen said, in order.
    pub said: Vec<String>,
}

/// An item that was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct BriefCandidateShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// Chance that it is meant, 0 to 1.
    pub confidence: f32,
}

/// The item that was talked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct BriefItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项
    pub case: Option<String>,
}

/// A question with what was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct BriefAnswerShape {
    /// The guide's question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A note of staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteShape {
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// Who wrote it.
    pub by: AgentShape,
    /// What it says.
    pub text: String,
}

/// One step of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogShape {
    /// When.
    pub at: String,
    /// `queued`, `claimed`, `forwarded`, `given_back`, `requeued`, `message_left` or `closed`.
    pub what: String,
    /// Number of a member of staff, `citizen` or `clock`.
    pub who: String,
}

/// Gives a conversation on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ForwardRequest {
    /// The group; the same one when absent.
    pub group: Option<String>,
    /// A colleague who is online, by account.
    pub account: Option<String>,
    /// A note for whoever takes it.
    pub note: Option<String>,
}

/// Ends a case.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CloseCaseRequest {
    /// `solved`, `unsolved`, `abuse`; of a message that was left, `called_back` or `not_reached`.
    pub outcome: String,
    /// The item that it came down to: proposed as an example for the citizen's question.
    pub item_code: Option<String>,
    /// 业务办理项 of it.
    pub business_item: Option<String>,
}

/// What an agent says: words, a card, or both.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AgentSayRequest {
    /// Words, at most 3,000 characters.
    pub text: Option<String>,
    /// An item whose card is shown, with its sources.
    pub item_code: Option<String>,
    /// The place that the card is for; the citizen's when absent.
    pub region: Option<String>,
    /// 业务办理项
    pub business_item: Option<String>,
    /// His name for the message: sent twice, it counts once.
    pub client_msg_id: String,
}

/// What an agent's message came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentSayResponse {
    /// The message as the citizen sees it.
    #[schema(value_type = super::chat::MessageShape)]
    pub message: Value,
}

/// A case after a step.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepResponse {
    /// The case.
    pub row: RowShape,
}

/// A text of staff.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoteRequest {
    /// What it says, at most 1,000 characters.
    pub text: String,
}

/// Begins or ends to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TypingRequest {
    /// Whether he writes.
    pub on: bool,
}

/// Says whether one takes conversations.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PresenceRequest {
    /// `online`, `busy` or `offline`.
    pub state: String,
}

/// Whether one takes conversations.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresenceResponse {
    /// `online`, `busy` or `offline`.
    pub presence: &'static str,
}

/// Who else is there.
#[derive(Debug, Serialize, ToSchema)]
pub struct ColleaguesResponse {
    /// Seats that are there.
    pub colleagues: Vec<SeatShape>,
    /// Groups that a conversation can be given to.
    pub groups: Vec<GroupShape>,
}

/// A seat.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeatShape {
    /// The account.
    pub id: String,
    /// 工号
    pub number: String,
    /// The name.
    pub name: String,
    /// `online`, `busy` or `offline`.
    pub state: &'static str,
    /// Conversations now.
    pub load: u32,
    /// Conversations at once.
    pub cap: u32,
    /// Groups; none for all.
    pub groups: Vec<String>,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupShape {
    /// Its name in requests.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// The supervisor's wall.
#[derive(Debug, Serialize, ToSchema)]
pub struct WallResponse {
    /// Conversations that wait.
    pub waiting: usize,
    /// Seconds that the first of them has waited.
    pub longest_wait_seconds: i64,
    /// Seats that are there.
    pub seats: Vec<SeatShape>,
    /// Since midnight.
    pub today: TodayShape,
    /// By hour since midnight.
    pub by_hour: Vec<HourShape>,
}

/// Counts since midnight.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodayShape {
    /// A person was asked for.
    pub asked: i64,
    /// Somebody took it.
    pub claimed: i64,
    /// Given back to the program, or the citizen no longer waited.
    pub given_back: i64,
    /// Ended.
    pub closed: i64,
    /// Ended as settled.
    pub solved: i64,
    /// Ended unsettled.
    pub unsolved: i64,
    /// Messages left.
    pub messages_left: i64,
    /// Called back.
    pub called_back: i64,
    /// Seconds until the first reply: the middle one, and the one that nine of ten are below.
    pub first_reply_seconds: Option<MiddleShape>,
}

/// The middle and the upper end of some numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct MiddleShape {
    /// The middle.
    pub median: i64,
    /// Nine of ten are not above.
    pub p90: i64,
}

/// One hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourShape {
    /// Hour of the day.
    pub hour: i64,
    /// A person was asked for.
    pub asked: i64,
    /// Somebody took it.
    pub claimed: i64,
}

/// A ticket for the socket.
#[derive(Debug, Serialize, ToSchema)]
pub struct SocketTicketResponse {
    /// To be offered as sub-protocol `ticket.<ticket>`; good once.
    pub ticket: String,
    /// Until then.
    pub expires_at: String,
}

/// A case in a list; `names` gives the name of a group, a place or an item.
pub fn row(row: &CaseRow, names: &impl Names) -> RowShape {
    let tail: String = row.conversation.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    let region = row.state.place.as_ref().map(place);
    RowShape {
        id: row.conversation.clone(),
        stage: row.stage.word(),
        group_name: names.group(&row.group),
        group: row.group.clone(),
        region,
        item: row
            .state
            .focus
            .as_ref()
            .map(|focus| RowItemShape { code: focus.item.to_string(), name: focus.name.clone() }),
        why: row.why.word(),
        why_text: row.why.in_words(),
        alias: format!("来访者 {tail}"),
        waiting_since: matches!(row.stage, Stage::Queued { .. }).then(|| row.asked_at.to_string()),
        claimed_at: row.claimed_at.map(|at| at.to_string()),
        agent: row.agent.clone().map(|(id, number)| RowAgentShape { id, number }),
        forwarded_to: match &row.stage {
            Stage::Queued { to, .. } => to.clone(),
            _ => None,
        },
        ticket: row.ticket.clone(),
        last: row.last.as_ref().map(|last| LastShape {
            seq: last.seq,
            kind: last.kind.clone(),
            text: words(&last.body),
            at: last.at.to_string(),
        }),
        unread: row.unread,
        skills: row.skills.clone(),
        outcome: row.outcome.clone(),
        touched_at: row.touched_at.to_string(),
    }
}

/// Names of what is known by id.
pub trait Names {
    /// The name of a group.
    fn group(&self, id: &str) -> String;
    /// 事项名称 by key.
    fn item(&self, key: &str) -> Option<String>;
    /// The full name of a division.
    fn place(&self, code: &RegionCode) -> String;
}

/// The words of a message, in short.
fn words(body: &Value) -> String {
    let said = body["text"].as_str().map(str::to_owned);
    let answered = || {
        let lines: Vec<&str> = body["reply"]["say"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(lines.join(""))
    };
    let card = || body["card"]["name"].as_str().map(str::to_owned);
    let text = said.filter(|text| !text.is_empty()).or_else(answered).or_else(card).unwrap_or_default();
    text.chars().take(80).collect()
}

/// A case with all that belongs to it.
pub fn case(
    file: &CaseFile,
    brief: &Brief,
    messages: &[crate::store::Message],
    names: &impl Names,
) -> CaseResponse {
    let texts = |kind: &str, path: &str| -> Vec<String> {
        let of_kind = messages.iter().filter(|message| message.kind == kind);
        of_kind
            .filter_map(|message| message.body.pointer(path).and_then(Value::as_str))
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect()
    };
    CaseResponse {
        row: row(&file.row, names),
        brief: BriefShape {
            question: brief.question.clone(),
            why_text: file.row.why.in_words(),
            region: brief.place.as_ref().map(place),
            person: brief.person,
            candidates: file
                .found
                .iter()
                .filter_map(|(key, confidence)| {
                    let name = names.item(key)?;
                    Some(BriefCandidateShape { code: key.clone(), name, confidence: *confidence })
                })
                .take(5)
                .collect(),
            item: brief.item.clone().map(|(key, name, case)| BriefItemShape {
                code: key.to_string(),
                name,
                case,
            }),
            answers: brief
                .answers
                .iter()
                .map(|(question, answer)| BriefAnswerShape {
                    question: question.clone(),
                    answer: answer.clone(),
                })
                .collect(),
            asked: texts("assistant", "/reply/ask/text"),
            missing: brief.missing.clone(),
            said: texts("citizen", "/text"),
        },
        messages: messages.iter().map(message).collect(),
        notes: file.notes.iter().map(note).collect(),
        log: file.log.iter().map(log).collect(),
        contact: file.contact,
    }
}

/// A note.
pub fn note(note: &Note) -> NoteShape {
    NoteShape {
        id: note.id.clone(),
        at: note.at.to_string(),
        by: AgentShape { number: note.number.clone() },
        text: note.text.clone(),
    }
}

fn log(event: &DeskEvent) -> LogShape {
    LogShape { at: event.at.to_string(), what: event.what.clone(), who: event.who.clone() }
}

/// A seat.
pub fn seat(seat: &Seat) -> SeatShape {
    SeatShape {
        id: seat.id.clone(),
        number: seat.number.clone(),
        name: seat.name.clone(),
        state: seat.presence.word(),
        load: seat.load,
        cap: seat.cap,
        groups: seat.groups.clone(),
    }
}

/// The wall.
pub fn wall(numbers: &Numbers, seats: &[Seat], waiting: &[Timestamp], now: Timestamp) -> WallResponse {
    let count = |list: &[(String, i64)], word: &str| {
        list.iter().find(|(known, _)| known == word).map_or(0, |(_, count)| *count)
    };
    let counted = |word: &str| count(&numbers.counts, word);
    let outcome = |word: &str| count(&numbers.outcomes, word);
    let replies = &numbers.first_replies;
    let at = |share: usize| replies[(replies.len() - 1) * share / 100];
    WallResponse {
        waiting: waiting.len(),
        longest_wait_seconds: waiting.first().map_or(0, |first| now.duration_since(*first).as_secs().max(0)),
        seats: seats.iter().map(seat).collect(),
        today: TodayShape {
            asked: counted("queued"),
            claimed: counted("claimed"),
            given_back: counted("given_back"),
            closed: counted("closed"),
            solved: outcome("solved"),
            unsolved: outcome("unsolved"),
            messages_left: counted("message_left"),
            called_back: outcome("called_back"),
            first_reply_seconds: (!replies.is_empty()).then(|| MiddleShape { median: at(50), p90: at(90) }),
        },
        by_hour: numbers
            .hours
            .iter()
            .map(|&(hour, asked, claimed)| HourShape { hour, asked, claimed })
            .collect(),
    }
}

/// An envelope of the socket.
pub fn envelope(kind: &str, seq: Option<i64>, data: Value, at: Timestamp) -> String {
    let mut envelope = json!({ "v": 1, "type": kind, "ts": at.to_string(), "data": data });
    if let Some(seq) = seq {
        envelope["seq"] = seq.into();
    }
    envelope.to_string()
}
