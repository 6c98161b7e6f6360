//! A record in our own format → a guide, with what is wrong with it.

use super::finding::{Finding, Severity, shortened};
use crate::guide::{BadOperation, Guide, Operation, Source};
use crate::text::has_mongolian;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::LazyLock;

static FIELDS: LazyLock<HashSet<String>> = LazyLock::new(|| Guide::field_names().into_iter().collect());

/// How many keys of a record are fields of our own format.
pub(super) fn own_fields(record: &Map<String, Value>) -> usize {
    record.keys().filter(|key| FIELDS.contains(*key)).count()
}

/// Where a record stands, for findings and provenance.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) row: u64,
}

/// Reads a record; `page` is the public page it was taken from, if the source names one.
pub(super) fn guide(
    record: Map<String, Value>,
    page: Option<String>,
    at: At<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Guide> {
    let mut record = Value::Object(record);
    scrub(&mut record);
    let name = record.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let finding = |severity, rule, reason: String, fix: &str| {
        Finding::new(severity, rule, at.file, Some(at.row), reason, fix).item(&name)
    };
    if name.is_empty() {
        let reason = "没有事项名称，这一行没有采用".to_owned();
        findings.push(finding(Severity::Error, "name", reason, "填写事项名称（name）").field("name"));
        return None;
    }
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let deserializer = serde_path_to_error::Deserializer::new(&record, &mut track);
    let read: Result<Guide, _> =
        serde_ignored::deserialize(deserializer, |path| unknown.push(path.to_string()));
    let mut guide = match read {
        Ok(guide) => guide,
        Err(error) => {
            let path = track.path().to_string();
            let reason = format!("{error}，这一行没有采用");
            findings.push(
                finding(Severity::Error, "type", reason, "按 corpus/README.md 的格式改正该字段").field(path),
            );
            return None;
        }
    };
    for path in unknown {
        let reason = format!("不认识的字段 {path}，其内容没有采用");
        let fix = match nearest(path.rsplit('.').next().unwrap_or(&path)) {
            Some(near) => format!("是否应为 {near}？字段名见 corpus/README.md"),
            None => "字段名见 corpus/README.md；不需要就删去".to_owned(),
        };
        findings.push(finding(Severity::Warning, "unknown-field", reason, &fix).field(path));
    }
    if let Some(text) = guide.name_mn.take() {
        // Variation selectors, vowel separators and narrow spaces inside decide which shape a letter has.
        let text = text.trim();
        if has_mongolian(text) {
            guide.name_mn = Some(text.to_owned());
        } else if !text.is_empty() {
            let reason = format!("“{}”里没有传统蒙古文字母（Unicode U+1800 区），没有采用", shortened(text));
            let fix =
                "填写传统蒙古文；西里尔蒙古文、拼音不采用，旧字体的私有编码先转换成 Unicode；没有就删去";
            findings.push(finding(Severity::Warning, "mongolian-name", reason, fix).field("name_mn"));
        }
    }
    guide.name = name;
    let page = page.and_then(|page| Source::try_from(format!("page:{}", page.trim())).ok());
    let row = Source::import(at.file, at.row, guide.updated_at);
    guide.provenance.0.entry("*".to_owned()).or_insert_with(|| page.into_iter().chain([row]).collect());
    Some(guide)
}

/// What tells which guide a record means, and what becomes of it.
const IDENTITY: [&str; 10] = [
    "name",
    "sub_name",
    "task_code",
    "catalog_code",
    "department",
    "region_code",
    "region_name",
    "town_code",
    "village_code",
    "sync_op",
];

/// Reads a record of a batch of changes: a guide as it is to be, or which one is to go.
pub(super) fn change(
    mut record: Map<String, Value>,
    page: Option<String>,
    at: At<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Guide> {
    let text = |field: &str| record.get(field).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (name, code, word) = (text("name"), text("task_code"), text("sync_op"));
    let finding = |rule, field: &str, reason: String, fix: &str| {
        Finding::new(Severity::Error, rule, at.file, Some(at.row), reason, fix).field(field).item(&name)
    };
    let said = Guide { sync_op: Some(word), ..Guide::default() };
    match said.operation() {
        Ok(Operation::Delete) => {}
        Ok(_) => return guide(record, page, at, findings),
        Err(BadOperation(word)) => {
            let reason = format!("不认识的同步类型“{}”", shortened(&word));
            let fix = "写 insert（新增）、update（修改）或 delete（删除）；不写时按编码新增或修改";
            findings.push(finding("operation", "sync_op", reason, fix));
            return None;
        }
    }
    if code.is_empty() && name.is_empty() {
        let reason = "没有写明删除哪一条指南".to_owned();
        let fix = "填写实施编码（task_code）；没有编码的，填写事项名称、区划和实施主体";
        findings.push(finding("code", "task_code", reason, fix));
        return None;
    }
    let cases = record.remove("business_items");
    record.retain(|field, _| IDENTITY.contains(&field.as_str()));
    record.extend(cases.map(|cases| ("business_items".to_owned(), cases)));
    if name.is_empty() {
        // Known by its code; how it is called is in the index.
        record.insert("name".to_owned(), Value::from(code));
    }
    guide(record, None, at, findings)
}

/// Takes out characters that no guide means: NUL, byte order marks, other controls.
fn scrub(value: &mut Value) {
    match value {
        Value::String(text) => {
            let stray = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{FEFF}';
            if text.contains(stray) {
                text.retain(|c| !stray(c));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(scrub),
        Value::Object(map) => map.values_mut().for_each(scrub),
        _ => {}
    }
}

/// The field name most like this one, if any is close.
fn nearest(field: &str) -> Option<&'static str> {
    const CLOSE: f64 = 0.75;
    FIELDS
        .iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(known, field), known.as_str()))
        .filter(|(likeness, _)| *likeness >= CLOSE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> (Option<Guide>, Vec<Finding>) {
        let Value::Object(record) = value else { panic!("not a record") };
        let mut findings = Vec::new();
        let guide = guide(record, None, At { file: "a.jsonl", row: 7 }, &mut findings);
        (guide, findings)
    }

    #[test]
    fn a_guide_carries_the_row_it_came_from() {
        let (guide, findings) = read(json!({"name":" 甲\u{0} ","updated_at":"2026-01-02"}));
        let guide = guide.unwrap();
        assert_eq!(guide.name, "甲");
        assert_eq!(guide.provenance.of("fees", None)[0].to_string(), "import:a.jsonl#7@2026-01-02");
        assert!(findings.is_empty());
    }

    #[test]
    fn a_mongolian_name_stays_to_the_last_selector_and_another_script_is_no_such_name() {
        // Letters in the order of the block, with FVS1, MVS and NNBSP between them: no word of any language.
        let letters = "\u{1820}\u{180B}\u{1821}\u{180E}\u{1820}\u{202F}\u{1822}";
        for (name, want) in [
            (letters.to_owned(), Some(letters)),
            (format!(" {letters}\n"), Some(letters)),
            (format!("\u{FEFF}{letters}"), Some(letters)),
            ("  ".to_owned(), None),
        ] {
            let (guide, findings) = read(json!({"name":"演示","name_mn":name}));
            assert_eq!(guide.unwrap().name_mn.as_deref(), want, "{name:?}");
            assert!(findings.is_empty(), "{findings:?}");
        }
        for foreign in ["абв", "abc", "演示", "\u{E234}\u{E235}", "\u{180B}\u{180E}"] {
            let (guide, findings) = read(json!({"name":"演示","name_mn":foreign}));
            assert_eq!(guide.unwrap().name_mn, None, "{foreign:?}");
            let [finding] = &findings[..] else { panic!("{foreign:?}: {findings:?}") };
            assert_eq!((finding.rule, finding.severity), ("mongolian-name", Severity::Warning));
            assert_eq!(finding.field.as_deref(), Some("name_mn"));
            assert!(finding.reason.contains("U+1800") && finding.fix.contains("Unicode"), "{finding}");
        }
    }

    #[test]
    fn a_change_names_its_guide_and_what_becomes_of_it() {
        let read = |value: Value| {
            let Value::Object(record) = value else { panic!("not a record") };
            let mut findings = Vec::new();
            let guide = change(record, None, At { file: "a.jsonl", row: 7 }, &mut findings);
            (guide, findings)
        };
        for record in [
            json!({"task_code":"C1","sync_op":"delete"}),
            json!({"task_code":"C1","sync_op":"D","name":"","materials":"NULL","max_visits":"-"}),
        ] {
            let (guide, findings) = read(record);
            assert_eq!(guide.unwrap().task_code.unwrap().as_str(), "C1");
            assert!(findings.is_empty(), "{findings:?}");
        }
        for (record, rule, field) in [
            (json!({"sync_op":"delete"}), "code", "task_code"),
            (json!({"name":"甲","sync_op":"merge"}), "operation", "sync_op"),
            (json!({"task_code":"C1","sync_op":"update"}), "name", "name"),
            (json!({"task_code":"C 1","sync_op":"delete"}), "type", "task_code"),
        ] {
            let (guide, findings) = read(record.clone());
            let [finding] = &findings[..] else { panic!("{record}: {findings:?}") };
            assert_eq!(
                (guide, finding.rule, finding.field.as_deref()),
                (None, rule, Some(field)),
                "{record}"
            );
            assert_eq!((finding.row, finding.severity), (Some(7), Severity::Error));
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field() {
        for (record, lost, rule, field, fix) in [
            (json!({"item_type":"公共服务"}), true, "name", "name", "事项名称"),
            (
                json!({"name":"甲","materials":[{"name":"乙","originals":"一"}]}),
                true,
                "type",
                "materials[0].originals",
                "README",
            ),
            (json!({"name":"甲","legal_limit":"三天"}), true, "type", "legal_limit", "README"),
            (json!({"name":"甲","task_code":"a b"}), true, "type", "task_code", "README"),
            (json!({"name":"甲","materiels":[]}), false, "unknown-field", "materiels", "materials"),
            (
                json!({"name":"甲","materials":[{"name":"乙","colour":1}]}),
                false,
                "unknown-field",
                "materials.0.colour",
                "README",
            ),
        ] {
            let (guide, findings) = read(record.clone());
            assert_eq!(guide.is_none(), lost, "{record}");
            let [finding] = &findings[..] else { panic!("{record}: {findings:?}") };
            assert_eq!(finding.rule, rule, "{record}");
            assert_eq!(finding.field.as_deref(), Some(field), "{record}");
            assert!(finding.fix.contains(fix), "{record}: {}", finding.fix);
            assert_eq!(finding.row, Some(7));
        }
    }
}
