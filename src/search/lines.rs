//! Files of a generation with one JSON record a line.

use super::SearchError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Writes records in their order.
pub(super) fn write<T: Serialize>(
    path: &Path,
    records: impl IntoIterator<Item = T>,
) -> Result<(), SearchError> {
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, &record)
            .map_err(|e| SearchError::Broken(path.to_owned(), e.to_string()))?;
        text.push(b'\n');
    }
    std::fs::write(path, text).map_err(|e| SearchError::io(path, e))
}

/// Reads them all.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, SearchError> {
    let text = std::fs::read_to_string(path).map_err(|e| SearchError::io(path, e))?;
    let record = |line: &str| {
        serde_json::from_str(line).map_err(|e| SearchError::Broken(path.to_owned(), e.to_string()))
    };
    text.lines().map(record).collect()
}
