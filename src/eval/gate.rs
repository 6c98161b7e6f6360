//! Bounds that a measurement must keep, in a file that anyone can read.

use super::Report;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A file of bounds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// What is measured, one run after the other.
    pub run: Vec<GateRun>,
}

/// One measurement with its bounds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRun {
    /// Its name.
    pub name: String,
    /// Question files, from the folder that the command runs in.
    pub questions: Vec<String>,
    /// Guides to ask instead of the shipped ones.
    #[serde(default)]
    pub guides: Vec<String>,
    /// Ask only every so many-th question.
    #[serde(default = "one")]
    pub every: usize,
    /// Least values, by their path in the JSON: `hit@1`, `routes.macro_f1`.
    #[serde(default)]
    pub least: BTreeMap<String, f64>,
    /// Greatest values.
    #[serde(default)]
    pub most: BTreeMap<String, f64>,
}

fn one() -> usize {
    1
}

/// A value out of its bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The run.
    pub run: String,
    /// Path of the value.
    pub path: String,
    /// The value; `None` where the report has no such number.
    pub value: Option<f64>,
    /// The bound, with its side.
    pub bound: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Breach { run, path, value, bound } = self;
        match value {
            Some(value) => write!(f, "{run}: {path} is {value:.4}, must be {bound}"),
            None => write!(f, "{run}: {path} is no number of the report; correct the gate file"),
        }
    }
}

/// The file can't be read.
#[derive(Debug, thiserror::Error)]
#[error("gate file: {0}")]
pub struct BadGate(#[from] toml::de::Error);

impl Gate {
    /// Reads a file of bounds.
    pub fn parse(text: &str) -> Result<Gate, BadGate> {
        Ok(toml::from_str(text)?)
    }
}

impl GateRun {
    /// Every value of a report that is out of its bounds.
    pub fn check(&self, report: &Report) -> Vec<Breach> {
        let json = serde_json::to_value(report).unwrap_or_default();
        let value = |path: &str| path.split('.').try_fold(&json, |at: &Value, key| at.get(key))?.as_f64();
        let breach =
            |path: &String, value, bound| Breach { run: self.name.clone(), path: path.clone(), value, bound };
        let low = self.least.iter().filter_map(|(path, least)| {
            let value = value(path);
            // Not a number is out of bounds, too.
            let kept = value.is_some_and(|v| v >= *least);
            (!kept).then(|| breach(path, value, format!("at least {least}")))
        });
        let high = self.most.iter().filter_map(|(path, most)| {
            let value = value(path);
            let kept = value.is_some_and(|v| v <= *most);
            (!kept).then(|| breach(path, value, format!("at most {most}")))
        });
        low.chain(high).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_or_say_which_does_not() {
        let text = "[[run]]\nname = \"own\"\nquestions = [\"a.jsonl\"]\nleast = { \"hit@1\" = 0.5, \"routes.macro_f1\" = 0.9 }\n\
                    most = { \"none.answered_share\" = 0.15, \"nothing\" = 1.0 }\n";
        let gate = Gate::parse(text).unwrap();
        let mut report = Report { hit1: 0.6, ..Report::default() };
        report.routes.macro_f1 = 0.8;
        let breaches: Vec<String> = gate.run[0].check(&report).iter().map(Breach::to_string).collect();
        assert_eq!(
            breaches,
            [
                "own: routes.macro_f1 is 0.8000, must be at least 0.9",
                "own: nothing is no number of the report; correct the gate file"
            ]
        );
        assert!(Gate::parse("[[run]]\nname = \"x\"").unwrap_err().to_string().contains("questions"));
    }
}
