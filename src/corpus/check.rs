//! Completeness and consistency of a guide: what staff run before they publish.
//!
//! Rules follow what portals ask of a guide (必备要素) and how its fields must agree. None costs a row.

use super::finding::{Finding, Severity};
use super::record::At;
use crate::guide::{Audience, CaseType, Guide, ITEM, ItemType, Limit, SourceKind, When, links};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

struct Rule {
    name: &'static str,
    severity: Severity,
    field: &'static str,
    fix: &'static str,
    /// What is wrong, if anything.
    wrong: fn(&Guide) -> Option<String>,
}

use Severity::{Notice, Warning};

const RULES: &[Rule] = &[
    Rule {
        name: "incomplete",
        severity: Notice,
        field: "",
        fix: "补齐；确实没有的写“无”",
        wrong: incomplete,
    },
    Rule {
        name: "case-type",
        severity: Warning,
        field: "case_type",
        fix: "承诺时限为当场办结的是即办件，否则是承诺件",
        wrong: case_type,
    },
    Rule {
        name: "review-type",
        severity: Warning,
        field: "review_type",
        fix: "即办件对应即审即办",
        wrong: review_type,
    },
    Rule {
        name: "limit-order",
        severity: Warning,
        field: "promised_limit",
        fix: "核对两个时限及其单位",
        wrong: limit_order,
    },
    Rule {
        name: "on-site-reason",
        severity: Warning,
        field: "on_site_reason",
        fix: "现场次数大于 0 写明原因，等于 0 写“无”",
        wrong: on_site_reason,
    },
    Rule {
        name: "no-visit-no-way",
        severity: Warning,
        field: "max_visits",
        fix: "写明网上办理或邮寄申请，或改正现场次数",
        wrong: no_visit,
    },
    Rule {
        name: "fully-online",
        severity: Warning,
        field: "max_visits",
        fix: "全程网办的现场次数应为 0",
        wrong: fully_online,
    },
    Rule {
        name: "fee-details",
        severity: Warning,
        field: "fees",
        fix: "写明收费项目、标准和依据",
        wrong: fee_details,
    },
    Rule {
        name: "fee-none",
        severity: Warning,
        field: "fees",
        fix: "不收费的删去收费标准，网上支付写“否”",
        wrong: fee_none,
    },
    Rule {
        name: "same-phone",
        severity: Warning,
        field: "complaint",
        fix: "咨询与投诉应是两个电话",
        wrong: same_phone,
    },
    Rule {
        name: "phone-form",
        severity: Warning,
        field: "consult",
        fix: "固定电话写区号，如 0471-1234567",
        wrong: phone_form,
    },
    Rule {
        name: "audience-topic",
        severity: Notice,
        field: "audience",
        fix: "自然人对应自然人主题，法人对应法人主题",
        wrong: audience_topic,
    },
    Rule {
        name: "permit-flow",
        severity: Notice,
        field: "flow",
        fix: "行政许可的流程至少有受理、审核、审批、办结、送达",
        wrong: permit_flow,
    },
    Rule {
        name: "permit-faq",
        severity: Notice,
        field: "faq",
        fix: "行政许可至少写一条常见问题",
        wrong: permit_faq,
    },
    Rule {
        name: "result-sample",
        severity: Notice,
        field: "results",
        fix: "附上结果样本",
        wrong: result_sample,
    },
    Rule {
        name: "dates",
        severity: Warning,
        field: "cancel_date",
        fix: "核对生效日期与取消日期",
        wrong: dates,
    },
    Rule {
        name: "online-address",
        severity: Notice,
        field: "online_url",
        fix: "写明网上办理的地址",
        wrong: online_address,
    },
    Rule {
        name: "address-form",
        severity: Warning,
        field: "online_url",
        fix: "地址以 https:// 或 http:// 开头",
        wrong: address_form,
    },
    Rule {
        name: "material-name",
        severity: Warning,
        field: "materials",
        fix: "写明材料名称",
        wrong: material_name,
    },
    Rule {
        name: "material-twice",
        severity: Warning,
        field: "materials",
        fix: "合并为一条，或用情形区分",
        wrong: material_twice,
    },
    Rule {
        name: "business-twice",
        severity: Warning,
        field: "business_items",
        fix: "合并重复的业务办理项",
        wrong: business_twice,
    },
    Rule {
        name: "when-unknown",
        severity: Warning,
        field: "situations",
        fix: "情形条件只能用本指南的业务办理项、情形及其选项",
        wrong: when_unknown,
    },
    Rule {
        name: "situation-idle",
        severity: Warning,
        field: "situations",
        fix: "让材料、条件或收费用到它，或删去该问题",
        wrong: situation_idle,
    },
    Rule {
        name: "situation-options",
        severity: Warning,
        field: "situations",
        fix: "每个问题至少两个选项，选项不重名",
        wrong: situation_options,
    },
    Rule {
        name: "synthetic-source",
        severity: Warning,
        field: "synthetic",
        fix: "演示数据须标 synthetic，真实数据不得标",
        wrong: synthetic_source,
    },
];

