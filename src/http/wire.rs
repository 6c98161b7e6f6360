//! Every JSON shape of the API, converted by hand: nothing inside the house is serialised as it stands.

pub mod chat;

use crate::assist::{Answer, CandidateItem, ItemView, PlaceName, ThemeView};
use crate::dialog::wording;
use crate::guide::{self, CatalogItem, Hall, MaterialState, Source, SourceKind};
use crate::search::Fit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A question in the asker's own words.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MatchRequest {
    /// The question, in any script; at most 500 characters.
    #[schema(example = "身份证丢了需要带什么")]
    pub q: String,
    /// Division code of the asker, 6, 9 or 12 digits. A place named in the question goes first.
    #[schema(example = "150702")]
    pub region: Option<String>,
    /// `person` or `enterprise`: prefers items for this kind of applicant.
    pub audience: Option<Audience>,
    /// Answers to 情形 questions: question id → chosen option ids.
    #[serde(default)]
    pub slots: BTreeMap<String, Vec<String>>,
    /// How many candidates at most, 1 to 20; 5 when absent.
    pub limit: Option<usize>,
}

/// Who applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// A private person.
    Person,
    /// A firm or organisation.
    Enterprise,
}

/// How the question was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatchResponse {
    /// One of `answered`, `clarify`, `candidates`, `out_of_scope`, `unsafe`, `handoff`, `unavailable`.
    #[schema(example = "answered")]
    pub status: &'static str,
    /// The sentence to say before the content.
    pub lead: &'static str,
    /// Chance that the first item is right, 0 to 1.
    pub confidence: f32,
    /// The place that the answer is for.
    pub region: Option<RegionShape>,
    /// Places that a name in the question may mean, where it may mean several.
    pub region_choices: Vec<RegionShape>,
    /// The answer card; with `answered` only.
    pub card: Option<CardShape>,
    /// Other items that come near, best first (with `clarify` and `candidates` the options).
    pub candidates: Vec<CandidateShape>,
    /// Where the question belongs: `item`, `emergency`, `complaint`, `help`, `progress`, `appointment`, `human`,
    /// `chitchat`, `abuse` or `out_of_scope`.
    #[schema(example = "item")]
    pub route: &'static str,
    /// What is asked, likeliest first: `materials`, `conditions`, `process`, `fee`, `time`, `place`, `phone`,
    /// `online`, `basis`, `agent`, `result`, `who`; empty where the question is general.
    pub facets: Vec<&'static str>,
    /// What the question was taken for by its sound, where that is not what it says.
    pub heard: Option<String>,
    /// What the reader must know beside the content.
    pub notices: Vec<String>,
    /// Names this answer in the log and in a complaint.
    pub trace_id: String,
}

/// A division.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegionShape {
    /// Its code.
    #[schema(example = "150702")]
    pub code: String,
    /// Its full name.
    #[schema(example = "呼伦贝尔市海拉尔区")]
    pub name: String,
}

/// An item that comes near.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateShape {
    /// Key of the item, for `/api/v1/items/{code}`.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 业务办理项 that the question seems to mean.
    pub business_item: Option<String>,
    /// 事项类型
    pub item_type: Option<String>,
    /// 实施主体
    pub department: Option<String>,
    /// The name of the item that was nearest to the question.
    pub matched: Option<String>,
    /// Chance that it is the right one, 0 to 1.
    pub confidence: f32,
}

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

/// An item with its card for a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemResponse {
    /// The catalog item.
    pub item: CatalogShape,
    /// The card for the place asked for.
    pub card: CardShape,
}

/// A catalog item.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogShape {
    /// Its key.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 主项名称
    pub parent_name: Option<String>,
    /// 事项类型
    pub item_type: Option<String>,
    /// 日常用语
    pub common_names: Vec<String>,
    /// 业务办理项
    pub business_items: Vec<String>,
    /// How many guides implement it.
    pub guides: u32,
    /// Places with a guide of their own, at most 200.
    pub places: Vec<RegionShape>,
    /// Life-event bundles it belongs to.
    pub themes: Vec<String>,
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

