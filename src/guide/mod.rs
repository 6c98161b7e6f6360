//! What a government-service item is.
//!
//! Three levels hang together: [`CatalogItem`] (基本目录, one item for the whole region), [`Guide`]
//! (实施清单, the item as one organ handles it in one place) and [`BusinessItem`] (业务办理项, the
//! case that a person actually picks). Shapes follow the national exchange tables
//! (GB/T 39554 基本目录及实施清单). This module touches nothing: values in, values out.

mod card;
mod channel;
mod code;
mod compare;
mod differ;
mod example;
mod facet;
mod hall;
mod material;
mod online;
mod operation;
mod provenance;
mod region;
mod situation;
mod theme;
mod validity;
mod words;

pub use card::{
    Card, Citation, Line, MaterialLine, MaterialState, OpenQuestion, compose, desk_lines, place_lines,
};
pub use channel::{Basis, Contact, Faq, Fee, Limit, Outcome, Place, SpecialProcedure, Step, Supports};
pub use code::{BadCode, BusinessCode, CatalogCode, OrganCode, TaskCode};
pub use compare::{Comparison, ComparisonRow, compare, field_label};
pub use differ::{Deviation, STANDARD_FIELDS, StandardFrom, Variant, deviations};
pub use example::{BadExample, Example};
pub use facet::Facet;
pub use hall::{BadHalls, Hall};
pub use material::Material;
pub use online::{Entrance, NotOnline, entrance, links};
pub use operation::{BadOperation, Operation};
pub use provenance::{BadSource, Provenance, Source, SourceKind};
pub use region::{BadRegion, BadRegions, Region, RegionCode, Regions};
pub use situation::{Answers, BadWhen, Choice, ITEM, Situation, SituationKind, Truth, When};
pub use theme::{SharedMaterial, Theme, share_materials};
pub use validity::{NotInForce, STALE_DAYS};
pub use words::{Audience, CaseType, CopyType, ItemType, MaterialForm, MaterialSource, Necessity, State};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// What identifies a catalog item inside this program: its catalog code, or a hash of its name
/// where the source has no code. Compared in upper case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemKey(String);

impl ItemKey {
    /// The key of an item known by this code.
    pub fn from_code(code: &CatalogCode) -> ItemKey {
        ItemKey(code.key())
    }

    /// The key of an item that has a name only: `N` and ten hexadecimal digits of the name's SHA-256.
    pub fn from_name(name: &str) -> ItemKey {
        let digest = Sha256::digest(name.as_bytes());
        let hex: String = digest.iter().take(5).map(|b| format!("{b:02X}")).collect();
        ItemKey(format!("N{hex}"))
    }