/// A rule that a guide breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Name of the rule.
    pub rule: &'static str,
    /// How much it costs.
    pub severity: Severity,
    /// The field; empty where it is the guide as a whole.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// How to mend it.
    pub fix: &'static str,
}

/// Every rule that the guide breaks: `incomplete` where something is missing, the others where fields contradict each
/// other or the form.
pub fn faults(guide: &Guide) -> Vec<RuleFault> {
    RULES
        .iter()
        .filter_map(|rule| {
            let reason = (rule.wrong)(guide)?;
            Some(RuleFault {
                rule: rule.name,
                severity: rule.severity,
                field: rule.field,
                reason,
                fix: rule.fix,
            })
        })
        .collect()
}

/// The same as findings about a row.
pub(super) fn check(guide: &Guide, at: At<'_>) -> Vec<Finding> {
    faults(guide)
        .into_iter()
        .map(|fault| {
            let finding =
                Finding::new(fault.severity, fault.rule, at.file, Some(at.row), fault.reason, fault.fix);
            let finding = finding.item(&guide.name);
            if fault.field.is_empty() { finding } else { finding.field(fault.field) }
        })
        .collect()
}

fn is_permit(guide: &Guide) -> bool {
    guide.item_type == Some(ItemType::Permit)
}

fn told(text: &Option<String>) -> bool {
    text.as_deref().is_some_and(|t| !t.trim().is_empty())
}

fn incomplete(guide: &Guide) -> Option<String> {
    let place =
        |part: fn(&crate::guide::Place) -> &Option<String>| guide.places.iter().any(|p| told(part(p)));
    let always = [
        ("实施主体", told(&guide.department)),
        ("受理条件", !guide.conditions.is_empty()),
        ("申请材料", !guide.materials.is_empty()),
        ("办理流程", !guide.flow.is_empty() || told(&guide.flow_online) || told(&guide.flow_offline)),
        ("办结时限", guide.legal_limit.is_some() || guide.promised_limit.is_some()),
        ("收费", guide.fee_charged.is_some() || !guide.fees.is_empty()),
        ("办理地点", place(|p| &p.address)),
        ("办理时间", place(|p| &p.hours)),
        ("咨询电话", told(&guide.consult.phone)),
        ("监督投诉电话", told(&guide.complaint.phone)),
    ];
    let permits = [
        ("网上办理深度", !guide.online_depth.is_empty()),
        ("结果送达方式", guide.results.iter().any(|r| told(&r.delivery))),
        ("表格下载", guide.materials.iter().any(|m| told(&m.blank_form))),
        ("通办范围", told(&guide.cross_region_scope)),
        ("预约办理", guide.supports.appointment.is_some()),
        ("网上支付", guide.supports.online_pay.is_some()),
        ("物流快递", guide.supports.express.is_some()),
        ("中介服务", !guide.intermediary.is_empty()),
    ];
    let missing: Vec<&str> = always
        .into_iter()
        .chain(permits.into_iter().filter(|_| is_permit(guide)))
        .filter(|(_, there)| !there)
        .map(|(label, _)| label)
        .collect();
    (!missing.is_empty()).then(|| format!("没有写明：{}", missing.join("、")))
}

