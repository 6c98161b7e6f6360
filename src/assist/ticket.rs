//! The ticket that goes along to the online application (申请凭证): what was settled here, signed, for a short time.
//! `docs/TICKET.md` says how the portal reads it.

use crate::guide::Answers;
use crate::store::{Algorithm, Signer};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What a ticket says. Nothing in it is personal: answers are ids of the guide's own options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Key of the item.
    pub item: String,
    /// 实施编码 of the guide, or the best code it has.
    pub guide: Option<String>,
    /// Division of the applicant.
    pub region: Option<String>,
    /// Answers to 情形 questions: id of the question → ids of the options.
    pub answers: Answers,
    /// The conversation that it comes from.
    pub conversation: Option<String>,
    /// Where it is applied from.
    pub channel: String,
    /// When it was issued, seconds since 1970.
    pub issued_at: i64,
    /// From when on it is good no longer.
    pub expires_at: i64,
    /// Its id, a ULID: taken once.
    pub id: String,
}

/// A ticket as it is given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// `v1.ALGORITHM.PAYLOAD.SIGNATURE`
    pub text: String,
    /// From when on it is good no longer.
    pub expires_at: Timestamp,
}

/// Issues tickets.
#[derive(Clone, Debug)]
pub struct Tickets {
    signer: Signer,
    lasts: SignedDuration,
}

impl Tickets {
    /// With a key, for so many minutes.
    pub fn of(signer: Signer, minutes: u32) -> Tickets {
        Tickets { signer, lasts: SignedDuration::from_mins(i64::from(minutes)) }
    }

    /// Signs a ticket; its times and id are set here.
    pub fn issue(&self, ticket: Ticket, now: Timestamp) -> Issued {
        let expires_at = now.checked_add(self.lasts).unwrap_or(Timestamp::MAX);
        let ticket = Ticket {
            issued_at: now.as_second(),
            expires_at: expires_at.as_second(),
            id: Ulid::generate().to_string(),
            ..ticket
        };
        Issued { text: self.text(&ticket), expires_at }
    }

    /// The ticket as text: the signature goes over all before its dot.
    pub fn text(&self, ticket: &Ticket) -> String {
        let algorithm = match self.signer.algorithm {
            Algorithm::Sha256 => "hs256",
            Algorithm::Sm3 => "hsm3",
        };
        // Texts and numbers always have a JSON form.
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(ticket).unwrap_or_default());
        let signed = format!("v1.{algorithm}.{payload}");
        let mac = URL_SAFE_NO_PAD.encode(self.signer.sign(signed.as_bytes()));
        format!("{signed}.{mac}")
    }
}
