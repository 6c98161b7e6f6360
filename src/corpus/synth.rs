//! Regional demonstration copies: many guides over real divisions, plainly made up.

use crate::guide::{Guide, Limit, Material, Necessity, Place, Provenance, Region, Regions, Source, TaskCode};
use std::collections::BTreeMap;

/// Why a record is synthetic, as its source says on every card.
const WHY: &str = "演示数据，非真实指南";

/// `count` copies of these guides, spread over the divisions below the region, in a fixed order.
///
/// Names of halls, addresses and phones are obviously made up; limits and materials vary a little
/// from place to place, so that comparisons have something to show. The same call gives the same copies.
pub fn copies<'a>(base: &'a [Guide], regions: &'a Regions, count: usize) -> impl Iterator<Item = Guide> + 'a {
    let mut places: Vec<&Region> = regions.iter().filter(|r| r.code.level() > 2).collect();
    places.sort_by(|a, b| (a.code.level(), &a.code).cmp(&(b.code.level(), &b.code)));
    let count = if base.is_empty() || places.is_empty() { 0 } else { count };
    (0..count).map(move |n| {
        let (item, round) = (n % base.len(), n / base.len());
        copy(&base[item], places[round % places.len()], regions, n, item, round)
    })
}

fn copy(base: &Guide, region: &Region, regions: &Regions, n: usize, item: usize, round: usize) -> Guide {
    let full = regions.full_name(&region.code);
    let mut guide = base.clone();
    guide.synthetic = true;
    guide.provenance = Provenance(BTreeMap::from([("*".to_owned(), vec![Source::synthetic(WHY)])]));
    guide.task_code = TaskCode::try_from(format!("DEMO{n:09}")).ok();
    guide.local_task_code = None;
    guide.region_code = Some(region.code.clone());
    guide.region_name = Some(full.clone());
    guide.department = base.department.as_ref().map(|department| format!("{full}{department}（演示）"));
    guide.places = vec![Place {
        name: format!("{full}政务服务大厅（演示）"),
        address: Some(format!("演示地址：{full}演示路{}号", n % 100 + 1)),
        window: Some(format!("演示窗口{}", n % 20 + 1)),
        hours: Some("演示时间".to_owned()),
        phone: Some("0000-0000000".to_owned()),
        ..Place::default()
    }];
    // By item and place, so that the copies of one item differ from place to place.
    let variant = item + round;
    if let Some(legal) = guide.legal_limit.as_ref().and_then(|l| l.value) {
        let promised = [legal, legal.div_ceil(2), legal.div_ceil(3)][variant % 3];
        guide.promised_limit = Some(Limit {
            value: Some(promised),
            unit: guide.legal_limit.as_ref().and_then(|l| l.unit.clone()),
            note: None,
        });
    }
    match variant % 5 {
        1 => guide.materials.push(Material {
            name: "本地补充说明表（演示）".to_owned(),
            necessity: Some(Necessity::Conditional),
            ..Material::default()
        }),
        2 if guide.materials.len() > 2 => {
            // Only a material that no answer decides: a dropped one must not leave an idle question.
            if let Some(at) = guide.materials.iter().rposition(|m| m.when.is_none()) {
                guide.materials.remove(at);
            }
        }
        _ => {}
    }
    guide
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn copies_are_many_marked_and_the_same_each_time() {
        let regions = Regions::parse(include_str!("../../corpus/regions.tsv")).unwrap();
        let base: Vec<Guide> = vec![
            serde_json::from_str(
                r#"{"name":"甲","department":"公安局","legal_limit":{"value":30,"unit":"工作日"},
                "materials":[{"name":"表"},{"name":"证"},{"name":"照片"}],"places":[{"name":"真大厅","phone":"0471-1234567"}],
                "provenance":{"fees":["law:《某法》"]}}"#,
            )
            .unwrap(),
            serde_json::from_str(r#"{"name":"乙"}"#).unwrap(),
        ];
        let all: Vec<Guide> = copies(&base, &regions, 5_000).collect();
        assert_eq!(all.len(), 5_000);
        let codes: HashSet<String> = all.iter().map(|g| g.task_code.as_ref().unwrap().key()).collect();
        assert_eq!(codes.len(), 5_000);
        for guide in &all {
            assert!(guide.synthetic);
            assert!(guide.provenance.0.values().flatten().all(|s| s.to_string().starts_with("synthetic:")));
            assert_eq!(guide.places[0].phone.as_deref(), Some("0000-0000000"));
            assert!(!guide.to_json().unwrap().to_string().contains("0471-1234567"), "a real phone was kept");
        }
        let limits: HashSet<Option<u32>> =
            all.iter().filter(|g| g.name == "甲").map(|g| g.promised_limit.as_ref().unwrap().value).collect();
        assert!(limits.len() > 1);
        assert_eq!(all, copies(&base, &regions, 5_000).collect::<Vec<_>>());
        assert_eq!(copies(&[], &regions, 9).count(), 0);
    }
}
