//! One turn of a conversation: pure judgement, no clock, no search, no files.

mod aspect;
mod clarify;
mod judge;
mod options;
mod phrases;
mod reading;
mod reply;
mod settle;
mod spoken;
mod state;
mod step;
mod understand;
mod walk;
pub mod wording;

pub use aspect::{aspect, mentions, nearby, side_name};
pub use clarify::{Hit, choices, shortened, which};
pub use options::{labels, nearest_option};
pub use phrases::{
    Channel, Side, asks, asks_whether, channel, compares, despairs, points_back, presents, sides, wishes,
    without_sides,
};
pub use reading::{Intent, Words, read};
pub use reply::{Ask, Input, Named, Reply, Said, Show};
pub use spoken::{Spoken, spoken};
pub use state::{Button, Choice, Focus, Pending, Place, Press, State};
pub use step::step;
pub use walk::{Road, walk};

pub use judge::{Candidate, Judgement, Thresholds, Verdict, judge};
pub use understand::{
    BadUnderstanding, Balance, Evidence, MODEL_LINE, Meant, Other, Route, SCALES, Scales, Understanding,
    Understood, chances, names_danger, sorted,
};

/// How a turn ends. The set is closed: every answer has exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// One item, as if sure.
    Answered,
    /// One question first: near twins that differ in something the asker knows.
    Clarify,
    /// A list to choose from.
    Candidates,
    /// Nothing in the catalog fits.
    OutOfScope,
    /// Refused: the text is not a question that may be answered.
    Unsafe,
    /// Over to a person.
    Handoff,
    /// No index, no answer; try again or call.
    Unavailable,
}

impl Status {
    /// The word used in the API.
    pub fn word(self) -> &'static str {
        match self {
            Status::Answered => "answered",
            Status::Clarify => "clarify",
            Status::Candidates => "candidates",
            Status::OutOfScope => "out_of_scope",
            Status::Unsafe => "unsafe",
            Status::Handoff => "handoff",
            Status::Unavailable => "unavailable",
        }
    }

    /// Every status there is.
    pub const ALL: [Status; 7] = [
        Status::Answered,
        Status::Clarify,
        Status::Candidates,
        Status::OutOfScope,
        Status::Unsafe,
        Status::Handoff,
        Status::Unavailable,
    ];
}
