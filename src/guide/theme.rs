//! 一件事: several items that one event in life brings together.

use super::Guide;
use super::material::Material;
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

/// A material that one or more members of a bundle ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedMaterial<'a> {
    /// The material, as the first item that asks for it has it.
    pub material: &'a Material,
    /// Names of all items that ask for it.
    pub used_by: Vec<&'a str>,
}

/// One list of materials for several guides: each material once, with the items that ask for it.
pub fn merge_materials<'a>(guides: &[&'a Guide]) -> Vec<MergedMaterial<'a>> {
    let mut merged: Vec<MergedMaterial<'a>> = Vec::new();
    for guide in guides {
        for material in &guide.materials {
            match merged
                .iter_mut()
                .find(|m| m.material.name == material.name && m.material.copy_type == material.copy_type)
            {
                Some(known) if known.used_by.contains(&guide.name.as_str()) => {}
                Some(known) => known.used_by.push(&guide.name),
                None => merged.push(MergedMaterial { material, used_by: vec![&guide.name] }),
            }
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_material_stands_once() {
        let guide = |name: &str, materials: &[&str]| Guide {
            name: name.into(),
            materials: materials
                .iter()
                .map(|m| Material { name: (*m).into(), ..Material::default() })
                .collect(),
            ..Guide::default()
        };
        let (a, b) = (guide("甲", &["户口簿", "申请表"]), guide("乙", &["户口簿"]));
        let merged = merge_materials(&[&a, &b]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].used_by, ["甲", "乙"]);
        assert_eq!(merged[1].used_by, ["甲"]);
    }
}
