//! What an answer holds, before any door gives it a shape.

use crate::dialog::{Route, Status, Understood, wording};
use crate::guide::{Card, Hall, ItemKey, NotOnline, RegionCode};
use crate::search::{Fit, Hits};
use crate::text::Query;
use std::time::Duration;

/// A division with its full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceName {
    /// Its code.
    pub code: RegionCode,
    /// Its name with the league or city before it.
    pub name: String,
}

/// One item as it is done in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemView {
    /// The card.
    pub card: Card,
    /// How the guide's place stands to the place asked for.
    pub fit: Fit,
    /// The guide's place.
    pub place: Option<PlaceName>,
    /// The hall of the place asked for, where the guide names no place to go to and a hall is known.
    pub hall: Option<(PlaceName, Hall)>,
    /// Whether the guide has an address that doesn't answer; the card offers it no longer.
    pub dead_link: bool,
    /// Whether the guide states any materials.
    pub materials_stated: bool,
}

impl ItemView {
    /// What the reader must know beside the fields.
    pub fn notices(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        if self.card.synthetic {
            list.push(wording::SYNTHETIC);
        }
        if self.card.stale {
            list.push(wording::STALE);
        }
        if self.dead_link {
            list.push(wording::not_online(NotOnline::Dead));
        }
        match self.fit {
            Fit::Above => list.push(wording::FROM_ABOVE),
            Fit::Elsewhere => list.push(wording::FROM_ELSEWHERE),
            Fit::Own | Fit::Highest => {}
        }
        list
    }
}

/// An item that comes near.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateItem {
    /// Its key.
    pub key: ItemKey,
    /// 事项名称
    pub name: String,
    /// 业务办理项 that the question seems to mean.
    pub business_item: Option<String>,
    /// 事项类型
    pub item_type: Option<String>,
    /// 实施主体
    pub department: Option<String>,
    /// The name nearest to the question.
    pub matched: Option<String>,
    /// Chance that it is the right one.
    pub confidence: f32,
}

/// Where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// Folding, segmentation, places.
    pub words: Duration,
    /// Waiting for the model.
    pub model: Duration,
    /// Both lists and their fusion.
    pub search: Duration,
    /// All of it, the card included.
    pub total: Duration,
}

/// The answer to one question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How the question was settled.
    pub status: Status,
    /// Where the question belongs, and what it asks about.
    pub understood: Understood,
    /// Chance that the first item is right.
    pub confidence: f32,
    /// What the question was taken for by its sound, where that is not what it says.
    pub heard: Option<String>,
    /// The place the answer is for.
    pub region: Option<PlaceName>,
    /// Places that a name in the question may mean.
    pub region_choices: Vec<PlaceName>,
    /// The card; with [`Status::Answered`] only.
    pub view: Option<ItemView>,
    /// Other items that come near.
    pub candidates: Vec<CandidateItem>,
    /// Searched by words alone.
    pub keywords_only: bool,
    /// The analysed question.
    pub query: Query,
    /// Both lists and the fused one.
    pub hits: Hits,
    /// Where the time went.
    pub timings: Timings,
}

impl Answer {
    /// What the reader must know beside the content.
    pub fn notices(&self) -> Vec<String> {
        let mut list = Vec::new();
        if self.understood.route == Route::Emergency {
            return list;
        }
        list.extend(self.heard.as_deref().map(wording::heard));
        if self.keywords_only {
            list.push(wording::KEYWORDS_ONLY.to_owned());
        }
        if !self.region_choices.is_empty() {
            list.push(wording::WHICH_PLACE.to_owned());
        }
        list
    }
}
