//! Shapes of the report of differences, on pages and as a workbook.

use super::{RegionShape, region};
use crate::assist::{DifferenceRow, Differences, FaultRow};
use crate::corpus::{Cell, Page};
use crate::guide::RegionCode;
use serde::Serialize;
use utoipa::ToSchema;

/// Places named in one row at most; the workbook names them all.
const NAMED: usize = 12;

/// Characters of a value in a row at most; the side-by-side view has it whole.
const VALUE: usize = 300;

/// A page of the report.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferencesResponse {
    /// Guides in force that were read.
    pub guides: usize,
    /// The generation that it was made of.
    pub index: String,
    /// The day by which guides are in force.
    pub today: String,
    /// All deviations, without the filter.
    pub deviations: usize,
    /// All faults, without the filter.
    pub faults: usize,
    /// Rows that the filter leaves.
    pub found: usize,
    /// Deviations of this page, those first that touch most people; empty where faults are asked for.
    pub rows: Vec<DifferenceShape>,
    /// Faults of this page.
    pub fault_rows: Vec<FaultShape>,
    /// This page, from 1.
    pub page: usize,
    /// Whether there is another one.
    pub more: bool,
}

/// The report is being made.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountingResponse {
    /// Items that were read.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

/// A field in which places deviate from an item's standard.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceShape {
    /// Key of the item.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// Guides of the item in force.
    pub guides: usize,
    /// The field.
    pub field: &'static str,
    /// Its label on a guide.
    pub label: &'static str,
    /// What the others deviate from.
    pub standard: String,
    /// The place whose guide sets it; `null` where it is what most say.
    pub standard_of: Option<RegionShape>,
    /// Other values, most places first.
    pub variants: Vec<VariantShape>,
    /// How many places are silent here.
    pub silent: usize,
    /// How many places deviate.
    pub deviating: usize,
    /// How many people live there: an estimate from the census figures of leagues.
    pub people: u64,
    /// Codes to compare side by side: the standard's place and the first that deviate.
    pub compare: Vec<String>,
}

/// A value that deviates.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariantShape {
    /// The value.
    pub value: String,
    /// How many places say so.
    pub count: usize,
    /// The first of them.
    pub places: Vec<RegionShape>,
}

/// A fault of the guides of an item.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaultShape {
    /// Key of the item.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// `missing`, `contradiction` or `stale`.
    pub kind: &'static str,
    /// The field; empty where it is the guide as a whole.
    pub field: &'static str,
    /// What is wrong.
    pub reason: String,
    /// How to mend it.
    pub fix: &'static str,
    /// How many places.
    pub count: usize,
    /// The first of them.
    pub places: Vec<RegionShape>,
    /// How many people live there: an estimate.
    pub people: u64,
}

fn named(report: &Differences, places: &[u32]) -> Vec<RegionShape> {
    places.iter().take(NAMED).map(|number| region(report.place(*number))).collect()
}

fn short(text: &str) -> String {
    let mut kept: String = text.chars().take(VALUE).collect();
    if text.chars().nth(VALUE).is_some() {
        kept.push('…');
    }
    kept
}

/// A deviation as a list shows it.
pub fn difference(report: &Differences, row: &DifferenceRow) -> DifferenceShape {
    let first = |places: &Vec<u32>| places.first().map(|number| report.place(*number).code.to_string());
    let mut compare = vec![report.place(row.said_by).code.to_string()];
    compare.extend(row.variants.iter().filter_map(|(_, places)| first(places)));
    compare.dedup();
    compare.truncate(5);
    DifferenceShape {
        code: row.item.to_string(),
        name: row.name.clone(),
        guides: row.guides,
        field: row.field,
        label: row.label,
        standard: short(&row.standard),
        standard_of: row.standard_of.map(|number| region(report.place(number))),
        variants: row
            .variants
            .iter()
            .take(NAMED)
            .map(|(value, places)| VariantShape {
                value: short(value),
                count: places.len(),
                places: named(report, places),
            })
            .collect(),
        silent: row.silent.len(),
        deviating: row.deviating,
        people: row.people,
        compare,
    }
}

/// A fault as a list shows it.
pub fn fault(report: &Differences, row: &FaultRow) -> FaultShape {
    FaultShape {
        code: row.item.to_string(),
        name: row.name.clone(),
        kind: row.kind.word(),
        field: row.field,
        reason: row.reason.clone(),
        fix: row.fix,
        count: row.places.len(),
        places: named(report, &row.places),
        people: row.people,
    }
}

/// The report as two sheets: all of it, or what touches a place.
pub fn sheets(report: &Differences, within: Option<&RegionCode>) -> [Page; 2] {
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |n: u64| Cell::Number(n as f64);
    let names = |places: &[u32]| {
        let list: Vec<&str> = places.iter().map(|n| report.place(*n).name.as_str()).collect();
        Cell::Text(list.join("、"))
    };
    let touched = |places: &[u32]| within.is_none_or(|region| report.touches(places, region));
    let mut deviations = Vec::new();
    for row in &report.rows {
        for (value, places) in row.variants.iter().filter(|(_, places)| touched(places)) {
            deviations.push(vec![
                text(row.item.as_str()),
                text(&row.name),
                text(row.label),
                text(&row.standard),
                row.standard_of.map_or(text("多数地区"), |n| text(&report.place(n).name)),
                text(value),
                number(places.len() as u64),
                number(row.guides as u64),
                number(row.people),
                names(places),
            ]);
        }
    }
    let faults = report.faults.iter().filter(|row| touched(&row.places)).map(|row| {
        let kind = match row.kind.word() {
            "missing" => "要素缺失",
            "stale" => "长期未更新",
            _ => "自相矛盾",
        };
        vec![
            text(row.item.as_str()),
            text(&row.name),
            text(kind),
            text(&row.reason),
            text(row.fix),
            number(row.places.len() as u64),
            number(row.people),
            names(&row.places),
        ]
    });
    [
        Page {
            name: "同事不同标",
            columns: vec![
                ("事项编码", 18.0),
                ("事项名称", 36.0),
                ("要素", 14.0),
                ("标准", 40.0),
                ("标准出自", 18.0),
                ("不同的写法", 40.0),
                ("地区数", 8.0),
                ("指南数", 8.0),
                ("涉及人口（估算）", 16.0),
                ("地区", 60.0),
            ],
            rows: deviations,
        },
        Page {
            name: "指南问题",
            columns: vec![
                ("事项编码", 18.0),
                ("事项名称", 36.0),
                ("类别", 12.0),
                ("问题", 50.0),
                ("怎么改", 40.0),
                ("地区数", 8.0),
                ("涉及人口（估算）", 16.0),
                ("地区", 60.0),
            ],
            rows: faults.collect(),
        },
    ]
}
