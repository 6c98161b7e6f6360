//! Every JSON shape of the API, converted by hand: nothing inside the house is serialised as it stands.

pub mod admin;
pub mod apply;
pub mod calls;
pub mod canned;
mod card;
pub mod chat;
pub mod content;
pub mod desk;
pub mod differences;
pub mod figures;
pub mod lookup;
pub mod outward;
pub mod rating;
pub mod suggest;

use crate::assist::{Answer, CandidateItem, PlaceName, ThemeView};
use crate::dialog::wording;
use crate::guide::{CatalogItem, SharedMaterial};
pub use card::{
    CardShape, CitationShape, FaqShape, HallShape, LineShape, MaterialShape, MaterialsResponse,
    MaterialsShape, OptionShape, QuestionShape, SourceShape, card, hall, materials_response, shown_line,
    source,
};
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
    /// The strictest that any of them says: `needed`, `later`, `waivable` or `open` (depends on the case).
    pub state: &'static str,
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
/// The codes and names of a place.
pub fn region(place: &PlaceName) -> RegionShape {
    RegionShape { code: place.code.to_string(), name: place.name.clone() }
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
/// A material of several items.
pub fn shared_material(material: &SharedMaterial) -> ThemeMaterialShape {
    ThemeMaterialShape {
        name: material.name.clone(),
        used_by: material.used_by.clone(),
        state: card::state_word(&material.state),
    }
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
        materials: view.materials.iter().map(shared_material).collect(),
        sources: view.theme.provenance.of("members", None).iter().map(source).collect(),
        name: view.theme.name,
        audience: view.theme.audience,
        stage: view.theme.stage,
        region_of_source: view.theme.region_of_source,
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
                fit: column.guide.as_ref().map(|(_, fit)| card::fit_word(*fit)),
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
