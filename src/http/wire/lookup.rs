//! Shapes of the look-up desks: found rows, words to read aloud, visits, notices, wrap-ups, reports of faults.

use super::card::{fit_word, state_word};
use super::{CardShape, CatalogShape, LineShape, RegionShape, SourceShape, card, region, shown_line, source};
use crate::assist::{FullTextRow, LookedUp, LookupRow, NextQuestion, PlaceName, Visit};
use crate::dialog::Spoken;
use crate::guide::field_label;
use crate::store::{NamedItem, Notice, Report, Wrapup};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What was found for a caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct LookupResponse {
    /// The best first.
    pub rows: Vec<LookupRowShape>,
    /// Whether the first is the one, as far as can be told.
    pub sure: bool,
    /// What the text was taken for by its sound.
    pub heard: Option<String>,
    /// What to ask the caller next.
    pub ask: Option<NextQuestionShape>,
    /// Places that a name in the text may mean.
    pub region_choices: Vec<RegionShape>,
    /// Searched by words alone.
    pub keywords_only: bool,
}

/// An item at a glance. What the guide doesn't say is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct LookupRowShape {
    /// Key of the item.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项 that the text seems to mean.
    pub business_item: Option<String>,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// `own`, `above`, `highest` or `elsewhere`.
    pub fit: Option<&'static str>,
    /// 实施主体
    pub organ: Option<String>,
    /// How many materials the guide states.
    pub materials: Option<usize>,
    /// 承诺办结时限, or else 法定办结时限.
    pub days: Option<String>,
    /// 收费
    pub fee: Option<String>,
    /// 是否网办
    pub online: Option<bool>,
    /// Chance that it is the right one.
    pub confidence: f32,
    /// Not updated for long.
    pub stale: bool,
}

/// Guides that hold what was looked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct FullTextResponse {
    /// The best guide of each item, best first.
    pub rows: Vec<FullTextRowShape>,
}

/// A guide that holds what was looked for. What it doesn't say is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FullTextRowShape {
    /// Key of the item.
    pub code: String,
    /// 实施编码 of the guide.
    pub task_code: Option<String>,
    /// 事项名称
    pub name: String,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// 实施主体
    pub organ: Option<String>,
    /// How many materials the guide states.
    pub materials: Option<usize>,
    /// 承诺办结时限, or else 法定办结时限.
    pub days: Option<String>,
    /// 收费
    pub fee: Option<String>,
    /// 是否网办
    pub online: Option<bool>,
    /// Not updated for long.
    pub stale: bool,
    /// Lines of the guide that speak of what was looked for.
    pub lines: Vec<LineShape>,
    /// Guides of the same item in other places that were found, too.
    pub others: usize,
}

/// What to ask the caller next.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextQuestionShape {
    /// The question.
    pub text: String,
    /// What may be answered.
    pub options: Vec<NextOptionShape>,
}

/// One answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextOptionShape {
    /// What it says.
    pub label: String,
    /// Key of the item that it leaves, where it leaves one.
    pub code: Option<String>,
    /// 业务办理项 that it means.
    pub business_item: Option<String>,
    /// Keys of all items that it leaves.
    pub codes: Vec<String>,
}

/// An item as it is told on the telephone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptResponse {
    /// 事项名称
    pub name: String,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// What must be known beside the fields.
    pub notices: Vec<&'static str>,
    /// Sentences in the order in which they are said.
    pub lines: Vec<SpokenShape>,
}

/// One sentence.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpokenShape {
    /// The sentence.
    pub text: String,
    /// The field that it says.
    pub field: String,
    /// Where the guide has it from.
    pub sources: Vec<SourceShape>,
}

/// A notice to be pinned.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoticeRequest {
    /// What it says, at most 500 characters.
    #[schema(example = "今天下午三点到五点系统维护，网上申请暂停")]
    pub text: String,
    /// Division code; the whole region where absent.
    pub region: Option<String>,
    /// When it ends, within a year.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeShape {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Where it counts.
    pub region: Option<RegionShape>,
    /// When it ends.
    pub until: String,
    /// When it was pinned.
    pub made_at: String,
}

/// Notices that stand.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticesResponse {
    /// The newest first.
    pub notices: Vec<NoticeShape>,
}

/// How a call ended.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WrapupRequest {
    /// Key or code of the item.
    pub item: Option<String>,
    /// The caller's place.
    pub region: Option<String>,
    /// Whether the caller got what he needed.
    pub solved: bool,
    /// What was missing: `not_found`, `wrong` or `contradiction`.
    pub gap: Option<String>,
    /// The caller's words, at most 500 characters; personal data are masked.
    pub words: Option<String>,
}

/// It was taken down.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapupResponse {
    /// Its id.
    pub id: String,
}

/// How calls ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapupsResponse {
    /// The newest first.
    pub wrapups: Vec<WrapupShape>,
    /// This page, from 1.
    pub page: usize,
    /// Whether there is another one.
    pub more: bool,
}

