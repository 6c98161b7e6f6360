//! One side of an item: the lines of its card that answer it.

use super::phrases::Side;
use crate::guide::{Card, Facet, Line, MaterialLine};

/// The lines of a card that speak of one side. Materials stand in their own list and are none of them.
///
/// A line without a value says that the guide is silent.
pub fn aspect(card: &Card, side: Side) -> Vec<Line> {
    let facet = match side {
        Side::Facet(facet) => facet,
        // A guide knows neither queues nor, but for the validity of a result, intervals.
        Side::Waiting | Side::Mentioned => return Vec::new(),
        Side::Interval => return card.results.clone(),
    };
    let among = |lines: &[Line], labels: &[&str]| -> Vec<Line> {
        lines.iter().filter(|line| labels.contains(&line.label)).cloned().collect()
    };
    match facet {
        Facet::Materials => Vec::new(),
        Facet::Conditions => card.conditions.clone(),
        Facet::Process => card.flow.clone(),
        Facet::Fee => among(&card.limits, &["收费"]),
        Facet::Time => among(&card.limits, &["承诺办结时限", "法定办结时限"]),
        Facet::Place => among(&card.channels, &["办理地点", "通办范围"]),
        Facet::Phone => among(&card.channels, &["咨询电话"]),
        Facet::Online => among(&card.channels, &["网上办理", "办理形式"]),
        Facet::Basis => card.basis.clone(),
        Facet::Agent => agent(card, among(&card.channels, &["可否代办"])),
        Facet::Result => card.results.iter().cloned().chain(among(&card.channels, &["可否邮寄"])).collect(),
        Facet::Who => among(&card.head, &["实施主体"]),
    }
}

/// Whether somebody else may do it; where the guide doesn't say so itself, what it asks of somebody else tells.
fn agent(card: &Card, said: Vec<Line>) -> Vec<Line> {
    if said.iter().any(|line| line.value.is_some()) {
        return said;
    }
    let speaks =
        |text: &str| ["代办", "委托", "代理", "代为", "本人到场", "亲自"].iter().any(|w| text.contains(w));
    let materials = card.materials.iter().filter(|m| speaks(&m.material.name)).map(material_line);
    let rules = card.conditions.iter().chain(&card.flow);
    let rules = rules.filter(|line| line.value.as_deref().is_some_and(speaks)).cloned();
    rules.chain(materials).take(MENTIONS).collect()
}

/// Where a side's own field is silent: steps that say where, or lines that speak of the question's own words.
pub fn nearby(card: &Card, side: Side, words: &[String]) -> Vec<Line> {
    let places = ["到", "在", "向"];
    let offices =
        ["派出所", "窗口", "大厅", "中心", "机构", "街道", "苏木", "乡镇", "嘎查", "社区", "部门", "机关"];
    if side == Side::Facet(Facet::Place) {
        let tells =
            |text: &str| places.iter().any(|w| text.contains(w)) && offices.iter().any(|w| text.contains(w));
        let steps = card.flow.iter().filter(|line| line.value.as_deref().is_some_and(tells));
        return steps.take(1).cloned().collect();
    }
    mentions(card, words)
}

fn material_line(line: &MaterialLine) -> Line {
    Line {
        label: "申请材料",
        value: Some(match line.material.quantity() {
            Some(quantity) => format!("{}（{quantity}）", line.material.name),
            None => line.material.name.clone(),
        }),
        citation: line.citation.clone(),
    }
}

/// The lines of a card that speak of one of these words: materials, conditions, steps, results, answered questions.
///
/// Words of the item's own name are in every line and tell nothing.
pub fn mentions(card: &Card, words: &[String]) -> Vec<Line> {
    let telling: Vec<&String> =
        words.iter().filter(|w| w.chars().count() > 1 && !card.name.contains(w.as_str())).collect();
    let speaks = |text: &str| telling.iter().any(|word| text.contains(word.as_str()));
    let materials = card.materials.iter().filter(|m| speaks(&m.material.name)).map(material_line);
    let lines = card.conditions.iter().chain(&card.flow).chain(&card.results).chain(&card.channels);
    let lines = lines.filter(|line| line.value.as_deref().is_some_and(&speaks)).cloned();
    let faq = card.faq.iter().filter(|(question, answer, _)| speaks(question) || speaks(answer));
    let faq = faq.map(|(question, answer, citation)| Line {
        label: "常见问题",
        value: Some(format!("{question} {answer}")),
        citation: citation.clone(),
    });
    materials.chain(lines).chain(faq).take(MENTIONS).collect()
}

/// More lines than that answer nothing.
const MENTIONS: usize = 4;

/// What a side is called.
pub fn side_name(side: Side) -> &'static str {
    match side {
        Side::Waiting => "排队等候时间",
        Side::Mentioned => "相关内容",
        Side::Interval => "有效期或间隔",
        Side::Facet(facet) => match facet {
            Facet::Materials => "申请材料",
            Facet::Conditions => "受理条件",
            Facet::Process => "办理流程",
            Facet::Fee => "收费",
            Facet::Time => "办理时限",
            Facet::Place => "办理地点",
            Facet::Phone => "咨询电话",
            Facet::Online => "网上办理",
            Facet::Basis => "设定依据",
            Facet::Agent => "能否代办",
            Facet::Result => "办理结果",
            Facet::Who => "归谁管",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::{Answers, Guide, compose};
    use jiff::civil::date;

    #[test]
    fn every_side_reads_its_own_fields_and_nothing_else() {
        let guide: Guide = serde_json::from_str(
            r#"{"name":"甲","department":"公安局","conditions":["本人申请"],"fee_charged":false,
                "promised_limit":{"value":3,"unit":"工作日"},"supports":{"agent":true},
                "consult":{"phone":"0470-0000000"},"results":[{"name":"证","valid_for":"10年"}]}"#,
        )
        .unwrap();
        let card = compose(&guide, &Answers::default(), date(2026, 11, 1));
        for (side, want) in [
            (Side::Facet(Facet::Fee), Some("不收费")),
            (Side::Facet(Facet::Time), Some("3个工作日")),
            (Side::Facet(Facet::Agent), Some("可以")),
            (Side::Facet(Facet::Phone), Some("0470-0000000")),
            (Side::Facet(Facet::Who), Some("公安局")),
            (Side::Facet(Facet::Conditions), Some("本人申请")),
            (Side::Interval, Some("证；10年")),
            (Side::Facet(Facet::Place), None),
            (Side::Facet(Facet::Basis), None),
            (Side::Waiting, None),
        ] {
            let value = aspect(&card, side).into_iter().find_map(|line| line.value);
            assert_eq!(value.as_deref(), want, "{side:?}");
        }
        let guide: Guide = serde_json::from_str(
            r#"{"name":"乙","materials":[{"name":"授权委托书","form":"原件","originals":1},{"name":"照片"}]}"#,
        )
        .unwrap();
        let card = compose(&guide, &Answers::default(), date(2026, 11, 1));
        let lines = aspect(&card, Side::Facet(Facet::Agent));
        assert_eq!(lines.len(), 1, "the guide doesn't say whether, but what for");
        assert!(lines[0].value.as_deref().is_some_and(|v| v.starts_with("授权委托书")));
        for facet in Facet::ALL {
            assert!(!side_name(Side::Facet(facet)).is_empty());
        }
    }
}