fn value(limit: &Option<Limit>) -> Option<u32> {
    limit.as_ref().and_then(|l| l.value)
}

fn case_type(guide: &Guide) -> Option<String> {
    let immediate = value(&guide.promised_limit)? == 0;
    match guide.case_type {
        Some(CaseType::Immediate) if !immediate => Some("办件类型为即办件，承诺时限却不是当场办结".into()),
        Some(CaseType::Promised) if immediate => Some("承诺时限为当场办结，办件类型却是承诺件".into()),
        _ => None,
    }
}

fn review_type(guide: &Guide) -> Option<String> {
    let at_once = guide.review_type.as_deref()? == "即审即办";
    let immediate = guide.case_type.as_ref()? == &CaseType::Immediate;
    (at_once != immediate).then(|| {
        format!(
            "审查类型“{}”与办件类型“{}”不符",
            guide.review_type.as_deref().unwrap_or_default(),
            guide.case_type.as_ref().map_or("", |c| c.word())
        )
    })
}

fn limit_order(guide: &Guide) -> Option<String> {
    let (legal, promised) = (guide.legal_limit.as_ref()?, guide.promised_limit.as_ref()?);
    // Working days and calendar days can't be compared without a calendar.
    let same_unit = legal.unit == promised.unit;
    (same_unit && promised.value? > legal.value?).then(|| {
        format!(
            "承诺时限 {} 长于法定时限 {}",
            promised.text().unwrap_or_default(),
            legal.text().unwrap_or_default()
        )
    })
}

fn on_site_reason(guide: &Guide) -> Option<String> {
    let reason = guide.on_site_reason.as_deref().map(str::trim).filter(|r| !matches!(*r, "" | "无"));
    match (guide.max_visits?, reason) {
        (0, Some(_)) => Some("到现场次数为 0，却写了必须现场办理的原因".into()),
        (n, None) if n > 0 => Some(format!("到现场次数为 {n}，没有写必须现场办理的原因")),
        _ => None,
    }
}

fn no_visit(guide: &Guide) -> Option<String> {
    let no_way =
        guide.max_visits? == 0 && guide.online == Some(false) && guide.supports.express != Some(true);
    no_way.then(|| "到现场次数为 0，却既不能网办也不能邮寄".into())
}

fn fully_online(guide: &Guide) -> Option<String> {
    let fully = guide.online_depth.iter().chain(&guide.handle_forms).any(|d| d.contains("全程网办"));
    (fully && guide.max_visits.is_some_and(|n| n > 0)).then(|| "写明全程网办，到现场次数却大于 0".into())
}

fn fee_details(guide: &Guide) -> Option<String> {
    if guide.fee_charged != Some(true) {
        return None;
    }
    let mut missing = Vec::new();
    if !guide.fees.iter().any(|f| told(&f.standard)) {
        missing.push("收费标准");
    }
    if !guide.fees.iter().any(|f| told(&f.basis)) {
        missing.push("收费依据");
    }
    (!missing.is_empty()).then(|| format!("收费，但没有写明{}", missing.join("、")))
}

fn fee_none(guide: &Guide) -> Option<String> {
    if guide.fee_charged != Some(false) {
        return None;
    }
    if guide.fees.iter().any(|f| told(&f.standard)) {
        return Some("写明不收费，却有收费标准".into());
    }
    (guide.supports.online_pay == Some(true)).then(|| "写明不收费，却支持网上支付".into())
}

fn same_phone(guide: &Guide) -> Option<String> {
    let (consult, complaint) = (guide.consult.phone.as_deref()?, guide.complaint.phone.as_deref()?);
    // 12345 is both by design.
    (consult == complaint && consult.len() > 5).then(|| format!("咨询电话与投诉电话都是 {consult}"))
}