    /// A key as a caller wrote it; whether there is such an item, the index knows.
    pub fn from_text(text: &str) -> ItemKey {
        ItemKey(text.to_uppercase())
    }

    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 业务办理项: one case of an item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BusinessItem {
    /// 业务办理项名称; also the option by which conditions name it.
    pub name: String,
    /// 业务办理项编码
    pub code: Option<BusinessCode>,
    /// 日常用语 for this case only
    pub common_names: Vec<String>,
}

/// 受理条件, one sentence; in files also a plain string.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "ConditionForm")]
pub struct Condition {
    /// The condition as the guide words it.
    pub text: String,
    /// Applies only if this holds.
    pub when: Option<When>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ConditionForm {
    Text(String),
    Full {
        #[serde(default)]
        text: String,
        #[serde(default)]
        when: Option<When>,
    },
}

impl From<ConditionForm> for Condition {
    fn from(form: ConditionForm) -> Condition {
        match form {
            ConditionForm::Text(text) => Condition { text, when: None },
            ConditionForm::Full { text, when } => Condition { text, when },
        }
    }
}

/// 实施清单: one item as one organ handles it in one place, with every element of its guide.
///
/// A field that is `None` or empty is unknown and is shown so; nothing stands in for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guide {
    /// 事项名称
    pub name: String,
    /// 主项名称
    pub parent_name: Option<String>,
    /// 子项名称
    pub sub_name: Option<String>,
    /// 传统蒙古文名称, in the letters of the U+1800 block as its source has it; never made from the Chinese one.
    pub name_mn: Option<String>,
    /// 日常用语
    pub common_names: Vec<String>,
    /// 业务办理项
    pub business_items: Vec<BusinessItem>,
    /// 基本编码
    pub catalog_code: Option<CatalogCode>,
    /// 实施编码
    pub task_code: Option<TaskCode>,
    /// 地方基本编码
    pub local_catalog_code: Option<CatalogCode>,
    /// 地方实施编码
    pub local_task_code: Option<TaskCode>,
    /// 事项类型
    pub item_type: Option<ItemType>,
    /// 权力来源
    pub power_source: Option<String>,
    /// 行使层级
    pub exercise_level: Option<String>,
    /// 实施主体
    pub department: Option<String>,
    /// 实施主体性质
    pub department_nature: Option<String>,
    /// 实施主体编码
    pub department_code: Option<OrganCode>,
    /// 委托部门
    pub entrusting_department: Option<String>,
    /// 联办机构
    pub joint_departments: Vec<String>,
    /// 所属区划
    pub region_code: Option<RegionCode>,
    /// 区划名称
    pub region_name: Option<String>,
    /// 乡镇代码
    pub town_code: Option<RegionCode>,
    /// 村代码
    pub village_code: Option<RegionCode>,
    /// 事项状态; 在用 where absent
    pub state: Option<State>,
    /// 事项版本
    pub version: Option<String>,
    /// 计划生效日期
    pub effective_date: Option<Date>,
    /// 计划取消日期
    pub cancel_date: Option<Date>,
    /// The day the guide was last updated.
    pub updated_at: Option<Date>,
    /// 数据来源
    pub data_source: Option<String>,
    /// 同步类型
    pub sync_op: Option<String>,
    /// 批次号
    pub sync_batch: Option<String>,
    /// 服务对象
    pub audience: Vec<Audience>,
    /// 面向自然人事项主题分类
    pub topics_person: Vec<String>,
    /// 面向法人事项主题分类
    pub topics_corp: Vec<String>,
    /// 地方特色主题分类
    pub local_topics: Vec<String>,
    /// Made up for demonstration or load: marked on every card.
    pub synthetic: bool,

    /// 办件类型
    pub case_type: Option<CaseType>,
    /// 事项审查类型
    pub review_type: Option<String>,
    /// 法定办结时限
    pub legal_limit: Option<Limit>,
    /// 承诺办结时限
    pub promised_limit: Option<Limit>,
    /// 特别程序
    pub special_procedures: Vec<SpecialProcedure>,
    /// 到办事现场次数
    pub max_visits: Option<u32>,
    /// 必须现场办理原因说明
    pub on_site_reason: Option<String>,
    /// 办理形式
    pub handle_forms: Vec<String>,
    /// 是否网办
    pub online: Option<bool>,
    /// 网上办理深度
    pub online_depth: Vec<String>,
    /// 计算机端在线办理跳转地址
    pub online_url: Option<String>,
    /// 移动端办理地址
    pub mobile_url: Option<String>,
    /// 蒙速办 App 办理地址
    pub app_url: Option<String>,
    /// 小程序办理地址
    pub mini_program_url: Option<String>,
    /// 自助终端办理地址
    pub terminal_url: Option<String>,
    /// 通办范围
    pub cross_region_scope: Option<String>,
    /// 通办区域: a list of place names, kept out of the search text
    pub cross_region: Vec<String>,
    /// 是否进驻政务大厅
    pub in_hall: Option<bool>,
    /// 支持的办理方式
    pub supports: Supports,
    /// 数量限制
    pub quota: Option<String>,
    /// 办理地点
    pub places: Vec<Place>,
    /// 咨询方式
    pub consult: Contact,
    /// 监督投诉方式
    pub complaint: Contact,
    /// 权利
    pub rights: Option<String>,
    /// 义务
    pub duties: Option<String>,
    /// 行政复议
    pub review: Option<String>,
    /// 行政诉讼
    pub litigation: Option<String>,

