//! Twins: the same implementation given twice, and rows that are cases of one guide.

use super::finding::{Finding, Severity};
use super::record::At;
use crate::guide::{Guide, Operation};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Which guides a run has seen. Keeps a hash and a position each, not the guides.
#[derive(Default)]
pub(super) struct Twins {
    files: Vec<String>,
    seen: HashMap<u64, (u32, u64)>,
}

impl Twins {
    /// Remembers a guide; gives the finding if it was there before. In a batch of changes it can't be told which counts.
    pub(super) fn meet(&mut self, guide: &Guide, at: At<'_>, changes: bool) -> Option<Finding> {
        let mut hasher = DefaultHasher::new();
        guide.identity().hash(&mut hasher);
        if self.files.last().map(String::as_str) != Some(at.file) {
            self.files.push(at.file.to_owned());
        }
        let here = ((self.files.len() - 1) as u32, at.row);
        match self.seen.entry(hasher.finish()) {
            Entry::Vacant(slot) => {
                slot.insert(here);
                None
            }
            Entry::Occupied(slot) => {
                let (file, row) = *slot.get();
                let first = self.files.get(file as usize).map_or("", String::as_str);
                let what = match &guide.task_code {
                    Some(code) => format!("实施编码 {}", super::finding::shortened(code.as_str())),
                    None => "事项名称、区划和实施主体".to_owned(),
                };
                let (end, fix) = match changes {
                    true => ("同一批变更里一条指南只能出现一次", "只留最后一次变更"),
                    false => ("只采用了前一条", "删去旧的一条；两条都有效的，改正编码"),
                };
                let reason = format!("{what}与 {first} 第{row}行重复，{end}");
                Some(
                    Finding::new(Severity::Error, "duplicate", at.file, Some(at.row), reason, fix)
                        .item(&guide.name),
                )
            }
        }
    }
}

/// Exchange tables hold one row for each business item: adds the second row's to the first.
///
/// True where the rows were cases of one guide.
pub(super) fn join(first: &mut Guide, second: &Guide) -> bool {
    let goes = |guide: &Guide| guide.operation() == Ok(Operation::Delete);
    let same = first.task_code.is_some() && first.task_code == second.task_code && first.name == second.name;
    // A row that takes a case away and one that brings a case are two changes, not two cases.
    let same = same && goes(first) == goes(second);
    let new_case = second
        .business_items
        .iter()
        .any(|case| first.business_items.iter().all(|b| b.name != case.name || b.code != case.code));
    if !same || first.business_items.is_empty() || second.business_items.is_empty() || !new_case {
        return false;
    }
    for case in &second.business_items {
        if !first.business_items.contains(case) {
            first.business_items.push(case.clone());
        }
    }
    for material in &second.materials {
        if !first.materials.contains(material) {
            first.materials.push(material.clone());
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide(json: &str) -> Guide {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_second_of_two_is_reported_with_both_places() {
        let mut twins = Twins::default();
        let at = |file, row| At { file, row };
        assert_eq!(twins.meet(&guide(r#"{"name":"甲","task_code":"1A"}"#), at("a", 1), false), None);
        assert_eq!(twins.meet(&guide(r#"{"name":"甲","region_code":"150100"}"#), at("a", 2), false), None);
        assert_eq!(twins.meet(&guide(r#"{"name":"甲","region_code":"150200"}"#), at("b", 1), false), None);
        let finding = twins.meet(&guide(r#"{"name":"乙","task_code":"1a"}"#), at("b", 2), false).unwrap();
        assert_eq!(finding.row, Some(2));
        assert!(finding.reason.contains("a 第1行"), "{}", finding.reason);
        let again = twins.meet(&guide(r#"{"name":"甲","region_code":"150100000000"}"#), at("b", 3), false);
        assert!(again.unwrap().reason.contains("a 第2行"));
    }

    #[test]
    fn rows_of_one_guide_become_one() {
        let mut first =
            guide(r#"{"name":"甲","task_code":"1","business_items":[{"name":"新办","code":"101"}]}"#);
        let second =
            guide(r#"{"name":"甲","task_code":"1","business_items":[{"name":"注销","code":"102"}]}"#);
        assert!(join(&mut first, &second));
        assert!(!join(&mut first, &second), "a repeated row is a duplicate, not a case");
        let gone = guide(
            r#"{"name":"甲","task_code":"1","sync_op":"D","business_items":[{"name":"补办","code":"103"}]}"#,
        );
        assert!(!join(&mut first, &gone), "what goes is no case of what comes");
        assert!(!join(
            &mut first,
            &guide(r#"{"name":"甲","task_code":"2","business_items":[{"name":"补办"}]}"#)
        ));
        assert_eq!(first.business_items.len(), 2);
    }
}
