//! 同事不同标, measured: which guides of one item deviate from its standard, field by field.

use super::Guide;
use super::compare::getter;
use std::collections::BTreeMap;

/// Fields in which places must not differ: 申请材料, 受理条件, 办结时限, 收费.
pub const STANDARD_FIELDS: [&str; 5] = ["materials", "conditions", "legal_limit", "promised_limit", "fees"];

/// Where a field's standard comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardFrom {
    /// The guide of the highest division says so: its position.
    Highest(usize),
    /// No guide of the highest division says anything; most of those that do say this.
    Most,
}

/// A value that deviates, with the guides that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The value as the first of these guides words it.
    pub value: String,
    /// Positions of the guides.
    pub guides: Vec<usize>,
}

/// A field in which guides of one item differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// The field.
    pub field: &'static str,
    /// Its label on a guide.
    pub label: &'static str,
    /// The value that the others deviate from.
    pub standard: String,
    /// Where it comes from.
    pub from: StandardFrom,
    /// Position of the first guide that says so.
    pub said_by: usize,
    /// What else is said, by most guides first.
    pub variants: Vec<Variant>,
    /// Guides that are silent here, though others speak.
    pub silent: Vec<usize>,
}

/// A text as it is compared: order of lines, blanks and punctuation are no difference.
fn normal(text: &str) -> String {
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| line.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        .filter(|line: &String| !line.is_empty())
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines.join("\n")
}

/// Where guides of one item differ. The guides of the highest division come first.
pub fn deviations(guides: &[Guide]) -> Vec<Deviation> {
    STANDARD_FIELDS.iter().filter_map(|field| deviation(guides, field)).collect()
}

fn deviation(guides: &[Guide], field: &'static str) -> Option<Deviation> {
    let (label, get) = getter(field)?;
    // By what it comes to: the wording of the first, and who says it.
    let mut said: BTreeMap<String, Variant> = BTreeMap::new();
    let mut silent = Vec::new();
    let mut first: Option<(usize, String)> = None;
    for (at, guide) in guides.iter().enumerate() {
        let Some(value) = get(guide).filter(|value| !value.trim().is_empty()) else {
            silent.push(at);
            continue;
        };
        let key = normal(&value);
        if first.is_none() {
            first = Some((at, key.clone()));
        }
        said.entry(key).or_insert_with(|| Variant { value, guides: Vec::new() }).guides.push(at);
    }
    let level = |guide: &Guide| guide.place_code().map_or(0, |code| code.level());
    let highest = level(guides.first()?);
    let (at, key) = first?;
    let at_the_top = guides.iter().take_while(|guide| level(guide) == highest).count();
    let (from, key) = if at_the_top == 1 && at == 0 {
        (StandardFrom::Highest(at), key)
    } else {
        // The first of equals, so that the report is the same each time.
        let most = said.iter().rev().max_by_key(|(_, variant)| variant.guides.len())?;
        (StandardFrom::Most, most.0.clone())
    };
    let Variant { value: standard, guides: saying } = said.remove(&key)?;
    let said_by = saying.first().copied()?;
    let mut variants: Vec<Variant> = said.into_values().collect();
    variants.sort_by_key(|variant| std::cmp::Reverse(variant.guides.len()));
    (!variants.is_empty()).then_some(Deviation { field, label, standard, from, said_by, variants, silent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guides(list: &[&str]) -> Vec<Guide> {
        list.iter().map(|json| serde_json::from_str(json).unwrap()).collect()
    }

    #[test]
    fn the_highest_guide_is_the_standard_and_wording_is_no_difference() {
        let list = guides(&[
            r#"{"name":"甲","region_code":"150000","materials":[{"name":"户口簿"},{"name":"申请表"}],"fee_charged":false}"#,
            r#"{"name":"甲","region_code":"150702","materials":[{"name":"申请表"},{"name":"户口簿 "}],"fee_charged":false}"#,
            r#"{"name":"甲","region_code":"150703","materials":[{"name":"申请表"}]}"#,
            r#"{"name":"甲","region_code":"150704"}"#,
        ]);
        let found = deviations(&list);
        assert_eq!(found.len(), 1, "{found:?}");
        let one = &found[0];
        assert_eq!((one.field, one.from), ("materials", StandardFrom::Highest(0)));
        assert_eq!(one.variants.len(), 1);
        assert_eq!((one.variants[0].guides.as_slice(), one.silent.as_slice()), (&[2][..], &[3][..]));
    }

    #[test]
    fn without_a_guide_from_above_most_are_the_standard() {
        let limit = |place: &str, days: u32| {
            format!(
                r#"{{"name":"甲","region_code":"{place}","promised_limit":{{"value":{days},"unit":"工作日"}}}}"#
            )
        };
        let texts = [
            r#"{"name":"甲","region_code":"150000"}"#.to_owned(),
            limit("150702", 5),
            limit("150703", 3),
            limit("150704", 3),
        ];
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = deviations(&guides(&texts));
        assert_eq!((found[0].standard.as_str(), found[0].from), ("3个工作日", StandardFrom::Most));
        assert_eq!(found[0].variants[0].guides, [1]);
    }
}
