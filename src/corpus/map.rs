//! Column maps: which header of a source is which field of a guide, and how its values are written.

use super::clean;
use super::finding::shortened;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The table of a map that holds the guides themselves.
const GUIDE: &str = "guide";

/// A field that names the guide a row of a child table belongs to.
const LINK: &str = "@link";

/// A field that names the page a row was taken from.
const PAGE: &str = "@page";

/// How one source names its columns. Read strictly from TOML.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMap {
    /// Short name, for messages.
    name: String,
    /// Its tables: one of guides, and child tables such as materials.
    #[serde(rename = "table")]
    tables: Vec<Table>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// `guide`, or the list field of a guide that each row adds an entry to.
    into: String,
    /// Fields without which a table is not this one.
    need: Vec<String>,
    #[serde(rename = "column")]
    columns: Vec<Column>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    /// Headers that mean this column.
    header: Vec<String>,
    /// Field of the record; `legal_limit.unit` for a part, `@link`, `@page`.
    field: String,
    #[serde(default, rename = "as")]
    form: Form,
    /// Codes and their words.
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// A label that stands before the value and is not part of it.
    strip: Option<String>,
    /// Used only where this field of the record is true.
    only_if: Option<String>,
    /// Used only where this field of the record is not true.
    unless: Option<String>,
}

/// How a cell is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    #[default]
    Text,
    /// Without spaces, in half width.
    Code,
    /// One entry a line.
    Lines,
    /// An enumeration.
    Words,
    YesNo,
    Number,
    Date,
    Limit,
    /// One named entry a line.
    Names,
    /// One step a line.
    Steps,
    /// One legal basis a line.
    Basis,
    /// 无 or 不收费 → nothing is charged; else the fee's standard.
    Fee,
}

/// Why a column map can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadMap {
    /// The file can't be read.
    #[error("can't read the column map {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It is not a column map.
    #[error("{origin} is not a column map: {problem}; see corpus/maps/*.toml for the form")]
    Form {
        /// The file or the built-in map.
        origin: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl ColumnMap {
    /// Reads a map from a file.
    pub fn read(path: &Path) -> Result<ColumnMap, BadMap> {
        let text =
            std::fs::read_to_string(path).map_err(|cause| BadMap::Read { path: path.to_owned(), cause })?;
        ColumnMap::parse(&text, &path.display().to_string())
    }

    /// Reads a map from TOML; `origin` names it in errors.
    pub fn parse(text: &str, origin: &str) -> Result<ColumnMap, BadMap> {
        let bad = |problem: String| BadMap::Form { origin: origin.to_owned(), problem };
        let map: ColumnMap = toml::from_str(text).map_err(|e| bad(e.to_string()))?;
        let known = crate::guide::Guide::field_names();
        for table in &map.tables {
            if table.into != GUIDE && !known.contains(&table.into) {
                return Err(bad(format!("table into = {:?} is not a field of a guide", table.into)));
            }
            for need in &table.need {
                if !table.columns.iter().any(|c| c.field == *need) {
                    return Err(bad(format!("need = {need:?}, but no column has that field")));
                }
            }
            for column in &table.columns {
                let root = column.field.split('.').next().unwrap_or_default();
                if table.into == GUIDE && !root.starts_with('@') && !known.iter().any(|k| k == root) {
                    return Err(bad(format!("field = {:?} is not a field of a guide", column.field)));
                }
            }
        }
        Ok(map)
    }

    /// The maps this program carries: national exchange names, Chinese portal labels, plain lists.
    pub fn shipped() -> Result<Vec<ColumnMap>, BadMap> {
        [
            ("national", include_str!("../../corpus/maps/national.toml")),
            ("portal", include_str!("../../corpus/maps/portal.toml")),
            ("list", include_str!("../../corpus/maps/list.toml")),
        ]
        .into_iter()
        .map(|(name, text)| ColumnMap::parse(text, name))
        .collect()
    }
}

/// A value that a converter could not use, or used with a doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) header: String,
    pub(super) reason: String,
    pub(super) fix: &'static str,
}