    /// 受理条件
    pub conditions: Vec<Condition>,
    /// 办理流程
    pub flow: Vec<Step>,
    /// 网上办理流程
    pub flow_online: Option<String>,
    /// 窗口办理流程
    pub flow_offline: Option<String>,
    /// 流程图
    pub flow_image: Option<String>,
    /// 申请材料
    pub materials: Vec<Material>,
    /// 是否收费
    pub fee_charged: Option<bool>,
    /// 收费项目
    pub fees: Vec<Fee>,
    /// 审批结果
    pub results: Vec<Outcome>,
    /// 设定依据
    pub legal_basis: Vec<Basis>,
    /// 常见问题
    pub faq: Vec<Faq>,
    /// 中介服务
    pub intermediary: Vec<String>,
    /// 情形
    pub situations: Vec<Situation>,
    /// Sources by field.
    pub provenance: Provenance,
}

impl Guide {
    /// The key of the catalog item this guide implements.
    pub fn item_key(&self) -> ItemKey {
        match &self.catalog_code {
            Some(code) => ItemKey::from_code(code),
            None => ItemKey::from_name(&self.name),
        }
    }

    /// The division the guide is for: village, township or banner, whichever is finest.
    pub fn place_code(&self) -> Option<&RegionCode> {
        self.village_code.as_ref().or(self.town_code.as_ref()).or(self.region_code.as_ref())
    }

    /// The guide as JSON without its empty fields.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(self)?;
        prune(&mut value);
        Ok(value)
    }

    /// Whether the guide says anything beyond what identifies it.
    pub fn has_content(&self) -> bool {
        !(self.materials.is_empty() && self.conditions.is_empty() && self.flow.is_empty())
    }

    /// Names of the fields a record may have, in order.
    pub fn field_names() -> Vec<String> {
        match serde_json::to_value(Guide::default()) {
            Ok(Value::Object(map)) => map.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }
}

/// Takes nulls, empty texts, lists and objects out of a JSON object, and `false` nowhere.
fn prune(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, v| {
                prune(v);
                !is_empty(v)
            });
            if map.get("synthetic") == Some(&Value::Bool(false)) {
                map.remove("synthetic");
            }
        }
        Value::Array(list) => list.iter_mut().for_each(prune),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// 基本目录 entry: one item for the whole region, gathered from the guides that implement it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogItem {
    /// What the item is known by here.
    pub key: ItemKey,
    /// Its official name, as the guide of the highest level has it.
    pub name: String,
    /// Every other official spelling found among its guides.
    pub other_names: Vec<String>,
    /// 主项名称
    pub parent_name: Option<String>,
    /// 事项类型
    pub item_type: Option<ItemType>,
    /// 实施主体 of the guide of the highest level
    pub department: Option<String>,
    /// 服务对象
    pub audience: Vec<Audience>,
    /// 主题分类
    pub topics: Vec<String>,
    /// 日常用语
    pub common_names: Vec<String>,
    /// 业务办理项
    pub business_items: Vec<BusinessItem>,
    /// How many guides implement it.
    pub guides: u32,
}

impl CatalogItem {
    /// Starts an item from its first guide.
    pub fn from_guide(guide: &Guide) -> CatalogItem {
        CatalogItem {
            key: guide.item_key(),
            name: guide.name.clone(),
            other_names: Vec::new(),
            parent_name: guide.parent_name.clone(),
            item_type: guide.item_type.clone(),
            department: guide.department.clone(),
            audience: guide.audience.clone(),
            topics: guide
                .topics_person
                .iter()
                .chain(&guide.topics_corp)
                .chain(&guide.local_topics)
                .cloned()
                .collect(),
            common_names: guide.common_names.clone(),
            business_items: guide.business_items.clone(),
            guides: 1,
        }
    }

