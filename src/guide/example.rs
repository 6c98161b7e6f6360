//! A question whose item is known: what the index learns from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One accepted question → item. In files also with fields that only training reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The question, personal data masked.
    pub question: String,
    /// Official name of the item.
    pub item: String,
    /// 业务办理项, where the question means one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_item: Option<String>,
    /// Who accepted it; absent for those that come with the corpus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A line of an example file can't be used.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {cause}; a line needs \"question\" and \"item\"")]
pub struct BadExample {
    line: usize,
    #[source]
    cause: serde_json::Error,
}

impl Example {
    /// Reads JSON Lines; empty lines are skipped.
    pub fn parse_all(text: &str) -> Result<Vec<Example>, BadExample> {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| serde_json::from_str(line).map_err(|cause| BadExample { line: at + 1, cause }))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_a_bad_one_is_named() {
        let text =
            "{\"question\":\"房本丢了\",\"item\":\"甲\",\"voice\":\"牧民\",\"business_item\":null}\n\n";
        let list = Example::parse_all(text).unwrap();
        assert_eq!((list.len(), list[0].item.as_str(), &list[0].author), (1, "甲", &None));
        assert_eq!(serde_json::to_string(&list[0]).unwrap(), r#"{"question":"房本丢了","item":"甲"}"#);
        let error =
            Example::parse_all("{\"question\":\"a\",\"item\":\"b\"}\n{\"question\":\"a\"}").unwrap_err();
        assert!(error.to_string().starts_with("line 2"), "{error}");
    }
}
