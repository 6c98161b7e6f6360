//! Shapes of a conversation.

use super::desk::{DeskShape, StageShape, handed};
use super::{
    CardShape, CompareResponse, LineShape, RegionShape, ThemeMaterialShape, ThemeShape, card, compared, hall,
    region, shared_material, shown_line, theme,
};
use crate::assist::{PlaceName, Turn};
use crate::dialog::{Button, Place, side_name};
use crate::store::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Begins a conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StartRequest {
    /// Division code of the asker, from the portal.
    #[schema(example = "150702")]
    pub region: Option<String>,
    /// The conversation that this one follows, where that was closed.
    pub previous: Option<String>,
    /// The site whose page carries the widget (`data-site`).
    pub site: Option<String>,
}

/// A conversation that has begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartResponse {
    /// Its id, a ULID.
    pub id: String,
    /// To be sent as `Authorization: Bearer …` with every further request. Shown once, kept nowhere.
    pub token: String,
    /// The asker's place.
    pub region: Option<RegionShape>,
    /// The first messages.
    #[schema(value_type = Vec<MessageShape>)]
    pub messages: Vec<Value>,
    /// Where to read on.
    pub messages_url: String,
    /// Where events are told as they happen.
    pub events_url: String,
}

/// What the citizen says or presses: one of `text` and `press`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SayRequest {
    /// Words, in any script; at most 500 characters.
    #[schema(example = "身份证丢了咋补")]
    pub text: Option<String>,
    /// The id of a button.
    #[schema(example = "pick:0")]
    pub press: Option<String>,
    /// The sender's name for this message: sent twice, it counts once. At most 64 characters.
    pub client_msg_id: Option<String>,
}

/// What a turn added.
#[derive(Debug, Serialize, ToSchema)]
pub struct SayResponse {
    /// The citizen's message as it was kept, and the reply.
    #[schema(value_type = Vec<MessageShape>)]
    pub messages: Vec<Value>,
}

/// A part of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryResponse {
    /// Its id.
    pub id: String,
    /// Turns so far.
    pub turn: i64,
    /// Number of the last message.
    pub seq: i64,
    /// Why it was closed, where it was.
    pub closed: Option<String>,
    /// The asker's place as the conversation knows it.
    pub region: Option<RegionShape>,
    /// Whether a person is asked, and how far that is.
    pub stage: StageShape,
    /// The messages, the oldest first.
    #[schema(value_type = Vec<MessageShape>)]
    pub messages: Vec<Value>,
    /// Messages before these.
    pub earlier_url: Option<String>,
    /// Messages after these.
    pub later_url: Option<String>,
}

/// Ends a conversation.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CloseRequest {
    /// Whether it helped: `solved`, `unsolved` or nothing.
    pub reason: Option<String>,
}

/// One message. What was shown once is shown again as it was, with the guide's version of that time.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageShape {
    /// Its number in the conversation, from 1 without gaps.
    pub seq: i64,
    /// `citizen`, `assistant`, `agent` or `event`.
    #[schema(example = "assistant")]
    pub kind: String,
    /// When, UTC, RFC 3339.
    pub at: String,
    /// What the citizen said or pressed, personal data masked.
    pub text: Option<String>,
    /// The reply.
    pub reply: Option<ReplyShape>,
    /// What happened; `text` tells it in a sentence: `handoff.requested`, `agent.joined`, `agent.left`,
    /// `handoff.given_back`, `message.left`, `queue.slow`, `still.there`, `conversation.closed`.
    pub event: Option<String>,
    /// Who of the staff said it.
    pub agent: Option<super::desk::AgentShape>,
    /// A card that staff has put in.
    pub card: Option<Box<CardShape>>,
}