    /// Adds what another guide of the same item says: names, everyday names, business items.
    pub fn absorb(&mut self, guide: &Guide) {
        self.guides += 1;
        self.gather(std::slice::from_ref(&guide.name), &guide.common_names, &guide.business_items);
    }

    /// Adds all that was gathered of an item which is the same one under another name.
    pub fn join(&mut self, other: &CatalogItem) {
        self.guides += other.guides;
        self.gather(std::slice::from_ref(&other.name), &other.common_names, &other.business_items);
        self.gather(&other.other_names, &[], &[]);
    }

    fn gather(&mut self, names: &[String], common_names: &[String], cases: &[BusinessItem]) {
        for name in names {
            if *name != self.name && !self.other_names.contains(name) {
                self.other_names.push(name.clone());
            }
        }
        add_new(&mut self.common_names, common_names);
        let known: BTreeMap<String, usize> =
            self.business_items.iter().enumerate().map(|(at, item)| (item.name.clone(), at)).collect();
        for case in cases {
            match known.get(&case.name) {
                None => self.business_items.push(case.clone()),
                Some(&at) => add_new(&mut self.business_items[at].common_names, &case.common_names),
            }
        }
    }
}

/// Adds names that are not there yet.
fn add_new(names: &mut Vec<String>, more: &[String]) {
    for name in more {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_went_out() {
        let line = r#"{"name":"居民身份证办理","business_items":[{"name":"丢失补领","common_names":["身份证丢了"]}],
            "region_code":"150000000000","audience":["自然人"],"conditions":["本人申请",{"text":"未满16周岁","when":"age=minor"}],
            "materials":[{"name":"居民户口簿","copy_type":"原件","when":"item=丢失补领"}],
            "legal_limit":{"value":60,"unit":"自然日"},"supports":{"agent":false},
            "provenance":{"*":["unverified"],"fees":["law:《居民身份证法》"]}}"#;
        let guide: Guide = serde_json::from_str(line).unwrap();
        let out = guide.to_json().unwrap();
        assert_eq!(out["supports"]["agent"], Value::Bool(false));
        assert!(out.get("fees").is_none());
        assert!(out.get("synthetic").is_none());
        let back: Guide = serde_json::from_value(out).unwrap();
        assert_eq!(back, guide);
        assert_eq!(guide.place_code().unwrap().as_str(), "150000");
    }

    #[test]
    fn keys_follow_codes_and_else_names() {
        let mut guide = Guide { name: "甲".into(), ..Guide::default() };
        assert_eq!(guide.item_key(), ItemKey::from_name("甲"));
        assert_eq!(guide.item_key().as_str().len(), 11);
        guide.catalog_code = Some(CatalogCode::try_from("ab1".to_owned()).unwrap());
        assert_eq!(guide.item_key().as_str(), "AB1");
    }

    #[test]
    fn items_gather_names_of_their_guides() {
        let first: Guide = serde_json::from_str(
            r#"{"name":"甲","business_items":[{"name":"新办","common_names":["办甲"]}]}"#,
        )
        .unwrap();
        let second: Guide = serde_json::from_str(
            r#"{"name":"甲（市级）","common_names":["俗名"],"business_items":[{"name":"新办","common_names":["弄甲"]},{"name":"注销"}]}"#,
        )
        .unwrap();
        let mut item = CatalogItem::from_guide(&first);
        item.absorb(&second);
        assert_eq!(item.other_names, ["甲（市级）"]);
        assert_eq!(item.common_names, ["俗名"]);
        assert_eq!(item.business_items.len(), 2);
        assert_eq!(item.business_items[0].common_names, ["办甲", "弄甲"]);
        assert_eq!(item.guides, 2);
    }
}
