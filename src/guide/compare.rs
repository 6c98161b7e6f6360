//! 同事不同标: where the guides of one item differ between places.

use super::Guide;
use serde::Serialize;

/// The guides of one item side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// One row a field, differing rows first, in the order of the card within.
    pub rows: Vec<ComparisonRow>,
}

/// One field in every compared guide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComparisonRow {
    /// The guide's field.
    pub field: &'static str,
    /// Its label on a guide.
    pub label: &'static str,
    /// The value in each guide, in the order given; `None` where the guide is silent.
    pub values: Vec<Option<String>>,
    /// Whether the guides differ here.
    pub differs: bool,
}

fn lines(list: impl IntoIterator<Item = String>) -> Option<String> {
    let text = list.into_iter().collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

fn yes_no(flag: Option<bool>) -> Option<String> {
    flag.map(|yes| if yes { "是" } else { "否" }.to_owned())
}

/// Reads a field of a guide.
type Getter = fn(&Guide) -> Option<String>;

/// What is compared, in the order of the card.
const FIELDS: &[(&str, &str, Getter)] =
    &[
        ("department", "实施主体", |g| g.department.clone()),
        ("business_items", "业务办理项", |g| lines(g.business_items.iter().map(|b| b.name.clone()))),
        ("conditions", "受理条件", |g| lines(g.conditions.iter().map(|c| c.text.clone()))),
        ("materials", "申请材料", |g| {
            lines(g.materials.iter().map(|m| match m.quantity() {
                Some(quantity) => format!("{}（{quantity}）", m.name),
                None => m.name.clone(),
            }))
        }),
        ("legal_limit", "法定办结时限", |g| g.legal_limit.as_ref().and_then(|l| l.text())),
        ("promised_limit", "承诺办结时限", |g| g.promised_limit.as_ref().and_then(|l| l.text())),
        ("fees", "收费", |g| match g.fee_charged {
            Some(false) => Some("不收费".into()),
            _ => lines(g.fees.iter().map(|f| {
                format!("{} {}", f.name, f.standard.as_deref().unwrap_or_default()).trim().to_owned()
            })),
        }),
        ("max_visits", "到办事现场次数", |g| g.max_visits.map(|n| n.to_string())),
        ("online", "是否网办", |g| yes_no(g.online)),
        ("online_depth", "网上办理深度", |g| lines(g.online_depth.iter().cloned())),
        ("places", "办理地点", |g| {
            lines(g.places.iter().map(|p| {
                [
                    Some(p.name.as_str()),
                    p.address.as_deref(),
                    p.window.as_deref(),
                    p.hours.as_deref(),
                    p.phone.as_deref(),
                ]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
            }))
        }),
        ("consult", "咨询电话", |g| g.consult.phone.clone()),
        ("results", "审批结果", |g| lines(g.results.iter().map(|r| r.name.clone()))),
        ("updated_at", "更新日期", |g| g.updated_at.map(|d| d.to_string())),
    ];

/// How a compared field is read, with its label.
pub(super) fn getter(field: &str) -> Option<(&'static str, Getter)> {
    FIELDS.iter().find(|(known, ..)| *known == field).map(|(_, label, get)| (*label, *get))
}

/// Labels of fields that are shown but not compared.
const SHOWN: [(&str, &str); 15] = [
    ("name", "事项名称"),
    ("name_mn", "蒙古文名称"),
    ("item_type", "事项类型"),
    ("case_type", "办件类型"),
    ("audience", "服务对象"),
    ("fee_charged", "是否收费"),
    ("complaint", "投诉电话"),
    ("cross_region_scope", "通办范围"),
    ("handle_forms", "办理形式"),
    ("supports", "支持的办理方式"),
    ("flow", "办理流程"),
    ("legal_basis", "设定依据"),
    ("faq", "常见问题"),
    ("online_url", "在线办理地址"),
    ("mobile_url", "移动端办理地址"),
];

/// What a field is called on a guide, with its entry where one is named (`materials/居民户口簿`); the field itself
/// where it has no label.
pub fn field_label(field: &str) -> String {
    let (base, entry) = field.split_once('/').map_or((field, None), |(base, entry)| (base, Some(entry)));
    let compared = FIELDS.iter().map(|(field, label, _)| (*field, *label));
    let label = compared.chain(SHOWN).find(|(field, _)| *field == base).map_or(base, |(_, label)| label);
    match entry {
        Some(entry) => format!("{label}：{entry}"),
        None => label.to_owned(),
    }
}

/// Compares guides of one catalog item, field by field.
pub fn compare(guides: &[&Guide]) -> Comparison {
    let mut rows: Vec<ComparisonRow> = FIELDS
        .iter()
        .map(|&(field, label, get)| {
            let values: Vec<Option<String>> = guides.iter().map(|guide| get(guide)).collect();
            ComparisonRow { field, label, differs: values.windows(2).any(|pair| pair[0] != pair[1]), values }
        })
        .filter(|row| row.values.iter().any(Option::is_some))
        .collect();
    rows.sort_by_key(|row| !row.differs);
    Comparison { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_labels() {
        for (field, want) in [
            ("materials/居民户口簿", "申请材料：居民户口簿"),
            ("flow", "办理流程"),
            ("fees", "收费"),
            ("name_mn", "蒙古文名称"),
            ("quota", "quota"),
        ] {
            assert_eq!(field_label(field), want);
        }
    }

    #[test]
    fn differing_rows_come_first_and_silence_counts() {
        let a: Guide = serde_json::from_str(
            r#"{"name":"甲","department":"公安","fee_charged":false,"promised_limit":{"value":3,"unit":"工作日"}}"#,
        )
        .unwrap();
        let b: Guide =
            serde_json::from_str(r#"{"name":"甲","department":"公安","fee_charged":false}"#).unwrap();
        let rows = compare(&[&a, &b]).rows;
        let got: Vec<_> = rows.iter().map(|r| (r.field, r.differs)).collect();
        assert_eq!(got, [("promised_limit", true), ("department", false), ("fees", false)]);
        assert_eq!(rows[0].values, [Some("3个工作日".to_owned()), None]);
    }
}
