//! The answer card: fields of one guide, each with its source. Nothing on it is written anew.

use super::channel::Place;
use super::material::Material;
use super::provenance::Source;
use super::region::RegionCode;
use super::situation::{Answers, ITEM, SituationKind, Truth, When};
use super::{Guide, ItemKey};
use jiff::civil::Date;

/// Which field of which guide a line was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// The guide's field, or `field/entry name`.
    pub field: String,
    /// Where the guide has it from.
    pub sources: Vec<Source>,
}

/// One labelled value of a card; `None` where the guide is silent (指南未载明).
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The field's label on a guide.
    pub label: &'static str,
    /// The field's value.
    pub value: Option<String>,
    /// Where it was read.
    pub citation: Citation,
}

/// Whether a guide tells in words alone for whom a material is needed: 非必要, and no rule beyond the case.
fn only_words_tell(material: &Material) -> bool {
    let rule = material.when.as_ref();
    let names_the_case = |when: &When| when.reads().iter().all(|(variable, _)| *variable == ITEM);
    material.necessity == Some(super::Necessity::Conditional)
        && rule.is_none_or(|when| names_the_case(when) && material.needed_when.is_some())
}

/// Whether a material is needed under the answers given.
#[derive(Clone, Debug, PartialEq)]
pub enum MaterialState {
    /// It must be brought.
    Needed,
    /// An electronic licence may replace it (免提交).
    Waivable,
    /// It may follow after acceptance (容缺后补).
    Later,
    /// It depends on an answer not yet given; the questions that decide, none where the guide asks none.
    Open(Vec<String>),
}

impl MaterialState {
    /// Which of two says more of what must be brought: the higher.
    pub fn strictness(&self) -> u8 {
        match self {
            MaterialState::Open(_) => 0,
            MaterialState::Waivable => 1,
            MaterialState::Later => 2,
            MaterialState::Needed => 3,
        }
    }
}

/// One material of a card.
#[derive(Clone, Debug, PartialEq)]
pub struct MaterialLine {
    /// The material as the guide has it.
    pub material: Material,
    /// Whether it is needed.
    pub state: MaterialState,
    /// Where it was read.
    pub citation: Citation,
}

/// A question of the guide with what was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenQuestion {
    /// The variable that the answer sets.
    pub id: String,
    /// The question as the guide has it; for the business item, the label 业务办理项.
    pub question: String,
    /// Whether several answers may hold.
    pub multi: bool,
    /// Options as (id, label).
    pub options: Vec<(String, String)>,
    /// The ids chosen so far.
    pub chosen: Vec<String>,
}

/// Everything a person must know to get one item done, read from one guide.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The catalog item.
    pub key: ItemKey,
    /// 事项名称
    pub name: String,
    /// 传统蒙古文名称, where the guide has one
    pub name_mn: Option<Line>,
    /// The chosen business item (业务办理项).
    pub business_item: Option<String>,
    /// 实施编码, or the best code there is.
    pub code: Option<String>,
    /// The guide's place.
    pub region_code: Option<RegionCode>,
    /// The guide's place by name.
    pub region_name: Option<String>,
    /// Made up for demonstration.
    pub synthetic: bool,
    /// Version of the guide.
    pub version: Option<String>,
    /// 数据来源
    pub data_source: Option<String>,
    /// Day of the guide.
    pub updated_at: Option<Date>,
    /// Older than it should be.
    pub stale: bool,
    /// 情形 questions that change this card.
    pub questions: Vec<OpenQuestion>,
    /// 事项类型, 实施主体, 服务对象 and the like.
    pub head: Vec<Line>,
    /// 申请材料
    pub materials: Vec<MaterialLine>,
    /// Source of the list of materials as a whole; `None` of materials means the guide is silent.
    pub materials_citation: Citation,
    /// 受理条件
    pub conditions: Vec<Line>,
    /// Limits, visits and fees.
    pub limits: Vec<Line>,
    /// Where and how.
    pub channels: Vec<Line>,
    /// 办理地点
    pub places: Vec<Place>,
    /// 是否网办
    pub online: Option<bool>,
    /// 代办
    pub agent: Option<bool>,
    /// 在线办理地址 (computer, phone).
    pub online_url: Option<String>,
    /// 移动端办理地址
    pub mobile_url: Option<String>,
    /// 办理流程
    pub flow: Vec<Line>,
    /// 审批结果
    pub results: Vec<Line>,
    /// 设定依据
    pub basis: Vec<Line>,
    /// 常见问题: question as label is not possible, so both stand in the value's two parts.
    pub faq: Vec<(String, String, Citation)>,
}

