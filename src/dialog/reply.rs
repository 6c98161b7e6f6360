//! What comes into a turn, and what is answered.

use super::clarify::Hit;
use super::phrases::{Channel, Side};
use super::reading::Intent;
use super::state::{Button, Choice, Place, Press};
use super::{Route, Status};

/// What came in, with the facts that belong to it.
#[derive(Clone, Debug)]
pub enum Input {
    /// Words.
    Said(Box<Said>),
    /// A button.
    Pressed(Press, Named),
}

/// The facts of something pressed that are no part of the state.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The place, where one was pressed and exists.
    pub place: Option<Place>,
    /// The item, where one was opened and exists.
    pub choice: Option<Choice>,
}

/// Words with what was understood and found.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// The words, masked.
    pub text: String,
    /// What they come to in this conversation.
    pub intent: Option<Intent>,
    /// Where they belong.
    pub route: Route,
    /// Personal data were masked in them.
    pub masked: bool,
    /// Somebody says that he can't go on living.
    pub despair: bool,
    /// They point back at what was said.
    pub points_back: bool,
    /// Sides of an item that they ask for.
    pub sides: Vec<Side>,
    /// Places that they name; several where one name may mean several.
    pub places: Vec<Place>,
    /// Items found for them, best first; empty where nothing was searched.
    pub hits: Vec<Hit>,
    /// Items that they name beside each other, each beyond doubt.
    pub several: Vec<Hit>,
    /// The life-event bundle (一件事) that they mean, with those of its members that have a guide.
    pub bundle: Option<(String, Vec<Choice>)>,
    /// The guide of the item in focus speaks of what they ask.
    pub mentioned: bool,
    /// They ask whether something is needed (要照片不).
    pub yes_no: bool,
    /// They compare the places that they name.
    pub compares: bool,
    /// Who answers it, where it is none of ours and the words tell.
    pub channel: Option<Channel>,
    /// Said in answer to a waiting question, and like none of its options.
    pub unclear: bool,
}

/// What is answered; what it shows is read from guides afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// How the turn ends.
    pub status: Status,
    /// Sentences, each from [`wording`].
    pub say: Vec<String>,
    /// What stands below them.
    pub show: Show,
    /// The one question that is asked back.
    pub ask: Option<Ask>,
    /// Other ways on; never empty.
    pub offers: Vec<Button>,
}

impl Reply {
    /// One sentence, and nothing below it yet.
    pub(super) fn new(status: Status, say: impl Into<String>) -> Self {
        Self { status, say: vec![say.into()], show: Show::Nothing, ask: None, offers: Vec::new() }
    }
}

/// What a reply shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Show {
    /// Sentences alone.
    Nothing,
    /// The card of the item in focus.
    Item {
        /// The sides that were asked for, before the rest.
        sides: Vec<Side>,
        /// In few words.
        brief: bool,
        /// The whole card; else the sides alone, since the card was shown before.
        whole: bool,
    },
    /// Several items with one list of materials.
    Items(Vec<Choice>),
    /// A life-event bundle by name.
    Bundle(String),
    /// The item in focus as these places do it.
    Compare(Vec<Place>),
}

/// A question to the citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The question.
    pub text: String,
    /// Its options.
    pub options: Vec<Button>,
    /// Whether several may be chosen.
    pub multi: bool,
}