static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // Area code and number, mobile, short public line with or without area code, 400 and 800 lines.
    Regex::new(r"^(\(?0\d{2,3}\)?[-—－ ]?\d{7,8}([-—－转]\d{1,6})?|1[3-9]\d{9}|(\(?0\d{2,3}\)?[-—－ ]?)?1\d{2,5}([-—－转]\d{1,4})*|95\d{3,4}|[48]00[-—－ ]?\d{3}[-—－ ]?\d{4}|无)$").ok()
});

fn phone_form(guide: &Guide) -> Option<String> {
    let pattern = PHONE.as_ref()?;
    let phones = [&guide.consult.phone, &guide.complaint.phone]
        .into_iter()
        .flatten()
        .chain(guide.places.iter().filter_map(|p| p.phone.as_ref()));
    let wrong: Vec<String> = phones
        .flat_map(|text| text.split(['、', ';', '；', ',', '，', '/', '\n']))
        .map(super::clean::narrow)
        // Words around a number ("咨询电话：", "（工作日）") are the guide's own; only bare numbers are judged.
        .filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || "-—()转 ".contains(c)))
        .filter(|part| !pattern.is_match(part))
        .map(|part| super::finding::shortened(&part))
        .collect();
    (!wrong.is_empty()).then(|| format!("电话不完整或没有区号：{}", wrong.join("、")))
}

fn audience_topic(guide: &Guide) -> Option<String> {
    if guide.audience.is_empty() {
        return None;
    }
    let person = guide.audience.iter().any(Audience::is_person);
    let firm = guide.audience.iter().any(|a| !a.is_person());
    if !guide.topics_person.is_empty() && !person {
        return Some("有自然人主题，服务对象里却没有自然人".into());
    }
    (!guide.topics_corp.is_empty() && !firm).then(|| "有法人主题，服务对象里却没有法人".into())
}

fn permit_flow(guide: &Guide) -> Option<String> {
    const STEPS: usize = 5;
    let few = is_permit(guide) && !guide.flow.is_empty() && guide.flow.len() < STEPS;
    few.then(|| format!("行政许可的流程只有 {} 步", guide.flow.len()))
}

fn permit_faq(guide: &Guide) -> Option<String> {
    (is_permit(guide) && guide.faq.is_empty()).then(|| "行政许可没有常见问题".into())
}

fn result_sample(guide: &Guide) -> Option<String> {
    let bare: Vec<&str> = guide
        .results
        .iter()
        .filter(|r| !matches!(r.name.trim(), "" | "无") && !told(&r.sample))
        .map(|r| r.name.as_str())
        .collect();
    (!bare.is_empty()).then(|| format!("没有结果样本：{}", bare.join("、")))
}

fn dates(guide: &Guide) -> Option<String> {
    let (from, to) = (guide.effective_date?, guide.cancel_date?);
    (to <= from).then(|| format!("取消日期 {to} 不晚于生效日期 {from}"))
}

fn online_address(guide: &Guide) -> Option<String> {
    let silent = guide.online == Some(true) && links(guide).next().is_none();
    silent.then(|| "可以网办，却没有写办理地址".into())
}

fn address_form(guide: &Guide) -> Option<String> {
    let address = guide.online_url.as_deref()?;
    let good = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    (!good).then(|| format!("“{}”不是网址", super::finding::shortened(address)))
}

fn material_name(guide: &Guide) -> Option<String> {
    let nameless = guide.materials.iter().filter(|m| m.name.trim().is_empty()).count();
    (nameless > 0).then(|| format!("有 {nameless} 件材料没有名称"))
}

fn material_twice(guide: &Guide) -> Option<String> {
    let mut seen = HashSet::new();
    let twice: Vec<&str> = guide
        .materials
        .iter()
        .filter(|m| !seen.insert((m.name.trim(), m.when.as_ref().map(When::text))))
        .map(|m| m.name.trim())
        .filter(|name| !name.is_empty())
        .collect();
    (!twice.is_empty()).then(|| format!("材料重复：{}", twice.join("、")))
}

