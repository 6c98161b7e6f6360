//! Shapes of what is said on the telephone.

use crate::assist::Sentence;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A sentence of a call. Further fields may come.
#[derive(Deserialize, ToSchema)]
pub struct SentenceRequest {
    /// 工号 of the agent who has the call.
    #[schema(example = "0101")]
    pub agent: String,
    /// The telephone system's name for the call, 64 characters at most.
    pub call: String,
    /// Number of the sentence in the call.
    pub seq: u64,
    /// `caller` or `agent`.
    pub speaker: String,
    /// What was said: a whole sentence, 500 characters at most.
    pub text: String,
    /// When, RFC 3339.
    pub at: String,
}

/// What became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceResponse {
    /// `false` where it came before, or its call is over: nothing is to be sent again.
    pub taken: bool,
    /// Whether a page of the agent is open to it.
    pub open: bool,
}

/// A sentence as the desk's line tells it.
pub fn sentence(said: &Sentence) -> Value {
    json!({
        "call": said.call,
        "seq": said.seq,
        "speaker": said.speaker.word(),
        "text": said.text,
        "at": said.at.to_string(),
    })
}
