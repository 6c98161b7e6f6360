//! What other systems are told, and addresses that were looked at.

use crate::assist::Receiver;
use crate::store::{EventKind, Link, Outgoing};
use serde::Serialize;
use utoipa::ToSchema;

/// What is sent to other systems.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutboxResponse {
    /// Waiting ones in their order, others the newest first; at most 200.
    pub entries: Vec<OutgoingShape>,
}
/// One thing that one system is told. What it says is shown to nobody here.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutgoingShape {
    /// Its id, the same over all tries.
    pub id: String,
    /// Who is told.
    pub target: String,
    /// What it is, such as `message.created`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// `waiting`, `sent` or `dead`.
    pub state: &'static str,
    /// When it happened.
    pub at: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried last.
    pub tried_at: Option<String>,
    /// When it is tried next, while it waits.
    pub next_at: Option<String>,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// What went wrong last: `status`, `timeout`, `connect` or `broken`.
    pub last_error: Option<String>,
}
/// Systems that are told.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhooksResponse {
    /// As they are set up.
    pub webhooks: Vec<WebhookShape>,
}
/// A system that is told; its key is shown nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookShape {
    /// Its name.
    pub name: String,
    /// Scheme, host and path; what an address has beside it may be secret.
    pub url: String,
    /// What it is told of.
    pub kinds: Vec<&'static str>,
    /// How much waits for it.
    pub waiting: i64,
    /// How much was given up.
    pub dead: i64,
}
/// Addresses that guides have.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinksResponse {
    /// Those that failed most often first; at most 500.
    pub links: Vec<LinkShape>,
}
/// An address with what is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkShape {
    /// The address.
    pub url: String,
    /// Code of a guide that has it.
    pub guide: String,
    /// `unknown`, `works`, `failing` or `dead`; dead ones are offered to nobody.
    pub state: &'static str,
    /// Looks in a row that failed.
    pub failures: u32,
    /// When it was looked at last.
    pub checked_at: Option<String>,
    /// HTTP status of the last answer.
    pub status: Option<u16>,
    /// What went wrong last: `gone`, `server`, `timeout`, `connect` and the like.
    pub last_error: Option<String>,
}

/// One entry of the outbox.
pub fn outgoing(outgoing: Outgoing) -> OutgoingShape {
    let waits = outgoing.state == crate::store::OutState::Waiting;
    OutgoingShape {
        state: outgoing.state.word(),
        at: outgoing.at.to_string(),
        tried_at: outgoing.tried_at.map(|at| at.to_string()),
        next_at: waits.then(|| outgoing.due_at.to_string()),
        id: outgoing.id,
        target: outgoing.webhook,
        kind: outgoing.kind,
        subject: outgoing.subject,
        tries: outgoing.tries,
        status: outgoing.status,
        last_error: outgoing.failure,
    }
}

/// A system that is told, with how much waits for it and was given up.
pub fn webhook(receiver: &Receiver, (waiting, dead): (i64, i64)) -> WebhookShape {
    let all = || EventKind::ALL.map(EventKind::word).to_vec();
    WebhookShape {
        name: receiver.name.clone(),
        url: receiver.shown(),
        kinds: match receiver.kinds.is_empty() {
            true => all(),
            false => receiver.kinds.iter().map(|kind| kind.word()).collect(),
        },
        waiting,
        dead,
    }
}

/// An address.
pub fn link(link: Link) -> LinkShape {
    let state = match (link.checked_at, link.failures) {
        (None, _) => "unknown",
        (_, 0) => "works",
        _ if link.dead() => "dead",
        _ => "failing",
    };
    LinkShape {
        state,
        failures: link.failures,
        checked_at: link.checked_at.map(|at| at.to_string()),
        status: link.status,
        last_error: link.failure,
        url: link.url,
        guide: link.guide,
    }
}