fn business_twice(guide: &Guide) -> Option<String> {
    let mut seen = HashSet::new();
    let twice: Vec<&str> =
        guide.business_items.iter().map(|b| b.name.as_str()).filter(|name| !seen.insert(*name)).collect();
    (!twice.is_empty()).then(|| format!("业务办理项重复：{}", twice.join("、")))
}

/// Every condition of a guide, wherever it stands.
fn conditions(guide: &Guide) -> impl Iterator<Item = &When> {
    let materials = guide.materials.iter().filter_map(|m| m.when.as_ref());
    let fees = guide.fees.iter().filter_map(|f| f.when.as_ref());
    let sentences = guide.conditions.iter().filter_map(|c| c.when.as_ref());
    materials.chain(fees).chain(sentences)
}

fn when_unknown(guide: &Guide) -> Option<String> {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    known.insert(ITEM, guide.business_items.iter().map(|b| b.name.as_str()).collect());
    for situation in &guide.situations {
        known.insert(&situation.id, situation.options.iter().map(|o| o.id.as_str()).collect());
    }
    let asked = guide.situations.iter().filter_map(|s| s.ask_when.as_ref());
    let mut wrong = BTreeSet::new();
    for when in conditions(guide).chain(asked) {
        for (variable, options) in when.reads() {
            match known.get(variable) {
                None => {
                    wrong.insert(format!("没有情形 {variable}"));
                }
                Some(there) => wrong.extend(
                    options
                        .iter()
                        .filter(|o| !there.contains(o.as_str()))
                        .map(|option| format!("{variable} 没有选项 {option}")),
                ),
            }
        }
    }
    (!wrong.is_empty()).then(|| wrong.into_iter().collect::<Vec<_>>().join("；"))
}

fn situation_idle(guide: &Guide) -> Option<String> {
    let used: HashSet<&str> = conditions(guide).flat_map(When::reads).map(|(variable, _)| variable).collect();
    let idle: Vec<&str> =
        guide.situations.iter().map(|s| s.id.as_str()).filter(|id| !used.contains(id)).collect();
    (!idle.is_empty()).then(|| format!("这些情形不影响任何材料、条件或收费：{}", idle.join("、")))
}

fn situation_options(guide: &Guide) -> Option<String> {
    let mut wrong = Vec::new();
    let mut ids = HashSet::new();
    for situation in &guide.situations {
        let options: HashSet<&str> = situation.options.iter().map(|o| o.id.as_str()).collect();
        if !ids.insert(situation.id.as_str()) || situation.id.is_empty() || situation.id == ITEM {
            wrong.push(format!("情形编号“{}”重复、为空或为保留字", situation.id));
        }
        if options.len() < 2 || options.len() < situation.options.len() {
            wrong.push(format!("情形 {} 的选项少于两个或重复", situation.id));
        }
    }
    (!wrong.is_empty()).then(|| wrong.join("；"))
}