/// How a call ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrapupShape {
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// 工号 of who took the call.
    pub by: String,
    /// The item.
    pub item: Option<NamedItemShape>,
    /// The caller's place.
    pub region: Option<RegionShape>,
    /// Whether the caller got what he needed.
    pub solved: bool,
    /// What was missing.
    pub gap: Option<&'static str>,
    /// The caller's words, masked.
    pub words: Option<String>,
    /// 工号 of who saw to the gap.
    pub settled_by: Option<String>,
}

/// An item by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct NamedItemShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
}

/// A fault of a guide.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReportRequest {
    /// Key or code of the item.
    pub item: String,
    /// The guide's place.
    pub region: Option<String>,
    /// The guide's field, or `field/entry`: what a card's citation names.
    #[schema(example = "promised_limit")]
    pub field: String,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it, at most 500 characters.
    pub text: String,
}

/// A reported fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportShape {
    /// Its id.
    pub id: String,
    /// When.
    pub at: String,
    /// 工号 of who reported it.
    pub by: String,
    /// The item.
    pub item: NamedItemShape,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// The guide's field.
    pub field: String,
    /// What the field is called on a guide.
    pub label: String,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it.
    pub text: String,
    /// `open`, `corrected` or `refused`.
    pub state: &'static str,
    /// What its author is told.
    pub note: Option<String>,
    /// When it was settled.
    pub settled_at: Option<String>,
}

/// Reported faults.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportsResponse {
    /// The newest first.
    pub reports: Vec<ReportShape>,
    /// This page, from 1.
    pub page: usize,
    /// Whether there is another one.
    pub more: bool,
}

/// Settles a report.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SettleReportRequest {
    /// `corrected` or `refused`.
    pub state: String,
    /// What its author is told, at most 500 characters.
    pub note: Option<String>,
}

/// Several matters of one visit.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VisitRequest {
    /// Division code.
    pub region: Option<String>,
    /// 1 to 20 matters.
    pub members: Vec<VisitMemberShape>,
}

/// One matter.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VisitMemberShape {
    /// For whom: 爷爷, 老大. Kept nowhere.
    pub who: String,
    /// Key or code of the item.
    pub item: String,
    /// Answers to the guide's questions.
    #[serde(default)]
    pub answers: BTreeMap<String, Vec<String>>,
}

/// One list for a visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitResponse {
    /// The matters.
    pub items: Vec<VisitItemShape>,
    /// Each material once, what must be brought for sure first.
    pub materials: Vec<VisitMaterialShape>,
    /// Where to go.
    pub places: Vec<VisitPlaceShape>,
}

/// A matter as its guide has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitItemShape {
    /// For whom.
    pub who: String,
    /// Key of the item.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项
    pub business_item: Option<String>,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// 是否网办
    pub online: Option<bool>,
    /// 代办
    pub agent: Option<bool>,
    /// How many materials.
    pub materials: usize,
}

/// For whom and what.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitForShape {
    /// For whom.
    pub who: String,
    /// Key of the item.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项
    pub business_item: Option<String>,
}

/// A material with everybody who needs it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitMaterialShape {
    /// 材料名称
    pub name: String,
    /// 材料形式
    pub form: Option<String>,
    /// 原件/复印件 with counts.
    pub copies: Option<String>,
    /// `needed`, `waivable`, `later` or `open`.
    pub state: &'static str,
    /// Who needs it.
    #[serde(rename = "for")]
    #[schema(rename = "for")]
    pub needed_by: Vec<VisitForShape>,
}

/// A place to go to.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct VisitPlaceShape {
    /// Name of the hall or office.
    pub name: String,
    /// 地址
    pub address: Option<String>,
    /// 窗口
    pub window: Option<String>,
    /// 办理时间
    pub hours: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// Who goes there.
    #[serde(rename = "for")]
    #[schema(rename = "for")]
    pub needed_by: Vec<String>,
}

/// What a desk keeps for when the line is down.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackResponse {
    /// The place.
    pub region: RegionShape,
    /// The index that it was read from.
    pub index: String,
    /// Day of the corpus.
    pub corpus_date: Option<String>,
    /// When it was made.
    pub made_at: String,
    /// At most 200 items with their cards.
    pub items: Vec<PackItemShape>,
}

/// An item of the pack.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackItemShape {
    /// The item.
    pub item: CatalogShape,
    /// Its card.
    pub card: CardShape,
}

/// What was found.
pub fn looked_up(found: LookedUp) -> LookupResponse {
    LookupResponse {
        rows: found.rows.into_iter().map(row).collect(),
        sure: found.sure,
        heard: found.heard,
        ask: found.ask.map(question),
        region_choices: found.region_choices.iter().map(region).collect(),
        keywords_only: found.keywords_only,
    }
}

/// Guides found by their text.
pub fn full_text(rows: Vec<FullTextRow>) -> FullTextResponse {
    let shape = |row: FullTextRow| FullTextRowShape {
        code: row.view.card.key.to_string(),
        task_code: row.task_code,
        name: row.view.card.name.clone(),
        region: row.glance.place.as_ref().map(region),
        organ: row.glance.organ,
        materials: row.glance.materials,
        days: row.glance.limit,
        fee: row.glance.fee,
        online: row.glance.online,
        stale: row.glance.stale,
        lines: row.lines.iter().map(|line| shown_line(&row.view, line)).collect(),
        others: row.others,
    };
    FullTextResponse { rows: rows.into_iter().map(shape).collect() }
}

