//! Shapes of the content desk: changes, and what they would change.

use crate::assist::{Change, Previewed, Settled, change};
use crate::desk::Span;
use crate::store::ContentRow;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A change: the fields of its kind, the others absent.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ChangeShape {
    /// `name`: an everyday name of an item; `synonym`: an everyday word; `hours`: of working days; `day`: one that is
    /// otherwise than the week says.
    pub kind: String,
    /// With `name`: key or code of the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// With `name`: 业务办理项.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_item: Option<String>,
    /// With `name`: what people call it, at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// With `synonym`: what people say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// With `synonym`: what guides say, 1 to 8 words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<String>,
    /// With `hours`: such as `09:00-12:00`, in order; none: open whenever somebody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spans: Option<Vec<String>>,
    /// With `day`: the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// With `day`: whether people work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked: Option<bool>,
    /// With `day`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A change with where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentShape {
    /// Its id.
    pub id: String,
    /// What is changed.
    pub change: ChangeShape,
    /// 事项名称, with `name`.
    pub item_name: Option<String>,
    /// `open`, `published`, `refused` or `withdrawn`.
    pub state: &'static str,
    /// 工号 of who wrote it.
    pub by: String,
    /// When.
    pub at: String,
    /// 工号 of who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<String>,
}

/// Changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentsResponse {
    /// The newest first.
    pub changes: Vec<ContentShape>,
}

/// A change is being tried out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TryingResponse {
    /// Questions that were tried.
    pub done: usize,
}

/// What a change would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewResponse {
    /// Different questions that were tried, of the last 1,000.
    pub questions: usize,
    /// Those that would end otherwise, the most frequent first; at most 200.
    pub changed: Vec<ChangedShape>,
    /// Days that would have other hours, of the next 60.
    pub days: Vec<ChangedDayShape>,
}

/// A question that would end otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedShape {
    /// The question, masked.
    pub question: String,
    /// How often it was asked.
    pub count: usize,
    /// How it ends now.
    pub before: SettledShape,
    /// How it would end.
    pub after: SettledShape,
}

/// How a question ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettledShape {
    /// Its status.
    pub status: &'static str,
    /// Key of the item that comes first.
    pub code: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Chance that it is the right one.
    pub confidence: f32,
}

/// A day that would have other hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedDayShape {
    /// The day.
    pub day: String,
    /// Its hours now; none: closed.
    pub before: Vec<String>,
    /// Its hours then.
    pub after: Vec<String>,
}

/// Questions that are listed at most.
const LISTED: usize = 200;

/// A change as it was sent; what is wrong with it, by field.
pub fn parsed(shape: ChangeShape) -> Result<Change, (&'static str, String)> {
    let absent = |field: &'static str| move || (field, "请填写".to_owned());
    match shape.kind.as_str() {
        "name" => Ok(Change::Name {
            item: shape.item.ok_or_else(absent("item"))?,
            business_item: shape.business_item,
            name: shape.name.ok_or_else(absent("name"))?,
        }),
        "synonym" => Ok(Change::Synonym { said: shape.said.ok_or_else(absent("said"))?, means: shape.means }),
        "hours" => {
            let spans = shape.spans.ok_or_else(absent("spans"))?;
            let spans = spans.into_iter().map(Span::try_from).collect::<Result<_, _>>();
            let mend = |_| ("spans", "应为 09:00-12:00 这样的时段，先早后晚".to_owned());
            Ok(Change::Hours { spans: spans.map_err(mend)? })
        }
        "day" => {
            let day = shape.day.ok_or_else(absent("day"))?.parse::<Date>();
            Ok(Change::Day {
                day: day.map_err(|_| ("day", "应为 2026-12-31 这样的日期".to_owned()))?,
                worked: shape.worked.ok_or_else(absent("worked"))?,
                note: shape.note.ok_or_else(absent("note"))?,
            })
        }
        _ => Err(("kind", "应为 name、synonym、hours 或 day".to_owned())),
    }
}

fn shaped(change: Change) -> ChangeShape {
    let kind = change.kind().to_owned();
    match change {
        Change::Name { item, business_item, name } => {
            ChangeShape { kind, item: Some(item), business_item, name: Some(name), ..ChangeShape::default() }
        }
        Change::Synonym { said, means } => {
            ChangeShape { kind, said: Some(said), means, ..ChangeShape::default() }
        }
        Change::Hours { spans } => ChangeShape { kind, spans: Some(words(&spans)), ..ChangeShape::default() },
        Change::Day { day, worked, note } => ChangeShape {
            kind,
            day: Some(day.to_string()),
            worked: Some(worked),
            note: Some(note),
            ..ChangeShape::default()
        },
    }
}

fn words(spans: &[Span]) -> Vec<String> {
    spans.iter().map(|span| String::from(*span)).collect()
}

/// A change with where it stands.
pub fn content(row: &ContentRow, name: impl Fn(&str) -> Option<String>) -> ContentShape {
    let made = change(row).map(shaped);
    let made = made.unwrap_or_else(|| ChangeShape { kind: row.kind.clone(), ..ChangeShape::default() });
    ContentShape {
        id: row.written.id.clone(),
        item_name: made.item.as_deref().and_then(name),
        change: made,
        state: row.state.word(),
        by: row.written.number.clone(),
        at: row.written.at.to_string(),
        decided_by: row.decided_by.clone(),
        decided_at: row.decided_at.map(|at| at.to_string()),
    }
}

fn settled(settled: &Settled) -> SettledShape {
    SettledShape {
        status: settled.status.word(),
        code: settled.item.as_ref().map(|item| item.0.clone()),
        name: settled.item.as_ref().map(|item| item.1.clone()),
        confidence: settled.confidence,
    }
}

/// What a change would change.
pub fn preview(found: &Previewed) -> PreviewResponse {
    PreviewResponse {
        questions: found.questions,
        changed: found
            .changed
            .iter()
            .take(LISTED)
            .map(|(question, count, before, after)| ChangedShape {
                question: question.clone(),
                count: *count,
                before: settled(before),
                after: settled(after),
            })
            .collect(),
        days: found
            .days
            .iter()
            .map(|(day, before, after)| ChangedDayShape {
                day: day.to_string(),
                before: words(before),
                after: words(after),
            })
            .collect(),
    }
}