fn synthetic_source(guide: &Guide) -> Option<String> {
    let made_up = guide.provenance.0.values().flatten().any(|s| s.kind == SourceKind::Synthetic);
    match (guide.synthetic, made_up) {
        (true, false) => Some("标为演示数据，来源却不是 synthetic".into()),
        (false, true) => Some("来源为 synthetic，却没有标为演示数据".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_finds_its_fault_and_passes_a_sound_guide() {
        let sound = r#"{"name":"甲","item_type":"公共服务","department":"某局","audience":["自然人"],"topics_person":["户籍"],
            "conditions":["本人申请"],"flow":[{"step":"受理"}],"promised_limit":{"value":0},"legal_limit":{"value":5,"unit":"工作日"},
            "case_type":"即办件","review_type":"即审即办","fee_charged":false,"max_visits":1,"on_site_reason":"核验身份",
            "places":[{"name":"大厅","address":"某路1号","hours":"工作日"}],"consult":{"phone":"0471-1234567"},"complaint":{"phone":"12345"},
            "business_items":[{"name":"新办"},{"name":"补领"}],
            "situations":[{"id":"agent","question":"谁来办？","options":[{"id":"self","label":"本人"},{"id":"other","label":"代办"}]}],
            "materials":[{"name":"表","when":"item=新办"},{"name":"委托书","when":"agent=other"}],"provenance":{"*":["unverified"]}}"#;
        let at = At { file: "a", row: 1 };
        let base: serde_json::Value = serde_json::from_str(sound).unwrap();
        let guide: Guide = serde_json::from_value(base.clone()).unwrap();
        assert_eq!(check(&guide, at), []);
        for (patch, rule) in [
            (r#"{"department":null}"#, "incomplete"),
            (r#"{"case_type":"承诺件","review_type":null}"#, "case-type"),
            (r#"{"review_type":"前审后批"}"#, "review-type"),
            (r#"{"promised_limit":{"value":9,"unit":"工作日"},"case_type":null}"#, "limit-order"),
            (r#"{"on_site_reason":null}"#, "on-site-reason"),
            (r#"{"max_visits":0,"on_site_reason":"无","online":false}"#, "no-visit-no-way"),
            (r#"{"handle_forms":["全程网办"]}"#, "fully-online"),
            (r#"{"fee_charged":true}"#, "fee-details"),
            (r#"{"fees":[{"name":"费","standard":"5元"}]}"#, "fee-none"),
            (r#"{"complaint":{"phone":"0471-1234567"}}"#, "same-phone"),
            (r#"{"consult":{"phone":"1234567"}}"#, "phone-form"),
            (r#"{"topics_corp":["税务"]}"#, "audience-topic"),
            (r#"{"item_type":"行政许可"}"#, "permit-flow"),
            (r#"{"item_type":"行政许可"}"#, "permit-faq"),
            (r#"{"results":[{"name":"证"}]}"#, "result-sample"),
            (r#"{"effective_date":"2026-02-01","cancel_date":"2026-01-01"}"#, "dates"),
            (r#"{"online":true}"#, "online-address"),
            (r#"{"online_url":"javascript:x"}"#, "address-form"),
            (r#"{"materials":[{"name":" "},{"name":"委托书","when":"agent=other"}]}"#, "material-name"),
            (
                r#"{"materials":[{"name":"表"},{"name":"表"},{"name":"委托书","when":"agent=other"}]}"#,
                "material-twice",
            ),
            (r#"{"business_items":[{"name":"新办"},{"name":"新办"}]}"#, "business-twice"),
            (
                r#"{"materials":[{"name":"表","when":"agent=nobody && item=注销 && house=own"}]}"#,
                "when-unknown",
            ),
            (r#"{"materials":[{"name":"表"}]}"#, "situation-idle"),
            (r#"{"situations":[{"id":"agent","options":[{"id":"self"}]}]}"#, "situation-options"),
            (r#"{"synthetic":true}"#, "synthetic-source"),
        ] {
            let mut record = base.clone();
            let serde_json::Value::Object(patch_map) = serde_json::from_str(patch).unwrap() else { panic!() };
            for (key, value) in patch_map {
                match value {
                    serde_json::Value::Null => record.as_object_mut().unwrap().remove(&key),
                    value => record.as_object_mut().unwrap().insert(key, value),
                };
            }
            let guide: Guide = serde_json::from_value(record).unwrap();
            let found: Vec<&str> = check(&guide, at).iter().map(|f| f.rule).collect();
            assert!(found.contains(&rule), "{patch}: {found:?}");
        }
        assert!(RULES.iter().all(|r| !r.fix.is_empty()));
    }

    #[test]
    fn phones_are_judged_only_where_they_are_bare_numbers() {
        for (phone, good) in [
            ("0471-1234567", true),
            ("04711234567", true),
            ("12345", true),
            ("020-12333-9", true),
            ("400-123-4567", true),
            ("窗口电话：1234567（上午）", true),
            ("1234567", false),
            ("0471-1234567、7654321", false),
        ] {
            let mut guide = Guide { name: "甲".into(), ..Guide::default() };
            guide.consult.phone = Some(phone.into());
            assert_eq!(phone_form(&guide).is_none(), good, "{phone}");
        }
    }
}
