//! 政务服务大厅: where one can go when a guide doesn't say where.

use super::card::{Citation, Line};
use super::channel::Place;
use super::provenance::Provenance;
use super::region::RegionCode;
use serde::{Deserialize, Serialize};

/// The hall of a division (综合性政务服务大厅). A record of its own with its own sources: it stands in for no
/// field of a guide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hall {
    /// The division it belongs to.
    pub region_code: RegionCode,
    /// Name, address, hours, phone.
    pub place: Place,
    /// Sources by field of `place`.
    #[serde(default)]
    pub provenance: Provenance,
}

/// A line of the halls file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("halls line {line}: {cause}; see corpus/README.md for the form")]
pub struct BadHalls {
    line: usize,
    #[source]
    cause: serde_json::Error,
}

impl Hall {
    /// Reads one hall a line.
    pub fn parse_all(text: &str) -> Result<Vec<Hall>, BadHalls> {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| serde_json::from_str(line).map_err(|cause| BadHalls { line: at + 1, cause }))
            .collect()
    }

    /// The hall of a place, or of its nearest ancestor below the whole region: nobody travels to the capital for it.
    pub fn nearest<'h>(halls: &'h [Hall], place: &RegionCode) -> Option<&'h Hall> {
        place
            .line()
            .filter(|up| up.level() > 2)
            .find_map(|up| halls.iter().find(|hall| hall.region_code == up))
    }

    /// Its fields with their sources; what isn't known is left out.
    pub fn lines(&self) -> Vec<Line> {
        let place = &self.place;
        [
            ("地址", "address", &place.address),
            ("窗口", "window", &place.window),
            ("办公时间", "hours", &place.hours),
            ("电话", "phone", &place.phone),
            ("交通", "route", &place.route),
        ]
        .into_iter()
        .filter(|(_, _, value)| value.is_some())
        .map(|(label, field, value)| Line {
            label,
            value: value.clone(),
            citation: Citation { field: field.to_owned(), sources: self.provenance.of(field, None).to_vec() },
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_hall_answers_and_strangers_do_not() {
        let halls = Hall::parse_all(
            "{\"region_code\":\"152500\",\"place\":{\"name\":\"甲\",\"address\":\"某路1号\"},\"provenance\":{\"*\":[\"unverified\"]}}\n\
             {\"region_code\":\"152502\",\"place\":{\"name\":\"乙\"}}\n",
        )
        .unwrap();
        let name = |code: &str| {
            let code = RegionCode::try_from(code.to_owned()).unwrap();
            Hall::nearest(&halls, &code).map(|hall| hall.place.name.as_str())
        };
        for (code, want) in [
            ("152502", Some("乙")),
            ("152502001", Some("乙")),
            ("152527", Some("甲")),
            ("150702", None),
            ("150000", None),
        ] {
            assert_eq!(name(code), want, "{code}");
        }
        let lines = halls[0].lines();
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].label, lines[0].citation.sources.len()), ("地址", 1));
        let error = Hall::parse_all("\n{\"region_code\":\"1525\"}").unwrap_err().to_string();
        assert!(error.starts_with("halls line 2"), "{error}");
    }
}
