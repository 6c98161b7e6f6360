//! Findings: what is wrong with a row, and what to do about it.

use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// How much a finding costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The guide is served; something could be better.
    Notice,
    /// The guide is served, but one of its fields is doubtful or was left out.
    Warning,
    /// A row, a sheet or a file was lost.
    Error,
}

impl Severity {
    fn word(self) -> &'static str {
        match self {
            Severity::Notice => "提示",
            Severity::Warning => "警告",
            Severity::Error => "错误",
        }
    }
}

/// One thing that is wrong: where, what, and how to mend it. Written as one JSON line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// File as given, with `[sheet]` behind a workbook's name.
    pub file: String,
    /// Line or sheet row, counted from 1.
    pub row: Option<u64>,
    /// Field of the record, as `materials[2].when`, or the column's header.
    pub field: Option<String>,
    /// Name of the item concerned.
    pub item: Option<String>,
    /// Which rule found it.
    pub rule: &'static str,
    /// What it costs.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
    /// How to mend it.
    pub fix: String,
}

impl Finding {
    /// A finding about a whole file or a row of it.
    pub(super) fn new(
        severity: Severity,
        rule: &'static str,
        file: &str,
        row: Option<u64>,
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding {
            file: file.to_owned(),
            row,
            field: None,
            item: None,
            rule,
            severity,
            reason: reason.into(),
            fix: fix.into(),
        }
    }

    pub(super) fn field(mut self, field: impl Into<String>) -> Finding {
        self.field = Some(field.into());
        self
    }

    pub(super) fn item(mut self, name: &str) -> Finding {
        self.item = (!name.is_empty()).then(|| shortened(name));
        self
    }
}

/// A value quoted in a finding: long ones are cut, so that a finding stays one line.
pub(super) fn shortened(text: &str) -> String {
    const KEEP: usize = 60;
    let mut short: String = text.chars().take(KEEP).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(KEEP).is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.severity.word(), self.file)?;
        if let Some(row) = self.row {
            write!(f, " 第{row}行")?;
        }
        if let Some(item) = &self.item {
            write!(f, "《{item}》")?;
        }
        if let Some(field) = &self.field {
            write!(f, " {field}")?;
        }
        write!(f, "：{}。{}。[{}]", self.reason, self.fix, self.rule)
    }
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files read.
    pub files: u64,
    /// Rows read.
    pub rows: u64,
    /// Guides they gave.
    pub guides: u64,
    /// Rows, sheets or files lost.
    pub errors: u64,
    /// Doubtful fields.
    pub warnings: u64,
    /// Lesser remarks.
    pub notices: u64,
}

impl Summary {
    /// Counts one more finding.
    pub fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Notice => self.notices += 1,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} files, {} rows, {} guides; {} errors, {} warnings, {} notices",
            self.files, self.rows, self.guides, self.errors, self.warnings, self.notices
        )
    }
}

/// Lets so many findings of one kind through for each file, then counts the rest.
///
/// Errors always pass: each stands for something lost.
#[derive(Default)]
pub(super) struct Sieve {
    seen: HashMap<(&'static str, Option<String>, Severity), u64>,
}

/// Warnings and notices of one kind and file that are told one by one.
const TOLD: u64 = 200;

impl Sieve {
    /// Whether this finding is to be told.
    pub(super) fn passes(&mut self, finding: &Finding) -> bool {
        if finding.severity == Severity::Error {
            return true;
        }
        let field = finding.field.as_deref().map(without_numbers);
        let seen = self.seen.entry((finding.rule, field, finding.severity)).or_default();
        *seen += 1;
        *seen <= TOLD
    }

    /// What was held back in this file, one line for each kind; starts afresh.
    pub(super) fn rest(&mut self, file: &str) -> Vec<Finding> {
        let mut rest: Vec<Finding> = self
            .seen
            .drain()
            .filter(|(_, seen)| *seen > TOLD)
            .map(|((rule, field, severity), seen)| Finding {
                field,
                ..Finding::new(
                    severity,
                    rule,
                    file,
                    None,
                    format!("同类问题还有{}处，未逐条列出", seen - TOLD),
                    "先改正已列出的，再检查一次",
                )
            })
            .collect();
        rest.sort_by(|a, b| (a.rule, &a.field).cmp(&(b.rule, &b.field)));
        rest
    }
}

/// `materials[12].when` → `materials[].when`: one kind, whatever the entry.
fn without_numbers(field: &str) -> String {
    let mut inside = false;
    field
        .chars()
        .filter(|c| {
            inside = (inside || *c == '[') && *c != ']';
            !(inside && c.is_ascii_digit())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_one_line() {
        let finding = Finding::new(Severity::Error, "json", "a.jsonl", Some(3), "少一个括号", "补上")
            .item("甲")
            .field("name");
        assert_eq!(finding.to_string(), "错误 a.jsonl 第3行《甲》 name：少一个括号。补上。[json]");
        assert_eq!(shortened(&"长\n".repeat(99)).chars().count(), 61);
    }

    #[test]
    fn floods_are_counted_but_nothing_lost_is_hidden() {
        let mut sieve = Sieve::default();
        let finding = |severity, n: u64| {
            Finding::new(severity, "r", "f", Some(n), "x", "y").field(format!("materials[{n}].when"))
        };
        let told = (0..500).filter(|n| sieve.passes(&finding(Severity::Notice, *n))).count();
        assert_eq!(told as u64, TOLD);
        assert!((0..500).all(|n| sieve.passes(&finding(Severity::Error, n))));
        let rest = sieve.rest("f");
        assert_eq!(rest.len(), 1);
        assert!(rest[0].reason.contains("300"), "{}", rest[0].reason);
        assert_eq!(rest[0].field.as_deref(), Some("materials[].when"));
        assert!(sieve.rest("f").is_empty());
    }
}