impl Card {
    /// How many materials must still be brought for sure.
    pub fn needed(&self) -> usize {
        self.count(|state| matches!(state, MaterialState::Needed | MaterialState::Later))
    }

    /// How many may be waived by an electronic licence.
    pub fn waivable(&self) -> usize {
        self.count(|state| *state == MaterialState::Waivable)
    }

    /// How many depend on answers not yet given.
    pub fn open(&self) -> usize {
        self.count(|state| matches!(state, MaterialState::Open(_)))
    }

    fn count(&self, holds: impl Fn(&MaterialState) -> bool) -> usize {
        self.materials.iter().filter(|m| holds(&m.state)).count()
    }
}

struct Reader<'a> {
    guide: &'a Guide,
    answers: &'a Answers,
}

impl Reader<'_> {
    fn cite(&self, field: &str, entry: Option<&str>) -> Citation {
        Citation {
            field: match entry {
                Some(entry) => format!("{field}/{entry}"),
                None => field.to_owned(),
            },
            sources: self.guide.provenance.of(field, entry).to_vec(),
        }
    }

    fn line(&self, label: &'static str, field: &str, value: Option<String>) -> Line {
        let value = value.filter(|v| !v.trim().is_empty());
        let mut citation = self.cite(field, None);
        if value.is_none() {
            // Silence was read nowhere.
            citation.sources.clear();
        }
        Line { label, value, citation }
    }

    fn holds(&self, when: Option<&When>) -> Truth {
        when.map_or(Truth::Yes, |when| when.truth(self.answers))
    }

    /// The questions whose answers an open condition still waits for.
    fn waits_for(&self, when: &When) -> Vec<String> {
        let mut ids: Vec<String> = when
            .reads()
            .into_iter()
            .filter(|(variable, _)| self.answers.get(variable).is_none())
            .map(|(variable, _)| variable.to_owned())
            .collect();
        ids.dedup();
        ids
    }

    fn questions(&self) -> Vec<OpenQuestion> {
        let guide = self.guide;
        let chosen = |id: &str| -> Vec<String> {
            self.answers.get(id).map(|set| set.iter().cloned().collect()).unwrap_or_default()
        };
        let mut questions = Vec::new();
        if guide.business_items.len() > 1 {
            questions.push(OpenQuestion {
                id: ITEM.to_owned(),
                question: "业务办理项".to_owned(),
                multi: false,
                options: guide.business_items.iter().map(|b| (b.name.clone(), b.name.clone())).collect(),
                chosen: chosen(ITEM),
            });
        }
        let mut situations: Vec<_> = guide.situations.iter().collect();
        situations.sort_by_key(|s| s.order.unwrap_or(u32::MAX));
        for situation in situations {
            if self.holds(situation.ask_when.as_ref()) == Truth::No || !self.matters(&situation.id) {
                continue;
            }
            questions.push(OpenQuestion {
                id: situation.id.clone(),
                question: situation.question.clone(),
                multi: situation.kind == SituationKind::Multi,
                options: situation.options.iter().map(|o| (o.id.clone(), o.label.clone())).collect(),
                chosen: chosen(&situation.id),
            });
        }
        questions
    }

    /// Whether an answer to this question can still change the card, the other answers given.
    fn matters(&self, id: &str) -> bool {
        let mut others = Answers::default();
        for (variable, options) in self.answers.iter().filter(|(v, _)| *v != id) {
            options.iter().for_each(|o| others.choose(variable, o));
        }
        let guide = self.guide;
        let conditions = guide
            .materials
            .iter()
            .filter_map(|m| m.when.as_ref())
            .chain(guide.fees.iter().filter_map(|f| f.when.as_ref()))
            .chain(guide.conditions.iter().filter_map(|c| c.when.as_ref()))
            .chain(guide.situations.iter().filter_map(|s| s.ask_when.as_ref()));
        conditions.into_iter().any(|when| {
            when.reads().iter().any(|(variable, _)| *variable == id) && when.truth(&others) == Truth::Open
        })
    }

    fn materials(&self) -> Vec<MaterialLine> {
        let mut materials: Vec<&Material> = self.guide.materials.iter().collect();
        materials.sort_by_key(|m| m.order.unwrap_or(u32::MAX));
        materials
            .into_iter()
            .filter_map(|material| {
                let state = match (self.holds(material.when.as_ref()), &material.when) {
                    (Truth::No, _) => return None,
                    (Truth::Open, Some(when)) => MaterialState::Open(self.waits_for(when)),
                    _ if only_words_tell(material) => MaterialState::Open(Vec::new()),
                    _ if material.waivable == Some(true) => MaterialState::Waivable,
                    _ if material.necessity == Some(super::Necessity::Later) => MaterialState::Later,
                    _ => MaterialState::Needed,
                };
                Some(MaterialLine {
                    citation: self.cite("materials", Some(&material.name)),
                    material: material.clone(),
                    state,
                })
            })
            .collect()
    }

    fn fees(&self) -> Vec<Line> {
        let guide = self.guide;
        if guide.fee_charged == Some(false) {
            return vec![Line {
                citation: self.cite("fee_charged", None),
                ..self.line("收费", "fees", Some("不收费".into()))
            }];
        }
        let lines: Vec<Line> = guide
            .fees
            .iter()
            .filter(|fee| self.holds(fee.when.as_ref()) != Truth::No)
            .map(|fee| {
                let parts =
                    [Some(fee.name.as_str()), fee.standard.as_deref(), fee.reduction_basis.as_deref()];
                let text: Vec<&str> = parts.into_iter().flatten().filter(|t| !t.is_empty()).collect();
                Line {
                    label: "收费",
                    value: Some(text.join(" ")),
                    citation: self.cite("fees", Some(&fee.name)),
                }
            })
            .collect();
        match (lines.is_empty(), guide.fee_charged) {
            (false, _) => lines,
            (true, Some(true)) => vec![self.line("收费", "fee_charged", Some("收费".into()))],
            (true, _) => vec![self.line("收费", "fees", None)],
        }
    }

    fn channels(&self) -> Vec<Line> {
        let guide = self.guide;
        let online = guide.online.map(|yes| {
            let depth = guide.online_depth.join("、");
            match (yes, depth.is_empty()) {
                (true, true) => "可网上办理".to_owned(),
                (true, false) => format!("可网上办理（{depth}）"),
                (false, _) => "不能网上办理".to_owned(),
            }
        });
        let mut lines = vec![self.line("网上办理", "online", online)];
        if guide.places.is_empty() {
            lines.push(self.line("办理地点", "places", None));
        }
        for place in &guide.places {
            let parts = [
                ("", Some(place.name.as_str())),
                ("地址：", place.address.as_deref()),
                ("窗口：", place.window.as_deref()),
                ("时间：", place.hours.as_deref()),
                ("电话：", place.phone.as_deref()),
                ("交通：", place.route.as_deref()),
            ];
            let text: Vec<String> =
                parts.into_iter().filter_map(|(label, value)| value.map(|v| format!("{label}{v}"))).collect();
            lines.push(Line {
                label: "办理地点",
                value: Some(text.join("；")),
                citation: self.cite("places", Some(&place.name)),
            });
        }
        lines.push(self.line("咨询电话", "consult", guide.consult.phone.clone()));
        for (label, field, value) in [
            ("蒙速办 App 办理", "app_url", guide.app_url.clone()),
            ("小程序办理", "mini_program_url", guide.mini_program_url.clone()),
            ("自助终端办理", "terminal_url", guide.terminal_url.clone()),
            ("投诉电话", "complaint", guide.complaint.phone.clone()),
            ("通办范围", "cross_region_scope", guide.cross_region_scope.clone()),
            ("办理形式", "handle_forms", Some(guide.handle_forms.join("、"))),
            ("可否代办", "supports", guide.supports.agent.map(yes_no)),
            ("可否预约", "supports", guide.supports.appointment.map(yes_no)),
            ("可否邮寄", "supports", guide.supports.express.map(yes_no)),
        ] {
            lines.extend(Some(self.line(label, field, value)).filter(|line| line.value.is_some()));
        }
        lines
    }

    fn head(&self) -> Vec<Line> {
        let guide = self.guide;
        let audience: Vec<&str> = guide.audience.iter().map(|a| a.word()).collect();
        [
            ("事项类型", "item_type", guide.item_type.as_ref().map(|t| t.word().to_owned())),
            ("办件类型", "case_type", guide.case_type.as_ref().map(|t| t.word().to_owned())),
            ("实施主体", "department", guide.department.clone()),
            ("服务对象", "audience", Some(audience.join("、"))),
        ]
        .into_iter()
        .map(|(label, field, value)| self.line(label, field, value))
        .collect()
    }

    fn limits(&self) -> Vec<Line> {
        let guide = self.guide;
        let mut lines = vec![
            self.line("法定办结时限", "legal_limit", guide.legal_limit.as_ref().and_then(|l| l.text())),
            self.line("承诺办结时限", "promised_limit", guide.promised_limit.as_ref().and_then(|l| l.text())),
        ];
        lines.extend(self.fees());
        lines.push(self.line("到办事现场次数", "max_visits", guide.max_visits.map(|n| format!("{n}次"))));
        lines
    }
}

