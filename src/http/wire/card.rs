//! An item as it is done in one place, with the source of every line.

use super::{RegionShape, region};
use crate::assist::{ItemView, PlaceName};
use crate::dialog::wording;
use crate::guide::{self, Hall, MaterialState, Source, SourceKind};
use crate::search::Fit;
use serde::Serialize;
use utoipa::ToSchema;

/// Where a line was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct CitationShape {
    /// Stable name of the line's origin: guide and field.
    pub id: String,
    /// The guide's field, or `field/entry`.
    pub field: String,
    /// Where the guide has it from; empty where it doesn't say.
    pub sources: Vec<SourceShape>,
}
/// One source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceShape {
    /// `law`, `page`, `import`, `synthetic` or `unverified`.
    pub kind: &'static str,
    /// The law, the address, the file and row.
    pub reference: String,
    /// The day the source was written or read.
    pub date: Option<String>,
    /// The source as a reader should see it.
    pub text: String,
}
/// One labelled value.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineShape {
    /// The field's label.
    pub label: &'static str,
    /// The field's value; `null` where the guide is silent.
    pub value: Option<String>,
    /// The value, or 指南未载明.
    pub text: String,
    /// Where it was read.
    pub citation: CitationShape,
}
/// A question whose answer changes the card.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionShape {
    /// The name to answer it by: a key of `slots`, a query parameter of `/materials`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Whether several options may be chosen.
    pub multi: bool,
    /// The options.
    pub options: Vec<OptionShape>,
    /// Ids chosen so far.
    pub chosen: Vec<String>,
}
/// One option.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionShape {
    /// Its id.
    pub id: String,
    /// Its text.
    pub label: String,
}
/// The list of materials under the answers given.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialsShape {
    /// Whether the guide states any materials at all.
    pub stated: bool,
    /// One sentence with the counts.
    pub summary: String,
    /// How many must be brought.
    pub needed: usize,
    /// How many an electronic licence may replace.
    pub waivable: usize,
    /// How many depend on questions not yet answered.
    pub open: usize,
    /// The materials in the guide's order.
    pub list: Vec<MaterialShape>,
    /// Where the list was read.
    pub citation: CitationShape,
}
/// One material.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialShape {
    /// 材料名称
    pub name: String,
    /// 原件/复印件 with counts.
    pub quantity: Option<String>,
    /// 材料形式
    pub form: Option<String>,
    /// 材料必要性
    pub necessity: Option<String>,
    /// 来源渠道
    pub source: Option<String>,
    /// 来源渠道说明
    pub source_note: Option<String>,
    /// The e-licence that may replace it.
    pub license_name: Option<String>,
    /// 空白表格
    pub blank_form: Option<String>,
    /// 示例样表
    pub sample_form: Option<String>,
    /// 填报须知
    pub fill_notes: Option<String>,
    /// 受理标准
    pub accept_standard: Option<String>,
    /// 要求提供材料的依据
    pub basis: Option<String>,
    /// 备注
    pub remark: Option<String>,
    /// `needed`, `waivable`, `later` or `open`.
    pub state: &'static str,
    /// Questions whose answer decides an `open` material.
    pub waits_for: Vec<String>,
    /// 需要的情形, in words.
    pub needed_when: Option<String>,
    /// Where it was read.
    pub citation: CitationShape,
}
/// A hall (政务服务大厅): a record of its own, not a field of the guide.
#[derive(Debug, Serialize, ToSchema)]
pub struct HallShape {
    /// What to know before going there.
    pub notice: &'static str,
    /// Its name.
    pub name: String,
    /// The division it belongs to.
    pub region: RegionShape,
    /// Address, hours, phone, as far as known.
    pub lines: Vec<LineShape>,
}
/// A question and answer of the guide.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaqShape {
    /// 问
    pub question: String,
    /// 答
    pub answer: String,
    /// Where it was read.
    pub citation: CitationShape,
}
/// One item as it is done in one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardShape {
    /// Key of the item.
    pub item: String,
    /// 事项名称
    pub name: String,
    /// 传统蒙古文名称, written in columns from top to bottom; `null` where the guide has none.
    pub name_mn: Option<LineShape>,
    /// 业务办理项
    pub business_item: Option<String>,
    /// 实施编码, or the best code the guide has.
    pub code: Option<String>,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// `own`, `above`, `highest` or `elsewhere`: how that place stands to the one asked for.
    pub fit: &'static str,
    /// Made up for demonstration.
    pub synthetic: bool,
    /// Not updated for long.
    pub stale: bool,
    /// 事项版本
    pub version: Option<String>,
    /// Day of the guide.
    pub updated_at: Option<String>,
    /// 数据来源: who made the guide.
    pub data_source: Option<String>,
    /// What the reader must know of this card.
    pub notices: Vec<&'static str>,
    /// Questions that change it.
    pub questions: Vec<QuestionShape>,
    /// 事项类型, 实施主体, 服务对象.
    pub head: Vec<LineShape>,
    /// 申请材料
    pub materials: MaterialsShape,
    /// 受理条件
    pub conditions: Vec<LineShape>,
    /// Limits, fees, visits.
    pub limits: Vec<LineShape>,
    /// Where and how.
    pub channels: Vec<LineShape>,
    /// The hall of the place asked for, where the guide names no place to go to.
    pub hall: Option<HallShape>,
    /// 在线办理 on a computer.
    pub online_url: Option<String>,
    /// 在线办理 on a phone.
    pub mobile_url: Option<String>,
    /// 办理流程
    pub flow: Vec<LineShape>,
    /// 审批结果
    pub results: Vec<LineShape>,
    /// 设定依据
    pub basis: Vec<LineShape>,
    /// 常见问题
    pub faq: Vec<FaqShape>,
}
/// The materials of an item under given answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialsResponse {
    /// Key of the item.
    pub item: String,
    /// 事项名称
    pub name: String,
    /// The guide's place.
    pub region: Option<RegionShape>,
    /// `own`, `above`, `highest` or `elsewhere`.
    pub fit: &'static str,
    /// Questions that change the list.
    pub questions: Vec<QuestionShape>,
    /// The list.
    pub materials: MaterialsShape,
}
/// A source with the text a reader should see.
pub fn source(source: &Source) -> SourceShape {
    let date = source.date.map(|d| d.to_string());
    let text = match source.kind {
        SourceKind::Law => source.reference.clone(),
        SourceKind::Page | SourceKind::Import => match &date {
            Some(date) => format!("{}（{date}）", source.reference),
            None => source.reference.clone(),
        },
        SourceKind::Synthetic => wording::SYNTHETIC.to_owned(),
        SourceKind::Unverified => wording::UNVERIFIED.to_owned(),
    };
    SourceShape { kind: source.kind.word(), reference: source.reference.clone(), date, text }
}
/// A card with its citations.
pub fn card(view: &ItemView) -> CardShape {
    let card = &view.card;
    let cite = Cite(view);
    let lines = |list: &[guide::Line]| list.iter().map(|l| cite.line(l)).collect();
    CardShape {
        item: card.key.to_string(),
        name: card.name.clone(),
        name_mn: card.name_mn.as_ref().map(|line| cite.line(line)),
        business_item: card.business_item.clone(),
        code: card.code.clone(),
        region: view.place.as_ref().map(region),
        fit: fit_word(view.fit),
        synthetic: card.synthetic,
        stale: card.stale,
        version: card.version.clone(),
        updated_at: card.updated_at.map(|d| d.to_string()),
        data_source: card.data_source.clone(),
        notices: view.notices(),
        questions: questions(card),
        head: lines(&card.head),
        materials: materials(view),
        conditions: lines(&card.conditions),
        limits: lines(&card.limits),
        channels: lines(&card.channels),
        hall: view.hall.as_ref().map(hall),
        online_url: card.online_url.clone(),
        mobile_url: card.mobile_url.clone(),
        flow: lines(&card.flow),
        results: lines(&card.results),
        basis: lines(&card.basis),
        faq: card
            .faq
            .iter()
            .map(|(question, answer, citation)| FaqShape {
                question: question.clone(),
                answer: answer.clone(),
                citation: cite.citation(citation),
            })
            .collect(),
    }
}
/// One line of a card.
pub fn shown_line(view: &ItemView, line: &guide::Line) -> LineShape {
    Cite(view).line(line)
}
struct Cite<'a>(&'a ItemView);

