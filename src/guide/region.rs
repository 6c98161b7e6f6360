//! Divisions (行政区划): the tree 区 → 盟市 → 旗县 → 苏木乡镇, and who answers for whom.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// A division code in its shortest even form: 6 digits down to a banner, 9 for a township, 12 for a village.
///
/// Invariant: 6, 9 or 12 ASCII digits, without trailing `000` groups beyond the sixth digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionCode(String);

/// Why a text is not a division code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a division code; write 6, 9 or 12 digits such as 150702 or 150702000000")]
pub struct BadRegion(String);

impl TryFrom<String> for RegionCode {
    type Error = BadRegion;

    fn try_from(text: String) -> Result<RegionCode, BadRegion> {
        let mut code = text.trim();
        if !matches!(code.len(), 6 | 9 | 12) || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadRegion(text));
        }
        while code.len() > 6 && code.ends_with("000") {
            code = &code[..code.len() - 3];
        }
        Ok(RegionCode(code.to_owned()))
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> String {
        code.0
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RegionCode {
    /// 内蒙古自治区
    pub fn region() -> RegionCode {
        RegionCode("150000".to_owned())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The division one level up by the digits alone; `None` for a whole province or region.
    pub fn parent(&self) -> Option<RegionCode> {
        let code = &self.0;
        let up = match code.len() {
            12 => code[..9].to_owned(),
            9 => code[..6].to_owned(),
            _ if code.ends_with("0000") => return None,
            _ if code.ends_with("00") => format!("{}0000", &code[..2]),
            _ => format!("{}00", &code[..4]),
        };
        Some(RegionCode(up))
    }

    /// The division itself, then each one above it.
    pub fn line(&self) -> impl Iterator<Item = RegionCode> {
        std::iter::successors(Some(self.clone()), RegionCode::parent)
    }

    /// Whether this division is the other one or lies inside it.
    pub fn is_within(&self, other: &RegionCode) -> bool {
        self.line().any(|code| code == *other)
    }

    /// 行政层级 as the exchange tables count it: 2 region, 3 league or city, 4 banner, 5 township, 6 village.
    pub fn level(&self) -> u8 {
        match self.0.len() {
            12 => 6,
            9 => 5,
            _ if self.0.ends_with("0000") => 2,
            _ if self.0.ends_with("00") => 3,
            _ => 4,
        }
    }
}

/// One division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its full official name.
    pub name: String,
    /// Other names; a trailing `?` marks one that several divisions share.
    pub aliases: Vec<String>,
    /// Remarks, such as a unit that exists in statistics only.
    pub note: String,
}

/// All divisions, by code.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    list: Vec<Region>,
    by_code: HashMap<RegionCode, usize>,
}

/// A line of the divisions file that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("regions line {line}: {problem}")]
pub struct BadRegions {
    line: usize,
    problem: String,
}

impl Regions {
    /// Reads `code<TAB>name<TAB>level<TAB>parent<TAB>aliases<TAB>note` lines; `#` starts a comment.
    pub fn parse(tsv: &str) -> Result<Regions, BadRegions> {
        let mut regions = Regions::default();
        for (number, line) in tsv.lines().enumerate() {
            let bad = |problem: String| BadRegions { line: number + 1, problem };
            if line.starts_with('#') || line.trim().is_empty() || line.starts_with("code\t") {
                continue;
            }
            let mut cells = line.split('\t');
            let code = RegionCode::try_from(cells.next().unwrap_or_default().to_owned())
                .map_err(|e| bad(e.to_string()))?;
            let name = cells
                .next()
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .ok_or_else(|| bad("no name in the second column".into()))?;
            let mut cells = cells.skip(2);
            let aliases = cells.next().unwrap_or_default();
            let region = Region {
                name: name.to_owned(),
                aliases: aliases.split('、').filter(|a| !a.is_empty()).map(str::to_owned).collect(),
                note: cells.next().unwrap_or_default().to_owned(),
                code: code.clone(),
            };
            if regions.by_code.insert(code.clone(), regions.list.len()).is_some() {
                return Err(bad(format!("code {code} stands twice")));
            }
            regions.list.push(region);
        }
        Ok(regions)
    }

    /// The division with this code.
    pub fn get(&self, code: &RegionCode) -> Option<&Region> {
        self.by_code.get(code).map(|&at| &self.list[at])
    }

    /// All divisions in file order.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.list.iter()
    }

    /// The name with the league or city before it, such as 呼伦贝尔市海拉尔区; the code where it is unknown.
    pub fn full_name(&self, code: &RegionCode) -> String {
        let mut names: Vec<&str> = code
            .line()
            .filter(|up| up.level() > 2 || *code == *up)
            .filter_map(|up| self.get(&up).map(|r| r.name.as_str()))
            .collect();
        names.reverse();
        if names.is_empty() { code.to_string() } else { names.concat() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn codes_shorten_and_climb() {
        for (text, line) in [
            ("150702", "150702 150700 150000"),
            ("150702000000", "150702 150700 150000"),
            ("150000000000", "150000"),
            ("150702001", "150702001 150702 150700 150000"),
            ("150702001000", "150702001 150702 150700 150000"),
            ("150702001002", "150702001002 150702001 150702 150700 150000"),
        ] {
            let got: Vec<String> = code(text).line().map(String::from).collect();
            assert_eq!(got.join(" "), line, "{text}");
        }
        for text in ["", "15", "15070x", "1507020"] {
            assert!(RegionCode::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn names_carry_their_league() {
        let regions = Regions::parse(
            "# c\n150000\t内蒙古自治区\t2\t\t\t\n150700\t呼伦贝尔市\t3\t150000\t呼伦贝尔、呼盟\t\n150702\t海拉尔区\t4\t150700\t海拉尔\t\n",
        )
        .unwrap();
        assert_eq!(regions.full_name(&code("150702")), "呼伦贝尔市海拉尔区");
        assert_eq!(regions.full_name(&code("150000")), "内蒙古自治区");
        assert!(code("150702").is_within(&code("150700")));
        assert!(Regions::parse("15\tx").is_err());
        assert!(Regions::parse("150000\tx\t\t\t\t\n150000\ty\t\t\t\t").is_err());
    }
}