/// Where one can go, field by field, as the guide has it; what it doesn't say is left out.
pub fn place_lines(guide: &Guide, place: &Place) -> Vec<Line> {
    let citation = Citation {
        field: format!("places/{}", place.name),
        sources: guide.provenance.of("places", Some(&place.name)).to_vec(),
    };
    [
        ("地址", &place.address),
        ("窗口", &place.window),
        ("办公时间", &place.hours),
        ("电话", &place.phone),
        ("交通", &place.route),
    ]
    .into_iter()
    .filter(|(_, value)| value.is_some())
    .map(|(label, value)| Line { label, value: value.clone(), citation: citation.clone() })
    .collect()
}

/// Whether to book, and whom to call before going there.
pub fn desk_lines(guide: &Guide) -> (Line, Line) {
    let reader = Reader { guide, answers: &Answers::default() };
    let appointment = reader.line("可否预约", "supports", guide.supports.appointment.map(yes_no));
    (appointment, reader.line("咨询电话", "consult", guide.consult.phone.clone()))
}

fn yes_no(yes: bool) -> String {
    if yes { "可以" } else { "不可以" }.to_owned()
}

/// Reads a card from a guide under the answers given so far.
pub fn compose(guide: &Guide, answers: &Answers, today: Date) -> Card {
    let reader = Reader { guide, answers };
    let conditions = guide
        .conditions
        .iter()
        .filter(|c| reader.holds(c.when.as_ref()) != Truth::No)
        .map(|c| reader.line("受理条件", "conditions", Some(c.text.clone())));
    let flow = guide.flow.iter().map(|step| {
        let parts = [
            Some(step.step.as_str()),
            step.standard.as_deref(),
            step.result.as_deref(),
            step.limit.as_deref(),
        ];
        let text: Vec<&str> = parts.into_iter().flatten().collect();
        reader.line("办理流程", "flow", Some(text.join("：")))
    });
    let results = guide.results.iter().map(|result| {
        let parts = [Some(result.name.as_str()), result.valid_for.as_deref(), result.delivery.as_deref()];
        let text: Vec<&str> = parts.into_iter().flatten().collect();
        reader.line("审批结果", "results", Some(text.join("；")))
    });
    let basis = guide.legal_basis.iter().map(|basis| {
        let parts = [
            Some(basis.law.as_str()),
            basis.number.as_deref(),
            basis.article.as_deref(),
            basis.text.as_deref(),
        ];
        let text: Vec<&str> = parts.into_iter().flatten().collect();
        reader.line("设定依据", "legal_basis", Some(text.join(" ")))
    });
    Card {
        key: guide.item_key(),
        name: guide.name.clone(),
        name_mn: Some(reader.line("蒙古文名称", "name_mn", guide.name_mn.clone()))
            .filter(|line| line.value.is_some()),
        business_item: answers.item().map(str::to_owned),
        code: guide
            .task_code
            .as_ref()
            .map(|c| c.as_str())
            .or(guide.local_task_code.as_ref().map(|c| c.as_str()))
            .or(guide.catalog_code.as_ref().map(|c| c.as_str()))
            .map(str::to_owned),
        region_code: guide.place_code().cloned(),
        region_name: guide.region_name.clone(),
        synthetic: guide.synthetic,
        version: guide.version.clone(),
        data_source: guide.data_source.clone(),
        updated_at: guide.updated_at,
        stale: guide.is_stale(today),
        questions: reader.questions(),
        head: reader.head(),
        materials: reader.materials(),
        materials_citation: reader.cite("materials", None),
        conditions: or_silent(conditions.collect(), || reader.line("受理条件", "conditions", None)),
        limits: reader.limits(),
        channels: reader.channels(),
        places: guide.places.clone(),
        online: guide.online,
        agent: guide.supports.agent,
        online_url: guide.online_url.clone(),
        mobile_url: guide.mobile_url.clone(),
        flow: or_silent(flow.collect(), || {
            reader.line("办理流程", "flow", guide.flow_offline.clone().or(guide.flow_online.clone()))
        }),
        results: or_silent(results.collect(), || reader.line("审批结果", "results", None)),
        basis: or_silent(basis.collect(), || reader.line("设定依据", "legal_basis", None)),
        faq: guide
            .faq
            .iter()
            .map(|f| (f.question.clone(), f.answer.clone(), reader.cite("faq", None)))
            .collect(),
    }
}