/// The guides of one item side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompareResponse {
    /// Key of the item.
    pub item: String,
    /// 事项名称
    pub name: String,
    /// The compared places, with how each guide stands to its place.
    pub columns: Vec<CompareColumn>,
    /// One row a field, differing rows first.
    pub rows: Vec<CompareRow>,
}

/// One compared place.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompareColumn {
    /// The place asked for.
    pub asked: RegionShape,
    /// The place whose guide answers; `null` where there is none.
    pub guide: Option<RegionShape>,
    /// `own`, `above`, `elsewhere`; `null` where there is no guide.
    pub fit: Option<&'static str>,
    /// Made up for demonstration.
    pub synthetic: bool,
}

/// One compared field.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompareRow {
    /// The guide's field.
    pub field: &'static str,
    /// Its label.
    pub label: &'static str,
    /// One value a column; `null` where that guide is silent.
    pub values: Vec<Option<String>>,
    /// Whether the columns differ.
    pub differs: bool,
}

/// A page of search results.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchResponse {
    /// Items, best first.
    pub items: Vec<CandidateShape>,
    /// This page, from 1.
    pub page: usize,
    /// Whether another page follows.
    pub more: bool,
    /// Searched by words alone, because the model is missing or busy.
    pub keywords_only: bool,
}

/// Names while typing.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestResponse {
    /// At most six names.
    pub suggestions: Vec<SuggestionShape>,
}

/// One suggested name.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuggestionShape {
    /// The name that matched.
    pub text: String,
    /// Key of its item.
    pub code: String,
    /// 事项名称
    pub name: String,
}

/// Divisions below another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionsResponse {
    /// The divisions in file order.
    pub regions: Vec<RegionShape>,
}

/// Life-event bundles.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemesResponse {
    /// The bundles.
    pub themes: Vec<ThemeShape>,
}

/// One life-event bundle (一件事).
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeShape {
    /// Its name.
    pub name: String,
    /// `person` or `enterprise`.
    pub audience: String,
    /// Stage of life or business.
    pub stage: String,
    /// The joined items in order.
    pub members: Vec<ThemeMemberShape>,
    /// Each material once, with the items that ask for it.
    pub materials: Vec<ThemeMaterialShape>,
    /// The place whose published bundle this is.
    pub region_of_source: Option<String>,
    /// Sources of the list of members.
    pub sources: Vec<SourceShape>,
}

/// One joined item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeMemberShape {
    /// As the bundle's source names it.
    pub title: String,
    /// Key of the catalog item, where the catalog has one.
    pub code: Option<String>,
    /// 业务办理项
    pub business_item: Option<String>,
    /// Titles of members that must be done before; those without can be done side by side.
    pub after: Vec<String>,
}

/// One material of a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeMaterialShape {
    /// 材料名称
    pub name: String,
    /// Items that ask for it.
    pub used_by: Vec<String>,
}

/// What is running.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionResponse {
    /// Version of the program.
    pub version: &'static str,
    /// Generation of the index.
    pub index: String,
    /// SHA-256 of the imported guides.
    pub corpus: String,
    /// Newest date found in the guides.
    pub corpus_date: Option<String>,
    /// Identity of the model; `null` where search goes by words alone.
    pub model: Option<String>,
    /// Catalog items.
    pub items: usize,
    /// Guides.
    pub guides: usize,
}

fn fit_word(fit: Fit) -> &'static str {
    match fit {
        Fit::Own => "own",
        Fit::Above => "above",
        Fit::Highest => "highest",
        Fit::Elsewhere => "elsewhere",
    }
}