/// What is answered. Every sentence is one of the program's fixed ones; every other line is a field of a guide.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyShape {
    /// One of `answered`, `clarify`, `candidates`, `out_of_scope`, `unsafe`, `handoff`, `unavailable`.
    pub status: &'static str,
    /// Where the text belongs.
    pub route: &'static str,
    /// The sentences.
    pub say: Vec<String>,
    /// What the text was taken for by its sound, where that is not what it says.
    pub heard: Option<String>,
    /// Searched by words alone.
    pub keywords_only: bool,
    /// The place that the reply is for.
    pub region: Option<RegionShape>,
    /// Lines that answer what was asked of the item; of the hall of the place, where an appointment was asked for.
    pub sides: Vec<SideShape>,
    /// The card.
    pub card: Option<Box<CardShape>>,
    /// Cards, where several items were named in one sentence.
    pub cards: Vec<CardShape>,
    /// Materials of several items, each once.
    pub materials: Vec<ThemeMaterialShape>,
    /// A life-event bundle (一件事).
    pub bundle: Option<ThemeShape>,
    /// The same item in several places.
    pub compared: Option<CompareResponse>,
    /// The one question asked back.
    pub ask: Option<AskShape>,
    /// Other ways on.
    pub offers: Vec<ButtonShape>,
    /// Where it stands, where a person was asked for and somebody is there.
    pub stage: Option<StageShape>,
    /// What the desk offers, where nobody is.
    pub desk: Option<DeskShape>,
}

/// One side of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct SideShape {
    /// What it is called.
    pub label: String,
    /// Its lines.
    pub lines: Vec<LineShape>,
}

/// A question to the citizen.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskShape {
    /// The question.
    pub text: String,
    /// Whether several options may be pressed together: `option:a|b`.
    pub multi: bool,
    /// The options.
    pub options: Vec<ButtonShape>,
}

/// Something to press.
#[derive(Debug, Serialize, ToSchema)]
pub struct ButtonShape {
    /// To be sent as `press`.
    #[schema(example = "pick:0")]
    pub id: String,
    /// What it says.
    pub label: String,
}

fn button(button: &Button) -> ButtonShape {
    ButtonShape { id: button.press.to_string(), label: button.label.clone() }
}

/// A place of a conversation.
pub fn place(place: &Place) -> RegionShape {
    region(&PlaceName { code: place.code.clone(), name: place.name.clone() })
}

/// The reply of a turn.
pub fn reply(turn: &Turn) -> ReplyShape {
    let reply = &turn.reply;
    let (stage, desk) = handed(&turn.handed);
    ReplyShape {
        status: reply.status.word(),
        route: turn.route.word(),
        say: reply.say.clone(),
        heard: turn.heard.clone(),
        keywords_only: turn.keywords_only,
        region: turn.state.place.as_ref().map(place),
        sides: turn
            .sides
            .iter()
            .map(|(side, lines)| SideShape {
                label: side_name(*side).to_owned(),
                lines: turn.view.iter().flat_map(|view| lines.iter().map(|l| shown_line(view, l))).collect(),
            })
            .chain(turn.hall.iter().map(hall).map(|hall| SideShape { label: hall.name, lines: hall.lines }))
            .collect(),
        card: turn.view.as_ref().filter(|_| !turn.folded).map(|view| Box::new(card(view))),
        cards: turn.views.iter().map(card).collect(),
        materials: turn.materials.iter().map(shared_material).collect(),
        bundle: turn.bundle.clone().map(theme),
        compared: turn.compared.as_ref().map(compared),
        ask: reply.ask.as_ref().map(|ask| AskShape {
            text: ask.text.clone(),
            multi: ask.multi,
            options: ask.options.iter().map(button).collect(),
        }),
        offers: reply.offers.iter().map(button).collect(),
        stage,
        desk,
    }
}

/// A kept message with its number and time in front.
pub fn message(message: &Message) -> Value {
    let mut shape = serde_json::json!({
        "seq": message.seq,
        "kind": message.kind,
        "at": message.at.to_string(),
        "text": null,
        "reply": null,
        "event": null,
        "agent": null,
        "card": null,
    });
    if let (Value::Object(whole), Value::Object(body)) = (&mut shape, message.body.clone()) {
        // The place that a card was asked for is there for the program, which goes on with it.
        whole.extend(body.into_iter().filter(|(field, _)| field != "place"));
    }
    shape
}
