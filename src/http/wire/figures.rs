//! Shapes of the dashboard's figures.

use super::RegionShape;
use serde::Serialize;
use utoipa::ToSchema;

/// Figures of a span of days.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresResponse {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Turns: questions, and answers to what was asked back.
    pub turns: i64,
    /// Conversations that had one.
    pub conversations: i64,
    /// Turns by how they ended.
    pub shares: Vec<StatusCountShape>,
    /// Turns by where they belonged.
    pub routes: Vec<RouteCountShape>,
    /// Turns by day.
    pub days: Vec<DayShape>,
    /// Turns by weekday and hour; hours without any are left out.
    pub hours: Vec<HourCountShape>,
    /// Items that were asked for most, at most 50.
    pub items: Vec<ItemCountShape>,
    /// Places that were meant most, at most 50.
    pub places: Vec<PlaceCountShape>,
    /// Ratings.
    pub ratings: Vec<StarCountShape>,
    /// Hand-overs by outcome.
    pub handovers: Vec<OutcomeCountShape>,
    /// How long citizens waited for a person.
    pub waits: WaitsShape,
    /// Calls by the gap that they showed.
    pub gaps: Vec<GapCountShape>,
    /// Reports of faults that are open.
    pub open_reports: i64,
    /// Work items of bad ratings that are open.
    pub open_work_items: i64,
    /// Those that are late.
    pub late_work_items: i64,
    /// Milliseconds that answering took.
    pub ms: TimesShape,
}

/// Turns that ended so.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusCountShape {
    /// `answered`, `clarify`, `candidates`, `out_of_scope`, `unsafe`, `handoff` or `unavailable`.
    pub status: String,
    /// How many.
    pub count: i64,
}

/// Turns that belonged there.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteCountShape {
    /// The route.
    pub route: String,
    /// How many.
    pub count: i64,
}

/// Turns of a day.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct DayShape {
    /// The day in Inner Mongolia.
    pub day: String,
    /// All.
    pub turns: i64,
    /// Answered.
    pub answered: i64,
    /// Asked back.
    pub clarify: i64,
    /// Shown several, or none fitted.
    pub candidates: i64,
    /// Handed over or sent elsewhere.
    pub handoff: i64,
    /// Everything else.
    pub other: i64,
}

/// Turns of an hour of the week.
#[derive(Debug, Serialize, ToSchema)]
pub struct HourCountShape {
    /// 1 is Monday.
    pub weekday: i64,
    /// 0 to 23.
    pub hour: i64,
    /// How many.
    pub count: i64,
}

/// How often an item was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemCountShape {
    /// Key of the item.
    pub code: String,
    /// 事项名称; the key where the index no longer has it.
    pub name: String,
    /// Turns about it.
    pub count: i64,
    /// Those that were answered.
    pub answered: i64,
    /// Times that its online application was opened; `null` for one place, since clicks are counted without.
    pub clicks: Option<i64>,
}

/// How often a place was meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceCountShape {
    /// The place.
    pub region: RegionShape,
    /// How many turns.
    pub count: i64,
}

/// Ratings with so many stars.
#[derive(Debug, Serialize, ToSchema)]
pub struct StarCountShape {
    /// `answer` or `service`.
    pub about: String,
    /// One to five.
    pub stars: i64,
    /// How many.
    pub count: i64,
}

/// Hand-overs that ended so.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutcomeCountShape {
    /// How; `null` where they go on.
    pub outcome: Option<String>,
    /// How many.
    pub count: i64,
}

/// Waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitsShape {
    /// A person was asked for.
    pub asked: i64,
    /// Somebody came.
    pub claimed: i64,
    /// Half waited no longer.
    pub p50_seconds: Option<i64>,
    /// Nine of ten waited no longer.
    pub p90_seconds: Option<i64>,
}

/// Calls that showed a gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapCountShape {
    /// `not_found`, `wrong` or `contradiction`.
    pub gap: String,
    /// How many.
    pub count: i64,
}

/// Milliseconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimesShape {
    /// Half took no longer.
    pub p50: Option<f64>,
    /// Nine of ten.
    pub p90: Option<f64>,
    /// 99 of 100.
    pub p99: Option<f64>,
}

/// Questions that were not settled.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionGroupsResponse {
    /// The largest group first.
    pub groups: Vec<QuestionGroupShape>,
}

/// Questions that mean the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionGroupShape {
    /// The most typical, masked.
    pub text: String,
    /// How many.
    pub count: usize,
    /// Other wordings.
    pub examples: Vec<String>,
    /// Items that came nearest.
    pub items: Vec<NearItemShape>,
}

/// An item that came near.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// Chance that it was meant.
    pub confidence: f32,
}