fn or_silent(lines: Vec<Line>, silent: impl FnOnce() -> Line) -> Vec<Line> {
    if lines.is_empty() { vec![silent()] } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn guide() -> Guide {
        serde_json::from_str(
            r#"{"name":"居民身份证办理","business_items":[{"name":"首次申领"},{"name":"丢失补领"}],
            "situations":[{"id":"agent","question":"谁来办？","options":[{"id":"self","label":"本人"},{"id":"guardian","label":"监护人"}],"ask_when":"item=首次申领"}],
            "materials":[{"name":"居民户口簿","waivable":true},{"name":"监护人身份证","when":"item=首次申领 && agent=guardian"},{"name":"照片","necessity":"容缺后补"}],
            "fee_charged":true,"fees":[{"name":"工本费","standard":"20元/证","when":"item=首次申领"},{"name":"工本费","standard":"40元/证","when":"item=丢失补领"}],
            "provenance":{"*":["unverified"],"fees":["law:《居民身份证法》"]}}"#,
        )
        .unwrap()
    }

    #[test]
    fn what_only_some_need_is_not_counted_for_all() {
        let guide: Guide = serde_json::from_str(
            r#"{"name":"甲","business_items":[{"name":"一"},{"name":"二"}],"materials":[
                {"name":"低保证","necessity":"非必要","needed_when":"申请减免费用的"},
                {"name":"外国人证件","necessity":"非必要","needed_when":"一方是外国人的","when":"item=一"},
                {"name":"旧证","necessity":"非必要","when":"item=一"},
                {"name":"照片","necessity":"必要"}]}"#,
        )
        .unwrap();
        let card = compose(&guide, &[(ITEM, "一")].into_iter().collect(), date(2026, 11, 24));
        let open: Vec<bool> =
            card.materials.iter().map(|m| matches!(m.state, MaterialState::Open(_))).collect();
        assert_eq!(open, [true, true, false, false]);
        assert_eq!((card.needed(), card.open()), (2, 2));
    }

    #[test]
    fn answers_decide_materials_fees_and_questions() {
        let today = date(2026, 11, 24);
        for (answers, names, fees, questions) in [
            (vec![], vec!["居民户口簿", "监护人身份证", "照片"], 2, vec!["item", "agent"]),
            (vec![("item", "丢失补领")], vec!["居民户口簿", "照片"], 1, vec!["item"]),
            (
                vec![("item", "首次申领")],
                vec!["居民户口簿", "监护人身份证", "照片"],
                1,
                vec!["item", "agent"],
            ),
            (
                vec![("item", "首次申领"), ("agent", "self")],
                vec!["居民户口簿", "照片"],
                1,
                vec!["item", "agent"],
            ),
        ] {
            let card = compose(&guide(), &answers.iter().copied().collect(), today);
            let got: Vec<&str> = card.materials.iter().map(|m| m.material.name.as_str()).collect();
            assert_eq!(got, names, "{answers:?}");
            let got = card.limits.iter().filter(|l| l.label == "收费").count();
            assert_eq!(got, fees, "{answers:?}");
            let got: Vec<&str> = card.questions.iter().map(|q| q.id.as_str()).collect();
            assert_eq!(got, questions, "{answers:?}");
        }
    }

    #[test]
    fn silence_is_a_line_and_every_line_is_cited() {
        let card = compose(&guide(), &Answers::default(), date(2026, 11, 24));
        let silent = |lines: &[Line]| lines.iter().any(|l| l.value.is_none());
        assert!(silent(&card.conditions) && silent(&card.channels) && silent(&card.flow));
        assert!(card.limits.iter().all(|l| l.citation.sources.is_empty() == l.value.is_none()));
        assert_eq!(card.limits[2].citation.sources[0].reference, "《居民身份证法》");
        assert_eq!((card.needed(), card.waivable(), card.open()), (1, 1, 1));
        assert!(matches!(&card.materials[1].state, MaterialState::Open(ids) if ids == &["item", "agent"]));
    }
}