impl Cite<'_> {
    fn citation(&self, citation: &guide::Citation) -> CitationShape {
        let guide = self.0.card.code.as_deref().unwrap_or(self.0.card.key.as_str());
        cited(guide, citation)
    }

    fn line(&self, line: &guide::Line) -> LineShape {
        shown(line, self.citation(&line.citation))
    }
}
pub(super) fn cited(record: &str, citation: &guide::Citation) -> CitationShape {
    CitationShape {
        id: format!("{record}#{}", citation.field),
        field: citation.field.clone(),
        sources: citation.sources.iter().map(source).collect(),
    }
}
pub(super) fn shown(line: &guide::Line, citation: CitationShape) -> LineShape {
    LineShape {
        label: line.label,
        text: line.value.clone().unwrap_or_else(|| wording::NOT_STATED.to_owned()),
        value: line.value.clone(),
        citation,
    }
}
/// A hall with the source of every line.
pub fn hall((place, hall): &(PlaceName, Hall)) -> HallShape {
    let record = format!("hall-{}", hall.region_code);
    HallShape {
        notice: wording::GO_TO_HALL,
        name: hall.place.name.clone(),
        region: region(place),
        lines: hall.lines().iter().map(|line| shown(line, cited(&record, &line.citation))).collect(),
    }
}
fn questions(card: &guide::Card) -> Vec<QuestionShape> {
    card.questions
        .iter()
        .map(|q| QuestionShape {
            id: q.id.clone(),
            question: q.question.clone(),
            multi: q.multi,
            options: q
                .options
                .iter()
                .map(|(id, label)| OptionShape { id: id.clone(), label: label.clone() })
                .collect(),
            chosen: q.chosen.clone(),
        })
        .collect()
}
fn materials(view: &ItemView) -> MaterialsShape {
    let card = &view.card;
    let cite = Cite(view);
    let (needed, waivable, open) = (card.needed(), card.waivable(), card.open());
    let list = card.materials.iter().map(|line| {
        let m = &line.material;
        let state = state_word(&line.state);
        let waits_for = match &line.state {
            MaterialState::Open(ids) => ids.clone(),
            _ => Vec::new(),
        };
        MaterialShape {
            name: m.name.clone(),
            quantity: m.quantity(),
            form: m.form.as_ref().map(|f| f.word().to_owned()),
            necessity: m.necessity.as_ref().map(|n| n.word().to_owned()),
            source: m.source.as_ref().map(|s| s.word().to_owned()),
            source_note: m.source_note.clone(),
            license_name: m.license_name.clone().filter(|_| m.waivable == Some(true)),
            blank_form: m.blank_form.clone(),
            sample_form: m.sample_form.clone(),
            fill_notes: m.fill_notes.clone(),
            accept_standard: m.accept_standard.clone(),
            basis: m.basis.clone(),
            remark: m.remark.clone(),
            state,
            waits_for,
            needed_when: m.needed_when.clone(),
            citation: cite.citation(&line.citation),
        }
    });
    MaterialsShape {
        stated: view.materials_stated,
        summary: wording::materials(needed, waivable, open),
        needed,
        waivable,
        open,
        list: list.collect(),
        citation: cite.citation(&card.materials_citation),
    }
}
/// The materials alone.
pub fn materials_response(view: &ItemView) -> MaterialsResponse {
    MaterialsResponse {
        item: view.card.key.to_string(),
        name: view.card.name.clone(),
        region: view.place.as_ref().map(region),
        fit: fit_word(view.fit),
        questions: questions(&view.card),
        materials: materials(view),
    }
}

pub(super) fn fit_word(fit: Fit) -> &'static str {
    match fit {
        Fit::Own => "own",
        Fit::Above => "above",
        Fit::Highest => "highest",
        Fit::Elsewhere => "elsewhere",
    }
}

pub(super) fn state_word(state: &MaterialState) -> &'static str {
    match state {
        MaterialState::Needed => "needed",
        MaterialState::Waivable => "waivable",
        MaterialState::Later => "later",
        MaterialState::Open(_) => "open",
    }
}