/// The codes and names of a place.
pub fn region(place: &PlaceName) -> RegionShape {
    RegionShape { code: place.code.to_string(), name: place.name.clone() }
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

/// A candidate as a list shows it.
pub fn candidate(candidate: &CandidateItem) -> CandidateShape {
    CandidateShape {
        code: candidate.key.to_string(),
        name: candidate.name.clone(),
        business_item: candidate.business_item.clone(),
        item_type: candidate.item_type.clone(),
        department: candidate.department.clone(),
        matched: candidate.matched.clone(),
        confidence: candidate.confidence,
    }
}

/// The answer to a question.
pub fn matched(answer: &Answer, trace_id: String) -> MatchResponse {
    MatchResponse {
        status: answer.status.word(),
        lead: wording::lead(answer.status, answer.understood.route),
        confidence: answer.confidence,
        region: answer.region.as_ref().map(region),
        region_choices: answer.region_choices.iter().map(region).collect(),
        card: answer.view.as_ref().map(card),
        candidates: answer.candidates.iter().map(candidate).collect(),
        route: answer.understood.route.word(),
        facets: answer.understood.facets.iter().map(|f| f.word()).collect(),
        heard: answer.heard.clone(),
        notices: answer.notices(),
        trace_id,
    }
}

/// A card with its citations.
pub fn card(view: &ItemView) -> CardShape {
    let card = &view.card;
    let cite = Cite(view);
    let lines = |list: &[guide::Line]| list.iter().map(|l| cite.line(l)).collect();
    CardShape {
        item: card.key.to_string(),
        name: card.name.clone(),
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

/// A bundle with its members looked up.
pub fn theme(view: ThemeView) -> ThemeShape {
    let members = view.theme.members.iter().zip(&view.keys).map(|(member, key)| ThemeMemberShape {
        title: member.title.clone(),
        code: key.as_ref().map(|k| k.to_string()),
        business_item: member.business_item.clone(),
        after: member.after.clone(),
    });
    ThemeShape {
        members: members.collect(),
        materials: view
            .materials
            .into_iter()
            .map(|(name, used_by)| ThemeMaterialShape { name, used_by })
            .collect(),
        sources: view.theme.provenance.of("members", None).iter().map(source).collect(),
        name: view.theme.name,
        audience: view.theme.audience,
        stage: view.theme.stage,
        region_of_source: view.theme.region_of_source,
    }
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

fn cited(record: &str, citation: &guide::Citation) -> CitationShape {
    CitationShape {
        id: format!("{record}#{}", citation.field),
        field: citation.field.clone(),
        sources: citation.sources.iter().map(source).collect(),
    }
}

fn shown(line: &guide::Line, citation: CitationShape) -> LineShape {
    LineShape {
        label: line.label,
        text: line.value.clone().unwrap_or_else(|| wording::NOT_STATED.to_owned()),
        value: line.value.clone(),
        citation,
    }
}

fn hall((place, hall): &(PlaceName, Hall)) -> HallShape {
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
        let (state, waits_for) = match &line.state {
            MaterialState::Needed => ("needed", Vec::new()),
            MaterialState::Waivable => ("waivable", Vec::new()),
            MaterialState::Later => ("later", Vec::new()),
            MaterialState::Open(ids) => ("open", ids.clone()),
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

/// A catalog item with the places that have it.
pub fn catalog(item: &CatalogItem, places: &[PlaceName], themes: Vec<String>) -> CatalogShape {
    CatalogShape {
        code: item.key.to_string(),
        name: item.name.clone(),
        parent_name: item.parent_name.clone(),
        item_type: item.item_type.as_ref().map(|t| t.word().to_owned()),
        common_names: item.common_names.clone(),
        business_items: item.business_items.iter().map(|b| b.name.clone()).collect(),
        guides: item.guides,
        places: places.iter().take(200).map(region).collect(),
        themes,
    }
}

/// A comparison with its columns.
pub fn compared(comparison: &crate::assist::Compared) -> CompareResponse {
    CompareResponse {
        item: comparison.key.to_string(),
        name: comparison.name.clone(),
        columns: comparison
            .columns
            .iter()
            .map(|column| CompareColumn {
                asked: region(&column.asked),
                guide: column.guide.as_ref().map(|(place, _)| region(place)),
                fit: column.guide.as_ref().map(|(_, fit)| fit_word(*fit)),
                synthetic: column.synthetic,
            })
            .collect(),
        rows: comparison
            .comparison
            .rows
            .iter()
            .map(|row| CompareRow {
                field: row.field,
                label: row.label,
                values: row.values.clone(),
                differs: row.differs,
            })
            .collect(),
    }
}