/// One row as a record in our own format.
#[derive(Debug, Default)]
pub(super) struct Mapped {
    pub(super) record: Map<String, Value>,
    pub(super) link: Option<String>,
    pub(super) page: Option<String>,
    pub(super) doubts: Vec<Doubt>,
}

/// A table recognised by its headers.
#[derive(Clone, Debug)]
pub(super) struct Recognised<'m> {
    pub(super) map: &'m str,
    table: &'m Table,
    /// Column of the source → columns of the map, in the map's order.
    columns: Vec<(usize, &'m Column)>,
    headers: Vec<String>,
}

/// Finds the map and table that know most of these headers.
pub(super) fn recognise<'m>(maps: &'m [ColumnMap], headers: &[String]) -> Option<Recognised<'m>> {
    let folded: Vec<String> = headers.iter().map(|h| header_key(h)).collect();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for (index, header) in folded.iter().enumerate() {
        if !header.is_empty() {
            at.entry(header).or_insert(index);
        }
    }
    let mut best: Option<(usize, Recognised<'m>)> = None;
    for map in maps {
        for table in &map.tables {
            let columns: Vec<(usize, &Column)> = table
                .columns
                .iter()
                .filter_map(|c| {
                    c.header.iter().find_map(|h| at.get(header_key(h).as_str())).map(|index| (*index, c))
                })
                .collect();
            let complete = table.need.iter().all(|n| columns.iter().any(|(_, c)| c.field == *n));
            let mut used: Vec<usize> = columns.iter().map(|(index, _)| *index).collect();
            used.sort_unstable();
            used.dedup();
            // A single known header is too little to tell a table from any other.
            if !complete || used.len() < 2 {
                continue;
            }
            if best.as_ref().is_none_or(|(count, _)| used.len() > *count) {
                let found = Recognised { map: &map.name, table, columns, headers: headers.to_vec() };
                best = Some((used.len(), found));
            }
        }
    }
    best.map(|(_, found)| found)
}

fn header_key(header: &str) -> String {
    let narrow = clean::narrow(header).to_lowercase();
    narrow.replace("(必填)", "").chars().filter(|c| !c.is_whitespace() && *c != '*').collect()
}

impl Recognised<'_> {
    /// Whether rows are guides; else each adds an entry to [`Recognised::list`].
    pub(super) fn is_guides(&self) -> bool {
        self.table.into == GUIDE
    }

    /// The list field that a child table's rows go to.
    pub(super) fn list(&self) -> &str {
        &self.table.into
    }

    /// How many different source columns are used.
    pub(super) fn known(&self) -> usize {
        self.headers.len() - self.unknown().len()
    }

    /// Headers that the map does not know.
    pub(super) fn unknown(&self) -> Vec<&str> {
        self.headers
            .iter()
            .enumerate()
            .filter(|(index, header)| {
                !header.trim().is_empty() && !self.columns.iter().any(|(used, _)| used == index)
            })
            .map(|(_, header)| header.as_str())
            .collect()
    }

    /// Turns a row into a record; `cell(i)` is the value under the i-th header.
    pub(super) fn apply<'v>(&self, cell: impl Fn(usize) -> Option<&'v Value>) -> Mapped {
        let mut mapped = Mapped::default();
        for (index, column) in &self.columns {
            let Some(value) = cell(*index) else { continue };
            let holds = |field: &String| mapped.record.get(field) == Some(&Value::Bool(true));
            if column.only_if.as_ref().is_some_and(|f| !holds(f)) || column.unless.as_ref().is_some_and(holds)
            {
                continue;
            }
            let texts: Vec<String> = texts(value)
                .into_iter()
                .map(|text| column.stripped(&text))
                .filter(|text| !clean::is_blank(text))
                .collect();
            if texts.is_empty() {
                continue;
            }
            let header = &self.headers[*index];
            match column.field.as_str() {
                LINK => mapped.link = mapped.link.or_else(|| texts.first().map(|t| clean::narrow(t))),
                PAGE => mapped.page = mapped.page.or_else(|| texts.first().cloned()),
                field => match column.convert(&texts, header, &mut mapped.doubts) {
                    Some(Converted::Field(value)) => put(&mut mapped.record, field, value),
                    Some(Converted::NoFee) => put(&mut mapped.record, "fee_charged", Value::Bool(false)),
                    None => {}
                },
            }
        }
        mapped
    }
}

