//! Codes of guides, all at once.

use super::SearchError;
use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

/// All codes of a generation in memory: for making changes, where every line is looked at anyway.
pub struct Codes {
    text: String,
}

impl Codes {
    /// Reads them.
    pub fn read(dir: &Path) -> Result<Codes, SearchError> {
        let path = dir.join("codes.txt");
        let text = std::fs::read_to_string(&path).map_err(|e| SearchError::io(&path, e))?;
        Ok(Codes { text })
    }

    /// Lines as code and number.
    fn lines(text: &str) -> impl Iterator<Item = (&str, u32)> {
        text.lines().filter_map(|line| {
            let (code, number) = line.split_once('\t')?;
            Some((code, number.parse().ok()?))
        })
    }

    /// Numbers of the guides that have exactly this code (upper case).
    pub fn numbers<'a>(&'a self, code: &'a str) -> impl Iterator<Item = u32> + 'a {
        let bytes = self.text.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        // Positions are always line starts.
        while low < high {
            let middle = (low + high) / 2;
            let start = bytes[low..middle].iter().rposition(|&b| b == b'\n').map_or(low, |at| low + at + 1);
            let end = bytes[start..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| start + at);
            let known = bytes[start..end].split(|&b| b == b'\t').next().unwrap_or_default();
            if known < code.as_bytes() {
                low = (end + 1).min(bytes.len());
            } else {
                high = start;
            }
        }
        Codes::lines(&self.text[low..]).take_while(move |(known, _)| *known == code).map(|(_, number)| number)
    }

    /// Every code of the guides that stay as they are.
    pub fn of_others<'a>(&'a self, gone: &'a HashSet<u32>) -> impl Iterator<Item = (Cow<'a, str>, u32)> + 'a {
        let lines = Codes::lines(&self.text).filter(|(_, number)| !gone.contains(number));
        lines.map(|(code, number)| (Cow::Borrowed(code), number))
    }
}
