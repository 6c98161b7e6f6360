//! Where a field of a guide comes from.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The kinds of source that a field can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A law or regulation, named.
    Law,
    /// A public page, by address.
    Page,
    /// A row of an imported file.
    Import,
    /// Made up for demonstration or load; never real.
    Synthetic,
    /// From general knowledge, not checked against a source.
    Unverified,
}

impl SourceKind {
    /// The word used in files and in the API.
    pub fn word(self) -> &'static str {
        match self {
            SourceKind::Law => "law",
            SourceKind::Page => "page",
            SourceKind::Import => "import",
            SourceKind::Synthetic => "synthetic",
            SourceKind::Unverified => "unverified",
        }
    }
}

/// One source: `law:NAME`, `page:ADDRESS@DATE`, `import:FILE#ROW@DATE`, `synthetic:WHY` or `unverified`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source {
    /// What kind of source.
    pub kind: SourceKind,
    /// The law's name, the page's address, the file and row; empty for `unverified`.
    pub reference: String,
    /// The day the source was written or read.
    pub date: Option<Date>,
}

/// Why a text is not a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a source; write law:NAME, page:ADDRESS[@DATE], import:FILE#ROW, synthetic:WHY or unverified"
)]
pub struct BadSource(String);

impl Source {
    /// A field that nobody has checked against a source.
    pub fn unverified() -> Source {
        Source { kind: SourceKind::Unverified, reference: String::new(), date: None }
    }

    /// A row of an imported file.
    pub fn import(file: &str, row: u64, date: Option<Date>) -> Source {
        Source { kind: SourceKind::Import, reference: format!("{file}#{row}"), date }
    }

    /// A made-up record, with the reason it exists.
    pub fn synthetic(why: &str) -> Source {
        Source { kind: SourceKind::Synthetic, reference: why.to_owned(), date: None }
    }
}

impl TryFrom<String> for Source {
    type Error = BadSource;

    fn try_from(text: String) -> Result<Source, BadSource> {
        let bad = || BadSource(text.clone());
        if text == "unverified" {
            return Ok(Source::unverified());
        }
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        let kind = match kind {
            "law" => SourceKind::Law,
            "page" => SourceKind::Page,
            "import" => SourceKind::Import,
            "synthetic" => SourceKind::Synthetic,
            _ => return Err(bad()),
        };
        // An address may hold an @ of its own: only a date behind the last one counts.
        let (reference, date) = match rest.rsplit_once('@') {
            Some((before, day)) => match day.parse::<Date>() {
                Ok(date) => (before, Some(date)),
                Err(_) => (rest, None),
            },
            None => (rest, None),
        };
        if reference.trim().is_empty() {
            return Err(bad());
        }
        Ok(Source { kind, reference: reference.to_owned(), date })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        if !self.reference.is_empty() {
            write!(f, ":{}", self.reference)?;
        }
        match self.date {
            Some(date) => write!(f, "@{date}"),
            None => Ok(()),
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

/// Sources by field: `field`, `field/entry name`, or `*` for every other field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provenance(pub BTreeMap<String, Vec<Source>>);

impl Provenance {
    /// The sources of a field, or of one entry of a list field; empty where the guide names none.
    pub fn of(&self, field: &str, entry: Option<&str>) -> &[Source] {
        entry
            .and_then(|entry| self.0.get(&format!("{field}/{entry}")))
            .or_else(|| self.0.get(field))
            .or_else(|| self.0.get("*"))
            .map_or(&[], Vec::as_slice)
    }

    /// Gives every field without a source of its own this one.
    pub fn default_to(&mut self, source: Source) {
        self.0.entry("*".to_owned()).or_insert_with(|| vec![source]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_read_and_write_themselves() {
        for (text, want) in [
            ("unverified", Some("")),
            ("law:《居民身份证法》第二十条", Some("《居民身份证法》第二十条")),
            ("page:https://a.b/c@2020-11-20", Some("https://a.b/c")),
            ("page:https://a.b/@c", Some("https://a.b/@c")),
            ("import:x.csv#12", Some("x.csv#12")),
            ("synthetic:演示", Some("演示")),
            ("law:", None),
            ("rumour:x", None),
            ("", None),
        ] {
            let got = Source::try_from(text.to_owned());
            assert_eq!(got.as_ref().ok().map(|s| s.reference.as_str()), want, "{text:?}");
            if let Ok(source) = got {
                assert_eq!(source.to_string(), text);
            }
        }
    }

    #[test]
    fn the_nearest_entry_wins() {
        let provenance: Provenance = serde_json::from_str(
            r#"{"*":["unverified"],"materials":["law:甲"],"materials/乙":["law:乙法"]}"#,
        )
        .unwrap();
        for (field, entry, want) in [
            ("materials", Some("乙"), "乙法"),
            ("materials", Some("丙"), "甲"),
            ("materials", None, "甲"),
            ("fees", None, ""),
        ] {
            assert_eq!(provenance.of(field, entry)[0].reference, want, "{field} {entry:?}");
        }
    }
}