enum Converted {
    Field(Value),
    NoFee,
}

impl Column {
    fn stripped(&self, text: &str) -> String {
        let text = text.trim();
        let rest = self.strip.as_deref().and_then(|label| text.strip_prefix(label));
        rest.unwrap_or(text).trim().to_owned()
    }

    fn convert(&self, texts: &[String], header: &str, doubts: &mut Vec<Doubt>) -> Option<Converted> {
        let whole = texts.join("\n");
        let mut doubt = |reason: String, fix| doubts.push(Doubt { header: header.to_owned(), reason, fix });
        let value = match self.form {
            Form::Text => Value::from(self.word(&whole, &mut doubt)?),
            Form::Code => {
                let code: String = clean::narrow(&whole).chars().filter(|c| !c.is_whitespace()).collect();
                if is_scientific(&code) {
                    doubt(
                        format!("编码“{}”被表格软件当作数字，已失真", shortened(&code)),
                        "把该列设为文本格式，重新导出",
                    );
                    return None;
                }
                Value::from(code)
            }
            Form::Lines => each(texts, clean::lines, Value::from),
            Form::Words => {
                let words: Vec<Value> = texts
                    .iter()
                    .flat_map(|t| clean::words(t))
                    .filter_map(|word| self.word(&word, &mut doubt))
                    .map(Value::from)
                    .collect();
                Value::Array(words)
            }
            Form::YesNo => match clean::yes_no(&self.word(&whole, &mut doubt)?) {
                Some(yes) => Value::Bool(yes),
                None => {
                    doubt(format!("“{}”不是“是”或“否”，该项未采用", shortened(&whole)), "写成“是”或“否”");
                    return None;
                }
            },
            Form::Number => match clean::number(&whole) {
                Some(number) => Value::from(number),
                None => {
                    doubt(format!("“{}”不是整数，该项未采用", shortened(&whole)), "写成 0、1、2 这样的整数");
                    return None;
                }
            },
            Form::Date => match clean::date(&whole) {
                Some(date) => Value::from(date.to_string()),
                None => {
                    doubt(
                        format!("“{}”不是日期，该项未采用", shortened(&whole)),
                        "写成 2026-03-02 这样的日期",
                    );
                    return None;
                }
            },
            Form::Limit => Value::Object(clean::limit(&whole)?),
            Form::Names => each(texts, entries, |name| entry("name", name)),
            Form::Steps => each(texts, entries, |step| entry("step", step)),
            Form::Basis => each(texts, clean::lines, |line| Value::Object(clean::basis(&line))),
            Form::Fee
                if matches!(whole.as_str(), "无" | "否" | "不收费" | "免费" | "不收取费用" | "0" | "0元") =>
            {
                return Some(Converted::NoFee);
            }
            Form::Fee => Value::from(whole),
        };
        Some(Converted::Field(value))
    }

