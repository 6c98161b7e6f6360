//! Shapes of what an agent may answer next.

use super::canned::{CannedShape, canned};
use super::desk::Names;
use super::{LineShape, RegionShape, region, shown_line};
use crate::assist::{ItemView, Suggested, Suggestion};
use crate::dialog::{side_name, wording};
use serde::Serialize;
use utoipa::ToSchema;

/// What an agent may answer to a citizen's last words.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedRepliesResponse {
    /// Number of the message that holds them; 0 where nothing was said.
    pub seq: i64,
    /// The best first, three at most; none where nothing fits.
    pub suggestions: Vec<SuggestedReplyShape>,
}

/// One thing that an agent may answer. Nothing of it is made up: it is read from a guide, or was written by staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedReplyShape {
    /// `lines`: lines of a card that answer what was asked; `card`: the card; `canned`: a reply kept ready.
    #[schema(example = "lines")]
    pub kind: &'static str,
    /// What it is called: the side of the item, the item, or the reply.
    pub label: String,
    /// Words to be sent, with their sources, of `lines`; the reply of `canned`, its variables still open; of a `card`,
    /// which is shown itself, what it comes to.
    pub text: String,
    /// The item, with `lines` and `card`.
    pub item: Option<SuggestedItemShape>,
    /// With `lines`.
    pub lines: Vec<LineShape>,
    /// With `canned`.
    pub canned: Option<CannedShape>,
}

/// An item whose card may be put in, by the fields of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestedItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项, where one is meant.
    pub business_item: Option<String>,
    /// The place that the card is for, where one is known.
    pub region: Option<String>,
    /// The guide's place.
    pub guide_region: Option<RegionShape>,
}

/// What an agent may answer.
pub fn suggestions(found: &Suggested, account: &str, names: &impl Names) -> SuggestedRepliesResponse {
    let item = |view: &ItemView| SuggestedItemShape {
        code: view.card.key.to_string(),
        name: view.card.name.clone(),
        business_item: view.card.business_item.clone(),
        region: found.place.as_ref().map(ToString::to_string),
        guide_region: view.place.as_ref().map(region),
    };
    let shape = |one: &Suggestion| match one {
        Suggestion::Lines { side, lines, view } => {
            let lines: Vec<LineShape> = lines.iter().map(|line| shown_line(view, line)).collect();
            SuggestedReplyShape {
                kind: "lines",
                label: side_name(*side).to_owned(),
                text: written(view, &lines),
                item: Some(item(view)),
                lines,
                canned: None,
            }
        }
        Suggestion::Card(view) => SuggestedReplyShape {
            kind: "card",
            label: view.card.name.clone(),
            text: wording::materials(view.card.needed(), view.card.waivable(), view.card.open()),
            item: Some(item(view)),
            lines: Vec::new(),
            canned: None,
        },
        Suggestion::Canned(one) => SuggestedReplyShape {
            kind: "canned",
            label: one.title.clone(),
            text: one.text.clone(),
            item: None,
            lines: Vec::new(),
            canned: Some(canned(one, account, names)),
        },
    };
    SuggestedRepliesResponse { seq: found.seq, suggestions: found.list.iter().map(shape).collect() }
}

/// Lines as they are written to somebody: each with its sources, then the guide that they stand in.
fn written(view: &ItemView, lines: &[LineShape]) -> String {
    let line = |line: &LineShape| {
        let sources: Vec<&str> = line.citation.sources.iter().map(|source| source.text.as_str()).collect();
        wording::written_line(line.label, &line.text, &sources.join("；"))
    };
    let place = view.place.as_ref().map(|place| place.name.as_str());
    let day = view.card.updated_at.map(|day| day.to_string());
    let guide = wording::written_from(&view.card.name, place, day.as_deref());
    lines.iter().map(line).chain([guide]).collect::<Vec<_>>().join("\n")
}
