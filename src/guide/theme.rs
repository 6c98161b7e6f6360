//! 一件事: several items that one event in life brings together.

use super::card::{Card, MaterialState};
use super::provenance::Provenance;
use serde::{Deserialize, Serialize};

/// A life-event bundle. Its members differ from place to place: this is data, never a constant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Theme {
    /// The bundle's name.
    pub name: String,
    /// `person` or `enterprise`.
    pub audience: String,
    /// Stage of life or business, such as 出生.
    pub stage: String,
    /// What people say for the event.
    pub common_names: Vec<String>,
    /// The joined items in order.
    pub members: Vec<Member>,
    /// The place whose published bundle this is; empty where it is from general knowledge.
    pub region_of_source: Option<String>,
    /// Sources by field.
    pub provenance: Provenance,
}

/// One joined item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Member {
    /// The member as the bundle's source names it.
    pub title: String,
    /// The official name of the catalog item, where the catalog has one.
    pub item: Option<String>,
    /// The business item, where one is meant.
    pub business_item: Option<String>,
    /// Titles of members that must be done before.
    pub after: Vec<String>,
}

/// A material that one or more items ask for (合并材料).
#[derive(Clone, Debug, PartialEq)]
pub struct SharedMaterial {
    /// 材料名称
    pub name: String,
    /// Names of all items that ask for it.
    pub used_by: Vec<String>,
    /// The strictest that any of them says.
    pub state: MaterialState,
}

/// One list of materials for several cards: each material once, those that depend on something last.
pub fn share_materials<'a>(cards: impl IntoIterator<Item = &'a Card>) -> Vec<SharedMaterial> {
    let mut list: Vec<SharedMaterial> = Vec::new();
    for card in cards {
        for line in &card.materials {
            let (name, state) = (&line.material.name, line.state.clone());
            match list.iter_mut().find(|known| known.name == *name) {
                Some(known) => {
                    if state.strictness() > known.state.strictness() {
                        known.state = state;
                    }
                    if !known.used_by.contains(&card.name) {
                        known.used_by.push(card.name.clone());
                    }
                }
                None => {
                    list.push(SharedMaterial { name: name.clone(), used_by: vec![card.name.clone()], state });
                }
            }
        }
    }
    list.sort_by_key(|shared| matches!(shared.state, MaterialState::Open(_)));
    list
}

#[cfg(test)]
mod tests {
    use super::super::{Answers, Guide, compose};
    use super::*;
    use jiff::civil::date;

    #[test]
    fn each_material_stands_once_and_what_depends_comes_last() {
        let card = |json: &str| {
            let guide: Guide = serde_json::from_str(json).unwrap();
            compose(&guide, &Answers::default(), date(2026, 11, 1))
        };
        let a = card(
            r#"{"name":"甲","materials":[{"name":"委托书","when":"who=other"},{"name":"户口簿","waivable":true}],
                "situations":[{"id":"who","question":"谁办？","options":[{"id":"self","label":"本人"},{"id":"other","label":"别人"}]}]}"#,
        );
        let b = card(r#"{"name":"乙","materials":[{"name":"户口簿"},{"name":"申请表"}]}"#);
        let shared = share_materials([&a, &b]);
        let names: Vec<&str> = shared.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["户口簿", "申请表", "委托书"]);
        assert_eq!(shared[0].used_by, ["甲", "乙"]);
        assert_eq!(shared[0].state, MaterialState::Needed, "one of them wants it on paper");
        assert!(matches!(shared[2].state, MaterialState::Open(_)));
    }
}