    /// The word for a code; a bare number that the map doesn't know is no word for a citizen.
    fn word(&self, text: &str, doubt: &mut impl FnMut(String, &'static str)) -> Option<String> {
        if self.words.is_empty() {
            return Some(text.to_owned());
        }
        let code = clean::narrow(text);
        if let Some(word) = self.words.get(&code) {
            return Some(word.clone());
        }
        if code.chars().all(|c| c.is_ascii_alphanumeric()) {
            doubt(
                format!("代码“{}”在列映射中没有对应的词，该项未采用", shortened(text)),
                "在列映射的 words 中写明该代码的含义，用 --map 给出",
            );
            return None;
        }
        Some(text.to_owned())
    }
}

fn is_scientific(code: &str) -> bool {
    code.split_once(['E', 'e']).is_some_and(|(head, tail)| {
        head.contains('.')
            && head.chars().all(|c| c.is_ascii_digit() || c == '.')
            && tail.trim_start_matches('+').chars().all(|c| c.is_ascii_digit())
            && !tail.is_empty()
    })
}

fn each(texts: &[String], split: impl Fn(&str) -> Vec<String>, make: impl Fn(String) -> Value) -> Value {
    Value::Array(texts.iter().flat_map(|t| split(t)).map(make).collect())
}

/// Entries of a list written as text: one a line, or between 、 where there is one line; numbering taken off.
fn entries(text: &str) -> Vec<String> {
    let lines = clean::lines(text);
    let lines = match &lines[..] {
        [one] if one.contains(['；', ';']) => {
            one.split(['；', ';']).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
        }
        _ => lines,
    };
    lines.into_iter().map(|line| without_number(&line).to_owned()).filter(|l| !l.is_empty()).collect()
}

fn without_number(line: &str) -> &str {
    let open = line.trim_start_matches(['(', '（']);
    let rest = open.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == open.len() {
        return line;
    }
    let after = rest.trim_start_matches(['.', '．', '、', ')', '）', ' ']);
    // "3岁以下…" or "1.5寸照片" begin with a number of their own.
    if after.len() == rest.len() || after.starts_with(|c: char| c.is_ascii_digit()) { line } else { after }
}

fn entry(field: &str, text: String) -> Value {
    Value::Object(Map::from_iter([(field.to_owned(), Value::from(text))]))
}

/// Lists of a guide whose columns describe one entry: `places.address` is the address of the row's one place.
const ENTRY_LISTS: [&str; 7] =
    ["places", "fees", "results", "legal_basis", "materials", "business_items", "faq"];

/// Sets a field, or part of one, unless an earlier column has set it.
fn put(record: &mut Map<String, Value>, field: &str, value: Value) {
    let Some((root, part)) = field.split_once('.') else {
        if let (Some(Value::Object(there)), Value::Object(parts)) = (record.get_mut(field), &value) {
            for (part, value) in parts {
                there.entry(part.clone()).or_insert_with(|| value.clone());
            }
            return;
        }
        record.entry(field.to_owned()).or_insert(value);
        return;
    };
    let holder = record.entry(root.to_owned()).or_insert_with(|| {
        if ENTRY_LISTS.contains(&root) {
            Value::Array(vec![Value::Object(Map::new())])
        } else {
            Value::Object(Map::new())
        }
    });
    let parts = match holder {
        Value::Array(list) => list.first_mut().and_then(Value::as_object_mut),
        other => other.as_object_mut(),
    };
    if let Some(parts) = parts {
        parts.entry(part.to_owned()).or_insert(value);
    }
}

/// The texts of a cell or a JSON value: a list gives several.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(_) => vec![value.to_string()],
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mapped(headers: &[&str], row: &[Value]) -> Mapped {
        let maps = ColumnMap::shipped().unwrap();
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        recognise(&maps, &headers).unwrap().apply(|i| row.get(i))
    }

    #[test]
    fn headers_choose_the_map_and_the_table() {
        let maps = ColumnMap::shipped().unwrap();
        for (headers, map, into) in [
            (vec!["task_name", "task_code", "dept_name"], "national", "guide"),
            (vec!["task_code", "material_name", "is_need", "material_type"], "national", "materials"),
            (vec!["事项名称*", "实施主体", "承诺办结时限（必填）"], "portal", "guide"),
            (vec!["实施编码", "材料名称", "材料类型"], "portal", "materials"),
            (vec!["code", "name", "parent", "department", "region", "url"], "list", "guide"),
        ] {
            let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
            let found = recognise(&maps, &headers).unwrap();
            assert_eq!((found.map, found.table.into.as_str()), (map, into), "{headers:?}");
        }
        assert!(recognise(&maps, &["甲".to_owned(), "乙".to_owned()]).is_none());
    }