fn row(row: LookupRow) -> LookupRowShape {
    let LookupRow { item, glance } = row;
    let seen = glance.as_ref();
    LookupRowShape {
        code: item.key.to_string(),
        name: item.name,
        business_item: item.business_item,
        region: seen.and_then(|g| g.place.as_ref()).map(region),
        fit: seen.map(|g| fit_word(g.fit)),
        organ: seen.and_then(|g| g.organ.clone()).or(item.department),
        materials: seen.and_then(|g| g.materials),
        days: seen.and_then(|g| g.limit.clone()),
        fee: seen.and_then(|g| g.fee.clone()),
        online: seen.and_then(|g| g.online),
        confidence: item.confidence,
        stale: seen.is_some_and(|g| g.stale),
    }
}

fn question(ask: NextQuestion) -> NextQuestionShape {
    let options = ask.options.into_iter().map(|(label, choices)| {
        let only = match choices.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        NextOptionShape {
            label,
            code: only.map(|choice| choice.item.to_string()),
            business_item: only.and_then(|choice| choice.case.clone()),
            codes: choices.iter().map(|choice| choice.item.to_string()).collect(),
        }
    });
    NextQuestionShape { text: ask.text, options: options.collect() }
}

/// A sentence with its sources.
pub fn sentence(spoken: &Spoken) -> SpokenShape {
    SpokenShape {
        text: spoken.text.clone(),
        field: spoken.citation.field.clone(),
        sources: spoken.citation.sources.iter().map(source).collect(),
    }
}

/// A notice with its place.
pub fn notice(notice: Notice, place: Option<&PlaceName>) -> NoticeShape {
    NoticeShape {
        id: notice.id,
        text: notice.words,
        region: place.map(region),
        until: notice.until.to_string(),
        made_at: notice.at.to_string(),
    }
}

fn named(item: NamedItem) -> NamedItemShape {
    NamedItemShape { code: item.key, name: item.name }
}

/// How a call ended.
pub fn wrapup(wrapup: Wrapup, place: Option<&PlaceName>) -> WrapupShape {
    WrapupShape {
        id: wrapup.written.id,
        at: wrapup.written.at.to_string(),
        by: wrapup.written.number,
        item: wrapup.item.map(named),
        region: place.map(region),
        settled_by: wrapup.settled_by,
        solved: wrapup.solved,
        gap: wrapup.gap.map(|gap| gap.word()),
        words: wrapup.words,
    }
}

/// A report with its place.
pub fn report(report: Report, place: Option<&PlaceName>) -> ReportShape {
    ReportShape {
        id: report.written.id,
        at: report.written.at.to_string(),
        by: report.written.number,
        item: named(report.item),
        region: place.map(region),
        label: field_label(&report.field),
        field: report.field,
        value: report.value,
        text: report.words,
        state: report.state.word(),
        note: report.note,
        settled_at: report.settled_at.map(|at| at.to_string()),
    }
}

/// One list for a visit.
pub fn visit(visit: &Visit) -> VisitResponse {
    let mut places: Vec<VisitPlaceShape> = Vec::new();
    for (who, view) in &visit.views {
        for place in &view.card.places {
            let shape = VisitPlaceShape {
                name: place.name.clone(),
                address: place.address.clone(),
                window: place.window.clone(),
                hours: place.hours.clone(),
                phone: place.phone.clone(),
                needed_by: vec![who.clone()],
            };
            match places.iter_mut().find(|p| p.name == shape.name && p.window == shape.window) {
                Some(known) if known.needed_by.contains(who) => {}
                Some(known) => known.needed_by.push(who.clone()),
                None => places.push(shape),
            }
        }
    }
    VisitResponse {
        items: visit
            .views
            .iter()
            .map(|(who, view)| VisitItemShape {
                who: who.clone(),
                code: view.card.key.to_string(),
                name: view.card.name.clone(),
                business_item: view.card.business_item.clone(),
                region: view.place.as_ref().map(region),
                online: view.card.online,
                agent: view.card.agent,
                materials: view.card.materials.len(),
            })
            .collect(),
        materials: visit
            .materials
            .iter()
            .map(|shared| VisitMaterialShape {
                name: shared.line.material.name.clone(),
                form: shared.line.material.form.as_ref().map(|form| form.word().to_owned()),
                copies: shared.line.material.quantity(),
                state: state_word(&shared.line.state),
                needed_by: shared
                    .members
                    .iter()
                    .filter_map(|at| visit.views.get(*at))
                    .map(|(who, view)| VisitForShape {
                        who: who.clone(),
                        code: view.card.key.to_string(),
                        name: view.card.name.clone(),
                        business_item: view.card.business_item.clone(),
                    })
                    .collect(),
            })
            .collect(),
        places,
    }
}

/// An item of the pack.
pub fn packed(item: CatalogShape, view: &crate::assist::ItemView) -> PackItemShape {
    PackItemShape { item, card: card(view) }
}