    #[test]
    fn codes_become_words_and_unknown_codes_are_told() {
        let mapped = mapped(
            &["task_name", "task_type", "use_level", "anticipate_day", "anticipate_type", "is_online"],
            &[json!("甲"), json!("01"), json!("9"), json!("20"), json!("1"), json!("1")],
        );
        assert_eq!(
            Value::Object(mapped.record),
            json!({"name":"甲","item_type":"行政许可","legal_limit":{"value":20},"online":true})
        );
        let headers: Vec<&str> = mapped.doubts.iter().map(|d| d.header.as_str()).collect();
        assert_eq!(headers, ["use_level", "anticipate_type"]);
    }

    #[test]
    fn portal_cells_become_lists_and_parts() {
        let mapped = mapped(
            &[
                "事项名称",
                "实施编码",
                "申请材料",
                "承诺办结时限",
                "收费标准",
                "办理地点",
                "咨询电话",
                "设定依据",
                "服务对象",
            ],
            &[
                json!("甲"),
                json!("１１ 22Ａ"),
                json!("1.申请表\n2、身份证\n3岁以下儿童照片"),
                json!("5个工作日"),
                json!("不收费"),
                json!("某路1号"),
                json!("0471-0000000"),
                json!("《某法》第二条：应当登记。"),
                json!("自然人；企业法人"),
            ],
        );
        let record = Value::Object(mapped.record);
        assert_eq!(record["task_code"], "1122A");
        assert_eq!(
            record["materials"],
            json!([{"name":"申请表"},{"name":"身份证"},{"name":"3岁以下儿童照片"}])
        );
        assert_eq!(record["promised_limit"], json!({"value":5,"unit":"工作日"}));
        assert_eq!(record["fee_charged"], false);
        assert_eq!(record["places"], json!([{"address":"某路1号"}]));
        assert_eq!(record["legal_basis"][0]["article"], "第二条");
        assert_eq!(record["audience"], json!(["自然人", "企业法人"]));
    }

    #[test]
    fn a_link_is_an_application_only_where_the_source_says_so() {
        let headers = ["code", "name", "online", "url"];
        let online = mapped(&headers, &[json!("1"), json!("甲"), json!(true), json!("https://a")]);
        assert_eq!((online.record["online_url"].as_str(), online.page), (Some("https://a"), None));
        let silent = mapped(&headers, &[json!("1"), json!("甲"), Value::Null, json!("https://a")]);
        assert_eq!((silent.record.get("online_url"), silent.page.as_deref()), (None, Some("https://a")));
    }

    #[test]
    fn a_wrong_map_is_refused_with_its_reason() {
        for (text, part) in [
            (
                "name='x'\n[[table]]\ninto='guide'\nneed=['nam']\n[[table.column]]\nheader=['a']\nfield='name'",
                "nam",
            ),
            (
                "name='x'\n[[table]]\ninto='guides'\nneed=[]\n[[table.column]]\nheader=['a']\nfield='name'",
                "guides",
            ),
            (
                "name='x'\n[[table]]\ninto='guide'\nneed=[]\n[[table.column]]\nheader=['a']\nfield='nome'",
                "nome",
            ),
            (
                "name='x'\n[[table]]\ninto='guide'\nneed=[]\n[[table.column]]\nheader=['a']\nfield='name'\nform='code'",
                "form",
            ),
        ] {
            let error = ColumnMap::parse(text, "m.toml").unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("m.toml"), "{error}");
        }
    }
}
